"""Lists of Mailchimp and their members.

A member is a record with its list's id in `list`. Archived ones keep their record; what is permanently
deleted is forgotten, and its address can never be added again by the API.
"""

import re
from typing import Any, Final

from local.vendors.faults import Faults
from local.vendors.mailchimp.shapes import code, hashed, invalid, not_found, page, refusal, since, time
from local.vendors.skin import Reply, Request
from local.vendors.store import PERSON, Account, Fields, Record

STATUSES: Final = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
MERGE_FIELDS: Final = {
    "FNAME": "First Name",
    "LNAME": "Last Name",
    "COMPANY": "Company",
    "PHONE": "Phone Number",
}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST = 255
_TEXTS = ("status", "language", "email_type")


def a_list(account: Account, ref: str) -> Record:
    found = next((each for each in account.after("lists") if code(each) == ref), None)
    if found is None:
        raise not_found()
    return found


def members_of(account: Account, of: Record) -> list[Record]:
    return account.with_value("members", "list", of.id)


def a_member(account: Account, of: Record, ref: str) -> Record:
    """The member with this hash, or with this address."""
    key = ref if "@" not in ref else hashed(ref)
    found = [each for each in account.with_value("members", "hash", key) if each.fields["list"] == of.id]
    if not found:
        raise not_found()
    return found[0]


def show_list(account: Account, of: Record) -> dict[str, Any]:
    statuses = [each.fields["status"] for each in members_of(account, of)]
    return {
        "id": code(of),
        "web_id": int(of.id),
        "name": of.fields["name"],
        "date_created": time(of.created),
        "permission_reminder": "You signed up on our website.",
        "email_type_option": False,
        "double_optin": False,
        "visibility": "prv",
        "stats": {
            "member_count": statuses.count("subscribed"),
            "unsubscribe_count": statuses.count("unsubscribed"),
            "cleaned_count": statuses.count("cleaned"),
            "total_contacts": len(statuses) - statuses.count("archived"),
            "merge_field_count": len(MERGE_FIELDS),
        },
    }


def show_member(of: Record, member: Record) -> dict[str, Any]:
    fields = member.fields
    merge: dict[str, str] = dict.fromkeys(MERGE_FIELDS, "") | fields.get("merge_fields", {})
    shown = {
        "id": fields["hash"],
        "email_address": fields["email_address"],
        "unique_email_id": f"{int(member.id):010x}",
        "contact_id": f"{int(member.id):032x}",
        "full_name": f"{merge['FNAME']} {merge['LNAME']}".strip(),
        "web_id": int(member.id),
        "email_type": fields.get("email_type", "html"),
        "status": fields["status"],
        "merge_fields": merge,
        "language": fields.get("language", ""),
        "vip": bool(fields.get("vip")),
        "timestamp_opt": time(member.created),
        "last_changed": time(member.modified),
        "member_rating": 2,
        "source": "API - Generic",
        "tags_count": 0,
        "tags": [],
        "list_id": code(of),
    }
    reason = fields.get("unsubscribe_reason")
    return shown | ({"unsubscribe_reason": reason} if fields["status"] == "unsubscribed" and reason else {})


def page_of_members(account: Account, of: Record, request: Request) -> Reply:
    """Members, without the archived ones unless they are asked for."""
    status, changed = request.first("status"), since(request, "since_last_changed")
    if status and status not in {*STATUSES, "archived"}:
        raise invalid("status", "This value is not one of the statuses.")
    before = since(request, "before_last_changed")
    found = [
        each
        for each in members_of(account, of)
        if (each.fields["status"] == status if status else each.fields["status"] != "archived")
        and (changed is None or each.modified >= changed)
        and (before is None or each.modified <= before)
    ]
    if request.first("sort_field") == "last_changed":
        found.sort(key=lambda each: each.modified, reverse=request.first("sort_dir") == "DESC")
    return page(request, found, "members", lambda each: show_member(of, each), list_id=code(of))


def accepted(account: Account, faults: Faults, of: Record, given: Any, member: Record | None) -> Fields:
    """The fields of a member as Mailchimp stores them; raises its refusal of what does not fit."""
    if not isinstance(given, dict):
        raise invalid("", "Schema describes object, something else found instead.")
    fields = {name: given[name] for name in _TEXTS if isinstance(given.get(name), str)}
    address = given.get("email_address", member and member.fields["email_address"])
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address.strip()):
        raise invalid("email_address", "This value should be a valid email.")
    fields |= {"email_address": address.strip(), "hash": hashed(address.strip()), "list": of.id}
    if fields.get("status", "subscribed") not in STATUSES:
        raise invalid("status", "This value is not one of the statuses.")
    if "vip" in given:
        fields["vip"] = bool(given["vip"])
    if "merge_fields" in given:
        before = member.fields.get("merge_fields", {}) if member else {}
        fields["merge_fields"] = before | _merge_fields(given["merge_fields"])
    _refuse(account, faults, fields, member)
    return fields


def _merge_fields(given: Any) -> dict[str, str]:
    """Tags that the list does not have are left out without a word."""
    if not isinstance(given, dict):
        raise invalid("merge_fields", "Schema describes object, something else found instead.")
    stored = {}
    for name in given.keys() & MERGE_FIELDS.keys():
        text = str(given[name]).strip()
        if len(text) > _LONGEST:
            raise invalid(name, f"Please enter a value of at most {_LONGEST} characters.")
        stored[name] = text
    return stored


def _refuse(account: Account, faults: Faults, fields: Fields, member: Record | None) -> None:
    address = fields["email_address"]
    if (
        rule := faults.refused("mailchimp", account.name, fields | fields.get("merge_fields", {}))
    ) is not None:
        raise invalid(rule.field, rule.message)
    if fields["hash"] in account.kept("forgotten", []):
        detail = (
            f"{address} was permanently deleted and cannot be re-imported. The contact must re-subscribe."
        )
        raise refusal(400, "Forgotten Email Not Subscribed", detail)
    again = fields.get("status") == "subscribed" and member is not None
    if (
        again
        and member is not None
        and (
            member.fields["status"] == "cleaned"
            or (member.fields["status"] == "unsubscribed" and member.fields.get("left_by") == PERSON)
        )
    ):
        detail = f"{address} is in a compliance state due to unsubscribe, bounce, or compliance review"
        raise refusal(400, "Member In Compliance State", f"{detail} and cannot be subscribed.")


def put(account: Account, faults: Faults, of: Record, ref: str, given: Any, *, by: str) -> Record:
    """Create or change the member with this hash."""
    member = next(iter(found(account, of, ref)), None)
    if member is not None:
        return write(account, of, member, accepted(account, faults, of, given, member), by=by)
    fields = accepted(account, faults, of, given, None)
    if fields["hash"] != ref and ref != fields["email_address"]:
        raise invalid("email_address", "The hash of the path is not that of the address.")
    if not isinstance(given.get("status_if_new"), str) or given["status_if_new"] not in STATUSES:
        raise invalid("status_if_new", "Required fields were not provided: status_if_new")
    return account.create("members", fields | {"status": given["status_if_new"]}, by=by)


def found(account: Account, of: Record, ref: str) -> list[Record]:
    key = ref if "@" not in ref else hashed(ref)
    return [each for each in account.with_value("members", "hash", key) if each.fields["list"] == of.id]


def write(account: Account, of: Record, member: Record, fields: Fields, *, by: str) -> Record:
    """Change a member; who leaves by a person's will cannot be brought back by a program."""
    twins = [each for each in found(account, of, fields.get("hash", "")) if each is not member]
    if twins:
        raise refusal(400, "Member Exists", f"{fields['email_address']} is already a list member.")
    if fields.get("status") == "unsubscribed" and member.fields["status"] != "unsubscribed":
        fields = fields | {"left_by": by}
    return account.change("members", member.id, fields, by=by)


def forget(account: Account, member: Record) -> None:
    account.keep("forgotten", [*account.kept("forgotten", []), member.fields["hash"]])
    for activity in account.with_value("activities", "member", member.id):
        account.purge("activities", activity.id)
    account.purge("members", member.id)

"""The skin of Mailchimp: which path is answered by what."""

import base64
from typing import Any, ClassVar

from local.vendors.mailchimp import audience, fill, reports, shapes
from local.vendors.mailchimp.webhooks import Webhooks
from local.vendors.skin import Refused, Reply, Request, Skin, World, token
from local.vendors.store import Account, Fields, Record
from local.vendors.tokens import Held, Tokens, WrongCode, is_app

API = "api"  # who changes a record through the API
SIMULTANEOUS = 10
DC = "us6"


class Mailchimp(Skin):
    name = "mailchimp"
    title = "Mailchimp"
    tables: ClassVar = {
        "lists": ("name",),
        "members": ("email_address", "status", "list"),
        "campaigns": ("title", "subject_line", "status", "send_time"),
        "activities": ("campaign", "member", "action", "at", "url"),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tokens = Tokens(world, self.name, self.title)
        self.webhooks = Webhooks(world)

    def account_name(self, request: Request) -> str | None:
        held = self._held(request)
        return str(held["account"]) if held else None

    def _held(self, request: Request) -> Held | None:
        """Who comes with a key as password of any name, as a bearer, or as Mailchimp's own scheme."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[2]
            except ValueError:
                return None
        held = self.tokens.known(value.strip())
        return held if held and held["kind"] in {"access", "private"} else None

    async def answer(self, request: Request) -> Reply:
        try:
            return await self._answer(request)
        except (ValueError, UnicodeDecodeError):
            raise shapes.refusal(400, "JSON Parse Error", "We could not parse the request.") from None

    async def _answer(self, request: Request) -> Reply:
        match request.method, request.segments:
            case ("GET" | "POST", ("oauth2", "authorize")):
                return self.tokens.authorize(request)
            case ("POST", ("oauth2", "token")):
                return self._token(request)
            case ("GET", ("oauth2", "metadata")):
                return self._metadata(request)
            case (_, ("3.0", *rest)):
                held = self._held(request)
                if held is None:
                    detail = (
                        "Your API key may be invalid, or you've attempted to access the wrong datacenter."
                    )
                    raise shapes.refusal(401, "API Key Invalid", detail)
                if request.simultaneous > SIMULTANEOUS:
                    raise _too_many()
                return await self._served(request, self.account(held["account"]), rest)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _token(self, request: Request) -> Reply:
        given = request.form()
        if given.get("grant_type") != "authorization_code" or not is_app(given):
            return Reply(400, {"error": "invalid_request"})
        try:
            held = self.tokens.used_code(given)
        except WrongCode:
            return Reply(400, {"error": "invalid_grant"})
        body = {
            "access_token": self.tokens.issue("access", held["account"], []),
            "expires_in": 0,
            "scope": None,
        }
        return Reply(200, body)

    def _metadata(self, request: Request) -> Reply:
        held = self._held(request)
        if held is None:
            return Reply(401, {"error": "invalid_token"})
        address = f"owner@{held['account']}.example"
        body = {
            "dc": DC,
            "role": "owner",
            "accountname": held["account"],
            "user_id": 1,
            "login": {"email": address, "login_id": 1, "login_name": address, "login_email": address},
            "login_url": request.base,
            "api_endpoint": request.base,
        }
        return Reply(200, body)

    async def _served(self, request: Request, account: Account, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", [] | ["ping"]:
                about = {"health_status": "Everything's Chimpy!"} if rest else self._root(account)
                return Reply(200, shapes.chosen(request, about))
            case "GET", ["lists"]:
                lists = account.after("lists")
                return shapes.page(
                    request, lists, "lists", lambda each: audience.show_list(account, each), **_MANY
                )
            case _, ["lists", ref, *of_list]:
                return await self._of_list(request, account, audience.a_list(account, ref), of_list)
            case "GET", ["campaigns", *ref]:
                return reports.campaigns(account, request, ref)
            case "GET", ["reports", *of_reports]:
                return self._report(request, account, of_reports)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _root(self, account: Account) -> dict[str, Any]:
        members = [each for each in account.after("members") if each.fields["status"] == "subscribed"]
        return {
            "account_id": shapes.hashed(account.name)[:25],
            "login_id": "1",
            "account_name": account.name,
            "email": f"owner@{account.name}.example",
            "role": "owner",
            "member_since": "2020-01-01T00:00:00+00:00",
            "total_subscribers": len(members),
        }

    async def _of_list(self, request: Request, account: Account, of: Record, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", []:
                return Reply(200, shapes.chosen(request, audience.show_list(account, of)))
            case "GET", ["merge-fields"]:
                found = enumerate(audience.MERGE_FIELDS.items(), 1)
                ref = shapes.code(of)
                return shapes.page(
                    request, found, "merge_fields", lambda each: _merge_field(ref, *each), list_id=ref
                )
            case "GET", ["members"]:
                return audience.page_of_members(account, of, request)
            case _, ["members", *of_members]:
                return self._of_members(request, account, of, of_members)
            case method, ["webhooks", *of_webhooks]:
                given = request.json() if method == "POST" else None
                return await self.webhooks.answer(account, of, method, of_webhooks, given)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _of_members(self, request: Request, account: Account, of: Record, rest: list[str]) -> Reply:
        faults = self.world.faults
        match request.method, rest:
            case "POST", []:
                return Reply(200, audience.show_member(of, self._added(account, of, request.json())))
            case "PUT", [ref]:
                put = audience.put(account, faults, of, ref, request.json(), by=API)
                return Reply(200, audience.show_member(of, put))
            case "PATCH", [ref]:
                member = audience.a_member(account, of, ref)
                fields = audience.accepted(account, faults, of, request.json(), member)
                changed = audience.write(account, of, member, fields, by=API)
                return Reply(200, audience.show_member(of, changed))
            case _, [ref, *of_member]:
                return self._of_member(request, account, of, audience.a_member(account, of, ref), of_member)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _of_member(
        self, request: Request, account: Account, of: Record, member: Record, rest: list[str]
    ) -> Reply:
        match request.method, rest:
            case "GET", []:
                return Reply(200, shapes.chosen(request, audience.show_member(of, member)))
            case "DELETE", []:
                if member.fields["status"] == "archived":
                    raise shapes.refusal(405, "Method Not Allowed", "This list member cannot be removed.")
                account.change("members", member.id, {"status": "archived"}, by=API)
                return Reply(204)
            case "POST", ["actions", "delete-permanent"]:
                audience.forget(account, member)
                return Reply(204)
            case "GET", ["activity-feed"]:
                return reports.feed(account, of, member, request)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _added(self, account: Account, of: Record, given: Any) -> Record:
        fields = audience.accepted(account, self.world.faults, of, given, None)
        if audience.found(account, of, fields["hash"]):
            detail = f"{fields['email_address']} is already a list member. Use PUT to insert or update it."
            raise shapes.refusal(400, "Member Exists", detail)
        if "status" not in fields:
            raise shapes.invalid("status", "Required fields were not provided: status")
        return account.create("members", fields, by=API)

    def _report(self, request: Request, account: Account, rest: list[str]) -> Reply:
        if not rest:
            return reports.reports(account, request)
        campaign = reports.a_campaign(account, rest[0])
        if campaign.fields["status"] != "sent":
            raise shapes.not_found()
        match rest[1:]:
            case []:
                return Reply(200, shapes.chosen(request, reports.show_report(account, campaign)))
            case ["click-details", link, "members"]:
                return reports.clickers(account, campaign, link, request)
            case [what] if what in _REPORTS:
                return _REPORTS[what](account, campaign, request)
        raise shapes.unserved(f"{request.method} {request.path}")

    def fault(self, status: int, retry_after: float | None) -> Reply:
        match status:
            case 429:
                reply = _too_many().reply
            case 401:
                reply = shapes.refusal(401, "API Key Invalid", "Your API key may be invalid.").reply
            case _:
                detail = "An unexpected internal error has occurred."
                reply = shapes.refusal(status, "Internal Server Error", detail).reply
        if retry_after is not None:
            reply.headers["Retry-After"] = f"{retry_after:g}"
        return reply

    # A person's page, and tests

    def accepted(self, account: Account, kind: str, fields: Fields) -> Fields:
        """A person gives a member its list by the number of the list's record."""
        if kind != "members":
            return fields
        of = account.get("lists", str(fields.get("list", "")))
        if of is None:
            raise shapes.invalid("list", "A member needs the number of a list.")
        accepted = audience.accepted(account, self.world.faults, of, fields, None)
        return {"status": "subscribed"} | accepted

    def change(self, account: Account, kind: str, ref: str, fields: Fields, *, by: str) -> None:
        member = account.live(kind, ref)
        of = account.get("lists", str(member.fields.get("list"))) if member else None
        if kind != "members" or member is None or of is None:
            account.change(kind, ref, fields, by=by)
            return
        given = {name: value for name, value in fields.items() if value}
        accepted = audience.accepted(account, self.world.faults, of, given, member)
        audience.write(account, of, member, accepted, by=by)

    def fill(self, account: Account, **how: Any) -> None:
        fill.fill(account, **how)

    def control(self, account: Account, what: str, given: Any) -> Any:  # noqa: ARG002 - none needs more
        """`token`: an API key. `revoke`: take away its tokens and keys."""
        match what:
            case "token":
                key = f"{shapes.hashed(token())}-{DC}"
                return {"token": self.tokens.issue("private", account.name, [], value=key)}
            case "revoke":
                self.tokens.revoke_all(account.name)
            case _:
                raise KeyError(what)
        return None


_MANY = {"constraints": {"may_create": True, "max_instances": 5, "current_total_instances": 2}}
_REPORTS = {
    "open-details": reports.opens,
    "click-details": reports.clicks,
    "email-activity": reports.email_activity,
    "sent-to": reports.sent_to,
    "unsubscribed": reports.unsubscribed,
}


def _too_many() -> Refused:
    detail = f"You have exceeded the limit of {SIMULTANEOUS} simultaneous connections."
    return shapes.refusal(429, "Too Many Requests", detail)


def _merge_field(of: str, number: int, field: tuple[str, str]) -> dict[str, Any]:
    tag, name = field
    return {
        "merge_id": number,
        "tag": tag,
        "name": name,
        "type": "phone" if tag == "PHONE" else "text",
        "required": False,
        "default_value": "",
        "public": True,
        "display_order": number,
        "list_id": of,
    }

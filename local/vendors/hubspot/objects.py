"""Records of HubSpot one by one: list, read, create, change, archive, merge."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from local.vendors.hubspot import shapes
from local.vendors.hubspot.definitions import ASSOCIATIONS, TYPES
from local.vendors.hubspot.values import accepted, definitions
from local.vendors.skin import Reply, Request, World
from local.vendors.store import Account, Fields, NoSuchRecord, Place, Record

PAGE, LARGEST_PAGE = 10, 100


class Objects:
    def __init__(self, world: World) -> None:
        self._faults = world.faults

    def page(self, account: Account, kind: str, request: Request) -> Reply:
        most = _number(request, "limit", PAGE)
        if not 1 <= most <= LARGEST_PAGE:
            raise shapes.invalid(f"The 'limit' parameter must be between 1 and {LARGEST_PAGE}.")
        archived = request.first("archived") == "true"
        after = str(_number(request, "after", 0))
        records = list(islice(account.after(kind, after, deleted=archived), most + 1))
        names, to = named(request, "properties"), named(request, "associations")
        results = [shapes.as_json(each, names) | _associated(account, each, to) for each in records[:most]]
        if len(records) <= most:
            return Reply(200, {"results": results})
        last = records[most - 1].id
        link = f"{request.base}{request.path}?limit={most}&after={last}"
        return Reply(200, {"results": results, "paging": {"next": {"after": last, "link": link}}})

    def read(self, account: Account, kind: str, ref: str, request: Request) -> Reply:
        archived = request.first("archived") == "true"
        record = self.find(account, kind, ref, request.first("idProperty"), archived=archived)
        names, to = named(request, "properties"), named(request, "associations")
        return Reply(200, shapes.as_json(record, names) | _associated(account, record, to))

    def find(self, account: Account, kind: str, ref: str, by: str = "", *, archived: bool = False) -> Record:
        """The record with this id, or with this value of a unique property."""
        if archived:
            gone = account.get(kind, ref)
            if gone is None or gone.deleted is None:
                raise shapes.not_found()
            return gone
        found = account.live(kind, ref) if by in {"", "hs_object_id"} else self._by(account, kind, by, ref)
        if found is None:
            raise shapes.not_found()
        return found

    def _by(self, account: Account, kind: str, name: str, value: str) -> Record | None:
        known = definitions(account, kind).get(name)
        if known is None or not (known.unique or (kind, name) == ("contacts", "email")):
            raise shapes.invalid(f"The property '{name}' is not a unique identifier of this object type.")
        value = value.strip().lower() if name == "email" else value.strip()
        return next(iter(account.with_value(kind, name, value)), None)

    def create(self, account: Account, kind: str, given: Any, *, by: str) -> Record:
        """Create a record, with the associations that are given with it."""
        fields, links = self.checked(account, kind, given)
        record = account.create(kind, fields, by=by)
        for to in links:
            account.associate((kind, record.id), to)
        return record

    def checked(self, account: Account, kind: str, given: Any) -> tuple[Fields, list[Place]]:
        """The values of a new record as they are stored, and the records that it is associated with."""
        if not isinstance(given, dict) or not isinstance(given.get("properties"), dict):
            raise shapes.invalid("Invalid input JSON: 'properties' is missing.")
        links = [_link(account, kind, link) for link in given.get("associations") or ()]
        return self.accepted(account, kind, given["properties"], None), links

    def accepted(self, account: Account, kind: str, fields: Any, record: Record | None) -> Fields:
        stored = accepted(account, self._faults, kind, fields, record)
        if record is None and "hs_timestamp" in definitions(account, kind) and not stored.get("hs_timestamp"):
            raise shapes.invalid("hs_timestamp is required.", "REQUIRED_FIELD", "hs_timestamp")
        if record is None and not any(stored.values()):
            raise shapes.invalid("At least one property with a value is needed.")
        return stored

    def change(self, account: Account, kind: str, ref: str, fields: Any, *, by: str) -> Record:
        record = self.find(account, kind, ref)
        return account.change(kind, record.id, self.accepted(account, kind, fields, record), by=by)

    def archive(self, account: Account, kind: str, ref: str, *, by: str) -> None:
        """Archive a record. One that is archived already is no fault."""
        if account.get(kind, ref) is None:
            raise shapes.not_found()
        if account.live(kind, ref) is not None:
            account.delete(kind, ref, by=by)

    def merge(self, account: Account, kind: str, winner: str, loser: str, *, by: str) -> Record:
        """Make a third record of two: the winner's values, where it has none the loser's."""
        first, second = self.find(account, kind, winner), self.find(account, kind, loser)
        if first is second:
            raise shapes.invalid("A record cannot be merged with itself.")
        blank = {name: value for name, value in second.fields.items() if not first.fields.get(name)}
        others = [second.fields.get("email"), *_listed(first), *_listed(second)]
        kept = dict.fromkeys(each for each in others if each and each != first.fields.get("email"))
        ids = [*_merged(first), first.id, *_merged(second), second.id]
        own = {"hs_merged_object_ids": ";".join(ids)}
        if kind == "contacts" and "email" not in blank:
            own["hs_additional_emails"] = ";".join(kept)
        try:
            return account.merge(kind, first.id, second.id, blank | own, new_id=True, by=by)
        except NoSuchRecord:
            raise shapes.not_found() from None


def _listed(record: Record) -> list[str]:
    return str(record.fields.get("hs_additional_emails") or "").split(";")


def _merged(record: Record) -> list[str]:
    return [ref for ref in str(record.fields.get("hs_merged_object_ids") or "").split(";") if ref]


def named(request: Request, name: str) -> list[str]:
    """Names that are given several times, or with commas."""
    return [each.strip() for each in ",".join(request.query.get(name, [])).split(",") if each.strip()]


def _number(request: Request, name: str, default: int) -> int:
    text = request.first(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise shapes.invalid(f"The '{name}' parameter must be a number.")
    return int(text)


def _associated(account: Account, record: Record, to: list[str]) -> dict[str, Any]:
    """The associations that were asked for. Of none there is no member, as HubSpot answers."""
    found = {}
    for kind in to:
        if (record.type, kind) not in ASSOCIATIONS:
            raise shapes.invalid(f"No association between {record.type} and {kind} exists.")
        label = f"{TYPES[record.type].singular}_to_{TYPES[kind].singular}"
        if ids := account.associated(record.type, record.id, kind):
            found[kind] = {"results": [{"id": ref, "type": label} for ref in ids]}
    return {"associations": found} if found else {}


def _link(account: Account, kind: str, link: Any) -> Place:
    """The record that an association in a body leads to."""
    try:
        ref, types = str(link["to"]["id"]), [int(each["associationTypeId"]) for each in link["types"]]
    except (KeyError, TypeError, ValueError):
        raise shapes.invalid("An association needs 'to' with an id, and 'types'.") from None
    by_id = {number: to for (of, to), number in ASSOCIATIONS.items() if of == kind}
    targets = list(chain.from_iterable(_targets(by_id, number) for number in types))
    if not targets or account.live(targets[0], ref) is None:
        raise shapes.invalid(f"The association of {kind} with the record {ref} is not valid.")
    return targets[0], ref


def _targets(by_id: dict[int, str], number: int) -> Iterator[str]:
    if number in by_id:
        yield by_id[number]

"""What HubSpot has around its records: associations, owners, definitions of properties, the account."""

from itertools import islice
from typing import Any

from local.vendors.hubspot import shapes
from local.vendors.hubspot.access import LIMITS, portal
from local.vendors.hubspot.definitions import ASSOCIATIONS, Property, as_json
from local.vendors.hubspot.values import definitions
from local.vendors.skin import Reply, Request, World, objects
from local.vendors.store import Account, Record

MOST_ASSOCIATIONS, MOST_OWNERS = 1000, 500
OWNERS = "owners"
_TEXTS = ("name", "label", "type", "fieldType", "groupName")
_KINDS = {"string", "number", "date", "datetime", "bool", "enumeration"}


def associations(world: World, account: Account, of: str, to: str, given: dict[str, Any]) -> Reply:
    """Which records of one type are associated with records of another."""
    number = ASSOCIATIONS.get((of, to))
    if number is None:
        raise shapes.unserved(f"associations from {of} to {to}")
    inputs = objects(given.get("inputs"))
    if not 1 <= len(inputs) <= MOST_ASSOCIATIONS:
        raise shapes.invalid(f"A batch has between 1 and {MOST_ASSOCIATIONS} inputs.")
    now = shapes.time(world.clock.now())
    results, errors = [], []
    for ref in (str(each.get("id")) for each in inputs):
        ids = account.associated(of, ref, to)
        types = [{"category": "HUBSPOT_DEFINED", "typeId": number, "label": None}]
        if ids:
            found = [{"toObjectId": int(one), "associationTypes": types} for one in ids]
            results.append({"from": {"id": ref}, "to": found})
        else:
            message = f"No {to} is associated with {of} {ref}."
            errors.append(_error("NO_ASSOCIATIONS_FOUND", message, {"fromObjectId": [ref]}))
    body = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    return Reply(207, body | {"numErrors": len(errors), "errors": errors}) if errors else Reply(200, body)


def _error(category: str, message: str, context: dict[str, list[str]]) -> dict[str, Any]:
    more = {"subCategory": f"crm.associations.{category}", "context": context, "errors": [], "links": {}}
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": message} | more


def owners(account: Account, request: Request, rest: list[str]) -> Reply:
    archived = request.first("archived") == "true"
    if rest:
        found = account.get(OWNERS, rest[0])
        if len(rest) > 1 or found is None or (found.deleted is not None) != archived:
            raise shapes.not_found()
        return Reply(200, _owner(found))
    most, email = int(request.first("limit", "100")), request.first("email").lower()
    if not 1 <= most <= MOST_OWNERS:
        raise shapes.invalid(f"The 'limit' parameter must be between 1 and {MOST_OWNERS}.")
    every = account.after(OWNERS, request.first("after", "0"), deleted=archived)
    records = list(islice((each for each in every if email in {"", each.fields["email"]}), most + 1))
    body: dict[str, Any] = {"results": [_owner(each) for each in records[:most]]}
    if len(records) > most:
        body["paging"] = {"next": {"after": records[most - 1].id, "link": ""}}
    return Reply(200, body)


def _owner(record: Record) -> dict[str, Any]:
    number = 70_000 + int(record.id)
    return {
        "id": record.id,
        "email": record.fields["email"],
        "type": "PERSON",
        "firstName": record.fields.get("firstname", ""),
        "lastName": record.fields.get("lastname", ""),
        "userId": number,
        "userIdIncludingInactive": number,
        "createdAt": shapes.time(record.created),
        "updatedAt": shapes.time(record.modified),
        "archived": record.deleted is not None,
    }


def properties(account: Account, request: Request, kind: str, rest: list[str]) -> Reply:
    known = definitions(account, kind)
    match request.method, rest:
        case "GET", []:
            return Reply(200, {"results": [as_json(each) for each in known.values()]})
        case "GET", [name] if name in known:
            return Reply(200, as_json(known[name]))
        case "GET", [_]:
            raise shapes.not_found()
        case "POST", []:
            return Reply(201, as_json(_defined(account, kind, request.members())))
    raise shapes.unserved(f"{request.method} {request.path}")


def _defined(account: Account, kind: str, given: dict[str, Any]) -> Property:
    """Make a property; a name that is taken is refused."""
    if missing := {*_TEXTS} - given.keys():
        raise shapes.invalid(f"Invalid input JSON: missing members {', '.join(sorted(missing))}")
    if not all(isinstance(given[name], str) for name in _TEXTS):
        raise shapes.invalid(f"Invalid input JSON: {', '.join(_TEXTS)} are texts.")
    if given["name"] in definitions(account, kind):
        raise shapes.refusal(409, "CONFLICT", f'A property named "{given["name"]}" already exists.')
    if given["type"] not in _KINDS:
        raise shapes.invalid(f"There is no type {given['type']}.")
    options = tuple(str(each.get("value")) for each in objects(given.get("options") or []))
    unique = bool(given.get("hasUniqueValue"))
    made = Property(given["name"], given["label"], given["type"], options, unique=unique, custom=True)
    account.keep(f"properties {kind}", [*account.kept(f"properties {kind}", []), vars(made)])
    return made


def details(account: Account) -> Reply:
    body = {
        "portalId": portal(account.name),
        "accountType": "DEVELOPER_TEST",
        "timeZone": "Europe/Stockholm",
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": "+01:00",
        "utcOffsetMilliseconds": 3_600_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "eu1",
    }
    return Reply(200, body)


def usage(world: World, account: Account) -> Reply:
    """Requests of today, of all programs of the client."""
    day, used = account.kept("daily", ["", 0])
    limit = (LIMITS | account.kept("limits", {}))["daily"]
    now = world.clock.now()
    count = used if day == now.date().isoformat() else 0
    entry = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": limit,
        "currentUsage": count,
        "collectedAt": shapes.time(now),
        "fetchStatus": "SUCCESS",
    }
    return Reply(200, {"results": [entry]})

"""Every door with an id: what is somebody else's is answered as what never existed, byte for byte.

The doors are found by themselves, in the tables of the capabilities. A door with an id of a new kind needs
one in `made_by`, and then is covered, too.
"""

import json
import re
import secrets
from importlib import import_module
from typing import Any

import httpx
import pytest

from domain.base.ids import ID_PREFIXES
from functions.framework.doors import Operation, Page, resolve
from tests.forms import SAME_SITE
from tests.functions.cards.test_api_cards import published
from tests.functions.companies.companies import connected_in
from tests.functions.connections.people import connect, own_card
from tests.functions.exchange.strangers import a_card_with_form, inbox, leave
from tests.functions.images.test_images import ready
from tests.functions.integrations.crm import connected
from tests.functions.organisations.designs import a_proposal
from tests.functions.organisations.photographed import ZIP, packed
from tests.functions.organisations.test_brand import picture as organisations_picture
from tests.functions.organisations.test_staff_cards import Office
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.calendar.test_calendar import calendar, event
from tests.functions.relationships.calendar.test_calendar import sent as sent_calendar
from tests.functions.relationships.duplicates.test_merges import merge
from tests.functions.relationships.strength.test_interactions import log
from tests.functions.relationships.test_contacts import a_contact, delete
from tests.functions.relationships.transfer.test_imports import ADA, read
from tests.stored import everything

# What stands in a route and is not the id of something that belongs to a person.
NO_IDS = {"handle", "link", "topic", "version", "name", "key", "file", "change", "vendor", "objectType"}
# Something other than an id in a route of a door that also has one.
OTHERS = {"file": "1.vcf", "change": "1", "name": "x", "vendor": "hubspot", "objectType": "person"}
# Doors to what the person of these tests has not: a deleted card, profile or reminder, a ready copy.
UNSEEN = {
    "accounts_get_deleted_profile",
    "organisations_get_removed",
    "organisations_leaving_get_successor",
    "organisations_leaving_page_leaver",
    "privacy_page_fetch_copy",
    "publishing_get_deleted",
    "publishing_page_ask_erase",
    "relationships_get_deleted_reminder",
    # Of designers with access (`tests/functions/staff/test_staff_matrix.py`).
    "staff_page_organisation",
    "staff_page_template",
    "staff_page_new",
    "staff_page_proposal",
}
# The number of an answer, by which operators find it in the logs, and names of what a page asks anew.
_CHANGING = (
    r"urn:uuid:[0-9a-f-]{36}",
    r'nonce(-|=")[\w+/=-]+',
    r'(?<=name="key" value=")[^"]*',
    r'(?<=name="csrf" value=")[^"]*',
    r"(?<=until )[^<]*",
)
# What is not any text, by the name of its field.
_TYPED = {"addresses": "grace@example.com", "domain": "flow-matic.example"}
_OWN_FORM = {"version": "1", "etag": "1", "text": "Mine", "name": "Mine", "kind": "call", "on": "2030-01-02"}


def _doors() -> list[Page | Operation]:
    import function_app  # noqa: PLC0415 - it checks the settings, which the host has set

    return [
        door
        for capability in function_app.CAPABILITIES
        for door in import_module(f"functions.{capability}.doors").DOORS
        if isinstance(door, Page | Operation) and set(_ids(_route(door))) - NO_IDS
    ]


def _route(door: Page | Operation) -> str:
    return f"api/v1/{door.path}" if isinstance(door, Operation) else door.route


def _ids(route: str) -> list[str]:
    return re.findall(r"{(\w+)}", route)


def _kind(name: str) -> str:
    return re.split("(?=[A-Z])", name.removesuffix("Id"))[-1].lower()


def never(name: str) -> str:
    """An id that was never given away."""
    return f"{ID_PREFIXES[_kind(name)]}_{''.join(secrets.choice('abcdefgh234567') for _ in range(26))}"


async def made_by(host: Any, ada: Any, client: Any, signed_in: Any) -> list[dict[str, str]]:
    """Ids of things of a person, by the names that they have in routes; of some kinds there are several."""
    grace, other = await a_contact(ada, "Grace", tags=["Navy"], groups=["Old"]), await a_contact(ada, "Other")
    gone, dropped = await a_contact(ada, "Gone"), await a_contact(ada, "Dropped")
    firm = await a_contact(ada, "Firm", kind="entity", emails=[{"address": "grace@example.com"}])
    await delete(ada, gone)
    note = await ada.api("POST", f"contacts/{grace['id']}/notes", json={"text": "Secret"})
    old = await ada.api("POST", f"contacts/{grace['id']}/notes", json={"text": "Old"})
    await ada.api("DELETE", f"notes/{old.json()['id']}", headers={"If-Match": old.headers["etag"]})
    reminder = await ada.api(
        "POST", f"contacts/{grace['id']}/reminders", json={"text": "x", "silentWeeks": 3}
    )
    logged = await log(ada, grace)
    merged = await merge(ada, other, dropped)
    card = (await published(ada)).json()
    photo = await ready(host, ada, purpose="contact")
    picture = await ready(host, ada)
    form = await a_card_with_form(ada)
    await leave(client(), form, email="a@example.com")
    [exchange] = await inbox(ada)
    bob = await signed_in()
    link = await connect(bob, ada, (await own_card(ada))["handle"])
    export = await ada.api("POST", "exports", json={"form": "json"})
    file = await sent_calendar(ada, calendar(event("1", 3, "grace@example.com")))
    imported = await read(host, ada, ADA)
    await host.drain_queue("work")
    organisation = await ada.api("POST", "organisations", json={"name": "Flow-Matic"})
    answers = (note, reminder, merged, export, file, organisation)
    place = f"organisations/{organisation.json()['id']}"
    invitations = await ada.api("POST", f"{place}/invitations", json={"addresses": ["a@example.com"]})
    domain = await ada.api("POST", f"{place}/domains", json={"domain": "flow-matic.example"})
    answers = (*answers, invitations, domain)
    assert all(answer.status_code == 201 for answer in answers), [answer.text for answer in answers]
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    teams = f"{place}/teams"
    team, former = [(await ada.api("POST", teams, json={"name": name})).json() for name in ("Old", "New")]
    put_in = {"members": [organisation.json()["memberId"]]}
    await ada.api("POST", f"{teams}/{team['id']}/members", json=put_in)
    removal = await ada.api("DELETE", f"{teams}/{former['id']}", headers={"If-Match": '"1"'})
    proposal = await a_proposal(ada, organisation.json(), client, signed_in)
    people = await ada.api(
        "POST",
        f"{place}/imports",
        content=b"Name,E-mail\nGrace,grace@example.com",
        headers={"Content-Type": "text/csv"},
    )
    run = await ada.api("POST", f"{place}/invitation-runs", json={})
    photos = await ada.api("POST", f"{place}/photos", content=packed(("grace.jpg", b"x")), headers=ZIP)
    template, staff, request = await _staff_card(ada, place, organisation.json()["memberId"])
    logo = await organisations_picture(host, ada, Office(ada, organisation.json()))
    page = await ada.api("POST", f"{place}/company-page", json={})
    company, given = await connected_in(ada, organisation.json(), page, ada)
    crm = await connected(host, ada, organisation.json())
    synced = await crm.filled()
    ids = synced | {
        "calendarId": file.json()["id"],
        "cardId": card["id"],
        "companyId": company,
        "connectionId": link,
        "contactId": grace["id"],
        "domainId": domain.json()["id"],
        "exchangeId": exchange["id"],
        "imageId": photo["id"],
        "importId": imported["id"],
        "interactionId": logged["id"],
        "invitationId": invitations.json()["data"][0]["id"],
        "mergeId": merged.json()["id"],
        "memberId": organisation.json()["memberId"],
        "noteId": note.json()["id"],
        "organisationId": organisation.json()["id"],
        "otherContactId": other["id"],
        "photosId": photos.json()["id"],
        "profileId": card["profileId"],
        "proposalId": proposal,
        "reminderId": reminder.json()["id"],
        "requestId": request,
        "runId": run.json()["id"],
        "tagId": tag["id"],
        "teamId": team["id"],
        "tokenId": (await ada.api("POST", f"{place}/directory/tokens")).json()["id"],
        "templateId": template,
        "workId": export.json()["id"],
    }
    return [
        ids,
        ids | {"contactId": gone["id"], "noteId": old.json()["id"], "imageId": picture["id"]},
        ids | {"contactId": dropped["id"], "cardId": form["id"]},
        ids | {"contactId": firm["id"], "otherContactId": gone["id"]},
        ids | {"teamId": former["id"], "workId": removal.json()["workId"]},
        ids | {"cardId": staff, "imageId": logo},
        ids | {"importId": people.json()["id"], "exchangeId": given},
        ids | synced,
    ]


async def _staff_card(ada: Any, place: str, member: str) -> tuple[str, str, str]:
    """Ids of a template in force whose effect is counted, a card that follows it, and a request about it."""
    rules = {"title": {"mode": "locked", "value": "Staff"}}
    made = await ada.api("POST", f"{place}/templates", json={"name": "Staff", "rules": rules})
    template = made.json()["id"]
    one, version = f"{place}/templates/{template}", {"If-Match": '"1"'}
    await ada.api("PUT", f"{one}/release", headers=version)
    new = {"memberId": member, "templateId": template}
    staff = (await ada.api("POST", f"{place}/staff-cards", json=new)).json()["id"]
    wanted = {"field": "title", "value": "Captain", "reason": "Promoted"}
    request = await ada.api("POST", f"{place}/staff-cards/{staff}/requests", json=wanted)
    await ada.api("POST", f"{one}/effect", headers={"If-Match": '"2"'})
    return template, staff, request.json()["id"]


def _sample(schema: dict, ids: dict[str, str], schemas: dict, name: str = "") -> Any:  # noqa: PLR0911 - one for each form
    """Something that a schema takes, with these ids where it asks for some."""
    if "$ref" in schema:
        return _sample(schemas[schema["$ref"].rpartition("/")[2]], ids, schemas, name)
    if "anyOf" in schema:
        return _sample(schema["anyOf"][0], ids, schemas, name)
    kinds = {"keepId": "contactId", "dropId": "otherContactId", "entityId": "contactId", "ids": "contactId",
             "parentId": "teamId", "members": "memberId"}  # fmt: skip
    if schema.get("type") == "string" and (known := kinds.get(name, name)) in ids:
        return ids[known]
    if name in _TYPED and schema.get("type") == "string":
        return _TYPED[name]
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        wanted = {*schema.get("required", []), *(each for each in properties if each.lower().endswith("id"))}
        return {each: _sample(properties[each], ids, schemas, each) for each in properties if each in wanted}
    if schema.get("type") == "array":
        return [_sample(schema["items"], ids, schemas, name)]
    samples = {"integer": 1, "number": 1, "boolean": True, "null": None}
    if schema.get("type") in samples:
        return samples[schema["type"]]
    formats = {"date": "2024-05-01", "date-time": "2024-05-01T00:00:00Z", "email": "mine@example.com"}
    return formats.get(schema.get("format", ""), "Mine")


def _plain(answer: httpx.Response, ids: dict[str, str]) -> tuple[int, str]:
    """All of an answer, but for the ids that were asked for and what is of this request alone."""
    headers = {k: v for k, v in answer.headers.items() if k not in ("set-cookie", "date")}
    said = json.dumps(headers) + "\n" + answer.text
    for name, value in sorted(ids.items(), key=lambda pair: pair[0]):
        said = said.replace(value, f"<{name}>")
    for changing in _CHANGING:
        said = re.sub(changing, "", said)
    return answer.status_code, said


def _first_difference(seen: tuple[int, str], expected: tuple[int, str]) -> str:
    at = next((i for i, pair in enumerate(zip(seen[1], expected[1], strict=False)) if len(set(pair)) > 1), 0)
    parts = [f"{status} {said[max(0, at - 60) : at + 60]!r}" for status, said in (seen, expected)]
    return " | ".join(parts)


async def _ask(
    asking: Any, door: Any, method: str, ids: dict[str, str], schemas: dict, *, version: str = "1"
) -> httpx.Response:
    path = "/" + _route(door).format(**(OTHERS | ids))
    http, csrf = (asking.http, asking.csrf) if hasattr(asking, "http") else (asking, "x" * 43)
    if not isinstance(door, Operation):
        if method in ("GET", "HEAD"):
            return await http.request(method, path)
        form = _OWN_FORM | {"csrf": csrf, "version": version} | ids
        return await http.request(method, path, data=form, headers=SAME_SITE)
    described = resolve(door.handler)
    headers = {"X-CSRF-Token": csrf, "If-Match": f'"{version}"'}
    given: dict[str, Any] = {}
    if described.body:
        given = {"json": _sample(schemas[described.body.__name__], ids, schemas)}
    elif described.takes:
        headers["Content-Type"], given = described.takes[0], {"content": b"x"}
    return await http.request(method, path, headers=headers, **given)


@pytest.fixture
async def unlimited(host, monkeypatch) -> None:
    """Without the limit of changes in a minute, behind which nothing would be seen."""
    from adapters.rate_limiter import RateLimiter  # noqa: PLC0415 - what the host loaded

    async def take(*_: object) -> None:
        """Count nothing."""

    monkeypatch.setattr(RateLimiter, "take", take)


async def owned_by(person: Any) -> dict:
    account = await account_of(person)
    return {at: text for at, text in (await everything()).items() if account in text}


async def test_what_is_somebody_elses_is_answered_as_what_never_existed(
    host, client, signed_in, unlimited
) -> None:
    ada, eve, stranger = await signed_in(), await signed_in(), client()
    mine = await made_by(host, ada, client, signed_in)
    doors = _doors()
    unknown = {name for door in doors for name in _ids(_route(door))} - NO_IDS - mine[0].keys()
    assert not unknown, "make one of these in made_by"
    schemas = (await stranger.get("/api/v1/openapi.json")).json()["components"]["schemas"]
    before = await owned_by(ada)
    for asking in (eve.http, stranger):
        asking.headers["Accept-Encoding"] = "identity"
    unlike: list[str] = []
    tried = 0
    for door in doors:
        methods = [door.method] if isinstance(door, Operation) else door.methods.split()
        names = [name for name in _ids(_route(door)) if name not in NO_IDS]
        for method in methods:
            asked: set[tuple[str, ...]] = set()
            for ids in mine:
                if (key := tuple(ids[name] for name in names)) in asked:
                    continue
                asked.add(key)
                none = {name: never(name) for name in ids}
                for asking in (eve, stranger):
                    theirs = await _ask(asking, door, method, ids, schemas)
                    absent = await _ask(asking, door, method, none, schemas)
                    tried += 1
                    seen, expected = _plain(theirs, ids), _plain(absent, none)
                    if seen != expected or theirs.status_code >= 500:
                        unlike.append(f"{door.name} {method} {key} {_first_difference(seen, expected)}")
    assert not unlike, "\n".join(unlike)
    assert await owned_by(ada) == before
    assert tried > 400


async def test_the_ids_lead_to_something_for_their_owner(host, client, signed_in, unlimited) -> None:
    """Otherwise the test above would compare nothing with nothing."""
    ada = await signed_in()
    mine = await made_by(host, ada, client, signed_in)
    nothing = []
    for door in _doors():
        if "GET" in ([door.method] if isinstance(door, Operation) else door.methods.split()):
            answers = [await _ask(ada, door, "GET", ids, {}) for ids in mine]
            if all(answer.status_code == 404 for answer in answers):
                nothing.append(door.name)
    # Of these nothing was deleted or asked for, and there is nothing to see.
    assert set(nothing) <= UNSEEN

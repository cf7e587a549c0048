"""Every link and form on the pages of an organisation, by role: what somebody is offered is theirs to use."""

import re
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urldefrag, urljoin

from domain.organisations.roles import ALLOWED
from functions.framework.doors import Page
from functions.integrations.doors import DOORS as OF_INTEGRATIONS
from tests.functions.integrations.crm import connected
from tests.functions.integrations.test_matrix import ACT as ACT_OF_INTEGRATIONS
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_matrix import ACT as ACT_OF_ORGANISATIONS
from tests.functions.organisations.test_matrix import DOORS as OF_ORGANISATIONS
from tests.functions.organisations.test_matrix import cast, doors_in, removed, unlimited

DOORS: Final = (*OF_ORGANISATIONS, *OF_INTEGRATIONS)
ACT: Final = ACT_OF_ORGANISATIONS | ACT_OF_INTEGRATIONS
__all__ = ["cast", "removed", "unlimited"]

OPENING: Final = {"a": "href", "iframe": "src", "img": "src", "form": "action"}
# More pages than any role has here: a crawl that finds more goes round in a circle.
MOST_PAGES: Final = 400
# Signing in again is asked of somebody for what needs a fresh sign-in; signing out ends the crawl.
NOT_FOLLOWED: Final = ("/auth/", "/assets/")
# Pages that nothing leads to before something is counted, checked or visited, and those that a script opens.
NOT_AT_ONCE: Final = {
    "organisations_visits_page_file",
    "organisations_assignments_page_effect",
    "organisations_templates_page_effect",
    "organisations_imports_page_faulty",
    "organisations_directory_page_log",
    "organisations_brand_page_preview",
    "organisations_cards_page_preview",
    "organisations_company_page_preview",
    "integrations_page_order",
}


class Offered(HTMLParser):
    """What a page offers to open, and the addresses to which its forms are sent."""

    def __init__(self, page: str, at: str) -> None:
        super().__init__()
        self.opened: set[str] = set()
        self.sent: set[str] = set()
        self._at, self._posts = at, False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._posts = said.get("method") == "post"
        if self._posts and tag in ("form", "button"):
            self._add(self.sent, said.get("action") or said.get("formaction"))
        elif tag in OPENING:
            self._add(self.opened, said.get(OPENING[tag]))
        self._add(self.opened, said.get("hx-get"))

    def _add(self, found: set[str], address: str | None) -> None:
        path = urldefrag(urljoin(self._at, address or "")).url
        if address and not address.startswith("#") and path.startswith("/") and not path.startswith("//"):
            found.add(path)


def door_of(path: str, method: str) -> str | None:
    """Name of the page of an organisation behind an address."""
    plain = path.partition("?")[0].strip("/")
    doors = [door for door in DOORS if isinstance(door, Page) and method in door.methods]
    found = [door for door in doors if re.fullmatch(re.sub(r"{\w+}", "[^/]+", door.route), plain)]
    # A route without a place in it goes first, as in the host.
    return min(found, key=lambda door: door.route.count("{")).name if found else None


def pages_of(role: str) -> set[str]:
    """Names of the pages that a role may open."""
    pages = {door.name for door in doors_in(DOORS) if isinstance(door, Page) and "GET" in door.methods}
    return {name for name in pages if name in ACT and role in ALLOWED[ACT[name]]}


async def walk(
    person: Any, starts: list[str], within: str
) -> tuple[set[str], dict[str, set[str]], list[str]]:
    """Open all that is offered from here on; return that, the forms by page, and what was refused."""
    forms: dict[str, set[str]] = {}
    refused: list[str] = []
    todo, seen = [(start, "typed") for start in starts], set(starts)
    while todo:
        assert len(seen) < MOST_PAGES, sorted(seen)
        path, on = todo.pop()
        answer = await person.http.get(path, follow_redirects=False)
        if answer.status_code >= 400:
            refused.append(f"{path} on {on}: {answer.status_code}")
        if answer.is_redirect:
            links = {urljoin(path, answer.headers["location"])}
        elif path.startswith((within, "/my/cards")) and "text/html" in answer.headers.get("content-type", ""):
            offered = Offered(answer.text, path)
            links, forms[path] = offered.opened, offered.sent
        else:
            links = set()
        new = {each for each in links - seen if each.startswith("/") and not each.startswith(NOT_FOLLOWED)}
        seen |= new
        todo += [(each, path) for each in sorted(new)]
    return seen, forms, refused


async def test_all_that_a_role_is_offered_is_theirs(host, cast, signed_in, unlimited) -> None:
    people, _, ids, _ = cast
    await (await connected(host, people["owner"], {"id": ids["organisationId"]})).filled()
    people = people | {"team admin": await an_admin_of_a_team(people["owner"], ids, await signed_in())}
    for name, person in people.items():
        role = "member" if name == "team admin" else name
        at = f"/org/{ids['organisationId']}"
        opened, forms, refused = await walk(person, [at, "/my", "/my/cards", "/my/account"], at)
        assert refused == [], name
        assert pages_of(role) - {door_of(page, "GET") for page in opened} <= NOT_AT_ONCE, name
        not_theirs = [
            f"{sent} on {page}"
            for page, all_sent in forms.items()
            for sent in all_sent
            if sent.startswith(at) and not may_send(role, sent, of_a_team=name == "team admin")
        ]
        assert not_theirs == [], name


async def an_admin_of_a_team(owner: Any, ids: dict[str, str], person: Any) -> Any:
    """Put somebody into the team as its admin, with a staff card."""
    org = {"id": ids["organisationId"]}
    there, at = await joined(org, person), f"organisations/{org['id']}"
    await owner.api("POST", f"{at}/teams/{ids['teamId']}/members", json={"members": [there["id"]]})
    made = await owner.api("PUT", f"{at}/teams/{ids['teamId']}/admins/{there['id']}")
    body = {"memberId": there["id"], "templateId": ids["templateId"]}
    card = await owner.api("POST", f"{at}/staff-cards", json=body)
    assert (made.is_success, card.status_code) == (True, 201), (made.text, card.text)
    return person


def may_send(role: str, path: str, *, of_a_team: bool) -> bool:
    name = door_of(path, "POST")
    assert name is not None, f"no door takes {path}"
    # What is their person's alone, and what admins of a team may in their own one, no table of roles says.
    if name not in ACT or (of_a_team and name.startswith("organisations_teams_")):
        return True
    return role in ALLOWED[ACT[name]] or name in (
        "organisations_cards_page_save",
        "organisations_cards_page_typed",
    )


def test_a_link_and_a_form_are_found() -> None:
    page = """<a href="people">P</a><a href="#here">H</a><a href="mailto:a@example.com">M</a>
    <a href="https://example.com/">E</a><form action="/org/x/found"><button>Find</button></form>
    <form method="post" action="/org/x/teams"><button>Make</button>
    <button formaction="/org/x/brand">B</button></form>"""
    offered = Offered(page, "/org/x")
    assert offered.opened == {"/org/people", "/org/x/found"}
    assert offered.sent == {"/org/x/teams", "/org/x/brand"}

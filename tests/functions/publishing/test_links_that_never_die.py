"""Every state of a card and its handles, by every way into it, in every form: nothing printed dies."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

import wiring.publishing
from domain.cards.card import CardVersion
from domain.publishing.handles import ANSWERS, FORMS, STATES, Form, State, state_of
from domain.publishing.succession import end_card
from functions.cards.formats import FORMATS, OFFERS
from functions.cards.handles.finding import form_of
from tests.functions.cards.test_api_cards import NOT_SHOWN, a_card, handle, published
from tests.functions.exchange.strangers import switch
from tests.functions.images.test_images import ready
from tests.functions.privacy.test_copy import account_of

WEBSITE = "https://example.com/analysis"
# What is asked for behind the handle, with what Accept, and what form it is. `{photo}` is a picture's name.
ASKED: dict[str, tuple[str, str, Form]] = {
    "page": ("", "text/html", "page"),
    **{name: (f".{name}", "*/*", form_of(name)) for name in FORMATS},
    **{f"accepts {each.media}": ("", each.media, form_of(each.format_name)) for each in OFFERS},
    "code in a look": (".qr.png?fg=000080&size=256", "*/*", "code"),
    "webp": ("/{webp}", "*/*", "picture"),
    "jpeg": ("/{jpeg}", "*/*", "picture"),
    "link": ("/go/{link}", "*/*", "link"),
    "exchange": ("/exchange", "text/html", "exchange"),
}
# Ways into each state: what was done before, one after the other; the last step is the one that is tested.
WAYS: dict[State, tuple[str, ...]] = {
    "shown": (
        "publish",
        "pause resume",
        "pause publish",
        "unpublish publish",
        "delete restore",
        "lead-on take-back",
        "unpublish lead-on take-back publish",
    ),
    "paused": ("pause", "pause lead-on take-back", "pause delete restore"),
    "unpublished": (
        "unpublish",
        "pause unpublish",
        "unpublish delete restore",
        "unpublish lead-on take-back",
    ),
    "deleted": (
        "delete",
        "pause delete",
        "unpublish delete",
        "delete erase",
        "leave delete",
        "close delete erase",
    ),
    "moved": ("lead-on", "pause lead-on", "unpublish lead-on", "lead-on delete restore"),
    "merged": (
        "lead-on delete",
        "lead-on delete erase",
        "leave-to delete",
        "close-to delete",
        "lapse-to delete",
    ),
    "left": (
        "leave",
        "leave-to",
        "pause leave",
        "lead-on leave",
        "lead-on leave-to",
        "leave-to delete restore",
    ),
    "organisation_gone": ("close", "close-to", "unpublish close-to"),
    "lapsed": ("lapse", "lapse-to", "pause lapse"),
}
ROWS = [(state, way) for state, ways in WAYS.items() for way in ways]
ENDS = {"leave": "left", "close": "organisation_gone", "lapse": "lapsed"}


@dataclass
class Stage:
    """A renamed card with everything on it, and the card that may take its place."""

    person: object
    card_id: str
    present: str
    former: str
    successor: str
    names: dict[str, str]

    async def do(self, step: str) -> None:
        path = f"cards/{self.card_id}"
        if step in ("restore", "erase"):
            path += "/restoration"
        etag = (await self.person.api("GET", path)).headers["etag"]
        what, _, _to = step.partition("-to")
        if what in ENDS:
            of = CardVersion(await account_of(self.person), self.card_id, int(etag.strip('"')))
            successor = self.successor if step.endswith("-to") else None
            await end_card(of, ENDS[what], successor, now=datetime.now(UTC), ports=wiring.publishing.ports())
            return
        method, rest = {
            "publish": ("PUT", "/publication"), "unpublish": ("DELETE", "/publication"),
            "pause": ("PUT", "/pause"), "resume": ("DELETE", "/pause"),
            "delete": ("DELETE", ""), "restore": ("PUT", ""), "erase": ("DELETE", ""),
            "lead-on": ("PUT", "/successor"), "take-back": ("DELETE", "/successor"),
        }[step]  # fmt: skip
        body = {"handle": self.successor} if step == "lead-on" else None
        done = await self.person.api(method, path + rest, json=body, headers={"If-Match": etag})
        assert done.is_success, (step, done.text)


@pytest.fixture
async def photo(host, signed_in):
    ada = await signed_in()
    return ada, (await ready(host, ada))["id"]


@pytest.fixture
async def staged(photo, signed_in, client):
    ada, image = photo
    other = (await published(ada, title="Successor")).json()["handle"]

    async def stage() -> Stage:
        made = await published(ada, title="Analyst", website=WEBSITE, photo=image)
        card, new = made.json(), handle()
        await switch(ada, card, on=True)
        etag = (await ada.api("GET", f"cards/{card['id']}")).headers["etag"]
        renamed = await ada.api(
            "PUT", f"cards/{card['id']}/handle", json={"handle": new}, headers={"If-Match": etag}
        )
        assert renamed.is_success, renamed.text
        page = (await client().get(f"/c/{new}", headers={"Accept": "text/html"})).text
        shown = (await client().get(f"/c/{new}.json")).json()["images"]["photo"]["urls"]
        names = {kind: shown[kind].rpartition("/")[2] for kind in ("webp", "jpeg")}
        names["link"] = page.split(f"/c/{new}/go/")[1][:12]
        return Stage(ada, card["id"], new, card["handle"], other, names)

    return stage


def asked_of(stage: Stage, name: str, what: str) -> tuple[str, dict[str, str]]:
    rest, accept, _form = ASKED[what]
    return f"/c/{name}{rest.format(**stage.names)}", {"Accept": accept, "Accept-Language": "en"}


def test_the_table_decides_every_state_and_every_form() -> None:
    assert STATES.keys() == set(State.__args__)
    assert set(FORMS) == set(Form.__args__)
    assert all(set(answers) == set(FORMS) for answers in ANSWERS.values())
    for state, standings in STATES.items():
        assert {each for each in standings if each} <= ANSWERS.keys()
        for standing in filter(None, standings):
            lost = [form for form, answer in ANSWERS[standing].items() if answer == "missing"]
            assert (state == "draft") == bool(lost)
    assert {form for _rest, _accept, form in ASKED.values()} == set(FORMS)
    # 41 ways into the states that were published, at 2 handles of the card, in 21 forms: 1722 cells.
    assert WAYS.keys() | {"draft", "renamed"} == STATES.keys()
    assert (len(ROWS), len(ASKED)) == (41, 21)


@pytest.mark.parametrize(("state", "way"), ROWS, ids=[f"{state}-by-{way}" for state, way in ROWS])
async def test_every_form_of_every_state_is_something_useful_or_leads_on(
    staged, client, state: State, way: str
) -> None:
    stage = await staged()
    for step in way.split():
        await stage.do(step)
    cells = 0
    for name in (stage.present, stage.former):
        await check_stored(stage, name, state)
        for what in ASKED:
            await check(stage, client(), name, what, expected(stage, state, way, name))
            cells += 1
    assert cells == 2 * len(ASKED)


async def check_stored(stage: Stage, name: str, state: State) -> None:
    card = await wiring.publishing.ports().cards.get_with_deleted(
        await account_of(stage.person), stage.card_id
    )
    wanted = "renamed" if state == "shown" and name == stage.former else state
    assert state_of(card, name) == wanted


def expected(stage: Stage, state: State, way: str, name: str) -> str:
    if state == "shown":
        return "shown" if name == stage.present else "renamed"
    followed = state in ("moved", "merged") or way.rsplit(maxsplit=1)[-1].endswith("-to") or "leave-to" in way
    return "succeeded" if followed else "off"


async def check(stage: Stage, stranger, name: str, what: str, standing: str) -> None:
    path, headers = asked_of(stage, name, what)
    rest, _accept, form = ASKED[what]
    answer = await stranger.get(path, headers=headers)
    wanted = ANSWERS[standing][form]
    if standing == "off" and wanted == "page" and not rest:
        wanted = "neutral"
    told = (standing, what, answer.status_code, answer.headers.get("location"))
    assert "set-cookie" not in answer.headers, told
    if wanted in ("same", "page"):
        target = {"renamed": stage.present, "succeeded": stage.successor, "off": name}[standing]
        location = f"/c/{target}" + (rest.format(**stage.names) if wanted == "same" else "")
        assert answer.status_code == 308, told
        assert answer.headers["location"] == location, told
        assert answer.headers["cache-control"] == "no-cache", told
        assert (await stranger.get(location, headers=headers)).status_code in (200, 303), told
    elif wanted == "card" and form == "link":
        assert (answer.status_code, answer.headers["location"]) == (303, WEBSITE), told
    else:
        assert answer.status_code == 200, told
        if wanted == "neutral":
            assert "Ada" not in answer.text, told
            assert form != "page" or NOT_SHOWN in answer.text, told


async def test_a_handle_that_never_stood_for_a_card_is_not_found_in_any_form(
    staged, signed_in, client
) -> None:
    stage, draft = await staged(), (await a_card(await signed_in())).json()["handle"]
    for what in ASKED:
        seen = []
        for name in (draft, handle()):
            path, headers = asked_of(stage, name, what)
            answer = await client().get(path, headers=headers)
            kept = {
                key: value for key, value in answer.headers.items() if key not in ("date", "content-length")
            }
            seen.append((answer.status_code, without_instance(answer.text), kept))
        assert seen[0][0] == 404
        assert seen[0] == seen[1]


def without_instance(text: str) -> str:
    """A problem without its own id."""
    return re.sub("urn:uuid:[0-9a-f-]+", "", text)


async def test_a_card_that_is_not_shown_looks_the_same_whatever_became_of_it(
    staged, signed_in, client
) -> None:
    stranger, bob, seen = client(), (await signed_in()).http, {}
    for way in ("pause", "unpublish", "delete", "delete erase", "leave", "close", "lapse"):
        stage = await staged()
        for step in way.split():
            await stage.do(step)
        for name in (stage.present, stage.former):
            for what, (_rest, _accept, form) in ASKED.items():
                path, headers = asked_of(stage, name, what)
                for visitor in (stranger, bob, stage.person.http):
                    answer = await visitor.get(path, headers=headers)
                    told = {key: value for key, value in answer.headers.items() if key != "date"}
                    told["location"] = told.get("location", "").replace(name, "")
                    if form == "code":
                        told["etag"], told["content-length"] = "", ""
                    body = b"" if form == "code" else answer.content
                    seen.setdefault(what, set()).add((answer.status_code, body, tuple(sorted(told.items()))))
    assert {what: len(answers) for what, answers in seen.items()} == dict.fromkeys(ASKED, 1)

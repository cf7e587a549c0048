"""`/my/share`: which codes it shows, in which order, and what it says to whom has none."""

import re

import httpx
import pytest
from pydantic.alias_generators import to_camel

from domain.cards.content import SINGLE_FIELDS
from functions.sharing.code_pages import MOST_PANELS
from tests.functions.cards.test_api_cards import a_card, a_profile, published


@pytest.fixture
async def owner(signed_in):
    return await signed_in()


def panels(text: str) -> list[str]:
    return re.findall(r'<section class="panel" id="(crd_[a-z0-9]+)"', text)


async def change(owner, card: httpx.Response, verb: str, what: str) -> httpx.Response:
    headers = {"If-Match": card.headers["etag"]}
    answer = await owner.api(verb, f"cards/{card.json()['id']}/{what}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_stranger_signs_in_and_comes_back(client) -> None:
    answer = await client().get("/my/share")
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/login?returnTo=/my/share")


async def test_whoever_has_no_card_is_led_to_make_one_and_then_to_publish_it(owner) -> None:
    assert 'href="/my/new-card"' in (await owner.http.get("/my/share")).text
    draft = await a_card(owner)
    card = draft.json()
    page = await owner.http.get("/my/share")
    assert "Nobody can see your card yet" in page.text
    assert f'href="/my/cards/{card["id"]}/share"' in page.text
    live = await change(owner, draft, "PUT", "publication")
    page = await owner.http.get("/my/share")
    assert panels(page.text) == [card["id"]]
    assert f"izwop.test/c/{card['handle']}" in re.sub("<wbr>", "", page.text)
    await change(owner, live, "PUT", "pause")
    page = await owner.http.get("/my/share")
    assert "Your card is paused" in page.text
    assert panels(page.text) == []


async def test_the_card_changed_last_is_first_unless_another_is_asked_for(owner) -> None:
    first, *others = [await published(owner) for _ in range(3)]
    one, two, three = (made.json() for made in (first, *others))
    await a_card(owner)
    paused = await change(owner, first, "PUT", "pause")
    assert panels((await owner.http.get("/my/share")).text) == [three["id"], two["id"]]
    await change(owner, paused, "DELETE", "pause")
    assert panels((await owner.http.get("/my/share")).text) == [one["id"], three["id"], two["id"]]
    asked = await owner.http.get(f"/my/share?card={two['id']}")
    assert panels(asked.text) == [two["id"], one["id"], three["id"]]


@pytest.mark.parametrize("asked", ["crd_" + "a" * 26, "x", "%00", "'>\"<script>"])
async def test_a_card_that_is_none_of_theirs_changes_nothing(owner, signed_in, asked) -> None:
    mine = (await published(owner)).json()
    foreign = (await published(await signed_in())).json()
    for wanted in (asked, foreign["id"]):
        page = await owner.http.get(f"/my/share?card={wanted}")
        assert panels(page.text) == [mine["id"]]
        assert "<script>" not in page.text


async def test_many_cards_are_twenty_and_a_way_to_the_rest(owner, host) -> None:
    import wiring.cards  # noqa: PLC0415 - only once the host has set the environment

    profile = await a_profile(owner)
    audiences = dict.fromkeys(map(to_camel, SINGLE_FIELDS), "public")
    made = []
    for _ in range(MOST_PANELS + 2):
        body = {"profileId": profile, "content": {"name": "Ada", "audiences": audiences}}
        card = await owner.api("POST", "cards", json=body)
        path = f"cards/{card.json()['id']}/publication"
        made.append((await owner.api("PUT", path, headers={"If-Match": card.headers["etag"]})).json()["id"])
    store = wiring.cards.store()
    queries, ask = [], store._containers["accounts"].query

    async def counted(*args, **kwargs):
        queries.append(args)
        return await ask(*args, **kwargs)

    store._containers["accounts"].query = counted
    try:
        page = await owner.http.get("/my/share")
    finally:
        store._containers["accounts"].query = ask
    assert len(queries) == 1
    assert panels(page.text) == made[: -MOST_PANELS - 1 : -1]
    assert 'href="/my/cards"' in page.text
    assert "data-more" in page.text
    # The first one of all is not among them, but comes when it was the last one shown.
    assert panels((await owner.http.get(f"/my/share?card={made[0]}")).text)[0] == made[0]


async def test_every_way_to_share_is_there_without_a_script(owner) -> None:
    card = (await published(owner, name='Ada "The Engine" & Sons 💡')).json()
    page = (await owner.http.get("/my/share")).text
    message = (
        "Ada%20%22The%20Engine%22%20%26%20Sons%20%F0%9F%92%A1%3A%20"
        f"https%3A%2F%2Fizwop.test%2Fc%2F{card['handle']}"
    )
    assert f'href="https://wa.me/?text={message}"' in page
    assert f'href="sms:?&amp;body={message}"' in page
    assert f"&amp;body={message}" in page
    assert f'href="/c/{card["handle"]}.qr.png" download="{card["handle"]}.png"' in page
    assert f'href="/my/cards/{card["id"]}/share"' in page
    # What needs a script is hidden until it runs.
    assert re.findall(r"<button[^>]*>", page) == re.findall(r"<button[^>]* hidden>", page)

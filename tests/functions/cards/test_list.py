"""The list of a person's cards, and the search among them."""

import re

import httpx
import pytest

from tests.forms import send
from tests.functions.today.test_today import calls_of

NAMES = ("Ada Lovelace", "Åsa Öberg", "Bo Ek", "Cleo Ng", "Dan Ito", "Eva Lund", "Finn Ås")


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


async def make(person, *names: str) -> None:
    profile = (await person.api("POST", "profiles", json={"name": "Work"})).json()["id"]
    for name in names:
        made = await person.api("POST", "cards", json={"profileId": profile, "content": {"name": name}})
        assert made.status_code == 201


async def search(person, text: str) -> httpx.Response:
    return await send(person, "/my/cards", {"csrf": person.csrf, "q": text})


async def found(person, text: str) -> list[str]:
    page = (await search(person, text)).text
    return re.findall(r"<h2><a [^>]*><bdi>([^<]*)</bdi>", page)


async def test_a_search_is_offered_from_eight_cards_on(ada) -> None:
    await make(ada, *NAMES)
    assert 'role="search"' not in (await ada.http.get("/my/cards")).text
    await make(ada, "Grace Hopper")
    assert 'role="search"' in (await ada.http.get("/my/cards")).text


async def test_cards_are_found_and_a_text_that_finds_none_is_told(ada) -> None:
    await make(ada, *NAMES)
    assert await found(ada, "as") == ["Finn Ås", "Åsa Öberg"]
    assert await found(ada, " oberg  ASA") == ["Åsa Öberg"]
    page = (await search(ada, '<b>"nobody')).text
    assert "No card is called “&lt;b&gt;&#34;nobody”" in page
    assert 'value="&lt;b&gt;&#34;nobody"' in page
    assert (await search(ada, "x" * 5000)).status_code == 200


async def test_nobody_finds_the_cards_of_others(ada, signed_in) -> None:
    await make(ada, "Ada Lovelace")
    assert await found(await signed_in(), "Ada") == []


async def test_a_search_asks_the_store_for_the_cards_once(ada, cloud) -> None:
    await make(ada, *NAMES)
    searched = await calls_of(cloud, search(ada, "as"))
    # The session, the organisations of the switcher, the cards, and the profiles that they name.
    assert searched == ["read", "read", "query", "query"]


async def test_a_part_of_a_page_does_not_become_the_sign_in(client) -> None:
    async with client() as stranger:
        answer = await stranger.get("/my/cards", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/auth/login?returnTo=/my/cards")


async def test_a_search_is_asked_by_our_own_form_and_an_empty_one_shows_all(ada) -> None:
    assert (await send(ada, "/my/cards", {"q": "Ada"})).status_code == 403
    assert (await search(ada, " ")).headers["location"] == "/my/cards"

"""The page that shares one card: the code in colours of one's own, and what cameras could not read."""

import html
import re

import httpx
import pytest

from tests.forms import Fields
from tests.functions.cards.test_api_cards import a_card, published
from tests.functions.images.test_images import ready


@pytest.fixture
async def owner(signed_in):
    return await signed_in()


@pytest.fixture
async def card(owner) -> dict:
    return (await published(owner)).json()


async def shown(owner, card: dict, query: str) -> httpx.Response:
    return await owner.http.get(f"/my/cards/{card['id']}/share?{query}")


def fields(answer: httpx.Response, card: dict) -> Fields:
    return Fields(answer.text, f"/my/cards/{card['id']}/share")


def codes(text: str) -> list[str]:
    """Every address of a code in a look of one's own: the one shown, and the downloads."""
    return [html.unescape(found) for found in re.findall(r'"(/c/[^"]*\.qr\.[a-z]+\?[^"]*)"', text)]


async def test_a_look_is_shown_on_the_page_and_can_be_fetched(owner, card, client) -> None:
    answer = await shown(owner, card, "fg=%23102040&bg=%23ffeedd&size=600")
    assert answer.status_code == 200
    assert codes(answer.text) == [
        f"/c/{card['handle']}.qr.{suffix}?fg=102040&bg=ffeedd&size=600" for suffix in ("svg", "svg", "png")
    ]
    for address in codes(answer.text):
        assert (await client().get(address)).status_code == 200
    values = fields(answer, card).values
    assert (values["fg"], values["bg"], values["size"]) == ("#102040", "#ffeedd", "600")


@pytest.mark.parametrize(
    ("query", "wrong", "told"),
    [
        ("fg=%23cccccc&bg=%23ffffff&size=600", {"fg"}, "tell these two colours apart"),
        ("fg=%23ffffff&bg=%23000000&size=600", {"fg"}, "dark on light"),
        ("fg=red&bg=x&size=600", {"fg", "bg"}, "This is not a colour"),
        ("fg=%23000000&bg=%23ffffff&size=9", {"size"}, "from 128 to 2048"),
        ("size=large", {"size"}, "from 128 to 2048"),
        ("fg=%23cccccc&size=-1", {"fg", "size"}, "from 128 to 2048"),
        ("bg=" + "x" * 900, {"bg"}, "This is not a colour"),
    ],
)
async def test_a_look_that_cameras_cannot_read_is_told_beside_its_field(
    owner, card, query, wrong, told
) -> None:
    answer = await shown(owner, card, query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert fields(answer, card).invalid == wrong
    assert told in answer.text
    # What can be read is still there, and what was typed is not lost.
    assert codes(answer.text) == []
    assert f'href="/c/{card["handle"]}.qr.png"' in answer.text
    assert f"/c/{card['handle']}.vcf" in answer.text
    given = dict(pair.split("=") for pair in query.replace("%23", "#").split("&"))
    values = fields(answer, card).values
    assert {name: values[name] for name in given} == given
    assert "<details open>" in answer.text


async def test_the_code_itself_stays_strict(card, client) -> None:
    answer = await client().get(f"/c/{card['handle']}.qr.png?fg=cccccc")
    assert answer.status_code == 422


async def test_the_logo_is_offered_where_everybody_sees_it(host, owner, card) -> None:
    assert 'name="logo"' not in (await shown(owner, card, "")).text
    assert not any("logo" in code for code in codes((await shown(owner, card, "logo=1")).text))
    logo = await ready(host, owner, purpose="logo")
    with_logo = (await published(owner, logo=logo["id"])).json()
    answer = await shown(owner, with_logo, "fg=%23000000&logo=1")
    assert codes(answer.text)[0].endswith("&logo=1")
    assert re.search(r'name="logo" value="1" checked', answer.text)


async def test_a_card_that_nobody_sees_has_no_looks(owner) -> None:
    draft = (await a_card(owner)).json()
    answer = await shown(owner, draft, "fg=%23cccccc")
    assert answer.status_code == 200
    assert codes(answer.text) == []
    assert "data-looks" not in answer.text

"""The demo people cover the variety of cards, and the next start completes an interrupted one."""

import unicodedata

import httpx
import pytest

from domain.cards.content import CardContent
from local import demo, identity
from local.demo_people import CARDS
from tests.browser.windows import running


def test_they_are_ten_people_of_many_scripts_with_cards_of_every_kind() -> None:
    contents = [CardContent.model_validate(demo.content_of(card)) for card in CARDS]
    assert {card.name for card in CARDS} == {name for name, _ in identity.PEOPLE}
    assert len(identity.PEOPLE) == 10
    assert len(CARDS) > len({card.name for card in CARDS}), "somebody has several profiles"
    scripts = {unicodedata.name(content.name[0]).split()[0] for content in contents}
    assert {"LATIN", "ARABIC", "CJK", "DEVANAGARI", "CYRILLIC"} <= scripts
    assert max(len(content.name) for content in contents) > 70
    assert any(set(content.model_dump(exclude_defaults=True)) == {"name"} for content in contents)
    assert any(not card.pictures for card in CARDS)
    entries = [entry.audience for content in contents for entry in [*content.phones, *content.emails]]
    singles = [value for content in contents for value in content.audiences.model_dump().values()]
    assert {*entries, *singles} == {"public", "signed_in", "connections", "private"}


@pytest.fixture
async def origin(tmp_path):
    async with running(tmp_path) as started:
        yield started


@pytest.mark.kills
async def test_a_start_that_broke_off_is_made_good(origin, tmp_path, monkeypatch) -> None:
    settings = {"PUBLIC_ORIGIN": origin}
    with monkeypatch.context() as broken:
        broken.setattr(demo, "CARDS", [*CARDS[:2], demo.DemoCard("Noor", "no/handle", {"name": "Noor"})])
        with pytest.raises(demo.DemoFailed, match="/api/v1/cards answered 4"):
            await demo.first_start(tmp_path, settings)
    assert await demo.first_start(tmp_path, settings) == f"/c/{CARDS[0].handle}"
    async with httpx.AsyncClient(base_url=origin, trust_env=False) as stranger:
        for card in CARDS:
            page = await stranger.get(f"/c/{card.handle}", headers={"Accept": "text/html"})
            assert card.content["name"] in page.text
        assert (await stranger.get("/c/no")).status_code == 404
    again = await demo.first_start(tmp_path, {"PUBLIC_ORIGIN": "http://localhost:1"})
    assert again == f"/c/{CARDS[0].handle}"

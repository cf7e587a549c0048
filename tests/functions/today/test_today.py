"""The page that opens on today."""

import pytest

from tests.forms import new_card, publish


@pytest.fixture
async def ada(signed_in):
    return await signed_in("Ada Lovelace")


async def test_a_newcomer_is_led_to_a_first_card(ada) -> None:
    page = (await ada.http.get("/my")).text
    assert 'href="/my/new-card">Make your card' in page
    assert "Share my card" not in page


async def test_a_card_that_needs_something_is_named_until_it_is_done(ada) -> None:
    path = await new_card(ada)
    assert "Nobody can see this card yet." in (await ada.http.get("/my")).text
    await publish(ada, path)
    page = (await ada.http.get("/my")).text
    assert "Nothing needs you" in page
    assert 'href="/my/share">Share my card' in page

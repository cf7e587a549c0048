"""The page that opens on today."""

import re
from collections.abc import Awaitable

import httpx
import pytest

import wiring.images
from tests.forms import SAME_SITE, Fields, fields_at, new_card, publish, send
from tests.functions.images.test_images import sent
from tests.functions.privacy.test_copy import account_of
from tests.functions.visits.test_counting import fold_all


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


async def calls_of(cloud, work: Awaitable[object]) -> list[str]:
    """What the work asks of the store."""
    place = f"{cloud.settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/calls"
    headers = {"x-local-key": cloud.settings["COSMOS_KEY"]}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as store:
        (await store.delete(place)).raise_for_status()
        await work
        return [call["operation"] for call in (await store.get(place)).raise_for_status().json()]


async def today(person) -> str:
    return (await person.http.get("/my")).text


def unread(page: str) -> str | None:
    found = re.search(r'class="unread">(\d+)', page)
    return found and found[1]


async def test_a_newcomer_is_led_to_a_first_card(ada) -> None:
    page = await today(ada)
    assert 'href="/my/new-card">Make your card' in page
    assert "Share my card" not in page
    assert unread(page) is None


async def test_a_card_that_needs_something_is_named_until_it_is_done(ada) -> None:
    path = await new_card(ada)
    page = await today(ada)
    assert "Nobody can see this card yet." in page
    assert unread(page) == "1"
    await publish(ada, path)
    page = await today(ada)
    assert "Nothing needs you" in page
    assert unread(page) is None
    await send(ada, path, {**await fields_at(ada, path), "title": "Countess", "then": "save"})
    assert "You have changes that others cannot see yet." in await today(ada)
    pause = f"{path}/publication/pause"
    await send(ada, pause, await fields_at(ada, f"{path}/settings", pause))
    assert "This card is paused: nobody sees it at its link." in await today(ada)


async def test_the_card_that_changed_last_is_there_to_share(ada) -> None:
    first = await new_card(ada, name="Ada Lovelace", handle="")
    second = await new_card(ada, name="Countess Lovelace", handle="")
    await publish(ada, second)
    await publish(ada, first)
    page = await today(ada)
    assert re.search(r'<h2><a href="([^"]+)"', page)[1] == first
    assert page.index('href="/my/share">Share my card') < page.index("Nothing needs you")


async def test_a_picture_that_was_refused_or_is_gone_is_told(ada, host) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    image = await sent(ada, b"no picture")
    answer = await send(ada, path, {**fields, "photo": image["id"], "then": "save"})
    assert answer.status_code == 303, answer.text
    assert "A picture of this card" not in await today(ada)
    await host.drain_queue("images")
    page = await today(ada)
    assert "A picture of this card was not taken." in page
    assert unread(page) == "1"
    stored = await wiring.images.store().get(await account_of(ada), image["id"])
    await wiring.images.store().delete(stored)
    assert "A picture of this card is gone." in await today(ada)


async def test_a_copy_that_is_ready_can_be_fetched(ada, host) -> None:
    await send(ada, "/my/account/copy", await fields_at(ada, "/my/account", "/my/account/copy"))
    assert "The copy of your data" not in await today(ada)
    await host.drain_queue("work")
    page = await today(ada)
    assert "The copy of your data" in page
    assert 'href="/my/account/copy"' in page


async def test_a_deleted_card_is_taken_back_from_here(ada) -> None:
    path = await new_card(ada)
    await send(ada, f"{path}/delete", await fields_at(ada, f"{path}/delete"))
    page = await today(ada)
    assert "You deleted this card. It is erased in 24 hours." in page
    back = await ada.http.post(
        f"{path}/restoration", data=Fields(page, f"{path}/restoration").values, headers=SAME_SITE
    )
    assert back.status_code == 303
    assert "You deleted this card." not in await today(ada)


async def test_the_week_is_counted_for_the_cards_that_changed_last(ada, client, host) -> None:
    public = await publish(ada, await new_card(ada, handle=""))
    page = await today(ada)
    assert "Nobody has opened your cards in the last seven days." in page
    person = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Accept": "text/html"}
    async with client() as stranger:
        await stranger.get(public, headers=person)
        await stranger.get(f"{public}.vcf", headers=person)
    await fold_all(host)
    assert "Views: 1 · Saved: 1 · Followed: 0" in await today(ada)


async def test_the_page_is_made_with_few_reads(ada, cloud) -> None:
    for _number in range(7):
        await publish(ada, await new_card(ada, handle=""))
    await ada.http.get("/my")  # the first request of a worker reads what the containers are, too
    calls = await calls_of(cloud, ada.http.get("/my"))
    # The session, the organisations, and five months of counts; in the first days of a month, ten.
    assert calls.count("query") == 6
    assert calls.count("read") in (7, 12)

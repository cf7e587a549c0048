"""Faults of the store (throttling, failures, lost answers): nothing is lost or doubled unnoticed."""

import asyncio
import logging

import wiring.cards
from tests.functions.cards.test_api_cards import CONTENT, NOT_SHOWN, a_card, a_profile, handle, published

DOCUMENTS = "/docs"


async def test_a_create_whose_answer_was_lost_is_made_once(signed_in, order) -> None:
    ada = await signed_in()
    profile = await a_profile(ada)
    await order({"match": {"operation": "create", "path": DOCUMENTS}, "action": "lost_answer", "times": 2})
    made = await ada.api("POST", "cards", json={"profileId": profile, "handle": handle(), "content": CONTENT})
    if made.status_code == 503:  # both tries lost their answers: the person tries again under a new handle
        made = await ada.api(
            "POST", "cards", json={"profileId": profile, "handle": handle(), "content": CONTENT}
        )
    assert made.status_code == 201, made.text
    assert made.json()["id"] in [card["id"] for card in (await ada.api("GET", "cards")).json()["data"]]


async def test_a_keyed_create_whose_answer_was_lost_is_made_once(signed_in, order) -> None:
    ada = await signed_in()
    body = {"profileId": await a_profile(ada), "handle": handle(), "content": CONTENT}
    await order({"match": {"operation": "batch"}, "action": "lost_answer", "times": 1})
    made = await ada.api("POST", "cards", json=body, headers={"Idempotency-Key": "once"})
    again = await ada.api("POST", "cards", json=body, headers={"Idempotency-Key": "once"})
    assert again.status_code == 201
    assert made.status_code in (201, 503)
    assert len((await ada.api("GET", "cards")).json()["data"]) == 1


async def test_a_short_throttling_goes_unnoticed_and_a_long_one_is_told(signed_in, order) -> None:
    ada = await signed_in()
    throttled = {"match": {"path": DOCUMENTS}, "action": "status", "status": 429, "retryAfterMs": 5}
    await order(throttled | {"times": 2})
    assert (await ada.api("GET", "cards")).status_code == 200
    await order(throttled | {"times": 50})
    answer = await ada.api("GET", "cards")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_card_that_was_just_seen_is_served_while_the_store_is_down(
    signed_in, client, order, monkeypatch
) -> None:
    from adapters import published_cache  # noqa: PLC0415 - the module that the host loaded

    card = (await published(await signed_in())).json()
    stranger = client()
    assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200
    monkeypatch.setattr(published_cache, "FRESH_SECONDS", 0.0)
    down = {"match": {"path": DOCUMENTS}, "action": "status", "status": 503, "times": 100}
    await order(down)
    assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200
    monkeypatch.setattr(published_cache, "OUTAGE_SECONDS", 0.0)
    assert (await stranger.get(f"/c/{card['handle']}")).status_code == 503


async def test_a_refused_write_changes_nothing(signed_in, order) -> None:
    ada = await signed_in()
    made = await a_card(ada)
    path = f"cards/{made.json()['id']}"
    await order({"match": {"operation": "replace"}, "action": "status", "status": 503, "times": 50})
    body = {"profileId": made.json()["profileId"], "content": CONTENT | {"title": "Lost"}}
    assert (await ada.api("PUT", path, json=body, headers={"If-Match": '"1"'})).status_code == 503
    assert (await ada.api("GET", path)).json() == made.json()


async def test_a_store_that_hangs_is_not_waited_for(signed_in, order, monkeypatch) -> None:
    from adapters.cosmos import database  # noqa: PLC0415 - the module that the host loaded

    ada = await signed_in()
    monkeypatch.setattr(database, "CALL_SECONDS", 0.2)
    await order({"match": {"path": DOCUMENTS}, "action": "delay", "delayMs": 2000, "times": 1})
    assert (await ada.api("GET", "account")).status_code == 503


async def test_a_publication_whose_projection_fails_once_is_tried_again(signed_in, client, order) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    await order({"match": {"operation": "patch"}, "action": "status", "status": 503, "times": 2})
    path = f"cards/{card['id']}/publication"
    hidden = await ada.api("DELETE", path, headers={"If-Match": '"2"'})
    assert hidden.status_code == 200
    assert NOT_SHOWN in (await client().get(f"/c/{card['handle']}")).text


async def test_a_card_read_before_a_withdrawal_is_not_shown_after_it(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    cache, go_on, reading = wiring.cards.published(), asyncio.Event(), asyncio.Event()
    store = cache._store
    read = type(store).get

    async def slow(self, handle: str):
        found = await read(self, handle)
        reading.set()
        await go_on.wait()
        return found

    type(store).get = slow
    try:
        early = asyncio.create_task(cache.take(card["handle"]))
        await reading.wait()
        type(store).get = read
        await ada.api("DELETE", f"cards/{card['id']}/publication", headers={"If-Match": '"2"'})
        go_on.set()
        await early
    finally:
        type(store).get = read
    assert NOT_SHOWN in (await client().get(f"/c/{card['handle']}")).text


async def test_the_sdks_log_no_address_of_a_document(signed_in, client, caplog) -> None:
    caplog.set_level(logging.INFO)
    card = (await published(await signed_in())).json()
    await client().get(f"/c/{card['handle']}")
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    logged = "\n".join(record.getMessage() for record in ours)
    assert card["handle"] not in logged
    assert "session-" not in logged
    assert "acc_" not in logged

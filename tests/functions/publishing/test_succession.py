"""A card that names its successor: through the API, the settings, deletion, chains, loops and races."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

import wiring.cards
import wiring.publishing
from domain.cards.card import CardVersion, Ending
from domain.publishing.handles import MOST_STEPS
from domain.publishing.succession import end_card
from tests.forms import SAME_SITE, Fields
from tests.functions.cards.test_api_cards import NOT_SHOWN, a_card, handle, published
from tests.functions.cards.test_lifecycle import body_of, change
from tests.functions.privacy.test_copy import account_of

HTML = {"Accept": "text/html"}


async def named(person, card: dict, successor: str, version: str = '"2"'):
    path = f"cards/{card['id']}/successor"
    return await person.api("PUT", path, json={"handle": successor}, headers={"If-Match": version})


async def lead_on(person, card: dict, successor: str, version: str = '"2"') -> None:
    answer = await named(person, card, successor, version)
    assert answer.status_code == 200, answer.text


async def leads_to(client, name: str) -> str:
    answer = await client().get(f"/c/{name}", headers=HTML)
    assert answer.status_code == 308, answer.text
    return answer.headers["location"].removeprefix("/c/")


async def test_a_successor_may_belong_to_somebody_else(signed_in, client) -> None:
    ada, bob = await signed_in(), await signed_in()
    old, new = (await published(ada)).json(), (await published(bob, title="Bobs")).json()
    done = await named(ada, old, new["handle"])
    ending = done.json()["ending"]
    assert (ending["why"], ending["successor"]) == ("moved", new["handle"])
    assert await leads_to(client, old["handle"]) == new["handle"]
    assert (await named(ada, old, new["handle"])).json() == done.json()
    assert (await bob.api("GET", f"cards/{old['id']}")).status_code == 404
    assert (await named(bob, old, new["handle"], '"3"')).status_code == 404
    back = await change(ada, "DELETE", f"cards/{old['id']}/successor", done.headers["etag"])
    assert back.json()["ending"] is None
    assert (await client().get(f"/c/{old['handle']}")).status_code == 200


@pytest.mark.parametrize("wrong", ["never", "draft", "paused", "itself", "former", "back"])
async def test_a_successor_that_shows_nothing_or_leads_back_is_refused_by_its_field(signed_in, wrong) -> None:
    ada, former = await signed_in(), handle()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    renamed = await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=former)
    if wrong == "paused":
        await change(ada, "PUT", f"cards/{other['id']}/pause", '"2"')
    if wrong == "back":
        await lead_on(ada, other, card["handle"])
    successor = {
        "never": handle(),
        "draft": (await a_card(ada)).json()["handle"],
        "itself": renamed.json()["handle"],
        "former": card["handle"],
    }.get(wrong, other["handle"])
    answer = await named(ada, card, successor, renamed.headers["etag"])
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    code = "not_shown" if wrong in ("never", "draft", "paused") else "leads_back"
    assert (fault["field"], fault["code"]) == ("/handle", code)


async def test_a_draft_that_was_never_shown_has_no_links_to_lead_on(signed_in) -> None:
    ada = await signed_in()
    draft, other = (await a_card(ada)).json(), (await published(ada)).json()
    answer = await named(ada, draft, other["handle"], '"1"')
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_change")


async def test_a_card_that_is_over_is_not_published_paused_or_renamed_by_the_way(signed_in) -> None:
    ada = await signed_in()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    await lead_on(ada, card, other["handle"])
    for method, what in (
        ("PUT", "publication"),
        ("DELETE", "publication"),
        ("PUT", "pause"),
        ("PUT", "handle"),
    ):
        body = {"handle": handle()} if what == "handle" else None
        answer = await ada.api(method, f"cards/{card['id']}/{what}", json=body, headers={"If-Match": '"3"'})
        assert (answer.status_code, answer.json()["code"]) == (409, "leads_elsewhere")


async def test_what_ended_for_another_reason_is_not_taken_back_by_its_person(signed_in, client) -> None:
    ada = await signed_in()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    of = CardVersion(await account_of(ada), card["id"], 2)
    await end_card(of, "left", other["handle"], now=datetime.now(UTC), ports=wiring.publishing.ports())
    for method, body in (("DELETE", None), ("PUT", {"handle": other["handle"]})):
        path = f"cards/{card['id']}/successor"
        answer = await ada.api(method, path, json=body, headers={"If-Match": '"3"'})
        assert (answer.status_code, answer.json()["code"]) == (409, "leads_elsewhere")
    assert "Show this card again" not in (await ada.http.get(f"/my/cards/{card['id']}/settings")).text
    assert await leads_to(client, card["handle"]) == other["handle"]


async def test_successors_in_a_row_are_one_step_for_the_visitor(signed_in, client) -> None:
    ada, last = await signed_in(), handle()
    cards = [(await published(ada)).json() for _ in range(4)]
    for one, following in pairwise(cards):
        await lead_on(ada, one, following["handle"])
    assert {await leads_to(client, card["handle"]) for card in cards[:3]} == {cards[3]["handle"]}
    await change(ada, "PUT", f"cards/{cards[3]['id']}/handle", '"2"', handle=last)
    assert await leads_to(client, cards[0]["handle"]) == last
    await change(ada, "PUT", f"cards/{cards[3]['id']}/pause", '"3"')
    for card in cards:
        assert NOT_SHOWN in (await client().get(f"/c/{card['handle']}", headers=HTML)).text


async def test_a_longer_row_takes_the_visitor_more_steps(signed_in, client, monkeypatch) -> None:
    from domain.publishing import handles  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(handles, "MOST_STEPS", 2)
    ada = await signed_in()
    cards = [(await published(ada)).json() for _ in range(5)]
    for one, following in pairwise(cards):
        await lead_on(ada, one, following["handle"])
    name, steps = cards[0]["handle"], 0
    while (await client().get(f"/c/{name}", headers=HTML)).status_code == 308:
        name, steps = await leads_to(client, name), steps + 1
    assert (name, steps) == (cards[4]["handle"], 2)
    assert MOST_STEPS == 8


async def test_a_card_that_is_not_shown_costs_one_read_and_then_none_for_seconds(
    signed_in, client, monkeypatch
) -> None:
    ada, read = await signed_in(), []
    card = (await published(ada)).json()
    await change(ada, "PUT", f"cards/{card['id']}/pause", '"2"')
    store = wiring.cards.published()._store

    async def get(handle: str, former=store.get):
        read.append(handle)
        return await former(handle)

    monkeypatch.setattr(store, "get", get)
    for rest in ("", ".vcf", ".json", ".qr.svg", ".og.jpg", "/go/0123456789ab"):
        assert (await client().get(f"/c/{card['handle']}{rest}")).status_code in (200, 308)
    assert read == [card["handle"]]


async def test_two_cards_named_for_each_other_at_once_do_not_lead_in_a_circle(signed_in, client) -> None:
    ada = await signed_in()
    for _ in range(4):
        one, two = (await published(ada)).json(), (await published(ada)).json()
        answers = await asyncio.gather(named(ada, one, two["handle"]), named(ada, two, one["handle"]))
        done = [answer.status_code for answer in answers]
        assert set(done) <= {200, 422}
        assert 200 in done
        for card in (one, two):
            answer = await client().get(f"/c/{card['handle']}", headers=HTML)
            assert NOT_SHOWN in answer.text
    assert (await change(ada, "DELETE", f"cards/{two['id']}/successor", '"3"')).json()["ending"] is None


async def test_a_successor_and_a_deletion_at_once_have_one_outcome(signed_in, client) -> None:
    ada = await signed_in()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    gone = ada.api("DELETE", f"cards/{card['id']}", headers={"If-Match": '"2"'})
    first, second = await asyncio.gather(named(ada, card, other["handle"]), gone)
    assert sorted([first.is_success, second.is_success]) == [False, True]
    answer = await client().get(f"/c/{card['handle']}", headers=HTML)
    assert (answer.status_code == 308) == first.is_success
    assert (NOT_SHOWN in answer.text) == second.is_success


async def test_a_projection_that_was_cut_off_is_caught_up_and_twice_is_once(host, signed_in, client) -> None:
    """The process died after the successor was stored and before the public was led on."""
    ada = await signed_in()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    store, at = wiring.cards.store(), datetime.now(UTC) - timedelta(minutes=2)
    stored = await store.get(await account_of(ada), card["id"])
    ending = Ending(why="moved", successor=other["handle"], at=at)
    await store.save_and_order_projection(stored.changed(at, ending=ending))
    assert (await client().get(f"/c/{card['handle']}", headers=HTML)).status_code == 200
    for _ in range(2):
        assert await host.run_timer("operations_tidy_up")
        await host.drain_queue("orders")
        assert await leads_to(client, card["handle"]) == other["handle"]


async def test_a_handle_that_leads_on_is_never_given_out_again_even_when_its_card_is_erased(
    signed_in, client
) -> None:
    ada, bob, new = await signed_in(), await signed_in(), handle()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=new)
    await lead_on(ada, card, other["handle"], '"3"')
    await ada.api("DELETE", f"cards/{card['id']}", headers={"If-Match": '"4"'})
    await ada.api("DELETE", f"cards/{card['id']}/restoration", headers={"If-Match": '"5"'})
    for name in (card["handle"], new):
        assert await leads_to(client, name) == other["handle"]
        for person in (ada, bob):
            for like in (name, name.replace("w", "vv").replace("m", "rn")):
                taken = await person.api("POST", "cards", json=await body_of(person, like))
                assert taken.json()["code"] in ("handle_taken", "handle_lookalike")
        # What is left says neither whose card it was nor what was on it.
        left = str(await wiring.cards.published()._store._items.read(name, name))
        assert await account_of(ada) not in left
        assert "Lovelace" not in left
    await change(ada, "DELETE", f"cards/{other['id']}", '"2"')
    assert NOT_SHOWN in (await client().get(f"/c/{new}", headers=HTML)).text


async def test_the_settings_lead_links_on_and_take_it_back(signed_in, client) -> None:
    ada = await signed_in()
    card, other = (await published(ada)).json(), (await published(ada)).json()
    page, action = f"/my/cards/{card['id']}/settings", f"/my/cards/{card['id']}/successor"
    fields = Fields((await ada.http.get(page)).text, action).values
    typed = fields | {"successor": "No such <card>"}
    wrong = await ada.http.post(action, data=typed, headers=SAME_SITE)
    assert wrong.status_code == 422
    assert 'value="No such &lt;card&gt;"' in wrong.text
    assert "takes 3 to 40 letters" in wrong.text
    unknown = await ada.http.post(action, data=fields | {"successor": handle()}, headers=SAME_SITE)
    assert "is not the name of a card that can be seen now" in unknown.text
    link = f"https://izwop.test/c/{other['handle']}"
    sent = await ada.http.post(action, data=fields | {"successor": link}, headers=SAME_SITE)
    assert sent.headers["location"] == f"{page}?done=leads-on"
    assert await leads_to(client, card["handle"]) == other["handle"]
    stale = await ada.http.post(action, data=fields | {"successor": handle()}, headers=SAME_SITE)
    assert stale.status_code in (412, 422)
    for seen in ("", "/look"):
        assert 'value="publish"' not in (await ada.http.get(f"/my/cards/{card['id']}{seen}")).text
    assert "This card is over" in (await ada.http.get(f"/my/cards/{card['id']}/share")).text
    assert "others cannot see yet" not in (await ada.http.get("/my")).text
    over = (await ada.http.get(page)).text
    assert f"/c/{other['handle']}" in over
    assert ">Over<" in (await ada.http.get("/my/cards")).text
    assert "go on leading to the other card" in (await ada.http.get(f"/my/cards/{card['id']}/delete")).text
    back = f"/my/cards/{card['id']}/return"
    done = await ada.http.post(back, data=Fields(over, back).values, headers=SAME_SITE)
    assert done.headers["location"] == f"{page}?done=back"
    assert (await client().get(f"/c/{card['handle']}")).status_code == 200


async def test_a_card_that_is_not_shown_says_so_in_the_visitors_language(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    await change(ada, "PUT", f"cards/{card['id']}/pause", '"2"')
    pages = {}
    for tag in ("en", "sv", "en"):
        for rest in ("", ".txt"):
            answer = await client().get(f"/c/{card['handle']}{rest}", headers=HTML | {"Accept-Language": tag})
            assert (answer.status_code, answer.headers["content-language"]) == (200, tag)
            assert answer.headers["cache-control"] == "public, no-cache"
            assert answer.headers["x-robots-tag"] == "noindex"
            pages.setdefault((tag, rest), answer)
    assert NOT_SHOWN in pages["en", ""].text
    assert NOT_SHOWN in pages["en", ".txt"].text
    assert len({answer.headers["etag"] for answer in pages.values()}) == 4
    again = await client().get(
        f"/c/{card['handle']}", headers=HTML | {"If-None-Match": pages["en", ""].headers["etag"]}
    )
    assert again.status_code == 304

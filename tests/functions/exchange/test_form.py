"""Leaving details on a card: the form, what it refuses, and what protects it."""

import secrets
from collections import Counter

import pytest

from tests.forms import SAME_SITE, Fields
from tests.functions.cards.test_api_cards import published
from tests.functions.exchange.strangers import (
    DETAILS,
    a_card_with_form,
    inbox,
    leave,
    open_form,
    send_form,
    switch,
    token_of,
)
from tests.stored import places_of


async def test_a_card_has_no_form_until_its_owner_switches_it_on(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    stranger, page = client(), f"/c/{card['handle']}"
    absent = await stranger.get(f"{page}/exchange")
    assert absent.status_code == 404
    assert (await stranger.post(f"{page}/exchange", data=DETAILS)).status_code == 404
    assert "Share your details" not in (await stranger.get(page)).text
    assert "Off. Switch it on" in (await ada.http.get(f"/my/cards/{card['id']}/settings")).text
    await switch(ada, card, on=True)
    assert f'href="{page}/exchange"' in (await stranger.get(page)).text
    assert "Share your details" in (await stranger.get(f"{page}/exchange")).text
    await switch(ada, card, on=False)
    assert (await stranger.get(f"{page}/exchange")).status_code == 404
    assert "Share your details" not in (await stranger.get(page)).text


async def test_a_hidden_card_has_no_form(signed_in, client) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada)
    etag = (await ada.api("GET", f"cards/{card['id']}")).headers["etag"]
    paused = await ada.api("PUT", f"cards/{card['id']}/pause", headers={"If-Match": etag})
    assert paused.status_code == 200
    page, stranger = f"/c/{card['handle']}", client()
    hidden = await stranger.get(f"{page}/exchange")
    assert (hidden.status_code, hidden.headers["location"]) == (308, page)
    sent = await stranger.post(f"{page}/exchange", data=DETAILS, headers=SAME_SITE)
    assert (sent.status_code, sent.headers["location"]) == (303, page)


async def test_the_owner_chooses_what_is_asked_on_a_page(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    page = f"/my/cards/{card['id']}/exchange"
    fields = Fields((await ada.http.get(page)).text, page).values
    saved = await ada.http.post(
        page, data={**fields, "on": "1", "purpose": "meeting", "phone": "required", "email": "off"}
    )
    assert saved.headers["location"] == f"{page}?done=saved"
    form = (await client().get(f"/c/{card['handle']}/exchange")).text
    assert "arrange a meeting" in form
    assert {"name", "phone", "organisation"} <= Fields(form, f"/c/{card['handle']}/exchange").values.keys()
    assert 'name="email"' not in form
    stale = await ada.http.post(page, data={**fields, "phone": "off"})
    assert stale.status_code == 412
    wrong = Fields((await ada.http.get(page)).text, page).values | {"phone": "maybe", "purpose": "spam"}
    refused = await ada.http.post(page, data=wrong)
    assert refused.status_code == 422
    assert "is not one of the choices" in refused.text


async def test_the_owner_reads_what_people_agree_to_and_when_it_is_shown(signed_in, client) -> None:
    ada = await signed_in()
    shown = {"organisation": "Analytical & Co", "audiences": {"organisation": "public"}}
    card = (await published(ada, **shown)).json()
    page = f"/my/cards/{card['id']}/exchange"
    fields = Fields((await ada.http.get(page)).text, page).values
    saved = await ada.http.post(page, data={**fields, "on": "1"})
    assert saved.headers["location"] == f"{page}?done=saved"
    text = "Ada Lovelace (Analytical &amp; Co)"
    for asked, address in ((client(), f"/c/{card['handle']}/exchange"), (ada.http, page)):
        assert text in (await asked.get(address)).text
    etag = (await ada.api("GET", f"cards/{card['id']}")).headers["etag"]
    await ada.api("PUT", f"cards/{card['id']}/pause", headers={"If-Match": etag})
    fields = Fields((await ada.http.get(page)).text, page).values
    later = await ada.http.post(page, data={**fields, "phone": "off"})
    assert later.headers["location"] == f"{page}?done=later"
    assert "Saved. It is shown once the card is published." in (await ada.http.get(f"{page}?done=later")).text


async def test_details_reach_the_owner_and_nobody_else(signed_in, client) -> None:
    ada, bob = await signed_in(), await signed_in()
    card = await a_card_with_form(ada, title="optional", message="optional")
    link = await leave(
        client(),
        card,
        phone="+46 70 174 06 05",
        organisation="Navy",
        title="Admiral",
        message="Hello\r\nthere",
    )
    exchange = (await inbox(ada))[0]
    assert exchange["details"] == {
        "name": "Grace Hopper", "email": "grace@example.com", "phone": "+46701740605",
        "organisation": "Navy", "title": "Admiral", "message": "Hello\nthere",
    }  # fmt: skip
    assert await inbox(bob) == []
    foreign, unknown = [
        await bob.api("GET", f"exchanges/{item}") for item in (exchange["id"], "exc_" + "a" * 26)
    ]
    assert (foreign.status_code, foreign.json() | {"instance": ""}) == (
        404,
        unknown.json() | {"instance": ""},
    )
    page = await client().get(link)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "+46 70 174 06 05" in page.text
    assert "://" not in page.text.replace("https://izwop.test", "").replace("http://www.w3.org", "")


async def test_what_people_say_is_not_in_plain_text_in_any_store_or_log(signed_in, client, caplog) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada, message="optional")
    word = secrets.token_hex(8)
    said = {"name": f"{word} Grace", "email": f"{word}@example.com", "message": f"{word} words"}
    with caplog.at_level("DEBUG"):
        await leave(client(), card, **said)
    assert await places_of(word) == []
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("izwop")]
    assert not [line for line in ours if word in line]


async def test_a_form_sent_twice_makes_one_exchange_and_shows_the_receipt_again(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    fields = {**await open_form(stranger, card), **DETAILS}
    first = await send_form(stranger, card, fields)
    again = await send_form(stranger, card, {**fields, "name": "Somebody else"})
    assert (first.status_code, again.status_code) == (303, 409)
    assert "You have sent this form already." in again.text
    assert "Grace Hopper" in again.text
    assert first.headers["location"].partition("?")[0] in again.text
    assert len(await inbox(ada)) == 1


async def test_a_form_sent_too_fast_is_shown_again_and_works_a_moment_later(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    fields = {**await open_form(stranger, card, seconds=0), **DETAILS, "organisation": "Navy"}
    fast = await send_form(stranger, card, fields)
    assert fast.status_code == 422
    assert "quicker than anybody reads" in fast.text
    shown = Fields(fast.text, f"/c/{card['handle']}/exchange").values
    assert {name: shown[name] for name in ("token", "name", "organisation", "consent")} == {
        name: fields[name] for name in ("token", "name", "organisation", "consent")
    }
    assert await inbox(ada) == []


@pytest.mark.parametrize("change", ["old", "forged", "another card", "none", "binary"])
async def test_a_token_that_is_not_good_keeps_what_was_typed(signed_in, client, change) -> None:
    ada, stranger = await signed_in(), client()
    card, other = await a_card_with_form(ada), await a_card_with_form(ada)
    token = {
        "old": token_of(card, 2 * 60 * 60 + 5),
        "forged": token_of(card, 10)[:-1] + "?",
        "another card": token_of(other, 10),
        "none": "",
        "binary": "\x00" * 80,
    }[change]
    fields = {**await open_form(stranger, card), **DETAILS, "token": token}
    refused = await send_form(stranger, card, fields)
    assert refused.status_code == 422
    shown = Fields(refused.text, f"/c/{card['handle']}/exchange").values
    assert (shown["name"], shown["email"]) == ("Grace Hopper", "grace@example.com")
    assert shown["token"] not in (token, "")
    assert await inbox(ada) == []


async def test_what_fills_in_the_hidden_field_is_shown_the_form_again(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    fields = {**await open_form(stranger, card), **DETAILS}
    caught = await send_form(stranger, card, {**fields, "homepage": "https://spam.example"})
    assert caught.status_code == 422
    assert "spam.example" not in caught.text
    assert await inbox(ada) == []
    page = (await stranger.get(f"/c/{card['handle']}/exchange")).text
    assert 'class="vh" aria-hidden="true"' in page
    assert 'tabindex="-1" autocomplete="off"' in page


async def test_without_consent_or_with_another_text_nothing_is_taken(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    fields = {**await open_form(stranger, card), **DETAILS}
    unagreed = {name: text for name, text in fields.items() if name != "consent"}
    refused = await send_form(stranger, card, unagreed)
    assert refused.status_code == 422
    assert "Your consent is needed" in refused.text
    await switch(ada, card, on=True, purpose="information")
    changed = await send_form(stranger, card, fields)
    assert changed.status_code == 422
    assert "has changed meanwhile" in changed.text
    assert "consent" not in Fields(changed.text, f"/c/{card['handle']}/exchange").values
    assert await inbox(ada) == []


async def test_every_fault_is_told_beside_its_field_and_nothing_is_written(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada, phone="required", organisation="required", message="optional")
    fields = await open_form(stranger, card)
    typed = {"name": " ", "email": "a@b\r\nBcc: everyone@example.com", "phone": "x", "message": "m" * 2001}
    refused = await send_form(stranger, card, {**fields, **typed})
    assert refused.status_code == 422
    found = Fields(refused.text, f"/c/{card['handle']}/exchange")
    assert {"name", "email", "phone", "organisation", "message"} == found.invalid
    assert found.values["message"] == "m" * 2001
    assert await inbox(ada) == []


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=HYPERLINK(1)", "{{ 7*7 }}", "%(name)s", "{name}", "O'Brien & Søn"]
)
async def test_what_looks_like_code_stays_text(signed_in, client, name) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada, message="optional")
    link = await leave(client(), card, name=name, message=name)
    exchange = (await inbox(ada))[0]
    assert exchange["details"]["name"] == name
    for page in ("/my/requests/exchanges", f"/my/requests/exchanges/{exchange['id']}"):
        assert "<script>alert" not in (await ada.http.get(page)).text
    assert "<script>alert" not in (await client().get(link)).text


@pytest.mark.parametrize("name", ["Grace\r\nHopper", "Grace\u202eHopper", "\u2800", "x" * 121, "\x00"])
async def test_names_that_are_no_line_of_text_are_refused(signed_in, client, name) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    refused = await send_form(stranger, card, {**await open_form(stranger, card), **DETAILS, "name": name})
    assert refused.status_code == 422
    assert await inbox(ada) == []


async def test_what_is_not_asked_is_not_taken(signed_in, client) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada, phone="off")
    await leave(client(), card, phone="+46701740605", message="unasked")
    details = (await inbox(ada))[0]["details"]
    assert (details["phone"], details["message"]) == (None, None)


async def test_a_form_of_another_site_is_refused(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    fields = {**await open_form(stranger, card), **DETAILS}
    answer = await send_form(stranger, card, fields, Origin="https://evil.example")
    assert answer.status_code == 403
    assert await inbox(ada) == []


async def test_a_hundred_forms_from_one_network_are_held_until_they_are_confirmed(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    fields = await open_form(stranger, card)
    outcomes = Counter()
    for number in range(100):
        sent = {**fields, **DETAILS, "token": token_of(card, 10), "email": f"grace{number}@example.com"}
        answer = await send_form(stranger, card, sent, **{"X-Azure-ClientIP": "203.0.113.7"})
        outcomes[answer.status_code] += 1
    waiting = (await ada.api("GET", "exchanges", params={"limit": 100})).json()["data"]
    assert len(waiting) == outcomes[303]
    assert 20 <= outcomes[303] <= 22
    assert outcomes[303] + outcomes[200] == 100
    without = {**fields, "token": token_of(card, 10), "name": "No mail", "consent": "1"}
    refused = await send_form(stranger, card, without, **{"X-Azure-ClientIP": "203.0.113.7"})
    assert refused.status_code == 422
    assert "we ask each of them by mail" in refused.text
    other = {**without, "token": token_of(card, 10)}
    answer = await send_form(stranger, card, other, **{"X-Azure-ClientIP": "198.51.100.1"})
    assert answer.status_code == 303


async def test_a_former_name_leads_to_the_form(signed_in, client) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada)
    etag = (await ada.api("GET", f"cards/{card['id']}")).headers["etag"]
    wanted = f"{card['handle']}-b"
    renamed = await ada.api(
        "PUT", f"cards/{card['id']}/handle", headers={"If-Match": etag}, json={"handle": wanted}
    )
    assert renamed.status_code == 200, renamed.text
    moved = await client().get(f"/c/{card['handle']}/exchange")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/c/{wanted}/exchange")
    assert (await client().get(moved.headers["location"])).status_code == 200


async def test_the_form_speaks_swedish(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada)
    swedish = {"Accept-Language": "sv"}
    fields = await open_form(stranger, card, **swedish)
    page = (await stranger.get(f"/c/{card['handle']}/exchange", headers=swedish)).text
    assert "Jag ger" in page
    sent = await send_form(stranger, card, {**fields, **DETAILS}, **swedish)
    assert sent.status_code == 303
    assert (await inbox(ada))[0]["consent"]["language"] == "sv"

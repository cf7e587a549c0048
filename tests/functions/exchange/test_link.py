"""The person's link: to see, correct and withdraw what they gave, and the receipt that they can check."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from jwt import PyJWK
from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidSignatureError

import wiring.exchange
from domain.exchange.tokens import digest_of
from tests.forms import SAME_SITE, Fields
from tests.functions.exchange.strangers import (
    DETAILS,
    a_card_with_form,
    inbox,
    keep,
    kept_contact,
    leave,
)
from tests.functions.privacy.test_copy import account_of
from tests.stored import lasting, places_of


async def contact(owner, item: str) -> dict:
    answer = await owner.api("GET", f"contacts/{item}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def correct(stranger, link: str, **typed: str):
    page = await stranger.get(link)
    return await stranger.post(link, data={**Fields(page.text, link).values, **typed})


async def withdraw(stranger, link: str):
    answer = await stranger.post(f"{link}/withdrawal")
    assert answer.headers["location"] == f"{link}?done=withdrawn", answer.text
    return await stranger.get(answer.headers["location"])


async def key_of(receipt: str, stranger) -> PyJWK:
    kid = json.loads(base64.urlsafe_b64decode(receipt.split(".", maxsplit=1)[0] + "=="))["kid"]
    keys = (await stranger.get("/.well-known/consent-receipt-keys.json")).json()["keys"]
    return PyJWK(next(key for key in keys if key["kid"] == kid))


async def read(receipt: str, stranger) -> dict:
    """What a receipt says, after its signature is checked as anybody can."""
    return json.loads(PyJWS().decode(receipt, await key_of(receipt, stranger), algorithms=["EdDSA"]))


async def test_the_receipt_says_who_may_do_what_and_can_be_checked_without_us(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada, purpose="information")
    link = await leave(stranger, card)
    answer = await stranger.get(f"{link}/receipt")
    assert answer.headers["content-type"] == "application/jose"
    said = await read(answer.text, stranger)
    assert said["profile"] == "dpv-27560:receipt-eu-gdpr"
    assert said["card"] == f"https://izwop.test/c/{card['handle']}"
    assert said["sha256"] == hashlib.sha256(said["text"].encode()).hexdigest()
    assert said["textVersion"].startswith("information.20")
    assert "Ada Lovelace" in said["text"]
    assert [event["event_state"] for event in said["events"]] == ["dpv:ConsentGiven"]
    purpose = said["pii_processing"]["purposes"][0]
    assert {"pii_type": "e-mail address", "pii_optional": True} in purpose["pii_information"]
    assert purpose["purpose_type"] == "dpv:DirectMarketing"
    # It says nothing of the details, and neither leads to them nor to another card of its owner.
    told = answer.text + json.dumps(said)
    for hidden in ("Grace", "grace@example.com", link.rpartition("/")[2], await account_of(ada), card["id"]):
        assert hidden not in told
    assert (await inbox(ada))[0]["receipt"] == answer.text
    header, _payload, signature = answer.text.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({**said, "card": "x"}).encode()).decode().rstrip("=")
    with pytest.raises(InvalidSignatureError):
        await read(f"{header}.{forged}.{signature}", stranger)


async def test_a_link_is_the_only_way_in_and_is_stored_as_a_hash(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    token = link.rpartition("/")[2]
    assert await places_of(token) == []
    assert await places_of(digest_of(token)) != []
    wrong = token[:-1] + ("A" if token[-1] != "A" else "E")
    for path in (wrong, "x", "A" * 43, "A" * 44, f"{token}=", "%00"):
        for method, after in (
            ("GET", ""),
            ("POST", ""),
            ("POST", "/withdrawal"),
            ("POST", "/confirmation"),
            ("GET", "/receipt"),
        ):
            answer = await stranger.request(
                method, f"/exchange/{path}{after}", headers={"Accept": "text/html"}
            )
            assert answer.status_code in ((404, 415) if (method, after) == ("POST", "") else (404,)), path
    assert len(await inbox(ada)) == 1


async def test_opening_the_addresses_of_a_link_changes_nothing(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    before = await lasting()
    for path in (link, f"{link}/withdrawal", f"{link}/receipt"):
        for method in ("GET", "HEAD"):
            assert (await stranger.request(method, path)).status_code in (200, 303)
    assert await lasting() == before


async def test_a_correction_shows_in_the_inbox(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    answer = await correct(stranger, link, email="hopper@example.com", organisation="Navy")
    assert answer.headers["location"] == f"{link}?done=corrected"
    exchange = (await inbox(ada))[0]
    assert exchange["details"]["email"] == "hopper@example.com"
    assert exchange["correctedAt"] is not None
    wrong = await correct(stranger, link, email="nobody", name="")
    assert wrong.status_code == 422
    assert Fields(wrong.text, link).invalid == {"email", "name"}
    assert (await inbox(ada))[0]["details"]["email"] == "hopper@example.com"


async def test_a_correction_reaches_the_contact_where_it_still_says_what_was_given(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(
        stranger, await a_card_with_form(ada, title="optional"), title="Admiral", phone="+46701740605"
    )
    kept = await kept_contact(ada, (await inbox(ada))[0])
    content = kept["content"] | {
        "title": "Rear admiral",
        "emails": [{"address": "own@example.com"}, *kept["content"]["emails"]],
        "phones": [],
    }
    etag = (await ada.api("GET", f"contacts/{kept['id']}")).headers["etag"]
    changed = await ada.api("PUT", f"contacts/{kept['id']}", headers={"If-Match": etag}, json=content)
    assert changed.status_code == 200, changed.text
    await correct(
        stranger, link, name="Grace M. Hopper", email="new@example.com", title="Captain", phone="+46701740606"
    )
    now = (await contact(ada, kept["id"]))["content"]
    assert (now["name"], now["title"], now["phones"]) == ("Grace M. Hopper", "Rear admiral", [])
    assert [(email["address"], email["source"]) for email in now["emails"]] == [
        ("own@example.com", "typed"),
        ("new@example.com", "exchange"),
    ]
    await correct(stranger, link, email="")
    now = (await contact(ada, kept["id"]))["content"]
    assert [email["address"] for email in now["emails"]] == ["own@example.com"]


async def test_withdrawing_erases_the_details_at_once_and_twice_is_once(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada), name="CANARY Grace")
    page = await withdraw(stranger, link)
    assert "Your consent is withdrawn" in page.text
    assert "CANARY" not in page.text
    assert await inbox(ada) == []
    receipt = await stranger.get(f"{link}/receipt")
    states = [event["event_state"] for event in (await read(receipt.text, stranger))["events"]]
    assert states == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    before = await lasting()
    await withdraw(stranger, link)
    late = await stranger.post(link, data=DETAILS)
    assert late.status_code == 409
    assert await lasting() == before


async def test_a_withdrawal_erases_a_contact_that_is_all_theirs(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    kept = await kept_contact(ada, (await inbox(ada))[0])
    await withdraw(stranger, link)
    assert (await ada.api("GET", f"contacts/{kept['id']}")).status_code == 404
    assert (await ada.api("GET", f"contacts/{kept['id']}/restoration")).status_code == 404
    assert await inbox(ada, "kept") == []


async def test_a_withdrawal_leaves_what_the_owner_typed(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = await a_card_with_form(ada, title="optional", message="optional")
    link = await leave(stranger, card, phone="+46701740605", title="Admiral", message="Call me")
    kept = await kept_contact(ada, (await inbox(ada))[0])
    content = kept["content"] | {
        "emails": [*kept["content"]["emails"], {"address": "own@example.com"}],
        "tags": ["navy"],
        "customFields": [*kept["content"]["customFields"], {"label": "Ship", "text": "Hopper"}],
    }
    etag = (await ada.api("GET", f"contacts/{kept['id']}")).headers["etag"]
    assert (
        await ada.api("PUT", f"contacts/{kept['id']}", headers={"If-Match": etag}, json=content)
    ).status_code == 200
    await withdraw(stranger, link)
    left = (await contact(ada, kept["id"]))["content"]
    assert (left["name"], left["title"], left["phones"], left["met"]) == ("Details withdrawn", None, [], None)
    assert [email["address"] for email in left["emails"]] == ["own@example.com"]
    assert [own["label"] for own in left["customFields"]] == ["Ship"]
    assert left["tags"] == ["navy"]


async def test_a_withdrawal_reaches_a_contact_that_waits_for_its_erasure(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    kept = await kept_contact(ada, (await inbox(ada))[0])
    etag = (await ada.api("GET", f"contacts/{kept['id']}")).headers["etag"]
    gone = await ada.api("DELETE", f"contacts/{kept['id']}", headers={"If-Match": etag})
    assert gone.status_code == 204
    await withdraw(stranger, link)
    assert (await ada.api("GET", f"contacts/{kept['id']}/restoration")).status_code == 404


async def test_one_click_withdraws_without_cookies_or_redirects(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    answer = await client().post(f"{link}/withdrawal", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.text) == (200, "")
    assert "set-cookie" not in answer.headers
    assert await inbox(ada) == []


async def test_what_nobody_kept_is_over_after_its_time(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    owner, item = await account_of(ada), (await inbox(ada))[0]["id"]
    exchanges = wiring.exchange.exchanges()
    stored = await exchanges.get(owner, item)
    assert stored is not None
    container = await wiring.database().container("relations")
    document = await container.read_item(item, partition_key=owner)
    assert timedelta(days=89) < timedelta(seconds=document["ttl"]) <= timedelta(days=90)
    await exchanges.save(stored.model_copy(update={"until": datetime.now(UTC) - timedelta(seconds=1)}))
    assert await inbox(ada) == []
    page = await stranger.get(link)
    assert page.status_code == 200
    assert "They were not kept" in page.text
    assert "Grace" not in page.text
    assert (await stranger.post(link, data=DETAILS)).status_code == 409
    assert (await stranger.post(f"{link}/withdrawal")).status_code == 303


async def test_the_link_does_not_tell_whether_the_owner_kept_the_details(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    before = (await stranger.get(link)).text
    assert (await keep(ada, (await inbox(ada))[0])).status_code == 200
    assert (await stranger.get(link)).text == before


async def test_a_correction_needs_no_origin_because_the_page_sends_none(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    answer = await stranger.post(
        link, data={**DETAILS, "name": "Corrected"}, headers={**SAME_SITE, "Origin": "null"}
    )
    assert answer.status_code == 303
    assert (await inbox(ada))[0]["details"]["name"] == "Corrected"

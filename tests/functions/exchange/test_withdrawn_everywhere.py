"""Details that were withdrawn are nowhere: not in the history of a contact, and not behind a merge."""

import json

import pytest

import wiring.relationships.duplicates
from tests.forms import SAME_SITE, Fields
from tests.functions.exchange.strangers import a_card_with_form, inbox, kept_contact, leave
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.duplicates.test_merges import merge, undo
from tests.functions.relationships.test_contacts import a_contact

THEIRS = {"name": "Zebulon Quark", "email": "zebulon@example.com"}


@pytest.fixture
async def owner(signed_in):
    return await signed_in()


async def exchanged(host, owner, stranger) -> tuple[str, dict]:
    """A link, and the contact that was made of what was left by it."""
    link = await leave(stranger, await a_card_with_form(owner), **THEIRS)
    [exchange] = await inbox(owner)
    return link, await kept_contact(owner, exchange)


async def withdraw(host, stranger, link: str) -> None:
    place = f"{link}/withdrawal"
    fields = Fields((await stranger.get(place)).text, place).values
    assert (await stranger.post(place, data=fields, headers=SAME_SITE)).status_code == 303
    await host.drain_queue("orders")


async def said(owner, contact: dict) -> str:
    """All that a contact says and said."""
    path = f"contacts/{contact['id']}"
    answers = [await owner.api("GET", each) for each in (path, f"{path}/history")]
    assert all(answer.status_code == 200 for answer in answers)
    return " ".join(answer.text for answer in answers)


async def changed(owner, contact: dict, **content: object) -> None:
    path = f"contacts/{contact['id']}"
    found = await owner.api("GET", path)
    body = found.json()["content"] | content
    answer = await owner.api("PUT", path, json=body, headers={"If-Match": found.headers["etag"]})
    assert answer.status_code == 200, answer.text


def none_of_it(text: str) -> bool:
    return not any(word in text for word in ("Quark", "zebulon@"))


async def test_it_is_not_in_the_history_of_the_contact(host, owner, client) -> None:
    link, contact = await exchanged(host, owner, stranger := client())
    await changed(owner, contact, name="Zeb", title="Typed", emails=[])
    await changed(owner, contact, title="Another")
    assert not none_of_it(await said(owner, contact))
    await withdraw(host, stranger, link)
    left = await said(owner, contact)
    assert none_of_it(left)
    assert "Typed" in left, "what the owner typed stays"
    history = wiring.relationships.duplicates.histories()
    found = await history.of(await account_of(owner), contact["id"])
    assert none_of_it(found.model_dump_json())


@pytest.mark.parametrize("keeps", ["the exchanged", "the other"])
async def test_it_does_not_come_back_when_a_merge_is_undone(host, owner, client, keeps) -> None:
    link, contact = await exchanged(host, owner, stranger := client())
    other = await a_contact(owner, "Other", emails=[{"address": "other@example.com"}], title="Typed")
    pair = (contact, other) if keeps == "the exchanged" else (other, contact)
    merged = await merge(owner, *pair)
    assert merged.status_code == 201, merged.text
    await host.drain_queue("orders")
    await withdraw(host, stranger, link)
    assert none_of_it(await said(owner, pair[0]))
    stored = await wiring.relationships.duplicates.merges().get(await account_of(owner), merged.json()["id"])
    assert none_of_it(stored.model_dump_json())
    assert (await undo(owner, merged.json())).status_code == 204
    await host.drain_queue("orders")
    for each in pair:
        assert none_of_it(await said(owner, each))
    assert json.loads((await owner.api("GET", f"contacts/{other['id']}")).text)["content"] == other["content"]


async def test_it_does_not_come_back_through_two_merges(host, owner, client) -> None:
    link, contact = await exchanged(host, owner, stranger := client())
    second, third = await a_contact(owner, "Second"), await a_contact(owner, "Third")
    first = await merge(owner, second, contact)
    await host.drain_queue("orders")
    then = await merge(owner, third, second, dropVersion=2)
    assert (first.status_code, then.status_code) == (201, 201), then.text
    await host.drain_queue("orders")
    await withdraw(host, stranger, link)
    for merged in (then, first):
        assert (await undo(owner, merged.json())).status_code == 204
        await host.drain_queue("orders")
    for each in (contact, second, third):
        assert none_of_it(await said(owner, each))


async def test_what_the_owner_typed_in_the_other_contact_stays(host, owner, client) -> None:
    """Also where it says the same: the owner knew it before."""
    link, contact = await exchanged(host, owner, stranger := client())
    own = await a_contact(owner, THEIRS["name"], emails=[{"address": THEIRS["email"]}])
    merged = await merge(owner, own, contact)
    await host.drain_queue("orders")
    await withdraw(host, stranger, link)
    assert (await undo(owner, merged.json())).status_code == 204
    await host.drain_queue("orders")
    assert (await owner.api("GET", f"contacts/{own['id']}")).json()["content"] == own["content"]
    assert none_of_it(await said(owner, contact))

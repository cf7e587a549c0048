"""What only the owner may see of a contact is sealed wherever it is stored, and goes with the contact."""

import json
import secrets
from datetime import timedelta

import wiring.operations
import wiring.relationships
from adapters.cosmos.documents import document
from adapters.cosmos.relationships.keys import CosmosWrappedKeys
from domain.operations.orders import OrderMessage, carry_out
from domain.relationships.keys import WrappedKeys
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contacts import a_contact, delete
from tests.stored import places_of


async def test_tags_groups_and_own_fields_are_nowhere_readable(signed_in) -> None:
    ada = await signed_in()
    tag, group, label, text = words = [secrets.token_hex(8) for _ in range(4)]
    private = {"tags": [tag], "groups": [group], "customFields": [{"label": label, "text": text}]}
    key = {"Idempotency-Key": "once"}
    made = await ada.api("POST", "contacts", json={"name": "Grace", **private}, headers=key)
    again = await ada.api("POST", "contacts", json={"name": "Grace", **private}, headers=key)
    assert made.json() == again.json()
    for name, value in private.items():
        assert made.json()["content"][name] == value
    await ada.api("POST", "contact-taggings", json={"ids": [made.json()["id"]], "add": [f"{tag}2"]})
    found = (await ada.api("GET", f"contacts/{made.json()['id']}")).json()
    assert found["content"]["tags"] == [tag, f"{tag}2"]
    assert [await places_of(word) for word in words] == [[], [], [], []]


async def test_a_tag_has_another_id_for_everybody(signed_in) -> None:
    ids = set()
    for person in [await signed_in() for _ in range(2)]:
        await a_contact(person, tags=["Same"])
        ids |= {tag["id"] for tag in (await person.api("GET", "contact-tags")).json()["data"]}
    assert len(ids) == 2


async def test_what_belongs_to_a_contact_is_erased_with_it(host, signed_in, monkeypatch) -> None:
    from domain.relationships import contacts  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(contacts, "UNDO_TIME", timedelta(0))
    ada = await signed_in()
    owner, items = await account_of(ada), wiring.relationships.contacts()._items
    gone, kept = await a_contact(ada), await a_contact(ada)
    body = WrappedKeys(owner_id=owner, master="", current="", digest="")
    for number in range(120):
        contact = kept if number == 0 else gone
        await items.create(
            document("thing", f"thing-{number}", owner, body, partition="ownerId", contactId=contact["id"])
        )
    await delete(ada, gone)
    await host.run_timer("operations_tidy_up")
    left = await items.query("SELECT c.id FROM c WHERE c.kind = 'thing'", owner)
    assert [each["id"] for each in left] == ["thing-0"]
    # The order is carried out again without harm, and is gone then.
    order = OrderMessage(
        container="relations", owner_id=owner, order_id=f"order-erase-dependents-{gone['id']}"
    )
    ports = {"effects": wiring.operations.effects(), "orders": wiring.operations.orders()}
    assert await carry_out(order, **ports)
    assert not await carry_out(order, **ports)


async def test_a_key_is_stored_wrapped_only(signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, tags=["Navy"])
    stored = await CosmosWrappedKeys(wiring.database()).get(await account_of(ada))
    assert stored is not None
    key = await wiring.relationships.keys().of(stored.owner_id)
    plain = wiring.relationships.master_key().unseal(stored.digest, f"owner-key|{stored.owner_id}")
    assert plain
    assert plain.hex() not in json.dumps(stored.model_dump(mode="json"))
    assert key.digest("tag navy") != plain

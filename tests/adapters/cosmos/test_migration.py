"""Documents of the previous version are upgraded when read and by the sweep, without new viewers."""

import asyncio
import copy
import secrets
from datetime import UTC, datetime

import pytest

import wiring.cards
import wiring.images
import wiring.operations
import wiring.publishing
from adapters.cosmos import upgrades
from adapters.cosmos.upgrades import SCHEMA_VERSION, UPGRADES, upgraded
from domain.base.errors import Unavailable
from domain.base.ids import make_id
from domain.cards.look import first_look
from domain.cards.palette import palette_of
from domain.operations.slices import Slice
from domain.visibility.view import ANYONE, view_for

NOW = "2026-01-02T03:04:05.000000Z"
CONTENT = {
    "name": "Ada Lovelace",
    "title": "Analyst",
    "organisation": None,
    "emails": [{"kind": "work", "address": "ada@example.com"}],
    "phones": [],
    "website": "https://example.com/",
    "social_links": [{"url": "https://www.linkedin.com/in/ada"}],
    "company_text": None,
    "video_link": None,
    "office_address": {"street": "12 St James's Square", "city": "London", "country": "GB"},
    "map_link": None,
    "product_links": [{"label": "Note G", "url": "https://example.com/g"}],
}


def an_id(prefix: str) -> str:
    return make_id(prefix, secrets.token_bytes(16))


def old_card(account: str, card: str, handle: str) -> dict:
    """A card as the first schema stored it."""
    body = {
        "id": card, "account_id": account, "profile_id": "prf_a", "handle": handle, "version": 2,
        "draft": CONTENT | {"title": "Draft"}, "published": CONTENT, "published_at": NOW,
        "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return {
        "id": card, "accountId": account, "kind": "card", "role": "controller", "schemaVersion": 1,
        "createdAt": NOW, "body": copy.deepcopy(body),
    }  # fmt: skip


def old_published(card: str, handle: str) -> dict:
    return {
        "id": handle, "handle": handle, "cardId": card, "role": "controller", "schemaVersion": 1,
        "version": 2, "content": copy.deepcopy(CONTENT), "publishedAt": NOW, "code": "<svg/>",
    }  # fmt: skip


@pytest.fixture
async def stored(host):
    """An account with a card, both stored by the version before; ids of account, card and handle."""
    account, card = an_id("acc"), an_id("crd")
    handle = f"old-{card[-12:]}"
    database = wiring.database()
    accounts, published = await database.container("accounts"), await database.container("published")
    await accounts.create_item(old_card(account, card, handle))
    await published.create_item(old_published(card, handle))
    yield account, card, handle
    await accounts.delete_item(card, account)
    await published.delete_item(handle, handle)


def within(items: int) -> Slice:
    return Slice(lambda: 0.0, items=items)


async def raw(container: str, item: str, partition: str) -> dict:
    return dict(await (await wiring.database().container(container)).read_item(item, partition))


async def test_an_old_card_is_read_with_everything_public_that_it_showed(stored) -> None:
    account, card, handle = stored
    found = await wiring.cards.store().get(account, card)
    assert found.published.audiences.title == "public"
    assert found.published.audiences.organisation == "private"  # empty: what is filled in later is new
    assert [entry.audience for entry in found.published.emails] == ["public"]
    assert found.was_published
    [listed], _ = await wiring.cards.store().list(account, 10, None)
    assert listed == found

    view = view_for(await wiring.cards.published().get(handle), ANYONE)
    assert view.content.title == "Analyst"
    assert view.content.emails[0].address == "ada@example.com"
    assert view.content.office_address.city == "London"


async def test_a_write_stores_todays_form(stored) -> None:
    account, card, _ = stored
    cards = wiring.cards.store()
    found = await cards.get(account, card)
    await cards.save(found.changed(datetime.now(UTC)))
    document = await raw("accounts", card, account)
    assert document["schemaVersion"] == SCHEMA_VERSION
    assert document["body"]["draft"]["audiences"]["title"] == "public"


async def test_an_old_card_can_be_deleted_and_is_gone_for_the_public(stored) -> None:
    from domain.cards.card import CardVersion  # noqa: PLC0415 - the module that the host loaded
    from domain.publishing.deletion import delete_card  # noqa: PLC0415 - the module that the host loaded

    account, card, handle = stored
    await delete_card(
        CardVersion(account, card, version=2), now=datetime.now(UTC), ports=wiring.publishing.ports()
    )
    document = await raw("published", handle, handle)
    assert (document["content"], document["schemaVersion"]) == (None, SCHEMA_VERSION)


async def test_the_timer_sweeps_what_nobody_wrote_and_finds_nothing_the_second_time(stored, host) -> None:
    account, card, handle = stored
    read_before = await wiring.cards.store().get(account, card)
    assert await host.run_timer("operations_upgrade_documents")
    await host.drain_queue("work")
    for document in (await raw("accounts", card, account), await raw("published", handle, handle)):
        assert document["schemaVersion"] == SCHEMA_VERSION
    again = await wiring.operations.migration().sweep(within(1000))
    assert (again.done, again.taken, again.cut_off) == (0, 0, False)
    read_after = await wiring.cards.store().get(account, card)
    assert read_after.model_copy(update={"etag": read_before.etag}) == read_before


async def test_a_sweep_that_was_cut_off_goes_on_where_it_ended(stored) -> None:
    migration = wiring.operations.migration()
    first = await migration.sweep(within(1))
    assert (first.done, first.cut_off) == (1, True)
    second = await migration.sweep(within(1000))
    assert not second.cut_off
    assert second.done >= 1


@pytest.mark.parametrize(
    "broken",
    [{"body": None}, {"body": {"draft": "text"}}, {"body": {"draft": {"emails": [1]}}}, {"schemaVersion": 0}],
    ids=str,
)
async def test_a_broken_document_keeps_no_other_from_being_swept(stored, broken, caplog) -> None:
    account, card, handle = stored
    accounts = await wiring.database().container("accounts")
    # The first that a sweep comes to.
    bad = {
        **old_card(account, card, handle),
        "id": an_id("crd"),
        "accountId": "acc_",
        "secret": "Ada",
        **broken,
    }
    await accounts.create_item(bad)
    await accounts.delete_item(card, account)
    await accounts.create_item(old_card(account, card, handle))
    try:
        swept = await wiring.operations.migration().sweep(within(1000))
        assert (len(swept.broken), swept.cut_off) == (1, False)
        assert (await raw("accounts", card, account))["schemaVersion"] == SCHEMA_VERSION
        left = await raw("accounts", bad["id"], "acc_")
        assert {name: left[name] for name in bad} == bad
        assert f"document_broken container=accounts _rid={left['_rid']}" in caplog.text
        assert "Ada" not in caplog.text
    finally:
        await accounts.delete_item(bad["id"], "acc_")


@pytest.mark.parametrize("version", [0, -1, "1", 1.5, True, [], SCHEMA_VERSION + 1], ids=str)
def test_a_version_that_cannot_be_known_is_refused_and_not_guessed_at(version) -> None:
    with pytest.raises(Unavailable):
        upgraded("accounts", {**old_card("acc_a", "crd_a", "ada"), "schemaVersion": version})


async def test_two_sweeps_at_once_and_a_person_who_writes_lose_nothing(stored) -> None:
    account, card, _ = stored
    found = await wiring.cards.store().get(account, card)
    changed = found.changed(datetime.now(UTC), profile_id="prf_new")
    results = await asyncio.gather(
        wiring.cards.store().save(changed),
        wiring.operations.migration().sweep(within(1000)),
        wiring.operations.migration().sweep(within(1000)),
        return_exceptions=True,
    )
    saved = not isinstance(results[0], Exception)
    now = await wiring.cards.store().get(account, card)
    assert (now.profile_id == "prf_new") is saved  # else the person was told that it had changed
    assert (await raw("accounts", card, account))["schemaVersion"] == SCHEMA_VERSION


async def test_a_card_of_a_newer_release_is_refused_and_left_alone(stored, monkeypatch) -> None:
    account, card, _ = stored
    accounts = await wiring.database().container("accounts")
    newer = await raw("accounts", card, account) | {"schemaVersion": SCHEMA_VERSION + 1}
    newer["body"]["draft"]["shown_until"] = NOW
    await accounts.upsert_item(newer)
    with pytest.raises(Unavailable):
        await wiring.cards.store().get(account, card)
    await wiring.operations.migration().sweep(within(1000))
    assert (await raw("accounts", card, account))["body"]["draft"]["shown_until"] == NOW


def test_a_release_that_was_prepared_for_the_next_version_reads_it(monkeypatch) -> None:
    newer = {"schemaVersion": SCHEMA_VERSION + 1, "kind": "card", "body": {}}
    with pytest.raises(Unavailable):
        upgraded("accounts", dict(newer))
    monkeypatch.setattr(upgrades, "NEWEST_READABLE", SCHEMA_VERSION + 1)
    assert upgraded("accounts", dict(newer)) == newer


@pytest.mark.parametrize("audience", ["signed_in", "connections", "private"])
def test_an_upgrade_never_widens_an_audience_that_is_there(audience) -> None:
    content = CONTENT | {
        "emails": [{"address": "ada@example.com", "audience": audience}],
        "audiences": {"title": audience},
    }
    document = {**old_published("crd_a", "ada"), "content": copy.deepcopy(content)}
    once = upgraded("published", copy.deepcopy(document))
    assert once["content"]["emails"][0]["audience"] == audience
    assert once["content"]["audiences"] == {"title": audience}


def test_an_upgrade_may_run_twice() -> None:
    once = upgraded("accounts", old_card("acc_a", "crd_a", "ada"))
    twice = upgraded("accounts", {**copy.deepcopy(once), "schemaVersion": 1})
    assert twice == once


def test_part_of_a_document_is_left_as_it_is() -> None:
    assert upgraded("accounts", {"id": "a"}) == {"id": "a"}


def test_every_version_has_its_upgrades_and_only_one_is_prepared_ahead() -> None:
    assert sorted(UPGRADES) == list(range(2, SCHEMA_VERSION + 1))
    assert upgrades.NEWEST_READABLE - SCHEMA_VERSION in (0, 1)


async def test_an_older_card_keeps_its_colour_when_it_gets_another_name(stored) -> None:
    account, card, handle = stored
    shown = (await wiring.cards.published().get(handle)).content.look
    found = await wiring.cards.store().get(account, card)
    assert found.draft.look == found.published.look == shown == first_look(handle)
    renamed = found.changed(datetime.now(UTC), handle=f"{handle}-x", former_handles=[handle])
    await wiring.cards.store().save(renamed)
    assert (await wiring.cards.store().get(account, card)).draft.look == shown


def test_an_older_deleted_card_comes_back_with_its_colour() -> None:
    document = {**old_card("acc_a", "crd_a", "ada"), "kind": "deleted-card"}
    body = document["body"]
    body["kept"] = {name: body.pop(name) for name in ("draft", "published", "published_at")}
    body |= {"deleted": True, "draft": {"name": "-"}, "published": None, "published_at": None}
    body["kept"] |= {"previous": None, "until": NOW}
    # Deletion was put aside like this from the second version on.
    kept = upgraded("accounts", {**document, "schemaVersion": 2})["body"]["kept"]
    assert kept["draft"]["look"] == kept["published"]["look"] == first_look("ada").model_dump()
    assert ("accounts", "deleted-card") in upgrades.sweepable()


def test_an_older_published_card_gets_the_palette_of_its_colour() -> None:
    document = upgraded("published", old_published("crd_a", "ada"))
    assert document["palette"] == palette_of(document["content"]["look"]["colour"]).model_dump()
    gone = upgraded("published", {**old_published("crd_a", "ada"), "content": None})
    assert gone["palette"] is None


def test_a_look_that_is_there_is_left_alone() -> None:
    content = CONTENT | {"look": {"theme": "bold", "colour": None, "order": []}}
    made = upgraded("published", {**old_published("crd_a", "ada"), "content": content})
    assert made["content"]["look"]["theme"] == "bold"
    assert made["palette"] is None

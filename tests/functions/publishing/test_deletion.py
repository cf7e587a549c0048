"""Deletion of a card through the API: hidden at once, taken back within a day, erased afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

import wiring.accounts
import wiring.cards
import wiring.images
import wiring.operations
import wiring.organisations.brand
import wiring.relationships
import wiring.visits
from domain.cards.handles import skeleton
from domain.images.sweep import sweep_images
from tests.forms import SAME_SITE
from tests.functions.cards.test_api_cards import CONTENT, NOT_SHOWN, a_card, handle, published
from tests.functions.cards.test_lifecycle import body_of, change
from tests.functions.images.test_images import ready
from tests.functions.privacy.test_copy import account_of

SECRET = "Secret to be forgotten"


@pytest.fixture
def no_time_left(monkeypatch) -> None:
    """What is deleted from now on can never be taken back: the next timer erases it."""
    from domain.accounts import profiles  # noqa: PLC0415 - the modules that the host loaded
    from domain.publishing import deletion  # noqa: PLC0415

    for module in (deletion, profiles):
        monkeypatch.setattr(module, "UNDO_TIME", timedelta(0))


async def delete(person, card: dict) -> None:
    etag = (await person.api("GET", f"cards/{card['id']}")).headers["etag"]
    gone = await person.api("DELETE", f"cards/{card['id']}", headers={"If-Match": etag})
    assert gone.status_code == 204, gone.text


async def restore(person, card: dict):
    path = f"cards/{card['id']}/restoration"
    deleted = await person.api("GET", path)
    assert deleted.status_code == 200, deleted.text
    return await person.api("PUT", path, headers={"If-Match": deleted.headers["etag"]})


async def stored(person, card: dict) -> str:
    """Everything that the account's partition holds, as text."""
    found = (
        await wiring.cards.store()._containers["accounts"].query("SELECT * FROM c", await account_of(person))
    )
    return str(found)


async def test_a_deleted_card_is_absent_for_everybody_at_once(signed_in, client) -> None:
    ada, bob, stranger = await signed_in(), await signed_in(), client()
    card, new = (await published(ada, title=SECRET)).json(), handle()
    await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=new)
    await delete(ada, card)
    assert (await ada.api("GET", f"cards/{card['id']}")).status_code == 404
    assert (await ada.api("GET", "cards")).json()["data"] == []
    assert (await ada.api("DELETE", f"cards/{card['id']}", headers={"If-Match": '"4"'})).status_code == 404
    for name in (card["handle"], new):
        assert NOT_SHOWN in (await stranger.get(f"/c/{name}")).text
        assert SECRET not in str(await wiring.cards.published()._store._items.read(name, name))
        for person in (ada, bob):
            taken = await person.api("POST", "cards", json=await body_of(person, name))
            assert taken.json()["code"] == "handle_taken"
    assert await account_of(ada) not in str(await wiring.cards.published()._store._items.read(new, new))


async def test_a_deleted_card_comes_back_as_it_was(host, signed_in, client) -> None:
    ada, stranger, new = await signed_in(), client(), handle()
    photo = (await ready(host, ada))["id"]
    first = await published(ada, title="First", photo=photo)
    card, path = first.json(), f"cards/{first.json()['id']}"
    draft = {"profileId": card["profileId"], "content": CONTENT | {"title": "Second", "photo": photo}}
    edited = await change(ada, "PUT", path, first.headers["etag"], **draft)
    twice = await change(ada, "PUT", f"{path}/publication", edited.headers["etag"])
    draft["content"] = CONTENT | {"title": "Third", "photo": photo}
    edited = await change(ada, "PUT", path, twice.headers["etag"], **draft)
    before = (await change(ada, "PUT", f"{path}/handle", edited.headers["etag"], handle=new)).json()
    shown = (await stranger.get(f"/c/{new}")).text
    await delete(ada, card)
    back = await restore(ada, card)
    assert back.status_code == 200, back.text
    assert back.json() | {"updatedAt": None} == before | {"updatedAt": None}
    assert back.json()["previous"]["title"] == "First"
    assert (await stranger.get(f"/c/{new}")).text == shown
    assert (await stranger.get(f"/c/{card['handle']}")).headers["location"] == f"/c/{new}"
    assert (await ada.api("GET", f"{path}/restoration")).status_code == 404
    undone = await change(ada, "DELETE", f"{path}/publication/latest", back.headers["etag"])
    assert undone.json()["published"]["title"] == "First"


async def test_a_paused_card_comes_back_paused_and_a_draft_as_a_draft(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    paused, draft = (await published(ada)).json(), (await a_card(ada, title="Draft")).json()
    await change(ada, "PUT", f"cards/{paused['id']}/pause", '"2"')
    for card in (paused, draft):
        await delete(ada, card)
        back = (await restore(ada, card)).json()
        assert (back["paused"], back["draft"]["title"]) == (card is paused, card["draft"]["title"])
        status = (await stranger.get(f"/c/{card['handle']}")).status_code
        assert status == (200 if card is paused else 404)
    assert [card["id"] for card in (await ada.api("GET", "cards")).json()["data"]] == [
        draft["id"],
        paused["id"],
    ]


async def test_taking_back_is_checked_by_version_and_safe_to_repeat(signed_in) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    await delete(ada, card)
    path = f"cards/{card['id']}/restoration"
    assert (await ada.api("PUT", path)).status_code == 428
    assert (await ada.api("PUT", path, headers={"If-Match": '"2"'})).status_code == 412
    answers = [await ada.api("PUT", path, headers={"If-Match": '"3"'}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert (await ada.api("PUT", path, headers={"If-Match": '"9"'})).status_code == 404


async def test_a_deleted_card_of_somebody_else_is_absent(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    card = (await published(ada)).json()
    await delete(ada, card)
    path = f"cards/{card['id']}/restoration"
    for method in ("GET", "PUT", "DELETE"):
        assert (await bob.api(method, path, headers={"If-Match": '"3"'})).status_code == 404
    assert (await bob.api("GET", "deleted-cards")).json()["data"] == []
    [listed] = (await ada.api("GET", "deleted-cards")).json()["data"]
    assert (listed["card"]["id"], listed["card"]["draft"]) == (card["id"], card["draft"])
    left = datetime.fromisoformat(listed["restorableUntil"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


@pytest.mark.usefixtures("no_time_left")
async def test_a_card_whose_time_is_over_is_absent_and_then_erased(host, signed_in, client) -> None:
    ada = await signed_in()
    card, path = (await published(ada, title=SECRET)).json(), ""
    path = f"cards/{card['id']}/restoration"
    await delete(ada, card)
    assert (await ada.api("PUT", path, headers={"If-Match": '"3"'})).status_code == 404
    assert (await ada.api("GET", "deleted-cards")).json()["data"] == []
    assert SECRET in await stored(ada, card)
    assert await host.run_timer("operations_tidy_up")
    assert SECRET not in await stored(ada, card)
    [left] = (
        await wiring.cards.store()
        ._containers["accounts"]
        .query("SELECT * FROM c WHERE c.kind = 'erased-card'", await account_of(ada))
    )
    assert (left["id"], left["ttl"]) == (card["id"], 35 * 24 * 60 * 60)
    assert (await ada.api("PUT", path, headers={"If-Match": '"3"'})).status_code == 404
    taken = await ada.api("POST", "cards", json=await body_of(ada, card["handle"]))
    assert taken.json()["code"] == "handle_taken"
    await host.drain_queue("orders")
    assert NOT_SHOWN in (await client().get(f"/c/{card['handle']}")).text


async def test_a_deleted_card_is_erased_before_its_time_on_demand(signed_in) -> None:
    ada = await signed_in()
    card = (await published(ada, title=SECRET)).json()
    await delete(ada, card)
    path = f"cards/{card['id']}/restoration"
    assert (await ada.api("DELETE", path)).status_code == 428
    assert (await ada.api("DELETE", path, headers={"If-Match": '"2"'})).status_code == 412
    assert (await ada.api("DELETE", path, headers={"If-Match": '"3"'})).status_code == 204
    assert SECRET not in await stored(ada, card)
    assert (await ada.api("GET", path)).status_code == 404
    assert (await ada.api("PUT", path, headers={"If-Match": '"4"'})).status_code == 404


async def test_a_card_that_comes_back_is_not_erased_by_its_former_time(host, signed_in, monkeypatch) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415
    from domain.publishing.deletion import erase_due_cards  # noqa: PLC0415

    ada = await signed_in()
    card = (await published(ada, title="Kept")).json()
    await delete(ada, card)
    store = wiring.cards.store()
    [deleted], _ = await store.list_deleted(await account_of(ada), 10, None)
    assert (await restore(ada, card)).status_code == 200

    class SeenBefore(type(store)):
        """Store whose sweep found the card just before it came back."""

        async def to_be_erased(self, now):  # noqa: ARG002 - the port's name
            yield deleted

    late = SeenBefore(wiring.database())
    done = await erase_due_cards(
        datetime.now(UTC) + timedelta(days=2), Slice(lambda: 0.0), cards=late, handles=wiring.cards.handles()
    )
    assert (done.done, done.failed) == (0, 0)
    assert (await ada.api("GET", f"cards/{card['id']}")).json()["draft"]["title"] == "Kept"


async def test_erasure_stops_at_its_bound_and_the_next_run_goes_on(signed_in, no_time_left) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415
    from domain.publishing.deletion import erase_due_cards  # noqa: PLC0415

    ada, cards, handles = await signed_in(), wiring.cards.store(), wiring.cards.handles()
    for _ in range(3):
        await delete(ada, (await a_card(ada)).json())
    account, left = await account_of(ada), []
    for _ in range(2):
        bound = Slice(lambda: 0.0, items=2)
        await erase_due_cards(datetime.now(UTC), bound, cards=cards, handles=handles)
        left.append(len((await cards.list_deleted(account, 10, None))[0]))
    assert left == [1, 0]


async def test_a_deleted_cards_pictures_are_kept_until_it_is_erased(host, signed_in, client) -> None:
    ada, now = await signed_in(), datetime.now(UTC)
    photo = (await ready(host, ada))["id"]
    card = (await published(ada, photo=photo)).json()
    page = (await client().get(f"/c/{card['handle']}", headers={"Accept": "text/html"})).text
    await delete(ada, card)

    async def swept(hours: int) -> int:
        await sweep_images(
            now + timedelta(hours=hours), images=wiring.images.store(), files=wiring.images.blobs(),
            cards=wiring.cards.store(), contacts=wiring.relationships.contacts(),
            brands=wiring.organisations.brand.store(),
        )  # fmt: skip
        return (await ada.api("GET", f"images/{photo}")).status_code

    assert [await swept(hours) for hours in (25, 50)] == [200, 200]
    await restore(ada, card)
    assert (await client().get(f"/c/{card['handle']}", headers={"Accept": "text/html"})).text == page
    await delete(ada, card)
    etag = (await ada.api("GET", f"cards/{card['id']}/restoration")).headers["etag"]
    await ada.api("DELETE", f"cards/{card['id']}/restoration", headers={"If-Match": etag})
    assert [await swept(hours) for hours in (75, 100)] == [200, 404]


async def test_visits_of_a_card_are_there_again_when_it_comes_back(host, signed_in) -> None:
    from tests.functions.visits.test_counting import a_batch, send  # noqa: PLC0415

    ada = await signed_in()
    card = (await published(ada)).json()
    await send(a_batch(card["id"], 3))
    await host.drain_queue("visits")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    path = f"cards/{card['id']}/counts?from={today}&to={today}"
    counts = (await ada.api("GET", path)).json()
    assert "3" in str(counts)
    await delete(ada, card)
    assert (await ada.api("GET", path)).status_code == 404
    await restore(ada, card)
    assert (await ada.api("GET", path)).json() == counts


async def test_a_deleted_card_makes_room_and_comes_back_only_into_room(signed_in, monkeypatch) -> None:
    from domain.cards import create  # noqa: PLC0415
    from domain.publishing import deletion  # noqa: PLC0415

    for module in (create, deletion):
        monkeypatch.setattr(module, "MOST_CARDS", 1)
    ada = await signed_in()
    card = (await a_card(ada)).json()
    await delete(ada, card)
    other = (await a_card(ada)).json()
    full = await restore(ada, card)
    assert (full.status_code, full.json()["code"]) == (409, "limit_reached")
    page = await ada.http.post(
        f"/my/cards/{card['id']}/restoration",
        data={"csrf": ada.csrf, "version": "2"},
        headers=SAME_SITE | {"Accept-Language": "sv"},
    )
    assert "Ett konto kan ha 1 kort. Ta först bort ett" in page.text
    await delete(ada, other)
    assert (await restore(ada, card)).status_code == 200


async def test_a_card_comes_back_with_its_profile(signed_in) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    path = f"profiles/{card['profileId']}"
    await delete(ada, card)
    assert (await ada.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await ada.api("GET", path)).status_code == 404
    assert (await restore(ada, card)).status_code == 200
    assert (await ada.api("GET", path)).json()["name"] == "Analyst"


async def test_a_deleted_profile_comes_back_with_its_name(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    made = await ada.api("POST", "profiles", json={"name": "Board"}, headers={"Idempotency-Key": "board"})
    path = f"profiles/{made.json()['id']}"
    assert (await ada.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await ada.api("GET", path)).status_code == 404
    [listed] = (await ada.api("GET", "deleted-profiles")).json()["data"]
    assert listed["profile"]["name"] == "Board"
    assert (await bob.api("PUT", f"{path}/restoration", headers={"If-Match": '"2"'})).status_code == 404
    assert (await ada.api("PUT", f"{path}/restoration", headers={"If-Match": '"1"'})).status_code == 412
    etag = (await ada.api("GET", f"{path}/restoration")).headers["etag"]
    answers = [await ada.api("PUT", f"{path}/restoration", headers={"If-Match": etag}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await ada.api("GET", path)).json()["name"] == "Board"
    assert (await ada.api("GET", "deleted-profiles")).json()["data"] == []


@pytest.mark.usefixtures("no_time_left")
async def test_a_profile_whose_time_is_over_is_erased(host, signed_in) -> None:
    ada = await signed_in()
    made = await ada.api("POST", "profiles", json={"name": SECRET})
    path = f"profiles/{made.json()['id']}"
    await ada.api("DELETE", path, headers={"If-Match": '"1"'})
    assert (await ada.api("PUT", f"{path}/restoration", headers={"If-Match": '"2"'})).status_code == 404
    assert await host.run_timer("operations_tidy_up")
    assert SECRET not in await stored(ada, {})


async def test_a_draft_keeps_its_names_while_it_can_come_back_and_frees_them_when_erased(
    signed_in, client
) -> None:
    ada, bob, first, second = await signed_in(), await signed_in(), handle(), handle()
    made = await ada.api("POST", "cards", json=await body_of(ada, first))
    path = f"cards/{made.json()['id']}"
    await change(ada, "PUT", f"{path}/handle", '"1"', handle=second)
    await delete(ada, made.json())
    for name in (first, second):
        taken = await bob.api("POST", "cards", json=await body_of(bob, name))
        assert taken.json()["code"] == "handle_taken"
    await ada.api("DELETE", f"{path}/restoration", headers={"If-Match": '"3"'})
    for name in (first, second):
        taken = await bob.api("POST", "cards", json=await body_of(bob, name))
        assert taken.status_code == 201, taken.text
        shown = await change(bob, "PUT", f"cards/{taken.json()['id']}/publication", taken.headers["etag"])
        assert shown.status_code == 200
        assert (await client().get(f"/c/{name}")).status_code == 200


async def test_a_name_of_a_draft_that_came_back_and_was_erased_shows_its_next_card(
    host, signed_in, client, monkeypatch
) -> None:
    from domain.operations import orders  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(orders, "PATIENCE", timedelta(0))
    ada, bob, name = await signed_in(), await signed_in(), handle()
    made = await ada.api("POST", "cards", json=await body_of(ada, name))
    path = f"cards/{made.json()['id']}/restoration"
    await delete(ada, made.json())
    assert (await restore(ada, made.json())).status_code == 200
    await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    await delete(ada, made.json())
    await ada.api("DELETE", path, headers={"If-Match": (await ada.api("GET", path)).headers["etag"]})
    taken = await bob.api("POST", "cards", json=await body_of(bob, name))
    await change(bob, "PUT", f"cards/{taken.json()['id']}/publication", taken.headers["etag"])
    assert (await client().get(f"/c/{name}")).status_code == 200


async def test_an_erasure_of_a_draft_that_was_cut_off_gives_its_names_back(
    signed_in, host, order, monkeypatch
) -> None:
    from domain.operations import orders  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(orders, "PATIENCE", timedelta(0))
    ada, bob, name = await signed_in(), await signed_in(), handle()
    made = await ada.api("POST", "cards", json=await body_of(ada, name))
    await delete(ada, made.json())
    path = f"cards/{made.json()['id']}/restoration"
    away = {"match": {"operation": "delete", "path": "/names/docs"}, "action": "status", "status": 503}
    await order(away | {"times": 50})
    assert (await ada.api("DELETE", path, headers={"If-Match": '"2"'})).status_code == 503
    await order()
    assert (await ada.api("DELETE", path, headers={"If-Match": '"2"'})).status_code == 404
    await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    taken = await bob.api("POST", "cards", json=await body_of(bob, name))
    assert taken.status_code == 201, taken.text
    await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    again = await ada.api("POST", "cards", json=await body_of(ada, name))
    assert again.status_code == 409, "it is Bob's now"


async def test_a_claim_that_stayed_pending_is_held_by_the_deletion_and_never_given_out(
    signed_in, host
) -> None:
    ada, bob = await signed_in(), await signed_in()
    card = (await published(ada)).json()
    name = f"handle:{skeleton(card['handle'])}"
    pending = {"state": "pending", "claimedAt": "2026-01-01T00:00:00.000000Z"}
    await wiring.cards.handles()._items.patch(name, name, pending)
    await delete(ada, card)
    assert (await wiring.cards.handles().find(card["handle"])).state == "held"
    await wiring.cards.handles()._items.patch(name, name, pending)
    assert await host.run_timer("operations_tidy_up")
    taken = await bob.api("POST", "cards", json=await body_of(bob, card["handle"]))
    assert taken.json()["code"] == "handle_taken"

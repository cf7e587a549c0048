"""The card of somebody who leaves ends at once, leads where was chosen, and comes back with them."""

import asyncio
import secrets

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations
import wiring.organisations.leaving
import wiring.organisations.templates
import wiring.publishing
from tests.forms import SAME_SITE
from tests.functions.cards.test_api_cards import NOT_SHOWN
from tests.functions.organisations.joined import do, joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, edit, is_shown


class Staff:
    """A person of the office with a card."""

    def __init__(self, office: Office, person, member: dict, card) -> None:
        self.office, self.person, self.member_id = office, person, member["id"]
        self.card, self.id, self.handle = card, card.json()["id"], card.json()["handle"]

    async def removed(self, **query):
        return await do(self.office.owner, "DELETE", self.office.org, self.member_id, params=query)

    async def back(self):
        path = f"{self.office.at}/members/{self.member_id}/restoration"
        gone = await self.office.owner.api("GET", path)
        assert gone.status_code == 200, gone.text
        answer = await self.office.owner.api("PUT", path, headers={"If-Match": gone.headers["etag"]})
        assert answer.is_success, answer.text

    async def left(self) -> None:
        path = f"{self.office.at}/membership"
        version = {"If-Match": (await self.person.api("GET", path)).headers["etag"]}
        answer = await self.person.api("DELETE", path, headers=version)
        assert answer.status_code == 204, answer.text

    async def stored(self):
        return await wiring.cards.store().get(self.office.org["id"], self.id)


async def an_office(signed_in, **rules) -> Office:
    ada = await signed_in()
    office = Office(ada, await an_organisation(ada))
    await office.template(**rules)
    return office


async def staff(office: Office, signed_in, name: str | None = None) -> Staff:
    person = await (signed_in(name) if name else signed_in())
    member = await joined(office.org, person)
    card = await office.card(member["id"])
    assert card.status_code == 201, card.text
    return Staff(office, person, member, card)


@pytest.fixture
async def office(signed_in):
    return await an_office(signed_in)


async def leads_to(client, handle: str) -> str | None:
    """The handle that a printed code leads to; None if it says that no card is shown."""
    async with client() as stranger:
        answer = await stranger.get(f"/c/{handle}")
    if answer.status_code == 200:
        return None if NOT_SHOWN in answer.text else handle
    assert answer.status_code == 308, answer.text
    return answer.headers["location"].rpartition("/")[2]


async def rule(office: Office, **successor):
    path = f"{office.at}/leaving"
    etag = (await office.owner.api("GET", path)).headers["etag"]
    body = {"successor": successor}
    return await office.owner.api("PUT", path, json=body, headers={"If-Match": etag})


async def choose(office: Office, leaver: Staff, **successor):
    path = f"{office.at}/staff-cards/{leaver.id}/successor"
    etag = (await office.owner.api("GET", path)).headers["etag"]
    return await office.owner.api("PUT", path, json=successor, headers={"If-Match": etag})


@pytest.mark.parametrize("paused", [False, True])
async def test_the_card_of_a_leaver_ends_at_once_and_is_back_with_them_as_it_was(
    office, signed_in, client, paused
) -> None:
    grace = await staff(office, signed_in)
    if paused:
        stored = await grace.stored()
        await wiring.organisations.templates.staff_cards().save_all(
            [stored.changed(stored.updated_at, paused=True)]
        )
    before = await grace.stored()
    assert (await grace.removed()).status_code == 204
    assert await leads_to(client, grace.handle) is None
    ending = (await grace.stored()).ending
    assert (ending.why, ending.successor) == ("left", None)
    await grace.back()
    after = await grace.stored()
    same = {"version": 0, "updated_at": None, "etag": None}
    assert after.model_copy(update=same) == before.model_copy(update=same)
    assert await is_shown(client, grace.card) is not paused


async def test_the_links_lead_to_the_colleague_of_the_rule(office, signed_in, client) -> None:
    grace, bob = await staff(office, signed_in), await staff(office, signed_in)
    assert (await rule(office, to="colleague", memberId=bob.member_id)).status_code == 200
    await grace.left()
    assert await leads_to(client, grace.handle) == bob.handle
    [leaver] = (await office.owner.api("GET", f"{office.at}/leavers")).json()["data"]
    assert (leaver["cardId"], leaver["leadsTo"].rpartition("/")[2]) == (grace.id, bob.handle)
    # The colleague of the rule is followed by nobody: they do not come after themselves.
    assert (await bob.removed()).status_code == 204
    assert await leads_to(client, bob.handle) is None
    assert await leads_to(client, grace.handle) is None
    leavers = (await office.owner.api("GET", f"{office.at}/leavers")).json()["data"]
    assert [each["leadsTo"] for each in leavers if each["cardId"] == bob.id] == [None]
    await bob.back()
    assert await leads_to(client, grace.handle) == bob.handle


async def test_a_successor_is_chosen_for_one_person_and_changed_afterwards(office, signed_in, client) -> None:
    grace, bob, eve = [await staff(office, signed_in) for _ in range(3)]
    assert (await rule(office, to="colleague", memberId=bob.member_id)).status_code == 200
    assert (await grace.removed(successor=eve.member_id)).status_code == 204
    assert await leads_to(client, grace.handle) == eve.handle
    assert (await choose(office, grace, to="nobody")).json()["leadsTo"] is None
    assert await leads_to(client, grace.handle) is None
    changed = await choose(office, grace, to="colleague", memberId=bob.member_id)
    assert changed.status_code == 200, changed.text
    assert await leads_to(client, grace.handle) == bob.handle
    # What was chosen is over when they are back.
    assert (await choose(office, grace, to="nobody")).status_code == 200
    await grace.back()
    assert await leads_to(client, grace.handle) == grace.handle
    await grace.left()
    assert await leads_to(client, grace.handle) == bob.handle


async def test_the_latest_removal_decides_also_where_nobody_saw_the_person_come_back(
    office, signed_in, client, monkeypatch
) -> None:
    """One order stands for a removal, a taking back and another removal, as where workers were away."""
    from domain.organisations.organisation import membership_order  # noqa: PLC0415 - what the host loaded
    from functions.framework.clock import now  # noqa: PLC0415

    async def nothing(_order: object) -> None:
        """The worker dies before it settles."""

    grace, bob, eve = [await staff(office, signed_in) for _ in range(3)]
    assert (await grace.removed(successor=bob.member_id)).status_code == 204
    with monkeypatch.context() as patch:
        ports = wiring.organisations.people()._replace(settle=nothing)
        patch.setattr("wiring.organisations.people", lambda: ports)
        await grace.back()
        assert (await grace.removed(successor=eve.member_id)).status_code == 204
    assert await leads_to(client, grace.handle) == bob.handle
    store = wiring.organisations.store()
    order = membership_order(await store.former_member(office.org["id"], grace.member_id), now())
    await wiring.organisations.effects()[order.kind](order)
    assert await leads_to(client, grace.handle) == eve.handle


async def due(office, card_id: str, host) -> None:
    """The order to show a card is carried out, as the timer has it done."""
    from domain.operations.orders import OrderMessage  # noqa: PLC0415

    order = OrderMessage(
        container="organisations", owner_id=office.org["id"], order_id=f"order-projection-{card_id}"
    )
    await wiring.operations.order_queue().send(order)
    await host.drain_queue("orders")


async def test_the_company_page_is_kept_as_a_choice_and_found_when_it_is_there(
    office, signed_in, client, host
) -> None:
    grace = await staff(office, signed_in)
    assert (await grace.removed(successor="company_page")).status_code == 204
    assert await leads_to(client, grace.handle) is None

    page, at = (
        await office.owner.api("POST", f"{office.at}/company-page", json={}),
        f"{office.at}/company-page",
    )
    shown = await office.owner.api("PUT", f"{at}/publication", headers={"If-Match": page.headers["etag"]})
    assert shown.status_code == 200, shown.text
    await due(office, page.json()["id"], host)
    await host.drain_queue("work")
    assert await leads_to(client, grace.handle) == page.json()["handle"]


@pytest.mark.parametrize(
    ("successor", "code"),
    [
        ({"to": "colleague"}, "required"),
        ({"to": "colleague", "memberId": "mem_" + "a" * 26}, "no_staff_card"),
        ({"to": "colleague", "memberId": "self"}, "same_person"),
    ],
)
async def test_a_successor_that_leads_nowhere_is_refused(office, signed_in, successor, code) -> None:
    grace = await staff(office, signed_in)
    assert (await grace.removed()).status_code == 204
    if successor.get("memberId") == "self":
        successor = successor | {"memberId": grace.member_id}
    refused = await choose(office, grace, **successor)
    assert refused.status_code == 422, refused.text
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [("/memberId", code)]
    if code != "same_person":
        refused = await rule(office, **successor)
        assert refused.json()["errors"][0]["field"] == "/successor/memberId"


async def test_a_removal_with_a_wrong_successor_takes_nobody_out(office, signed_in, client) -> None:
    grace = await staff(office, signed_in)
    refused = await grace.removed(successor=grace.member_id)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "successor")
    assert (await grace.removed(successor="somebody")).status_code == 422
    assert await leads_to(client, grace.handle) == grace.handle


async def test_a_rule_that_was_changed_meanwhile_is_not_overwritten(office, signed_in) -> None:
    bob = await staff(office, signed_in)
    path, body = f"{office.at}/leaving", {"successor": {"to": "colleague", "memberId": bob.member_id}}
    both = await asyncio.gather(
        *(office.owner.api("PUT", path, json=body, headers={"If-Match": '"1"'}) for _ in range(3))
    )
    assert sorted(each.status_code for each in both) == [200, 412, 412]


async def test_a_leaver_who_comes_back_says_what_was_released_meanwhile(
    host, office, signed_in, client
) -> None:
    grace, word = await staff(office, signed_in), secrets.token_hex(8)
    assert (await grace.removed()).status_code == 204
    await office.change(title={"mode": "locked", "value": word})
    await host.drain_queue("work")
    assert (await grace.stored()).staff.number == 1
    await grace.back()
    assert (await grace.stored()).staff.number == 2
    async with client() as stranger:
        assert word in (await stranger.get(f"/c/{grace.handle}")).text


async def test_who_is_taken_out_and_back_at_once_has_one_outcome(office, signed_in, client) -> None:
    """The orders of both come at once, and again in any order."""
    from domain.organisations.organisation import membership_order  # noqa: PLC0415 - what the host loaded
    from functions.framework.clock import now  # noqa: PLC0415

    grace, store = await staff(office, signed_in), wiring.organisations.store()
    known = await store.member(office.org["id"], grace.member_id)
    order = membership_order(known, now())
    follow = wiring.organisations.effects()[order.kind]
    for gone in (True, False, True):
        await (grace.removed() if gone else grace.back())
        ends = await asyncio.gather(*(follow(order) for _ in range(4)), return_exceptions=True)
        assert any(end is None for end in ends), ends
        await follow(order)
        assert await leads_to(client, grace.handle) == (None if gone else grace.handle)


async def test_a_card_that_is_made_while_its_person_leaves_ends_by_its_own_order(
    host, office, signed_in, client
) -> None:
    """The order of who leaves comes before there is a card."""
    person = await signed_in()
    member = await joined(office.org, person)
    made = []

    class Slow:
        """Cards, as they are stored for a request that began before its person left."""

        async def create(self, card, creation):
            assert (await do(office.owner, "DELETE", office.org, member["id"])).status_code == 204
            return await wiring.cards.store().create(card, creation)

        def __getattr__(self, name: str):
            return getattr(wiring.cards.store(), name)

    from domain.organisations.organisation import acting  # noqa: PLC0415 - what the host loaded
    from domain.organisations.staff_cards.making import (  # noqa: PLC0415
        NewStaffCard,
        make_staff_card,
    )
    from functions.framework.clock import now  # noqa: PLC0415
    from tests.functions.privacy.test_copy import account_of  # noqa: PLC0415

    store = wiring.organisations.store()
    by = await acting(office.org["id"], await account_of(office.owner), "see", organisations=store)
    ports = wiring.organisations.templates.staff_ports()._replace(cards=Slow())
    new = NewStaffCard(member_id=member["id"], template_id=office.template_id)
    made = await make_staff_card(by, new, now(), ports)
    await due(office, made.id, host)
    assert await leads_to(client, made.handle) is None


async def test_an_edit_that_comes_late_brings_nothing_back(office, signed_in, client) -> None:
    grace = await staff(office, signed_in)
    assert (await grace.removed()).status_code == 204
    assert (await edit(office.owner, office, await office.get(grace.id), title="Late")).status_code == 404
    assert (await edit(grace.person, office, grace.card, title="Late")).status_code == 404
    assert await leads_to(client, grace.handle) is None


async def test_only_leaders_choose_and_everybody_is_told_the_rule(office, signed_in) -> None:
    grace, bob = await staff(office, signed_in), await staff(office, signed_in)
    told = await bob.person.api("GET", f"{office.at}/leaving")
    assert told.json() == {"successor": {"to": "nobody", "memberId": None}, "contacts": "keep"}
    card = await bob.person.api("GET", f"{office.at}/staff-cards/{bob.id}")
    assert card.json()["contacts"] == "keep"
    assert (await grace.removed()).status_code == 204
    path = f"{office.at}/staff-cards/{grace.id}/successor"
    assert (await bob.person.api("GET", path)).status_code == 403
    assert (await grace.person.api("GET", path)).status_code == 404
    there = await office.owner.api("GET", f"{office.at}/staff-cards/{bob.id}/successor")
    assert there.status_code == 404


async def test_leavers_are_listed_the_latest_first_and_by_pages(office, signed_in) -> None:
    gone = [await staff(office, signed_in) for _ in range(3)]
    for each in gone:
        assert (await each.removed()).status_code == 204
    path, found, cursor = f"{office.at}/leavers", [], None
    while cursor is not None or not found:
        answer = await office.owner.api(
            "GET", path, params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        assert answer.status_code == 200, answer.text
        found += [each["cardId"] for each in answer.json()["data"]]
        cursor = answer.json()["page"]["next"]
        if cursor is None:
            break
    assert found == [each.id for each in reversed(gone)]


async def send(person, path: str, **fields):
    return await person.http.post(path, data={"csrf": person.csrf} | fields, headers=SAME_SITE)


async def test_the_page_of_removal_asks_where_the_links_lead(office, signed_in, client) -> None:
    word = secrets.token_hex(4)
    grace = await staff(office, signed_in)
    eve, evan = (
        await staff(office, signed_in, f"Eve {word} One"),
        await staff(office, signed_in, f"Eve {word} Two"),
    )
    place = f"/org/{office.org['id']}/people/{grace.member_id}/remove"
    page = await office.owner.http.get(place)
    assert "Where the links of the card lead" in page.text
    assert "Nowhere: they show that no card is shown." in page.text
    assert (await rule(office, to="colleague", memberId=eve.member_id)).status_code == 200
    assert f"To the card of Eve {word} One." in (await office.owner.http.get(place)).text
    typed = {"version": "1", "to": "colleague", "name": f"Eve {word}"}
    several = await send(office.owner, place, **typed)
    assert several.status_code == 422
    assert "Several people have a name that begins so" in several.text
    assert f'value="Eve {word}"' in several.text
    nobody = await send(office.owner, place, **typed | {"name": f"Nobody {word}"})
    assert (nobody.status_code, f'value="Nobody {word}"' in nobody.text) == (422, True)
    done = await send(office.owner, place, **typed, asked=f"Eve {word}", picked=evan.member_id)
    assert done.status_code == 303, done.text
    assert await leads_to(client, grace.handle) == evan.handle
    gone = await office.owner.http.get(f"/org/{office.org['id']}/people/{grace.member_id}")
    assert f"/org/{office.org['id']}/leavers/{grace.id}" in gone.text
    card = await grace.stored()
    place = f"/org/{office.org['id']}/leavers/{grace.id}"
    page = await office.owner.http.get(place)
    assert f'value="Eve {word} Two"' in page.text
    saved = await send(office.owner, place, version=str(card.version), to="colleague", name=f"eve {word} one")
    assert saved.status_code == 303, saved.text
    assert (
        "The links of the card lead there now"
        in (await office.owner.http.get(saved.headers["location"])).text
    )
    assert await leads_to(client, grace.handle) == eve.handle
    stale = await send(office.owner, place, version=str(card.version), to="nobody")
    assert stale.status_code == 412
    assert "changed somewhere else" in stale.text
    listed = await office.owner.http.get(f"/org/{office.org['id']}/leavers")
    assert (place in listed.text, "Leads to http" in listed.text) == (True, True)


async def test_the_page_of_the_rule_saves_it(office, signed_in) -> None:
    bob = await staff(office, signed_in, f"Bob {secrets.token_hex(4)}")
    place = f"/org/{office.org['id']}/leaving"
    assert place in (await office.owner.http.get(f"/org/{office.org['id']}/settings")).text
    assert "Contacts that a person makes with their staff card" in (await office.owner.http.get(place)).text
    assert (
        "Nobody with a staff card has left"
        in (await office.owner.http.get(f"/org/{office.org['id']}/leavers")).text
    )
    saved = await send(office.owner, place, version="1", to="colleague", name=bob.person.name)
    assert saved.status_code == 303, saved.text
    assert f'value="{bob.person.name}"' in (await office.owner.http.get(saved.headers["location"])).text
    stale = await send(office.owner, place, version="1", to="nobody")
    assert stale.status_code == 412
    empty = await send(office.owner, place, version="2", to="colleague", name="")
    assert (empty.status_code, "Write the name of the colleague" in empty.text) == (422, True)

"""A closed organisation is erased after its day: all of it, whatever dies, comes again, or is open again."""

import asyncio
import json
import secrets
import time
from datetime import timedelta

import pytest

import wiring
import wiring.cards
import wiring.operations
import wiring.organisations
import wiring.organisations.domains
from adapters.cosmos.database import Database
from domain.base.limits import UNDO_TIME
from functions.framework.clock import now
from tests.functions.cards.test_api_cards import NOT_SHOWN, a_profile
from tests.functions.organisations.designs import a_designer, ask, begun, give, order, proposed
from tests.functions.organisations.imported import Imports, staff, table
from tests.functions.organisations.invited import invited
from tests.functions.organisations.joined import do, joined, own
from tests.functions.organisations.photographed import Album, face, packed
from tests.functions.organisations.test_closing import close, closed_by, reopen
from tests.functions.organisations.test_domains import Org
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.privacy.test_copy import account_of
from tests.stored import each_of, places_of

KIND = "erase-organisation"


class Whole:
    """An organisation that has something of every kind. `word` is in each name and address of it."""

    def __init__(self, made: dict, word: str, people: list) -> None:
        self.made, self.id, self.word, self.people = made, made["id"], word, people
        self.owner = people[0]
        self.handles: list[str] = []

    async def make_cards(self, members: list[str]) -> None:
        """A staff card for each, which says the name of the organisation."""
        at, rules = (
            f"organisations/{self.id}",
            {"organisation": {"mode": "locked", "value": "{organisation}"}},
        )
        made = await self.owner.api("POST", f"{at}/templates", json={"name": self.word, "rules": rules})
        template = f"{at}/templates/{made.json()['id']}"
        assert (
            await self.owner.api("PUT", f"{template}/release", headers={"If-Match": '"1"'})
        ).status_code == 200
        for member_id in members:
            body = {"memberId": member_id, "templateId": made.json()["id"]}
            card = await self.owner.api("POST", f"{at}/staff-cards", json=body)
            assert card.status_code == 201, card.text
            self.handles.append(card.json()["handle"])

    async def close(self, ago: timedelta = UNDO_TIME) -> None:
        """Closed this long ago, as far as what is stored says."""
        assert (await close(self.owner, self.made)).status_code == 204
        store = wiring.organisations.store()
        closed = await store.get(self.id)
        then = closed.model_copy(update={"updated_at": closed.updated_at - ago})
        await store.save_with(then, [])

    async def places(self) -> list[str]:
        """Ids of the documents that say its word or its id, but for work of the system, which ends."""
        return await self.places_in(wiring.database())

    async def places_in(self, database: Database) -> list[str]:
        found = []
        async for container, document in each_of(database):
            text = json.dumps(document)
            if container != "work" and (self.word in text or self.id in text):
                found.append(document["id"])
        return sorted(found)

    async def the_work(self) -> str:
        """Id of the work that erases it now."""
        from domain.organisations.erasure import erasure_id  # noqa: PLC0415 - what the host loaded

        return erasure_id(await wiring.organisations.store().get(self.id))


async def a_whole_one(cloud, signed_in, people: int) -> Whole:
    """With an owner, so many members in a team, one who was taken out, an invitation, two domains, and what a
    designer proposes.
    """
    word = secrets.token_hex(8)
    persons = [await signed_in() for _ in range(people + 1)]
    owner, made = persons[0], await an_organisation(persons[0], f"Firm {word}")
    there = [await joined(made, each) for each in persons[1:]]
    leaver = await signed_in()
    gone = await joined(made, leaver)
    firm = Whole(made, word, [*persons, leaver])
    await firm.make_cards([each["id"] for each in (*there, gone)])
    assert (await do(owner, "DELETE", made, gone["id"])).status_code == 204
    path = f"organisations/{made['id']}/teams"
    team = (await owner.api("POST", path, json={"name": f"Team {word}", "parentId": None})).json()
    members = {"members": [each["id"] for each in there]}
    assert (await owner.api("POST", f"{path}/{team['id']}/members", json=members)).status_code < 300
    await invited(owner, made["id"], f"{word}@example.com")
    org = Org(owner, made, cloud.zone)
    await org.proven(f"{word}.example")
    await org.add(f"other-{word}.example")
    await a_design(owner, made, word, signed_in)
    return firm


async def a_design(owner, made: dict, word: str, signed_in) -> None:
    """A proposal that waits, under an access, and its effect."""
    disa = await a_designer(lambda: owner.http, signed_in)
    assert (await order(owner, made, f"Wishes {word}")).status_code == 201
    await ask(disa, made)
    assert (await give(owner, made)).status_code == 200
    proposal = await begun(disa, made, name=f"Officers {word}")
    assert (await proposed(disa, made, proposal, f"Says {word}")).status_code == 303


@pytest.fixture
def whole(cloud, signed_in):
    async def make(people: int = 2) -> Whole:
        return await a_whole_one(cloud, signed_in, people)

    return make


async def the_timer(host) -> None:
    assert await host.run_timer("operations_tidy_up")
    await host.drain_queue("work")


async def go_on(work: str, items: int = 500) -> str:
    """What a worker does with a message of the timer; the state of the work after it."""
    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import SYSTEM, WorkMessage  # noqa: PLC0415

    await do_slice(
        WorkMessage(owner_id=SYSTEM, work_id=work),
        jobs=wiring.operations.jobs(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
        lease=f"lse_{time.monotonic_ns()}",
        bound=Slice(time.monotonic, items=items),
        now=now,
    )
    return (await wiring.operations.works().get(SYSTEM, work)).state


async def start() -> None:
    """What the timer does for organisations."""
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.organisations.erasure import order_erasures  # noqa: PLC0415

    class Nobody:
        async def send(self, _message: object) -> None:
            """The message is lost."""

    await order_erasures(
        now(),
        Slice(time.monotonic),
        contents=wiring.organisations.contents(),
        works=wiring.operations.works(),
        queue=Nobody(),
    )


async def stored_of(org_id: str) -> list[dict]:
    container = await wiring.database().container("organisations")
    return [dict(each) async for each in container.query_items("SELECT * FROM c", partition_key=org_id)]


async def photos(host, firm: Whole) -> None:
    """Photos that are set, and others that are being set."""
    album = Album(host, firm.owner, firm.made)
    await album.office.template()
    _, card = await album.colleague(externalId=f"{firm.word}-9")
    made = await album.set_all(packed((f"{firm.word}-9.jpg", face()), (f"{firm.word}.png", face())))
    assert (made["files"]["set"], bool(await album.photo(card))) == (1, True)
    again = await album.send(packed((f"{firm.word}-9.jpg", face())))
    assert (await album.put(again, "setting")).status_code == 200


async def an_import(host, firm: Whole) -> None:
    """People from a file, stored, and another file whose check has begun."""
    imports = Imports(host, firm.owner, firm.made)
    done = await imports.written(table(staff(firm.word, 1), staff(firm.word, 2)))
    assert done["rows"]["new"] == 2
    made = await imports.send(table(staff(firm.word, 3)))
    assert (await imports.put(made, "columns", {"fields": made["fields"]})).status_code == 200


async def requests(firm: Whole) -> None:
    """Two requests: who asked is told of the answer to one, and those who decide are told of the other."""
    from domain.organisations.staff_cards.making import staff_card_id  # noqa: PLC0415 - what the host loaded

    person, at = firm.people[1], f"organisations/{firm.id}"
    member = await wiring.organisations.store().of_account(firm.id, await account_of(person))
    path = f"{at}/staff-cards/{staff_card_id(firm.id, member.id)}/requests"
    for answered in (True, False):
        body = {"field": "organisation", "value": firm.word, "reason": firm.word}
        asked = await person.api("POST", path, json=body)
        assert asked.status_code == 201, asked.text
        if answered:
            answer = f"{at}/change-requests/{asked.json()['id']}/answer"
            done = await firm.owner.api(
                "PUT", answer, json={"state": "declined"}, headers={"If-Match": '"1"'}
            )
            assert done.status_code == 200, done.text


async def invitation_runs(firm: Whole) -> None:
    """People are counted, and others are being invited."""
    for _ in range(2):
        made = await firm.owner.api("POST", f"organisations/{firm.id}/invitation-runs", json={})
        assert made.status_code == 201, made.text


async def test_after_its_day_nothing_of_it_is_stored_but_the_record(host, whole) -> None:
    firm = await whole()
    await an_import(host, firm)
    await photos(host, firm)
    await invitation_runs(firm)
    await requests(firm)
    assert len(await firm.places()) > 10
    await firm.close()
    await the_timer(host)
    assert await places_of(firm.word) == []
    assert await firm.places() == [firm.id]
    [record] = await stored_of(firm.id)
    assert (record["kind"], record["body"], record["ttl"]) == ("erased-organisation", {}, 35 * 24 * 3600)
    assert [await own(person) for person in firm.people] == [{}] * 4
    assert await closed_by(firm.owner) == []
    for path in (firm.id, f"{firm.id}/members", f"{firm.id}/restoration"):
        answer = await firm.owner.api("PUT" if "rest" in path else "GET", f"organisations/{path}",
                                      headers={"If-Match": '"2"'})  # fmt: skip
        assert answer.status_code == 404


async def test_what_was_printed_of_its_cards_answers_the_neutral_page_and_is_nobodys(
    host, client, signed_in, whole
) -> None:
    firm = await whole()
    before = [await places_of(handle) for handle in firm.handles]
    assert {place for places in before for place, _ in places} >= {"names", "published", "organisations"}
    # As in a database that was restored, or where nothing came of the closing: the cards are shown.
    await firm.close()
    await the_timer(host)
    other = await signed_in()
    for handle in firm.handles:
        async with client() as stranger:
            answer = await stranger.get(f"/c/{handle}")
        assert (answer.status_code, NOT_SHOWN in answer.text) == (200, True)
        assert sorted(place for place, _ in await places_of(handle)) == ["names", "published"]
        left = await wiring.cards.handles().find(handle)
        assert (left.state, left.account_id, left.key) == ("held", "", None)
        body = {"profileId": await a_profile(other), "handle": handle, "content": {"name": "Other"}}
        refused = await other.api("POST", "cards", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "handle_taken")


async def test_before_its_day_is_over_it_stays(host, whole) -> None:
    firm = await whole()
    await firm.close(UNDO_TIME - timedelta(minutes=5))
    await host.drain_queue("work")
    before = await firm.places()
    await the_timer(host)
    assert await firm.places() == before
    assert (await reopen(firm.owner, firm.made)).status_code == 204


async def test_another_organisation_of_the_same_people_stays(host, whole) -> None:
    firm = await whole()
    other = await an_organisation(firm.owner)
    await joined(other, firm.people[1])
    await firm.close()
    await the_timer(host)
    assert [await own(person) for person in firm.people[:2]] == [
        {other["id"]: "owner"},
        {other["id"]: "member"},
    ]
    assert (await firm.owner.api("GET", f"organisations/{other['id']}")).status_code == 200


async def test_its_domain_is_free_for_others(host, whole, cloud, signed_in) -> None:
    firm = await whole()
    await firm.close()
    await the_timer(host)
    ada = await signed_in()
    await Org(ada, await an_organisation(ada), cloud.zone).proven(f"{firm.word}.example")


async def test_a_kind_that_nobody_here_knows_is_erased_as_well(host, whole) -> None:
    firm = await whole()
    container = await wiring.database().container("organisations")
    new = {"id": "later", "orgId": firm.id, "kind": "later", "schemaVersion": 99, "body": {"says": firm.word}}
    await container.upsert_item(new)
    await firm.close()
    await the_timer(host)
    assert await places_of(firm.word) == []
    assert await firm.places() == [firm.id]


async def test_a_large_one_is_erased_in_slices_and_each_goes_on_where_one_ended(whole) -> None:
    firm = await whole(people=4)
    await firm.close()
    await start()
    work = await firm.the_work()
    states = []
    while not states or states[-1] == "running":
        states.append(await go_on(work, items=2))
    assert len(states) > 4
    assert set(states) == {"running", "done"}
    assert await firm.places() == [firm.id]


async def test_who_reopens_it_in_the_last_moment_has_all_of_it(whole) -> None:
    """They press in time, and their request is stored after the timer has found it due."""
    firm = await whole()
    await firm.close()
    await start()
    work = await firm.the_work()
    store = wiring.organisations.store()
    closed = await store.get(firm.id)
    await store.save_with(closed.changed(now(), closed=False, closed_by=None), [])
    before = await firm.places()
    assert await go_on(work) == "done"
    assert await firm.places() == before
    assert (await firm.owner.api("GET", f"organisations/{firm.id}")).status_code == 200


async def test_one_that_was_closed_again_waits_for_its_own_day(host, whole) -> None:
    firm = await whole()
    await firm.close()
    await start()
    work = await firm.the_work()
    store = wiring.organisations.store()
    closed = await store.get(firm.id)
    await store.save_with(closed.changed(now(), closed=False, closed_by=None), [])
    assert (await close(firm.owner, firm.made)).status_code == 204
    await host.drain_queue("work")
    before = await firm.places()
    assert await go_on(work) == "done"
    await the_timer(host)
    assert await firm.places() == before
    assert (await reopen(firm.owner, firm.made, 4)).status_code == 204


async def test_reopening_and_the_erasure_at_once_have_one_outcome(whole, monkeypatch) -> None:
    """The request has read the closed organisation in time when the worker takes it."""
    firm = await whole()
    await firm.close()
    await start()
    work = await firm.the_work()
    ports, store = wiring.organisations.people(), wiring.organisations.store()

    class Late:
        """The store of a request that the worker overtakes between its reading and its writing."""

        async def save_with(self, organisation, orders):
            assert await go_on(work, items=3) == "running"
            return await store.save_with(organisation, orders)

        def __getattr__(self, name: str):
            return getattr(store, name)

    late = ports._replace(organisations=Late())
    in_time = (await store.get(firm.id)).updated_at + UNDO_TIME - timedelta(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.people", lambda: late)
        patch.setattr("functions.framework.operations.now", lambda: in_time)
        assert (await reopen(firm.owner, firm.made)).status_code == 404
    assert (await reopen(firm.owner, firm.made)).status_code == 404
    assert await go_on(work) == "done"
    assert await firm.places() == [firm.id]


async def test_two_workers_and_two_timers_at_once_have_one_outcome(whole) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import SYSTEM  # noqa: PLC0415

    firm = await whole(people=4)
    await firm.close()
    await asyncio.gather(start(), start())
    works = wiring.operations.works()
    work = await works.get(SYSTEM, await firm.the_work())
    job = wiring.operations.jobs()[KIND]
    for items in (4, 500):
        ends = await asyncio.gather(
            *(job.slice(work, Slice(time.monotonic, items=items)) for _ in range(3)), return_exceptions=True
        )
        assert any(not isinstance(end, Exception) for end in ends), ends
    assert (await job.slice(work, Slice(time.monotonic))).over
    assert await firm.places() == [firm.id]


async def test_orders_and_slices_that_come_late_bring_nothing_back(host, whole) -> None:
    from domain.operations.orders import Order  # noqa: PLC0415 - what the host loaded
    from domain.operations.slices import Slice  # noqa: PLC0415
    from domain.operations.work import SYSTEM, Work  # noqa: PLC0415

    firm = await whole()
    await an_import(host, firm)
    await photos(host, firm)
    await invitation_runs(firm)
    await requests(firm)
    await firm.close()
    mine = await stored_of(firm.id)
    works = [Work.model_validate(each["body"]) for each in mine if each["kind"] == "work"]
    members = [each["id"] for each in mine if each["kind"] in ("member", "former-member")]
    subjects = {
        "org-membership": members, "org-closing": [firm.id], "org-domains": ["domains"],
        "org-cards": [firm.id],
        "remove-team": [each["id"].removeprefix("size-") for each in mine if each["kind"] == "team-size"],
        "org-assignments": [firm.id],
        "brand": ["brand"],
        "template-release": [each["id"] for each in mine if each["kind"] == "template"],
        "design-desk": [firm.id],
        "proposal-mail": [each["id"] for each in mine if each["kind"] == "design-proposal"],
        "org-import": [each["id"] for each in mine if each["kind"] == "people-import"],
        "org-photos": [each["id"] for each in mine if each["kind"] == "people-photos"],
        "request-digest": [firm.id],
        "request-answer-mail": [each["id"] for each in mine if "change-request" in each["kind"]],
        "invitation-run": [each["id"] for each in mine if each["kind"] == "invitation-run"],
        "invitation-mails": [each["body"]["key"] for each in mine if each["kind"] == "invitation-round"],
    }  # fmt: skip
    await start()
    work = await wiring.operations.works().get(SYSTEM, await firm.the_work())
    assert await go_on(work.id) == "done"
    effects = wiring.organisations.effects()
    assert set(subjects) == set(effects)
    for kind, ids in subjects.items():
        for subject in ids:
            at = now()
            order = Order(container="organisations", kind=kind, owner_id=firm.id, subject_id=subject,
                          due_at=at, created_at=at)  # fmt: skip
            await effects[kind](order)
    projections = [each["body"] for each in mine if each["id"].startswith("order-projection-")]
    assert projections
    for each in projections:
        await wiring.operations.effects()["projection"](Order.model_validate(each))
    following = work.model_copy(update={"kind": "org-follow", "cursor": f"{firm.id} {members[0]}"})
    cards = work.model_copy(update={"kind": "org-follow-cards", "cursor": firm.id})
    for each in (work, following, cards, *works):
        progress = await wiring.operations.jobs()[each.kind].slice(each, Slice(time.monotonic))
        assert progress.over
    await host.drain_queue("work")
    assert await places_of(firm.word) == []
    assert await firm.places() == [firm.id]


async def test_a_look_at_its_domain_during_the_erasure_does_not_hold_the_name(whole, monkeypatch) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.organisations.proving import recheck_due  # noqa: PLC0415

    firm = await whole()
    await firm.close()
    await start()
    work, holders, held = await firm.the_work(), wiring.organisations.domains.holders(), []

    class Slow:
        """Reservations, as the timer reaches them when the erasure is over."""

        async def hold(self, holder):
            assert await go_on(work) == "done"
            assert await firm.places() == [firm.id]
            held.append(holder.name)
            return await holders.hold(holder)

        def __getattr__(self, name: str):
            return getattr(holders, name)

    class Due:
        async def due(self, _now):
            yield firm.id

    ports = wiring.organisations.domains.proving()._replace(holders=Slow())
    later = now() + timedelta(days=9)
    await recheck_due(later, Slice(time.monotonic), due=Due(), ports=ports)
    assert held == [f"{firm.word}.example"]
    assert await firm.places() == [firm.id]


async def test_work_that_failed_for_good_is_tried_again_by_the_timer(host, whole) -> None:
    from domain.operations.work import SYSTEM  # noqa: PLC0415 - what the host loaded

    firm = await whole()
    await firm.close()
    await start()
    works, work = wiring.operations.works(), await firm.the_work()
    found = await works.get(SYSTEM, work)
    await works.save(found.model_copy(update={"tries": 10}).tried_in_vain(now()))
    assert (await works.get(SYSTEM, work)).state == "failed"
    await the_timer(host)
    assert await firm.places() == [firm.id]


async def test_the_key_that_made_it_makes_no_second_one(host, signed_in) -> None:
    ada, key = await signed_in(), {"Idempotency-Key": secrets.token_hex(8)}
    firm = Whole(await an_organisation(ada, **key), secrets.token_hex(8), [ada])
    await firm.close()
    await the_timer(host)
    again = await ada.api("POST", "organisations", json={"name": "Flow-Matic"}, headers=key)
    assert again.json()["code"] == "idempotency_key_reused"

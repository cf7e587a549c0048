"""Which template the cards of whom follow: by team and default, worked on as a draft, and followed."""

import asyncio
import secrets
import time

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations
import wiring.organisations.assignments
import wiring.organisations.templates
from functions.framework.clock import now
from tests.functions.organisations.imported import Imports, table
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import RULES, Office
from tests.functions.organisations.test_teams import Company, staff


class Firm:
    """An organisation with teams, and a template in force for each title that its cards have."""

    def __init__(self, host, owner, made: dict, signed_in) -> None:
        self.host, self.owner, self.made, self.id = host, owner, made, made["id"]
        self.company = Company(owner, made, signed_in)
        self.at = f"organisations/{self.id}/template-assignments"
        self.templates: dict[str, str] = {}

    async def template(self, title: str, **rules) -> str:
        office = Office(self.owner, self.made)
        await office.template(title={"mode": "locked", "value": title}, **rules)
        self.templates[office.template_id] = title
        return office.template_id

    async def card(self, member: str, template: str) -> dict:
        body = {"memberId": member, "templateId": template}
        made = await self.owner.api("POST", f"organisations/{self.id}/staff-cards", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    async def titles(self) -> dict[str, str]:
        """What each card says, and what its template has it say, by member."""
        listed = await self.owner.api("GET", f"organisations/{self.id}/staff-cards?limit=100")
        for each in listed.json()["data"]:
            assert each["content"]["title"] == self.templates[each["templateId"]]
        return {each["memberId"]: each["content"]["title"] for each in listed.json()["data"]}

    async def draft(self, teams: list[tuple[dict, str]] = (), default: str | None = None, **more):
        body = {"teams": [{"teamId": team["id"], "templateId": of} for team, of in teams], "default": default}
        return await self.owner.api("PUT", self.at, json=body | more, headers=await self.version())

    async def version(self) -> dict[str, str]:
        return {"If-Match": (await self.owner.api("GET", self.at)).headers["etag"]}

    async def assign(self, teams: list[tuple[dict, str]] = (), default: str | None = None, **more) -> None:
        drafted = await self.draft(teams, default, **more)
        assert drafted.status_code == 200, drafted.text
        headers = {"If-Match": drafted.headers["etag"]}
        put = await self.owner.api("PUT", f"{self.at}/in-force", headers=headers)
        assert put.status_code == 200, put.text
        await self.host.drain_queue("work")

    async def follow(self) -> None:
        """What a worker does with what is due after a change of teams."""
        for work in await wiring.operations.works().of_kind(self.id, "org-assignments"):
            if work.state == "running":
                await go_on(work)


async def go_on(work, items: int = 500):
    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import message_for  # noqa: PLC0415

    return await do_slice(
        message_for(work),
        jobs=wiring.operations.jobs(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
        lease=f"lse_{time.monotonic_ns()}",
        bound=Slice(time.monotonic, items=items),
        now=now,
    )


@pytest.fixture
async def firm(host, signed_in) -> Firm:
    owner = await signed_in()
    return Firm(host, owner, await an_organisation(owner), signed_in)


async def test_cards_follow_the_template_of_their_persons_team(firm, client) -> None:
    word = secrets.token_hex(8)
    plain, fancy = await firm.template("Staff"), await firm.template(word)
    sales = await firm.company.team("Sales")
    nordic = await firm.company.team("Nordic", parent=sales["id"])
    ann, bob, eve = await staff(firm.company, ["Ann", "Bob", "Eve"])
    cards = {each: await firm.card(each, plain) for each in (ann, bob, eve)}
    await firm.company.add(nordic, ann)
    await firm.company.add(sales, bob)
    drafted = await firm.draft([(sales, fancy)])
    assert (drafted.json()["draft"]["teams"], drafted.json()["inForce"]["teams"]) == (
        [{"teamId": sales["id"], "templateId": fancy}],
        [],
    )
    await firm.follow()
    assert set((await firm.titles()).values()) == {"Staff"}
    await firm.assign([(sales, fancy)])
    assert await firm.titles() == {ann: word, bob: word, eve: "Staff"}
    async with client() as stranger:
        assert word in (await stranger.get(f"/c/{cards[ann]['handle']}")).text


async def test_who_changes_team_gets_the_other_template(firm) -> None:
    plain, fancy, other = [await firm.template(title) for title in ("Staff", "Seller", "Buyer")]
    sales, buying = await firm.company.team("Sales"), await firm.company.team("Buying")
    ann, bob = await staff(firm.company, ["Ann", "Bob"])
    for each in (ann, bob):
        await firm.card(each, plain)
    await firm.assign([(sales, fancy), (buying, other)], plain)
    await firm.company.add(buying, ann, bob)
    await firm.host.drain_queue("work")
    assert await firm.titles() == {ann: "Buyer", bob: "Buyer"}
    await firm.company.add(sales, ann)
    await firm.follow()
    assert (await firm.titles())[ann] == "Seller"
    path = f"{firm.company.at}/{buying['id']}/members/{bob}"
    assert (await firm.owner.api("DELETE", path)).status_code == 204
    await firm.follow()
    assert (await firm.titles())[bob] == "Staff"


async def test_a_team_that_is_put_below_another_one_takes_its_template(firm) -> None:
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    sales, nordic = await firm.company.team("Sales"), await firm.company.team("Nordic")
    [ann] = await staff(firm.company, ["Ann"])
    await firm.card(ann, plain)
    await firm.company.add(nordic, ann)
    await firm.assign([(sales, fancy)])
    assert await firm.titles() == {ann: "Staff"}
    body = {"name": "Nordic", "parentId": sales["id"]}
    assert (await firm.company.versioned("PUT", nordic, json=body)).status_code == 200
    await firm.host.drain_queue("work")
    assert await firm.titles() == {ann: "Seller"}


async def test_the_effect_is_counted_and_nothing_changes(firm) -> None:
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    sales = await firm.company.team("Sales")
    people = await staff(firm.company, [f"Person {number}" for number in range(5)])
    for each in people[:4]:
        await firm.card(each, plain)
    await firm.company.add(sales, *people[:2], people[4])
    await firm.draft([(sales, fancy)])
    early = await firm.owner.api("GET", f"{firm.at}/effect")
    assert (early.status_code, early.json()["code"]) == (409, "effect_not_counted")
    version = await firm.version()
    began = [await firm.owner.api("POST", f"{firm.at}/effect", headers=version) for _ in range(2)]
    assert began[0].json()["id"] == began[1].json()["id"]
    await firm.host.drain_queue("work")
    effect = (await firm.owner.api("GET", f"{firm.at}/effect")).json()
    del effect["countedAt"]
    assert effect == {
        "people": 6, "cards": 4, "changed": 2, "templates": {fancy: 2}, "unassigned": 2, "over": True,
    }  # fmt: skip
    assert set((await firm.titles()).values()) == {"Staff"}
    await firm.draft([], plain)
    assert (await firm.owner.api("GET", f"{firm.at}/effect")).status_code == 409


async def test_a_draft_with_a_fault_is_refused_with_its_place(firm) -> None:
    plain, sales = await firm.template("Staff"), await firm.company.team("Sales")
    made = await firm.owner.api("POST", f"organisations/{firm.id}/templates", json={"name": "New"})
    nobody = {"id": "tem_" + "a" * 26}
    wrong = await firm.draft(
        [(sales, made.json()["id"]), (nobody, plain), (sales, "tpl_" + "a" * 26)], made.json()["id"]
    )
    assert wrong.status_code == 422
    assert [(each["field"], each["code"]) for each in wrong.json()["errors"]] == [
        ("/teams/0/templateId", "template_not_in_force"),
        ("/teams/1/teamId", "not_found"),
        ("/teams/2/teamId", "duplicate"),
        ("/teams/2/templateId", "not_found"),
        ("/default", "template_not_in_force"),
    ]


async def test_of_two_who_change_it_at_once_the_second_is_told(firm) -> None:
    plain = await firm.template("Staff")
    version = await firm.version()
    answers = await asyncio.gather(
        *(firm.owner.api("PUT", firm.at, json={"default": plain}, headers=version) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    version = await firm.version()
    path = f"{firm.at}/in-force"
    answers = await asyncio.gather(*(firm.owner.api("PUT", path, headers=version) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    again = await firm.owner.api("PUT", path, headers=await firm.version())
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_assign")


async def test_who_is_new_gets_a_card_at_once_and_who_was_there_does_not(firm, signed_in, client) -> None:
    plain = await firm.template("Staff")
    [old] = await staff(firm.company, ["Old"])
    await firm.assign([], plain, cardsForNew=True)
    grace = await signed_in()
    member = await joined(firm.made, grace)
    assert await firm.titles() == {member["id"]: "Staff"}
    listed = await firm.owner.api("GET", f"organisations/{firm.id}/staff-cards")
    [card] = listed.json()["data"]
    async with client() as stranger:
        assert grace.name in (await stranger.get(f"/c/{card['handle']}")).text
    await firm.assign([], plain, cardsForNew=False)
    await joined(firm.made, await signed_in())
    assert (await firm.titles()).keys() == {member["id"]}
    assert old not in await firm.titles()


async def test_a_card_of_somebody_new_that_a_dead_worker_did_not_show_is_shown(firm, signed_in) -> None:
    from domain.organisations.organisation import membership_order  # noqa: PLC0415 - what the host loaded

    await firm.assign([], await firm.template("Staff"), cardsForNew=True)
    there = await joined(firm.made, await signed_in())
    listed = await firm.owner.api("GET", f"organisations/{firm.id}/staff-cards")
    cards, card_id = wiring.cards.store(), listed.json()["data"][0]["id"]
    stored = await cards.get(firm.id, card_id)
    hidden = {"published": None, "published_at": None, "was_published": False}
    await cards.save(stored.changed(stored.updated_at, **hidden))
    member = await wiring.organisations.store().member(firm.id, there["id"])
    await wiring.organisations.effects()["org-membership"](membership_order(member, now()))
    assert (await cards.get(firm.id, card_id)).is_live


async def test_who_is_new_and_gets_a_template_with_their_team_gets_a_card_then(firm, signed_in) -> None:
    fancy, sales = await firm.template("Seller"), await firm.company.team("Sales")
    await firm.assign([(sales, fancy)], cardsForNew=True)
    member = await joined(firm.made, await signed_in())
    assert await firm.titles() == {}
    await firm.company.add(sales, member["id"])
    await firm.host.drain_queue("work")
    assert await firm.titles() == {member["id"]: "Seller"}


async def test_who_is_new_and_is_put_in_a_team_by_a_file_gets_a_card_then(firm) -> None:
    fancy, sales = await firm.template("Seller"), await firm.company.team("Sales")
    await firm.assign([(sales, fancy)], cardsForNew=True)
    known = {"name": "Grace", "email": f"{secrets.token_hex(8)}@example.com"}
    there = await firm.owner.api("POST", f"organisations/{firm.id}/members", json=known)
    assert await firm.titles() == {}
    imports = Imports(firm.host, firm.owner, firm.made)
    await imports.written(table(f"Grace,{known['email']},,,Sales"))
    assert await firm.titles() == {there.json()["id"]: "Seller"}


async def test_what_a_person_wrote_comes_back_with_the_template_that_shows_it(firm) -> None:
    plain, other = await firm.template("Staff"), await firm.template("Seller", pronouns={"mode": "off"})
    [ann] = await staff(firm.company, ["Ann"])
    card = await firm.card(ann, plain)
    path = f"organisations/{firm.id}/staff-cards/{card['id']}"
    read = await firm.owner.api("GET", path)
    content = read.json()["content"] | {"pronouns": "she/her"}
    edited = await firm.owner.api("PUT", path, json=content, headers={"If-Match": read.headers["etag"]})
    assert edited.status_code == 200, edited.text
    await firm.assign([], other)
    assert (await firm.titles()) == {ann: "Seller"}
    assert (await firm.owner.api("GET", path)).json()["content"]["pronouns"] is None
    await firm.assign([], plain)
    assert (await firm.owner.api("GET", path)).json()["content"] == edited.json()["content"]


async def test_a_worker_that_dies_or_comes_twice_does_a_card_once(firm, monkeypatch) -> None:
    from domain.organisations.staff_cards import assigned  # noqa: PLC0415 - what the host loaded

    monkeypatch.setattr(assigned, "_PAGE", 2)
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    people = await staff(firm.company, [f"Person {number}" for number in range(5)])
    cards = [await firm.card(each, plain) for each in people]
    drafted = await firm.draft([], fancy)
    headers = {"If-Match": drafted.headers["etag"]}
    await firm.owner.api("PUT", f"{firm.at}/in-force", headers=headers)
    [work] = await wiring.operations.works().of_kind(firm.id, "org-assignments")
    job, slices = wiring.operations.jobs()["org-assignments"], 0
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    present = work
    while True:
        given = [Slice(time.monotonic, items=1) for _ in range(2)]
        both = await asyncio.gather(*(job.slice(present, each) for each in given), return_exceptions=True)
        [progress, *_] = [each for each in both if not isinstance(each, Exception)]
        present, slices = present.model_copy(update={"cursor": progress.cursor}), slices + 1
        if progress.over:
            break
    assert slices == 3
    assert set((await firm.titles()).values()) == {"Seller"}
    versions = {card["id"]: await version_of(firm, card["id"]) for card in cards}
    await job.slice(work, Slice(time.monotonic))
    assert {card["id"]: await version_of(firm, card["id"]) for card in cards} == versions


async def version_of(firm: Firm, card: str) -> str:
    return (await firm.owner.api("GET", f"organisations/{firm.id}/staff-cards/{card}")).headers["etag"]


async def test_a_release_and_a_change_of_template_at_once_leave_the_newest_of_the_right_one(firm) -> None:
    """A worker reads what is in force, and the template is released again before it saves."""
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    [ann] = await staff(firm.company, ["Ann"])
    await firm.card(ann, plain)
    drafted = await firm.draft([], fancy)
    headers = {"If-Match": drafted.headers["etag"]}
    await firm.owner.api("PUT", f"{firm.at}/in-force", headers=headers)
    cards, at = wiring.organisations.templates.staff_cards(), f"organisations/{firm.id}/templates/{fancy}"
    save = cards.save_and_order_all

    async def late(some):
        monkey.undo()
        read = await firm.owner.api("GET", at)
        rules = RULES | {"title": {"mode": "locked", "value": "Senior seller"}}
        body, version = {"name": "Staff", "rules": rules}, {"If-Match": read.headers["etag"]}
        changed = await firm.owner.api("PUT", at, json=body, headers=version)
        version = {"If-Match": changed.headers["etag"]}
        assert (await firm.owner.api("PUT", f"{at}/release", headers=version)).status_code == 200
        for work in await wiring.operations.works().of_kind(firm.id, "template-release"):
            await go_on(work)
        return await save(some)

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(cards, "save_and_order_all", late)
        await firm.follow()
    firm.templates[fancy] = "Senior seller"
    assert await firm.titles() == {ann: "Senior seller"}


async def test_a_release_of_the_template_before_does_not_take_a_card_back(firm) -> None:
    """Its worker has read the card as one of its own, and the card gets another template before it saves."""
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    [ann] = await staff(firm.company, ["Ann"])
    await firm.card(ann, plain)
    cards, at = wiring.organisations.templates.staff_cards(), f"organisations/{firm.id}/templates/{plain}"
    save = cards.save_all

    async def late(some):
        monkey.undo()
        await firm.assign([], fancy)
        return await save(some)

    read = await firm.owner.api("GET", at)
    rules = RULES | {"title": {"mode": "locked", "value": "Old hand"}}
    body, version = {"name": "Staff", "rules": rules}, {"If-Match": read.headers["etag"]}
    changed = await firm.owner.api("PUT", at, json=body, headers=version)
    version = {"If-Match": changed.headers["etag"]}
    assert (await firm.owner.api("PUT", f"{at}/release", headers=version)).status_code == 200
    work = next(
        each
        for each in await wiring.operations.works().of_kind(firm.id, "template-release")
        if each.cursor == f"{plain} 2 "
    )
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(cards, "save_all", late)
        await go_on(work)
    assert await firm.titles() == {ann: "Seller"}


async def test_many_people_who_are_moved_at_once_all_follow(firm, monkeypatch) -> None:
    from domain.organisations.staff_cards import assigned  # noqa: PLC0415 - what the host loaded

    monkeypatch.setattr(assigned, "_PAGE", 2)
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    sales = await firm.company.team("Sales")
    people = await staff(firm.company, [f"Person {number}" for number in range(5)])
    for each in people:
        await firm.card(each, plain)
    await firm.assign([(sales, fancy)])
    await firm.company.add(sales, *people)
    works = await wiring.operations.works().of_kind(firm.id, "org-assignments")
    for work in works:
        while (await wiring.operations.works().get(firm.id, work.id)).state == "running":
            await go_on(work, items=1)
    assert set((await firm.titles()).values()) == {"Seller"}


async def test_a_stale_worker_does_not_bring_an_older_assignment_back(firm) -> None:
    """It has read the people before, and is overtaken by another change of who follows what."""
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    [ann] = await staff(firm.company, ["Ann"])
    await firm.card(ann, plain)
    await firm.assign([], fancy)
    store = wiring.organisations.assignments.store()
    before = await store.get(firm.id)
    await firm.assign([], plain)
    cards = wiring.organisations.templates.staff_cards()
    read = await cards.find(firm.id, [(await cards.of_template(firm.id, plain, 1, ""))[0].id])
    ports = wiring.organisations.assignments.ports()

    class Stale:
        """What a slow worker read of the card, before the last change of the assignments."""

        async def find(self, _org, _ids):
            if read:
                return [read.pop().model_copy(update={"etag": '"old"'})]
            return await cards.find(_org, _ids)

        def __getattr__(self, name: str):
            return getattr(cards, name)

    class Old:
        reads = 0

        async def get(self, org_id: str):
            self.reads += 1
            return before if self.reads == 1 else await store.get(org_id)

    from domain.organisations.staff_cards.assigned import bring_in_line  # noqa: PLC0415 - what the host loaded

    await bring_in_line(firm.id, [ann], now(), ports._replace(cards=Stale(), assignments=Old()))
    assert await firm.titles() == {ann: "Staff"}


async def posted(firm: Firm, path: str = "", **fields: str):
    at = f"/org/{firm.id}/template-assignments{path}"
    version = (await firm.version())["If-Match"].strip('"')
    return await firm.owner.http.post(at, data={"csrf": firm.owner.csrf, "version": version} | fields)


async def page(firm: Firm, path: str = "") -> str:
    answer = await firm.owner.http.get(f"/org/{firm.id}/template-assignments{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_on_the_page_it_is_chosen_looked_at_and_put_in_force(firm) -> None:
    assert "No template is in force yet" in await page(firm)
    plain, fancy = await firm.template("Staff"), await firm.template("Seller")
    sales, buying = await firm.company.team("Sales"), await firm.company.team("Buying")
    [ann] = await staff(firm.company, ["Ann"])
    await firm.card(ann, plain)
    await firm.company.add(sales, ann)
    await firm.company.add(buying, ann)
    chosen = {f"team-{sales['id']}": fancy, f"place-{sales['id']}": "1", "default": plain}
    chosen |= {f"team-{buying['id']}": plain, f"place-{buying['id']}": "2", "cards-for-new": "1"}
    assert (await posted(firm, **chosen)).status_code == 303
    shown = await page(firm, "?done=saved")
    assert "The draft is not in force" in shown
    assert f'<option value="{fancy}" selected>' in shown
    assert (await posted(firm, "/effect")).status_code == 303
    assert "counted so far" in await page(firm, "/effect")
    await firm.host.drain_queue("work")
    assert "One card of 1 would get another template" in await page(firm, "/effect")
    assert (await posted(firm, "/in-force")).status_code == 303
    await firm.host.drain_queue("work")
    assert await firm.titles() == {ann: "Seller"}
    assert "The draft says what is in force already" in await page(firm, "/effect")
    again = await posted(firm, "/in-force")
    assert (again.status_code, "The draft says what is in force already" in again.text) == (409, True)
    read = (await firm.owner.api("GET", firm.at)).json()["inForce"]
    assert (read["teams"][0]["teamId"], read["cardsForNew"]) == (sales["id"], True)


async def test_a_fault_is_told_at_its_team_and_what_was_chosen_stays(firm) -> None:
    plain, sales = await firm.template("Staff"), await firm.company.team("Sales")
    await firm.company.team("Other")
    assert "Other" in await page(firm)
    wrong = {f"team-{sales['id']}": "tpl_" + "a" * 26, "default": plain}
    refused = await posted(firm, **wrong)
    assert refused.status_code == 422
    assert "Sales: is no template of this organisation" in refused.text
    assert f'id="fault-team-{sales["id"]}"' in refused.text
    assert f'<option value="{plain}" selected>' in refused.text
    for nonsense in ("x", "tpl_"):
        assert (await posted(firm, default=nonsense)).status_code == 422
    stale = await posted(firm, version="999", default=plain)
    assert (stale.status_code, "changed somewhere else" in stale.text) == (412, True)

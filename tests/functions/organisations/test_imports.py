"""People from a file: told row by row before anything is stored, stored once, and taken back."""

import asyncio
import csv
import io

import pytest

import wiring
import wiring.operations
import wiring.organisations
import wiring.organisations.assignments
import wiring.organisations.imports
import wiring.organisations.templates
from domain.base.errors import StaleVersion
from domain.organisations.templates.assigning import AssignmentContent
from functions.framework.clock import now
from tests.functions.organisations.imported import HEADER, Imports, a_word, staff, table
from tests.functions.organisations.joined import do, joined
from tests.functions.organisations.test_known_people import add, added, details, somebody
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, is_shown, page_of
from tests.stored import places_of


@pytest.fixture
async def firm(host, signed_in) -> Imports:
    ada = await signed_in()
    return Imports(host, ada, await an_organisation(ada))


def effects(rows: list[dict]) -> list[str]:
    return [row["effect"] for row in rows]


def codes(rows: list[dict]) -> list[tuple]:
    return [tuple((fault["column"], fault["code"]) for fault in row["faults"]) for row in rows]


async def a_team(firm: Imports, name: str, parent: str | None = None) -> str:
    path = f"organisations/{firm.org['id']}/teams"
    made = await firm.person.api("POST", path, json={"name": name, "parentId": parent})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_people_are_told_before_they_are_stored_and_then_are_there(firm) -> None:
    word = a_word()
    made = await firm.checked(table(staff(word, 1), staff(word, 2)))
    assert (made["stage"], made["rows"]["new"], made["rows"]["faulty"]) == ("ready", 2, 0)
    assert effects(await firm.rows(made)) == ["new", "new"]
    assert len(await firm.people()) == 1
    done = await firm.step(made, "writing", {})
    assert (done["stage"], done["rows"]["new"]) == ("done", 2)
    one = (await firm.people())[f"Person 1 {word}"]
    assert (one["joined"], one["role"], one["email"]) == (False, "member", f"{word}1@example.com")
    told = (await details(firm.person, firm.org, one["id"])).json()
    assert (told["externalId"], told["details"]["title"]) == (f"{word}-1", "Engineer")


async def test_each_fault_names_its_row_and_its_column(firm) -> None:
    word = a_word()
    made = await firm.checked(
        table(
            f"Grace,{word}@example.com,1,Admiral,",
            "Nobody,nobody,2,,",
            ",c@example.com,3,,",
            "=cmd(),d@example.com,4,,",
            "@e,e@example.com,5,x\0y,",
            f"{'x' * 130},f@example.com,6,,",
            "Short,g@example.com",
            "Long,h@example.com,8,,,too,much",
            f"Twin,{word}@EXAMPLE.com,9,,",
            "No key,,,,",
            "Team,i@example.com,11,,Nowhere",
            "",
            "Fine,j@example.com,13,,",
        )
    )
    rows = await firm.rows(made)
    assert [row["row"] for row in rows] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]
    assert codes(rows) == [
        (),
        (("E-mail", "invalid_email"),),
        (("Name", "required"),),
        (("Name", "formula"),),
        (("Name", "formula"), ("Title", "nul")),
        (("Name", "too_long"),),
        (("", "wrong_cells"),),
        (("", "wrong_cells"),),
        (("", "same_person"),),
        (("", "no_key"),),
        (("Team", "unknown_team"),),
        (),
    ]
    assert rows[8]["faults"][0]["detail"] == "is the same person as in row 2"
    assert rows[10]["faults"][0]["detail"] == "is no team of this organisation: Nowhere"
    done = await firm.step(made, "writing", {})
    assert (done["rows"]["new"], done["rows"]["faulty"]) == (2, 10)
    assert set(await firm.people()) == {"Grace", "Fine", firm.person.name}


async def test_faulty_rows_come_back_as_a_file_that_is_corrected_and_sent_again(firm) -> None:
    word = a_word()
    header = HEADER + ",Phone"
    made = await firm.written(
        table(
            f"A {word},a{word}@example.com,1,x,,+46 8 1",
            f"B {word},nobody,=2,-3,,+46 8 2",
            header=header,
        )
    )
    names, *rows = await firm.faulty(made)
    assert names == [*HEADER.split(","), "Phone", "What is wrong"]
    [row] = rows
    # No cell of it begins a formula.
    assert row[:6] == [f"B {word}", "nobody", "'=2", "'-3", "", "'+46 8 2"]
    assert "External id begins like a formula" in row[6]
    assert "E-mail is not a valid e-mail address" in row[6]
    row[1:3] = [f"b{word}@example.com", "2"]
    written = io.StringIO()
    csv.writer(written).writerows([names, row])
    again = await firm.written(written.getvalue().encode())
    assert (again["rows"]["new"], again["rows"]["faulty"]) == (1, 0)
    grace = (await firm.people())[f"B {word}"]
    told = (await details(firm.person, firm.org, grace["id"])).json()["details"]
    assert (told["title"], told["phone"]) == ("-3", "+46 8 2")
    assert await firm.faulty(again) == [[*names[:-1], "What is wrong"]]


async def test_the_same_file_again_changes_nothing(firm) -> None:
    content = table(*(staff(a_word(), number) for number in range(3)))
    await firm.written(content)
    before = await firm.people()
    again = await firm.checked(content)
    assert effects(await firm.rows(again)) == ["unchanged"] * 3
    done = await firm.step(again, "writing", {})
    assert (done["rows"]["unchanged"], await firm.people()) == (3, before)


async def test_people_are_found_by_their_identifier_or_else_by_their_address(firm) -> None:
    by_id, by_address = somebody(), somebody(externalId=None)
    first, second = await added(firm.person, firm.org, by_id), await added(firm.person, firm.org, by_address)
    word = a_word()
    made = await firm.checked(
        table(
            f"New name,{word}@example.com,{by_id['externalId']},,",
            f"{by_address['name']},{by_address['email']},{word},Captain,",
        )
    )
    rows = await firm.rows(made)
    assert [row["memberId"] for row in rows] == [first["id"], second["id"]]
    assert [row["fields"] for row in rows] == [["name", "email"], ["externalId", "title"]]
    await firm.step(made, "writing", {})
    told = (await details(firm.person, firm.org, first["id"])).json()
    # An empty cell changes nothing.
    assert (told["name"], told["email"], told["details"]["title"]) == (
        "New name",
        f"{word}@example.com",
        "Programmer",
    )
    assert (await details(firm.person, firm.org, second["id"])).json()["details"]["title"] == "Captain"


async def test_who_came_by_themselves_is_not_doubled(firm, signed_in) -> None:
    grace = await signed_in()
    there = await joined(firm.org, grace)
    email = (await grace.api("GET", "account")).json()["email"]
    made = await firm.written(table(f"Grace,{email.upper()},77,Admiral,"))
    assert made["rows"]["changed"] == 1
    people = await firm.people()
    assert (len(people), people["Grace"]["id"], people["Grace"]["joined"]) == (2, there["id"], True)


async def test_a_row_that_means_two_people_changes_neither(firm) -> None:
    one, two = somebody(), somebody()
    await added(firm.person, firm.org, one)
    await added(firm.person, firm.org, two)
    before = await firm.people()
    rows = [f"X,{two['email']},{one['externalId']},,", f"Y,{two['email']},{a_word()},,"]
    for row in rows:
        made = await firm.checked(table(row))
        assert codes(await firm.rows(made)) == [(("", "address"),)]
        await firm.step(made, "writing", {})
    assert await firm.people() == before


async def test_two_rows_of_one_person_are_one_also_on_different_pages(firm) -> None:
    known, word = somebody(), a_word()
    await added(firm.person, firm.org, known)
    between = [staff(word, number) for number in range(120)]
    rows = [f",,{known['externalId']},Captain,", *between, f",{known['email']},,Admiral,"]
    made = await firm.written(table(*rows))
    assert codes(await firm.rows(made))[-1] == (("", "same_person"),)
    assert (made["rows"]["changed"], made["rows"]["new"], made["rows"]["faulty"]) == (1, 120, 1)
    undone = await firm.step(made, "undo")
    assert (undone["undone"], undone["stayedCount"], len(await firm.people())) == (121, 0, 2)


async def test_who_was_taken_out_comes_back_as_who_they_were(firm) -> None:
    word = a_word()
    content = table(staff(word, 1))
    await firm.written(content)
    one = (await firm.people())[f"Person 1 {word}"]
    assert (await do(firm.person, "DELETE", firm.org, one["id"])).status_code == 204
    back = await firm.written(content)
    assert back["rows"]["new"] == 1
    assert (await firm.people())[f"Person 1 {word}"]["id"] == one["id"]
    await firm.step(back, "undo")
    assert len(await firm.people()) == 1


async def test_teams_are_found_by_name_or_path_and_counted(firm) -> None:
    word = a_word()
    sales = await a_team(firm, "Sales")
    north = await a_team(firm, "North", sales)
    await a_team(firm, "North")
    rows = [
        f"A,a{word}@example.com,1,,sales",
        f"B,b{word}@example.com,2,,Sales / north; sales",
        f"C,c{word}@example.com,3,,North",
    ]
    made = await firm.written(table(*rows))
    assert codes(await firm.rows(made)) == [(), (), (("Team", "ambiguous_team"),)]

    async def people() -> list[int]:
        path = f"organisations/{firm.org['id']}/teams"
        listed = (await firm.person.api("GET", path)).json()["data"]
        sizes = {each["id"]: each["people"] for each in listed}
        return [sizes[sales], sizes[north]]

    assert await people() == [2, 1]
    await firm.step(made, "undo")
    assert await people() == [0, 0]


async def test_an_undo_leaves_whom_somebody_has_changed_since(firm) -> None:
    word = a_word()
    known = somebody()
    there = await added(firm.person, firm.org, known)
    made = await firm.written(
        table(
            staff(word, 1),
            staff(word, 2),
            f"{known['name']},{known['email']},{known['externalId']},Captain,",
        )
    )
    people = await firm.people()
    touched = people[f"Person 2 {word}"]
    body = (await details(firm.person, firm.org, touched["id"])).json() | {"name": f"Kept {word}"}
    assert (await do(firm.person, "PUT", firm.org, touched["id"], "/details", json=body)).status_code == 200
    undone = await firm.step(made, "undo")
    assert (undone["undone"], undone["stayedCount"], undone["stayed"]) == (2, 1, [touched["id"]])
    assert set(await firm.people()) == {firm.person.name, f"Kept {word}", known["name"]}
    assert (await details(firm.person, firm.org, there["id"])).json()["details"]["title"] == "Programmer"
    # What the file said is gone.
    assert await firm.rows(undone) == []
    once_more = await firm.put(undone, "undo")
    assert (once_more.status_code, once_more.json()["code"]) == (409, "wrong_work_state")


async def test_an_undo_leaves_whose_earlier_address_somebody_else_has(firm) -> None:
    known = somebody()
    there = await added(firm.person, firm.org, known)
    made = await firm.written(table(f"N,{a_word()}@example.com,{known['externalId']},,"))
    other = await added(firm.person, firm.org, somebody(email=known["email"]))
    undone = await firm.step(made, "undo")
    assert undone["stayed"] == [there["id"]]
    assert other["name"] in await firm.people()


async def test_cards_are_made_at_once_follow_the_next_file_and_go_with_the_undo(firm, client) -> None:
    office, word = Office(firm.person, firm.org), a_word()
    await office.template(title={"mode": "locked", "value": "{title}"})
    made = await firm.written(table(staff(word, 1), staff(word, 2)), templateId=office.template_id)
    assert made["rows"]["new"] == 2
    cards = (await firm.person.api("GET", f"{office.at}/staff-cards")).json()["data"]
    assert len(cards) == 2
    card = await office.get(next(each["id"] for each in cards if "Person 1" in each["content"]["name"]))
    assert "Engineer" in await page_of(client, card)
    changed = await firm.written(table(staff(word, 1, "Captain")))
    assert changed["rows"]["changed"] == 1
    assert "Captain" in await page_of(client, card)
    await firm.step(changed, "undo")
    assert "Engineer" in await page_of(client, card)
    await firm.step(made, "undo")
    # Changed, and back again: who was touched by another import stays.
    people = await firm.people()
    assert set(people) == {firm.person.name, f"Person 1 {word}"}
    left = next(each["id"] for each in cards if "Person 2" in each["content"]["name"])
    assert not await is_shown(client, await office.get(left))


async def test_a_template_that_is_not_in_force_is_refused_first(firm) -> None:
    made = await firm.checked(table(staff(a_word(), 1)))
    path = f"organisations/{firm.org['id']}/templates"
    draft = await firm.person.api("POST", path, json={"name": "Draft", "rules": {}})
    assert draft.status_code == 201, draft.text
    answer = await firm.put(made, "writing", {"templateId": draft.json()["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "template_not_in_force")
    assert (await firm.get(made))["stage"] == "ready"


async def test_two_imports_of_the_same_people_at_once_store_each_once(firm) -> None:
    word = a_word()
    rows = [staff(word, number) for number in range(40)]
    made = [await firm.checked(table(*rows)), await firm.checked(table(*reversed(rows)))]
    answers = await asyncio.gather(*(firm.put(each, "writing", {}) for each in made))
    assert [answer.status_code for answer in answers] == [200, 200]
    await asyncio.gather(*(slices(each, firm, items=15) for each in made))
    done = [await firm.get(each) for each in made]
    assert [each["stage"] for each in done] == ["done", "done"]
    assert await wiring.organisations.store().count_members(firm.org["id"]) == 41
    assert sum(each["rows"]["new"] for each in done) == 40
    assert (
        sum(each["rows"]["new"] + each["rows"]["unchanged"] + each["rows"]["faulty"] for each in done) == 80
    )


async def slices(made: dict, firm: Imports, items: int = 500) -> None:
    """All slices of the long work of an import, as a worker does them."""
    import time  # noqa: PLC0415

    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import WorkMessage  # noqa: PLC0415
    from functions.framework.clock import new_id, now  # noqa: PLC0415

    found = await wiring.organisations.imports.store().get(firm.org["id"], made["id"])
    message = WorkMessage(owner_id=found.org_id, work_id=found.work_id)
    while True:
        done = await do_slice(
            message,
            jobs=wiring.operations.jobs(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
            lease=new_id("lse"),
            bound=Slice(time.monotonic, items=items),
            now=now,
        )
        if done is None or done.work.due_at is None:
            return
        assert done.error is None, done.error


async def test_somebody_who_is_added_meanwhile_is_not_doubled(firm) -> None:
    word = a_word()
    made = await firm.checked(table(staff(word, 1), staff(word, 2)))
    taken = await add(firm.person, firm.org, somebody(email=f"{word}1@example.com"))
    assert taken.status_code == 201, taken.text
    done = await firm.step(made, "writing", {})
    assert (done["rows"]["new"], done["rows"]["faulty"]) == (1, 1)
    assert codes(await firm.rows(done))[0] == (("", "address"),)
    assert (await firm.faulty(done))[1][0] == f"Person 1 {word}"


async def test_slices_that_come_again_store_and_take_back_nobody_twice(firm) -> None:
    """As by workers that die before they save how far they are."""
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    word, store = a_word(), wiring.organisations.imports.store()
    made = await firm.checked(table(*(staff(word, number) for number in range(30))))
    for kind, step, body, people in (
        ("org-import-write", "writing", {}, 31),
        ("org-import-undo", "undo", None, 1),
    ):
        assert (await firm.put(made, step, body)).status_code == 200
        job, found = wiring.organisations.jobs()[kind], await store.get(firm.org["id"], made["id"])
        work = await wiring.operations.works().get(found.org_id, found.work_id)
        first = await job.slice(work, Slice(lambda: 0.0, items=500))
        assert len(await firm.people()) == people
        after = await store.get(found.org_id, found.id)
        if kind == "org-import-write":
            await store.save(after.model_copy(update={"stage": "writing"}))
            assert await job.slice(work, Slice(lambda: 0.0, items=500)) == first
            rows = [row.row for each in await store.journals(found, "", 50) for row in each.rows]
            assert rows == list(range(2, 32))
        assert (await job.slice(work, Slice(lambda: 0.0, items=500))).over
        assert len(await firm.people()) == people
    assert (await firm.get(made))["undone"] == 30
    await firm.host.drain_queue("work")


async def test_an_import_is_paused_and_goes_on(firm) -> None:
    word = a_word()
    made = await firm.checked(table(*(staff(word, number) for number in range(20))))
    await firm.put(made, "writing", {})
    path = f"{firm.at}/{made['id']}/pause"
    paused = await firm.person.api("PUT", path)
    assert (paused.status_code, paused.json()["progress"]["state"]) == (200, "paused")
    await firm.host.drain_queue("work")
    assert len(await firm.people()) == 1
    assert (await firm.person.api("DELETE", path)).json()["progress"]["state"] == "running"
    await firm.host.drain_queue("work")
    assert (await firm.get(made))["rows"]["new"] == 20
    over = await firm.person.api("PUT", path)
    assert (over.status_code, over.json()["code"]) == (409, "wrong_work_state")


async def test_given_up_it_leaves_nothing(firm) -> None:
    word = a_word()
    made = await firm.checked(table(staff(word, 1)))
    assert len(await places_of(f"{made['id']}-")) == 4
    path = f"{firm.at}/{made['id']}"
    etag = (await firm.person.api("GET", path)).headers["etag"]
    assert (await firm.person.api("DELETE", path, headers={"If-Match": etag})).status_code == 204
    assert await places_of(f"{made['id']}-") == []
    assert (await firm.get(made))["stage"] == "cancelled"


async def test_an_organisation_gets_no_more_people_than_it_may_have(firm, monkeypatch) -> None:
    from domain.organisations.imports import writing  # noqa: PLC0415 - what the host loaded

    word = a_word()
    monkeypatch.setattr(writing, "MOST_PEOPLE", 3)
    made = await firm.checked(table(*(staff(word, number) for number in range(3))))
    answer = await firm.put(made, "writing", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "limit_reached")
    fewer = await firm.checked(table(*(staff(word, number) for number in range(2))))
    await firm.put(fewer, "writing", {})
    await added(firm.person, firm.org, somebody())
    await firm.host.drain_queue("work")
    done = await firm.get(fewer)
    assert (done["rows"]["new"], done["rows"]["faulty"]) == (1, 1)
    assert codes(await firm.rows(done))[1] == (("", "limit_reached"),)


async def test_new_people_get_a_card_where_the_organisation_chose_that(firm) -> None:
    office, word = Office(firm.person, firm.org), a_word()
    await office.template()
    wanted = AssignmentContent(default=office.template_id, cards_for_new=True)
    store = wiring.organisations.assignments.store()
    there = await store.get(firm.org["id"])
    await store.save(there.changed(now(), in_force=wanted, new_since=now()))
    made = await firm.checked(table(staff(word, 1), staff(word, 2)))
    await firm.step(made, "writing", {})
    template = wiring.organisations.templates.staff_cards()
    assert await template.count_of_template(firm.org["id"], office.template_id) == 2


async def test_a_slice_that_is_overtaken_by_the_erasure_stores_nothing(firm) -> None:
    word, store = a_word(), wiring.organisations.imports.store()
    made = await firm.checked(table(staff(word, 1)))
    found = await store.get(firm.org["id"], made["id"])
    container = await wiring.database().container("organisations")
    await container.delete_item(found.id, found.org_id)
    with pytest.raises(StaleVersion):
        await store.put(found, [(f"late {word}", [])])
    assert await places_of(f"late {word}") == []

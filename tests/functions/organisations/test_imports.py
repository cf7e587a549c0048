"""People from a file: told row by row before anything is stored, stored once, and taken back."""

import pytest

from tests.functions.organisations.imported import Imports, a_word, staff, table
from tests.functions.organisations.test_organisations import an_organisation


@pytest.fixture
async def firm(host, signed_in) -> Imports:
    ada = await signed_in()
    return Imports(host, ada, await an_organisation(ada))


async def test_people_are_told_before_they_are_stored_and_then_are_there(firm) -> None:
    word = a_word()
    made = await firm.checked(table(staff(word, 1), staff(word, 2)))
    assert (made["stage"], made["rows"]["new"], made["rows"]["faulty"]) == ("ready", 2, 0)
    assert [row["effect"] for row in await firm.rows(made)] == ["new", "new"]
    assert len(await firm.people()) == 1
    done = await firm.step(made, "writing", {})
    assert (done["stage"], done["rows"]["new"]) == ("done", 2)
    people = await firm.people()
    assert {f"Person 1 {word}", f"Person 2 {word}"} < people.keys()
    undone = await firm.step(done, "undo")
    assert (undone["stage"], undone["undone"], undone["stayedCount"]) == ("undone", 2, 0)
    assert len(await firm.people()) == 1

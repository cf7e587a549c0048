"""Who may go through which door of a connected system: every door, everybody, an own and an unknown one."""

from typing import Any, Final

import pytest

from domain.organisations.roles import ACTS, ALLOWED
from functions.framework.doors import Operation
from functions.integrations.doors import DOORS
from tests.functions.framework.test_foreign_ids import _ask as ask
from tests.functions.framework.test_foreign_ids import _first_difference as first_difference
from tests.functions.framework.test_foreign_ids import _plain as plain
from tests.functions.framework.test_foreign_ids import never, unlimited
from tests.functions.integrations.crm import connected
from tests.functions.organisations.test_matrix import (
    STALE,
    cast,
    doors_in,
    methods_of,
    removed,
    schemas_of,
    seen,
    told_so,
)

__all__ = ["cast", "removed", "unlimited"]

ACT: Final = {
    "integrations_list": "see_sources",
    "integrations_connect": "connect_sources",
    "integrations_get": "see_sources",
    "integrations_change": "connect_sources",
    "integrations_disconnect": "connect_sources",
    "integrations_pause": "run_sources",
    "integrations_resume": "run_sources",
    "integrations_list_fields": "connect_sources",
    "integrations_list_orders": "see_sources",
    "integrations_order": "connect_sources",
    "integrations_take_back": "connect_sources",
    "integrations_list_runs": "see_sources",
    "integrations_start_run": "run_sources",
    "integrations_get_run": "see_sources",
    "integrations_list_changes": "see_client_data",
    "integrations_list_failures": "see_client_data",
    "integrations_list_records": "see_client_data",
    "integrations_get_record": "see_client_data",
    "integrations_change_record": "change_client_data",
    "integrations_page_sources": "see_sources",
    "integrations_page_new": "connect_sources",
    "integrations_page_create": "connect_sources",
    "integrations_page_allow": "connect_sources",
    "integrations_page_source": "see_sources",
    "integrations_page_state": "run_sources",
    "integrations_page_ask": "connect_sources",
    "integrations_page_let_go": "connect_sources",
    "integrations_page_flow": "connect_sources",
    "integrations_page_save_flow": "connect_sources",
    "integrations_page_order": "connect_sources",
    "integrations_page_save_order": "connect_sources",
    "integrations_page_withdraw": "connect_sources",
    "integrations_page_start_run": "run_sources",
    "integrations_page_run": "see_client_data",
    "integrations_page_change_run": "run_sources",
    "integrations_page_failures": "see_client_data",
    "integrations_page_records": "see_client_data",
    "integrations_page_record": "see_client_data",
    "integrations_page_save_record": "change_client_data",
}
# What these do to a source leaves nothing for the doors after them.
LAST: Final = ("integrations_disconnect", "integrations_page_let_go")


@pytest.fixture
async def source_of(host: Any, cast: Any) -> dict[str, str]:
    people, _outside, ids, _removed = cast
    crm = await connected(host, people["owner"], {"id": ids["organisationId"]})
    return ids | await crm.filled()


def in_order() -> list[Any]:
    return sorted(doors_in(DOORS), key=lambda door: door.name in LAST)


def test_every_door_says_which_act_it_is() -> None:
    assert ACT.keys() == {door.name for door in doors_in(DOORS)}
    assert set(ACT.values()) <= set(ACTS)


async def test_each_role_may_what_the_table_says(source_of: Any, cast: Any, unlimited: None) -> None:
    people = cast[0]
    schemas = await schemas_of(people["owner"])
    wrong: list[str] = []
    for door in in_order():
        for method in methods_of(door):
            for role, person in people.items():
                answer = await ask(person, door, method, source_of, schemas, version=STALE)
                wanted = "allowed" if role in ALLOWED[ACT[door.name]] else "denied"
                if (said := seen(answer)) != wanted and not (wanted == "allowed" and _of_input(door, answer)):
                    wrong.append(f"{door.name} {method} {role}: {said} not {wanted}: {answer.text[:200]}")
                if said == "denied" and method != "HEAD" and not told_so(door, answer):
                    wrong.append(f"{door.name} {method} {role}: not told why: {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def _of_input(door: Any, answer: Any) -> bool:
    """Whether a form was refused for what it asks to do, which the samples do not say."""
    return not isinstance(door, Operation) and answer.request.method == "POST" and answer.status_code == 404


async def test_everybody_else_finds_what_never_existed(source_of: Any, cast: Any, unlimited: None) -> None:
    people, outside = cast[0], cast[1]
    schemas = await schemas_of(people["owner"])
    unlike: list[str] = []
    for each in outside.values():
        getattr(each, "http", each).headers["Accept-Encoding"] = "identity"
    none = {name: never(name) for name in source_of}
    for door in in_order():
        for method in methods_of(door):
            for who, each in outside.items():
                theirs = await ask(each, door, method, source_of, schemas, version=STALE)
                absent = await ask(each, door, method, none, schemas, version=STALE)
                one, other = plain(theirs, source_of), plain(absent, none)
                if one != other:
                    unlike.append(f"{door.name} {method} {who} {first_difference(one, other)}")
    assert not unlike, "\n".join(unlike)

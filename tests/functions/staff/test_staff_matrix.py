"""Who may go through which door of iZwop's designers: every door, everybody, with access and without.

Whoever has no access finds what they find in an organisation that never was, byte for byte.
"""

from datetime import timedelta
from typing import Any, Final

import pytest

import wiring.organisations
import wiring.organisations.design
from functions.framework.clock import now
from functions.organisations.design.pages import moment_now
from functions.staff.doors import DOORS
from tests.functions.organisations.designs import (
    a_designer,
    at,
    change,
    granted,
    one_of,
    press,
    staff,
)
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_matrix import (
    ABSENT,
    TEMPLATE,
    first_difference,
    ids_in,
    methods_of,
    never,
    plain,
    route_of,
    seen,
    unlimited,
)
from tests.functions.organisations.test_matrix import (
    ask as go,
)
from tests.functions.organisations.test_organisations import an_organisation

__all__ = ["unlimited"]

# Doors to what was ordered, before there is access: to designers, an order is there.
OF_ORDERS: Final = {"staff_page_ask"}
OF_NO_ORGANISATION: Final = {"staff_page_desk"}


class Firm:
    """An organisation with a template and a designer who has access and proposed something."""

    def __init__(self, owner: Any, org: dict, designer: Any, ids: dict[str, str]) -> None:
        self.owner, self.org, self.designer, self.ids = owner, org, designer, ids

    async def expired(self) -> None:
        """The days of the access are over."""
        store = wiring.organisations.design.store()
        found = await store.get(self.org["id"])
        over = found.grant.model_copy(update={"until": now() - timedelta(seconds=1)})
        from domain.organisations.design.design import recorded  # noqa: PLC0415 - what the host loaded

        await store.save(found.model_copy(update={"grant": over}), recorded(found, "asked", moment_now()))

    async def revoked(self) -> None:
        assert (await self.owner.api("DELETE", f"{at(self.org)}/grant")).status_code == 204

    async def given_up(self) -> None:
        gone = await press(self.designer, f"/staff/orders/{self.org['id']}/return")
        assert gone.headers["location"] == "/staff?done=given-up"

    async def order_ended(self) -> None:
        assert (await change(self.owner, self.org, "DELETE", "order")).status_code == 204

    async def closed(self) -> None:
        assert (await close(self.owner, self.org)).status_code == 204

    async def closed_and_reopened(self) -> None:
        await self.closed()
        assert (await reopen(self.owner, self.org)).status_code == 204


@pytest.fixture
async def firm(host, client, signed_in) -> Firm:
    owner, designer = await signed_in(), await a_designer(client, signed_in)
    org = await an_organisation(owner)
    template = await owner.api("POST", f"organisations/{org['id']}/templates", json=TEMPLATE)
    proposal = await one_of(designer, owner, org)
    ids = {"organisationId": org["id"], "templateId": template.json()["id"], "proposalId": proposal}
    return Firm(owner, org, designer, ids)


def doors() -> list[Any]:
    return [door for door in DOORS if door.name not in OF_NO_ORGANISATION]


async def differences(who: str, asking: Any, ids: dict[str, str], doors: list[Any]) -> list[str]:
    """Doors at which somebody finds something else than at an organisation that never was."""
    unlike = []
    none = {name: never(name) for name in ids}
    getattr(asking, "http", asking).headers["Accept-Encoding"] = "identity"
    for door in doors:
        for method in methods_of(door):
            theirs = await go(asking, door, method, ids, {}, version="999")
            absent = await go(asking, door, method, none, {}, version="999")
            one, other = plain(theirs, ids), plain(absent, none)
            if one != other:
                unlike.append(f"{door.name} {method} {who} {first_difference(one, other)}")
            if hasattr(asking, "http") and theirs.status_code != ABSENT:
                unlike.append(f"{door.name} {method} {who} got {theirs.status_code}")
    return unlike


def test_every_door_of_designers_is_about_an_organisation() -> None:
    assert {
        door.name for door in DOORS if "organisationId" not in ids_in(route_of(door))
    } == OF_NO_ORGANISATION


async def test_a_designer_with_access_goes_through_every_door(firm, unlimited) -> None:
    for door in doors():
        for method in methods_of(door):
            if door.name == "staff_page_give_up":
                continue  # after which there is no access
            answer = await go(firm.designer, door, method, firm.ids, {}, version="999")
            assert seen(answer) == "allowed", f"{door.name} {method} {answer.text[:300]}"
    await firm.given_up()


@pytest.mark.parametrize(
    "over", ["expired", "revoked", "given_up", "order_ended", "closed", "closed_and_reopened"]
)
async def test_a_designer_whose_access_is_over_finds_what_never_existed(firm, unlimited, over) -> None:
    await getattr(firm, over)()
    # Those who hold the order may ask again or give it back.
    mine = OF_ORDERS if over in ("order_ended", "closed") else OF_ORDERS | {"staff_page_give_up"}
    asked = [door for door in doors() if over in ("order_ended", "closed") or door.name not in mine]
    assert await differences(over, firm.designer, firm.ids, asked) == []


async def test_everybody_else_finds_what_never_existed(firm, client, signed_in, unlimited) -> None:
    other_owner, colleague = await signed_in(), await a_designer(client, signed_in)
    other = await an_organisation(other_owner)
    await granted(other_owner, other, colleague)
    member = await signed_in()
    await joined(firm.org, member, "admin")
    everybody = {
        "designer of another organisation": colleague,
        "designer without access": await a_designer(client, signed_in),
        "somebody with another role": await a_designer(client, signed_in, roles=("auditor",)),
        "owner": firm.owner,
        "admin": member,
        "stranger": await signed_in(),
        "anonymous": client(),
    }
    unlike = []
    for who, asking in everybody.items():
        # Asking for access is for designers, as long as there is an order.
        skipped = OF_ORDERS if who.startswith("designer") else set()
        unlike += await differences(
            who, asking, firm.ids, [door for door in doors() if door.name not in skipped]
        )
    assert not unlike, "\n".join(unlike)
    for who in ("owner", "stranger", "somebody with another role"):
        assert (await everybody[who].http.get("/staff")).status_code == 404
    assert (await everybody["anonymous"].get("/staff")).status_code == 303


async def test_what_is_of_another_organisation_is_not_there(firm, client, signed_in, unlimited) -> None:
    """A designer with ids of another organisation in the address of the one that gave access."""
    owner, designer = await signed_in(), await a_designer(client, signed_in)
    org = await an_organisation(owner)
    await granted(owner, org, designer)
    mixed = firm.ids | {"organisationId": org["id"]}
    for door in doors():
        if len(ids_in(route_of(door))) > 1:
            for method in methods_of(door):
                answer = await go(designer, door, method, mixed, {}, version="999")
                assert answer.status_code == ABSENT, f"{door.name} {method} {answer.text[:200]}"


async def test_every_look_at_what_is_theirs_is_recorded_once(firm) -> None:
    async def looks() -> list[str]:
        answer = await firm.owner.api("GET", f"{at(firm.org)}/records", params={"limit": 100})
        return [each["what"] for each in answer.json()["data"]]

    before = await looks()
    for path in (
        "",
        f"/templates/{firm.ids['templateId']}",
        f"/proposals/{firm.ids['proposalId']}",
        "",
    ):
        assert (await firm.designer.http.get(f"{staff(firm.org)}{path}")).status_code == 200
    new = (await looks())[: -len(before)]
    assert new == ["looked", "proposal_seen", "template_seen", "looked"]

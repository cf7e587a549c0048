"""People who are in an organisation, each with a role."""

from datetime import UTC, datetime

import wiring.accounts
import wiring.organisations
from tests.functions.privacy.test_copy import account_of


async def joined(org: dict, person, role: str = "member") -> dict:
    """Put a person into an organisation, as an invitation would; owners are made later, by an owner."""
    from domain.organisations.organisation import (  # noqa: PLC0415 - what the host loaded
        Person,
        membership_order,
        new_member,
    )

    account = await wiring.accounts.store().get(await account_of(person))
    known = Person(account.id, person.name, account.email)
    member = new_member(org["id"], known, role, datetime.now(UTC))
    order = membership_order(member, member.since)
    await wiring.organisations.store().save_known([member], [order])
    await wiring.organisations.settle(order)
    return {"id": member.id, "role": role}


async def member(asking, org: dict, member_id: str):
    answer = await asking.api("GET", f"organisations/{org['id']}/members/{member_id}")
    assert answer.status_code == 200, answer.text
    return answer


async def do(asking, method: str, org: dict, member_id: str, what: str = "", **options):
    """A change of a member, based on how they are now."""
    headers = {"If-Match": (await member(asking, org, member_id)).headers["etag"]}
    path = f"organisations/{org['id']}/members/{member_id}{what}"
    return await asking.api(method, path, headers=headers, **options)


async def give(asking, org: dict, member_id: str, role: str):
    return await do(asking, "PUT", org, member_id, "/role", json={"role": role})


async def roles_in(asking, org: dict) -> dict[str, str]:
    """Role of each person by id."""
    answer = await asking.api("GET", f"organisations/{org['id']}/members", params={"limit": 100})
    return {each["id"]: each["role"] for each in answer.json()["data"]}


async def own(person) -> dict[str, str]:
    """The organisations of a person's switcher, with their role in each."""
    answer = await person.api("GET", "organisations")
    return {each["id"]: each["role"] for each in answer.json()["data"]}

"""Contacts that are deleted or taken back together are as if each had been so by itself."""

from datetime import UTC, datetime

import wiring.relationships.calendar
import wiring.relationships.refine
from tests.functions.relationships.people.test_people import people
from tests.functions.relationships.test_contacts import a_contact, delete

DAY = datetime.now(UTC).date()


async def places(owner: str) -> tuple[list[str], list[str]]:
    """Ids of the contacts that are found by an address, and by the event at which they were met."""
    found = await wiring.relationships.calendar.files().with_addresses(owner, ["grace@example.com"])
    met = await wiring.relationships.refine.refining().met_lately(owner, DAY, DAY, 10)
    return found.get("grace@example.com", []), met


async def in_group(person) -> list[str]:
    groups = (await person.api("GET", "contact-groups")).json()["data"]
    found = await person.api("GET", "contacts", params={"group": groups[0]["id"]}) if groups else None
    return [] if found is None else [each["id"] for each in found.json()["data"]]


async def test_a_contact_that_is_taken_back_together_with_others_is_in_every_list_again(signed_in) -> None:
    ada = await signed_in()
    owner = (await ada.api("GET", "account")).json()["id"]
    firm = await a_contact(ada, "Acme", kind="entity")
    grace = await a_contact(
        ada,
        emails=[{"address": "grace@example.com"}],
        entityId=firm["id"],
        groups=["Friends"],
        met={"event": "Fair", "on": DAY.isoformat()},
    )
    assert await places(owner) == ([grace["id"]], [grace["id"]])
    assert await in_group(ada) == [grace["id"]]
    for together in (False, True):
        if together:
            await ada.api("POST", "contact-deletions", json={"ids": [grace["id"]]})
        else:
            await delete(ada, grace)
        assert await places(owner) == ([], [])
        back = await ada.api("POST", "contact-restorations", json={"ids": [grace["id"]]})
        assert back.json()["changed"] == [grace["id"]], back.text
        assert await places(owner) == ([grace["id"]], [grace["id"]])
        assert await people(ada, firm) == ["Grace Hopper"]
        assert await in_group(ada) == [grace["id"]]

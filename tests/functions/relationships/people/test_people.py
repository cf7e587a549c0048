"""A person's page leads to their company, and the company's page to its people, page by page."""

from tests.functions.relationships.test_contacts import UNKNOWN, a_contact, change


async def people(person, entity: dict, limit: int = 2) -> list[str]:
    found, cursor = [], {}
    while True:
        answer = await person.api("GET", f"contacts/{entity['id']}/people", params={"limit": limit, **cursor})
        assert answer.status_code == 200, answer.text
        found += [each["content"]["name"] for each in answer.json()["data"]]
        cursor = {"cursor": answer.json()["page"]["next"]}
        if cursor["cursor"] is None:
            return found


async def test_people_are_listed_with_their_company_as_long_as_they_are_linked(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    firm, other = [await a_contact(ada, name, kind="entity") for name in ("Acme", "Other")]
    staff = [
        await a_contact(ada, f"Person {number:02}", title="Engineer", entityId=firm["id"])
        for number in range(11, 0, -1)
    ]
    await a_contact(ada, "Stranger", organisation="Acme")
    assert await people(ada, firm) == [f"Person {number:02}" for number in range(1, 12)]
    await change(ada, staff[0], entityId=other["id"])
    assert (await people(ada, firm))[-1] == "Person 10"
    assert await people(ada, other) == ["Person 11"]
    page = (await ada.http.get(f"/my/contacts/{firm['id']}")).text
    assert "Person 10" in page
    assert f"/my/contacts/{firm['id']}/people" not in page
    await change(ada, staff[0], entityId=firm["id"])
    page = (await ada.http.get(f"/my/contacts/{firm['id']}")).text
    assert f"/my/contacts/{firm['id']}/people" in page
    assert "Person 11" in (await ada.http.get(f"/my/contacts/{firm['id']}/people")).text
    assert f"/my/contacts/{firm['id']}" in (await ada.http.get(f"/my/contacts/{staff[0]['id']}")).text
    for absent in (firm["id"], UNKNOWN):
        assert (await eve.api("GET", f"contacts/{absent}/people")).status_code == 404
        assert (await eve.http.get(f"/my/contacts/{absent}/people")).status_code == 404
    assert "Nobody here" in (await ada.http.get(f"/my/contacts/{other['id']}/people")).text

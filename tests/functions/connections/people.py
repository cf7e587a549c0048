"""People who ask each other through the API."""

from tests.functions.cards.test_api_cards import a_profile, handle, published


async def person_with_card(signed_in, **content):
    """Somebody who is signed in, and their published card."""
    person = await signed_in()
    answer = await published(person, **content)
    assert answer.is_success, answer.text
    return person, answer.json()


FOR_CONNECTIONS = {
    "name": "Bob",
    "title": "Engineer",
    "phones": [{"audience": "connections", "number": "+46701740605"}],
    "audiences": {"title": "public"},
}


async def own_card(person, *, profile: str | None = None, **content) -> dict:
    """A published card that says this to exactly those whom it names."""
    profile = profile or await a_profile(person)
    body = {"profileId": profile, "handle": handle(), "content": FOR_CONNECTIONS | content}
    made = await person.api("POST", "cards", json=body)
    assert made.status_code == 201, made.text
    path = f"cards/{made.json()['id']}/publication"
    answer = await person.api("PUT", path, headers={"If-Match": made.headers["etag"]})
    assert answer.is_success, answer.text
    return answer.json()


async def ask(person, handle: str, **how):
    return await person.api("POST", "connection-requests", json={"handle": handle, **how})


async def asked(person, handle: str, **how) -> dict:
    answer = await ask(person, handle, **how)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def requests(person, state: str = "waiting") -> list[dict]:
    answer = await person.api("GET", "connection-requests", params={"state": state})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def connections(person) -> list[dict]:
    answer = await person.api("GET", "connections")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def details(person, link: str):
    answer = await person.api("GET", f"connections/{link}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def do(person, method: str, path: str, **options):
    """A change of a connection, based on how it is now."""
    link = path.split("/")[1]
    etag = (await person.api("GET", f"connections/{link}")).headers["etag"]
    answer = await person.api(method, path, headers={"If-Match": etag}, **options)
    assert answer.is_success, answer.text
    return answer


async def accept(person, link: str, **how):
    return await do(person, "PUT", f"connection-requests/{link}/acceptance", json=how)


async def connect(asking, asked_person, handle: str) -> str:
    """Connect two people through a card of the second; return the id of their connection."""
    if not (await asking.api("GET", "cards")).json()["data"]:
        await published(asking)
    link = (await asked(asking, handle))["id"]
    await accept(asked_person, link)
    return link

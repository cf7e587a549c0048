"""An organisation that orders a design, and designers of iZwop who work for it."""

import re
import secrets

import httpx
import pytest

from tests.forms import Fields
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_templates import make, release

WISHES = "Please design our cards"


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


@pytest.fixture
async def org(ada) -> dict:
    return await an_organisation(ada, f"Firm {secrets.token_hex(4)}")


@pytest.fixture
async def disa(host, client, signed_in):
    return await a_designer(client, signed_in)


async def a_designer(client, signed_in, *, roles: tuple[str, ...] = ("designer",)):
    """Sign in a new person with these app roles."""
    name, email = f"Designer {secrets.token_hex(8)}", f"{secrets.token_hex(6)}@izwop.example"
    await has_roles(client, name, email, roles)
    return await signed_in(name)


async def has_roles(client, name: str, email: str, roles: tuple[str, ...]) -> None:
    """As an administrator of the directory gives and takes them."""
    answers = {"birthYear": "1985", "birthMonth": "12", "returnTo": "/my"}
    login = httpx.URL((await client().post("/auth/login", data=answers)).headers["location"])
    body = {"name": name, "email": email, "roles": roles}
    async with httpx.AsyncClient(trust_env=False) as provider:
        answer = await provider.post(login.copy_with(path="/_local/people", query=None), json=body)
        assert answer.status_code == 201, answer.text


def at(org: dict) -> str:
    return f"organisations/{org['id']}/design"


def staff(org: dict) -> str:
    return f"/staff/organisations/{org['id']}"


async def order(owner, org: dict, wishes: str = WISHES, **headers: str):
    return await owner.api("POST", f"{at(org)}/order", json={"wishes": wishes}, headers=headers)


async def design_of(owner, org: dict):
    answer = await owner.api("GET", at(org))
    assert answer.status_code == 200, answer.text
    return answer


async def change(owner, org: dict, method: str, what: str, **options):
    """A change of the design, based on how it is now."""
    version = {"If-Match": (await design_of(owner, org)).headers["etag"]}
    return await owner.api(method, f"{at(org)}/{what}", headers=version, **options)


async def press(designer, path: str, **fields: str):
    return await designer.http.post(path, data={"csrf": designer.csrf, **fields})


async def ask(designer, org: dict):
    return await press(designer, f"/staff/orders/{org['id']}/request")


async def give(owner, org: dict, days: int = 7):
    return await change(owner, org, "PUT", "grant", json={"days": days})


async def granted(owner, org: dict, designer, days: int = 7) -> None:
    """Order, ask, and give."""
    assert (await order(owner, org)).status_code == 201
    assert (await ask(designer, org)).headers["location"] == "/staff?done=asked"
    answer = await give(owner, org, days)
    assert answer.status_code == 200, answer.text


async def begun(designer, org: dict, template: str | None = None, name: str = "Officers") -> str:
    """Begin a proposal, of a new template if none is given; its id."""
    if template is None:
        path, fields = f"{staff(org)}/new-proposal", {"name": name, "preset": "standard"}
    else:
        path, fields = f"{staff(org)}/templates/{template}/proposal", {}
    made = await press(designer, path, key=secrets.token_hex(8), **fields)
    assert made.status_code == 303, made.text
    return re.search(r"/proposals/(\w+)", made.headers["location"])[1]


async def form_of(designer, org: dict, proposal: str, what: str = "") -> dict[str, str]:
    path = f"{staff(org)}/proposals/{proposal}"
    shown = await designer.http.get(path)
    assert shown.status_code == 200, shown.text
    return Fields(shown.text, f"{path}{what}").values


async def saved(designer, org: dict, proposal: str, **typed: str):
    form = await form_of(designer, org, proposal)
    return await designer.http.post(f"{staff(org)}/proposals/{proposal}", data=form | typed)


async def proposed(designer, org: dict, proposal: str, says: str = "Like this?"):
    form = await form_of(designer, org, proposal, "/proposing")
    return await designer.http.post(
        f"{staff(org)}/proposals/{proposal}/proposing", data=form | {"says": says}
    )


async def a_proposal(owner, org: dict, client, signed_in) -> str:
    """A new template that a designer proposes, who has access from now on."""
    return await one_of(await a_designer(client, signed_in), owner, org)


async def one_of(designer, owner, org: dict) -> str:
    await granted(owner, org, designer)
    proposal = await begun(designer, org)
    assert (await proposed(designer, org, proposal)).status_code == 303
    return proposal


async def read(owner, org: dict, proposal: str):
    answer = await owner.api("GET", f"organisations/{org['id']}/proposals/{proposal}")
    assert answer.status_code == 200, answer.text
    return answer


async def answered(owner, org: dict, proposal: str, what: str = "approval", **options):
    version = {"If-Match": (await read(owner, org, proposal)).headers["etag"]}
    path = f"organisations/{org['id']}/proposals/{proposal}/{what}"
    return await owner.api("PUT", path, headers=version, **options)


async def records(owner, org: dict) -> list[str]:
    """What was done, the first first."""
    answer = await owner.api("GET", f"{at(org)}/records", params={"limit": 100})
    return [each["what"] for each in reversed(answer.json()["data"])]


async def a_card(ada, org: dict, signed_in) -> tuple[str, str]:
    """Ids of a template in force and of a card that follows it."""
    templates = f"organisations/{org['id']}/templates"
    made = await make(ada, templates)
    assert (await release(ada, templates, made)).status_code == 200
    member = await joined(org, await signed_in())
    new = {"memberId": member["id"], "templateId": made.json()["id"]}
    card = await ada.api("POST", f"organisations/{org['id']}/staff-cards", json=new)
    assert card.status_code == 201, card.text
    return made.json()["id"], card.json()["id"]

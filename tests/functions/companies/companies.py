"""Companies whose page is published, and people who connect with them."""

import secrets

from tests.functions.organisations.test_organisations import an_organisation


class Company:
    """An organisation with a company page that its owner published."""

    def __init__(self, owner, org: dict, page) -> None:
        self.owner, self.org, self.at, self.read = owner, org, f"organisations/{org['id']}", page

    @property
    def handle(self) -> str:
        return self.read.json()["handle"]

    @property
    def card(self) -> dict:
        return {"id": self.read.json()["id"], "handle": self.handle}

    async def change(self, what: str = "", method: str = "PUT", **options):
        """A change of the page, based on how it is now."""
        page = f"{self.at}/company-page"
        etag = (await self.owner.api("GET", page)).headers["etag"]
        self.read = await self.owner.api(method, f"{page}{what}", headers={"If-Match": etag}, **options)
        assert self.read.status_code == 200, self.read.text
        return self.read

    async def asks(self, **form) -> None:
        path = f"{self.at}/company-page/exchange-form"
        etag = (await self.owner.api("GET", path)).headers["etag"]
        answer = await self.owner.api("PUT", path, headers={"If-Match": etag}, json=form)
        assert answer.status_code == 200, answer.text

    async def listed(self, asking=None) -> list[dict]:
        answer = await (asking or self.owner).api("GET", f"{self.at}/connections")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def delete(self, exchange_id: str):
        one = f"{self.at}/connections/{exchange_id}"
        etag = (await self.owner.api("GET", one)).headers["etag"]
        return await self.owner.api("DELETE", one, headers={"If-Match": etag})


async def a_company(signed_in, owner=None, **content) -> Company:
    owner = owner or await signed_in()
    org = await an_organisation(owner, f"Analytical {secrets.token_hex(4)}")
    made = await owner.api("POST", f"organisations/{org['id']}/company-page", json={})
    assert made.status_code == 201, made.text
    company = Company(owner, org, made)
    await company.change(json=made.json()["draft"] | content)
    await company.change("/publication")
    return company


async def wish(person, company: Company, **details: str) -> dict:
    """What a person sends who connects, as the company asks now."""
    answer = await person.api("GET", "connectable-companies", params={"handle": company.handle})
    assert answer.status_code == 200, answer.text
    agreed = answer.json()["consent"]["sha256"]
    return {"handle": company.handle, "details": {"name": "Grace"} | details, "agreed": agreed}


async def connect(person, company: Company, **details: str) -> dict:
    answer = await person.api("POST", "company-connections", json=await wish(person, company, **details))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def own(person) -> list[dict]:
    answer = await person.api("GET", "company-connections")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def connected_in(owner, org: dict, page, person) -> tuple[str, str]:
    """Publish a page that was just made, and connect somebody; the ids of their side and the company's."""
    company = Company(owner, org, page)
    await company.change("/publication")
    link = await connect(person, company)
    return link["id"], (await company.listed())[0]["id"]


async def end(person, link: dict):
    path = f"company-connections/{link['id']}"
    etag = (await person.api("GET", path)).headers["etag"]
    return await person.api("DELETE", path, headers={"If-Match": etag})

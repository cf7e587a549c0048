"""A CRM as tests use it: an account of their own at the stand-in, connected by an organisation."""

import os
import secrets
from dataclasses import dataclass
from typing import Any, Final

import httpx

FIELDS: Final = (
    ("first_name", "firstname"),
    ("last_name", "lastname"),
    ("email", "email"),
    ("phone", "phone"),
    ("title", "jobtitle"),
)


@dataclass
class Crm:
    """`org` and `source` are ids; `asking` is the admin who connected it."""

    host: Any
    asking: Any
    control: httpx.AsyncClient
    account: str
    org: str
    source: str = ""

    @property
    def at(self) -> str:
        return f"organisations/{self.org}/sources/{self.source}"

    async def there(self, what: str, given: Any = None, method: str = "POST") -> Any:
        """Do something in the CRM, as a person does on its own pages."""
        answer = await self.control.request(method, f"/_local/hubspot/{self.account}/{what}", json=given)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def fault(self, **rule: Any) -> None:
        about = {"vendor": "hubspot", "account": self.account}
        rules = [rule | {"match": about | rule.get("match", {})}]
        answer = await self.control.post("/_local/faults", json=rules)
        assert answer.is_success, answer.text

    async def contact(self, **properties: str) -> str:
        made = await self.there("records/contacts", properties)
        return made["id"] if isinstance(made, dict) else made

    async def contacts(self) -> dict[str, dict[str, Any]]:
        found = await self.there("records/contacts", method="GET")
        return {each["id"]: each for each in found}

    async def get(self, what: str = "", **params: Any) -> Any:
        answer = await self.asking.api("GET", f"{self.at}{what}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def etag(self, what: str = "") -> dict[str, str]:
        answer = await self.asking.api("GET", f"{self.at}{what}")
        return {"If-Match": answer.headers["etag"]}

    async def map(self, *, direction: str = "in", rule: str = "theirs", create: bool = False) -> None:
        fields = [
            {"ours": ours, "theirs": theirs, "direction": direction, "rule": rule} for ours, theirs in FIELDS
        ]
        people = {"objectType": "person", "direction": direction, "create": create, "fields": fields}
        body = {"name": "Our CRM", "every": 15, "flows": [people]}
        answer = await self.asking.api("PUT", self.at, json=body, headers=await self.etag())
        assert answer.status_code == 200, answer.text

    async def order(self) -> None:
        body = {"purpose": "To know whom we have met", "attested": True}
        answer = await self.asking.api("PUT", f"{self.at}/instruction", json=body, headers=await self.etag())
        assert answer.status_code == 200, answer.text

    async def run(self, kind: str = "sync", **more: Any) -> dict[str, Any]:
        """Start a run, and let the workers do it to its end."""
        answer = await self.asking.api("POST", f"{self.at}/runs", json={"kind": kind} | more)
        assert answer.status_code == 201, answer.text
        await self.host.drain_queue("work")
        return await self.get(f"/runs/{answer.json()['id']}")

    async def people(self) -> dict[str, dict[str, Any]]:
        """Records of people here, by their ids there."""
        found = await self.get("/records", limit=100)
        return {each["vendorId"] or each["id"]: each for each in found["data"]}

    async def change(self, record: dict[str, Any], **values: str) -> None:
        place = f"/records/{record['id']}"
        answer = await self.asking.api(
            "PUT", f"{self.at}{place}", json={"values": values}, headers=await self.etag(place)
        )
        assert answer.status_code == 200, answer.text

    async def filled(self) -> dict[str, str]:
        """Ids of a run and of a record that it brought in."""
        await self.contact(firstname="Grace", email=f"{secrets.token_hex(4)}@example.com")
        await self.map(direction="both", rule="newest")
        await self.order()
        run = await self.run()
        [record] = (await self.people()).values()
        return {"sourceId": self.source, "runId": run["id"], "recordId": record["id"]}


async def connected(host: Any, asking: Any, org: dict[str, Any]) -> Crm:
    """An organisation's HubSpot, connected with a token, with an empty account."""
    origin = os.environ["VENDOR_ADDRESSES"].partition("hubspot=")[2].partition("/hubspot")[0]
    control = httpx.AsyncClient(base_url=origin, trust_env=False, timeout=30)
    crm = Crm(host, asking, control, f"account-{secrets.token_hex(6)}", org["id"])
    token = (await crm.there("token"))["token"]
    body = {"kind": "hubspot", "name": "Our CRM", "tokens": {"access_token": token}}
    answer = await asking.api("POST", f"organisations/{org['id']}/sources", json=body)
    assert answer.status_code == 201, answer.text
    crm.source = answer.json()["id"]
    return crm

"""A directory that is connected to an organisation, as its tests speak for it."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.functions.organisations.test_organisations import an_organisation

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def a_token(owner: Any, org: dict) -> str:
    made = await owner.api("POST", f"organisations/{org['id']}/directory/tokens")
    assert made.status_code == 201, made.text
    return made.json()["secret"]


@dataclass
class Sender:
    """What a directory sends: JSON of SCIM, with the token of an organisation."""

    http: httpx.AsyncClient
    token: str
    org: dict = field(default_factory=dict)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.token}", **headers}
        if body is None:
            return await self.http.request(method, f"/scim/v2/{path}", headers=given)
        given |= {"Content-Type": "application/scim+json"}
        return await self.http.request(method, f"/scim/v2/{path}", content=json.dumps(body), headers=given)

    async def patch(self, path: str, *operations: dict, **headers: str) -> httpx.Response:
        return await self.send("PATCH", path, {"schemas": [PATCH], "Operations": operations}, **headers)

    async def made(self, **changed: Any) -> dict:
        answer = await self.send("POST", "Users", somebody(**changed))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def group(self, name: str, *members: str) -> dict:
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members]}
        answer = await self.send("POST", "Groups", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def read(self, path: str) -> dict:
        answer = await self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def somebody(**changed: Any) -> dict:
    word = secrets.token_hex(8)
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": f"{word}@flow-matic.example",
        "externalId": word,
        "active": True,
        "displayName": f"Grace {word}",
        "name": {"givenName": "Grace", "familyName": word, "formatted": f"Grace {word}"},
        "title": "Programmer",
        "emails": [{"value": f"{word}@example.com", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "+44 20 7946 0000", "type": "work"}],
        ENTERPRISE: {"department": "Compilers", "employeeNumber": "7"},
    } | changed


async def connected(owner: Any, client: Any) -> Sender:
    """A new organisation of this owner, with its directory."""
    org = await an_organisation(owner)
    return Sender(client(), await a_token(owner, org), org)

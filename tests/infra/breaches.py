"""Framework of the 25 rules. A rule takes the resources and yields one line for each breach."""

from collections.abc import Callable, Iterator
from typing import Any

from deployment import Resource

Resources = list[Resource]
Rule = Callable[[Resources], Iterator[str]]
RULES: dict[str, Rule] = {}

ACCOUNT = "Microsoft.Storage/storageAccounts"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
VAULT = "Microsoft.KeyVault/vaults"
SITE = "Microsoft.Web/sites"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
ROLES = "Microsoft.Authorization/roleAssignments"
COSMOS_ROLES = f"{COSMOS}/sqlRoleAssignments"
EU = {"swedencentral", "westeurope", "northeurope", "germanywestcentral", "francecentral"}
SECRETS = {"OIDC_CLIENT_SECRET", "RELATIONS_KEY", "RECEIPT_KEY", "SESSION_KEY", "SMTP_URL", "OAUTH_APPS"}
# Everything that an identity of the app or the pipeline may be, by the id of the role.
ALLOWED_ROLES = {
    "09976791-48a7-449e-bb21-39d1a415f350": "Communication and Email Service Owner",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "19e7f393-937e-4f77-808e-94535e297925": "Storage Queue Data Reader",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a": "Storage Queue Data Message Sender",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "db58b8e5-c6ad-4a2a-8342-4190687cbf4a": "Storage Blob Delegator",
    "de139f84-1756-47ae-9be6-808fbbe84772": "Website Contributor",
    "00000000-0000-0000-0000-000000000002": "Cosmos DB Built-in Data Contributor",
}


def rule(check: Rule) -> Rule:
    RULES[check.__name__] = check
    return check


def every(resources: Resources, kind: str) -> Resources:
    """All of a type; a type that should be there and is not is a breach of whatever is said about it."""
    found = [one for one in resources if one.type == kind]
    return found or [Resource(kind, "nothing of this type", "", {})]


def at(one: Resource, path: str) -> Any:
    value: Any = one.properties
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def each(resources: Resources, kind: str, path: str, *wanted: Any) -> Iterator[str]:
    for one in every(resources, kind):
        if at(one, path) not in wanted:
            yield f"{one.name}: {path} is {at(one, path)!r}"


def scoped(resources: Resources, kind: str) -> list[tuple[str, Resource]]:
    """Resources that extend another one, with the id of that one."""
    return [
        (one.body["scope"].resource.id, one) for one in resources if one.type == kind and "scope" in one.body
    ]

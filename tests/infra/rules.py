"""The 25 rules that every deployment with people's data keeps. Each yields one line for each breach."""

import json
import re
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
SECRETS = {"OIDC_CLIENT_SECRET", "SESSION_KEY", "SMTP_URL"}
# Everything that an identity of the app or the pipeline may be, by the id of the role.
ALLOWED_ROLES = {
    "09976791-48a7-449e-bb21-39d1a415f350": "Communication and Email Service Owner",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "19e7f393-937e-4f77-808e-94535e297925": "Storage Queue Data Reader",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
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


@rule
def r01_no_blob_is_public(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "allowBlobPublicAccess", False)


@rule
def r02_no_storage_key_works(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "allowSharedKeyAccess", False)


@rule
def r03_no_container_is_public(resources: Resources) -> Iterator[str]:
    yield from each(resources, f"{ACCOUNT}/blobServices/containers", "publicAccess", "None")


@rule
def r04_tls_is_1_2_or_newer(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "minimumTlsVersion", "TLS1_2", "TLS1_3")
    yield from each(resources, COSMOS, "minimalTlsVersion", "Tls12")
    yield from each(resources, SITE, "siteConfig.minTlsVersion", "1.2", "1.3")
    for one in resources:
        if one.type == "Microsoft.Cdn/profiles/customDomains":
            yield from each([one], one.type, "tlsSettings.minimumTlsVersion", "TLS12", "TLS13")


@rule
def r05_only_https(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "supportsHttpsTrafficOnly", True)
    yield from each(resources, SITE, "httpsOnly", True)
    yield from each(
        resources, "Microsoft.Cdn/profiles/afdEndpoints/routes", "forwardingProtocol", "HttpsOnly"
    )
    rules = every(resources, "Microsoft.Cdn/profiles/ruleSets/rules")
    redirects = [one for one in rules if '"PermanentRedirect"' in json.dumps(one.body, default=str)]
    if not any(at(one, "order") == 1 for one in redirects):
        yield "no first rule sends http to https with 308"


@rule
def r06_storage_denies_unknown_networks(resources: Resources) -> Iterator[str]:
    yield from each(resources, ACCOUNT, "networkAcls.defaultAction", "Deny")
    yield from each(resources, ACCOUNT, "publicNetworkAccess", "Disabled")


@rule
def r07_no_cosmos_key_works(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "disableLocalAuth", True)


@rule
def r08_cosmos_is_not_public(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "publicNetworkAccess", "Disabled")
    groups = {
        one.name for one in resources if one.type == "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
    }
    endpoints = every(resources, "Microsoft.Network/privateEndpoints")
    yield from (
        f"{one.name} has no name in the zone" for one in endpoints if f"{one.name}/default" not in groups
    )
    reached = {at(one, "privateLinkServiceConnections")[0]["properties"]["privateLinkServiceId"]
               for one in endpoints if at(one, "privateLinkServiceConnections")}  # fmt: skip
    for kind in (COSMOS, VAULT, ACCOUNT):
        yield from (
            f"{one.name} has no private endpoint" for one in every(resources, kind) if one.id not in reached
        )


@rule
def r09_no_key_changes_cosmos(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "disableKeyBasedMetadataWriteAccess", True)


@rule
def r10_backup_is_continuous(resources: Resources) -> Iterator[str]:
    yield from each(resources, COSMOS, "backupPolicy.type", "Continuous")


@rule
def r11_data_and_app_are_in_several_zones(resources: Resources) -> Iterator[str]:
    for one in every(resources, COSMOS):
        if not all(
            place["isZoneRedundant"] is True for place in at(one, "locations") or [{"isZoneRedundant": 0}]
        ):
            yield f"{one.name} is in one zone"
    for one in every(resources, ACCOUNT):
        if one.body.get("sku", {}).get("name") != "Standard_ZRS":
            yield f"{one.name} is in one zone"
    yield from each(resources, "Microsoft.Web/serverfarms", "zoneRedundant", True)


@rule
def r12_the_vault_keeps_and_asks_roles(resources: Resources) -> Iterator[str]:
    yield from each(resources, VAULT, "enableRbacAuthorization", True)
    yield from each(resources, VAULT, "enablePurgeProtection", True)
    yield from each(resources, VAULT, "publicNetworkAccess", "Disabled")
    yield from each(resources, VAULT, "networkAcls.defaultAction", "Deny")


@rule
def r13_the_app_has_identities_and_no_passwords(resources: Resources) -> Iterator[str]:
    yield from each(resources, SITE, "siteConfig.ftpsState", "Disabled")
    yield from each(resources, f"{SITE}/basicPublishingCredentialsPolicies", "allow", False)
    yield from each(resources, SITE, "siteConfig.ipSecurityRestrictionsDefaultAction", "Deny")
    for one in every(resources, SITE):
        if one.body.get("identity", {}).get("type") != "UserAssigned":
            yield f"{one.name} has no managed identity"
        entries = at(one, "siteConfig.ipSecurityRestrictions") or [{}]
        if not all(entry.get("headers", {}).get("x-azure-fdid") for entry in entries):
            yield f"{one.name} answers others than our edge"
    for one in every(resources, f"{SITE}/config"):
        for name, value in one.properties.items():
            if re.search(r"AccountKey=|SharedAccessKey=|Password=|sig=", str(value)):
                yield f"{name} is a connection string"
        if "AzureWebJobsStorage" in one.properties:
            yield "AzureWebJobsStorage is a connection string"


@rule
def r14_client_data_has_its_own_identity(resources: Resources) -> Iterator[str]:
    for one in every(resources, COSMOS_ROLES):
        who, what = str(at(one, "principalId")), str(at(one, "scope"))
        if "/colls/" not in what:
            yield f"{who} has more than a container: {what}"
        if ("-processor-" in who) != what.endswith("/client_data"):
            yield f"{who} is the wrong one for {what}"
    for _, one in scoped(resources, ROLES):
        if "-processor-" in str(at(one, "principalId")):
            yield f"the processor's identity has a role in {one.body['scope'].resource.id}"
    names = {
        one.name.split("-")[1] for one in every(resources, "Microsoft.ManagedIdentity/userAssignedIdentities")
    }
    if not names >= {"controller", "processor"}:
        yield f"identities are {names}"


@rule
def r15_roles_are_few_and_small(resources: Resources) -> Iterator[str]:
    for one in every(resources, ROLES) + every(resources, COSMOS_ROLES):
        role = str(at(one, "roleDefinitionId")).rpartition("/")[2]
        if role not in ALLOWED_ROLES:
            yield f"{one.name} is the role {role}"
        if one.type == ROLES and "scope" not in one.body:
            yield f"{one.name} is for a whole resource group"


@rule
def r16_the_salt_vanishes(resources: Resources) -> Iterator[str]:
    services = [one for one in every(resources, f"{ACCOUNT}/blobServices") if one.name.startswith("stsalt")]
    for one in services or every([], "the service of the salt account"):
        for path in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy", "changeFeed"):
            yield from each([one], one.type, f"{path}.enabled", False)
        yield from each([one], one.type, "isVersioningEnabled", False)
        if at(one, "restorePolicy") or at(one, "lastAccessTimeTrackingPolicy"):
            yield f"{one.name} can be restored"


@rule
def r17_a_deleted_picture_is_gone_in_seven_days(resources: Resources) -> Iterator[str]:
    services = [one for one in every(resources, f"{ACCOUNT}/blobServices") if one.name.startswith("stmedia")]
    for one in services or every([], "the service of the media account"):
        for path in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
            if not 1 <= (at(one, f"{path}.days") or 0) <= 7:
                yield f"{one.name}: {path} is {at(one, path)}"
        yield from each([one], one.type, "isVersioningEnabled", False)
    policies = [one for one in resources if one.type == f"{ACCOUNT}/managementPolicies"]
    expired = {
        entry["definition"]["filters"]["prefixMatch"][0]
        for one in policies
        for entry in at(one, "policy.rules")
    }
    yield from (f"{name} is kept for ever" for name in ("uploads/", "exports/") if name not in expired)


@rule
def r18_logs_are_short_and_without_addresses(resources: Resources) -> Iterator[str]:
    yield from each(resources, "Microsoft.OperationalInsights/workspaces", "retentionInDays", *range(30, 91))
    yield from each(resources, "Microsoft.Insights/components", "RetentionInDays", *range(30, 91))
    yield from each(resources, "Microsoft.Insights/components", "DisableIpMasking", False)
    for kind, path in (
        ("Microsoft.Cdn/profiles", "logScrubbing"),
        ("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", "policySettings.logScrubbing"),
    ):
        for one in every(resources, kind):
            scrubbed = [entry["matchVariable"] for entry in (at(one, path) or {}).get("scrubbingRules", [])]
            if (at(one, path) or {}).get("state") != "Enabled" or "RequestIPAddress" not in scrubbed:
                yield f"{one.name} logs addresses"
    for scope, one in scoped(resources, DIAGNOSTICS):
        if "FrontDoorAccessLog" in str(one.properties):
            yield f"{scope} logs who asks for which card"


@rule
def r19_every_store_logs(resources: Resources) -> Iterator[str]:
    logged = {str(scope): str(one.properties.get("logs")) for scope, one in scoped(resources, DIAGNOSTICS)}
    wanted = {
        f"{ACCOUNT}/blobServices": ("StorageRead", "StorageWrite", "StorageDelete"),
        f"{ACCOUNT}/queueServices": ("StorageWrite", "StorageDelete"),
        COSMOS: ("ControlPlaneRequests",),
        VAULT: ("AuditEvent",),
    }
    for kind, categories in wanted.items():
        for one in every(resources, kind):
            missing = [category for category in categories if category not in logged.get(one.id, "")]
            yield from (f"{one.name} does not log {category}" for category in missing)


@rule
def r20_everything_is_in_the_eu(resources: Resources) -> Iterator[str]:
    for one in resources:
        if one.body.get("location", "global") not in EU | {"global"}:
            yield f"{one.name} is in {one.body['location']}"
        if "dataLocation" in one.properties and one.properties["dataLocation"] != "Europe":
            yield f"{one.name} keeps data in {one.properties['dataLocation']}"
    for one in every(resources, COSMOS):
        yield from (
            f"{one.name} is in {p['locationName']}"
            for p in at(one, "locations")
            if p["locationName"] not in EU
        )


@rule
def r21_audit_records_cannot_be_changed(resources: Resources) -> Iterator[str]:
    for one in every(resources, f"{ACCOUNT}/blobServices/containers/immutabilityPolicies"):
        if (
            not one.name.endswith("/audit/default")
            or (at(one, "immutabilityPeriodSinceCreationInDays") or 0) < 365
        ):
            yield f"{one.name}: {one.properties}"


@rule
def r22_alerts_are_there(resources: Resources) -> Iterator[str]:
    alerts = {one.name: one for one in resources if one.type.startswith("Microsoft.Insights/")}
    for name, words in {
        "poison-queues": "-poison", "overdue-requests": "request_overdue", "failed-syncs": "sync_failed",
        "slow-cards": "percentile", "server-errors": "Percentage5XX", "cosmos-throttled": "429",
        "cosmos-units": "RU|RequestUnits", "unreachable": "Webtest",
    }.items():  # fmt: skip
        one = alerts.get(name)
        if (
            one is None
            or not one.properties["enabled"]
            or not re.search(words, str(one.properties["criteria"]))
        ):
            yield f"nobody is told of {name}"
        elif not one.properties["actions"]:
            yield f"{name} tells nobody"
    yield from each(resources, "Microsoft.Consumption/budgets", "category", "Cost")


@rule
def r23_no_origin_is_a_wildcard(resources: Resources) -> Iterator[str]:
    for one in resources:
        text = json.dumps(one.properties, default=str)
        if re.search(r'"(allowedOrigins|cors)":[^\]]*"\*"', text):
            yield f"{one.name} answers every origin"


@rule
def r24_secrets_are_in_the_vault(resources: Resources) -> Iterator[str]:
    for one in every(resources, f"{SITE}/config"):
        for name in SECRETS:
            if not str(one.properties.get(name)).startswith("@Microsoft.KeyVault(SecretUri="):
                yield f"{name} is not a reference to the vault"
        suspicious = re.compile(r"SECRET|PASSWORD|_KEY$|TOKEN|SMTP_URL")
        for name in one.properties:
            if suspicious.search(name) and name not in SECRETS:
                yield f"{name} looks like a secret"


@rule
def r25_stores_cannot_be_deleted_by_mistake(resources: Resources) -> Iterator[str]:
    locks = {scope for scope, one in scoped(resources, "Microsoft.Authorization/locks")
             if at(one, "level") == "CanNotDelete"}  # fmt: skip
    for kind in (ACCOUNT, COSMOS, VAULT):
        yield from (f"{one.name} is not locked" for one in every(resources, kind) if one.id not in locks)
    for one in resources:
        if (
            one.type == "Microsoft.ContainerRegistry/registries"
            and at(one, "publicNetworkAccess") != "Disabled"
        ):
            yield f"{one.name} is public"

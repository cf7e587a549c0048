"""Rules of the app around the data: transport, identities, roles, telemetry, alerts, regions."""

import json
import re
from collections.abc import Iterator

from breaches import (
    ACCOUNT,
    ALLOWED_ROLES,
    COSMOS,
    COSMOS_ROLES,
    DIAGNOSTICS,
    EU,
    ROLES,
    SECRETS,
    SITE,
    Resources,
    at,
    each,
    every,
    rule,
    scoped,
)

PROFILE = "Microsoft.Cdn/profiles"
FIREWALL = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies"
NOT_LOGGED = {
    PROFILE: {"RequestIPAddress", "RequestUri", "QueryStringArgNames"},
    # The firewall also logs what it found where in a request.
    FIREWALL: {
        "RequestIPAddress", "RequestUri", "QueryStringArgNames", "RequestHeaderNames", "RequestCookieNames",
        "RequestBodyPostArgNames", "RequestBodyJsonArgNames",
    },
}  # fmt: skip


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
def r13_the_app_has_identities_and_no_passwords(resources: Resources) -> Iterator[str]:
    policies = f"{SITE}/basicPublishingCredentialsPolicies"
    yield from each(resources, policies, "allow", False)
    missing = {"ftp", "scm"} - {one.body.get("name") for one in every(resources, policies)}
    yield from (f"{name} may take a password" for name in sorted(missing))
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
def r18_logs_are_short_and_without_addresses(resources: Resources) -> Iterator[str]:
    yield from each(resources, "Microsoft.OperationalInsights/workspaces", "retentionInDays", *range(30, 91))
    yield from each(resources, "Microsoft.Insights/components", "RetentionInDays", *range(30, 91))
    yield from each(resources, "Microsoft.Insights/components", "DisableIpMasking", False)
    for kind, path in ((PROFILE, "logScrubbing"), (FIREWALL, "policySettings.logScrubbing")):
        for one in every(resources, kind):
            log = at(one, path) or {}
            scrubbed = {
                entry["matchVariable"]
                for entry in log.get("scrubbingRules", [])
                if entry["state"] == log.get("state") == "Enabled"
            }
            # An address of the web names a card, or holds the token of a shared link.
            yield from (f"{one.name} logs {what}" for what in sorted(NOT_LOGGED[kind] - scrubbed))
    for scope, one in scoped(resources, DIAGNOSTICS):
        if "FrontDoorAccessLog" in str(one.properties):
            yield f"{scope} logs who asks for which card"


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

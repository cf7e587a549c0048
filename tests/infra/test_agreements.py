"""Agreement of settings, containers, queues, roles and alerts between `infra/` and the code."""

import ast
import json
import re
from importlib import import_module
from typing import Any

import pytest
from breaches import ALLOWED_ROLES, COSMOS_ROLES, ROLES, SECRETS
from deployment import INFRA, Placed, Resource, Sources, parameters
from readers import Reader
from rules import RULES

import settings
from adapters.storage import blobs, queue_names
from function_app import CAPABILITIES
from functions.framework.doors import Door, Queue, Timer

ROOT = INFRA.parent
ENVIRONMENTS = ["dev", "staging", "prod"]
# Local stand-ins for identities and DNS, and a private certificate of the local provider.
ONLY_LOCAL = {
    "COSMOS_KEY", "AzureWebJobsStorage", "OIDC_CA_FILE", "VISIT_SPOOL", "DNS_RESOLVER",
    "VAULT_TOKEN", "VAULT_CA_FILE", "OUTBOUND_LOOPBACK", "VENDOR_ADDRESSES",
}  # fmt: skip
# Read by the host, by its telemetry and by the library that signs in as the app.
OF_THE_PLATFORM = {
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "AZURE_CLIENT_ID",
    "AzureWebJobsDisableHomepage",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__blobServiceUri",
}
# Announced by issues that are not built yet; the alerts and the workbook wait for them.
LOGGED_LATER = {"request_overdue", "erasure_stuck", "sync_failed", "sync_done"}
# Placeholders of references to the vault.
RESOLVED = {
    "OIDC_CLIENT_SECRET": "made-up-secret",
    "SESSION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "RELATIONS_KEY": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=",
    "RECEIPT_KEY": "enl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmEwMTIzNDU=",
    "SMTP_URL": "smtps://user:password@mail.example:465",
    "OAUTH_APPS": '{"hubspot": {"id": "a1", "secret": "made-up-secret"}}',
}
SIGN_IN = {
    "issuer": "https://tenant.example/v2.0",
    "tenantId": "t",
    "clientId": "c",
    "apiAudience": "c",
}


def one_of(resources: list[Resource], kind: str, name: str = "") -> Resource:
    return next(one for one in resources if one.type == kind and name in one.name)


def planted(file: str, old: str, new: str) -> Sources:
    text = (ROOT / file).read_text("utf-8")
    assert old in text
    return Sources({file: text.replace(old, new)})


def app_settings(resources: list[Resource]) -> dict[str, Any]:
    return one_of(resources, "Microsoft.Web/sites/config").properties


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_settings_are_those_the_app_reads(environment: str, read: Reader) -> None:
    asked = {str(field.alias) for group in settings.groups() for field in group.model_fields.values()}
    assert set(app_settings(read(environment))) == (asked - ONLY_LOCAL) | OF_THE_PLATFORM


def test_a_setting_that_is_left_out_is_noticed(read_planted: Reader) -> None:
    sources = planted("infra/app/functions.bicep", "  MAIL_FROM: mailFrom\n", "")
    there, left = app_settings(read_planted("prod")), app_settings(read_planted("prod", sources))
    assert there.keys() - left.keys() == {"MAIL_FROM"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_app_accepts_the_settings(environment: str, read: Reader) -> None:
    # A placeholder of Azure's stands for a URL as a whole setting, and for a name as a part of one.
    known = {
        name: re.sub("⟦[^⟧]*⟧", "name.example", re.sub("^⟦", "https://⟦", value))
        for name, value in app_settings(read(environment, signIn=SIGN_IN)).items()
    }
    # In Azure a setting is never absent, only empty.
    given = {name: value for name, value in (known | RESOLVED).items() if value}
    assert settings.faults(given) == []
    assert RESOLVED.keys() == SECRETS
    assert given["PUBLIC_ORIGIN"].startswith("https:")
    assert not given.keys() & ONLY_LOCAL
    assert known["AzureWebJobsDisableHomepage"] == "true"


def test_secrets_of_the_settings_are_those_in_the_vault(read: Reader) -> None:
    resources = read("prod")
    kept = {one.body["name"] for one in resources if one.type == "Microsoft.KeyVault/vaults/secrets"}
    referred = {app_settings(resources)[name].rpartition("secrets/")[2].strip(")") for name in SECRETS}
    assert referred == kept


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_containers_are_those_of_the_adapters(environment: str, read: Reader) -> None:
    described = json.loads((ROOT / "adapters/cosmos/containers.json").read_text())
    made = [
        one.properties["resource"] for one in read(environment)
        if one.type == "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"
    ]  # fmt: skip
    assert [one["id"] for one in made] == [one["name"] for one in described]
    for one, wanted in zip(made, described, strict=True):
        assert one["partitionKey"]["paths"] == [wanted["partitionKey"]]
        assert one["defaultTtl"] == wanted["defaultTtl"]
        assert one["indexingPolicy"] == wanted["indexingPolicy"]
        assert wanted.keys() == {"name", "partitionKey", "defaultTtl", "indexingPolicy"}


def test_no_repository_uses_a_container_that_is_not_described() -> None:
    described = {one["name"] for one in json.loads((ROOT / "adapters/cosmos/containers.json").read_text())}
    used = {
        call.args[1].value
        for path in (ROOT / "adapters/cosmos").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Items"
        and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }  # fmt: skip
    assert used
    assert used <= described


def doors() -> list[Door]:
    tables = [import_module(f"functions.{capability}.doors") for capability in CAPABILITIES]
    return [door for table in tables for door in table.DOORS]


def triggers() -> set[str]:
    """The queues that functions are triggered by."""
    return {door.queue for door in doors() if isinstance(door, Queue)}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_queues_are_those_of_the_triggers(environment: str, read: Reader) -> None:
    made = {
        one.body["name"] for one in read(environment)
        if one.type == "Microsoft.Storage/storageAccounts/queueServices/queues"
    }  # fmt: skip
    assert made == triggers() | {f"{name}-poison" for name in triggers()}
    assert set(json.loads((INFRA / "queues.json").read_text())) == triggers()


def test_every_queue_that_is_sent_to_has_a_trigger() -> None:
    assert {value for name, value in vars(queue_names).items() if name.isupper()} == triggers()


def test_the_blob_containers_of_the_app_are_made(read: Reader) -> None:
    made = {
        one.body["name"] for one in read("dev")
        if one.type == "Microsoft.Storage/storageAccounts/blobServices/containers" and "stmedia" in one.name
    }  # fmt: skip
    assert {blobs.UPLOADS, blobs.MEDIA} <= made


def assigned(resources: list[Resource]) -> set[tuple[str, str, str]]:
    """Role assignments: `host`, the role, the kind and the name of the resource."""
    found = set()
    for one in resources:
        if one.type not in (ROLES, COSMOS_ROLES):
            continue
        who = re.sub(r"⟦id-(\w+)-.*", r"\1", one.properties["principalId"])
        role = ALLOWED_ROLES[one.properties["roleDefinitionId"].rpartition("/")[2]]
        if one.type == COSMOS_ROLES:
            what = f"collections {one.properties['scope'].rpartition('/')[2]}"
        else:
            of: Placed = one.body["scope"]
            kind = of.resource.type.rpartition("/")[2]
            last = of.resource.name.rpartition("/")[2]
            what = f"{kind} {re.sub('^st(.*)abcdefghijklm$', r'\1', last)}"
        found.add((who, role, re.sub(r" [\w-]*-izwop-.*", "", what)))
    return found


def documented() -> set[tuple[str, str, str]]:
    text = (INFRA / "README.md").read_text()
    collections = [one["name"] for one in json.loads((ROOT / "adapters/cosmos/containers.json").read_text())]
    found = set()
    for who, role, what in re.findall(r"^\| `(\w+)` \| ([^|]+?) \| ([^|]+?) \|", text, re.MULTILINE):
        if role not in ALLOWED_ROLES.values():
            continue
        kind, names = re.split("[ ,]", what)[0], re.findall("`([^`]+)`", what)
        if "every one but" in what:
            names = [name for name in collections if name not in names]
        elif kind == "collections":
            names = [name for name in names if name in collections]
        if kind in ("collections", "queues", "containers", "storageAccounts", "keys"):
            found |= {(who, role, f"{kind} {name}") for name in names}
        else:
            found.add((who, role, kind))
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_roles_are_exactly_the_documented_ones(environment: str, read: Reader) -> None:
    assert assigned(read(environment)) == documented()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("infra/app/access.bicep", "principalId: controller.principalId", "principalId: host.principalId"),
        ("infra/app/access.bicep", "scope: media::blobs::pictures", "scope: media"),
        (
            "infra/app/access.bicep",
            "roleDefinitions', storageBlobDelegator",
            "roleDefinitions', storageBlobDataOwner",
        ),
        ("infra/app/access.bicep", "scope: application\n", "scope: media\n"),
        ("infra/app/access.bicep", "scope: vault::credentialsKey", "scope: vault"),
        ("infra/queues.json", '"visits"', '"visits", "more"'),
    ],
)
def test_a_role_that_is_not_documented_is_noticed(
    file: str, old: str, new: str, read_planted: Reader
) -> None:
    assert assigned(read_planted("prod", planted(file, old, new))) != documented()


def test_with_mail_and_pipeline_there_is_one_role_more_and_every_rule_is_kept(read: Reader) -> None:
    resources = read(
        "prod",
        senderDomain={"name": "izwop.example", "isVerified": True},
        smtpApplication={"applicationId": "application", "principalId": "principal"},
        federations=[
            {"name": "github", "issuer": "https://issuer", "subject": "repo:o/izwop:environment:prod"}
        ],
    )
    assert assigned(resources) - documented() == {
        ("principal", "Communication and Email Service Owner", "communicationServices")
    }
    assert {name: list(check(resources)) for name, check in RULES.items() if list(check(resources))} == {}
    settings = one_of(resources, "Microsoft.Web/sites/config").properties
    assert settings["MAIL_FROM"] == "iZwop <hello@izwop.example>"
    assert any(one.type.endswith("federatedIdentityCredentials") for one in resources)


def test_mail_that_another_server_takes_comes_from_the_sender_it_takes(read: Reader) -> None:
    resources = read("prod", mailFrom="iZwop <hello@izwop.example>")
    assert (
        one_of(resources, "Microsoft.Web/sites/config").properties["MAIL_FROM"]
        == "iZwop <hello@izwop.example>"
    )


def test_whoever_deploys_may_write_what_contributors_may_not(read: Reader) -> None:
    beyond = {
        "Microsoft.Authorization/roleAssignments": "Role Based Access Control Administrator",
        "Microsoft.Authorization/locks": "Locks Contributor",
    }
    made = {one.type for one in read("prod") if one.type.startswith("Microsoft.Authorization/")}
    assert made == beyond.keys()
    for guide in ("infra/README.md", "docs/operating/first-deployment.md"):
        text = " ".join((ROOT / guide).read_text().split())
        assert all(role in text for role in beyond.values()), guide


def test_client_data_belongs_to_the_processor_alone(read: Reader) -> None:
    roles = assigned(read("prod"))
    assert {who for who, _, what in roles if what == "collections client_data"} == {"processor"}
    assert {what for who, _, what in roles if who == "processor"} == {"collections client_data"}


def test_every_alert_is_documented(read: Reader) -> None:
    text = (INFRA / "README.md").read_text()
    kinds = ("Microsoft.Insights/metricAlerts", "Microsoft.Insights/scheduledQueryRules")
    alerts = {one.name for one in read("prod") if one.type in kinds}
    assert alerts == set(re.findall(r"^\| `([a-z-]+)` \| [0-4] \|", text, re.MULTILINE))


def test_what_alerts_and_the_workbook_look_for_is_logged() -> None:
    watched = set()
    for name in ("app/alerts.bicep", "workbook.json"):
        watched |= set(re.findall(r'startswith \\?"(\w+)\\?"', (INFRA / name).read_text()))
    code = "".join(
        path.read_text()
        for place in ("functions", "adapters", "domain")
        for path in (ROOT / place).rglob("*.py")
    )
    unknown = {name for name in watched - LOGGED_LATER if name != "Trigger" and f'"{name}' not in code}
    assert unknown == set()
    assert "cards_show" in {door.name for door in doors()}


def test_what_is_not_logged_yet_is_said() -> None:
    waits = (INFRA / "README.md").read_text().partition("## What waits for the app")[2].partition("\n## ")[0]
    assert {name for name in re.findall(r"`(\w+)`", waits) if name in LOGGED_LATER} == LOGGED_LATER
    code = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    assert not any(f'"{name}' in code for name in LOGGED_LATER), "it is logged now"


def jobs() -> set[str]:
    """The functions that no request starts."""
    return {door.name for door in doors() if isinstance(door, Queue | Timer)}


def test_what_is_asked_of_requests_is_what_the_host_collects() -> None:
    host = json.loads((ROOT / "host.json").read_text())["logging"]
    # Above this level the host sends no request that went well.
    assert host["logLevel"]["Host.Results"] == "Information"
    assert not host["applicationInsights"]["httpAutoCollectionOptions"][
        "enableHttpTriggerExtendedInfoCollection"
    ]
    queries = [(INFRA / name).read_text() for name in ("app/alerts.bicep", "workbook.json")]
    for text in queries:
        # Without the extended information a request has no address, and its code is always 0.
        assert not re.search(r"\bUrl\b|ResultCode", text)
        named = re.findall(r"Name in \(([^)]*)\)", text)
        assert [set(re.findall(r"\w+", names)) for names in named] == [jobs()]


def test_the_workbook_asks_the_workspace(read: Reader) -> None:
    workbook = one_of(read("dev"), "Microsoft.Insights/workbooks").properties["serializedData"]
    asked = [item["content"] for item in json.loads(workbook)["items"] if item["type"] == 3]
    assert "<workspace>" not in workbook
    assert all(item["crossComponentResources"] == asked[0]["crossComponentResources"] for item in asked)
    assert "workspaces" in asked[0]["crossComponentResources"][0]


def test_the_workbook_shows_what_operators_look_for() -> None:
    tiles = {item["name"]: item for item in json.loads((INFRA / "workbook.json").read_text())["items"]}
    assert {"cards", "queue-ages", "poison", "jobs", "syncs", "requests-of-people"} <= tiles.keys()
    assert all(item["content"]["query"] for item in tiles.values() if item["type"] == 3)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_table_of_environments_is_true(environment: str) -> None:
    row = re.search(rf"^\| {environment} \| (.+) \|$", (INFRA / "README.md").read_text(), re.MULTILINE)
    assert row
    chosen = parameters(environment, Sources())
    stores, _, zones, locks, database = row[1].split(" | ")
    assert stores.startswith("private endpoints") == chosen["isPrivate"]
    assert (zones == "yes") == chosen["isZoneRedundant"]
    assert (locks == "yes") == chosen["isLocked"]
    units = chosen["mostRequestUnits"]
    assert database == (f"autoscale to {units:,} RU/s" if units else "serverless")

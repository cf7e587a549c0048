"""Style of the Bicep source, and properties of resources beyond the rules: names, tags, scale, edge."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from bicep_syntax import BadBicep, Parser
from deployment import INFRA, File, Resource, Sources, parameters
from readers import Reader

ROOT = INFRA.parent
ENVIRONMENTS = ["dev", "staging", "prod"]
FILES = sorted(INFRA.rglob("*.bicep"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_parameter_and_output_is_described_and_no_output_is_secret(path: Path) -> None:
    declared = Parser(path.read_text()).file()
    notes = {one["name"]: [note[1] for note in one["decorators"]] for one in declared if "name" in one}
    for one in declared:
        if one["kind"] in ("param", "output"):
            assert "description" in notes[one["name"]], one["name"]
    secure = {
        one["name"] for one in declared if one["kind"] == "param" and ("name", "secure") in one["decorators"]
    }
    secure |= {name for name, found in notes.items() if "secure" in found}
    for one in declared:
        if one["kind"] == "output":
            assert not any(f"'{name}'" in str(one["body"]) for name in secure), one["name"]
            assert "listKeys" not in str(one["body"])


def test_secrets_come_in_as_secure_parameters() -> None:
    declared = Parser((INFRA / "main.bicep").read_text()).file()
    secure = {one["name"] for one in declared if any(note[1] == "secure" for note in one["decorators"])}
    assert secure == {
        "oidcClientSecret",
        "relationsKey",
        "receiptKey",
        "sessionKey",
        "smtpUrl",
        "oauthApps",
    }


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, "azd"])
def test_a_file_of_parameters_gives_what_is_needed_and_nothing_unknown(environment: str) -> None:
    declared = [one for one in Parser((INFRA / "main.bicep").read_text()).file() if one["kind"] == "param"]
    needed = {one["name"] for one in declared if "body" not in one and not one["type"].endswith("?")}
    if environment == "azd":
        given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"].keys()
    else:
        given = parameters(environment, Sources()).keys()
        text = (INFRA / "parameters" / f"{environment}.bicepparam").read_text()
        assert f"environmentName = '{environment}'" in text
    assert needed <= set(given) <= {one["name"] for one in declared}
    # A parameter on the command line is ignored if the file of parameters does not declare it.
    assert {"location", "budgetSince"} <= set(given)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_store_is_changed_by_one_at_a_time(path: Path) -> None:
    """Endpoints and data roles take hold of the whole store, and Azure refuses what comes meanwhile."""
    one_by_one = ("call", "batchSize", [("value", 1)])
    for one in Parser(path.read_text()).file():
        if one.get("of") == "private-endpoint.bicep":
            assert "'dependsOn'" in str(one["body"]), one["name"]
            assert one["body"][0] != "array" or one_by_one in one["decorators"], one["name"]
    text = path.read_text()
    assert text.count("'sqlRoleAssignments' = [") == len(
        re.findall(r"@batchSize\(1\)\s+resource \w+ 'sqlRoleAssignments' = \[", text)
    )


LIMITS = {
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.KeyVault/vaults": r"[a-z][a-z0-9-]{1,22}[a-z0-9]",
    "Microsoft.DocumentDB/databaseAccounts": r"[a-z0-9-]{3,44}",
    "Microsoft.Web/sites": r"[a-z0-9-]{2,59}",
    "Microsoft.Web/serverfarms": r"[a-z0-9-]{1,40}",
    "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies": r"[A-Za-z][A-Za-z0-9]{0,127}",
    "Microsoft.Network/privateEndpoints": r"[a-z0-9-]{2,64}",
    "Microsoft.Communication/communicationServices": r"[a-z0-9-]{1,63}",
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_names_are_such_as_azure_takes_and_nothing_is_made_twice(environment: str, read: Reader) -> None:
    resources = read(environment)
    for one in resources:
        assert re.fullmatch(LIMITS.get(one.type, ".+"), one.name), one.name
    made = [(one.type, one.name) for one in resources if "scope" not in one.body]
    assert len(made) == len(set(made))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_everything_that_takes_tags_is_tagged(environment: str, read: Reader) -> None:
    for one in read(environment):
        if "location" in one.body:
            assert one.body["tags"]["azd-env-name"] == environment, one.name


def test_a_budget_is_made_once_and_keeps_its_first_day(read: Reader) -> None:
    def budget(**changed: object) -> tuple[str, str]:
        resources = read("prod", **changed)
        one = next(one for one in resources if one.type == "Microsoft.Consumption/budgets")
        return one.name, one.properties["timePeriod"]["startDate"]

    # Azure takes no earlier month for a new one, and changes the day of none that is there.
    assert budget() == ("budget-izwop-prod", "2026-12-01T00:00:00Z")
    kept = budget(budgetSince="2026-08-01T00:00:00Z", generation=2)
    assert kept == ("budget-izwop-prod", "2026-08-01T00:00:00Z")


def test_a_locked_policy_of_the_audit_records_is_left_alone(read: Reader) -> None:
    kind = "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies"
    for is_locked, made in ((False, 1), (True, 0)):
        assert sum(one.type == kind for one in read("prod", isAuditLocked=is_locked)) == made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_azure_lets_nobody_change_depends_on_nothing_that_changes(
    environment: str, read: Reader
) -> None:
    for is_locked in (False, True):
        vault = next(
            one for one in read(environment, isLocked=is_locked) if one.type == "Microsoft.KeyVault/vaults"
        )
        assert vault.properties["softDeleteRetentionInDays"] == 90


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_key_of_credentials_turns_each_year_and_no_version_ends(environment: str, read: Reader) -> None:
    [key] = [one for one in read(environment) if one.type == "Microsoft.KeyVault/vaults/keys"]
    assert (key.properties["kty"], key.properties["keySize"]) == ("RSA", 3072)
    assert key.properties["keyOps"] == ["wrapKey", "unwrapKey"]
    [action] = key.properties["rotationPolicy"]["lifetimeActions"]
    assert action == {"trigger": {"timeAfterCreate": "P1Y"}, "action": {"type": "rotate"}}
    # An end would shut what the version has wrapped.
    assert "attributes" not in key.properties["rotationPolicy"].keys() | key.properties.keys()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_functions_reach_the_internet(environment: str, read: Reader) -> None:
    network = next(one for one in read(environment) if one.type == "Microsoft.Network/virtualNetworks")
    functions = next(one for one in network.properties["subnets"] if one["name"] == "functions")
    assert functions["properties"]["defaultOutboundAccess"] is True


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_numbers_are_such_as_azure_takes(environment: str, read: Reader) -> None:
    resources = read(environment)
    for one in resources:
        units = one.properties.get("options", {}).get("autoscaleSettings", {}).get("maxThroughput", 1000)
        assert units % 1000 == 0, one.name
    component = next(one for one in resources if one.type == "Microsoft.Insights/components")
    assert component.properties["RetentionInDays"] in (30, 60, 90)


# On Flex Consumption the platform has these in `functionAppConfig` or not at all, and refuses an app that
# names them: "site configuration property … for Flex Consumption sites is invalid".
REFUSED_BY_FLEX = {
    "alwaysOn", "appSettings", "cors", "ftpsState", "functionAppScaleLimit",
    "functionsRuntimeScaleMonitoringEnabled", "linuxFxVersion", "minimumElasticInstanceCount",
    "netFrameworkVersion", "numberOfWorkers", "preWarmedInstanceCount", "use32BitWorkerProcess",
    "vnetRouteAllEnabled", "windowsFxVersion",
}  # fmt: skip
SETTINGS_REFUSED_BY_FLEX = re.compile(
    "FUNCTIONS_(WORKER_RUNTIME|EXTENSION_VERSION|WORKER_PROCESS_COUNT).*|WEBSITE_.*|SCM_DO_BUILD.*|ENABLE_ORYX.*"
)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_app_names_nothing_that_its_plan_refuses(environment: str, read: Reader) -> None:
    resources = read(environment)
    site = next(one for one in resources if one.type == "Microsoft.Web/sites")
    assert site.properties["siteConfig"].keys() & REFUSED_BY_FLEX == set()
    settings = next(one for one in resources if one.type == "Microsoft.Web/sites/config").properties
    assert not [name for name in settings if SETTINGS_REFUSED_BY_FLEX.fullmatch(name)]
    # 512 MB is in the documentation and was still refused.
    assert site.properties["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"] in (2048, 4096)


def test_a_restored_database_takes_the_place_of_the_first(read: Reader) -> None:
    resources = read("prod", restoredDatabase="cosmos-izwop-prod-abcdefghijklm-restored")
    names = {one.name for one in resources if one.type.startswith("Microsoft.DocumentDB/databaseAccounts")}
    assert {name.split("/")[0] for name in names} == {"cosmos-izwop-prod-abcdefghijklm-restored"}
    settings = next(one for one in resources if one.type == "Microsoft.Web/sites/config").properties
    assert "-restored" in settings["COSMOS_ENDPOINT"]
    endpoints = {one.name for one in resources if one.type == "Microsoft.Network/privateEndpoints"}
    before = {one.name for one in read("prod") if one.type == "Microsoft.Network/privateEndpoints"}
    assert len(endpoints - before) == len(before - endpoints) == 1


def test_the_app_scales_as_python_needs(read: Reader) -> None:
    for environment, waiting in (("dev", 0), ("staging", 0), ("prod", 2)):
        site = next(one for one in read(environment) if one.type == "Microsoft.Web/sites")
        config = site.properties["functionAppConfig"]
        scale = config["scaleAndConcurrency"]
        assert config["runtime"] == {
            "name": "python",
            "version": (ROOT / ".python-version").read_text().strip(),
        }
        assert scale["triggers"]["http"]["perInstanceConcurrency"] > 1
        assert scale["maximumInstanceCount"] <= 100
        assert sum(group["instanceCount"] for group in scale["alwaysReady"]) == waiting


def test_the_firewall_blocks_and_the_edge_keeps_nothing_longer_than_five_seconds(read: Reader) -> None:
    for environment in ENVIRONMENTS:
        resources = read(environment)
        firewall = next(one for one in resources if one.type.endswith("FirewallPolicies"))
        assert firewall.properties["policySettings"]["mode"] == "Prevention"
        routes = [one for one in resources if one.type == "Microsoft.Cdn/profiles/afdEndpoints/routes"]
        assert not any("cacheConfiguration" in one.properties for one in routes)
        text = json.dumps([one.body for one in resources if one.type.endswith("ruleSets/rules")], default=str)
        assert re.findall(r'"cacheDuration": "([^"]+)"', text) == ["00:00:05"]
        assert '"selector": "Cookie"' in text


BLOCK = {"x-ms-blob-type": "BlockBlob"}
UPLOAD = "/uploads/acc_a/img_a?sv=2026-02-06&sp=c&sig=a%2Fcomp%3D"


def blocks(rule: dict, method: str, address: str, headers: dict[str, str]) -> bool:
    """Whether a match rule of the firewall matches a request, by the operators and transforms ours use."""
    for condition in rule["matchConditions"]:
        value = {
            "RequestMethod": method,
            "RequestUri": address,
            "QueryString": address.partition("?")[2],
            "RequestHeader": headers.get(condition.get("selector", ""), ""),
        }[condition["matchVariable"]]
        for transform in condition.get("transforms", []):
            value = {"UrlDecode": unquote, "Lowercase": str.lower}[transform](value)
        matches = {
            "Contains": str.__contains__,
            "Equal": str.__eq__,
            "RegEx": lambda text, find: re.search(find, text),
        }
        found = any(matches[condition["operator"]](value, wanted) for wanted in condition["matchValue"])
        if bool(found) == condition.get("negateCondition", False):
            return False
    return True


@pytest.mark.parametrize(
    ("method", "address", "headers", "blocked"),
    [
        ("PUT", UPLOAD, BLOCK, False),
        ("GET", "/c/ada?comp=1", {}, False),
        ("GET", UPLOAD, BLOCK, True),
        ("PUT", f"{UPLOAD}&comp=snapshot", BLOCK, True),
        ("PUT", f"{UPLOAD}&COMP=snapshot", BLOCK, True),
        ("PUT", f"{UPLOAD}&%63omp=snapshot", BLOCK, True),
        ("PUT", UPLOAD.replace("?", "?comp=block&"), BLOCK, True),
        ("PUT", f"{UPLOAD.replace('uploads', '%75ploads')}&comp=snapshot", BLOCK, True),
        ("PUT", UPLOAD, {"x-ms-blob-type": "PageBlob"}, True),
        ("PUT", UPLOAD, {"x-ms-blob-type": "AppendBlob"}, True),
        ("PUT", UPLOAD, {"x-ms-copy-source": "https://example.com"}, True),
    ],
)
def test_the_edge_takes_nothing_at_uploads_but_a_whole_block_blob(
    read: Reader, method: str, address: str, headers: dict[str, str], *, blocked: bool
) -> None:
    for environment in ENVIRONMENTS:
        firewall = next(one for one in read(environment) if one.type.endswith("FirewallPolicies"))
        rules = [one for one in match_rules(firewall) if one["name"] != "Directories"]
        assert all((one["action"], one["enabledState"]) == ("Block", "Enabled") for one in rules)
        assert any(blocks(one, method, address, headers) for one in rules) is blocked


def match_rules(firewall: Resource) -> list[dict]:
    return [one for one in firewall.properties["customRules"]["rules"] if one["ruleType"] == "MatchRule"]


@pytest.mark.parametrize(
    ("address", "free"),
    [
        ("https://izwop.example:443/scim/v2/Users?filter=userName%20eq%20%22a%22", True),
        ("https://izwop.example:443/SCIM/v2/Users", True),
        ("https://izwop.example:443/api/v1/cards?x=https://a/scim/v2/", False),
        ("https://izwop.example:443/c/ada#/scim/v2/", False),
        ("https://izwop.example:443/uploads/scim/v2/", False),
    ],
)
def test_directories_alone_have_the_rate_of_directories(read: Reader, address: str, *, free: bool) -> None:
    for environment in ENVIRONMENTS:
        firewall = next(one for one in read(environment) if one.type.endswith("FirewallPolicies"))
        rules = {one["name"]: one for one in firewall.properties["customRules"]["rules"]}
        assert (rules["Directories"]["action"], rules["DirectoryRate"]["action"]) == ("Allow", "Block")
        assert rules["DirectoryRate"]["rateLimitThreshold"] >= 25 * 60
        assert rules["DirectoryRate"]["priority"] < rules["Directories"]["priority"]
        for name, is_blocked in (("Directories", free), ("DirectoryRate", free), ("Rate", not free)):
            assert blocks(rules[name], "GET", address, {}) is is_blocked, name


@pytest.mark.parametrize(("is_shut", "state"), [(False, "Enabled"), (True, "Disabled")])
def test_the_edge_stays_shut_while_it_is_told_to(read: Reader, is_shut: bool, state: str) -> None:
    resources = read("prod", isEdgeShut=is_shut)
    endpoints = [one for one in resources if one.type == "Microsoft.Cdn/profiles/afdEndpoints"]
    assert [one.properties["enabledState"] for one in endpoints] == [state]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_the_edge_leads_to_is_switched_on(environment: str, read: Reader) -> None:
    resources = read(environment)
    origins = [one for one in resources if one.type == "Microsoft.Cdn/profiles/originGroups/origins"]
    assert len(origins) == (1 if environment == "dev" else 2)
    for one in origins:
        # Azure's defaults for properties left out here are not documented.
        chosen = {name: one.properties[name] for name in ("enabledState", "priority", "weight")}
        assert chosen == {"enabledState": "Enabled", "priority": 1, "weight": 1000}
        assert one.properties["originHostHeader"] == one.properties["hostName"]


def test_the_reader_refuses_what_it_does_not_understand() -> None:
    for text in ("param x string = ^\n", "resource a 'b' = {\n  c d\n}\n", "var x = }\n"):
        with pytest.raises(BadBicep):
            Parser(text).file()


def one_file(text: str) -> File:
    return File(INFRA / "main.bicep", {}, Sources({"infra/main.bicep": text}))


def test_the_reader_compares_as_it_is_written() -> None:
    compared = one_file("output all array = [1 < 2, 2 <= 2, 1 > 2, 2 >= 3, 1 == 2, 1 != 2]\n").outputs["all"]
    assert compared == [True, True, False, False, False, True]


def test_what_is_nested_is_not_made_where_the_outer_one_is_not() -> None:
    text = """param isThere bool = false
resource outer 'A.B/outers@1' = if (isThere) {
  name: 'outer'

  resource inner 'inners' = { name: 'inner' }
}
"""
    assert one_file(text).resources == []
    assert [one.name for one in one_file(text.replace("false", "true")).resources] == ["outer", "outer/inner"]


def test_only_a_question_mark_lets_a_property_be_absent() -> None:
    assert one_file("output it string = { a: 1 }.?b ?? 'none'\n").outputs["it"] == "none"
    with pytest.raises(KeyError):
        one_file("output it string = { a: 1 }.b\n")

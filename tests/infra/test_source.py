"""How the source is written, and what the rules do not say of the resources: names, tags, scale, edge."""

import json
import re
from pathlib import Path

import pytest
from bicep_syntax import BadBicep, Parser
from deployment import INFRA, File, Sources, parameters
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
    assert secure == {"oidcClientSecret", "sessionKey", "smtpUrl"}


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

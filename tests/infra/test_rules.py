"""Every environment keeps the 25 rules, or breaks those it says it breaks; every rule can be broken."""

import json
from pathlib import Path

import pytest
from deployment import INFRA, Resource, Sources
from readers import Reader
from rules import RULES

FAULTS = sorted((Path(__file__).parent / "faults").glob("*.json"))

# The cheap variant, whose risks `infra/README.md` states, and the one that is not where people are.
GIVEN_UP = {
    "prod": set(),
    "staging": {"r11", "r25"},
    "dev": {"r06", "r08", "r11", "r12", "r25"},
}


def broken(resources: list[Resource]) -> dict[str, list[str]]:
    found = {name: list(check(resources)) for name, check in RULES.items()}
    return {name: breaches for name, breaches in found.items() if breaches}


@pytest.mark.parametrize("environment", GIVEN_UP)
def test_an_environment_keeps_the_rules(environment: str, read: Reader) -> None:
    breaches = broken(read(environment))
    assert {name[:3] for name in breaches} == GIVEN_UP[environment], breaches


def test_there_are_25_rules_and_each_has_a_fault() -> None:
    assert [name[1:3] for name in RULES] == [f"{number:02}" for number in range(1, 26)]
    assert {json.loads(path.read_text())["breaks"] for path in FAULTS} == set(RULES)


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_a_planted_fault_is_caught(path: Path, read_planted: Reader) -> None:
    fault = json.loads(path.read_text())
    text = (INFRA.parent / fault["file"]).read_text("utf-8")
    assert fault["old"] in text, "the fault cannot be planted any more: plant it anew"
    sources = Sources({fault["file"]: text.replace(fault["old"], fault["new"])})
    assert fault["breaks"] in broken(read_planted("prod", sources))


def test_the_cheap_variant_still_shuts_every_store_but_the_packages(read: Reader) -> None:
    resources = read("dev")
    accounts = [one for one in resources if one.type == "Microsoft.Storage/storageAccounts"]
    open_ones = [one.name for one in accounts if one.properties["networkAcls"]["defaultAction"] != "Deny"]
    assert [name.startswith("stdeploy") for name in open_ones] == [True]
    assert all(one.properties["networkAcls"]["virtualNetworkRules"] for one in accounts)
    cosmos = next(one for one in resources if one.type == "Microsoft.DocumentDB/databaseAccounts")
    assert cosmos.properties["isVirtualNetworkFilterEnabled"] is True
    assert cosmos.properties["virtualNetworkRules"] != []

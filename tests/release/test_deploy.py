"""Faults are refused before any change: a stand-in for `az` records its commands."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from release import azure_cli, deploy

ROOT = Path(__file__).parents[2]
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GIVEN = {
    "OIDC_ISSUER": "https://t.ciamlogin.com/t/v2.0",
    "OIDC_TENANT_ID": "t",
    "OIDC_CLIENT_ID": "app",
    "OIDC_API_AUDIENCE": "app",
    "OIDC_CLIENT_SECRET": "a-secret-of-the-app",
    "SESSION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "RELATIONS_KEY": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=",
    "RECEIPT_KEY": "enl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmEwMTIzNDU=",
    "SMTP_URL": "smtps://user:password@mail.example:465",
    "OPERATOR_EMAIL": "operator@example.com",
    "IZWOP_DOMAIN": "izwop.example",
    "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
}
READS = (
    "bicep version", "account show", "functionapp list-flexconsumption-locations", "provider list",
    "deployment sub show", "rest --method get",
)  # fmt: skip
AZ = f"""#!{sys.executable}
import json, os, sys
words = sys.argv[1:]
with open(os.environ["AZ_ASKED"], "a") as asked:
    asked.write(json.dumps(words) + "\\n")
answers = json.loads(os.environ.get("AZ_ANSWERS", "{{}}"))
for start, answer in answers.items():
    if " ".join(words).startswith(start):
        if answer is None:
            sys.exit("az: not signed in")
        if answer == "asks back":
            answer = input("Install the extension? [Y/n] ")
        print(answer if isinstance(answer, str) else json.dumps(answer))
"""
WELL = {
    "bicep version": "Bicep CLI version 0.30.3",
    "account show": {"id": SUBSCRIPTION},
    "provider list": [name.lower() for name in deploy.providers()],
    "functionapp list-flexconsumption-locations": [{"name": "Sweden Central"}, {"name": "westeurope"}],
}


@pytest.fixture
def az(tmp_path):
    """Run the deploy command beside a stand-in for az; return its output and the commands of az."""
    (tmp_path / "az").write_text(AZ)
    (tmp_path / "az").chmod(0o755)

    def run(
        *arguments: str, given=GIVEN, answers=WELL, path=None
    ) -> tuple[subprocess.CompletedProcess, list]:
        asked = tmp_path / "asked"
        asked.write_text("")
        done = subprocess.run(
            [sys.executable, "-m", "release.deploy", *arguments],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={"PATH": path or f"{tmp_path}:{os.environ['PATH']}", "AZ_ASKED": str(asked),
                 "AZ_ANSWERS": json.dumps(answers), **given},
        )  # fmt: skip
        return done, [json.loads(line) for line in asked.read_text().splitlines()]

    return run


def made(asked: list[list[str]]) -> list[str]:
    """The commands that change something."""
    commands = [" ".join(words) for words in asked]
    return [command for command in commands if not command.startswith(READS)]


@pytest.mark.parametrize("environment", deploy.environments())
def test_what_is_well_is_made_by_the_command_that_is_printed(az, environment) -> None:
    done, asked = az("create", environment)
    assert done.returncode == 0, done.stderr
    command = (
        f"deployment sub create --name izwop-{environment} --location swedencentral"
        f" --parameters infra/parameters/{environment}.bicepparam --parameters location=swedencentral"
    )
    assert made(asked) == [command]
    assert f"$ az {command}" in done.stdout
    for name in ("OIDC_CLIENT_SECRET", "SESSION_KEY", "RELATIONS_KEY", "RECEIPT_KEY", "SMTP_URL"):
        assert GIVEN[name] not in done.stdout + done.stderr + json.dumps(asked)


def test_check_makes_nothing_and_what_if_only_looks(az) -> None:
    assert made(az("check", "prod")[1]) == []
    [command] = made(az("what-if", "prod")[1])
    assert command.startswith("deployment sub what-if ")
    # Otherwise Azure asks whether who looks might write, which the planner of the pipeline may not.
    assert command.endswith(" --validation-level ProviderNoRbac")


@pytest.mark.parametrize("command", ["what-if", "create"])
def test_a_budget_that_is_there_keeps_its_first_day(az, command) -> None:
    answers = WELL | {
        "rest --method get": {"properties": {"timePeriod": {"startDate": "2026-08-01T00:00:00Z"}}}
    }
    done, asked = az(command, "prod", answers=answers)
    assert done.returncode == 0, done.stderr
    assert "--parameters budgetSince=2026-08-01T00:00:00Z" in made(asked)[0]
    [url] = [words[words.index("--url") + 1] for words in asked if words[0] == "rest"]
    assert "/resourceGroups/rg-izwop-prod/providers/Microsoft.Consumption/budgets/budget-izwop-prod?" in url
    none, asked = az(command, "prod", answers=WELL | {"rest --method get": None})
    assert none.returncode == 0, none.stderr
    assert "budgetSince" not in made(asked)[0]


REFUSED = {
    "an unknown environment": ("production", [], {}, {}, "There is no environment production;"),
    "a path for an environment": ("../prod", [], {}, {}, "There is no environment ../prod"),
    "a region elsewhere": ("dev", ["--location", "eastus"], {}, {}, "eastus is not a region where iZwop may"),
    "a region without our plan": (
        "dev", ["--location", "northeurope"], {}, {}, "northeurope offers no Flex Consumption",
    ),
    "a missing secret": ("prod", [], {"SESSION_KEY": ""}, {}, "SESSION_KEY is not set."),
    "a missing domain": ("prod", [], {"IZWOP_DOMAIN": ""}, {}, "IZWOP_DOMAIN is not set."),
    "a key that is too short": ("dev", [], {"SESSION_KEY": "a" * 20}, {}, "SESSION_KEY must be 32 random"),
    "an application without its secret": (
        "dev",
        [],
        {"OAUTH_APPS": '{"hubspot": {"id": "a1"}}'},
        {},
        "OAUTH_APPS is not what it must be",
    ),
    "mail in the clear": ("dev", [], {"SMTP_URL": "smtp://m.example:25"}, {}, "SMTP_URL would send mail"),
    "an issuer without https": ("dev", [], {"OIDC_ISSUER": "http://i.example"}, {}, "OIDC_ISSUER is"),
    "nobody to tell": ("dev", [], {"OPERATOR_EMAIL": "operator"}, {}, "OPERATOR_EMAIL is not an e-mail"),
    "federations that are no list": ("dev", [], {"FEDERATIONS": "{"}, {}, "FEDERATIONS is not a JSON list."),
    "a sender's domain that is a name only": (
        "prod", [], {"SENDER_DOMAIN": '"izwop.example"'}, {}, "SENDER_DOMAIN is not a JSON object.",
    ),
    "a policy that is locked perhaps": ("prod", [], {"AUDIT_LOCKED": "yes"}, {}, "AUDIT_LOCKED is not"),
    "an edge that is shut perhaps": ("prod", [], {"EDGE_SHUT": "on"}, {}, "EDGE_SHUT is not"),
    "a sender that is nobody": ("prod", [], {"MAIL_FROM": "iZwop"}, {}, "MAIL_FROM"),
    "an address for a domain": ("dev", [], {"IZWOP_DOMAIN": "https://a.b"}, {}, "IZWOP_DOMAIN is not a"),
    "no generation": ("dev", [], {"GENERATION": "two"}, {}, "GENERATION is not a whole number."),
    "an az that answers nothing": ("dev", [], {}, {"account show": ""}, "show` answered nothing."),
    "an az that answers in words": ("dev", [], {}, {"account show": "Welcome!"}, "something else than JSON"),
    "an az of another form": ("dev", [], {}, {"account show": ["id"]}, "a form that this release does"),
    "an az that asks back": ("dev", [], {}, {"account show": "asks back"}, "`az account show` failed"),
    "somebody who is not signed in": ("dev", [], {}, {"account show": None}, "`az account show` failed"),
    "another subscription": (
        "dev", [], {}, {"account show": {"id": "another"}}, "az is signed in to another subscription",
    ),
    "a provider that nobody registered": (
        "dev", [], {}, {"provider list": ["Microsoft.Web"]},
        "Microsoft.App is not registered: run `az provider register --namespace Microsoft.App --wait`.",
    ),
    "an odd subscription": (
        "dev", [], {"AZURE_SUBSCRIPTION_ID": "$(id)"}, {}, "AZURE_SUBSCRIPTION_ID is not the id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", REFUSED)
def test_it_refuses_before_anything_is_made(az, wrong) -> None:
    environment, options, given, answers, sentence = REFUSED[wrong]
    done, asked = az("create", environment, *options, given=GIVEN | given, answers=WELL | answers)
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was done:\n")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert made(asked) == []
    for name in ("OIDC_CLIENT_SECRET", "SESSION_KEY", "RELATIONS_KEY", "RECEIPT_KEY", "SMTP_URL"):
        assert not given.get(name) or given[name] not in done.stderr


def test_all_reasons_are_told_at_once(az) -> None:
    done, _ = az("create", "prod", "--location", "eastus", given={"SESSION_KEY": "short"})
    assert done.stderr.count("\n  - ") == 12, done.stderr


@pytest.mark.parametrize("command", ["what-if", "check"])
def test_looking_refuses_what_making_would(az, command) -> None:
    done, asked = az(command, "prod", given=GIVEN | {"SESSION_KEY": ""})
    assert "SESSION_KEY is not set." in done.stderr
    assert asked == []


def test_a_machine_without_az_is_told_so(az, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    done, _ = az("create", "dev", path=str(tmp_path / "empty"))
    assert "The Azure CLI (az) is not installed." in done.stderr


def test_an_az_that_hangs_is_not_waited_for(tmp_path, monkeypatch) -> None:
    (tmp_path / "az").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "az").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(azure_cli, "_ANSWER_SECONDS", 0.2)
    [reason] = deploy._wrong_azure("swedencentral", {})
    assert reason == "`az bicep version` did not answer within 0.2 seconds."


@pytest.fixture
def zipped(tmp_path):
    def make(version: str) -> Path:
        path = tmp_path / f"{version}.zip"
        with zipfile.ZipFile(path, "w") as content:
            content.writestr("version.txt", f"{version}\n")
        return path

    return make


def test_a_package_goes_to_what_the_deployment_made_and_is_walked(az, zipped, door) -> None:
    package = zipped("0.1.0+a")
    with door() as made_door:
        # Nobody answers where the app shall be: what is walked there fails.
        outputs = {"PUBLISH_ORIGIN": made_door.origin, "PUBLIC_ORIGIN": "http://127.0.0.1:9"}
        answers = {
            # As Azure gives names back.
            "deployment sub show": {
                name[:6].lower() + name[6:]: {"value": value} for name, value in outputs.items()
            },
            "account get-access-token": {"accessToken": "a-token"},
        }
        order = ("publish", "dev", "--patience", "0", "--package", str(package))
        done, _ = az(*order, answers=answers)
        assert done.returncode == 1
        assert "FAIL  GET /health" in done.stdout
        told, asked = az(*order, given=outputs, answers=answers)
        assert "FAIL  GET /health" in told.stdout
    # A caller that may only publish requests nothing but the token, which is not printed.
    assert [words[:2] for words in asked] == [["account", "get-access-token"]]
    assert "a-token" not in done.stdout + done.stderr + told.stdout + told.stderr
    sent = [(path, body) for method, path, _, body in made_door.asked if method == "POST"]
    assert sent == [("/api/publish?RemoteBuild=false", package.read_bytes())] * 2


def test_what_azure_does_not_take_is_said_and_nothing_is_walked(az, zipped, door) -> None:
    with door(gets=[(200, {"status": 3, "status_text": "no role on the container"})]) as made_door:
        outputs = {"PUBLISH_ORIGIN": made_door.origin, "PUBLIC_ORIGIN": "http://127.0.0.1:9"}
        answers = {"account get-access-token": {"accessToken": "a-token"}}
        done, _ = az("publish", "dev", "--package", str(zipped("0.1.0+a")), given=outputs, answers=answers)
    assert done.returncode == 1
    assert "Not published: the deployment number-1 failed: no role on the container" in done.stderr
    assert "Walking" not in done.stdout


def test_who_is_not_signed_in_publishes_nothing(az, zipped) -> None:
    outputs = {"PUBLISH_ORIGIN": "https://scm.example", "PUBLIC_ORIGIN": "https://izwop.example"}
    answers = {"account get-access-token": None}
    done, _ = az("publish", "dev", "--package", str(zipped("0.1.0+a")), given=outputs, answers=answers)
    assert (done.returncode, done.stderr) == (
        1,
        "Nothing was done:\n  - az gives no token: run `az login`.\n",
    )


@pytest.mark.parametrize(
    ("environment", "version", "sentence"),
    [
        ("production", "0.1.0+a", "There is no environment production"),
        ("prod", "0.1.0+a.dirty", "changes that are not committed"),
        ("dev", "0.1.0+a", "There is no deployment izwop-dev to be seen"),
    ],
)
def test_a_wrong_publication_is_refused(az, zipped, environment, version, sentence) -> None:
    answers = {"deployment sub show": None}
    done, asked = az(
        "publish", environment, "--patience", "0", "--package", str(zipped(version)), answers=answers
    )
    assert sentence in done.stderr
    assert made(asked) == []


@pytest.mark.parametrize("outputs", ["", "null", [], {"PUBLIC_ORIGIN": "https://i.example"}], ids=str)
def test_a_deployment_that_failed_names_no_function_app(az, zipped, outputs) -> None:
    done, asked = az(
        "publish", "dev", "--package", str(zipped("0.1.0+a")), answers={"deployment sub show": outputs}
    )
    assert "There is no deployment izwop-dev to be seen: `create` it first" in done.stderr
    assert [words[0] for words in asked] == ["deployment"]


def test_what_is_no_whole_package_is_refused(az, tmp_path, zipped) -> None:
    shutil.copy(__file__, tmp_path / "not.zip")
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as content:
        content.writestr("version.txt", b"\xff\xfe")
    with zipfile.ZipFile(tmp_path / "nameless.zip", "w") as content:
        content.writestr("version.txt", "\n")
    whole = zipped("0.1.0+a")
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as content:
        content.writestr("function_app.py", "pass\n" * 100)
        at = content.getinfo("function_app.py").header_offset
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:-30])
    damaged = bytearray(whole.read_bytes())
    damaged[at + 48] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(damaged)
    for path in ("not.zip", "absent.zip", "odd.zip", "nameless.zip", "cut.zip", "damaged.zip"):
        done, asked = az("publish", "dev", "--package", str(tmp_path / path))
        assert "is not a package; make one with `make package`" in done.stderr
        assert made(asked) == []


def test_the_guide_registers_every_provider_that_the_templates_need() -> None:
    guide = (ROOT / "docs/operating/first-deployment.md").read_text()
    told = set(
        re.findall(r"Microsoft\.\w+", guide[guide.index("for name in") : guide.index("az provider register")])
    )
    # Every subscription has these from its first day.
    assert set(deploy.providers()) - told == {"Microsoft.Authorization", "Microsoft.Resources"}
    assert told <= set(deploy.providers())


def test_the_regions_are_those_of_the_templates() -> None:
    assert "swedencentral" in deploy.regions()
    assert not {"eastus", "uksouth", "switzerlandnorth"} & set(deploy.regions())
    assert deploy.environments() == ["dev", "prod", "staging"]

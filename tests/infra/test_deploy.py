"""`infra/deploy.sh` asks Azure for nothing until everything it needs is there."""

import os
import subprocess
from pathlib import Path

import pytest
from deployment import INFRA

GIVEN = {
    "OIDC_ISSUER": "https://tenant.ciamlogin.com/tenant/v2.0",
    "OIDC_TENANT_ID": "tenant",
    "OIDC_CLIENT_ID": "application",
    "OIDC_API_AUDIENCE": "api://izwop",
    "OIDC_CLIENT_SECRET": "made-up-secret",
    "SESSION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "SMTP_URL": "smtps://user:password@mail.example:465",
    "OPERATOR_EMAIL": "operators@izwop.example",
}


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """An Azure CLI that only notes what it is asked for."""
    az = tmp_path / "az"
    az.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    az.chmod(0o755)
    return tmp_path / "asked"


def deploy(asked: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{asked.parent}:{os.environ['PATH']}"
    return subprocess.run(
        [INFRA / "deploy.sh", *arguments],
        env={"PATH": path, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_asks_what_would_change_unless_told_to_create(asked: Path) -> None:
    assert deploy(asked, "dev", **GIVEN).returncode == 0
    assert deploy(asked, "dev", "create", **GIVEN).returncode == 0
    calls = [line for line in asked.read_text().splitlines() if line.startswith("deployment")]
    assert [call.split()[2] for call in calls] == ["what-if", "create"]
    assert all("parameters/dev.bicepparam" in call and "location=swedencentral" in call for call in calls)
    assert not any(value in asked.read_text() for value in GIVEN.values())


@pytest.mark.parametrize("missing", GIVEN)
def test_a_missing_value_is_named(asked: Path, missing: str) -> None:
    done = deploy(asked, "dev", "create", **{name: value for name, value in GIVEN.items() if name != missing})
    assert done.returncode == 2
    assert done.stderr == f"{missing} is not set.\n"
    assert not asked.exists()


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        (["production"], {}, "'production' is no environment"),
        ([], {}, "'' is no environment"),
        (["../parameters/dev"], {}, "is no environment"),
        (["dev", "destroy"], {}, "'destroy' is no action"),
        (["dev"], {"AZURE_LOCATION": "uksouth"}, "AZURE_LOCATION 'uksouth' is not allowed"),
        (["dev"], {"AZURE_LOCATION": "sweden"}, "AZURE_LOCATION 'sweden' is not allowed"),
        (["dev"], {"SESSION_KEY": "c2hvcnQ="}, "SESSION_KEY must be 32 random bytes"),
        (["dev"], {"SMTP_URL": "smtp://mail.example:25"}, "SMTP_URL must look like"),
        (["dev"], {"OIDC_ISSUER": "http://tenant.example"}, "OIDC_ISSUER must start with https"),
        (["prod"], {}, "IZWOP_DOMAIN is not set"),
    ],
)
def test_what_is_wrong_is_said_before_azure_is_asked(
    asked: Path, arguments: list[str], changed: dict[str, str], said: str
) -> None:
    done = deploy(asked, *arguments, **GIVEN | changed)
    assert done.returncode == 2
    assert said in done.stderr
    assert not asked.exists()


def test_every_fault_is_said_at_once_and_no_secret_is_repeated(asked: Path) -> None:
    done = deploy(
        asked, "prod", "create", SMTP_URL="smtp://user:hunter2@mail.example", AZURE_LOCATION="eastus"
    )
    assert len(done.stderr.splitlines()) == 10
    assert "hunter2" not in done.stderr
    assert not asked.exists()

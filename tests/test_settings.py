"""Missing or invalid settings are reported with one sentence for each, and never with a value."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from settings.sign_in import SignIn
from settings.site import Site

ROOT = Path(__file__).parent.parent
EXAMPLE = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]
# As in Azure: signed in by a managed identity.
AZURE = {
    **{name: value for name, value in EXAMPLE.items() if name not in ("AzureWebJobsStorage", "COSMOS_KEY")},
    "PUBLIC_ORIGIN": "https://izwop.example",
    "SMTP_URL": "smtps://user:secret%40word@mail.example:465",
    "AzureWebJobsStorage__queueServiceUri": "https://st.queue.core.windows.net",
    "MEDIA_BLOB_SERVICE_URI": "https://st.blob.core.windows.net",
}
FIELDS = [field for group in settings.groups() for field in group.model_fields.values()]
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.mark.parametrize("complete", [EXAMPLE, AZURE], ids=["local", "Azure"])
def test_complete_settings_have_no_fault(complete) -> None:
    assert settings.faults(complete) == []


@pytest.mark.parametrize(
    "right",
    [
        {"SESSION_KEY": KEY.rstrip("=")},
        {"SESSION_KEY": f"{KEY},{'A' * 43}"},
        {"SESSION_KEY": "__-_" + KEY[4:]},
        {"PUBLIC_ORIGIN": "http://localhost:7071"},
        {"SMTP_URL": "smtp://127.0.0.1:1025"},
        {"OIDC_CA_FILE": __file__},
        {"COSMOS_KEY": ""},
        {"DNS_RESOLVER": "127.0.0.1:5353"},
        {"DNS_RESOLVER": "[::1]:53"},
        {"CREDENTIALS_KEY_URL": "https://kv-izwop.vault.azure.net/keys/credentials"},
        {"OUTBOUND_LOOPBACK": "localhost,127.0.0.1,crm.test"},
    ],
    ids=str,
)
def test_what_is_right_is_taken(right) -> None:
    assert settings.faults(AZURE | right) == []


WRONG = [
    ({"KEPT_SESSION_DAYS": "91"}, "KEPT_SESSION_DAYS is not what it must be: Days after which"),
    ({"SESSION_IDLE_HOURS": "0"}, "SESSION_IDLE_HOURS is not what it must be: Hours after which"),
    ({"SESSION_HOURS": "long"}, "SESSION_HOURS is not what it must be: Hours after which"),
    ({"CONTROLLER_NAME": "X"}, "CONTROLLER_NAME is not what it must be: Who answers for people's data"),
    ({"CONTACT_EMAIL": "iZwop <a@izwop.example>"}, "CONTACT_EMAIL is not what it must be: The address"),
    ({"EXAMPLE_HANDLE": "/c/ada"}, "EXAMPLE_HANDLE is not what it must be: The handle of the card"),
    ({"PUBLIC_ORIGIN": "http://izwop.example"}, "PUBLIC_ORIGIN must start with https:// unless"),
    ({"PUBLIC_ORIGIN": "https://izwop.example/"}, "PUBLIC_ORIGIN is not what it must be: The origin"),
    ({"COSMOS_ENDPOINT": "http://db.example"}, "COSMOS_ENDPOINT must start with https:// unless"),
    ({"COSMOS_ENDPOINT": "db.example"}, "COSMOS_ENDPOINT is not what it must be: The Cosmos DB account's"),
    ({"SESSION_KEY": "c2hvcnQ="}, "SESSION_KEY must be 32 random bytes in base64"),
    ({"SESSION_KEY": f"{KEY},"}, "SESSION_KEY must be 32 random bytes in base64"),
    ({"SESSION_KEY": f"{KEY},{KEY},{KEY}"}, "SESSION_KEY must be 32 random bytes in base64"),
    ({"SESSION_KEY": "!" * 44}, "SESSION_KEY must be 32 random bytes in base64"),
    ({"SMTP_URL": "mail.example:25"}, "SMTP_URL must look like smtps://user:password@host:port"),
    ({"SMTP_URL": "smtps://mail.example"}, "SMTP_URL must look like smtps://user:password@host:port"),
    ({"SMTP_URL": "smtps://[mail:465"}, "SMTP_URL must look like smtps://user:password@host:port"),
    ({"SMTP_URL": "smtp://user:pass@mail.example:25"}, "SMTP_URL would send mail unencrypted"),
    ({"DNS_RESOLVER": "dns.example:53"}, "DNS_RESOLVER is not what it must be: The address and port"),
    ({"DNS_RESOLVER": "127.0.0.1"}, "DNS_RESOLVER is not what it must be: The address and port"),
    ({"CREDENTIALS_KEY_URL": "http://kv.example/keys/k"}, "CREDENTIALS_KEY_URL is not what it must be: "),
    ({"CREDENTIALS_KEY_URL": "https://kv.example/keys/k/1"}, "CREDENTIALS_KEY_URL is not what it must be: "),
    ({"VAULT_CA_FILE": "/no/such/file"}, "VAULT_CA_FILE names a file that is not there"),
    ({"OAUTH_APPS": "no JSON"}, "OAUTH_APPS is not what it must be: iZwop's applications"),
    ({"OAUTH_APPS": '{"hubspot": {"id": "a1"}}'}, "OAUTH_APPS is not what it must be: iZwop's applications"),
    ({"VAULT_TOKEN": "short"}, "VAULT_TOKEN is not what it must be: The token"),
    ({"OUTBOUND_LOOPBACK": "http://localhost"}, "OUTBOUND_LOOPBACK is not what it must be: Names of hosts"),
    ({"MAIL_FROM": "nobody"}, "MAIL_FROM is not what it must be: The sender, such as"),
    ({"OIDC_CA_FILE": "/no/such/file"}, "OIDC_CA_FILE names a file that is not there"),
    ({"OIDC_ISSUER": "http://login.example/t"}, "OIDC_ISSUER is not what it must be: Exactly the `iss`"),
    ({"OIDC_CLIENT_SECRET": "short"}, "OIDC_CLIENT_SECRET is not what it must be: The application's secret"),
    ({"MAIL_FROM": "iZwop <@>"}, "MAIL_FROM is not what it must be: The sender, such as"),
    ({"AzureWebJobsStorage": "UseDevelopmentStorage=true"}, "AzureWebJobsStorage and AzureWebJobs"),
    ({"AzureWebJobsStorage__queueServiceUri": ""}, "AzureWebJobsStorage is missing: set it to a connection"),
    ({"MEDIA_BLOB_SERVICE_URI": ""}, "AzureWebJobsStorage is missing: set it to a connection"),
    ({"MEDIA_BLOB_SERVICE_URI": "http://st.example"}, "MEDIA_BLOB_SERVICE_URI must start with https://"),
    (
        {"SESSION_KEY": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/session-key)"},
        "SESSION_KEY is a Key Vault reference that Azure could not resolve",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[sentence[:40] for _, sentence in WRONG])
def test_a_wrong_setting_has_its_sentence_and_no_other_has(wrong, sentence) -> None:
    [found] = settings.faults(AZURE | wrong)
    assert found.startswith(sentence), found
    assert found.endswith(".")
    assert "\n" not in found
    for value in wrong.values():
        assert not value or value not in found


def test_the_settings_that_must_be_there_at_start_are_those_that_are_required() -> None:
    assert set(settings.REQUIRED) == {field.alias for field in FIELDS if field.is_required()}


@pytest.mark.parametrize("name", settings.REQUIRED)
@pytest.mark.parametrize("absent", ["unset", "empty"])
def test_every_missing_setting_is_named_with_its_meaning(name, absent) -> None:
    given = AZURE | {name: ""} if absent == "empty" else {k: v for k, v in AZURE.items() if k != name}
    [found] = settings.faults(given)
    assert found.startswith(f"{name} is missing: ")
    assert len(found) > len(name) + 25


@pytest.mark.parametrize("name", [name for name in AZURE if name in {f.alias for f in FIELDS}])
@pytest.mark.parametrize(
    "around", ["{} ", " {}", "{}\n", "{}\t", "{}\u200b", "{}\r\nBcc: a@example.com"], ids=repr
)
def test_what_was_pasted_along_is_told(name, around) -> None:
    """A tenant's id with a blank behind it would refuse every token, and nobody would see why."""
    value = around.format(AZURE[name])
    assert settings.faults(AZURE | {name: value}) == [
        f"{name} has a blank around it or a character that cannot be seen in it."
    ]


def test_all_faults_are_told_at_once() -> None:
    assert len(settings.faults({})) == len(settings.REQUIRED) + 1


def load_app(environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "import function_app"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "mark", [{"WEBSITE_SITE_NAME": "func-izwop"}, {"FUNCTIONS_WORKER_RUNTIME": "python"}]
)
def test_a_host_does_not_get_an_app_without_its_settings_and_hears_of_every_fault(mark) -> None:
    assert load_app(AZURE | mark).returncode == 0
    wrong = load_app(AZURE | mark | {"SESSION_KEY": "short", "SMTP_URL": ""})
    assert wrong.returncode == 1
    assert "WrongSettings: " in wrong.stderr
    assert "SMTP_URL is missing" in wrong.stderr
    assert "SESSION_KEY must be" in wrong.stderr


@pytest.mark.parametrize("storage", [{"MEDIA_BLOB_SERVICE_URI": ""}, {"AzureWebJobsStorage": "both"}])
def test_a_host_does_not_get_an_app_without_one_way_to_its_storage(storage) -> None:
    refused = load_app(AZURE | {"WEBSITE_SITE_NAME": "func-izwop"} | storage)
    assert refused.returncode == 1
    assert "AzureWebJobsStorage" in refused.stderr


def test_a_group_is_refused_when_it_is_first_used_with_the_faults_of_all(monkeypatch) -> None:
    for name, value in (AZURE | {"SESSION_KEY": "short", "MAIL_FROM": "nobody"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AzureWebJobsStorage", raising=False)
    monkeypatch.delenv("COSMOS_KEY", raising=False)
    assert settings.read(Site).public_origin == AZURE["PUBLIC_ORIGIN"]
    with pytest.raises(settings.WrongSettings) as refused:
        settings.read(SignIn)
    assert "SESSION_KEY must be" in str(refused.value)
    assert "MAIL_FROM is not what it must be" in str(refused.value)


def test_a_tool_may_import_the_app_without_settings() -> None:
    assert load_app({}).returncode == 0


def test_the_local_host_refuses_with_the_same_sentences() -> None:
    environment = AZURE | {"SESSION_KEY": "short", "MAIL_FROM": "", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "local.functions_host", "--app", str(ROOT), "--port", "0"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 3
    assert "SESSION_KEY must be 32 random bytes in base64" in done.stderr
    assert "Traceback" not in done.stderr

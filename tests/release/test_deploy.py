"""What is wrong is refused before anything is made: a stand-in for `az` records what it was asked to do."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.identity import certificates
from release import deploy, one_deploy

ROOT = Path(__file__).parents[2]
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GIVEN = {
    "OIDC_ISSUER": "https://t.ciamlogin.com/t/v2.0",
    "OIDC_TENANT_ID": "t",
    "OIDC_CLIENT_ID": "app",
    "OIDC_API_AUDIENCE": "app",
    "OIDC_CLIENT_SECRET": "a-secret-of-the-app",
    "SESSION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "SMTP_URL": "smtps://user:password@mail.example:465",
    "OPERATOR_EMAIL": "operator@example.com",
    "IZWOP_DOMAIN": "izwop.example",
    "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
}
READS = (
    "bicep version", "account show", "account get-access-token", "functionapp list-flexconsumption-locations",
    "deployment sub show", "resource show",
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
    "functionapp list-flexconsumption-locations": [{"name": "Sweden Central"}, {"name": "westeurope"}],
}


@pytest.fixture
def az(tmp_path):
    """Run the deploy command beside a stand-in for az; gives what it said and what az was asked."""
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
    for name in ("OIDC_CLIENT_SECRET", "SESSION_KEY", "SMTP_URL"):
        assert GIVEN[name] not in done.stdout + done.stderr + json.dumps(asked)


def test_check_makes_nothing_and_what_if_only_looks(az) -> None:
    assert made(az("check", "prod")[1]) == []
    [command] = made(az("what-if", "prod")[1])
    assert command.startswith("deployment sub what-if ")


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
    "mail in the clear": ("dev", [], {"SMTP_URL": "smtp://m.example:25"}, {}, "SMTP_URL would send mail"),
    "an issuer without https": ("dev", [], {"OIDC_ISSUER": "http://i.example"}, {}, "OIDC_ISSUER is"),
    "nobody to tell": ("dev", [], {"OPERATOR_EMAIL": "operator"}, {}, "OPERATOR_EMAIL is not an e-mail"),
    "federations that are no list": ("dev", [], {"FEDERATIONS": "{"}, {}, "FEDERATIONS is not a JSON list."),
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
    for name in ("OIDC_CLIENT_SECRET", "SESSION_KEY", "SMTP_URL"):
        assert not given.get(name) or given[name] not in done.stderr


def test_all_reasons_are_told_at_once(az) -> None:
    done, _ = az("create", "prod", "--location", "eastus", given={"SESSION_KEY": "short"})
    assert done.stderr.count("\n  - ") == 10, done.stderr


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
    monkeypatch.setattr(deploy, "_ANSWER_SECONDS", 0.2)
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


OUTPUTS = {"AZURE_RESOURCE_GROUP": "rg-izwop-dev", "AZURE_FUNCTION_NAME": "func-a"}
SITE = "properties.hostNameSslStates[?hostType=='Repository'].name | [0]"


@pytest.fixture
def site(tmp_path):
    """A deployment site with TLS: give it what it answers, in turn; it keeps what it was asked."""
    certificate, key = certificates(tmp_path / "tls")
    asked, answers = [], []

    class Answering(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, self.headers.get("Authorization"), body))
            status, text = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = answer  # noqa: N815 - the names that the base class calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(
        host=f"localhost:{server.server_port}", asked=asked, answers=answers,
        trust={"SSL_CERT_FILE": str(tmp_path / "tls/ca.pem")},
    )  # fmt: skip
    server.shutdown()
    server.server_close()


def test_a_package_goes_to_what_the_deployment_made_and_is_walked(az, zipped, site) -> None:
    package, origin = zipped("0.1.0+a"), "http://127.0.0.1:9"
    outputs = OUTPUTS | {"PUBLIC_ORIGIN": origin}
    # As Azure gives names back.
    mangled = {name[:4].lower() + name[4:]: {"value": value} for name, value in outputs.items()}
    answers = {
        "deployment sub show": mangled, "resource show": site.host, "account get-access-token": "the-token",
    }  # fmt: skip
    site.answers[:] = [(202, '"d-1"'), (200, '{"status": 4}')]
    publish = ("publish", "dev", "--patience", "0", "--package", str(package))
    done, asked = az(*publish, answers=answers, given=site.trust)
    assert site.asked[0] == (
        "POST", "/api/publish?RemoteBuild=false", "Bearer the-token", package.read_bytes(),
    )  # fmt: skip
    assert {path for _, path, _, _ in site.asked[1:]} == {"/api/deployments/d-1"}
    assert made(asked) == []  # az itself changes nothing: it would have Azure build anew
    [shown] = [words for words in asked if words[:2] == ["resource", "show"]]
    assert {"rg-izwop-dev", "func-a", SITE} <= set(shown)
    assert f"0.1.0+a goes to func-a: POST https://{site.host}/api/publish?RemoteBuild=false" in done.stdout
    assert "the-token" not in done.stdout + done.stderr
    assert done.returncode == 1  # nobody answers there
    assert "FAIL  GET /health" in done.stdout

    site.answers[:] = [(403, "")]
    told, asked = az(*publish, answers=answers, given=site.trust | outputs)
    assert not [words for words in asked if words[0] == "deployment"]  # who may only publish asks nothing
    assert "answers 403 to the package: this identity may not publish here." in told.stderr
    assert "Walking" not in told.stdout


def test_a_deployment_site_without_a_trusted_certificate_gets_no_package(az, zipped, site) -> None:
    answers = {"resource show": site.host, "account get-access-token": "the-token"}
    given = OUTPUTS | {"PUBLIC_ORIGIN": "http://127.0.0.1:9"}
    done, _ = az("publish", "dev", "--package", str(zipped("0.1.0+a")), answers=answers, given=given)
    assert "does not answer (SSLCertVerificationError)." in done.stderr
    assert site.asked == []


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([(409, "")], "answers 409 to the package: another deployment is under way."),
        ([(500, "")], "answers 500 to the package."),
        ([(202, "<html>")], "does not say as what."),
        ([(202, '"d-1"'), (200, '{"status": 1}'), (200, '{"status": 3}')], "The deployment d-1 failed."),
        ([(202, '"d-1"'), (200, '{"status": 5}')], "The deployment d-1 was ended by another one."),
        ([(202, '"d-1"'), (200, "[]")], "The deployment d-1 is not done after 1 seconds."),
        ([(200, "")], ""),
        ([(202, '"d-1"'), (503, "starts anew"), (200, '{"status": 2}'), (404, "")], ""),
    ],
    ids=str,
)
def test_what_becomes_of_a_deployment_is_told(site, zipped, monkeypatch, answers, sentence) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", site.trust["SSL_CERT_FILE"])
    site.answers[:] = answers
    send = partial(
        one_deploy.send, f"https://{site.host}", "token", zipped("0.1.0+a"), patience=1, pause=0.01
    )
    if not sentence:
        send()
        return
    with pytest.raises(one_deploy.NotPublished, match=re.escape(sentence)):
        send()


NO_ANSWER = {
    "no site": ("resource show", "", "`az resource show` answered nothing."),
    "somebody who is signed out": ("account get-access-token", None, "`az account get-access-token` failed"),
    "a question": ("resource show", "asks back", "`az resource show` failed"),
}


@pytest.mark.parametrize("wrong", NO_ANSWER)
def test_nothing_is_sent_while_az_does_not_say_where_and_as_whom(az, zipped, wrong) -> None:
    command, answer, sentence = NO_ANSWER[wrong]
    answers = {"resource show": "localhost:1", "account get-access-token": "t"} | {command: answer}
    given = OUTPUTS | {"PUBLIC_ORIGIN": "http://127.0.0.1:9"}
    done, _ = az("publish", "dev", "--package", str(zipped("0.1.0+a")), answers=answers, given=given)
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was done:\n")
    assert sentence in done.stderr


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


def test_the_regions_are_those_of_the_templates() -> None:
    assert "swedencentral" in deploy.regions()
    assert not {"eastus", "uksouth", "switzerlandnorth"} & set(deploy.regions())
    assert deploy.environments() == ["dev", "prod", "staging"]

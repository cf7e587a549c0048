"""Pipelines: permissions, pinned actions, and agreement with the templates and the app."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

import settings

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.name: path.read_text() for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}


def exposed(text: str) -> list[str]:
    triggers = set(yaml.safe_load(text)[True])  # YAML takes `on` for a truth value
    open_to_all = "pull_request" in triggers and "secrets" in text
    return ["secrets for who opens a pull request"] * ("pull_request_target" in triggers or open_to_all)


def wrong(text: str) -> list[str]:
    """Faults of a workflow: unpinned, without a time limit, or with more permissions than needed."""
    workflow, found = yaml.safe_load(text), exposed(text)
    found += [f"not pinned by commit: {action}" for action in re.findall(r"uses: (?!\./)(\S+)", text)
              if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)]  # fmt: skip
    found += [
        f"no release beside the commit: {line}"
        for line in re.findall(r"uses: \S+@[0-9a-f]{40}(?! # v\d).*", text)
    ]
    if workflow.get("permissions") != {}:
        found.append("permissions beside those of a job")
    for name, job in workflow["jobs"].items():
        allowed = {"contents": "read", "id-token": "write"}
        given = job.get("permissions", {})
        if not given.items() <= allowed.items():
            found.append(f"{name} may do too much: {given}")
        signs_in = ".ci/az-login" in str(job.get("steps")) or "environment.yml" in job.get("uses", "")
        if ("id-token" in given) != signs_in:
            found.append(f"{name} has a token it does not use, or none it needs")
        if "uses" not in job and "timeout-minutes" not in job:
            found.append(f"{name} may run for hours")
        if "-plan" in str(job.get("environment")) and "secrets." in str(job):
            found.append(f"{name} has secrets before anybody approved it")
        for step in job.get("steps", []):
            if "${{" in step.get("run", ""):
                found.append(f"{name} puts text of others into a command")
            if (
                "checkout" in step.get("uses", "")
                and step.get("with", {}).get("persist-credentials") is not False
            ):
                found.append(f"{name} leaves its token in the checkout")
    return found


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_trusts_and_may_do_little(name) -> None:
    assert wrong(WORKFLOWS[name]) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ci.yml", "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "actions/checkout@v5"),
        ("ci.yml", "actions/checkout@08c6", "someone/checkout@08c6"),
        ("ci.yml", " # v6.0.0", ""),
        ("ci.yml", "permissions: {}", "permissions: write-all"),
        ("ci.yml", "contents: read", "contents: write"),
        ("ci.yml", "      contents: read", "      contents: read\n      id-token: write"),
        ("ci.yml", "    timeout-minutes: 40\n", ""),
        ("ci.yml", "run: .ci/run", "run: echo ${{ github.head_ref }}"),
        ("ci.yml", "  pull_request:", "  pull_request_target:"),
        ("ci.yml", "run: .ci/run", "run: .ci/run\n        env:\n          KEY: ${{ secrets.SESSION_KEY }}"),
        ("environment.yml", "          persist-credentials: false", "          fetch-depth: 1"),
        ("environment.yml", "SMTP_URL: smtps://a-stand-in:465", "SMTP_URL: ${{ secrets.SMTP_URL }}"),
    ],
)
def test_a_planted_fault_is_seen(name, old, new) -> None:
    assert old in WORKFLOWS[name]
    assert wrong(WORKFLOWS[name].replace(old, new, 1))


def test_ci_runs_what_anybody_runs() -> None:
    assert "run: .ci/run" in WORKFLOWS["ci.yml"]
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert {"make check", "make test || .venv/bin/python -m tests.second_look"} <= set(lines)


def test_what_would_change_comes_before_the_approval_and_staging_before_prod() -> None:
    environment, deploy = (
        yaml.safe_load(WORKFLOWS["environment.yml"]),
        yaml.safe_load(WORKFLOWS["deploy.yml"]),
    )
    assert "what-if" in str(environment["jobs"]["plan"])
    assert environment["jobs"]["deploy"]["needs"] == "plan"
    assert environment["jobs"]["deploy"]["environment"] == "${{ inputs.environment }}"
    steps = [step.get("run", "") for step in environment["jobs"]["deploy"]["steps"]]
    order = [
        next(i for i, run in enumerate(steps) if part in run)
        for part in ("deploy create", "az logout", "deploy publish")
    ]
    assert order == sorted(order)
    assert [deploy["jobs"][name].get("needs") for name in ("package", "staging", "prod")] == [
        "test",
        "package",
        "staging",
    ]


def test_the_pipeline_gives_every_parameter_that_the_templates_read() -> None:
    jobs = yaml.safe_load(WORKFLOWS["environment.yml"])["jobs"]
    steps = [
        step
        for job in jobs.values()
        for step in job["steps"]
        if re.search("what-if|create", step.get("run", ""))
    ]
    assert len(steps) == 2
    for file in (ROOT / "infra/parameters").glob("*.bicepparam"):
        read = set(re.findall(r"readEnvironmentVariable\('(\w+)'", file.read_text()))
        for step in steps:
            assert read <= step["env"].keys(), (file.name, read - step["env"].keys())


def test_what_stands_in_for_secrets_is_taken_by_the_check() -> None:
    [step] = [
        step
        for step in yaml.safe_load(WORKFLOWS["environment.yml"])["jobs"]["plan"]["steps"]
        if "what-if" in step.get("run", "")
    ]
    names = (
        "OIDC_CLIENT_SECRET",
        "SESSION_KEY",
        "RELATIONS_KEY",
        "RECEIPT_KEY",
        "SMTP_URL",
        "OAUTH_APPS",
    )
    said = settings.faults({name: step["env"][name] for name in names})
    assert not [sentence for sentence in said if sentence.startswith(names)]


@pytest.mark.parametrize("answers", [True, False])
def test_the_pipeline_finds_where_the_package_goes(tmp_path, answers) -> None:
    """Azure gives names of outputs back with small letters at their start."""
    [step] = [
        step
        for step in yaml.safe_load(WORKFLOWS["environment.yml"])["jobs"]["deploy"]["steps"]
        if step.get("name") == "Where the package goes"
    ]
    outputs = {"publisH_ORIGIN": "https://scm.example", "publiC_ORIGIN": "https://i.example"}
    shown = json.dumps({name: {"value": value} for name, value in {**outputs, "edgE_HOST": "e"}.items()})
    programs = {
        "az": f"echo '{shown}'" if answers else "exit 1",
        ".venv/bin/python": f'cd {ROOT} && exec {sys.executable} "$@"',
    }
    for name, body in programs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "ENVIRONMENT": "dev", "GITHUB_ENV": str(tmp_path / "env")},
        check=False,
    )
    assert (done.returncode == 0) is answers
    told = (tmp_path / "env").read_text().splitlines()
    assert told == (
        ["PUBLISH_ORIGIN=https://scm.example", "PUBLIC_ORIGIN=https://i.example"] if answers else []
    )


def test_azd_makes_what_the_templates_call_it_and_publishes_our_package() -> None:
    project = yaml.safe_load((ROOT / "azure.yaml").read_text())
    assert project["services"]["api"]["host"] == "function"
    assert "'azd-service-name': 'api'" in (ROOT / "infra/app/functions.bicep").read_text()
    assert (ROOT / project["infra"]["path"] / f"{project['infra']['module']}.bicep").exists()
    steps = [step["azd"] for step in project["workflows"]["up"]["steps"]]
    assert steps == ["provision", "deploy api --from-package dist/released-package.zip"]


def dropped_by_azd(parameters: str, guide: str) -> set[str]:
    """Parameters that our script passes to the templates, azd does not, and the guide does not mention."""
    ours = (ROOT / "infra/parameters/dev.bicepparam").read_text()
    read = set(re.findall(r"readEnvironmentVariable\('(\w+)'", ours))
    said = guide.partition("azd does not hand on")[2].partition("\n\n")[0]
    return read - set(re.findall(r"\$\{(\w+)", parameters)) - set(re.findall(r"`([A-Z_]+)`", said))


def test_azd_hands_on_every_setting_or_the_guide_says_that_it_does_not() -> None:
    parameters = (ROOT / "infra/main.parameters.json").read_text()
    guide = (ROOT / "docs/operating/first-deployment.md").read_text()
    assert dropped_by_azd(parameters, guide) == set()
    assert dropped_by_azd(parameters.replace("MAIL_FROM", "MAIL"), guide) == {"MAIL_FROM"}
    assert dropped_by_azd(parameters, guide.replace("`SENDER_DOMAIN`,", "")) == {"SENDER_DOMAIN"}


@pytest.mark.parametrize(
    ("environment", "made"), [("dev", ["package"]), ("prod", []), ("staging", []), ("", [])]
)
def test_azd_makes_dev_and_nothing_else(tmp_path, environment, made) -> None:
    """Its parameters are those of the cheap variant, whatever the environment is called."""
    hook = yaml.safe_load((ROOT / "azure.yaml").read_text())["hooks"]["preprovision"]
    assert hook["shell"] == "sh"
    asked = tmp_path / "asked"
    for name in ("make", ".venv/bin/python"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "$*" >> {asked}\n')
        program.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", hook["run"]], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "AZURE_ENV_NAME": environment},
    )  # fmt: skip
    checked = ["-m release.deploy check dev --location swedencentral"] if made else []
    assert (asked.read_text().splitlines() if asked.exists() else []) == made + checked
    assert (done.returncode == 0) is bool(made)
    assert made or "only dev" in done.stderr


@pytest.fixture
def bicep(tmp_path):
    """Run `.ci/bicep` where only these programs are; return its output."""

    def run(GITHUB_ACTIONS: str = "", **programs: str) -> subprocess.CompletedProcess:  # noqa: N803 - as it is set
        for name, body in programs.items():
            (tmp_path / name).write_text(f"#!/bin/bash\n{body}\n")
            (tmp_path / name).chmod(0o755)
        # A machine of GitHub has az and may have the compiler.
        for name in ("bash", "env", "grep", "mkdir", "rm", "basename", "cat", "test"):
            with suppress(FileExistsError):
                (tmp_path / name).symlink_to(str(shutil.which(name)))
        return subprocess.run(
            [ROOT / ".ci/bicep"],
            cwd=tmp_path,
            env={"PATH": str(tmp_path), "GITHUB_ACTIONS": GITHUB_ACTIONS},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


COMPILES = 'test "$1" = build && echo "{}" > "$4"; exit 0'


def test_a_machine_without_bicep_is_told_once_and_not_stopped(bicep) -> None:
    done = bicep()
    assert (done.returncode, done.stdout.count("No Bicep CLI")) == (0, 1)


def test_templates_that_compile_are_left_for_the_rules(bicep, tmp_path) -> None:
    done = bicep(bicep=COMPILES)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "infra/ compiles without a warning.\n"
    assert (tmp_path / ".local/infra/main.json").exists()


def test_files_of_parameters_are_compiled_with_stand_ins(bicep, tmp_path) -> None:
    parameters = tmp_path / "infra/parameters"
    parameters.mkdir(parents=True)
    text = "param a = readEnvironmentVariable('KEY')\nparam b = readEnvironmentVariable('OTHER', '')\n"
    (parameters / "prod.bicepparam").write_text(text)
    said = 'test "$1" != build-params || echo "$2 $4 ${KEY:+there} ${OTHER:-unset}" >> seen'
    assert bicep(bicep=said).returncode == 0
    seen = (tmp_path / "seen").read_text()
    assert seen == "infra/parameters/prod.bicepparam .local/infra/prod.parameters.json there unset\n"
    assert bicep(bicep='test "$1" != build-params').returncode == 1


def test_github_does_not_go_on_without_a_compiler(bicep) -> None:
    done = bicep(GITHUB_ACTIONS="true")
    assert done.returncode == 1
    assert "No Bicep CLI" in done.stderr


@pytest.mark.parametrize(
    "body",
    [
        "echo 'infra/main.bicep(3,1) : Warning no-unused-params: Parameter' >&2; exit 0",
        "echo 'infra/main.bicep(3,1) : Error BCP057: The name' >&2; exit 1",
    ],
)
def test_a_warning_or_an_error_stops_it(bicep, body) -> None:
    done = bicep(bicep=body)
    assert done.returncode == 1
    assert "infra/main.bicep(3,1)" in done.stderr

"""Deploy iZwop with the Azure CLI. All checks that are possible beforehand run before any change.

    python -m release.deploy check   staging
    python -m release.deploy what-if staging
    python -m release.deploy create  staging
    python -m release.deploy publish staging [--package older/released-package.zip]
    python -m release.deploy outputs staging

`create` creates or changes the resources of `infra/`; `publish` sends the package and runs the smoke test.
To roll back, publish the package before. `outputs` prints the deployment's outputs, which are the origins for
publishing and of the app, as lines `NAME=value`. Each command that changes something in Azure is printed as
an operator would type it.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import settings
from release import azure_cli, one_deploy, package, smoke
from release.azure_cli import NoAnswer

ROOT = Path(__file__).parents[1]
_SUBSCRIPTION = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Parameters that are settings of the app, too, and are validated as such.
_SETTINGS = ("OIDC_ISSUER", "OIDC_TENANT_ID", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_API_AUDIENCE",
             "SESSION_KEY", "RELATIONS_KEY", "RECEIPT_KEY", "SMTP_URL", "MAIL_FROM",
             "OAUTH_APPS")  # fmt: skip
# Parameters in JSON: their type, and its name.
_JSON = {
    "FEDERATIONS": (list, "list"),
    "SENDER_DOMAIN": (dict, "object"),
    "SMTP_APPLICATION": (dict, "object"),
    "AUDIT_LOCKED": (bool, "true or false"),
    "EDGE_SHUT": (bool, "true or false"),
}
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# Outputs of the deployment; a pipeline that may only publish gets them from its environment.
OUTPUTS = ("PUBLISH_ORIGIN", "PUBLIC_ORIGIN")


class Refused(Exception):
    """Reasons for doing nothing, one sentence each."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release.deploy", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("command", choices=("check", "what-if", "create", "publish", "outputs"))
    parser.add_argument("environment", help="dev, staging or prod")
    parser.add_argument("--location", default="swedencentral", help="a region of the EU")
    parser.add_argument("--package", type=Path, default=ROOT / "dist" / package.PACKAGE)
    parser.add_argument("--card", default=os.environ.get("WATCHED_HANDLE") or None, help="a published card")
    parser.add_argument("--patience", type=int, default=300, help="seconds until the new version must answer")
    arguments = parser.parse_args()
    try:
        if arguments.command == "publish":
            origin, version = publish(arguments.environment, arguments.package, os.environ)
            await_version(origin, version, arguments.patience)
            steps = smoke.walk(origin, smoke.fetch_from(origin), card=arguments.card, version=version)
            return smoke.report(origin, steps)
        if arguments.command == "outputs":
            print(*(f"{name}={value}" for name, value in _outputs(arguments.environment).items()), sep="\n")
            return 0
        check(arguments.environment, arguments.location, os.environ)
        if arguments.command != "check":
            deployment(arguments.command, arguments.environment, arguments.location)
    except Refused as refused:
        print(f"Nothing was done:\n{refused}", file=sys.stderr)
        return 1
    except one_deploy.NotPublished as failed:
        print(f"Not published: {failed}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"az ended with {failed.returncode}; what it said is above.", file=sys.stderr)
        return 1
    return 0


def check(environment: str, location: str, given: Mapping[str, str]) -> None:
    """Refuse a wrong environment, region, parameter or sign-in with all reasons at once; changes nothing."""
    reasons = [*_wrong_place(environment, location), *_wrong_parameters(environment, given)]
    # Sign-in and region are checked in Azure only for parameters that could be deployed.
    reasons = reasons or _wrong_azure(location, given)
    if reasons:
        raise Refused("\n".join(f"  - {reason}" for reason in reasons))
    print(f"{environment} in {location}: all that can be known beforehand is well.")


def environments() -> list[str]:
    return sorted(path.stem for path in (ROOT / "infra" / "parameters").glob("*.bicepparam"))


def regions() -> list[str]:
    """The regions that `infra/types.bicep` allows: one list for both."""
    declared = re.search(
        r"^type Region = (.+)$", (ROOT / "infra" / "types.bicep").read_text("utf-8"), re.MULTILINE
    )
    return re.findall(r"'([a-z0-9]+)'", declared[1]) if declared else []


def _wrong_place(environment: str, location: str) -> list[str]:
    found = []
    if environment not in environments():
        found.append(f"There is no environment {environment}; there are {', '.join(environments())}.")
    if location not in regions():
        found.append(
            f"{location} is not a region where iZwop may keep data; choose of {', '.join(regions())}."
        )
    return found


def _wrong_parameters(environment: str, given: Mapping[str, str]) -> list[str]:
    """Faults of the environment variables in the parameters: missing, or invalid as a setting of the app."""
    file = ROOT / "infra" / "parameters" / f"{environment}.bicepparam"
    if not file.exists():
        return []
    required = re.findall(r"readEnvironmentVariable\('(\w+)'\)", file.read_text("utf-8"))
    missing = [name for name in required if not given.get(name)]
    found = [f"{name} is not set." for name in missing]
    told = settings.faults({name: given[name] for name in _SETTINGS if given.get(name)})
    found += [sentence for sentence in told if sentence.split(" ")[0] in set(_SETTINGS) - set(missing)
              and " is missing: " not in sentence]  # fmt: skip
    if "OPERATOR_EMAIL" in required and "@" not in given.get("OPERATOR_EMAIL", "@"):
        found.append("OPERATOR_EMAIL is not an e-mail address.")
    if not _DOMAIN.fullmatch(given.get("IZWOP_DOMAIN") or "izwop.example"):
        found.append("IZWOP_DOMAIN is not a name such as izwop.example.")
    if not given.get("GENERATION", "1").isdecimal():
        found.append("GENERATION is not a whole number.")
    for name, (kind, called) in _JSON.items():
        if given.get(name, "null") != "null" and not _is_json(given[name], kind):
            found.append(f"{name} is not a JSON {called}.")
    return found


def _is_json(text: str, kind: type) -> bool:
    try:
        return isinstance(json.loads(text), kind)
    except ValueError:
        return False


def _wrong_azure(location: str, given: Mapping[str, str]) -> list[str]:
    try:
        azure_cli.ask("bicep", "version")
        signed_in = azure_cli.ask_json("account", "show")["id"]
        places = azure_cli.ask_json("functionapp", "list-flexconsumption-locations")
        offered = {_region(place["name"]) for place in places}
        query = "[?registrationState=='Registered'].namespace"
        known = {name.lower() for name in azure_cli.ask_json("provider", "list", "--query", query)}
    except NoAnswer as exc:
        return [str(exc)]
    except (KeyError, TypeError, AttributeError):
        return ["az answers in a form that this release does not know: look at `az version`."]
    found = []
    wanted = given.get("AZURE_SUBSCRIPTION_ID", "").lower()
    if wanted and not _SUBSCRIPTION.fullmatch(wanted):
        found.append("AZURE_SUBSCRIPTION_ID is not the id of a subscription.")
    elif wanted and signed_in != wanted:
        found.append(
            f"az is signed in to another subscription: run `az account set --subscription {wanted}`."
        )
    if location not in offered:
        found.append(f"{location} offers no Flex Consumption to this subscription.")
    found += [
        f"{name} is not registered: run `az provider register --namespace {name} --wait`."
        for name in providers()
        if name.lower() not in known
    ]
    return found


def providers() -> list[str]:
    """Resource providers to register: those of the resources in `infra/`, and of subnet delegations."""
    texts = [path.read_text("utf-8") for path in (ROOT / "infra").rglob("*.bicep")]
    return sorted({name for text in texts for name in re.findall(r"'(Microsoft\.\w+)/\w", text)})


def _region(name: str) -> str:
    return name.lower().replace(" ", "")


def deployment(command: str, environment: str, location: str) -> None:
    """Run `what-if` or `create`. `--parameters location` puts the data into the deployment's own region."""
    since = _budget_since(environment)
    azure_cli.run(
        "deployment", "sub", command,
        "--name", f"izwop-{environment}",
        "--location", location,
        "--parameters", f"infra/parameters/{environment}.bicepparam",
        "--parameters", f"location={location}",
        *(("--parameters", f"budgetSince={since}") if since else ()),
        # A reader may run what-if; without this Azure would require write permissions.
        *(("--validation-level", "ProviderNoRbac") if command == "what-if" else ()),
    )  # fmt: skip


def _budget_since(environment: str) -> str:
    """First day of the existing budget, which cannot be changed in Azure; empty without one."""
    group = f"/subscriptions/{{subscriptionId}}/resourceGroups/rg-izwop-{environment}"
    budget = f"Microsoft.Consumption/budgets/budget-izwop-{environment}"
    url = f"{group}/providers/{budget}?api-version=2024-08-01"
    try:
        found = azure_cli.ask_json("rest", "--method", "get", "--url", url)
        return str(found["properties"]["timePeriod"]["startDate"])
    except (NoAnswer, KeyError, TypeError):
        return ""


def publish(environment: str, zipped: Path, given: Mapping[str, str]) -> tuple[str, str]:
    """Publish the package to the function app; return the app's public origin and the version."""
    if environment not in environments():
        raise Refused(f"  - There is no environment {environment}; there are {', '.join(environments())}.")
    version = _version_of(zipped)
    if environment == "prod" and version.endswith(".dirty"):
        raise Refused(
            f"  - {version} was packaged with changes that are not committed; prod runs commits only."
        )
    target = _target(environment, given)
    print(f"Publishing {version} to {target['PUBLISH_ORIGIN']}", flush=True)
    one_deploy.publish(target["PUBLISH_ORIGIN"], _token(), zipped.read_bytes())
    return target["PUBLIC_ORIGIN"], version


def _token() -> str:
    """Access token of the operator's sign-in, for the publishing endpoint."""
    try:
        return str(azure_cli.ask_json("account", "get-access-token")["accessToken"])
    except (NoAnswer, KeyError, TypeError):
        raise Refused("  - az gives no token: run `az login`.") from None


def await_version(origin: str, version: str, patience: float) -> None:
    """Wait up to `patience` seconds until the version answers: old instances finish their requests first."""
    fetch, limit = smoke.fetch_from(origin), time.monotonic() + patience
    while time.monotonic() < limit:
        with contextlib.suppress(smoke.Wrong):
            if '"version":true' in fetch("GET", smoke.health_path(version), None).text:
                return
        time.sleep(5)


def _version_of(zipped: Path) -> str:
    """Version of a complete package; a truncated or damaged one is refused because it would stop the app."""
    try:
        with zipfile.ZipFile(zipped) as content:
            damaged = content.testzip()
            version = content.read("version.txt").decode().strip()
    except (OSError, KeyError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile):
        damaged, version = "it", ""
    if damaged or not version:
        raise Refused(f"  - {zipped} is not a package; make one with `make package`.")
    return version


def _target(environment: str, given: Mapping[str, str]) -> dict[str, str]:
    """Origins for publishing and of the app, from environment variables or from the deployment's outputs."""
    told = {name: given[name] for name in OUTPUTS if given.get(name)}
    return told if len(told) == len(OUTPUTS) else _outputs(environment)


def _outputs(environment: str) -> dict[str, str]:
    query = ["--query", "properties.outputs"]
    try:
        shown = azure_cli.ask_json("deployment", "sub", "show", "--name", f"izwop-{environment}", *query)
        # Azure returns names with a lower-case beginning: `publisH_ORIGIN`.
        outputs = {name.upper(): output for name, output in shown.items()}
        return {name: str(outputs[name]["value"]) for name in OUTPUTS}
    except (NoAnswer, KeyError, TypeError, AttributeError):
        raise Refused(
            f"  - There is no deployment izwop-{environment} to be seen: `create` it first,"
            f" or set {', '.join(OUTPUTS)}."
        ) from None


if __name__ == "__main__":
    sys.exit(main())

"""Directions of imports between packages, and limits of the modules that the app loads at start."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import settings
from function_app import CAPABILITIES
from functions.framework.doors import Door, resolve

ROOT = Path(__file__).parent.parent
DEPLOYED = ["function_app.py", "wiring", "settings", "functions", "domain", "adapters"]
OWN = {"function_app", "wiring", "settings", "functions", "domain", "adapters", "local", "tests", "bench"}

# Allowed imports of each part of the app from the app itself.
MAY_IMPORT = {
    "domain": {"domain"},
    "adapters": {"adapters", "domain"},
    "functions": {"functions", "domain", "wiring", "adapters"},
    "wiring": {"wiring", "settings", "adapters", "domain"},
    "settings": {"settings"},
    "function_app.py": {"functions", "settings"},
}
# Libraries of vendors, each with the only packages that may import it.
VENDORS = {
    "azure.functions": ("function_app.py", "functions/"),
    "azure.cosmos": ("adapters/cosmos/",),
    "azure.storage.blob": ("adapters/storage/",),
    "azure.storage.queue": ("adapters/storage/",),
    "PIL": ("adapters/drawing/",),
    "azure.identity": ("adapters/",),
    "icalendar": ("adapters/calendars/",),
    "msal": ("adapters/entra/",),
    "jwt": ("adapters/entra/", "adapters/receipt_signing.py"),
    "aiohttp": ("adapters/entra/",),
    "cryptography": ("adapters/",),
    "segno": ("adapters/drawing/",),
    "aiosmtplib": ("adapters/mail/",),
    "dns": ("adapters/dns.py",),
    "azure.keyvault": ("adapters/vault/",),
    "httpx": ("adapters/outbound/",),
    "httpcore": ("adapters/outbound/",),
    "markdown_it": ("functions/relationships/notes/",),
    "nh3": ("functions/relationships/notes/",),
    "scim2_models": ("functions/scim/",),
    "scim2_server": ("functions/scim/",),
}
# The adapters that another one is built on.
SHARED_ADAPTERS = {"vendors": "outbound"}
# Parts of adapters that a trigger may import: makers of bytes, names of queues, types of wired objects.
PURE_ADAPTERS = (
    "adapters.drawing.qr",
    "adapters.drawing.link_preview",
    "adapters.storage.queue_names",
    "adapters.published_cache",
)
# The libraries the domain may use; those that vet fields are loaded on first use.
DOMAIN_LIBRARIES = {
    "pydantic",
    "pydantic_core",
    "email_validator",
    "phonenumbers",
    "coloraide",
    "rapidfuzz",
    "jellyfish",
}
NOT_AT_IMPORT = ["stripe", "PIL", "azure.storage", "msal", "segno", "jinja2", "azure.identity", "jwt",
                 "cryptography", "email_validator", "phonenumbers", "aiosmtplib", "babel",
                 "coloraide", "dns", "icalendar", "markdown_it", "nh3", "rapidfuzz", "jellyfish",
                 "scim2_models", "scim2_server", "azure.keyvault", "httpx", "httpcore"]  # fmt: skip


def doors() -> list[Door]:
    """Every door of every capability."""
    return [
        door for capability in CAPABILITIES for door in import_module(f"functions.{capability}.doors").DOORS
    ]


def python_files(*places: str) -> list[Path]:
    found = [ROOT / place for place in places]
    return sorted(path for place in found for path in ([place] if place.is_file() else place.rglob("*.py")))


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def wrong_imports(part: str, source: str) -> list[str]:
    """Forbidden imports of a file of `part` (a path inside the project)."""
    layer = part.split("/", maxsplit=1)[0]
    wrong = []
    for name in imported(source):
        root = name.split(".")[0]
        if root in OWN and root not in MAY_IMPORT[layer]:
            wrong.append(name)
        for vendor, places in VENDORS.items():
            if (name == vendor or name.startswith(f"{vendor}.")) and not part.startswith(places):
                wrong.append(name)
        outside = root not in OWN and root not in sys.stdlib_module_names
        if layer == "domain" and outside and root not in DOMAIN_LIBRARIES:
            wrong.append(name)
        adapter = part.removeprefix("adapters/").split("/")[0]
        own = {adapter, SHARED_ADAPTERS.get(adapter)}
        if layer == "adapters" and name.startswith("adapters.") and name.split(".")[1] not in own:
            wrong.append(name)
        if layer == "functions" and root == "adapters" and name not in PURE_ADAPTERS:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("path", python_files(*DEPLOYED), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_directions(path: Path) -> None:
    assert wrong_imports(str(path.relative_to(ROOT)), path.read_text()) == []


@pytest.mark.parametrize(
    ("part", "planted"),
    [
        ("domain/cards/card.py", "import azure.cosmos"),
        ("domain/cards/card.py", "from adapters.cosmos import database"),
        ("domain/cards/card.py", "import requests"),
        ("adapters/storage/queues.py", "from adapters.mail.smtp import SmtpMailer"),
        ("adapters/mail/smtp.py", "from azure.storage.blob.aio import BlobClient"),
        ("adapters/mail/smtp.py", "from adapters.outbound.client import Outbound"),
        ("adapters/vendors/hubspot/api.py", "from adapters.cosmos.database import Database"),
        ("adapters/vendors/hubspot/api.py", "import httpx"),
        ("functions/images/api.py", "from PIL import Image"),
        ("adapters/cosmos/cards.py", "import azure.functions"),
        ("functions/cards/list_pages.py", "from azure.cosmos.aio import CosmosClient"),
        ("functions/cards/list_pages.py", "import local.cloud"),
        ("functions/cards/list_pages.py", "from adapters.cosmos.cards import CosmosCards"),
        ("wiring/cards.py", "from functions.framework import replies"),
        ("function_app.py", "import wiring"),
    ],
)
def test_a_wrong_import_is_caught(part: str, planted: str) -> None:
    assert wrong_imports(part, planted) != []


@pytest.mark.parametrize("door", doors(), ids=lambda door: door.name)
def test_every_door_resolves(door: Door) -> None:
    assert resolve(door.handler)
    assert resolve(door.refuse) if hasattr(door, "refuse") else True
    assert resolve(door.texts_in) if hasattr(door, "texts_in") else True


@pytest.mark.parametrize("handler", ["functions.cards.gone:show", "functions.cards.public:gone"])
def test_a_door_that_leads_nowhere_is_noticed(handler: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        resolve(handler)


MOST_MODULES = 15


def capability_faults(root: Path) -> list[str]:
    """Folders and modules without the name of a capability, and packages with too many modules."""

    def folders(place: str) -> set[str]:
        return {path.name for path in (root / place).iterdir() if path.is_dir() and path.name[0] not in "._"}

    triggers, rules = folders("functions") - {"framework"}, folders("domain") - {"base"}
    wired = {path.stem for path in (root / "wiring").glob("*.py")} - {"__init__"}
    strangers = {
        "web/templates": folders("web/templates") - triggers,
        "wiring": wired - triggers - rules,
        "tests/functions": folders("tests/functions") - triggers - {"framework"},
        "tests/domain": folders("tests/domain") - rules - {"base"},
        "tests/adapters": folders("tests/adapters") - folders("adapters"),
    }
    found = [f"{place}/{name} is no capability" for place, names in strangers.items() for name in names]
    for place in ("functions", "domain", "adapters", "wiring", "settings"):
        for package in {path.parent for path in (root / place).rglob("__init__.py")}:
            modules = len([path for path in package.glob("*.py") if path.name != "__init__.py"])
            if modules > MOST_MODULES:
                found.append(f"{package.relative_to(root)} has {modules} modules")
    return found


def test_a_capability_has_one_name_in_every_tree_and_no_package_is_crowded() -> None:
    assert capability_faults(ROOT) == []


@pytest.mark.parametrize(
    "planted",
    [
        "web/templates/gossip/page.html", "wiring/gossip.py", "tests/functions/gossip/test_it.py",
        "tests/domain/gossip/test_it.py", "tests/adapters/gossip/test_it.py",
    ],
)  # fmt: skip
def test_a_name_that_is_no_capability_is_noticed(tmp_path: Path, planted: str) -> None:
    for place in ("functions/cards", "domain/cards", "adapters/mail", "web/templates/cards", "wiring",
                  "tests/functions/cards", "tests/domain/cards", "tests/adapters/mail"):  # fmt: skip
        (tmp_path / place).mkdir(parents=True)
    assert capability_faults(tmp_path) == []
    (tmp_path / planted).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / planted).touch()
    assert [fault for fault in capability_faults(tmp_path) if "gossip is no capability" in fault]


def test_a_crowded_package_is_noticed(tmp_path: Path) -> None:
    for place in ("functions", "domain/cards", "adapters", "web/templates", "wiring", "tests/functions",
                  "tests/domain", "tests/adapters"):  # fmt: skip
        (tmp_path / place).mkdir(parents=True)
    for name in ["__init__", *(f"module_{number}" for number in range(MOST_MODULES + 1))]:
        (tmp_path / f"domain/cards/{name}.py").touch()
    assert capability_faults(tmp_path) == ["domain/cards has 16 modules"]


def test_deployed_code_does_not_know_the_local_cloud() -> None:
    for path in python_files(*DEPLOYED):
        assert "local/" not in path.read_text(), path
        assert "local." not in path.read_text().replace("local.settings", ""), path


def loaded_by(code: str) -> list[str]:
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def heavy(modules: list[str]) -> list[str]:
    return [name for name in NOT_AT_IMPORT if any(m == name or m.startswith(f"{name}.") for m in modules)]


def test_importing_the_app_loads_nothing_the_first_request_does_not_need() -> None:
    assert heavy(loaded_by("import function_app")) == []


def test_what_was_imported_is_left_alone_by_a_garbage_collector_that_works() -> None:
    program = "import gc, function_app; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]


def test_a_heavy_import_is_caught() -> None:
    assert heavy(loaded_by("import function_app, segno")) == ["segno"]


STORED_CARD = """
from datetime import UTC, datetime
from domain.cards.card import PublishedCard
from domain.base.fields import STORED
from domain.visibility.view import ANYONE, view_for
from functions.cards.look.style import styles_of
from functions.framework.pages import render
phones = [{"audience": "public", "number": "+46701740605"}]
colours = ("brand", "brand_deep", "accent", "tint", "accent_dark", "tint_dark")
stored = {"handle": "ada", "card_id": "crd_x", "version": 1, "published_at": datetime.now(UTC),
          "content": {"name": "Ada", "phones": phones, "look": {"theme": "bold", "colour": "#1f5a7a"}},
          "palette": dict.fromkeys(colours, "#1f5a7a"), "phone_texts": {"+46701740605": "+46 70 174 06 05"}}
view = view_for(PublishedCard.model_validate(stored, context=STORED), ANYONE)
render("cards/card.html", styles=styles_of(view), view=view,
       url="", vcf_url="", qr_svg="", links={}, schema="")
"""


def test_the_first_card_page_does_not_wait_for_what_vets_and_groups_its_values() -> None:
    assert heavy(loaded_by(STORED_CARD)) == ["jinja2"]


def test_only_settings_reads_the_environment() -> None:
    for path in python_files("function_app.py", "wiring", "functions", "domain", "adapters"):
        names = {
            node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
        }
        assert not names & {"environ", "getenv"}, path


def test_the_domain_has_no_clock_and_no_chance() -> None:
    for path in python_files("domain"):
        modules = set(imported(path.read_text()))
        assert not modules & {"time", "random", "secrets", "os", "asyncio", "logging"}, path
        assert ".now(" not in path.read_text(), path
        assert "uuid4" not in path.read_text(), path


# Who may name the modules of notes in whatever way: as an import, or as a text that is imported later. What
# `copy_of_notes` and the sections and doors do with it is their owner's own.
KNOW_NOTES = {
    "adapters/cosmos/relationships/notes.py",
    "domain/privacy/copy_of_notes.py",
    "domain/relationships/notes/notes.py",
    "functions/operations/jobs.py",
    "functions/relationships/doors.py",
    "functions/relationships/notes/api.py",
    "functions/relationships/notes/doors.py",
    "functions/relationships/notes/pages.py",
    "functions/relationships/notes/section.py",
    "functions/relationships/sections.py",
    "wiring/privacy.py",
    "wiring/relationships/notes.py",
}
_OF_NOTES = re.compile(r"relationships[./]notes\b|relationships import .*\bnotes\b|copy_of_notes")


def know_notes(*places: str, root: Path = ROOT) -> set[str]:
    """Files that name a module or a template of notes."""
    paths = [
        path for place in places for path in (root / place).rglob("*") if path.suffix in (".py", ".html")
    ]
    return {str(path.relative_to(root)) for path in paths if _OF_NOTES.search(path.read_text("utf-8"))}


def test_nobody_else_knows_notes() -> None:
    assert know_notes("wiring", "settings", "functions", "domain", "adapters") == KNOW_NOTES
    assert know_notes("web/templates") == set()


@pytest.mark.parametrize(
    "planted",
    [
        "from wiring.relationships import notes",
        "import adapters.cosmos.relationships.notes",
        'resolve("domain.relationships.notes.notes:read_note")',
        "from domain.privacy.copy_of_notes import NotesSection",
        '{% include "relationships/notes/notes_section.html" %}',
    ],
)
def test_another_place_that_knows_notes_is_noticed(tmp_path: Path, planted: str) -> None:
    place = tmp_path / "functions/cards/public.py"
    place.parent.mkdir(parents=True)
    place.write_text(f"{planted}\n")
    assert know_notes("functions", root=tmp_path) == {"functions/cards/public.py"}


def test_every_setting_is_in_the_example() -> None:
    example = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]
    known = {field.alias for group in settings.groups() for field in group.model_fields.values()}
    assert set(settings.REQUIRED) <= example.keys()
    assert example.keys() <= known | {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsDisableHomepage"}


def test_the_example_is_a_valid_set_of_settings() -> None:
    example = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]
    assert settings.faults(example) == []


def test_every_container_names_its_partition_and_allows_expiry() -> None:
    containers = json.loads((ROOT / "adapters/cosmos/containers.json").read_text())
    assert {container["name"] for container in containers} == {
        "accounts",
        "names",
        "published",
        "relations",
        "organisations",
        "client_data",
        "traffic",
        "work",
        "trust",
    }
    assert all(container["partitionKey"].startswith("/") for container in containers)
    assert all(container["defaultTtl"] == -1 for container in containers)


def test_every_problem_code_is_documented() -> None:
    for door in doors():
        resolve(door.handler)  # so that all refusals are defined
    from domain.base.errors import Refusal  # noqa: PLC0415
    from functions.framework.problems import _OWN_CODES  # noqa: PLC0415

    def all_of(family: type[Refusal]) -> set[type[Refusal]]:
        return {family, *(found for each in family.__subclasses__() for found in all_of(each))}

    documented = (ROOT / "docs/api.md").read_text()
    families = {family for family in all_of(Refusal) if family.__subclasses__()}
    # Signing in is a matter of pages; what goes wrong there is told in words.
    pages = {refusal for refusal in all_of(Refusal) if refusal.__module__ == "domain.sign_in.flow"}
    codes = {refusal.code for refusal in all_of(Refusal) - families - pages} | set(_OWN_CODES)
    assert {code for code in codes if f"`{code}`" not in documented} == set()

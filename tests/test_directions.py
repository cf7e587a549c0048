"""The contracts of import-linter in pyproject.toml hold, and each of them notices a wrong import."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("functions", "domain", "adapters", "wiring", "settings")
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]


def lint(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(folder), "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("directions")
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_contracts_hold() -> None:
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout[-3000:]


@pytest.mark.parametrize(
    ("contract", "place", "planted"),
    [
        ("Triggers on top", "domain/cards/card.py", "import functions.framework.replies"),
        ("Triggers on top", "adapters/mail/smtp.py", "import wiring.site"),
        ("Capabilities of the domain", "domain/accounts/account.py", "import domain.cards.card"),
        ("Capabilities of the domain", "domain/visits/counting.py", "import domain.images.image"),
        ("Capabilities of the triggers", "functions/framework/pages.py", "import functions.cards.form"),
        ("Capabilities of the triggers", "functions/images/api.py", "import functions.cards.frame"),
        ("One adapter does not", "adapters/mail/smtp.py", "import adapters.storage.queues"),
        ("Only repositories", "functions/cards/api.py", "import adapters.cosmos.database"),
        ("Contacts are known", "functions/cards/public.py", "import wiring.relationships"),
        ("Contacts are known", "functions/operations/health.py", "import domain.relationships.contacts"),
        ("Connections are known", "functions/cards/public.py", "import wiring.connections"),
        ("Connections are known", "functions/relationships/api.py", "import domain.connections.link"),
        ("Notes are known", "functions/relationships/list_pages.py", "import wiring.relationships.notes"),
        ("Notes are known", "domain/relationships/contacts.py", "import domain.relationships.notes.note"),
        ("Notes are known", "adapters/cosmos/ledger.py", "import adapters.cosmos.relationships.notes"),
    ],
)
def test_a_wrong_import_is_noticed_with_its_place(copied: Path, contract, place, planted) -> None:
    file = copied / place
    before = file.read_text()
    file.write_text(f"{before}\n{planted}\n")
    try:
        checked = lint(copied)
    finally:
        file.write_text(before)
    assert checked.returncode != 0
    broken = [line for line in checked.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), checked.stdout[-2000:]
    assert planted.removeprefix("import ") in checked.stdout


def test_a_capability_that_no_layer_names_is_noticed(copied: Path) -> None:
    folder = copied / "domain" / "gossip"
    folder.mkdir()
    (folder / "__init__.py").touch()
    try:
        checked = lint(copied)
    finally:
        shutil.rmtree(folder)
    assert checked.returncode != 0
    assert "gossip" in checked.stdout

"""What the documents for operators name is there: files, commands, functions, settings, sums."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATING = (ROOT / "docs/operating.md").read_text()


def anchors(text: str) -> set[str]:
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def broken_links(document: Path, text: str) -> list[str]:
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match("https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document) -> None:
    assert broken_links(document, document.read_text()) == []


@pytest.mark.parametrize("link", ["nowhere.md", "operating.md#nowhere", "#nowhere"])
def test_a_link_that_leads_nowhere_would_be_seen(link) -> None:
    assert broken_links(ROOT / "docs/operating.md", f"[a]({link})") == [link]


def test_every_command_is_one_that_its_program_takes() -> None:
    commands = re.findall(
        r"python -m release\.(\w+) ?(\w[\w-]*)?", "\n".join(path.read_text() for path in DOCUMENTS)
    )
    assert {module for module, _ in commands} == {"deploy", "erase_again", "replay"}
    for module, word in set(commands):
        done = subprocess.run(
            [sys.executable, "-m", f"release.{module}", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert word in re.split(r"[\s,{}]+", done.stdout), (module, word)
    targets = re.findall(r"^make (\w+)|`make (\w+)", OPERATING, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text()
    for target in {one or other for one, other in targets}:
        assert f"\n{target}:" in makefile


def names_of_functions() -> set[str]:
    """What the host calls the functions: the given name, otherwise that of the code."""
    found = set()
    for path in (ROOT / "functions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef):
                found.add(node.name)
    return found


def test_every_function_that_can_be_switched_off_is_there() -> None:
    table = OPERATING.partition("| for `NAME` | stops |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))
    assert len(named) > 8
    assert named <= names_of_functions()


def test_every_setting_that_is_exported_is_a_parameter() -> None:
    exported = set(re.findall(r"\b([A-Z][A-Z_]+)=", OPERATING.partition("4. **The package")[0]))
    files = [path.read_text() for path in (ROOT / "infra/parameters").glob("*.bicepparam")]
    read = {name for text in files for name in re.findall(r"readEnvironmentVariable\('(\w+)'", text)}
    known = {field.alias for field in settings.Settings.model_fields.values()} | read
    assert {"OPERATOR_EMAIL", "SENDER_DOMAIN"} <= exported <= known


def test_the_sums_of_the_cost_table_are_those_of_the_arithmetic() -> None:
    infra = (ROOT / "infra/README.md").read_text().replace(",", "")
    rows = re.findall(
        r"^\| [\d,]+(?: million)? \| (\d+) \| (\d+) \| \*\*([\d,]+)\*\* \|", OPERATING, re.MULTILINE
    )
    assert len(rows) == 3
    for standing, views, together in rows:
        total = together.replace(",", "")
        assert int(standing) + int(views) == int(total)
        assert f"{views} · {total}" in infra, "infra/README.md has other sums"

"""Documents agree with the project: links, files, functions, commands, settings and sums in them exist."""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import settings
from bench import sizes
from functions.cards.formats import FORMATS
from release import deploy

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *(ROOT / name for name in ("infra/README.md", "local/functions_host/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
OPERATING = {path.stem: path.read_text() for path in (ROOT / "docs/operating").glob("*.md")}
NAMES = OPERATING["README"]
INFRA = (ROOT / "infra/README.md").read_text()


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document) -> None:
    assert broken_links(document, document.read_text()) == []


@pytest.mark.parametrize("link", ["nowhere.md", "api.md#nowhere", "#nowhere"])
def test_a_link_that_leads_nowhere_would_be_seen(link) -> None:
    assert broken_links(ROOT / "docs/formats.md", f"[a]({link})") == [link]


# Made by a command, so not in a checkout.
MADE = ("dist/", ".local/", ".azure/", "web/compiled")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*\w)(?::(\w+))?`")


def absent(text: str) -> list[str]:
    """The files, folders and functions of the project that a document names and that are not there."""
    trees = {path.name for path in ROOT.iterdir()}
    found = []
    for path, function in NAMED.findall(text):
        if path.partition("/")[0] not in trees or path.startswith(MADE):
            continue
        file = ROOT / path
        if not file.exists() or (
            function and not re.search(rf"\b(def|class) {function}\b", file.read_text())
        ):
            found.append(f"{path}:{function}" if function else path)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_and_function_that_is_named_is_there(document) -> None:
    assert absent(document.read_text()) == []


@pytest.mark.parametrize("name", ["domain/cards/gone.py", "domain/gone", "functions/cards/public.py:gone"])
def test_a_name_that_is_not_there_would_be_seen(name) -> None:
    known = "`domain/cards/card.py`, `functions/cards/public.py:show_card`"
    assert absent(f"{known}, `{name}`") == [name]


def unlisted(documents: list[Path]) -> set[Path]:
    """The documents that no index links to."""
    linked = {ROOT / "README.md"}
    for index in (ROOT / "README.md", *(ROOT / "docs").rglob("README.md")):
        links = re.findall(r"\]\(([^)\s#]+\.md)", index.read_text())
        linked |= {(index.parent / link).resolve() for link in links if ":" not in link}
    return set(documents) - linked


def test_every_document_is_in_an_index() -> None:
    assert unlisted(DOCUMENTS) == set()
    assert unlisted([*DOCUMENTS, ROOT / "docs/lost.md"]) == {ROOT / "docs/lost.md"}


def off_the_map(text: str) -> set[str]:
    """The packages that only the map has, or only the project."""
    return set(re.findall(r"^\| `([\w/]+)` \|", text, re.MULTILINE)) ^ set(sizes.packages())


def test_every_package_is_on_the_map() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    assert off_the_map(text) == set()
    assert off_the_map(text.replace("| `domain/images` |", "| `domain/gone` |")) == {
        "domain/images",
        "domain/gone",
    }


def test_every_format_of_a_card_is_told() -> None:
    table = (ROOT / "docs/formats.md").read_text().partition("\n\n`Accept`")[0]
    assert set(re.findall(r"^\| `\.([\w.]+)` \|", table, re.MULTILINE)) == FORMATS.keys()
    counted = dict(enumerate(("Eight", "Nine", "Ten", "Eleven", "Twelve"), start=8))[len(FORMATS)]
    assert f"**{counted} formats beside the page**" in (ROOT / "README.md").read_text()


def test_every_command_is_one_that_its_program_takes() -> None:
    commands = re.findall(
        r"python -m release\.(\w+) ?(\w[\w-]*)?", "\n".join(path.read_text() for path in DOCUMENTS)
    )
    assert {module for module, _ in commands} == {"deploy", "erase_again", "replay", "rotate_keys"}
    for module, word in set(commands):
        done = subprocess.run(
            [sys.executable, "-m", f"release.{module}", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert word in re.split(r"[\s,{}]+", done.stdout), (module, word)
    makefile = (ROOT / "Makefile").read_text()
    for document in DOCUMENTS:
        for one, other in re.findall(r"^ *make ([a-z]+)|`make ([a-z]+)", document.read_text(), re.MULTILINE):
            assert f"\n{one or other}:" in makefile, (document, one or other)


REGISTERED = """
import json, function_app
told = {}
for each in function_app.app.get_functions():
    trigger = each.get_trigger().get_dict_repr()
    told[each.get_function_name()] = [trigger.get("route") or "", *map(str, trigger.get("methods") or ())]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def functions() -> dict[str, list[str]]:
    """Route and methods of each function, by the name that the host has for it."""
    done = subprocess.run(
        [sys.executable, "-c", REGISTERED], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_every_function_that_can_be_switched_off_is_there(functions) -> None:
    table = OPERATING["kill-switches"].partition("| for `NAME` | stops |")[2].partition("\n\n")[0]
    rows = {row.split("|")[2].strip(): set(re.findall(r"`(\w+)`", row)) for row in table.splitlines() if row}
    named = set().union(*rows.values()) - {"NAME"}
    assert len(named) > 8
    assert named <= functions.keys()
    takes_pictures = {
        name
        for name, (route, *methods) in functions.items()
        if "image" in route and {"POST", "PUT"} & {method.split(".")[-1] for method in methods}
    }
    pictures = next(named for stops, named in rows.items() if stops.startswith("incoming pictures"))
    assert takes_pictures | {"cards_page_save"} < pictures  # whose form may bring some
    shows_cards = {
        name
        for name, (route, *_) in functions.items()
        if route.startswith("c/") and not name.startswith("exchange_")
    }
    assert shows_cards == rows["cards, in every format"]


def test_every_setting_that_is_exported_is_a_parameter() -> None:
    exported = set(
        re.findall(r"\b([A-Z][A-Z_]+)=", OPERATING["first-deployment"].partition("4. **The package")[0])
    )
    files = [path.read_text() for path in (ROOT / "infra/parameters").glob("*.bicepparam")]
    read = {name for text in files for name in re.findall(r"readEnvironmentVariable\('(\w+)'", text)}
    known = {field.alias for group in settings.groups() for field in group.model_fields.values()} | read
    assert {"OPERATOR_EMAIL", "SENDER_DOMAIN"} <= exported <= known | {"AZURE_SUBSCRIPTION_ID"}


def test_the_sums_of_the_cost_table_are_those_of_the_arithmetic() -> None:
    infra = INFRA.replace(",", "")
    rows = re.findall(
        r"^\| [\d,]+(?: million)? \| (\d+) \| (\d+) \| \*\*([\d,]+)\*\* \|", OPERATING["cost"], re.MULTILINE
    )
    assert len(rows) == 3
    for standing, views, together in rows:
        total = together.replace(",", "")
        assert int(standing) + int(views) == int(total)
        assert f"{views} · {total}" in infra, "infra/README.md has other sums"


def columns(heading: str, last: int) -> list[list[int]]:
    """The last columns of a table of costs: the sum last in each."""
    table = INFRA.partition(heading)[2].partition("\n\n")[0]
    rows = [line.strip("| ").split("|")[-last:] for line in table.splitlines() if line.startswith("| ")]
    figures = [[cell.strip("* ").split(" · ")[0].replace(",", "") for cell in row] for row in rows]
    return [[int(cell) for cell in column] for column in zip(*figures, strict=True)]


@pytest.mark.parametrize(("heading", "last"), [("| dev | prod |\n", 2), ("| 10 million |\n", 3)])
def test_every_column_of_costs_adds_up(heading, last) -> None:
    found = columns(heading, last)
    assert len(found) == last
    for *parts, total in found:
        assert sum(parts) == total


def shell_of(text: str) -> str:
    blocks = re.findall(r"^( *)```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    commands = "\n".join(textwrap.dedent(block) for _, block in blocks)
    return "\n".join([commands, *re.findall(r"`((?:az|export) [^`]+)`", text)])


def unset_names(text: str) -> set[str]:
    """Names that commands use and that no earlier command sets in the operator's shell."""
    shell = shell_of(text)
    told = set(re.findall(r"\b([A-Z][A-Z_]+)=", shell)) | set(re.findall(r"read -rs (\w+)", shell))
    told |= set(deploy.OUTPUTS) if 'eval "$(.venv/bin/python -m release.deploy outputs' in shell else set()
    return set(re.findall(r"\$\{?([A-Z][A-Z_]+)", shell)) - told


def test_every_name_that_a_command_uses_is_told_to_the_shell() -> None:
    """Each page on its own, after the block of names; infra/README.md with the first deployment before it."""
    for page, text in {**OPERATING, "infra": OPERATING["first-deployment"] + INFRA}.items():
        assert unset_names(NAMES + text) == set(), page
    assert unset_names(NAMES + "\n- `az functionapp stop --name $NOBODY_SAYS`\n") == {"NOBODY_SAYS"}


def not_to_be_pasted(text: str) -> list[str]:
    """Faults that keep a shell from running the commands unchanged."""
    shell = shell_of(text)
    done = subprocess.run(["bash", "-n"], input=shell, capture_output=True, text=True, check=False)
    return [*re.findall(r"<[a-z][a-z -]*>", shell), *done.stderr.splitlines()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_can_be_pasted(document) -> None:
    assert not_to_be_pasted(document.read_text()) == []


@pytest.mark.parametrize("command", ["az afd show --name <name of it>", "for one in a; do", "echo 'a"])
def test_a_command_that_no_shell_takes_would_be_seen(command) -> None:
    assert not_to_be_pasted(f"{NAMES}\n```sh\n{command}\n```\n")


def stated(name: str) -> str:
    """The line of the restore drill that sets a name."""
    return re.search(rf"^ *(export .*\b{name}=.+)$", OPERATING["restore"], re.MULTILINE)[1]


AZ = """#!/bin/sh
case "$*" in
  *COSMOS_ENDPOINT*"--output tsv") echo "https://cosmos-izwop-prod-abc.documents.azure.com:443/";;
  *"--output tsv") echo found;;
  *) exit 1;;
esac
"""


def test_the_names_of_the_page_are_found(tmp_path) -> None:
    """Run as an operator would, beside a stand-in for az that has one resource of each type."""
    [block] = re.findall(r"```sh\n(.*?)```", NAMES, re.DOTALL)
    (tmp_path / "az").write_text(AZ)
    (tmp_path / "az").chmod(0o755)
    names = re.findall(r"\b([A-Z][A-Z_]+)=", block)
    assert len(names) == 14
    shown = "; ".join(f'echo "{name}=${name}"' for name in names)
    done = subprocess.run(
        ["bash", "-euc", f"{block}\n{shown}"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(line.split("=") for line in done.stdout.splitlines())
    assert {told.pop("ENVIRONMENT"), told.pop("GROUP"), told.pop("ENDPOINT")} == {
        "prod", "rg-izwop-prod", "fde-izwop-prod",
    }  # fmt: skip
    # Asked of the app: after a restore there are two accounts whose names begin alike.
    assert told.pop("COSMOS_NAME") == "cosmos-izwop-prod-abc"
    assert set(told.values()) == {"found"}


def restored(database: str) -> str:
    done = subprocess.run(
        ["bash", "-euc", f'{stated("RESTORED_DATABASE")}\necho "$RESTORED_DATABASE"'],
        env={"PATH": "/usr/bin:/bin", "COSMOS_NAME": database},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("environment", deploy.environments())
def test_every_restore_has_a_name_that_cosmos_takes(environment) -> None:
    first = f"cosmos-izwop-{environment}-{'a' * 13}"  # as long as `uniqueString` makes it
    name = restored(first)
    assert re.fullmatch(r"[a-z][a-z0-9-]{2,43}", name)
    # And a restore of what a restore made, on another day.
    assert restored(f"{first}-r20250101") == name != first

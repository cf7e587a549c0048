"""Sizes of what is deployed: the map of packages, and the largest package, file and function.

    .venv/bin/python -m bench.sizes            print the map with today's figures
    .venv/bin/python -m bench.sizes --write    write them to docs/architecture.md

Lines are all lines of a file, comments and blank ones included. An `__init__.py` is not counted as a module.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MAP = ROOT / "docs/architecture.md"
DEPLOYED = ("functions", "domain", "adapters", "wiring", "settings")
_ROW = re.compile(r"^(\| `([\w/]+)` \| [^|]+ \|) \d+ \| `\w+\.py`, \d+ \|$", re.MULTILINE)
_LARGEST = re.compile(r"^- largest package: .+\n- largest file: .+\n- largest function: .+$", re.MULTILINE)


class Sized(NamedTuple):
    """A module or function, and its number of lines."""

    lines: int
    name: str


def files() -> list[Path]:
    """Every deployed file of Python that is not empty, relative to the project."""
    found = [path for place in DEPLOYED for path in (ROOT / place).rglob("*.py")]
    return [path.relative_to(ROOT) for path in found if path.stat().st_size]


def packages() -> dict[str, list[Sized]]:
    """The files of each package, the largest first."""
    found: dict[str, list[Sized]] = defaultdict(list)
    for path in files():
        found[str(path.parent)].append(Sized(len((ROOT / path).read_text().splitlines()), path.name))
    return {package: sorted(found[package], reverse=True) for package in sorted(found)}


def modules(package: list[Sized]) -> int:
    return sum(file.name != "__init__.py" for file in package)


def functions() -> Iterator[Sized]:
    """Every function and method, decorators included."""
    for path in files():
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min(line.lineno for line in (node, *node.decorator_list))
                yield Sized((node.end_lineno or first) - first + 1, f"{path}:{node.name}")


def largest() -> str:
    found = packages()
    package = max(found, key=lambda name: modules(found[name]))
    file = max(Sized(each.lines, f"{name}/{each.name}") for name in found for each in found[name])
    function = max(functions())
    return (
        f"- largest package: `{package}`, {modules(found[package])} modules\n"
        f"- largest file: `{file.name}`, {file.lines} lines\n"
        f"- largest function: `{function.name}`, {function.lines} lines"
    )


def with_figures(text: str) -> str:
    """The map with today's figures. A package that is gone keeps its own, for the tests to notice."""
    found = packages()

    def row(told: re.Match[str]) -> str:
        package = found.get(told[2])
        if package is None:
            return told[0]
        return f"{told[1]} {modules(package)} | `{package[0].name}`, {package[0].lines} |"

    return _LARGEST.sub(largest(), _ROW.sub(row, text))


def main() -> None:
    text = with_figures(MAP.read_text())
    if "--write" in sys.argv[1:]:
        MAP.write_text(text)
    print(*(row[0] for row in _ROW.finditer(text)), largest(), sep="\n")


if __name__ == "__main__":
    main()

"""Sizes of what is deployed: a table of packages, and the largest package, file and function.

    .venv/bin/python -m bench.sizes

Lines are all lines of a file, comments and blank ones included. An `__init__.py` is not counted as a module.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DEPLOYED = ("functions", "domain", "adapters", "wiring", "settings")


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


def report() -> Iterator[str]:
    found = packages()
    yield "| package | modules | lines | largest file |"
    yield "|---|---|---|---|"
    for name, package in found.items():
        lines, largest = sum(file.lines for file in package), package[0]
        yield f"| `{name}` | {modules(package)} | {lines:,} | `{largest.name}`, {largest.lines} |"
    fullest = max(found, key=lambda name: modules(found[name]))
    file = max(Sized(each.lines, f"{name}/{each.name}") for name in found for each in found[name])
    function = max(functions())
    yield ""
    yield f"Largest package: {fullest}, {modules(found[fullest])} modules."
    yield f"Largest file: {file.name}, {file.lines} lines."
    yield f"Largest function: {function.name}, {function.lines} lines."


if __name__ == "__main__":
    print(*report(), sep="\n")

"""Readers of the resources of `infra/`: each gives the same resources, and every rule runs over each."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from compiled import compiled
from deployment import INFRA, Resource, Sources, deployment
from lowering import lowered

# Takes an environment, perhaps other sources, and parameters to change.
Reader = Callable[..., list[Resource]]
# Output folder of the Bicep CLI in `.ci/bicep`.
COMPILED = INFRA.parent / ".local/infra/main.json"


def is_fresh(path: Path = COMPILED) -> bool:
    """Newer than every file it is made of, and than their folders, which change when a file is taken away."""
    made_of = [INFRA, *INFRA.rglob("*"), INFRA.parent / "adapters/cosmos/containers.json"]
    return path.exists() and all(one.stat().st_mtime <= path.stat().st_mtime for one in made_of)


def _lowered(environment: str, sources: Sources | None = None, **changed: Any) -> list[Resource]:
    template = lowered(sources) if sources else _own_template()
    return compiled(environment, template, sources, **changed)


def _compiled(environment: str, **changed: Any) -> list[Resource]:
    return compiled(environment, _compiled_template(), **changed)


@cache
def _own_template() -> dict[str, Any]:
    return lowered()


@cache
def _compiled_template() -> dict[str, Any]:
    return json.loads(COMPILED.read_text("utf-8"))  # type: ignore[no-any-return]


# These can read sources in which a fault is planted; the compiler has seen only those that are there.
PLANTABLE: dict[str, Reader] = {"source": deployment, "lowered": _lowered}
READERS: dict[str, Reader] = PLANTABLE | ({"compiled": _compiled} if is_fresh() else {})


def what_was_read() -> str:
    if "compiled" in READERS:
        return "infra: the rules ran over the source and over the compiled template."
    why = "is older than its sources" if COMPILED.exists() else "is not there"
    name = COMPILED.relative_to(INFRA.parent)
    return f"infra: the rules ran over the source only; {name} {why}: .ci/bicep makes it with the Bicep CLI."

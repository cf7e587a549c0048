"""What `import function_app` costs over the three libraries it cannot do without: a part of a cold start."""

import os
import subprocess
import sys
from pathlib import Path

from bench.lines import Line, Target

ROOT = Path(__file__).parent.parent
ROUNDS = 7
APP = "import function_app"
# `import pydantic` alone loads nothing of it; these are what any app with models and rules for them loads.
LIBRARIES = (
    "import azure.functions, azure.cosmos.aio; from pydantic import BaseModel, Field, StringConstraints"
)


def lines() -> list[Line]:
    for statement in (APP, LIBRARIES):  # writes what is missing of the compiled modules
        _cpu_seconds(statement)
    pairs = [(_cpu_seconds(APP), _cpu_seconds(LIBRARIES)) for _ in range(ROUNDS)]
    # The least of each: an import does the same work every time, all else is noise of the machine.
    ours, reference = (min(times) for times in zip(*pairs, strict=True))
    return [
        Line(
            "import function_app / its three libraries",
            f"{ours * 1e3:,.0f} ms CPU",
            f"{reference * 1e3:,.0f} ms CPU",
            ours / reference,
            (Target("<=", 1.25),),
        )
    ]


def _cpu_seconds(statement: str) -> float:
    """CPU time of the import alone in a new interpreter; its own start is not counted."""
    program = f"import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
    # Azure gets compiled modules; without them every run would compile ours and nobody else's.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)

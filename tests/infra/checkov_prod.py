"""`python tests/infra/checkov_prod.py`: runs checkov, where installed, on the resources of prod.

On a compiled template checkov passes without checking anything, because the resources have symbolic names and
the values are expressions. So it gets the evaluated resources, and its report must show that it checked some.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from deployment import INFRA, Resource
from readers import COMPILED, READERS

CONFIG = INFRA.parent / ".ci/checkov.yaml"
LEAST_CHECKS = 40


def flat(resources: list[Resource]) -> dict[str, Any]:
    """A template without parameters, expressions and modules. What only Azure knows stays a text."""
    entries = [
        {name: value for name, value in one.body.items() if name not in ("parent", "scope")}
        # checkov requires a version and ignores it.
        | {"type": one.type, "name": one.name, "apiVersion": "2025-01-01"}
        for one in resources
    ]
    return {"contentVersion": "1.0.0.0", "$schema": "deploymentTemplate.json#", "resources": entries}


def findings(said: dict[str, Any]) -> list[str]:
    """Findings of a checkov report, including too few checks."""
    summary = said.get("summary", {})
    failed = said.get("results", {}).get("failed_checks", [])
    found = [f"{one['check_id']} {one['check_name']}: {one['resource']}" for one in failed]
    if summary.get("parsing_errors") != 0 or summary.get("passed", 0) < LEAST_CHECKS:
        found.append(f"checkov read too little: {summary or said}")
    return found


def main() -> int:
    program = shutil.which("checkov")
    if program is None:
        sys.stdout.write("No checkov: only our own rules ran.\n")
        return 1 if os.environ.get("CI") else 0
    read = READERS.get("compiled", READERS["source"])
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    file = COMPILED.with_name("prod.json")
    file.write_text(json.dumps(flat(read("prod")), indent=1, default=str))
    command = [program, "--config-file", str(CONFIG), "--file", str(file), "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = findings(json.loads(done.stdout or "{}"))
    sys.stdout.write("\n".join(found or ["checkov finds nothing in prod."]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

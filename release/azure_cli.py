"""Azure CLI, run as an operator would."""

import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
# Longer than az needs for a query; it would wait for input that nobody can give.
_ANSWER_SECONDS = 120


class NoAnswer(Exception):
    """Reason for a missing answer of az, in one sentence."""


def run(*arguments: str) -> None:
    """Print the command and stream its output. Raises `CalledProcessError` where az fails."""
    command: Sequence[str] = ["az", *arguments]
    print(f"$ {shlex.join(command)}", flush=True)
    subprocess.run(command, cwd=_ROOT, check=True)


def ask(*arguments: str) -> str:
    """Return the output of az. Raises `NoAnswer` where it fails, prints nothing, or waits for input."""
    asked = f"`az {' '.join(arguments[:2])}`"
    try:
        done = subprocess.run(
            ["az", *arguments], cwd=_ROOT, check=False, text=True, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=_ANSWER_SECONDS,
        )  # fmt: skip
    except FileNotFoundError:
        raise NoAnswer("The Azure CLI (az) is not installed.") from None
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"{asked} did not answer within {_ANSWER_SECONDS} seconds.") from None
    if done.returncode != 0:
        raise NoAnswer(f"{asked} failed: run `az login`, and `az bicep install` if Bicep is missing.")
    if not done.stdout.strip():
        raise NoAnswer(f"{asked} answered nothing.")
    return done.stdout.strip()


def ask_json(*arguments: str) -> Any:
    """Return the JSON output of az. Raises `NoAnswer` as `ask` does, and where it is no JSON."""
    try:
        return json.loads(ask(*arguments, "--output", "json"))
    except ValueError:
        raise NoAnswer(f"`az {' '.join(arguments[:2])}` answered something else than JSON.") from None

"""CI runs browser tests that failed beside others once more, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "second_look.py"
TESTS = "def test_this():\n    pass\n\n\ndef test_that():\n    assert False\n"


def looked(tmp_path: Path, *failed: str) -> subprocess.CompletedProcess[str]:
    for folder in ("browser", "functions"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_it.py").write_text(TESTS)
    kept = tmp_path / ".pytest_cache/v/cache/lastfailed"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(dict.fromkeys(failed, True)))
    return subprocess.run(
        [sys.executable, SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("failed", "code", "ran"),
    [
        (["tests/browser/test_it.py::test_this"], 0, "1 passed"),
        (["tests/browser/test_it.py::test_that"], 1, "1 failed"),
        (
            ["tests/browser/test_it.py::test_this", "tests/browser/test_it.py::test_that"],
            1,
            "1 failed, 1 passed",
        ),
        (["tests/functions/test_it.py::test_this"], 1, ""),
        (["tests/browser/test_it.py::test_this", "tests/functions/test_it.py::test_this"], 1, ""),
        ([f"tests/browser/test_it.py::test_{number}" for number in range(6)], 1, ""),
        ([], 1, ""),
    ],
)
def test_only_a_few_browser_tests_are_looked_at_again(tmp_path, failed, code, ran) -> None:
    done = looked(tmp_path, *failed)
    assert done.returncode == code
    assert ran in done.stdout
    assert ("A second look" in done.stdout) == bool(ran)

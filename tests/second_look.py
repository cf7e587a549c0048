"""Runs those browser tests once more that failed beside others, and says which of them then passed.

On a busy machine a browser can be too late for a test. All other tests have to pass at once: if one of those
failed, nothing is run again. Exits with 0 only if every test that failed passed now.
"""

import json
import subprocess
import sys
from pathlib import Path

_FAILED = Path(".pytest_cache/v/cache/lastfailed")
# More than this is no accident.
_MOST = 5


def main() -> int:
    failed = sorted(json.loads(_FAILED.read_text())) if _FAILED.exists() else []
    if not failed or len(failed) > _MOST or not all(test.startswith("tests/browser/") for test in failed):
        return 1
    sys.stdout.write("\n  ".join(["A second look, with no other test beside it, at:", *failed]) + "\n")
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "--", *failed], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

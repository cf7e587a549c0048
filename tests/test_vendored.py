"""Scripts of others are the published ones, byte for byte."""

import hashlib
from pathlib import Path

VENDORED = Path(__file__).parents[1] / "web" / "scripts" / "vendor"
CHECKSUMS = {
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "sortable.min.js": "bf4241bc73fef7f11c59a283a69fe8051cdd31c6d8ff5a2b9ba219e7831fcf76",
}


def test_scripts_of_others_are_unchanged_and_listed() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(VENDORED.glob("*.js"))
    }
    assert found == CHECKSUMS
    listed = (VENDORED / "README.md").read_text("utf-8")
    assert all(f"| `{name}` |" in listed for name in CHECKSUMS)

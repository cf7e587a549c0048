"""Parsers that are not ours and not Python's, each a program that answers JSON lines with JSON lines."""

import fcntl
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import node_runtime

HERE = Path(__file__).parent


class Program:
    """A program that answers each line of JSON with one."""

    def __init__(self, command: list[str | Path], folder: Path) -> None:
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, question: object) -> Any:
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def npm_packages() -> Path:
    """The folder `tests/node` with what its lock names, installed from there on first use."""
    folder = HERE / "node"
    stamp = folder / "node_modules" / ".installed-lock"
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    # One process of the tests installs, and the others wait for it.
    with (folder / "package-lock.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != lock:
            path = os.pathsep.join([str(node_runtime.NODE.parent), os.environ.get("PATH", "")])
            command = [node_runtime.NODE, node_runtime._NPM, "ci", "--loglevel=error"]
            subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, check=True)
            stamp.write_text(lock)
    return folder


class NpmReaders(Program):
    """npm's readers of contact files, codes and microformats in one Node process."""

    def __init__(self) -> None:
        super().__init__([node_runtime.NODE, "readers.mjs"], npm_packages())

    def read(self, reader: str, **request: object) -> Any:
        """Result of the reader; AssertionError when it refuses."""
        answer = self.ask({"reader": reader, **request})
        assert "error" not in answer, f"{reader}: {answer['error']}\n{request}"
        return answer["value"]


class Evolution(Program):
    """The contacts library of Evolution, by the system's Python."""

    _PYTHON = "/usr/bin/python3"

    def __init__(self) -> None:
        super().__init__([self._PYTHON, HERE / "evolution_reader.py"], HERE)

    @classmethod
    def installed(cls) -> bool:
        load = "import gi; gi.require_version('EBookContacts', '1.2')"
        try:
            return subprocess.run([cls._PYTHON, "-c", load], capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    def read(self, text: str) -> list[tuple[str, list[str]]]:
        return self.ask(text)


class TextVcard(Program):
    """Perl's Text::vCard."""

    def __init__(self) -> None:
        super().__init__(["perl", HERE / "vcard_reader.pl"], HERE)

    @classmethod
    def installed(cls) -> bool:
        try:
            loaded = subprocess.run(["perl", "-MText::vCard", "-e1"], capture_output=True, check=False)
        except OSError:
            return False
        return loaded.returncode == 0

    def read(self, text: str) -> list[tuple[str, Any]]:
        return self.ask(text)


needs_evolution = pytest.mark.skipif(
    not Evolution.installed(),
    reason="no Evolution: install Debian's gir1.2-ebookcontacts-1.2 and python3-gi",
)

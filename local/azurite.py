"""Azurite, Microsoft's storage emulator: blobs and queues on this machine's loopback."""

import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from local import node_runtime

_ACCOUNT = "devstoreaccount1"
# Published by Microsoft and the same in every Azurite: no secret.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_START_SECONDS = 90
_STOP_SECONDS = 10


class AzuriteDidNotStart(RuntimeError):
    """Azurite ended or did not answer within 90 seconds; the message holds what it printed."""


class Azurite:
    """One Azurite process, also as a context manager.

    `folder` keeps the data (None: in memory, gone at the end). Ports of 0 are chosen when it starts.
    """

    def __init__(self, folder: Path | None = None, *, blob_port: int = 0, queue_port: int = 0) -> None:
        self._folder = folder
        self._ports = [blob_port, queue_port, 0]
        self._process: subprocess.Popen[bytes] | None = None
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as this object

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def connection_string(self) -> str:
        blob, queue, _ = self._ports
        return (
            f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};"
            f"BlobEndpoint=http://127.0.0.1:{blob}/{_ACCOUNT};QueueEndpoint=http://127.0.0.1:{queue}/{_ACCOUNT};"
        )

    def start(self) -> None:
        """Start and wait until it answers, at most 90 seconds. Installs the Node packages if missing."""
        node_runtime.install()
        self._ports = _free_ports(self._ports)
        self._process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=self._printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches only the runner, which then stops Azurite in order
        )
        limit = time.monotonic() + _START_SECONDS
        for port in self._ports:
            while not _answers(port):
                if self._process.poll() is not None or time.monotonic() > limit:
                    raise AzuriteDidNotStart(self._give_up())
                time.sleep(0.05)

    def stop(self) -> None:
        """End the process with SIGTERM, which writes out what is kept on disk."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def command(self) -> list[str]:
        if self._folder is None:
            where = ["--inMemoryPersistence"]
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            where = ["--location", str(self._folder)]
        ports = zip(("blob", "queue", "table"), self._ports, strict=True)
        return [
            str(node_runtime.NODE),
            str(node_runtime.MODULES / "azurite/dist/src/azurite.js"),
            *where,
            *(
                text
                for name, port in ports
                for text in (f"--{name}Port", str(port), f"--{name}Host", "127.0.0.1")
            ),
            "--silent",
            "--disableTelemetry",
            "--skipApiVersionCheck",  # the Python SDKs speak newer versions than Azurite knows
        ]

    def _give_up(self) -> str:
        assert self._process is not None  # noqa: S101  for the type checker
        self._process.kill()
        code = self._process.wait()
        self._process = None
        self._printed.seek(0)
        printed = self._printed.read().decode(errors="replace").strip()
        return f"Azurite did not start (exit code {code}): {printed[-2000:]}"


def _free_ports(wanted: list[int]) -> list[int]:
    """The wanted ports, with free ones for the zeros, all taken at once so that they differ."""
    with ExitStack() as taken:
        sockets = [taken.enter_context(socket.socket()) for _ in wanted]
        for port, each in zip(wanted, sockets, strict=True):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                each.bind(("127.0.0.1", port))
            except OSError as exc:
                raise AzuriteDidNotStart(f"port {port} is taken by another program") from exc
        return [each.getsockname()[1] for each in sockets]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0

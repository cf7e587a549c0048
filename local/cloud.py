"""The outside systems of the app on one machine.

Cosmos DB, storage, identity provider, mailbox, DNS, key vault, and stand-ins of the systems of clients.
"""

import asyncio
import base64
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import database, dns, identity, mailbox, processes, vault, vendors
from local.azurite import Azurite

# Settings that the local cloud provides, by part, with those that select a real part instead.
SETTINGS = (
    "PUBLIC_ORIGIN", "CONTROLLER_NAME", "CONTACT_EMAIL", "EXAMPLE_HANDLE", "SESSION_KEY", "RELATIONS_KEY",
    "RECEIPT_KEY",
    "SESSION_IDLE_HOURS", "SESSION_HOURS", "KEPT_SESSION_IDLE_DAYS", "KEPT_SESSION_DAYS",
    "FRESH_SIGN_IN_MINUTES",
    "COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE",
    "AzureWebJobsStorage", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__blobServiceUri",
    "MEDIA_BLOB_SERVICE_URI",
    "OIDC_ISSUER", "OIDC_TENANT_ID", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_API_AUDIENCE",
    "OIDC_CA_FILE",
    "SMTP_URL", "MAIL_FROM", "VISIT_SPOOL", "DNS_RESOLVER",
    "CREDENTIALS_KEY_URL", "VAULT_TOKEN", "VAULT_CA_FILE", "OUTBOUND_LOOPBACK",
    "VENDOR_ADDRESSES", "OAUTH_APPS",
)  # fmt: skip


@dataclass(frozen=True)
class Ports:
    """Ports that bookmarks or stored data depend on; 0 takes a free one."""

    app: int = 0
    identity_https: int = 0
    identity_http: int = 0
    mailbox_page: int = 0
    vendors: int = 0


@dataclass(frozen=True)
class Part:
    """Line of the runner's table: a part of the cloud, its address, and whether it is local."""

    name: str
    place: str
    local: bool


class Cloud:
    """Local cloud. It starts each part that `given` does not replace, and fills `settings` for the app.

    With a `data` folder everything is stored across restarts; without one it is kept in memory.
    A setting in `given` wins over the local one, and a part it replaces is not started.
    Entering raises `processes.ChildFailed` with the last log lines when a part does not start.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        public_origin: str = "http://localhost:7071",
        given: Mapping[str, str] | None = None,
        ports: Ports | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._data = data
        self._given = dict(given or {})
        self._ports = ports or Ports()
        self._say = say
        self._origin = self._given.get("PUBLIC_ORIGIN", public_origin)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.children: list[processes.Child] = []
        self.parts: list[Part] = []
        self.settings: dict[str, str] = {}
        self.vendors: vendors.Vendors | None = None  # unless they are elsewhere

    async def __aenter__(self) -> Self:
        if self._data is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="izwop-cloud-")
        starts = {
            "Cosmos DB": (("COSMOS_ENDPOINT",), self._start_cosmos),
            "Storage": (("AzureWebJobsStorage", "AzureWebJobsStorage__queueServiceUri"), self._start_storage),
            "Identity provider": (("OIDC_ISSUER",), self._start_identity),
            "Mailbox": (("SMTP_URL",), self._start_mailbox),
            "DNS": (("DNS_RESOLVER",), self._start_dns),
            "Key vault": (("CREDENTIALS_KEY_URL",), self._start_vault),
            "Clients' systems": (("VENDOR_ADDRESSES",), self._start_vendors),
        }
        running = []
        for name, (names, start) in starts.items():
            elsewhere = next((setting for setting in names if self._given.get(setting)), None)
            if elsewhere:
                self.parts.append(Part(name, f"{elsewhere} is set: not started here", local=False))
            else:
                running.append(self._started(name, start))
        try:
            await _all(running)
        except BaseException:
            await self.stop()
            raise
        self.parts.sort(key=lambda part: list(starts).index(part.name))
        own = {
            "PUBLIC_ORIGIN": self._origin,
            "SESSION_KEY": self._key("session-key"),
            "RELATIONS_KEY": self._key("relations-key"),
            "RECEIPT_KEY": self._key("receipt-key"),
            "VISIT_SPOOL": str(self._folder / "visits"),
            "OUTBOUND_LOOPBACK": "localhost,127.0.0.1",
        }
        self.settings = own | self.settings | self._given
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End every part. Safe to call twice."""
        await asyncio.gather(*(child.stop() for child in self.children))
        if self._temporary is not None:
            self._temporary.cleanup()

    async def _started(self, name: str, start: Callable[[], Awaitable[str]]) -> None:
        place = await start()
        self.parts.append(Part(name, place, local=True))
        self._say(f"{name} is ready")

    async def _start_cosmos(self) -> str:
        key = self._key("cosmos-key")
        command = [sys.executable, "-m", "local.cosmos", "--key", key, "--port", "0"]
        if self._data is not None:
            command += ["--data", str(self._data / "cosmos")]
        child, (endpoint,) = await processes.start_ready("Cosmos server", command, logs=self._logs)
        self.children.append(child)
        await database.create(endpoint, key)
        self.settings |= {"COSMOS_ENDPOINT": endpoint, "COSMOS_KEY": key, "COSMOS_DATABASE": database.NAME}
        return endpoint

    async def _start_storage(self) -> str:
        folder = None if self._data is None else self._data / "storage"
        for last in (False, True):
            blob, queue = processes.free_port(), processes.free_port()
            azurite = Azurite(folder, blob_port=blob, queue_port=queue)
            child = await processes.start("storage server", azurite.command(), logs=self._logs)
            self.children.append(child)
            try:
                await child.listens(blob)
                await child.listens(queue)
                break
            except processes.ChildFailed:
                if last:
                    raise
                # Another program may have taken a port in between.
                self.children.remove(child)
                await child.stop()
        self.settings["AzureWebJobsStorage"] = azurite.connection_string
        return f"http://127.0.0.1:{blob} (blobs), :{queue} (queues)"

    async def _start_identity(self) -> str:
        provider = await identity.start(
            public_origin=self._origin,
            folder=self._folder / "identity",
            logs=self._logs,
            https_port=self._ports.identity_https,
            http_port=self._ports.identity_http,
            memory=self._data is None,
        )
        self.children.append(provider.child)
        self.settings |= provider.settings
        return provider.issuer

    async def _start_mailbox(self) -> str:
        data = None if self._data is None else self._data / "mailbox"
        box = await mailbox.start(logs=self._logs, data=data, http_port=self._ports.mailbox_page)
        self.children.append(box.child)
        self.settings |= box.settings
        return box.page_url

    async def _start_dns(self) -> str:
        child, resolver = await dns.start(logs=self._logs, zone=self.zone)
        self.children.append(child)
        self.settings["DNS_RESOLVER"] = resolver
        return f"{resolver}, records in {self.zone}"

    async def _start_vault(self) -> str:
        started = await vault.start(
            logs=self._logs,
            folder=self._folder / "vault",
            token=self._key("vault-token"),
            memory=self._data is None,
        )
        self.children.append(started.child)
        self.settings |= started.settings
        return started.url

    async def _start_vendors(self) -> str:
        data = None if self._data is None else self._data / "vendors"
        self.vendors = await vendors.start(
            logs=self._logs, data=data, port=self._ports.vendors, with_data=data is not None
        )
        self.children.append(self.vendors.child)
        self.settings |= self.vendors.settings
        return f"{self.vendors.origin}/ (none of them is the real one)"

    @property
    def zone(self) -> Path:
        """The file of the records that the local DNS answers with."""
        return self._folder / dns.ZONE

    @property
    def _folder(self) -> Path:
        if self._data is not None:
            return self._data
        assert self._temporary is not None  # noqa: S101 - made on entering
        return Path(self._temporary.name)

    @property
    def _logs(self) -> Path:
        return self._folder / "logs"

    def _key(self, name: str) -> str:
        """32 random bytes in base64, the same again for the same data folder."""
        file = self._folder / name
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()


async def _all(running: list[Coroutine[Any, Any, None]]) -> None:
    """Wait for every start, so that none is left half done, then raise the first failure."""
    results = await asyncio.gather(*running, return_exceptions=True)
    for failure in filter(None, results):
        raise failure

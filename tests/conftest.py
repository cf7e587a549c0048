"""Fixtures of the whole product, started once for all tests: the app on the local host, and the local cloud.

Imports that only some tests need are made where they are used: they take longer than the domain's tests.
"""

import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

    from local.cloud import Cloud
    from local.functions_host import FunctionsHost
    from local.vendors import Vendors

TESTS = Path(__file__).parent
ROOT = TESTS.parent
# An https origin, so that an HTTP client keeps the product's Secure cookies as a browser would.
ORIGIN = "https://izwop.test"


# The slow families that are a folder; their marks are described in pyproject.toml.
_FOLDERS = ("browser", "release")
# The longest first, and before others fill the store that `release` restores.
_SLOW = (*_FOLDERS, "fuzzing", "kills")
# Folders whose files share something costly, which one worker starts once.
_TOGETHER = ("tests/browser/", "tests/infra/", "tests/local/functions_host/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow families. Where workers share the tests, they begin with what takes longest."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in _FOLDERS:
            item.add_marker(folder)
    if hasattr(config, "workerinput"):
        for mark in reversed(_SLOW):
            slow = {_group(item.nodeid) for item in items if item.get_closest_marker(mark)}
            items.sort(key=lambda item: _group(item.nodeid) not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Give each worker whole files, so that what a file shares is made once, or a whole folder."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return ByGroup(config, log)


def _group(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    return next((folder for folder in _TOGETHER if file.startswith(folder)), file)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the translations, which git does not keep."""
    if not hasattr(session.config, "workerinput"):
        from release.catalogues import compile_all  # noqa: PLC0415

        compile_all(ROOT, ROOT)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Drop the summary of Hypothesis where no test uses it: that would import all of it."""
    if "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(name="hypothesispytest")


@pytest.fixture(scope="session")
def first_port() -> int:
    """Five ports from here on, for `make run`: no other worker's, and none that the system gives away."""
    return 10_000 + os.getpid() % 4000 * 5


@pytest.fixture(scope="session")
async def cloud() -> "AsyncIterator[Cloud]":
    from local.cloud import Cloud  # noqa: PLC0415

    async with Cloud(public_origin=ORIGIN) as running:
        yield running


@pytest.fixture(scope="session")
async def vendors(tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Vendors]":
    """Stand-ins of the systems of clients. A test makes an account of its own at the vendor it needs."""
    from local import vendors as stand_ins  # noqa: PLC0415

    running = await stand_ins.start(logs=tmp_path_factory.mktemp("vendors"))
    yield running
    await running.child.stop()


@pytest.fixture(scope="session")
async def host(cloud: "Cloud") -> "AsyncIterator[FunctionsHost]":
    from local.functions_host import FunctionsHost  # noqa: PLC0415

    loaded = await FunctionsHost.load(ROOT, cloud.settings)
    yield loaded
    import wiring  # noqa: PLC0415 - only once the host has set the environment

    await wiring.close()
    await loaded.stop()


@pytest.fixture(scope="session")
def client(host: "FunctionsHost") -> "Callable[[], httpx.AsyncClient]":
    """Make a new stranger: a client without cookies."""
    import httpx  # noqa: PLC0415

    transport = httpx.ASGITransport(app=host.asgi)
    return lambda: httpx.AsyncClient(transport=transport, base_url=ORIGIN)


@dataclass
class SignedIn:
    """A person's browser: keeps cookies, and can speak to the API with its anti-forgery token."""

    http: "httpx.AsyncClient"
    csrf: str
    name: str
    headers: dict[str, str] = field(default_factory=dict)

    async def api(self, method: str, path: str, **options: object) -> "httpx.Response":
        headers = {"X-CSRF-Token": self.csrf, **(options.pop("headers", None) or {})}
        return await self.http.request(method, f"/api/v1/{path}", headers=headers, **options)


async def walk_in(browser: "httpx.AsyncClient", name: str) -> "httpx.Response":
    """Sign a person in through the app's and the provider's own pages."""
    import httpx  # noqa: PLC0415

    from local.identity.sign_in import sign_in  # noqa: PLC0415

    answer = await browser.post(
        "/auth/login", data={"birthYear": "1985", "birthMonth": "12", "returnTo": "/my"}
    )
    async with httpx.AsyncClient(trust_env=False) as provider:
        callback = await sign_in(provider, answer.headers["location"], name)
    return await browser.get(callback)


@pytest.fixture(scope="session")
def signed_in(
    client: "Callable[[], httpx.AsyncClient]",
) -> Callable[..., Awaitable[SignedIn]]:
    """Sign in a person by name; a name nobody else has when none is given."""

    async def enter(name: str | None = None) -> SignedIn:
        person = name or f"Person {secrets.token_hex(6)}"
        browser = client()
        await walk_in(browser, person)
        session = (await browser.get("/api/v1/session")).json()
        return SignedIn(browser, session["csrfToken"], person)

    return enter


@pytest.fixture(scope="session")
def bearer(cloud: "Cloud") -> Callable[[str], Awaitable[dict[str, str]]]:
    """The Authorization header of a program that acts for a person."""
    from local.identity.sign_in import access_token  # noqa: PLC0415

    async def get(name: str) -> dict[str, str]:
        settings = cloud.settings
        token = await access_token(
            issuer=settings["OIDC_ISSUER"], ca_file=settings["OIDC_CA_FILE"], person=name
        )
        return {"Authorization": f"Bearer {token}"}

    return get

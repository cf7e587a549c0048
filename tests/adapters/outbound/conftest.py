"""Servers on loopback, and the client that may call them."""

import ssl
from collections.abc import AsyncIterator, Callable

import pytest
import trustme

from adapters.outbound.client import Outbound
from adapters.outbound.guard import Guard
from tests.adapters.outbound.servers import Served, serving


@pytest.fixture
async def server() -> AsyncIterator[Served]:
    async with serving() as served:
        yield served


@pytest.fixture(scope="session")
def usual_tls() -> ssl.SSLContext:
    """Made once: it reads every authority of the machine."""
    return ssl.create_default_context()


@pytest.fixture
async def outbound(usual_tls: ssl.SSLContext) -> AsyncIterator[Outbound]:
    opened = Outbound(Guard(frozenset({"127.0.0.1"})), usual_tls)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    tls = ssl.create_default_context()
    authority.configure_trust(tls)
    return tls


@pytest.fixture
def tls_of(authority: trustme.CA) -> Callable[[str], ssl.SSLContext]:
    """The server's side of TLS, with a certificate for a name."""

    def make(name: str) -> ssl.SSLContext:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(tls)
        return tls

    return make

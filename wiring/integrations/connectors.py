"""The connectors: a line for each, and how the system of a source is opened with them."""

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from wiring import closed_at_end, once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.outbound.client import Answer, Outbound
    from adapters.outbound.oauth import App
    from adapters.outbound.pace import Pace
    from adapters.outbound.session import Session
    from domain.integrations.budget import Room
    from domain.integrations.connectors import Connector, Description, Kind, Limits
    from domain.integrations.credentials import Credentials

KINDS: "Final[tuple[Kind, ...]]" = ("hubspot",)


class Parts(NamedTuple):
    """What a connector's package has. `base` is the vendor's address, by the credentials, and `room_of` reads
    what an answer says of limits.
    """

    description: "Description"
    base: "Callable[[Credentials], str]"
    authorised: "Callable[[Credentials], Mapping[str, str]]"
    room_of: "Callable[[Answer], Room | None]"
    opened: "Callable[[Session], Connector]"


def parts(kind: "Kind") -> Parts:
    found = import_module(f"adapters.vendors.{kind}")
    return Parts(found.DESCRIPTION, found.base, found.authorised, found.room_of, found.opened)


@once
def outbound() -> "Outbound":
    import settings.integrations
    from adapters.outbound.client import Outbound
    from adapters.outbound.guard import Guard

    return closed_at_end(Outbound(Guard(settings.integrations.load().loopback_hosts)))


async def opened(
    kind: "Kind",
    credentials: "Callable[[], Awaitable[Credentials]]",
    *,
    renew: "Callable[[Credentials], Awaitable[Credentials]] | None" = None,
    key: str = "",
    order: str = "",
) -> "Connector":
    """The system of a kind, opened with credentials. `order` is the client's, which every request names, and
    `key` that of the source, which has a pace of its own.
    """
    import settings.integrations
    from adapters.outbound.access import SourceAccess
    from adapters.outbound.calls import Calls
    from adapters.outbound.session import Session

    of = parts(kind)
    access = SourceAccess(credentials, renew)
    address = settings.integrations.load().addresses.get(kind) or of.base(await access.current())
    pace = pace_of(key or kind, of.description.limits)
    calls = Calls(outbound(), access, pace, authorised=of.authorised, room_of=of.room_of)
    return of.opened(Session(address, calls, f"iZwop ({order})" if order else "iZwop"))


@lru_cache(maxsize=1000)
def pace_of(key: str, limits: "Limits") -> "Pace":  # noqa: ARG001 - each source has one
    """The pace of a source in this worker."""
    from adapters.outbound.pace import Pace

    return Pace(limits.calls, limits.window, share=limits.daily_share)


def app_of(kind: "Kind") -> "App | None":
    """iZwop's application at a vendor, if it has one."""
    import settings.integrations
    from adapters.outbound.oauth import App

    chosen = settings.integrations.load()
    found = chosen.oauth_apps.get(kind)
    address = chosen.addresses.get(kind)
    return None if found is None else App(found.id, found.secret.get_secret_value(), address)


async def asked_anew(kind: "Kind", held: "Credentials") -> "Credentials":
    """New credentials of the vendor's, by the refresh token of those that are held."""
    from adapters.outbound.oauth import refreshed
    from domain.integrations.errors import AccessLost

    server, app = parts(kind).description.oauth, app_of(kind)
    if server is None or app is None:
        raise AccessLost
    return await refreshed(outbound(), server, app, held)


async def given_up(kind: "Kind", held: "Credentials") -> None:
    """Give up credentials that the vendor gave to iZwop's application."""
    from adapters.outbound.oauth import revoked

    server, app = parts(kind).description.oauth, app_of(kind)
    if held.kind == "oauth" and server is not None and app is not None:
        await revoked(outbound(), server, app, held)


def allow_address(kind: "Kind", *, state: str, redirect: str, challenge: str) -> str | None:
    """Where a person gives access to a system; None where that is not offered."""
    from adapters.outbound.oauth import authorize_address

    of, app = parts(kind).description, app_of(kind)
    if of.oauth is None or app is None:
        return None
    return authorize_address(
        of.oauth, app, scopes=of.scopes, state=state, redirect=redirect, challenge=challenge
    )


async def for_code(kind: "Kind", code: str, *, redirect: str, verifier: str) -> "Credentials":
    """Credentials for a code that a browser brought from the vendor."""
    from adapters.outbound.oauth import exchanged
    from domain.integrations.errors import AccessLost

    server, app = parts(kind).description.oauth, app_of(kind)
    if server is None or app is None:
        raise AccessLost
    return await exchanged(outbound(), server, app, code=code, redirect=redirect, verifier=verifier)

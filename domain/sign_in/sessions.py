"""Sessions of signed-in browsers. The cookie holds a reference and a secret; the store holds its hash.

A session ends a time after its last use, or up to five minutes earlier: a use within `TOUCH_AFTER` of the one
before is not written. However often it is used, it ends a longer time after the sign-in.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol, get_args

from domain.base.errors import Unauthenticated
from domain.base.model import Model

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
# Shortest time between two writes of a session, so that reading pages costs few writes.
TOUCH_AFTER = timedelta(minutes=5)
SECRET_BYTES = 32

_TOKEN = re.compile(r"(acc_[a-z2-7]{26})\.([A-Za-z0-9_-]{43})")


# What administrators of the directory give iZwop's own people; customers have none of it.
StaffRole = Literal["designer"]
STAFF_ROLES: Final[tuple[StaffRole, ...]] = get_args(StaffRole)


class Span(NamedTuple):
    """How long a session lasts: unused, and at the longest."""

    idle: timedelta
    longest: timedelta


class Session(Model):
    """A signed-in browser. It keeps the span it began with, whatever the settings become.

    `kept` is a session on a device that its person trusts.
    """

    id: str
    account_id: str
    created_at: datetime
    seen_at: datetime
    idle: timedelta = IDLE
    longest: timedelta = ABSOLUTE
    kept: bool = False
    # When the person last proved who they are to the identity provider, if it said so.
    authenticated_at: datetime | None = None
    roles: tuple[StaffRole, ...] = ()

    @property
    def ends_at(self) -> datetime:
        """End of the session however often it is used."""
        return self.created_at + self.longest

    @property
    def expires_at(self) -> datetime:
        """End of the session without further use."""
        return min(self.seen_at + self.idle, self.ends_at)


class SessionStore(Protocol):
    async def get(self, account_id: str, session_id: str) -> Session | None: ...
    async def list(self, account_id: str, now: datetime) -> list[Session]: ...
    async def put(self, session: Session) -> None: ...
    async def touch(self, session: Session) -> None: ...
    async def delete(self, account_id: str, session_id: str) -> None: ...
    async def delete_all(self, account_id: str) -> None: ...


def _session_id(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """Anti-forgery token of a session: derived from its cookie, useless without it."""
    return hmac.new(token.encode(), b"izwop csrf", hashlib.sha256).hexdigest()


def is_of(session: Session, token: str) -> bool:
    """Whether a cookie belongs to the session."""
    match = _TOKEN.fullmatch(token)
    return match is not None and hmac.compare_digest(session.id, _session_id(match[2]))


async def begin_session(
    account_id: str,
    secret: bytes,
    *,
    now: datetime,
    span: Span,
    kept: bool,
    authenticated_at: datetime | None,
    roles: tuple[StaffRole, ...] = (),
    sessions: SessionStore,
) -> str:
    """Store a new session and return the cookie's value.

    The value has only characters that the Functions host leaves as they are.
    """
    text = _text(secret)
    session = Session(
        id=_session_id(text),
        account_id=account_id,
        created_at=now,
        seen_at=now,
        idle=span.idle,
        longest=span.longest,
        kept=kept,
        authenticated_at=authenticated_at,
        roles=roles,
    )
    await sessions.put(session)
    return f"{account_id}.{text}"


async def keep_session(
    token: str, secret: bytes, *, now: datetime, span: Span, sessions: SessionStore
) -> str | None:
    """Replace a session by one of a trusted device and return the new cookie's value.

    None when it is kept already: it cannot be made longer, and its time counts from the sign-in.
    """
    former = await resume_session(token, now=now, sessions=sessions)
    if former.kept:
        return None
    text = _text(secret)
    changes = {"id": _session_id(text), "seen_at": now, "kept": True, **span._asdict()}
    await sessions.put(former.model_copy(update=changes))
    await sessions.delete(former.account_id, former.id)
    return f"{former.account_id}.{text}"


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


async def resume_session(token: str, *, now: datetime, sessions: SessionStore) -> Session:
    """Return the live session of a cookie, or refuse. One point read; at most one write in five minutes."""
    match = _TOKEN.fullmatch(token)
    session = await sessions.get(match[1], _session_id(match[2])) if match else None
    if session is None or now >= session.expires_at:
        raise Unauthenticated
    if now - session.seen_at > TOUCH_AFTER:
        session = session.model_copy(update={"seen_at": now})
        await sessions.touch(session)
    return session

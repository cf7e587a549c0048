"""How the directory of an organisation is connected: its tokens, what it may write, whether it only tries.

A token says where it is: the organisation, its own id and a secret. So finding it is a point read.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, NotFound, StaleVersion, Unauthenticated, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_DIRECTORY_TOKENS, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.orders import Order
from domain.organisations.directory.log import Entry
from domain.organisations.directory.rules import FieldRules
from domain.organisations.organisation import Acting, KeyKind, Member, Organisation, PeopleChange
from domain.organisations.teams.team import Teams

_TRIES: Final = 5
# An organisation, a token and 256 bits, with room.
_LONGEST: Final = 200


class Token(Model):
    """`secret` is the SHA-256 of it. Only what an owner made decides about owners."""

    id: str
    secret: str
    made_by: str
    by_owner: bool = False
    made_at: datetime


class Directory(Model):
    """In a `preview` nothing that the directory sends is written. `tokens` are those that open the door."""

    org_id: str
    preview: bool = False
    rules: FieldRules = Field(default_factory=FieldRules)
    tokens: list[Token] = Field(default=[])
    version: int = 1
    updated_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Directory":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def token(self, token_id: str) -> Token | None:
        return next((each for each in self.tokens if each.id == token_id), None)


class DirectorySettings(Closed):
    """In a `preview` requests are checked, answered and logged, and nothing is written."""

    preview: bool = False
    rules: FieldRules = Field(default_factory=FieldRules)


# By what a person is looked for, and its value.
PersonKey = tuple[KeyKind | Literal["id"], str]


class Opened(NamedTuple):
    """A connected directory, its organisation, and who was asked for with them."""

    directory: Directory
    organisation: Organisation
    person: Member | None


class DirectoryStore(Protocol):
    async def get(self, org_id: str) -> Directory: ...
    async def opened(self, org_id: str, about: PersonKey | None) -> Opened | None:
        """All that a request about one person begins with, read at once.

        The person may be another by now than the value says, or nobody whom the directory knows.
        """
        ...

    async def save(self, directory: Directory, *, revoked: str | None = None) -> Directory:
        """Store it; `StaleVersion` if somebody else did meanwhile."""
        ...

    async def used(self, org_id: str, token_id: str, at: datetime) -> None: ...
    async def last_used(self, org_id: str, token_ids: Sequence[str]) -> dict[str, datetime]: ...
    async def people(self, org_id: str, first: int, count: int) -> tuple[int, list[Member]]:
        """How many people the directory knows, and those from place `first` on, former ones as well."""
        ...

    async def in_team(self, org_id: str, team_id: str) -> list[str]:
        """Ids of the people of a team, and of former ones whom the directory may bring back."""
        ...

    async def team_mark(self, org_id: str, team_id: str) -> str:
        """Changes whenever people come into the team or go."""
        ...

    async def save_person(
        self, person: Member, before: Member | None, orders: Sequence[Order], entry: Entry
    ) -> Member:
        """Store a member, new or changed, and the entry of the log. `KnownAlready`, `StaleVersion`.

        `before` is the member as read, of one who is changed.
        """
        ...

    async def save_former(self, person: Member, before: Member, entry: Entry) -> Member: ...
    async def change_people(self, change: PeopleChange, entry: Entry) -> None: ...
    async def save_teams(
        self, teams: Teams, entry: Entry, *, made: str | None = None, order: Order | None = None
    ) -> None: ...
    async def save_team_people(self, people: list[Member], team_id: str, more: int, entry: Entry) -> None: ...
    async def note(self, entry: Entry) -> None:
        """Keep an entry of the log. A refusal is told beside what its request has stored before."""
        ...

    async def entries(
        self, org_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Entry], str | None]: ...


class TokenMade(Conflict):
    code = "token_made"
    title = N_("This has made a token already, which is shown once. Revoke it and make another one")


class NewToken(NamedTuple):
    """`key` is the Idempotency-Key, hashed; `secret` is 256 random bits as text."""

    key: str
    secret: str
    now: datetime


class Source(Protocol):
    """What speaks for a directory: a token of SCIM, or a connection that we read it by."""

    @property
    def id(self) -> str: ...
    @property
    def by_owner(self) -> bool: ...


class DirectoryCaller(NamedTuple):
    """Whose directory says something, what it may write, and what speaks for it."""

    organisation: Organisation
    directory: Directory
    source: Source


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def make_token(by: Acting, new: NewToken, *, store: DirectoryStore) -> tuple[Directory, str, Token]:
    """Make a token, and return it as text: the only time that it can be read."""
    org_id = by.organisation.id
    digest = hashlib.sha256(f"directory {org_id} {by.member.id} {new.key}".encode()).digest()
    token = Token(
        id=make_id(ID_PREFIXES["token"], digest[:ID_BYTES]),
        secret=hashed(new.secret),
        made_by=by.member.id,
        by_owner=by.member.role == "owner",
        made_at=new.now,
    )

    def with_it(found: Directory) -> Directory:
        if found.token(token.id) is not None:
            raise TokenMade
        if len(found.tokens) >= MOST_DIRECTORY_TOKENS:
            raise LimitReached(
                N_("%(most)s tokens work at a time. Revoke one first.", most=MOST_DIRECTORY_TOKENS)
            )
        return found.changed(new.now, tokens=[*found.tokens, token])

    saved = await _save(org_id, with_it, store)
    return saved, f"{org_id}.{token.id}.{new.secret}", token


async def revoke_token(
    by: Acting, token_id: str, *, version: int, now: datetime, store: DirectoryStore
) -> Directory:
    """The token opens nothing from this moment on."""
    found = await store.get(by.organisation.id)
    if found.token(token_id) is None:
        raise NotFound
    if found.version != version:
        raise StaleVersion
    left = [each for each in found.tokens if each.id != token_id]
    return await store.save(found.changed(now, tokens=left), revoked=token_id)


async def change_directory(
    by: Acting, wanted: DirectorySettings, *, version: int, now: datetime, store: DirectoryStore
) -> Directory:
    found = await store.get(by.organisation.id)
    if found.version != version:
        raise StaleVersion
    return await store.save(found.changed(now, preview=wanted.preview, rules=wanted.rules))


async def _save(org_id: str, change: Callable[[Directory], Directory], store: DirectoryStore) -> Directory:
    for _ in range(_TRIES):
        with suppress(StaleVersion):
            return await store.save(change(await store.get(org_id)))
    raise Unavailable


async def who_sends(
    text: str, about: PersonKey | None = None, *, store: DirectoryStore
) -> tuple[DirectoryCaller, Member | None]:
    """Whose token this is, and who is asked for, as they are stored.

    Wrong, foreign, revoked and malformed tokens are refused alike.
    """
    org_id, _, rest = text.partition(".")
    token_id, _, secret = rest.partition(".")
    if len(text) > _LONGEST or not text.isascii() or not secret:
        raise Unauthenticated
    opened = await store.opened(org_id, about)
    token = opened.directory.token(token_id) if opened else None
    if opened is None or token is None or not hmac.compare_digest(token.secret, hashed(secret)):
        raise Unauthenticated
    if opened.organisation.closed:
        raise Unauthenticated
    return DirectoryCaller(opened.organisation, opened.directory, token), opened.person

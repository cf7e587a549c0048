"""Accounts and profiles. An account is a signed-in person, known by (`iss`, `sub`) and never by e-mail."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.creation import Creation, request_hash
from domain.errors import NotFound, ProfileInUse, StaleVersion, Unavailable
from domain.fields import EmailAddress, Name
from domain.model import Closed, Model


class Identity(Model):
    """Who the identity provider says is there. `email` and `name` are what it knows, not who it is."""

    iss: str
    sub: str
    email: str
    name: str | None = None


class Account(Model):
    id: str
    iss: str
    sub: str
    email: EmailAddress
    created_at: datetime
    welcomed_at: datetime | None = None


class Profile(Model):
    """One professional identity of an account. Nothing outside ties two profiles together.

    `key` is that of its creation.
    """

    id: str
    account_id: str
    name: str
    version: int
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class ProfileInput(Closed):
    name: Name


class Identities(Protocol):
    """Which account an identity has. A reservation is atomic and is never taken back."""

    async def find(self, iss: str, sub: str) -> str | None:
        """Return the account id reserved for this identity, whether or not the account was stored yet."""
        ...

    async def reserve(self, iss: str, sub: str, account_id: str) -> str:
        """Reserve the identity for `account_id`, or return the id that already has it."""
        ...


class AccountStore(Protocol):
    async def get(self, account_id: str) -> Account | None: ...
    async def create(self, account: Account) -> None:
        """Store a new account; storing it again changes nothing."""
        ...

    async def claim_welcome(self, account_id: str, *, by: str, at: datetime) -> bool:
        """Whether the queue message `by` may send the welcome: none other claimed it in the last hour."""
        ...

    async def give_up_welcome(self, account_id: str, *, by: str) -> None:
        """Let any message claim the welcome, if it is `by` who has it."""
        ...

    async def mark_welcomed(self, account_id: str, at: datetime) -> None: ...


class ProfileStore(Protocol):
    async def get(self, account_id: str, profile_id: str) -> Profile | None: ...
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Profile], str | None]: ...
    async def create(self, profile: Profile, creation: "Creation[Profile] | None") -> bool: ...
    async def creation(self, account_id: str, key: str) -> "Creation[Profile] | None": ...
    async def save(self, profile: Profile) -> Profile: ...
    async def forget_creation(self, account_id: str, key: str) -> None: ...
    async def delete(self, profile: Profile) -> None:
        """Delete it and what it said, or raise `StaleVersion` if it changed since it was read."""
        ...


class CardsOfProfiles(Protocol):
    async def any_in_profile(self, account_id: str, profile_id: str) -> bool: ...


async def open_account(
    identity: Identity, *, account_id: str, now: datetime, accounts: AccountStore, identities: Identities
) -> Account:
    """Return the account of this identity, made now if this is its first sign-in.

    Safe to repeat after a crash at any point: the reservation decides the id, and the account is stored
    under it by whoever comes first.
    """
    reserved = await identities.find(identity.iss, identity.sub)
    if reserved is None:
        reserved = await identities.reserve(identity.iss, identity.sub, account_id)
    known = await accounts.get(reserved)
    if known is not None:
        return known
    account = Account(id=reserved, iss=identity.iss, sub=identity.sub, email=identity.email, created_at=now)
    await accounts.create(account)
    return account


async def read_profile(account_id: str, profile_id: str, *, profiles: ProfileStore) -> Profile:
    profile = await profiles.get(account_id, profile_id)
    if profile is None:
        raise NotFound
    return profile


async def create_profile(
    account_id: str,
    new: ProfileInput,
    *,
    profile_id: str,
    key: str | None,
    now: datetime,
    profiles: ProfileStore,
) -> Profile:
    profile = Profile(
        id=profile_id,
        account_id=account_id,
        name=new.name,
        version=1,
        key=key,
        created_at=now,
        updated_at=now,
    )
    creation = Creation[Profile](key=key, request=request_hash(new), made=profile) if key else None
    if await profiles.create(profile, creation):
        return profile
    if key and (done := await profiles.creation(account_id, key)):
        return done.repeated(new)
    # The store may have kept it while its answer was lost; nobody else can have made this id.
    if await profiles.get(account_id, profile_id) is None:
        raise Unavailable
    return profile


async def rename_profile(
    account_id: str,
    profile_id: str,
    new: ProfileInput,
    *,
    version: int,
    now: datetime,
    profiles: ProfileStore,
) -> Profile:
    profile = await read_profile(account_id, profile_id, profiles=profiles)
    if profile.version != version:
        raise StaleVersion
    changed = profile.model_copy(update={"name": new.name, "version": version + 1, "updated_at": now})
    return await profiles.save(changed)


async def delete_profile(
    account_id: str,
    profile_id: str,
    *,
    version: int,
    cards: CardsOfProfiles,
    profiles: ProfileStore,
) -> None:
    """Delete a profile that has no cards, or raise `ProfileInUse`.

    A card made in it at this very moment stays, and its form asks for another profile.
    """
    profile = await read_profile(account_id, profile_id, profiles=profiles)
    if profile.version != version:
        raise StaleVersion
    if await cards.any_in_profile(account_id, profile_id):
        raise ProfileInUse
    await profiles.delete(profile)
    if profile.key is not None:
        await profiles.forget_creation(account_id, profile.key)

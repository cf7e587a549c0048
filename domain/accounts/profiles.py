"""Profiles: the professional identities of an account."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.base.errors import NotFound, ProfileInUse, StaleVersion, Unavailable
from domain.base.fields import Name
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import MOST_PROFILES, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_


class Profile(Model):
    """One professional identity of an account. Public data never links two profiles of one account.

    `key` is the Idempotency-Key of its creation, hashed.
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


class ProfileStore(Protocol):
    async def get(self, account_id: str, profile_id: str) -> Profile | None: ...
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Profile], str | None]: ...
    async def count(self, account_id: str) -> int: ...
    async def create(self, profile: Profile, creation: "Creation[Profile] | None") -> bool: ...
    async def creation(self, account_id: str, key: str) -> "Creation[Profile] | None": ...
    async def save(self, profile: Profile) -> Profile: ...
    async def forget_creation(self, account_id: str, key: str) -> None: ...
    async def delete(self, profile: Profile) -> None:
        """Delete it and its content, or raise `StaleVersion` if it changed since it was read."""
        ...


class CardsOfProfiles(Protocol):
    async def any_in_profile(self, account_id: str, profile_id: str) -> bool: ...


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
    if key and (done := await profiles.creation(account_id, key)):
        return done.repeated(new)
    if await profiles.count(account_id) >= MOST_PROFILES:
        raise LimitReached(
            N_("An account may have %(most)s profiles. Delete one that has no cards.", most=MOST_PROFILES)
        )
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
    # The profile may be stored although the answer was lost: nobody else can have made this id.
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

    A card that is created in it concurrently stays, and its form asks for another profile.
    """
    profile = await read_profile(account_id, profile_id, profiles=profiles)
    if profile.version != version:
        raise StaleVersion
    if await cards.any_in_profile(account_id, profile_id):
        raise ProfileInUse
    await profiles.delete(profile)
    if profile.key is not None:
        await profiles.forget_creation(account_id, profile.key)

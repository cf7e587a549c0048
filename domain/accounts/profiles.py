"""Profiles: the professional identities of an account."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.base.errors import NotFound, ProfileInUse, StaleVersion, Unavailable
from domain.base.fields import Name
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import MOST_PROFILES, UNDO_TIME, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.erasure import Settled, came_back, erase_due, restorable
from domain.operations.slices import Slice


class KeptProfile(Model):
    """Name of a deleted profile, kept until a time: before it, the owner can take the profile back."""

    name: str
    until: datetime


class Profile(Model):
    """One professional identity of an account. Public data never links two profiles of one account.

    `key` is the Idempotency-Key of its creation, hashed. A `deleted` profile has no name; what it had is in
    `kept` until it is erased.
    """

    id: str
    account_id: str
    name: str
    version: int
    deleted: bool = False
    kept: KeptProfile | None = None
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Profile":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    @property
    def as_it_was(self) -> "Profile":
        """The profile before it was deleted; the profile itself if it was not, or is erased."""
        if self.kept is None:
            return self
        return self.model_copy(update={"deleted": False, "kept": None, "name": self.kept.name})

    def can_come_back(self, now: datetime) -> bool:
        return self.kept is not None and now < self.kept.until


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
    async def get_with_deleted(self, account_id: str, profile_id: str) -> Profile | None:
        """Return the profile, also a deleted or erased one."""
        ...


class DeletedProfiles(Protocol):
    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Profile], str | None]: ...
    async def save(self, profile: Profile) -> Profile: ...
    def to_be_erased(self, now: datetime) -> AsyncIterator[Profile]:
        """Deleted profiles of all accounts whose time to come back is over."""
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
    return await profiles.save(profile.changed(now, name=new.name))


async def delete_profile(
    account_id: str,
    profile_id: str,
    *,
    version: int,
    now: datetime,
    cards: CardsOfProfiles,
    profiles: ProfileStore,
) -> None:
    """Delete a profile that has no cards, or raise `ProfileInUse`. It can come back for a day.

    A card that is created in it concurrently stays, and its form asks for another profile.
    """
    profile = await read_profile(account_id, profile_id, profiles=profiles)
    if profile.version != version:
        raise StaleVersion
    if await cards.any_in_profile(account_id, profile_id):
        raise ProfileInUse
    kept = KeptProfile(name=profile.name, until=now + UNDO_TIME)
    await profiles.save(profile.changed(now, deleted=True, kept=kept, name="-"))
    if profile.key is not None:
        await profiles.forget_creation(account_id, profile.key)


async def read_deleted_profile(
    account_id: str, profile_id: str, *, now: datetime, profiles: ProfileStore
) -> Profile:
    """Return a deleted profile that can still come back."""
    return restorable(await profiles.get_with_deleted(account_id, profile_id), now)


async def restore_profile(
    account_id: str, profile_id: str, *, version: int, now: datetime, profiles: ProfileStore
) -> Profile:
    """Bring a deleted profile back; a repetition returns the profile."""
    found = await profiles.get_with_deleted(account_id, profile_id)
    if came_back(found, version):
        return found
    profile = restorable(found, now, version)
    if await profiles.count(account_id) >= MOST_PROFILES:
        raise LimitReached(
            N_(
                "An account may have %(most)s profiles. Delete one that has no cards first.",
                most=MOST_PROFILES,
            )
        )
    return await profiles.save(profile.as_it_was.changed(now))


async def bring_profile_back(
    account_id: str, profile_id: str, *, now: datetime, profiles: ProfileStore
) -> None:
    """Bring a profile back if it is deleted and can be, for a card that comes back into it."""
    profile = await profiles.get_with_deleted(account_id, profile_id)
    if profile is not None and profile.can_come_back(now):
        # Somebody else may bring it back at this moment.
        with suppress(StaleVersion):
            await profiles.save(profile.as_it_was.changed(now))


async def erase_due_profiles(now: datetime, bound: Slice, *, profiles: DeletedProfiles) -> Settled:
    """Erase profiles whose time to come back is over, until the bound."""
    due = profiles.to_be_erased(now)
    return await erase_due(due, lambda profile: profiles.save(profile.changed(now, kept=None)), bound)

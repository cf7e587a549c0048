"""Accounts, their profiles and their sessions, in the account's partition."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    count,
    create_once,
    document,
    from_document,
    newest_first,
    read_creation,
    readable,
)
from domain.accounts.account import Account, ClaimedMail
from domain.accounts.profiles import Profile
from domain.base.fields import STORED
from domain.base.idempotency import Creation
from domain.base.texts import Language
from domain.sign_in.sessions import Session

# The clock decides when a session ends; the store forgets it a day later even if housekeeping does not run.
_FORGOTTEN_AFTER = timedelta(days=1)


_PROFILES = ("profile", "deleted-profile", "erased-profile")
_MESSAGE_ID = re.compile("[A-Za-z0-9-]{1,64}")


def _message(by: str) -> str:
    """The id of a queue message, fit to stand in SQL."""
    if not _MESSAGE_ID.fullmatch(by):
        raise ValueError("not the id of a queue message")
    return by


class CosmosAccounts:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str) -> Account | None:
        stored = await self._items.read(account_id, account_id)
        if stored is None:
            return None
        since = {
            "welcomed_at": stored.get("welcomedAt"),
            "language": stored.get("language"),
            "reminder_mails": stored.get("reminderMails", True),
            "reminded_at": stored.get("remindedAt"),
        }
        if "verifiedEmail" in stored:
            since["verified_email"] = stored["verifiedEmail"]
        return Account.model_validate({**stored["body"], **since}, context=STORED)

    async def create(self, account: Account) -> None:
        await self._items.create(document("account", account.id, account.id, account, welcomedAt=None))

    async def note_verified(self, account_id: str, email: str | None) -> None:
        await self._items.patch(account_id, account_id, {"verifiedEmail": email})

    async def choose_language(self, account_id: str, language: Language | None) -> None:
        await self._items.patch(account_id, account_id, {"language": language})

    async def claim_mail(
        self, kind: ClaimedMail, account_id: str, *, by: str, at: datetime, stale: datetime
    ) -> bool:
        """Claim a mail for a queue message, unless another message has claimed it since `stale`."""
        by = _message(by)
        values = {f"{kind}By": by, f"{kind}At": instant(at)}
        free = f"where NOT IS_DEFINED(c.{kind}By) OR c.{kind}By = '{by}' OR c.{kind}At < '{instant(stale)}'"
        return await self._items.patch(account_id, account_id, values, where=free) is True

    async def give_up_mail(self, kind: ClaimedMail, account_id: str, *, by: str) -> None:
        # Earlier than every time.
        mine = f"where c.{kind}By = '{_message(by)}'"
        await self._items.patch(account_id, account_id, {f"{kind}At": ""}, where=mine)

    async def mark_welcomed(self, account_id: str, at: datetime) -> None:
        await self._items.patch(account_id, account_id, {"welcomedAt": instant(at)})

    async def choose_mails(self, account_id: str, *, reminders: bool) -> None:
        await self._items.patch(account_id, account_id, {"reminderMails": reminders})

    async def mark_reminded(self, account_id: str, ordered_at: datetime) -> None:
        # The claim ends with it: the next mail has another message.
        done = {"remindedAt": instant(ordered_at), "remindingAt": ""}
        await self._items.patch(account_id, account_id, done)


def _profile_document(profile: Profile) -> Document:
    extra: Document = {"createdAt": instant(profile.created_at)}
    if not profile.deleted:
        return document("profile", profile.id, profile.account_id, profile, **extra)
    # The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if profile.kept is None:
        return document("erased-profile", profile.id, profile.account_id, profile, **extra)
    until = instant(profile.kept.until)
    return document("deleted-profile", profile.id, profile.account_id, profile, expiresAt=until, **extra)


class CosmosProfiles:
    """Profiles, each of one of three kinds, as cards are (see `adapters/cosmos/cards.py`)."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str, profile_id: str) -> Profile | None:
        stored = await self._items.read(profile_id, account_id)
        return from_document(Profile, stored) if stored and stored["kind"] == "profile" else None

    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Profile], str | None]:
        """A page of the deleted profiles that are not erased yet, newest first."""
        found, following = await newest_first(self._items, "deleted-profile", account_id, limit, cursor)
        return [from_document(Profile, stored) for stored in found], following

    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[Profile], str | None]:
        found, following = await newest_first(self._items, "profile", account_id, limit, cursor)
        return [from_document(Profile, stored) for stored in found], following

    async def get_with_deleted(self, account_id: str, profile_id: str) -> Profile | None:
        stored = await self._items.read(profile_id, account_id)
        return from_document(Profile, stored) if stored and stored["kind"] in _PROFILES else None

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Profile]:
        """Deleted profiles of all accounts whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-profile' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (profile := readable(Profile, "accounts", stored)) is not None:
                yield profile

    async def count(self, account_id: str) -> int:
        return await count(self._items, "profile", account_id)

    async def create(self, profile: Profile, creation: "Creation[Profile] | None") -> bool:
        return await create_once(self._items, profile.account_id, _profile_document(profile), creation)

    async def creation(self, account_id: str, key: str) -> "Creation[Profile] | None":
        return await read_creation(self._items, Creation[Profile], "profile", account_id, key)

    async def save(self, profile: Profile) -> Profile:
        replaced = await self._items.replace(_profile_document(profile), profile.etag or "")
        return from_document(Profile, replaced)

    async def forget_creation(self, account_id: str, key: str) -> None:
        """Drop the record of the create that made a profile: it holds the profile's name."""
        await self._items.delete(f"profile-creation-{key}", account_id)


class CosmosSessions:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str, session_id: str) -> Session | None:
        stored = await self._items.read(f"session-{session_id}", account_id)
        if stored is None:
            return None
        return Session.model_validate({**stored["body"], "seen_at": stored["seenAt"]})

    async def list(self, account_id: str, now: datetime) -> list[Session]:
        """The live sessions of an account, last seen first."""
        sql = "SELECT * FROM c WHERE c.kind = 'session' AND c.expiresAt >= @now"
        found = await self._items.query(sql, account_id, now=instant(now))
        sessions = [Session.model_validate({**each["body"], "seen_at": each["seenAt"]}) for each in found]
        return sorted(sessions, key=lambda session: session.seen_at, reverse=True)

    async def put(self, session: Session) -> None:
        times = {"seenAt": instant(session.seen_at), "expiresAt": instant(session.expires_at)}
        ttl = int((session.longest + _FORGOTTEN_AFTER).total_seconds())
        new = document("session", f"session-{session.id}", session.account_id, session, ttl=ttl, **times)
        await self._items.create(new)

    async def touch(self, session: Session) -> None:
        """Note that it was seen. A session deleted meanwhile stays deleted."""
        times = {"seenAt": instant(session.seen_at), "expiresAt": instant(session.expires_at)}
        await self._items.patch(f"session-{session.id}", session.account_id, times)

    async def delete(self, account_id: str, session_id: str) -> None:
        await self._items.delete(f"session-{session_id}", account_id)

    async def delete_all(self, account_id: str) -> None:
        found = await self._items.query("SELECT c.id FROM c WHERE c.kind = 'session'", account_id)
        for stored in found:
            await self._items.delete(stored["id"], account_id)

    async def delete_expired(self, now: datetime) -> int:
        """Delete the sessions of all accounts that are over; return how many."""
        ended = 0
        sql = "SELECT c.id, c.accountId, c._etag FROM c WHERE c.kind = 'session' AND c.expiresAt < @now"
        async for stored in self._items.sweep(sql, now=instant(now)):
            await self._items.delete(stored["id"], stored["accountId"], etag=stored["_etag"])
            ended += 1
        return ended

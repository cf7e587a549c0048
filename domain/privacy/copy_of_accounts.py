"""The account, its profiles, its sessions and its long work in a copy."""

from datetime import datetime
from typing import Protocol

from domain.accounts.account import Account
from domain.accounts.profiles import KeptProfile, Profile
from domain.base.texts import LANGUAGES
from domain.cards.card import Card
from domain.operations.work import Work
from domain.organisations.memberships import ClosedOrganisation, Membership, Memberships
from domain.organisations.organisation import member_id
from domain.organisations.staff_cards.making import staff_card_id
from domain.privacy.archive import File
from domain.privacy.sections import Counts, Item, Page, WithDeleted, json_file, moment
from domain.sign_in.sessions import Session

_PROFILES = 100


class Accounts(Protocol):
    async def get(self, account_id: str) -> Account | None: ...


class Sessions(Protocol):
    async def list(self, account_id: str, now: datetime) -> list[Session]: ...


class AllMemberships(Protocol):
    async def get(self, account_id: str) -> Memberships: ...


class Works(Protocol):
    async def all_of(self, owner_id: str) -> list[Work]:
        """All work of an owner, newest first."""
        ...


class AccountSection:
    name, title = "account", "Your account"
    note = "How the sign-in service knows you, and when you came."
    kinds: tuple[str, ...] = ("account",)

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def count(self, account_id: str) -> int:  # noqa: ARG002 - everybody has one
        return 1

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        account = await self._accounts.get(account_id)
        if account is None:
            return Page([], None)
        told = {
            "id": account.id,
            "email": account.email,
            "verifiedEmail": account.verified_email,
            "name": account.name,
            "issuer": account.iss,
            "subject": account.sub,
            "createdAt": account.created_at.isoformat(),
            "welcomedAt": account.welcomed_at and account.welcomed_at.isoformat(),
            "language": account.language,
            "firstLanguage": account.first_language,
            "mails": {"reminders": account.reminder_mails},
            "lastRemindedAt": account.reminded_at and account.reminded_at.isoformat(),
        }
        facts = [
            ("E-mail address", account.email),
            ("Address that the sign-in service verified", account.verified_email or "none"),
            ("Name there, at the first sign-in", account.name or "none"),
            ("Sign-in service", account.iss),
            ("Your number there", account.sub),
            ("First signed in", moment(account.created_at)),
            ("Welcome mail sent", moment(account.welcomed_at)),
            ("Language you chose", LANGUAGES[account.language] if account.language else "none"),
            ("Language of your browser then", LANGUAGES[account.first_language]),
            ("Mails about reminders", "yes" if account.reminder_mails else "no"),
            ("Last mail about reminders ordered", moment(account.reminded_at)),
        ]
        return Page([Item("Account", facts, [json_file("account.json", told)])], None)


class ProfilesSection:
    name, title = "profiles", "Your profiles"
    note = "The professional lives that you keep apart. Only you see their names."
    kinds: tuple[str, ...] = ("profile", "deleted-profile")

    def __init__(self, profiles: WithDeleted[Profile]) -> None:
        self._profiles = profiles

    async def count(self, account_id: str) -> int:
        return await self._profiles.count(account_id)

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._profiles.page(account_id, _PROFILES, cursor)
        return Page([_profile(profile.as_it_was, profile.kept) for profile in found], following)


class StaffCards(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None:
        """Card of an organisation by its id."""
        ...


class OwnPhotos(Protocol):
    async def files(self, org_id: str, image_id: str) -> list[File]:
        """Files of the photo of somebody on their card of an organisation."""
        ...


class MembershipsSection:
    name, title = "organisations", "Your organisations"
    note = (
        "The organisations that you are in, your role in each, what you wrote on its card of you, and"
        " organisations that you have closed."
    )
    kinds: tuple[str, ...] = ("memberships",)

    def __init__(self, memberships: AllMemberships, cards: StaffCards, photos: OwnPhotos) -> None:
        self._memberships, self._cards, self._photos = memberships, cards, photos

    async def count(self, account_id: str) -> int:
        found = await self._memberships.get(account_id)
        return 1 if found.organisations or found.closed else 0

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found = await self._memberships.get(account_id)
        cards = [
            await self._cards.get(
                each.org_id,
                staff_card_id(each.org_id, each.member_id or member_id(each.org_id, account_id)),
            )
            for each in found.organisations
        ]
        joined = [
            await self._with_photo(item, card)
            for item, card in zip(map(_membership, found.organisations, cards), cards, strict=True)
        ]
        return Page([*joined, *map(_closed, found.closed)], None)

    async def _with_photo(self, item: Item, card: Card | None) -> Item:
        if card is None or card.staff is None or card.staff.own.photo is None:
            return item
        files = await self._photos.files(card.account_id, card.staff.own.photo)
        return item._replace(files=[*item.files, *files])


def _membership(membership: Membership, card: Card | None) -> Item:
    told = {
        "id": membership.org_id,
        "name": membership.name,
        "role": membership.role,
        "since": membership.since.isoformat(),
    }
    facts = [("Your role", membership.role), ("Since", moment(membership.since))]
    files = [json_file(f"organisations/{membership.org_id}.json", told)]
    if card is not None and card.staff is not None:
        said = {
            "handle": card.handle,
            "says": card.draft.model_dump(mode="json", by_alias=True),
            "writtenByYou": card.staff.own.model_dump(mode="json", by_alias=True),
        }
        facts.append(("Your card of this organisation", card.handle))
        files.append(json_file(f"organisations/card-{card.handle}.json", said))
    return Item(membership.name, facts, files)


def _closed(closed: ClosedOrganisation) -> Item:
    told = {"id": closed.org_id, "name": closed.name, "restorableUntil": closed.until.isoformat()}
    facts = [("Closed by you; taken back until", moment(closed.until))]
    return Item(closed.name, facts, [json_file(f"organisations/{closed.org_id}.json", told)])


class SessionsSection:
    name, title = "sessions", "Where you are signed in"
    note = "The browsers that were signed in when you asked for this copy. We keep no addresses of them."
    kinds: tuple[str, ...] = ("session",)

    def __init__(self, sessions: Sessions, counts: Counts) -> None:
        self._sessions, self._counts = sessions, counts

    async def count(self, account_id: str) -> int:
        return await self._counts.count(account_id, "session")

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found = await self._sessions.list(account_id, at)
        return Page([_session(number, session) for number, session in enumerate(found, 1)], None)


class WorkSection:
    name, title = "work", "Work you asked for"
    note = "Copies such as this one, until a week after they ended."
    kinds: tuple[str, ...] = ("work",)

    def __init__(self, works: Works, counts: Counts) -> None:
        self._works, self._counts = works, counts

    async def count(self, account_id: str) -> int:
        return await self._counts.count(account_id, "work")

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found = await self._works.all_of(account_id)
        return Page([_work(work) for work in found if work.created_at <= at], None)


def _profile(profile: Profile, kept: KeptProfile | None) -> Item:
    told = {
        "id": profile.id,
        "name": profile.name,
        "restorableUntil": kept and kept.until.isoformat(),
        "createdAt": profile.created_at.isoformat(),
        "updatedAt": profile.updated_at.isoformat(),
    }
    facts = [("Made", moment(profile.created_at)), ("Changed", moment(profile.updated_at))]
    if kept is not None:
        facts.append(("Deleted", f"can be taken back until {moment(kept.until)}"))
    return Item(profile.name, facts, [json_file(f"profiles/{profile.id}.json", told)])


def _session(number: int, session: Session) -> Item:
    told = {
        "createdAt": session.created_at.isoformat(),
        "seenAt": session.seen_at.isoformat(),
        "expiresAt": session.expires_at.isoformat(),
        "endsAt": session.ends_at.isoformat(),
        "kept": session.kept,
        "authenticatedAt": session.authenticated_at and session.authenticated_at.isoformat(),
    }
    facts = [
        ("Signed in", moment(session.created_at)),
        ("Proved who you are", moment(session.authenticated_at)),
        ("Last seen", moment(session.seen_at)),
        ("Ends if it is not used", moment(session.expires_at)),
        ("Ends at the latest", moment(session.ends_at)),
        ("Kept on a device you trust", "yes" if session.kept else "no"),
    ]
    return Item(f"Browser {number}", facts, [json_file(f"sessions/session-{number}.json", told)])


def _work(work: Work) -> Item:
    told = {
        "id": work.id,
        "kind": work.kind,
        "createdAt": work.created_at.isoformat(),
        "endedAt": work.ended_at and work.ended_at.isoformat(),
    }
    facts = [("Asked for", moment(work.created_at)), ("Ended", moment(work.ended_at))]
    return Item(work.kind.capitalize(), facts, [json_file(f"work/{work.id}.json", told)])

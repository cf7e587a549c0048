"""Repeat deletions and withdrawals after a restore, before the app serves again.

    python -m release.erase_again --old https://cosmos-a.documents.azure.com:443/ \\
      --restored https://cosmos-b.documents.azure.com:443/ --since 2026-11-22T12:00:00Z --look

Reads what was deleted or taken back (cards, profiles, contacts and what belongs to them, organisations), and
the cards that were paused, unpublished or ended, in the old account, and repeats this in the restored one. A
card that was published anew since then is paused, handles given out since then stay given out, and every
session ends, as does the access of designers to organisations. Details that people withdrew are withdrawn,
and those that organisations deleted are deleted; the app takes them out of contacts within minutes.
`--look` only lists the remaining steps. Safe to run again, also after a kill.
Signs in as you (`az login`), or with the key in `COSMOS_KEY`.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError

from adapters.cosmos.accounts import CosmosProfiles, CosmosSessions
from adapters.cosmos.cards import CosmosCards
from adapters.cosmos.companies.endings import CosmosEndings
from adapters.cosmos.database import Database
from adapters.cosmos.exchange.withdrawals import CosmosWithdrawals
from adapters.cosmos.images import CosmosImages
from adapters.cosmos.ledger import CosmosLedger, Ended, GivenHandle, OwnedId, Reconsidered
from adapters.cosmos.published import CosmosPublished
from adapters.cosmos.relationships.contacts import CosmosContacts
from adapters.cosmos.relationships.interactions import CosmosInteractions
from adapters.cosmos.relationships.reminders import CosmosReminders
from adapters.cosmos.reservations import CosmosHandles
from domain.accounts.profiles import Profile, delete_profile
from domain.base.errors import Refusal
from domain.cards.card import Card, CardVersion
from domain.publishing.deletion import delete_card, erase
from domain.publishing.publication import Ports, change_publication, show
from release.contacts_again import RestoredContacts
from release.interactions_again import RestoredInteractions
from release.notes_again import notes_taken_back
from release.organisations_again import organisations_taken_back
from release.reminders_again import RestoredReminders

# Restores have a precision of a second, and clocks differ.
_MARGIN = timedelta(minutes=10)
_SKEW = timedelta(minutes=1)
_UNREADABLE = "a document of it is broken or of another release"
_USED = (
    "people used {} after the moment. Are --old and --restored swapped? What is served already is left alone."
)

Do = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Step:
    """Step to repeat, and its description, which contains ids only."""

    said: str
    do: Do


class Restored:
    """Restored database, changed through the product's own use cases."""

    def __init__(self, database: Database) -> None:
        self._cards, self._profiles = CosmosCards(database), CosmosProfiles(database)
        self._handles = CosmosHandles(database)
        self.ids = CosmosLedger(database).ids
        self._publishing = Ports(
            self._cards,
            self._handles,
            CosmosPublished(database),
            CosmosImages(database),
            draw_code=lambda _: "",  # a hidden or deleted card has none
        )

    async def handle_to_hold(self, given: GivenHandle) -> Do | None:
        claim = given.claim()
        there = await self._handles.find(claim.handle)
        if there is not None and there.state == "held":
            if there.card_id != claim.card_id:
                raise ValueError("a handle that two cards were given")
            return None

        async def hold() -> None:
            if there is not None and there.card_id != claim.card_id:
                # Pending at the moment of the restore, and later freed and given to this card.
                await self._handles.free(there)
            await self._handles.hold(await self._handles.claim(claim))

        return hold

    async def card_to_delete(self, gone: OwnedId) -> Do | None:
        card = await self._cards.get(gone.account_id, gone.id)
        return None if card is None else partial(self._delete, card)

    async def card_to_erase(self, gone: OwnedId) -> Do | None:
        card = await self._cards.get_with_deleted(gone.account_id, gone.id)
        return None if card is None or (card.deleted and card.kept is None) else partial(self._erase, card)

    async def card_to_bring_back(self, old: CosmosCards, gone: OwnedId) -> Do | None:
        """Deleted at the moment, and taken back since: here it would soon be erased."""
        card = await self._cards.get_with_deleted(gone.account_id, gone.id)
        if card is None or card.kept is None or await old.get(gone.account_id, gone.id) is None:
            return None
        # Shown by the order, because only the app can draw its code.
        return partial(self._cards.save_and_order_projection, card.as_it_was.changed(datetime.now(UTC)))

    async def _delete(self, card: Card) -> Card:
        of = CardVersion(card.account_id, card.id, card.version)
        return await delete_card(of, now=datetime.now(UTC), ports=self._publishing)

    async def _erase(self, card: Card) -> None:
        gone = card if card.deleted else await self._delete(card)
        await erase(gone, datetime.now(UTC), cards=self._cards, handles=self._handles)

    async def card_to_end(self, latest: Ended) -> Do | None:
        """Its handles lead on again, or show nothing; its owner takes that back once more if they had."""
        card, ending = await self._cards.get_with_deleted(latest.account_id, latest.id), latest.ending()
        if card is None or card.ending == ending:
            return None

        async def end() -> None:
            changed = card.changed(datetime.now(UTC), ending=ending)
            await show(await self._cards.save_and_order_projection(changed), self._publishing, first=False)

        return end

    async def profile_to_delete(self, gone: OwnedId) -> Do | None:
        profile = await self._profiles.get(gone.account_id, gone.id)
        if profile is None:
            return None
        if await self._cards.any_in_profile(gone.account_id, gone.id):
            return self._emptied(profile)
        return partial(
            delete_profile,
            profile.account_id,
            profile.id,
            version=profile.version,
            now=datetime.now(UTC),
            cards=self._cards,
            profiles=self._profiles,
        )

    async def profile_to_erase(self, gone: OwnedId) -> Do | None:
        profile = await self._profiles.get_with_deleted(gone.account_id, gone.id)
        if profile is None or (profile.deleted and profile.kept is None):
            return None
        if not profile.deleted and await self._cards.any_in_profile(gone.account_id, gone.id):
            return self._emptied(profile)
        return partial(self._save, profile.changed(datetime.now(UTC), deleted=True, kept=None, name="-"))

    def _emptied(self, profile: Profile) -> Do | None:
        """Cards that had left the profile are in it again: it stays with them, without its content."""
        if profile.name == "-":
            return None
        return partial(self._save, profile.changed(datetime.now(UTC), name="-"))

    async def _save(self, profile: Profile) -> None:
        await self._profiles.save(profile)
        if profile.key is not None:
            await self._profiles.forget_creation(profile.account_id, profile.key)

    async def profile_to_bring_back(self, old: CosmosProfiles, gone: OwnedId) -> Do | None:
        profile = await self._profiles.get_with_deleted(gone.account_id, gone.id)
        if profile is None or profile.kept is None or await old.get(gone.account_id, gone.id) is None:
            return None
        return partial(self._profiles.save, profile.as_it_was.changed(datetime.now(UTC)))

    async def card_to_hide(self, latest: Reconsidered) -> Do | None:
        card = await self._cards.get(latest.account_id, latest.id)
        if card is None or not card.is_live:
            return None
        # The new publication may have hidden values: the owner checks the card before it is shown again.
        shown = not (latest.paused or latest.withdrawn)
        if shown and datetime.fromisoformat(latest.published_at) == card.published_at:
            return None
        return partial(
            change_publication,
            CardVersion(card.account_id, card.id, card.version),
            "unpublish" if latest.withdrawn else "pause",
            now=datetime.now(UTC),
            ports=self._publishing,
        )


Look = Callable[[], Awaitable[Do | None]]
"""Checks the restored database; returns the step to do there, if any."""


async def left_to_do(old: Database, database: Database, since: datetime) -> AsyncIterator[Step]:
    """Steps recorded in the old database and not done in the restored one."""
    for steps in (
        _taken_back(old, database, since),
        _contacts_taken_back(old, database),
        _interactions_taken_back(old, database),
        notes_taken_back(old, database),
        _reminders_taken_back(old, database),
        organisations_taken_back(old, database, since),
        _withdrawn(CosmosWithdrawals(old), CosmosWithdrawals(database)),
        _withdrawn(CosmosEndings(old), CosmosEndings(database)),
    ):
        async for said, look in steps:
            try:
                do = await look()
            except (ValueError, LookupError, TypeError, AttributeError, Refusal):
                # Its content is not printed. The step remains until somebody has checked it.
                yield Step(f"cannot {said}: {_UNREADABLE}", partial(asyncio.sleep, 0))
                continue
            if do is not None:
                yield Step(said, do)
    async for session in CosmosLedger(database).ids("session"):
        end = CosmosSessions(database).delete
        session_id = session.id.removeprefix("session-")
        yield Step(f"end a session of {session.account_id}", partial(end, session.account_id, session_id))


async def _taken_back(old: Database, database: Database, since: datetime) -> AsyncIterator[tuple[str, Look]]:
    known, restored = CosmosLedger(old), Restored(database)
    async for given in known.handles_since(since - _MARGIN):
        yield f"hold a handle of {given.card_id}", partial(restored.handle_to_hold, given)
    async for over in known.ended():
        yield f"end {over.id}", partial(restored.card_to_end, over)
    async for gone in known.ids("deleted-card"):
        yield f"delete {gone.id}", partial(restored.card_to_delete, gone)
    async for gone in known.ids("erased-card"):
        yield f"erase {gone.id}", partial(restored.card_to_erase, gone)
    async for gone in known.ids("deleted-profile"):
        yield f"delete {gone.id}", partial(restored.profile_to_delete, gone)
    async for gone in known.ids("erased-profile"):
        yield f"erase {gone.id}", partial(restored.profile_to_erase, gone)
    async for gone in restored.ids("deleted-profile"):
        yield f"bring back {gone.id}", partial(restored.profile_to_bring_back, CosmosProfiles(old), gone)
    async for gone in restored.ids("deleted-card"):
        yield f"bring back {gone.id}", partial(restored.card_to_bring_back, CosmosCards(old), gone)
    async for latest in known.reconsidered(since - _MARGIN):
        yield f"hide {latest.id}", partial(restored.card_to_hide, latest)


async def _contacts_taken_back(old: Database, database: Database) -> AsyncIterator[tuple[str, Look]]:
    known, restored = CosmosLedger(old), RestoredContacts(database)
    async for gone in known.related("deleted-contact"):
        yield f"delete {gone.id}", partial(restored.to_delete, gone)
    async for gone in known.related("erased-contact"):
        yield f"erase {gone.id}", partial(restored.to_erase, gone)
    async for gone in CosmosLedger(database).related("deleted-contact"):
        yield f"bring back {gone.id}", partial(restored.to_bring_back, CosmosContacts(old, keys=None), gone)


async def _interactions_taken_back(old: Database, database: Database) -> AsyncIterator[tuple[str, Look]]:
    restored = RestoredInteractions(database)
    async for gone in CosmosLedger(old).interactions():
        yield f"delete {gone.id}", partial(restored.to_delete, gone)
    async for gone in CosmosLedger(database).interactions():
        yield f"bring back {gone.id}", partial(restored.to_bring_back, CosmosInteractions(old), gone)


async def _reminders_taken_back(old: Database, database: Database) -> AsyncIterator[tuple[str, Look]]:
    known, restored = CosmosLedger(old), RestoredReminders(database)
    async for gone in known.related("deleted-reminder"):
        yield f"delete {gone.id}", partial(restored.to_delete, gone)
    async for gone in known.related("erased-reminder"):
        yield f"erase {gone.id}", partial(restored.to_erase, gone)
    async for gone in CosmosLedger(database).related("deleted-reminder"):
        yield f"bring back {gone.id}", partial(restored.to_bring_back, CosmosReminders(old, keys=None), gone)


async def _withdrawn[S: (CosmosWithdrawals, CosmosEndings)](
    known: S, restored: S
) -> AsyncIterator[tuple[str, Look]]:
    async def to_withdraw(gone: Any) -> Do | None:
        return (
            partial(restored.repeat, gone, known, datetime.now(UTC)) if await restored.is_open(gone) else None
        )

    async for gone in known.all():
        yield f"withdraw {gone.id}", partial(to_withdraw, gone)


async def erase_again(old: Database, restored: Database, since: datetime, *, look: bool) -> int:
    """Print every step, and do it unless `look`; return the number of steps."""
    steps = 0
    async for step in left_to_do(old, restored, since):
        steps += 1
        print(step.said, flush=True)
        if not look:
            await step.do()
    return steps


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("is not a moment such as 2026-11-22T12:00:00Z") from None
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("needs its zone, such as 2026-11-22T12:00:00Z")
    return at


async def _run(given: argparse.Namespace) -> int:
    key = os.environ.get("COSMOS_KEY") or None
    old, restored = (Database(place, key, given.database) for place in (given.old, given.restored))
    try:
        if await CosmosLedger(restored).was_used_since(given.since + _SKEW):
            print(f"Stopped: {_USED.format(given.restored)}", file=sys.stderr)
            return 1
        done = await erase_again(old, restored, given.since, look=given.look)
        if given.look:
            print(f"{done} steps are left to do.")
            return 0
        left = await erase_again(old, restored, given.since, look=True)
    finally:
        await old.close()
        await restored.close()
    print(f"{done} steps are done and {left} are left to do.")
    return 1 if left else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release.erase_again", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--old", required=True, help="the address of the account that was")
    parser.add_argument("--restored", required=True, help="the address of the restored account")
    parser.add_argument("--since", required=True, type=_moment, help="the moment that was restored")
    parser.add_argument("--database", default="izwop", help="the database's name in both")
    parser.add_argument("--look", action="store_true", help="only say what is left to do")
    given = parser.parse_args()
    if urlsplit(given.old).netloc.removesuffix(":443") == urlsplit(given.restored).netloc.removesuffix(
        ":443"
    ):
        parser.error("--old and --restored are the same account")
    try:
        return asyncio.run(_run(given))
    except (Refusal, AzureError) as exc:
        refused = "a database did not answer, or holds what this release cannot read"
        said = exc.message.splitlines()[0] if isinstance(exc, AzureError) else refused
        print(f"Stopped: {said}. Run it again: what is done is not done twice.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

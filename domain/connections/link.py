"""A connection between two people by consent, as one of the two keeps it.

Each of the two has a document of its own in its own partition. A document holds two sides: what its owner
has said (`mine`), and what it was told of the other (`theirs`). A side is replaced by a newer version only,
so that tellings may come twice, late and in any order. Whether the two are connected follows from both
sides alone: both want it, and neither has left since.

Declining and blocking are never told: who asked goes on waiting, and learns nothing.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model

# Time in which somebody who was declined is not heard again, however often they ask.
QUIET_TIME = timedelta(days=30)

State = Literal["asked", "waiting", "connected", "blocked", "declined", "ended"]


class Side(Model):
    """One of the two, through one profile and the card by which the other sees it.

    `version` rises with everything that is said. `seen` is the version of the other that it answers, `left`
    the version by which it last left: a wish from before the other left is over.
    """

    profile_id: str
    card_id: str
    handle: str
    wants: bool = False
    version: int = 0
    seen: int = 0
    left: int = 0
    at: datetime | None = None

    def wanting(self, other: "Side", at: datetime) -> "Side":
        return self.model_copy(
            update={"wants": True, "version": self.version + 1, "seen": other.version, "at": at}
        )

    def leaving(self, at: datetime) -> "Side":
        version = self.version + 1
        return self.model_copy(update={"wants": False, "version": version, "left": version, "at": at})

    def silent(self) -> "Side":
        """The same profile and card, before anything was said."""
        return Side(profile_id=self.profile_id, card_id=self.card_id, handle=self.handle)


class Link(Model):
    """Stored connection of an owner, in any of its states. `etag` is the store's, for the next write.

    `since` is when its state began, `contact_id` the contact that was made or chosen for it, `contacts_made`
    how often its owner had a new one made. `noticing_at` is when a worker last began to tell them by mail
    that somebody asks, which counts as one mail however often it is tried; `noticed_at` when it had.
    """

    id: str
    owner_id: str
    other_id: str
    mine: Side
    theirs: Side
    blocked: bool = False
    declined_at: datetime | None = None
    contact_id: str | None = None
    contacts_made: int = 0
    noticing_at: datetime | None = None
    noticed_at: datetime | None = None
    version: int = 1
    since: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def state(self) -> State:
        if self.blocked:
            return "blocked"
        i_want = self.mine.wants and self.mine.seen >= self.theirs.left
        they_want = self.theirs.wants and self.theirs.seen >= self.mine.left
        if i_want and they_want:
            return "connected"
        if i_want:
            return "asked"
        if they_want:
            return "declined" if self._is_quiet else "waiting"
        return "ended"

    @property
    def _is_quiet(self) -> bool:
        """Whether what they want was declined, or comes too soon after that."""
        if self.declined_at is None or self.theirs.at is None:
            return False
        return self.theirs.at < self.declined_at + QUIET_TIME

    def changed(self, at: datetime, **update: object) -> "Link":
        changed = self.model_copy(update={"version": self.version + 1, **update})
        return changed if changed.state == self.state else changed.model_copy(update={"since": at})

    def wanted(self, at: datetime, mine: Side | None = None) -> "Link":
        """Ask, ask again, or accept; `mine` says through which card."""
        said = (mine or self.mine).wanting(self.theirs, at)
        return self.changed(at, mine=said, declined_at=None)

    def left(self, at: datetime) -> "Link":
        """Withdraw what was asked, or disconnect."""
        return self.changed(at, mine=self.mine.leaving(at))

    def declined(self, at: datetime) -> "Link":
        return self.changed(at, declined_at=at)

    def closed(self, at: datetime) -> "Link":
        """Block: what was wanted is left, and what they want is not heard."""
        mine = self.mine.leaving(at) if self.mine.wants else self.mine
        return self.changed(at, blocked=True, mine=mine)

    def opened(self, at: datetime) -> "Link":
        """Unblock: a request of theirs that was made before or meanwhile waits again."""
        return self.changed(at, blocked=False, declined_at=None)

    def heard(self, theirs: Side, at: datetime) -> "Link":
        """What the other side said, unless something newer was heard."""
        return self if theirs.version <= self.theirs.version else self.changed(at, theirs=theirs)

    def mirrored(self, at: datetime) -> "Link":
        """The document of the other side when it hears of this one for the first time."""
        return Link(
            id=self.id,
            owner_id=self.other_id,
            other_id=self.owner_id,
            mine=self.theirs.silent(),
            theirs=self.mine,
            since=at,
        )


class Access(Model):
    """What one account may see of one of the owner's profiles: one document, for one point read of a card.

    `links` are the connections through which the account is connected with the profile, `blocked` those that
    the owner has blocked. Somebody may be connected through several profiles of their own.
    """

    owner_id: str
    profile_id: str
    account_id: str
    links: list[str] = Field(default=[])
    blocked: list[str] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    @property
    def connected(self) -> bool:
        return bool(self.links) and not self.blocked

    def after(self, link: Link) -> "Access":
        """The access with what this connection now says."""
        return self.model_copy(
            update={
                "links": _with(self.links, link.id, inside=link.state == "connected"),
                "blocked": _with(self.blocked, link.id, inside=link.state == "blocked"),
            }
        )


def _with(ids: list[str], item: str, *, inside: bool) -> list[str]:
    others = [each for each in ids if each != item]
    return sorted([*others, item]) if inside else others


def link_id(one: str, other: str) -> str:
    """Id of the connection of two profiles: the same from both sides, so that asking twice is asking once."""
    text = " ".join(sorted((one, other)))
    digest = hashlib.sha256(f"connection {text}".encode()).digest()
    return make_id(ID_PREFIXES["connection"], digest[:ID_BYTES])

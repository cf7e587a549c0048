"""An organisation and its members, each in the organisation's partition."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, Fault, InvalidInput, NotFound, StaleVersion
from domain.base.fields import EmailAddress, Name
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_ORGANISATIONS, MOST_PEOPLE, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.cards.card import StaffSuccessor
from domain.operations.orders import Order, new_order
from domain.organisations.details import Details, Linked
from domain.organisations.memberships import ALL_MEMBERSHIPS, MEMBERSHIP, MembershipStore
from domain.organisations.roles import Act, NotAllowed, Role, may

# How people come in: by an invitation only, or everybody whose proven address has a proven domain.
Joining = Literal["invitation", "domain"]
Ending = Literal["left", "removed"]
# The kind of order to bring all cards of an organisation in line with it.
ALL_CARDS: Final = "org-cards"
MemberId = Annotated[str, Field(max_length=40, pattern="^mem_[a-z2-7]{26}$")]


class Organisation(Model):
    """`request` is the hash of what it was created from, for a repetition. A `closed` one looks absent, and
    can be taken back by `closed_by`.

    `owners` are the ids of the members who are owners, and `owners_mark` names the change that made them so.
    `reopened_at` is when it was last taken back after a closing.
    """

    id: str
    name: str
    joining: Joining = "invitation"
    closed: bool = False
    closed_by: str | None = None
    reopened_at: datetime | None = None
    owners: list[str] = Field(default=[])
    owners_mark: str = ""
    version: int = 1
    request: str = ""
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Organisation":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    @property
    def erasing(self) -> bool:
        """Whether its erasure has begun: nobody can take it back any more."""
        return self.closed and self.closed_by is None

    def taken_from_its_owner(self) -> "Organisation":
        return self.model_copy(update={"version": self.version + 1, "closed_by": None})


class Member(Model):
    """One person of an organisation. `id` tells colleagues nothing of the account.

    An organisation `added` people whom it knows: by hand, by a file, or by its directory. Their account is ""
    until they join. `external_id` and `user_name` are theirs in systems of the organisation.
    Who is `linked` is known to the directory, by their `user_name`.
    `administers` are those of their teams that they are an admin of.
    `ended` is how it came to an end, of a former member, and `successor` who was chosen to follow them then.
    """

    id: str
    org_id: str
    account_id: str
    name: str
    email: EmailAddress
    role: Role
    added: bool = False
    external_id: str | None = None
    user_name: str | None = None
    details: Details = Field(default_factory=Details)
    linked: Linked | None = None
    teams: list[str] = Field(default=[])
    administers: list[str] = Field(default=[])
    ended: Ending | None = None
    successor: StaffSuccessor | None = None
    version: int = 1
    since: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Member":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def after(self, former: "Member | None") -> "Member":
        """The same person once more: their versions go on, so that none stands for two states of them."""
        return self if former is None else self.model_copy(update={"version": former.version + 1})

    @property
    def has_joined(self) -> bool:
        return self.account_id != ""


# What a person is known by, besides their id.
KeyKind = Literal["account", "address", "external_id", "user_name"]
# As many as fit into a batch of the store, with their keys.
MOST_KNOWN: Final = 15


_KNOWN_BY: Final[dict[KeyKind, str]] = {
    "account": N_("Somebody here has this account."),
    "address": N_("Somebody here has this e-mail address."),
    "external_id": N_("Somebody here has this identifier of your own system."),
    "user_name": N_("Somebody here has this user name."),
}


class KnownAlready(Conflict):
    """`kind` is by what, and `place` the place of the person among those that were to be stored."""

    code = "person_exists"
    title = N_("Somebody of the organisation has this already")

    def __init__(self, kind: KeyKind, place: int = 0) -> None:
        super().__init__(_KNOWN_BY[kind])
        self.kind, self.place = kind, place


class Settings(Closed):
    name: Name
    joining: Joining = "invitation"


class Person(NamedTuple):
    """An account as its organisations know it."""

    account_id: str
    name: str
    email: str


class Creating(NamedTuple):
    """`key` is the Idempotency-Key, hashed, or something that nobody else has."""

    key: str
    now: datetime


class PeopleChange(NamedTuple):
    """Members who change together, each with the ETag that was read.

    Of those who `ended` a record stays for a time; `back` are those whose record becomes a member again.
    """

    org_id: str
    organisation: Organisation | None
    saved: tuple[Member, ...]
    ended: tuple[Member, ...]
    back: tuple[Member, ...]
    orders: tuple[Order, ...]


class OrganisationStore(Protocol):
    async def get(self, org_id: str) -> Organisation | None: ...
    async def member(self, org_id: str, member_id: str) -> Member | None: ...
    async def of_account(self, org_id: str, account_id: str) -> Member | None: ...
    async def id_of(self, org_id: str, kind: "KeyKind", value: str) -> str | None:
        """Id of the person, or former person, who is known by this value."""
        ...

    async def by_address(self, org_id: str, address: str) -> Member | None:
        """A member with this address, also one who came by themselves, whom no key leads to."""
        ...

    async def create(self, organisation: Organisation, owner: Member, order: Order) -> bool: ...
    async def save_known(self, people: Sequence[Member], orders: Sequence[Order]) -> list[Member]:
        """Store people with what they are known by, at most `MOST_KNOWN`, all of them or none.

        `KnownAlready` if one is known by what another person is; `StaleVersion` if somebody was changed.
        """
        ...

    async def save_with(self, organisation: Organisation, orders: list[Order]) -> Organisation: ...
    async def change_people(self, change: "PeopleChange") -> None:
        """Store all of a change or nothing; `StaleVersion` if something of it was changed meanwhile."""
        ...

    async def former_member(self, org_id: str, member_id: str) -> Member | None: ...
    async def members(
        self, org_id: str, wanted: "MemberFilter", limit: int, cursor: str | None
    ) -> tuple[list[Member], str | None]:
        """A page of the members in the order of their names."""
        ...

    async def removed_since(self, org_id: str, since: datetime, limit: int) -> list[Member]:
        """The latest of those whom others took out after this moment."""
        ...

    async def count_members(self, org_id: str) -> int: ...


# Carries the order of a change out at once, as far as it can.
Settle = Callable[[Order], Awaitable[None]]


class MemberFilter(Closed):
    """`text` is how a name begins."""

    role: Role | None = None
    team: str | None = None
    text: str = ""


class ProvenDomains(Protocol):
    async def any_proven(self, org_id: str) -> bool: ...


class Acting(NamedTuple):
    """Somebody who does something in their organisation."""

    organisation: Organisation
    member: Member


def member_id(org_id: str, account_id: str) -> str:
    return make_id(
        ID_PREFIXES["member"], hashlib.sha256(f"{org_id} {account_id}".encode()).digest()[:ID_BYTES]
    )


def membership_order(member: Member, now: datetime) -> Order:
    """What follows each change of a member: the account's own list of its organisations."""
    return new_order(MEMBERSHIP, member.org_id, member.id, now, container="organisations")


def membership_orders(by: Member, now: datetime) -> list[Order]:
    """What follows a change of the organisation: the list of who did it, then those of all its members."""
    all_of_them = new_order(ALL_MEMBERSHIPS, by.org_id, by.org_id, now, container="organisations")
    return [membership_order(by, now), all_of_them]


def cards_order(org_id: str, now: datetime) -> Order:
    """What follows a closing and a taking back: all cards of the organisation."""
    return new_order(ALL_CARDS, org_id, org_id, now, container="organisations")


async def acting(org_id: str, account_id: str, act: Act, *, organisations: OrganisationStore) -> Acting:
    """Who acts, if they may. Everybody but a member finds nothing there."""
    organisation = await organisations.get(org_id)
    member = await organisations.of_account(org_id, account_id)
    if organisation is None or organisation.closed or member is None:
        raise NotFound
    if not may(member.role, act):
        raise NotAllowed
    return Acting(organisation, member)


async def refuse_one_more(account_id: str, memberships: MembershipStore) -> None:
    if len((await memberships.get(account_id)).organisations) >= MOST_ORGANISATIONS:
        raise LimitReached(
            N_("An account may be in %(most)s organisations. Leave one first.", most=MOST_ORGANISATIONS)
        )


async def refuse_too_many(
    org_id: str, account_id: str, *, organisations: OrganisationStore, memberships: MembershipStore
) -> None:
    """Refuse one more member where the account or the organisation has as many as it may."""
    await refuse_one_more(account_id, memberships)
    if await organisations.count_members(org_id) >= MOST_PEOPLE:
        raise LimitReached(
            N_("This organisation has %(most)s people, and may not have more.", most=MOST_PEOPLE)
        )


def new_member(org_id: str, person: Person, role: Role, now: datetime) -> Member:
    return Member(
        id=member_id(org_id, person.account_id),
        org_id=org_id,
        account_id=person.account_id,
        name=person.name,
        email=person.email,
        role=role,
        since=now,
        updated_at=now,
    )


async def change_settings(
    by: Acting,
    settings: Settings,
    *,
    version: int,
    now: datetime,
    organisations: OrganisationStore,
    domains: ProvenDomains,
    settle: Settle,
) -> Organisation:
    """Change them; a new name reaches the list of each member.

    To begin to take people in by their domain needs a proven one.
    """
    if by.organisation.version != version:
        raise StaleVersion
    begins = settings.joining == "domain" and by.organisation.joining != "domain"
    if begins and not await domains.any_proven(by.organisation.id):
        raise InvalidInput([Fault("/joining", "no_proven_domain", N_("needs a proven domain first"))])
    changed = by.organisation.changed(now, name=settings.name, joining=settings.joining)
    renamed = settings.name != by.organisation.name
    orders = membership_orders(by.member, now) if renamed else []
    saved = await organisations.save_with(changed, orders)
    for order in orders:
        await settle(order)
    return saved

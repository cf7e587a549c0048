"""Organisations and their members in the partition of the organisation.

`listed` is the key of the members' list: the name of the member, folded, and its id. It is in order, so that
a page costs the same however many there are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, OutcomeUnknown, instant
from adapters.cosmos.documents import DELETED_TTL, document, from_document
from adapters.cosmos.organisations.known import (
    KIND,
    ids_of,
    kept_keys,
    key_id,
    key_operations,
    leads_to,
)
from adapters.cosmos.work import order_document
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.folding import fold
from domain.base.limits import UNDO_TIME
from domain.operations.orders import Order
from domain.organisations.organisation import (
    KeyKind,
    Member,
    MemberFilter,
    Organisation,
    PeopleChange,
    member_id,
)
from domain.organisations.visits.sums import Counting, first_counting

CONTAINER: Final = "organisations"
PARTITION: Final = "orgId"
COUNTING_ID: Final = "visit-counting"
_MOST_SORTED: Final = 200
_BY_ADDRESS: Final = "SELECT TOP 1 * FROM c WHERE c.kind = 'member' AND c.address = @address"
_THESE: Final = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"


class CosmosOrganisations:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Organisation | None:
        stored = await self._items.read(org_id, org_id)
        return from_document(Organisation, stored) if stored and stored["kind"] == "organisation" else None

    async def member(self, org_id: str, member_id: str) -> Member | None:
        stored = await self._items.read(member_id, org_id)
        return from_document(Member, stored) if stored and stored["kind"] == "member" else None

    async def of_account(self, org_id: str, account_id: str) -> Member | None:
        stored = await self._items.read(member_id(org_id, account_id), org_id)
        if stored is not None and stored["kind"] == KIND:
            stored = await self._items.read(leads_to(stored), org_id)
        if stored is None or stored["kind"] != "member":
            return None
        member = from_document(Member, stored)
        # What an account was known by may lead to somebody else by now.
        return member if member.account_id == account_id else None

    async def id_of(self, org_id: str, kind: KeyKind, value: str) -> str | None:
        stored = await self._items.read(key_id(org_id, kind, value), org_id)
        return leads_to(stored) if stored is not None and stored["kind"] == KIND else None

    async def by_address(self, org_id: str, address: str) -> Member | None:
        found = await self._items.query(_BY_ADDRESS, org_id, address=fold(address))
        return from_document(Member, found[0]) if found else None

    async def find_members(self, org_id: str, ids: list[str]) -> list[Member]:
        if len(ids) == 1:
            member = await self.member(org_id, ids[0])
            return [member] if member else []
        sql = "SELECT * FROM c WHERE c.kind = 'member' AND ARRAY_CONTAINS(@ids, c.id)"
        found = await self._items.query(sql, org_id, ids=ids)
        return [from_document(Member, stored) for stored in found]

    async def former_member(self, org_id: str, member_id: str) -> Member | None:
        stored = await self._items.read(former_id(member_id), org_id)
        return None if stored is None else from_document(Member, stored)

    async def create(self, organisation: Organisation, owner: Member, order: Order) -> bool:
        operations: list[tuple[Any, ...]] = [
            ("create", (_organisation_document(organisation),)),
            ("create", (member_document(owner),)),
            ("create", (counting_document(first_counting(organisation.id, organisation.created_at)),)),
            ("upsert", (order_document(order),)),
        ]
        try:
            await self._items.batch(operations, organisation.id)
        except FileExistsError:
            return False
        return True

    async def save_known(self, people: Sequence[Member], orders: Sequence[Order]) -> list[Member]:
        writes = await known_writes(self._items, people)
        try:
            results = await self._items.batch([*writes, *_upserted(orders)], people[0].org_id)
        except FileExistsError:
            raise StaleVersion from None
        return [from_document(Member, result["resourceBody"]) for result in results[: len(people)]]

    async def save_with(self, organisation: Organisation, orders: list[Order]) -> Organisation:
        results = await self._items.batch(
            [_replaced(_organisation_document(organisation), organisation.etag), *_upserted(orders)],
            organisation.id,
        )
        return from_document(Organisation, results[0]["resourceBody"])

    async def change_people(self, change: PeopleChange) -> None:
        try:
            await self._items.batch(people_operations(change), change.org_id)
        except (FileExistsError, StaleVersion, OutcomeUnknown) as refusal:
            if not await self._landed(change):
                raise refusal if isinstance(refusal, OutcomeUnknown) else StaleVersion from None

    async def _landed(self, change: PeopleChange) -> bool:
        """Whether the batch itself was stored, by what it leaves of those who went or came back."""
        wanted = [*map(former_document, change.ended), *map(member_document, change.back)]
        stored = [await self._items.read(each["id"], change.org_id) for each in wanted]
        return bool(wanted) and all(
            found is not None and found["body"] == each["body"]
            for found, each in zip(stored, wanted, strict=True)
        )

    async def removed_since(self, org_id: str, since: datetime, limit: int) -> list[Member]:
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.kind = 'former-member' AND c.removedAt > @since"
            " ORDER BY c.removedAt DESC",
            org_id,
            count=limit,
            since=instant(since),
        )
        return [from_document(Member, stored) for stored in found]

    async def members(
        self, org_id: str, wanted: MemberFilter, limit: int, cursor: str | None
    ) -> tuple[list[Member], str | None]:
        where, values = "", dict[str, str]()
        if wanted.role:
            where += " AND c.memberRole = @role"
            values["role"] = wanted.role
        if wanted.team:
            where += " AND ARRAY_CONTAINS(c.teams, @team)"
            values["team"] = wanted.team
        if wanted.text:
            where += " AND STARTSWITH(c.listed, @text)"
            values["text"] = fold(wanted.text)[:_MOST_SORTED]
        found = await self._items.query(
            f"SELECT TOP @count * FROM c WHERE c.kind = 'member'{where}"  # noqa: S608 - conditions of ours
            " AND c.listed > @after ORDER BY c.listed",
            org_id,
            count=limit + 1,
            after="" if cursor is None else await self._place(org_id, cursor),
            **values,
        )
        page = [from_document(Member, stored) for stored in found[:limit]]
        return page, page[-1].id if len(found) > limit else None

    async def _place(self, org_id: str, cursor: str) -> str:
        """Where the last member of the page before stands in the list, also one who has left since."""
        last = await self.member(org_id, cursor) or await self.former_member(org_id, cursor)
        if last is None:
            raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
        return _listed(last)

    async def count_members(self, org_id: str) -> int:
        return await self._items.count("SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'member'", org_id)


def _organisation_document(organisation: Organisation) -> Document:
    """`dueAt` is when a closed one is erased."""
    due = {"dueAt": instant(organisation.updated_at + UNDO_TIME)} if organisation.closed else {}
    org_id = organisation.id
    return document("organisation", org_id, org_id, organisation, partition=PARTITION, **due)


def member_document(member: Member) -> Document:
    return document(
        "member",
        member.id,
        member.org_id,
        member,
        partition=PARTITION,
        listed=_listed(member),
        address=fold(member.email),
        memberRole=member.role,
        teams=member.teams,
        administers=member.administers,
        **_directory_name(member),
    )


def _directory_name(member: Member) -> Document:
    """`userName` of whom the directory of the organisation finds, by which it lists them."""
    if member.linked is None or member.linked.deleted or not member.user_name:
        return {}
    return {"userName": fold(member.user_name)}


def people_operations(change: PeopleChange) -> list[tuple[Any, ...]]:
    """Operations of the batch that stores a change of members."""
    operations = [_replaced(member_document(each), each.etag) for each in change.saved]
    if change.organisation is not None:
        organisation = change.organisation
        operations.append(_replaced(_organisation_document(organisation), organisation.etag))
    for each in change.ended:
        operations += ended_operations(each)
        operations += [size_change(team_id, -1) for team_id in each.teams]
    for each in change.back:
        operations.append(("create", (member_document(each),)))
        operations.append(("delete", (former_id(each.id),), {"if_match_etag": each.etag}))
        operations += [size_change(team_id, 1) for team_id in each.teams]
        operations += kept_keys(each, ended=False)
    return [*operations, *_upserted(change.orders)]


async def known_writes(items: Items, people: Sequence[Member]) -> list[tuple[Any, ...]]:
    """Operations of a batch that stores people, new and changed ones: first them, then the rest."""
    org_id, ids = people[0].org_id, [each.id for each in people]
    found = await items.query(_THESE, org_id, ids=[*ids, *map(former_id, ids)])
    gone = {stored["id"] for stored in found if stored["kind"] == "former-member"}
    before = {stored["id"]: from_document(Member, stored) for stored in found if stored["kind"] == "member"}
    keys = await items.query(_THESE, org_id, ids=ids_of([*people, *before.values()]))
    there = {stored["id"]: stored for stored in keys if stored["kind"] == KIND}
    writes, others, sizes = list[tuple[Any, ...]](), list[tuple[Any, ...]](), Counter[str]()
    for place, each in enumerate(people):
        new, old = member_document(each), before.get(each.id)
        writes.append(("create", (new,)) if each.etag is None else _replaced(new, each.etag))
        others += key_operations(each, old, there, place)
        if each.etag is None and (record := former_id(each.id)) in gone:
            others.append(("delete", (record,)))
        sizes.update(each.teams)
        sizes.subtract(old.teams if old else [])
    return [*writes, *others, *(size_change(team, more) for team, more in sizes.items() if more)]


def counting_document(counting: Counting) -> Document:
    """Where the count of the visits is; `dueAt` is when a day can be counted."""
    due, org_id = instant(counting.due_at), counting.org_id
    return document(COUNTING_ID, COUNTING_ID, org_id, counting, partition=PARTITION, dueAt=due)


def ended_operations(member: Member) -> list[tuple[Any, ...]]:
    """Operations of a batch that make a member a former one, without the numbers of their teams."""
    return [
        ("delete", (member.id,), {"if_match_etag": member.etag}),
        ("upsert", (former_document(member),)),
        *kept_keys(member, ended=True),
    ]


def size_id(team_id: str) -> str:
    return f"size-{team_id}"


def size_change(team_id: str, more: int) -> tuple[Any, ...]:
    """The operation of a batch that changes the number of people of a team."""
    return ("patch", (size_id(team_id), [{"op": "incr", "path": "/body/people", "value": more}]))


def former_id(member_id: str) -> str:
    return f"former-{member_id}"


def former_document(member: Member) -> Document:
    """`removedAt` is of those whom others can take back, `teams` of those whom the directory can."""
    extra: Document = _directory_name(member)
    if extra:
        extra["teams"] = member.teams
    if member.ended == "removed":
        extra["removedAt"] = instant(member.updated_at)
    return document(
        "former-member",
        former_id(member.id),
        member.org_id,
        member,
        partition=PARTITION,
        ttl=DELETED_TTL,
        **extra,
    )


def _replaced(new: Document, etag: str | None) -> tuple[Any, ...]:
    return ("replace", (new["id"], new), {"if_match_etag": etag})


def _upserted(orders: Iterable[Order]) -> list[tuple[Any, ...]]:
    return [("upsert", (order_document(order),)) for order in orders]


def _listed(member: Member) -> str:
    return f"{fold(member.name)[:_MOST_SORTED]}\t{member.id}"

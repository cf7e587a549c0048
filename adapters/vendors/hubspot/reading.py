"""Reading records: what changed, what was archived, and some by their ids."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.vendors.hubspot.api import Api, Filter, Row, Rows
from adapters.vendors.hubspot.kinds import Kind, time_of
from adapters.vendors.hubspot.position import OVERLAP, Position, milliseconds
from domain.integrations.connectors import ObjectName, Page, VendorRecord

# Calls of one pull that go by without a record, as when nothing has changed.
_MOST_CALLS: Final = 12
_ID: Final = "hs_object_id"


async def pull(api: Api, kinds: Sequence[Kind], fields: Sequence[str], text: str, now: datetime) -> Page:
    """One page with something in it, or the last one."""
    position = Position.read(text).opened(milliseconds(now))
    for _ in range(_MOST_CALLS):
        page = await _Pull(api, kinds, fields, now).one(position)
        if page.records or page.gone or page.over:
            break
        position = Position.read(page.position)
    return page


class _Pull:
    def __init__(self, api: Api, kinds: Sequence[Kind], fields: Sequence[str], now: datetime) -> None:
        self._api, self._kinds, self._fields, self._now = api, kinds, fields, now

    async def one(self, position: Position) -> Page:
        kind = self._kinds[position.part]
        match position.mode:
            case "list":
                return await self._listed(kind, position)
            case "archived":
                return await self._archived(kind, position)
        return await self._searched(kind, position)

    async def _listed(self, kind: Kind, position: Position) -> Page:
        rows = await self._api.listed(kind.path, kind.properties(self._fields), position.after)
        records = await as_records(self._api, kind, rows.rows, self._fields)
        following = _begun(position, rows, self._now).shown(records)
        if rows.after is not None:
            return Page(records, str(following._replace(after=rows.after)), over=False, whole=True)
        return self._part_over(following, records, whole=True)

    async def _searched(self, kind: Kind, position: Position) -> Page:
        """What changed from a moment on, in the order of the changes.

        No page is turned, because a record that changes meanwhile would move another one out of sight. The
        next call begins at the moment of the last record instead, or at its id if all have one moment.
        """
        names = kind.properties(self._fields)
        if position.tied is None:
            filters = [Filter(kind.modified, "GTE", str(position.at))]
            rows = await self._api.searched(kind.path, names, filters, sort=kind.modified)
        else:
            filters = [Filter(kind.modified, operator, str(position.at)) for operator in ("GTE", "LTE")]
            filters.append(Filter(_ID, "GT", position.tied))
            rows = await self._api.searched(kind.path, names, filters, sort=_ID)
        known = set(position.recent)
        new = [row for row in rows.rows if (kind.id_here(str(row["id"])), _moment(kind, row)) not in known]
        records = await as_records(self._api, kind, new, self._fields)
        following = _begun(position, rows, self._now).shown(records)
        if rows.after is None and position.tied is None:
            return self._part_over(following, records)
        return Page(records, str(_moved(following, kind, rows)), over=False)

    async def _archived(self, kind: Kind, position: Position) -> Page:
        rows = await self._api.archived(kind.path, position.after)
        gone = tuple(
            kind.id_here(str(row["id"]))
            for row in rows.rows
            if (at := time_of(str(row.get("archivedAt") or ""))) is None
            or milliseconds(at) >= position.archived - OVERLAP
        )
        following = position._replace(pages=position.pages + 1)
        if rows.after is not None:
            return Page((), str(following._replace(after=rows.after)), over=False, gone=gone)
        return self._part_over(following, (), gone=gone)

    def _part_over(
        self,
        position: Position,
        records: Sequence[VendorRecord],
        *,
        gone: tuple[str, ...] = (),
        whole: bool = False,
    ) -> Page:
        """The last page of one type: the next type follows, or the archived ones, or the end."""
        first = position._replace(after="", at=position.since, tied=None)
        if position.part + 1 < len(self._kinds):
            following = first._replace(part=position.part + 1)
            return Page(records, str(following), over=False, gone=gone, whole=whole)
        if position.mode == "search" and position.due <= position.began:
            return Page(records, str(first._replace(mode="archived", part=0)), over=False)
        return Page(records, str(position.over()), over=True, gone=gone, whole=whole)


def _begun(position: Position, rows: Rows, now: datetime) -> Position:
    """A run begins with its first answer, by the earlier of the two clocks."""
    return position.begun(milliseconds(now if rows.at is None else min(now, rows.at)))


def _moment(kind: Kind, row: Row) -> int:
    at = time_of((row.get("properties") or {}).get(kind.modified) or str(row.get("updatedAt") or ""))
    return 0 if at is None else milliseconds(at)


def _moved(position: Position, kind: Kind, rows: Rows) -> Position:
    """The position after a page of a search that is not the last one of its kind."""
    if position.tied is not None:
        if rows.after is None:
            return position._replace(at=position.at + 1, tied=None)
        return position._replace(tied=str(rows.rows[-1]["id"]))
    last = _moment(kind, rows.rows[-1])
    if last > _moment(kind, rows.rows[0]):
        return position._replace(at=last)
    return position._replace(at=last, tied="0")


async def get(
    api: Api, kinds: Sequence[Kind], fields: Sequence[str], ids: Sequence[str]
) -> list[VendorRecord]:
    """Records by their ids. The id of a merged record finds the one that it became."""
    found = list[VendorRecord]()
    for kind in kinds:
        prefix = kind.id_here("")
        wanted = list(dict.fromkeys(each.removeprefix(prefix) for each in ids if each.startswith(prefix)))
        rows = await api.read(kind.path, kind.properties(fields), wanted)
        found += await as_records(api, kind, rows, fields)
    return list({each.id: each for each in found}.values())


async def as_records(
    api: Api, kind: Kind, rows: Sequence[Row], fields: Collection[str]
) -> list[VendorRecord]:
    ids = [str(row["id"]) for row in rows]
    links: dict[ObjectName, Mapping[str, Sequence[str]]] = {
        name: await api.linked(kind.path, path, ids) for name, path in kind.links
    }
    return [
        kind.record(
            row,
            fields,
            {name: _few(name, found.get(str(row["id"]), ())) for name, found in links.items()},
        )
        for row in rows
    ]


def _few(name: ObjectName, ids: Sequence[str]) -> Sequence[str]:
    """A record belongs to one company, its primary one, and to any number of persons."""
    return ids[:1] if name == "company" else ids


# Owners


def owner(row: Row, fields: Collection[str]) -> VendorRecord:
    changed = str(row.get("updatedAt") or "")
    return VendorRecord(
        str(row["id"]),
        {name: str(row.get(name) or "") for name in fields},
        changed_at=time_of(changed),
        version=changed or None,
    )


async def pull_owners(api: Api, fields: Sequence[str], text: str, now: datetime) -> Page:
    """Owners that changed: all are listed, for they are few, and those that are known are left out."""
    position = Position.read(text).opened(milliseconds(now))
    whole = position.mode == "list"
    for _ in range(_MOST_CALLS):
        rows = await api.owners(position.after)
        position = _begun(position, rows, now)
        found = [owner(row, fields) for row in rows.rows]
        known = set(position.recent)
        records = [
            each
            for each in found
            if whole
            or each.changed_at is None
            or ((at := milliseconds(each.changed_at)) >= position.since and (each.id, at) not in known)
        ]
        position = position.shown(records)._replace(after=rows.after or "")
        if records or rows.after is None:
            break
    over = not position.after
    return Page(records, str(position.over() if over else position), over, whole=whole)


async def get_owners(api: Api, fields: Sequence[str], ids: Sequence[str]) -> list[VendorRecord]:
    """Owners by their ids, from their list."""
    found, after = list[VendorRecord](), ""
    for _ in range(_MOST_CALLS):
        rows = await api.owners(after)
        found += [owner(row, fields) for row in rows.rows if str(row["id"]) in ids]
        if rows.after is None:
            break
        after = rows.after
    return found

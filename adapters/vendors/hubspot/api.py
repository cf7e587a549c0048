"""Calls of HubSpot's API, as the connector uses them. A damaged answer is `VendorUnavailable`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

from adapters.outbound.session import Session
from adapters.vendors.hubspot.description import BATCH, PAGE
from domain.integrations.errors import AccessLost, VendorUnavailable

_OBJECTS: Final = "/crm/objects/2026-09"
_PROPERTIES: Final = "/crm/properties/2026-09"
_ASSOCIATIONS: Final = "/crm/associations/2026-03"
_ARCHIVED: Final = 100
_PRIMARY: Final = 1
_NOT_FOUND: Final = 404
_TAKEN: Final = 409

Row = dict[str, Any]


class Rows(NamedTuple):
    """Records of one answer. `after` is where the next ones begin, if there are more; `at` its time."""

    rows: list[Row]
    after: str | None
    at: datetime | None


class Filter(NamedTuple):
    name: str
    operator: str
    value: str | Sequence[str]

    def as_json(self) -> dict[str, Any]:
        key = "value" if isinstance(self.value, str) else "values"
        value = self.value if isinstance(self.value, str) else list(self.value)
        return {"propertyName": self.name, "operator": self.operator, key: value}


class Api:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._hidden: set[tuple[str, str]] = set()

    async def listed(self, kind: str, names: Collection[str], after: str) -> Rows:
        """Records in the order of their ids."""
        return await self._rows(f"{_OBJECTS}/{kind}", after, limit=PAGE, properties=",".join(names))

    async def archived(self, kind: str, after: str) -> Rows:
        return await self._rows(f"{_OBJECTS}/{kind}", after, limit=_ARCHIVED, archived="true")

    async def owners(self, after: str) -> Rows:
        return await self._rows("/crm/owners/2026-09", after, limit=PAGE)

    async def searched(
        self, kind: str, names: Collection[str], filters: Sequence[Filter], *, sort: str
    ) -> Rows:
        """The first page of the records that fit, in this order. It is never turned: the filters move on."""
        body = {
            "filterGroups": [{"filters": [each.as_json() for each in filters]}],
            "sorts": [sort],
            "properties": list(names),
            "limit": PAGE,
        }
        answer = await self._session.call("POST", f"{_OBJECTS}/{kind}/search", json=body, safe=True)
        return _read_rows(answer.data, answer.headers)

    async def read(
        self, kind: str, names: Collection[str], ids: Sequence[str], *, by: str | None = None
    ) -> list[Row]:
        """Records by their ids, or by a unique property. Those that are not there are left out."""
        found = list[Row]()
        for start in range(0, len(ids), BATCH):
            body: dict[str, Any] = {
                "properties": list(names),
                "propertiesWithHistory": [],
                "inputs": [{"id": each} for each in ids[start : start + BATCH]],
            }
            if by is not None:
                body["idProperty"] = by
            path = f"{_OBJECTS}/{kind}/batch/read"
            answer = await self._session.call("POST", path, json=body, safe=True, allow=(_NOT_FOUND,))
            if answer.status != _NOT_FOUND:
                found += _read_rows(answer.data, answer.headers).rows
        return found

    async def linked(self, kind: str, to: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Ids of the records that belong to each of these, the primary one first.

        Nothing without the scope to see those: it is not asked for where they do not flow.
        """
        if not ids or (kind, to) in self._hidden:
            return {}
        body = {"inputs": [{"id": each} for each in ids]}
        path = f"{_ASSOCIATIONS}/{kind}/{to}/batch/read"
        try:
            answer = await self._session.call("POST", path, json=body, safe=True, allow=(_NOT_FOUND,))
        except AccessLost:
            self._hidden.add((kind, to))
            return {}
        if answer.status == _NOT_FOUND:
            return {}
        try:
            return {str(each["from"]["id"]): _primary_first(each["to"]) for each in answer.data["results"]}
        except (KeyError, TypeError, AttributeError):
            raise VendorUnavailable from None

    async def write(self, kind: str, operation: str, inputs: Sequence[Row]) -> Row:
        """Write a batch. Every operation that is used may be done twice."""
        path = f"{_OBJECTS}/{kind}/batch/{operation}"
        answer = await self._session.call("POST", path, json={"inputs": list(inputs)}, safe=True)
        return answer.data if isinstance(answer.data, dict) else {}

    async def properties(self, kind: str) -> list[Row]:
        answer = await self._session.call("GET", f"{_PROPERTIES}/{kind}")
        return _listed_of(answer.data)

    async def has_property(self, kind: str, definition: Row) -> bool:
        """Whether there is this property; it is made if that is allowed."""
        path = f"{_PROPERTIES}/{kind}"
        name = definition["name"]
        try:
            found = await self._session.call("GET", f"{path}/{name}", allow=(_NOT_FOUND,))
            if found.status == _NOT_FOUND:
                await self._session.call("POST", path, json=definition, allow=(_TAKEN,))
        except AccessLost:
            return False
        return True

    async def account(self) -> Row:
        answer = await self._session.call("GET", "/account-info/2026-09/details")
        if not isinstance(answer.data, dict) or "portalId" not in answer.data:
            raise VendorUnavailable
        return answer.data

    async def _rows(self, path: str, after: str, **params: str | int) -> Rows:
        begin = {"after": after} if after else {}
        answer = await self._session.call("GET", path, params=params | begin)
        return _read_rows(answer.data, answer.headers)


def _read_rows(data: Any, headers: Mapping[str, str]) -> Rows:
    rows = _listed_of(data)
    if any(not isinstance(each.get("id"), str | int) for each in rows):
        raise VendorUnavailable
    paging = data.get("paging") or {}
    try:
        after = (paging.get("next") or {}).get("after")
    except AttributeError:
        raise VendorUnavailable from None
    return Rows(rows, None if after is None else str(after), _time_of(headers))


def _listed_of(data: Any) -> list[Row]:
    rows = data.get("results") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise VendorUnavailable
    return rows


def _time_of(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None


def _primary_first(found: Sequence[Mapping[str, Any]]) -> list[str]:
    def is_other(each: Mapping[str, Any]) -> bool:
        return all(known.get("typeId") != _PRIMARY for known in each.get("associationTypes", ()))

    return [str(each["toObjectId"]) for each in sorted(found, key=is_other)]

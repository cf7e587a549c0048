"""Templates in the partition of their organisation, and their releases, which are never changed.

A release has `listed`, its template and its number, by which the releases of one template are in order.
"""

from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.fields import STORED
from domain.operations.orders import Order
from domain.organisations.templates.templates import Release, Template

_RELEASES: Final = (
    "SELECT TOP @count * FROM c WHERE c.kind = 'template-release' AND STARTSWITH(c.listed, @of)"
    " AND c.listed < @before ORDER BY c.listed DESC"
)


class CosmosTemplates:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, template_id: str) -> Template | None:
        stored = await self._items.read(template_id, org_id)
        return None if stored is None else from_document(Template, stored)

    async def all(self, org_id: str) -> list[Template]:
        found = await self._items.query("SELECT * FROM c WHERE c.kind = 'template'", org_id)
        made = [from_document(Template, stored) for stored in found]
        return sorted(made, key=lambda template: (template.created_at, template.id), reverse=True)

    async def create(self, template: Template) -> bool:
        return await self._items.create(template_document(template))

    async def save(self, template: Template) -> Template:
        return from_document(
            Template, await self._items.replace(template_document(template), template.etag or "")
        )

    async def release(self, template: Template, release: Release, order: Order) -> Template:
        new = template_document(template)
        operations: list[tuple[Any, ...]] = [
            ("replace", (new["id"], new), {"if_match_etag": template.etag}),
            ("create", (release_document(release),)),
            ("upsert", (order_document(order),)),
        ]
        try:
            results = await self._items.batch(operations, template.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Template, results[0]["resourceBody"])

    async def get_release(self, org_id: str, template_id: str, number: int) -> Release | None:
        stored = await self._items.read(f"{template_id}-{number}", org_id)
        return None if stored is None else Release.model_validate(stored["body"], context=STORED)

    async def releases(
        self, org_id: str, template_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Release], str | None]:
        before = f"{template_id} ~" if cursor is None else _listed(template_id, _number(cursor))
        found = await self._items.query(
            _RELEASES, org_id, count=limit + 1, of=f"{template_id} ", before=before
        )
        page = [Release.model_validate(stored["body"], context=STORED) for stored in found[:limit]]
        return page, str(page[-1].number) if len(found) > limit else None


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9):  # noqa: PLR2004 - as `_listed` pads
        raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
    return int(cursor)


def _listed(template_id: str, number: int) -> str:
    return f"{template_id} {number:08}"


def template_document(template: Template) -> Document:
    return document("template", template.id, template.org_id, template, partition=PARTITION)


def release_document(release: Release) -> Document:
    return document(
        "template-release",
        f"{release.template_id}-{release.number}",
        release.org_id,
        release,
        partition=PARTITION,
        listed=_listed(release.template_id, release.number),
    )

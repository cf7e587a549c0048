"""Documents of an owner: several kinds in its partition of `accounts` or of `relations`."""

import base64
import logging
import re
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from adapters.cosmos.database import SCHEMA_VERSION, Database, Document, Items
from adapters.cosmos.upgrades import upgraded
from domain.base.errors import Fault, InvalidInput, Unavailable
from domain.base.fields import STORED
from domain.base.idempotency import Creation
from domain.base.ids import is_organisation

OwnerContainer = Literal["accounts", "organisations"]
log = logging.getLogger("izwop.cosmos")

DAY = 24 * 60 * 60
# Records of deleted ids outlive every backup (30 days), so that a restore can repeat the deletions.
DELETED_TTL = 35 * DAY
_CURSOR = re.compile(r"([0-9T:.Z-]{27}) ([a-z]{3}_[a-z2-7]{26})")


class CosmosCounts:
    """Number of an owner's documents of each kind in a container."""

    def __init__(self, database: Database, container: str = "accounts") -> None:
        self._items = Items(database, container)

    async def count(self, account_id: str, kind: str) -> int:
        return await count(self._items, kind, account_id)


def place_of(owner_id: str) -> tuple[OwnerContainer, str]:
    """Container of the documents of an account or organisation, and the property that is its partition."""
    if is_organisation(owner_id):
        return "organisations", "orgId"
    return "accounts", "accountId"


def document(
    kind: str, item: str, owner_id: str, body: BaseModel, *, partition: str = "accountId", **extra: Any
) -> Document:
    """Stored document: the store's own properties at the top, the domain's model under `body`."""
    return {
        "id": item,
        partition: owner_id,
        "kind": kind,
        "role": "controller",
        "schemaVersion": SCHEMA_VERSION,
        "body": body.model_dump(mode="json"),
        **extra,
    }


def from_document[M: BaseModel](model: type[M], stored: Document) -> M:
    return model.model_validate({**stored["body"], "etag": stored["_etag"]}, context=STORED)


def readable[M: BaseModel](model: type[M], container: str, stored: Document) -> M | None:
    """The model of a document of a sweep; None for an unreadable one, which must not block the others."""
    try:
        return from_document(model, upgraded(container, stored))
    except (ValidationError, LookupError, TypeError, Unavailable) as exc:
        log.error("due_unreadable _rid=%s error=%s", stored["_rid"], type(exc).__name__)  # noqa: TRY400 - no values
        return None


async def create_once(
    items: Items,
    account_id: str,
    new: Document,
    creation: "Creation[Any] | None",
    *,
    partition: str = "accountId",
) -> bool:
    """Store a new document together with the record of its Idempotency-Key, kept for a day."""
    if creation is None:
        return await items.create(new)
    kind = new["kind"]
    item = f"{kind}-creation-{creation.key}"
    record = document(f"{kind}-creation", item, account_id, creation, partition=partition, ttl=DAY)
    try:
        await items.batch([("create", (record,)), ("create", (new,))], account_id)
    except FileExistsError:
        return False
    return True


async def count(items: Items, kind: str, account_id: str) -> int:
    """Number of an account's documents of a kind."""
    return await items.count("SELECT VALUE COUNT(1) FROM c WHERE c.kind = @kind", account_id, kind=kind)


async def read_creation[C: BaseModel](
    items: Items, model: type[C], kind: str, account_id: str, key: str
) -> C | None:
    stored = await items.read(f"{kind}-creation-{key}", account_id)
    return None if stored is None else model.model_validate(stored["body"], context=STORED)


async def newest_first(
    items: Items,
    kind: str,
    account_id: str,
    limit: int,
    cursor: str | None,
    *,
    by: str = "createdAt",
    fields: str = "*",
) -> tuple[list[Document], str | None]:
    """One page of an account's documents of a kind, and the cursor of the next page.

    `by` is an indexed time; documents without it are left out. The cursor is the sort key of the last
    document, so that a page is right while others write.
    """
    time, item = read_cursor(cursor) if cursor else ("~", "~")
    found = await items.query(
        f"SELECT TOP @count {fields} FROM c WHERE c.kind = @kind"  # noqa: S608 - names of ours
        f" AND (c.{by} < @time OR (c.{by} = @time AND c.id < @item)) ORDER BY c.{by} DESC, c.id DESC",
        account_id,
        count=limit + 1,
        kind=kind,
        time=time,
        item=item,
    )
    page = found[:limit]
    return page, cursor_of(page[-1], by) if len(found) > limit else None


def cursor_of(last: Document, by: str = "createdAt") -> str:
    return cursor_at(f"{last[by]} {last['id']}")


def cursor_at(place: str) -> str:
    """The cursor of a page that ends at a place in an order of texts."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_in(cursor: str, field: str = "cursor") -> str:
    """The place of a cursor. `field` is where it came, for a refusal."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise _no_cursor(field) from None


def _no_cursor(field: str = "cursor") -> InvalidInput:
    return InvalidInput([Fault(field, "invalid_cursor", "is not a cursor that a page gave")])


def read_cursor(cursor: str) -> tuple[str, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        text = ""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise _no_cursor()
    return match[1], match[2]

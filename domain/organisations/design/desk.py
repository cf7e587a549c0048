"""The desk: which organisations have ordered a design, and who of iZwop's people took each order.

It has ids only, and follows the designs by an order that is stored with each change of one.
"""

from datetime import datetime
from typing import Final, Protocol

from domain.base.errors import Unavailable
from domain.base.model import Model
from domain.operations.orders import Order, new_order
from domain.organisations.design.design import TRIES, Design, DesignStore

DESK: Final = "design-desk"
# In place of a designer, where nobody has taken the order.
NOBODY: Final = "nobody"


class Listing(Model):
    """One organisation that has ordered. `holder` is the account of the designer who took it, or `NOBODY`."""

    org_id: str
    holder: str
    ordered_at: datetime


class DeskStore(Protocol):
    async def put(self, listing: Listing) -> None: ...
    async def remove(self, org_id: str) -> None:
        """An absent one is no error."""
        ...

    async def page(self, holder: str, limit: int, cursor: str | None) -> tuple[list[Listing], str | None]: ...


def desk_order(org_id: str, now: datetime) -> Order:
    return new_order(DESK, org_id, org_id, now, container="organisations")


def listing_of(design: Design) -> Listing | None:
    if design.order is None or not design.is_open:
        return None
    holder = design.holder.account_id if design.holder else NOBODY
    return Listing(org_id=design.org_id, holder=holder, ordered_at=design.order.ordered_at)


async def follow_design(order: Order, *, designs: DesignStore, desk: DeskStore) -> None:
    """Bring the desk in line with a design. Safe to repeat, and beside others who do."""
    wanted = listing_of(await designs.get(order.owner_id))
    for _ in range(TRIES):
        await (desk.put(wanted) if wanted else desk.remove(order.owner_id))
        present = listing_of(await designs.get(order.owner_id))
        if present == wanted:
            return
        wanted = present
    raise Unavailable

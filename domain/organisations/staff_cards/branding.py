"""What follows a changed brand: the cards that show some of it are brought in line, as after a release.

The same long work does it. A card remembers the version of the brand that it shows, so that work for an
earlier one leaves it alone.
"""

import hashlib
from typing import Protocol

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.operations.orders import Order
from domain.operations.work import WorkQueue, WorkStore, new_work, start_work
from domain.organisations.brand.brand import BRAND, Brand, BrandStore
from domain.organisations.templates.branding import content_in_brand, uses_brand
from domain.organisations.templates.templates import APPLYING, Release, Template


class Templates(Protocol):
    async def all(self, org_id: str) -> list[Template]: ...
    async def get_release(self, org_id: str, template_id: str, number: int) -> Release | None: ...


def in_brand(release: Release, brand: Brand) -> Release:
    """The release with what it takes from the brand in place."""
    if not uses_brand(release.content):
        return release
    content = content_in_brand(release.content, brand.content)
    return release.model_copy(update={"content": content, "brand": brand.version})


def brand_work_id(release: Release, brand: Brand) -> str:
    text = f"{BRAND} {release.org_id} {release.template_id} {release.number} {brand.version}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def order_brand(
    order: Order, *, brands: BrandStore, templates: Templates, works: WorkStore, queue: WorkQueue
) -> None:
    """Start the work for each template that takes something from the brand. Safe to repeat."""
    brand = await brands.get(order.owner_id)
    if brand.updated_at is None:
        return
    for template in await templates.all(order.owner_id):
        release = await templates.get_release(order.owner_id, template.id, template.number)
        if release is None or not uses_brand(release.content):
            continue
        work = new_work(APPLYING, order.owner_id, brand_work_id(release, brand), brand.updated_at)
        cursor = f"{template.id} {release.number} "
        await start_work(work.model_copy(update={"cursor": cursor}), works=works, queue=queue)

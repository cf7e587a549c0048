"""The brand of organisations."""

from typing import TYPE_CHECKING

from wiring import database, images, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.brands import CosmosBrands
    from domain.operations.orders import Order
    from domain.organisations.brand.brand import BrandPorts


@once
def store() -> "CosmosBrands":
    from adapters.cosmos.organisations.brands import CosmosBrands

    return CosmosBrands(database())


def ports() -> "BrandPorts":
    from domain.organisations.brand.brand import BrandPorts

    return BrandPorts(store(), images.store(), organisations.settle)


async def order_brand(order: "Order") -> None:
    """Effect of the order that follows a changed brand."""
    from domain.organisations.company.page import follow_brand
    from domain.organisations.staff_cards.branding import order_brand
    from wiring import operations
    from wiring.organisations import company, templates

    await follow_brand(order.owner_id, order.created_at, company.ports())
    await order_brand(
        order,
        brands=store(),
        templates=templates.store(),
        works=operations.works(),
        queue=operations.work_queue(),
    )

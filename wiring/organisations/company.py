"""Company pages of organisations."""

from typing import TYPE_CHECKING

from wiring import accounts, cards, publishing

if TYPE_CHECKING:
    from domain.organisations.company.page import CompanyPorts


def ports() -> "CompanyPorts":
    from domain.organisations.company.page import CompanyPorts
    from wiring.organisations import brand

    return CompanyPorts(cards.store(), cards.handles(), brand.store(), publishing.ports(), accounts.limiter())


async def handle_of(org_id: str) -> str | None:
    """Handle of the company page, once it was published, for links that are to lead to it."""
    from domain.organisations.company.page import company_handle

    return await company_handle(org_id, cards=cards.store())

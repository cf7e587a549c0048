"""Sums of the visits of an organisation's cards."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.visit_sums import CosmosVisitSums
    from domain.organisations.visits.counting import SumPorts


@once
def store() -> "CosmosVisitSums":
    from adapters.cosmos.organisations.visit_sums import CosmosVisitSums

    return CosmosVisitSums(database())


def ports() -> "SumPorts":
    from domain.organisations.visits.counting import SumPorts
    from wiring import visits
    from wiring.organisations import teams

    return SumPorts(organisations.store(), teams.store(), visits.traffic(), store())

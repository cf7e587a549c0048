"""What a dying worker does for an organisation: begin the nightly count of visits, approve a proposal."""

from datetime import datetime
from typing import Any

import wiring.operations
import wiring.organisations
import wiring.organisations.design
import wiring.organisations.visits
from domain.operations.slices import Slice
from domain.organisations.design.design import Moment
from domain.organisations.design.proposals import AlreadyAnswered, ProposalVersion, approve, read_proposal
from domain.organisations.organisation import acting
from domain.organisations.visits.counting import start_due
from functions.framework.clock import new_id


async def _sum_visits(_order: dict[str, Any], at: datetime) -> str:
    await start_due(
        at,
        Slice(lambda: 0.0),
        due=wiring.organisations.visits.store(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return "begun"


async def _approve(order: dict[str, Any], at: datetime) -> str:
    """Approve a proposal as it is now; "nothing" where that is done."""
    by = await acting(
        order["org"], order["owner"], "release_templates", organisations=wiring.organisations.store()
    )
    ports = wiring.organisations.design.proposing()
    found = await read_proposal(by, order["id"], proposals=ports.proposals)
    of = ProposalVersion(by, found.id, found.version)
    try:
        await approve(of, moment=Moment(at, new_id("rec")), ports=ports)
    except AlreadyAnswered:
        return "nothing"
    return "approved"


ORGANISATION_ACTS = {"sum visits": _sum_visits, "approve": _approve}

"""What a designer may reach: orders that nobody has taken, and the organisation that gave them access.

Without access an organisation looks as if it had never been.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain.base.errors import Conflict, NotFound, StaleVersion, Unavailable
from domain.base.texts import N_
from domain.organisations.design.design import (
    TRIES,
    Asking,
    Design,
    Designer,
    DesignStore,
    Grant,
    Moment,
    Record,
    What,
    live_grant,
    recorded,
)
from domain.organisations.design.desk import DeskStore, Listing, desk_order
from domain.organisations.organisation import Organisation, OrganisationStore, Settle


class OrderTaken(Conflict):
    code = "design_order_taken"
    title = N_("Another designer has taken this order")


class AccessPorts(NamedTuple):
    organisations: OrganisationStore
    designs: DesignStore
    desk: DeskStore
    settle: Settle


class AtDesk(NamedTuple):
    """An organisation that has ordered, as designers see it before they have access."""

    organisation: Organisation
    design: Design


class Designing(NamedTuple):
    """A designer who acts under the access that an organisation gave them."""

    organisation: Organisation
    design: Design
    grant: Grant

    @property
    def designer(self) -> Designer:
        return self.grant.designer


async def at_desk(listing: Listing, *, ports: AccessPorts) -> AtDesk | None:
    """What designers see of an order; None if it ended, or its organisation was closed, meanwhile."""
    organisation = await ports.organisations.get(listing.org_id)
    design = await ports.designs.get(listing.org_id)
    if organisation is None or organisation.closed or not design.is_open:
        return None
    return AtDesk(organisation, design)


async def ask_access(org_id: str, designer: Designer, *, moment: Moment, ports: AccessPorts) -> None:
    """Take an order, and ask its organisation for access. Asking again changes nothing."""

    def asked(organisation: Organisation, design: Design) -> Design | None:
        holder = design.holder
        if holder is not None and holder.account_id != designer.account_id:
            raise OrderTaken
        if design.asking is not None or live_grant(design, organisation, moment.now) is not None:
            return None
        asking = Asking(designer=designer, asked_at=moment.now)
        return design.without_access(moment.now).changed(asking=asking)

    await _change(org_id, "asked", designer, asked, moment=moment, ports=ports)


async def give_up(org_id: str, designer: Designer, *, moment: Moment, ports: AccessPorts) -> None:
    """Give an order back, and with it one's own access."""

    def free(_organisation: Organisation, design: Design) -> Design | None:
        holder = design.holder
        if holder is None or holder.account_id != designer.account_id:
            raise NotFound
        return design.without_access(moment.now).changed()

    await _change(org_id, "given_up", designer, free, moment=moment, ports=ports)


async def _change(
    org_id: str,
    what: What,
    designer: Designer,
    change: Callable[[Organisation, Design], Design | None],
    *,
    moment: Moment,
    ports: AccessPorts,
) -> None:
    for _ in range(TRIES):
        organisation = await ports.organisations.get(org_id)
        if organisation is None or organisation.closed:
            raise NotFound
        design = await ports.designs.get(org_id)
        if not design.is_open:
            raise NotFound
        changed = change(organisation, design)
        if changed is None:
            return
        order = desk_order(org_id, moment.now)
        try:
            await ports.designs.save(changed, recorded(changed, what, moment, designer=designer.name), order)
        except StaleVersion:
            continue
        await ports.settle(order)
        return
    raise Unavailable


async def under_grant(
    org_id: str, account_id: str, now: datetime, *, organisations: OrganisationStore, designs: DesignStore
) -> Designing:
    """Who acts under their access, if they have it now; to everybody else nothing is there."""
    organisation = await organisations.get(org_id)
    if organisation is None:
        raise NotFound
    design = await designs.get(org_id)
    grant = live_grant(design, organisation, now)
    if grant is None or grant.designer.account_id != account_id:
        raise NotFound
    return Designing(organisation, design, grant)


def record_of(by: Designing, what: What, moment: Moment, **values: str | None) -> Record:
    return recorded(by.design, what, moment, designer=by.designer.name, **values)


async def note_look(
    by: Designing, what: What, moment: Moment, *, designs: DesignStore, **values: str | None
) -> None:
    """Record that something is looked at, before it is shown."""
    await designs.note(record_of(by, what, moment, **values))

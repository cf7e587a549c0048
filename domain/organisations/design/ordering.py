"""What the organisation does: it orders a design, gives access or refuses it, and ends either at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import Field

from domain.base.errors import KeyReused, StaleVersion, Unavailable
from domain.base.fields import Text
from domain.base.idempotency import request_hash
from domain.base.model import Closed
from domain.organisations.design.design import (
    TRIES,
    AlreadyOrdered,
    Days,
    Design,
    DesignOrder,
    DesignStore,
    Grant,
    Moment,
    NobodyAsks,
    Record,
    What,
    hashed,
    recorded,
)
from domain.organisations.design.desk import desk_order
from domain.organisations.organisation import Acting, Creating, Settle


class NewDesignOrder(Closed):
    """`wishes` are read by iZwop's designers."""

    wishes: Annotated[Text, Field(max_length=4000)]


class Giving(Closed):
    """Access of the designer who asks for it, for so many days."""

    days: Days


class OrderPorts(NamedTuple):
    designs: DesignStore
    settle: Settle


async def order_design(
    by: Acting, new: NewDesignOrder, creating: Creating, moment: Moment, ports: OrderPorts
) -> Design:
    """Order a design. A repetition under the same key returns the first order, also when that has ended."""
    org_id = by.organisation.id
    key = hashed("design", org_id, by.member.id, creating.key)
    for _ in range(TRIES):
        design = await ports.designs.get(org_id)
        if design.order is not None and design.order.key == key:
            if design.order.request != request_hash(new):
                raise KeyReused
            return design
        if design.is_open:
            raise AlreadyOrdered
        order = DesignOrder(
            wishes=new.wishes,
            ordered_by=by.member.id,
            ordered_at=creating.now,
            key=key,
            request=request_hash(new),
        )
        ordered = design.changed(order=order, asking=None, grant=None)
        try:
            return await _saved(ordered, _record(by, ordered, "ordered", moment), moment, ports)
        except StaleVersion:
            continue
    raise Unavailable


async def end_order(by: Acting, *, version: int, moment: Moment, ports: OrderPorts) -> Design:
    """End the order, and with it the access. What waits for an answer can still be answered."""

    def ended(design: Design) -> Design:
        if design.order is None or not design.is_open:
            raise StaleVersion
        order = design.order.model_copy(update={"ended_at": moment.now, "wishes": ""})
        return design.without_access(moment.now).changed(order=order)

    return await _change(by, "order_ended", ended, version=version, moment=moment, ports=ports)


async def give_grant(
    by: Acting, giving: Giving, *, version: int, moment: Moment, ports: OrderPorts
) -> Design:
    """Give the designer who asks access from now on."""

    def given(design: Design) -> Design:
        if design.asking is None or not design.is_open:
            raise NobodyAsks
        grant = Grant(
            number=design.grants + 1,
            designer=design.asking.designer,
            days=giving.days,
            given_by=by.member.id,
            given_at=moment.now,
            until=moment.now + timedelta(days=giving.days),
        )
        return design.changed(grant=grant, grants=grant.number, asking=None)

    return await _change(by, "granted", given, version=version, moment=moment, ports=ports)


async def turn_down(by: Acting, *, version: int, moment: Moment, ports: OrderPorts) -> Design:
    """Give the designer who asks no access; others may ask."""

    def refused(design: Design) -> Design:
        if design.asking is None:
            raise NobodyAsks
        return design.changed(asking=None)

    return await _change(by, "turned_down", refused, version=version, moment=moment, ports=ports)


async def revoke(by: Acting, *, moment: Moment, ports: OrderPorts) -> Design:
    """End the access at once, whatever else happens to the design. Without access nothing is changed."""
    for _ in range(TRIES):
        design = await ports.designs.get(by.organisation.id)
        if design.grant is None or design.grant.ended_at is not None:
            return design
        without = design.without_access(moment.now).changed()
        try:
            return await _saved(without, _record(by, design, "revoked", moment), moment, ports)
        except StaleVersion:
            continue
    raise Unavailable


async def _change(
    by: Acting,
    what: What,
    change: Callable[[Design], Design],
    *,
    version: int,
    moment: Moment,
    ports: OrderPorts,
) -> Design:
    """Change the version that somebody read. What a designer did meanwhile is no other version."""
    for _ in range(TRIES):
        design = await ports.designs.get(by.organisation.id)
        if design.version != version:
            raise StaleVersion
        changed = change(design)
        try:
            return await _saved(changed, _record(by, changed, what, moment), moment, ports)
        except StaleVersion:
            continue
    raise StaleVersion


def _record(by: Acting, design: Design, what: What, moment: Moment) -> Record:
    designer = design.holder.name if design.holder else design.grant.designer.name if design.grant else None
    return recorded(design, what, moment, member_id=by.member.id, designer=designer)


async def _saved(design: Design, record: Record, moment: Moment, ports: OrderPorts) -> Design:
    order = desk_order(design.org_id, moment.now)
    saved = await ports.designs.save(design, record, order)
    await ports.settle(order)
    return saved

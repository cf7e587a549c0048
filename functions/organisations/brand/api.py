"""`/api/v1/organisations/{organisationId}/brand`: what an organisation looks like and says of itself."""

from datetime import datetime

import wiring.organisations.brand
from domain.base.model import Closed
from domain.cards.palette import shown_colour
from domain.organisations.brand.brand import Brand, BrandContent, change_brand
from domain.organisations.roles import NotAllowed
from functions.framework.operations import Answer, Call, operation
from functions.framework.texts import _
from functions.organisations.acting import acting_in


class ShownColourOut(Closed):
    """Colour that cards show for the brand's own one; `reason` says why, if it is another."""

    colour: str
    reason: str | None


class BrandOut(Closed):
    """The brand of an organisation. One that was never saved is empty, and has the version 0."""

    content: BrandContent
    shown: ShownColourOut | None
    updated_at: datetime | None


def _answer(brand: Brand) -> Answer:
    own = brand.content.look and brand.content.look.colour
    shown = shown_colour(own) if own else None
    return Answer(
        BrandOut(
            content=brand.content,
            shown=ShownColourOut(colour=shown.colour, reason=shown.reason and _(shown.reason))
            if shown
            else None,
            updated_at=brand.updated_at,
        ),
        brand.version,
    )


@operation("The brand of an organisation", answer=BrandOut, conflicts=(NotAllowed,))
async def get_brand(call: Call) -> Answer:
    by = await acting_in(call, "change_brand")
    return _answer(await wiring.organisations.brand.store().get(by.organisation.id))


@operation(
    "Change the brand; cards that show some of it follow",
    body=BrandContent,
    answer=BrandOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_brand(call: Call[BrandContent]) -> Answer:
    by = await acting_in(call, "change_brand")
    ports = wiring.organisations.brand.ports()
    return _answer(await change_brand(by, call.body, version=call.version, now=call.now, ports=ports))

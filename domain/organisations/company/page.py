"""The company page of an organisation: a card of its own, at a handle, published and ended as every card is.

Its look, pictures, company text and video are those of the brand, and follow it. The rest is written as on a
card.
"""

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import Field
from pydantic.alias_generators import to_camel

from domain.base.errors import Fault, InvalidInput, StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import HANDLES, Limiter
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.card import (
    Card,
    CardStore,
    CardVersion,
    Claim,
    Handle,
    HandleClaims,
    read_card,
    read_version,
)
from domain.cards.content import CardContent
from domain.cards.create import adopted_or_next
from domain.cards.handles import suggest_handles
from domain.cards.look import first_look
from domain.organisations.brand.brand import BRAND_PICTURES, BrandContent, BrandStore
from domain.organisations.organisation import Acting
from domain.publishing.publication import Ports as PublicationPorts
from domain.publishing.publication import show

# Fields of the page that are the brand's.
OF_BRAND: Final = (*BRAND_PICTURES, "company_text", "video_link")
_TRIES: Final = 5


class NewCompanyPage(Closed):
    handle: Handle | None = Field(
        default=None, description="Made from the name of the organisation when absent."
    )


class CompanyPorts(NamedTuple):
    cards: CardStore
    handles: HandleClaims
    brands: BrandStore
    publication: PublicationPorts
    limiter: Limiter


class MakingPage(NamedTuple):
    """`suffix` is the tail of a handle whose name is taken."""

    suffix: str
    now: datetime


def company_card_id(org_id: str) -> str:
    """Each organisation has one company page at most."""
    text = f"company card {org_id}"
    return make_id(ID_PREFIXES["card"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def company_handle(org_id: str, *, cards: CardStore) -> str | None:
    """Handle of the company page, once it was published, for links that are to lead to it.

    While it is paused they show nothing, and lead to it again when it is back.
    """
    card = await cards.get(org_id, company_card_id(org_id))
    return card.handle if card is not None and card.was_published else None


async def read_page(by: Acting, *, cards: CardStore) -> Card:
    org_id = by.organisation.id
    return await read_card(org_id, company_card_id(org_id), cards=cards)


def page_version(by: Acting, version: int) -> CardVersion:
    org_id = by.organisation.id
    return CardVersion(org_id, company_card_id(org_id), version)


async def make_page(by: Acting, new: NewCompanyPage, making: MakingPage, ports: CompanyPorts) -> Card:
    """Make the company page as a draft. Repeating it returns the page as it is."""
    org_id, name, now = by.organisation.id, by.organisation.name, making.now
    card_id = company_card_id(org_id)
    if (done := await ports.cards.get(org_id, card_id)) is not None:
        return done
    await ports.limiter.take(HANDLES, org_id, now)
    tried = [new.handle] if new.handle else suggest_handles(name, making.suffix, person=False)
    wanted = Claim(handle=tried[0], account_id=org_id, card_id=card_id, key=card_id, claimed_at=now)
    claim = await ports.handles.claim(wanted)
    if claim.card_id != card_id:
        claim = await adopted_or_next(claim, wanted, tried[1:], ports.handles)
    brand = (await ports.brands.get(org_id)).content
    card = Card(
        id=card_id,
        account_id=org_id,
        # There is no person to connect with.
        profile_id="",
        handle=claim.handle,
        version=1,
        draft=page_in_brand(CardContent(name=name), brand).looking(first_look(claim.handle)),
        created_at=now,
        updated_at=now,
    )
    await ports.cards.create(card, None)
    stored = await ports.cards.get(org_id, card_id)
    if stored is None:
        raise Unavailable
    # Of two at once with other handles one made the page. Housekeeping frees what the other one claimed.
    if stored.handle == claim.handle:
        await ports.handles.hold(claim)
    # What followed a change of the brand meanwhile did not find the page.
    return await follow_brand(org_id, now, ports) or stored


async def edit_page(
    by: Acting, content: CardContent, version: int, now: datetime, ports: CompanyPorts
) -> Card:
    """Change the draft of the page."""
    card = await read_version(page_version(by, version), ports.cards)
    brand = (await ports.brands.get(card.account_id)).content
    _refuse_other_than_brand(content, brand)
    return await ports.cards.save(
        card.changed(now, draft=page_in_brand(content, brand).looking(card.draft.look))
    )


def _refuse_other_than_brand(content: CardContent, brand: BrandContent) -> None:
    """A look is taken over without a word: a card that was read says it."""
    others = [field for field in OF_BRAND if getattr(content, field) not in (None, getattr(brand, field))]
    detail = N_("is that of the brand: change it there")
    faults = [Fault("/" + to_camel(field), "of_brand", detail) for field in others]
    if faults:
        raise InvalidInput(faults)


def page_in_brand(content: CardContent, brand: BrandContent) -> CardContent:
    """The content with what the brand says, which everybody sees."""
    said: dict[str, Any] = {field: getattr(brand, field) for field in OF_BRAND}
    audiences = content.audiences.model_copy(update=dict.fromkeys(OF_BRAND, "public"))
    look = brand.look or content.look
    return content.model_copy(update=said | {"audiences": audiences, "look": look})


async def follow_brand(org_id: str, now: datetime, ports: CompanyPorts) -> Card | None:
    """Bring the page in line with a changed brand. Safe to repeat.

    What is public changes in what is the brand's only; texts of the draft stay in the draft.
    """
    for _ in range(_TRIES):
        card = await ports.cards.get(org_id, company_card_id(org_id))
        if card is None:
            return None
        brand = (await ports.brands.get(org_id)).content
        contents = {name: getattr(card, name) for name in ("draft", "published", "previous")}
        wanted = {name: page_in_brand(content, brand) for name, content in contents.items() if content}
        with suppress(StaleVersion):
            if any(contents[name] != content for name, content in wanted.items()):
                save = ports.cards.save_and_order_projection if card.was_published else ports.cards.save
                card = await save(card.changed(now, **wanted))
            if card.was_published:
                await show(card, ports.publication, first=False)
            return card
    raise Unavailable

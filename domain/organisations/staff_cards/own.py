"""A staff card and who may open it: its person, and leaders of the organisation."""

from collections.abc import Iterable

from domain.base.errors import NotFound
from domain.cards.card import Card, CardStore, read_card
from domain.cards.content import FIELDS, SINGLE_FIELDS, CardContent
from domain.organisations.memberships import Memberships
from domain.organisations.organisation import Acting, member_id
from domain.organisations.roles import NotAllowed, may
from domain.organisations.staff_cards.making import staff_card_id
from domain.organisations.templates.rules import Mode, TemplateContent
from domain.organisations.templates.templates import TemplateStore


async def read_staff_card(by: Acting, card_id: str, *, cards: CardStore) -> Card:
    """A card that is one's own, or anybody's for those who may change them."""
    card = await read_card(by.organisation.id, card_id, cards=cards)
    if not is_own(by, card) and not may(by.member.role, "change_staff_cards"):
        raise NotAllowed
    if card.staff is None:
        raise NotFound
    return card


def is_own(by: Acting, card: Card) -> bool:
    return card.staff is not None and card.staff.member_id == by.member.id


async def own_staff_card(by: Acting, *, cards: CardStore) -> Card | None:
    return await cards.get(by.organisation.id, staff_card_id(by.organisation.id, by.member.id))


async def staff_cards_of(found: Memberships, *, cards: CardStore) -> list[Card]:
    """The cards that a person has in their organisations: a point read for each.

    Who was added before they joined has another id than their account gives.
    """
    own = [
        (each.org_id, each.member_id or member_id(each.org_id, found.account_id))
        for each in found.organisations
    ]
    read = [await cards.get(org_id, staff_card_id(org_id, own_id)) for org_id, own_id in own]
    return [card for card in read if card is not None]


async def template_of(card: Card, *, templates: TemplateStore) -> TemplateContent:
    """What the template says that the card follows."""
    if card.staff is None:
        raise NotFound
    release = await templates.get_release(card.account_id, card.staff.template_id, card.staff.number)
    if release is None:
        raise NotFound
    return release.content


def fields_with(template: TemplateContent, *modes: Mode) -> list[str]:
    """Names of the fields of which a template says one of these."""
    return [field for field in FIELDS if getattr(template.rules, field).mode in modes]


def only_changing(fields: Iterable[str], shown: CardContent, wanted: CardContent) -> CardContent:
    """What is shown, with these fields as they are wanted."""
    changed = set(fields)
    audiences = {field: getattr(wanted.audiences, field) for field in changed if field in SINGLE_FIELDS}
    return shown.model_copy(
        update={
            **{field: getattr(wanted, field) for field in changed},
            "audiences": shown.audiences.model_copy(update=audiences),
        }
    )

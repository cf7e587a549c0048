"""What one card would say by a template that is being written: that of a person, or of a specimen."""

from typing import NamedTuple

from domain.cards.card import Card, CardStore
from domain.cards.content import CardContent
from domain.organisations.organisation import Acting, OrganisationStore
from domain.organisations.staff_cards.following import blank_of, data_of
from domain.organisations.staff_cards.making import staff_card_id
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.staff_content import SPECIMEN, Problem, staff_content


class Tried(NamedTuple):
    """`member_id` is None for the specimen; `card` is the person's, if there is one."""

    name: str
    member_id: str | None
    card: Card | None
    content: CardContent
    problems: tuple[Problem, ...]


async def try_template(
    by: Acting,
    template: TemplateContent,
    member_id: str,
    *,
    organisations: OrganisationStore,
    cards: CardStore,
) -> Tried:
    """Two point reads at most. Somebody who is not there is the specimen."""
    organisation = by.organisation
    member = await organisations.member(organisation.id, member_id) if member_id else None
    if member is None:
        name, data = SPECIMEN["name"], SPECIMEN | {"organisation": organisation.name}
        said = staff_content(template, data, blank_of(name, template))
        return Tried(name, None, None, *said)
    card = await cards.get(organisation.id, staff_card_id(organisation.id, member.id))
    staff = card.staff if card else None
    own = staff.own if staff else blank_of(member.name, template)
    said = staff_content(template, data_of(member, organisation), own, staff.granted if staff else {})
    return Tried(member.name, member.id, card, *said)

"""How a staff card follows from a release, from its person and from what they wrote."""

from datetime import datetime

from domain.cards.card import Card, Staff
from domain.cards.content import SINGLE_FIELDS, Audiences, CardContent
from domain.formats.names import structured_name
from domain.organisations.organisation import Member, Organisation
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.staff_content import staff_content
from domain.organisations.templates.templates import Release


def data_of(member: Member, organisation: Organisation) -> dict[str, str]:
    """What expressions of templates can say about a member."""
    name = structured_name(member.name)
    return {
        "first": name.given or member.name,
        "last": name.family,
        "name": member.name,
        "email": member.email,
        "local": member.email.partition("@")[0],
        **{key: text for key, text in member.details if text},
        "organisation": organisation.name,
    }


def blank(member: Member, template: TemplateContent) -> CardContent:
    return blank_of(member.name, template)


def blank_of(name: str, template: TemplateContent) -> CardContent:
    """What a person has written before they wrote anything: what they add is shown as the template begins."""
    audiences = {field: getattr(template.rules, field).audience for field in SINGLE_FIELDS}
    return CardContent(name=name, audiences=Audiences.model_validate(audiences))


def said(
    member: Member, release: Release, organisation: Organisation, staff: Staff
) -> tuple[CardContent, Staff]:
    """What the card of a member says by a release, and what it follows from."""
    data = data_of(member, organisation)
    content, problems = staff_content(release.content, data, staff.own, staff.granted)
    return content, staff.model_copy(
        update={
            "person_id": member.account_id,
            "template_id": release.template_id,
            "number": release.number,
            "brand": release.brand,
            "problems": sorted({problem.field for problem in problems}),
        }
    )


def followed(
    card: Card, member: Member, release: Release, organisation: Organisation, now: datetime
) -> Card | None:
    """The card by this release; None if it follows this one, a later one, or another template by now."""
    if card.staff is None or card.staff.template_id != release.template_id:
        return None
    if (card.staff.number, card.staff.brand) >= (release.number, release.brand):
        return None
    content, staff = said(member, release, organisation, card.staff)
    return restated(card, content, staff, now)


def in_line(
    card: Card, member: Member, release: Release, organisation: Organisation, now: datetime
) -> Card | None:
    """The card by this release, which is the one in force of its template; None if it says that already."""
    if card.staff is None:
        return None
    content, staff = said(member, release, organisation, card.staff)
    changed = restated(card, content, staff, now)
    return None if (changed.draft, changed.staff) == (card.draft, card.staff) else changed


def restated(card: Card, content: CardContent, staff: Staff, now: datetime) -> Card:
    """The card with another content, which is shown as far as the card is."""
    draft = content.looking(card.draft.look)
    shown = {} if card.published is None else {"published": draft, "published_at": now}
    return card.changed(now, draft=draft, staff=staff, **shown)

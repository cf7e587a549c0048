"""A staff card is made from a template for a member, is edited within it, and is shown at once.

It is a card whose owner is the organisation: it is published, paused and counted as every card is.
"""

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import Conflict, NotFound, StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.card import Card, CardStore, CardVersion, Claim, HandleClaims, Staff, read_version
from domain.cards.content import IMAGE_PURPOSES, CardContent
from domain.cards.create import adopted_or_next
from domain.cards.handles import suggest_handles
from domain.cards.look import first_look
from domain.organisations.brand.brand import BrandStore
from domain.organisations.brand.pictures import ImageStore, take_pictures
from domain.organisations.organisation import Acting, Member, Organisation, OrganisationStore
from domain.organisations.staff_cards.branding import in_brand
from domain.organisations.staff_cards.following import blank, in_line, restated, said
from domain.organisations.templates.staff_content import check_edit, own_after
from domain.organisations.templates.templates import Release, TemplateStore
from domain.publishing.publication import Ports as PublicationPorts
from domain.publishing.publication import change_publication, show

_TRIES: Final = 5


class NotInForce(Conflict):
    code = "template_not_in_force"
    title = N_("Release the template first")


class NewStaffCard(Closed):
    member_id: str
    template_id: str


class StaffPorts(NamedTuple):
    cards: CardStore
    handles: HandleClaims
    templates: TemplateStore
    organisations: OrganisationStore
    publication: PublicationPorts
    brands: BrandStore
    images: ImageStore


def staff_card_id(org_id: str, member_id: str) -> str:
    """Each member has one card of the organisation."""
    text = f"staff card {org_id} {member_id}"
    return make_id(ID_PREFIXES["card"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def make_staff_card(by: Acting, new: NewStaffCard, now: datetime, ports: StaffPorts) -> Card:
    """Make and show the card of a member. Repeating it returns the card as it is."""
    organisation = by.organisation
    member = await ports.organisations.member(organisation.id, new.member_id)
    release = await in_force(organisation.id, new.template_id, templates=ports.templates, brands=ports.brands)
    if member is None:
        raise NotFound
    return await card_for(member, release, organisation, now, ports)


async def card_for(
    member: Member, release: Release, organisation: Organisation, now: datetime, ports: StaffPorts
) -> Card:
    """The card of a member, made and shown if there is none."""
    card_id = staff_card_id(organisation.id, member.id)
    if (done := await ports.cards.get(organisation.id, card_id)) is not None:
        return await _shown(done, now, ports)
    new_staff = Staff(
        member_id=member.id,
        person_id=member.account_id,
        template_id=release.template_id,
        number=release.number,
        own=blank(member, release.content),
    )
    content, staff = said(member, release, organisation, new_staff)
    # The tail of a handle whose name is taken.
    tried = suggest_handles(content.name, card_id[4:10])
    wanted = Claim(handle=tried[0], account_id=organisation.id, card_id=card_id, key=card_id, claimed_at=now)
    claim = await ports.handles.claim(wanted)
    if claim.card_id != card_id:
        claim = await adopted_or_next(claim, wanted, tried[1:], ports.handles)
    card = Card(
        id=card_id,
        account_id=organisation.id,
        profile_id=member.id,
        handle=claim.handle,
        version=1,
        draft=content.looking(first_look(claim.handle)),
        staff=staff,
        created_at=now,
        updated_at=now,
    )
    await ports.cards.create(card, None)
    await ports.handles.hold(claim)
    return await _shown(card, now, ports)


async def _up_to_date(made: Card, now: datetime, ports: StaffPorts) -> Card:
    """The stored card, by what is known and in force now.

    What follows a change that came before it was stored did not find it. So all of it is read after the card.
    """
    for _ in range(_TRIES):
        stored = await ports.cards.get(made.account_id, made.id)
        if stored is None or stored.staff is None:
            break
        member = await ports.organisations.member(made.account_id, stored.staff.member_id)
        organisation = await ports.organisations.get(made.account_id)
        release = await in_force(
            made.account_id, stored.staff.template_id, templates=ports.templates, brands=ports.brands
        )
        # The card of somebody who has left meanwhile ends by the order of its projection.
        newer = in_line(stored, member, release, organisation, now) if member and organisation else None
        if newer is None:
            return stored
        with suppress(StaleVersion):
            return await ports.cards.save(newer)
    raise Unavailable


async def in_force(org_id: str, template_id: str, *, templates: TemplateStore, brands: BrandStore) -> Release:
    """The release in force, with the brand in it."""
    template = await templates.get(org_id, template_id)
    if template is None:
        raise NotFound
    release = await templates.get_release(org_id, template_id, template.number)
    if release is None:
        raise NotInForce
    return in_brand(release, await brands.get(org_id))


async def in_force_if_any(
    org_id: str, template_id: str, *, templates: TemplateStore, brands: BrandStore
) -> Release | None:
    with suppress(NotFound, NotInForce):
        return await in_force(org_id, template_id, templates=templates, brands=brands)
    return None


async def _shown(card: Card, now: datetime, ports: StaffPorts) -> Card:
    """Show a card for the first time, also one that a worker made who died then."""
    for _ in range(_TRIES):
        if card.was_published:
            return card
        card = await _up_to_date(card, now, ports)
        version = CardVersion(card.account_id, card.id, card.version)
        with suppress(StaleVersion):
            return await change_publication(version, "publish", now=now, ports=ports.publication)
    raise Unavailable


async def edit_staff_card(
    by: Acting, of: CardVersion, wanted: CardContent, *, now: datetime, ports: StaffPorts
) -> Card:
    """Change what is the person's to change on a card, and show it."""
    card = await read_version(of, ports.cards)
    if card.staff is None:
        raise NotFound
    member = await ports.organisations.member(by.organisation.id, card.staff.member_id)
    if member is None:
        raise NotFound
    release = await ports.templates.get_release(by.organisation.id, card.staff.template_id, card.staff.number)
    if release is None:
        raise NotFound
    # Read after the card: of a brand that changes now, this is the new one, or its work finds the card later.
    release = in_brand(release, await ports.brands.get(by.organisation.id))
    check_edit(release.content, card.draft, wanted)
    await _take_pictures(by, card.draft, wanted, ports.images)
    own = own_after(release.content, card.staff.own, wanted)
    edited = card.staff.model_copy(update={"own": own})
    content, staff = said(member, release, by.organisation, edited)
    saved = await ports.cards.save_and_order_projection(restated(card, content, staff, now))
    await show(saved, ports.publication, first=False)
    return saved


async def _take_pictures(by: Acting, shown: CardContent, wanted: CardContent, images: ImageStore) -> None:
    """Refuse pictures that the card does not show already and that cannot be shown on it."""
    named = {field: getattr(wanted, field) for field in IMAGE_PURPOSES}
    new = {field: image for field, image in named.items() if image != getattr(shown, field)}
    await take_pictures(by, new, IMAGE_PURPOSES, images=images)

"""Connecting with an organisation, and ending that: what a person does who is signed in."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.base.limits import CONNECTION_REQUESTS, MOST_COMPANIES, Limiter, LimitReached
from domain.base.texts import N_
from domain.cards.card import Card, PublishedCard
from domain.cards.exchange_form import ExchangeForm
from domain.companies.link import (
    COMPANY_LINK,
    CompanyLink,
    CompanyLinkStore,
    company_link_id,
    exchange_id_of,
    following,
)
from domain.connections.ports import TakeCard, card_at
from domain.exchange.details import Details
from domain.exchange.exchange import RECEIPT, Consent, Exchange, ExchangeStore, order_for
from domain.exchange.giving import Admission, Given, Giver, Place, signed
from domain.exchange.receipt import Parties, payload_of, withdrawn_receipt
from domain.operations.orders import Order
from domain.organisations.organisation import Organisation
from domain.relationships.contact import ContactContent, ContactEmail, ContactLink, ContactPhone, Met
from domain.relationships.contacts import Book, Creating, create_contact
from domain.visibility.view import CardView, Viewer, view_for

_TRIES: Final = 5
_PAGE: Final = 50
_ADMITTED: Final = Admission(held=False, mailed=False)


class Organisations(Protocol):
    async def get(self, org_id: str) -> Organisation | None: ...


class OrganisationCards(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...


class Ports(NamedTuple):
    links: CompanyLinkStore
    exchanges: ExchangeStore
    organisations: Organisations
    cards: OrganisationCards
    take: TakeCard
    giver: Giver
    book: Book
    limiter: Limiter


class Company(NamedTuple):
    """A company page that is shown, and what its form asks, also while strangers are not offered it."""

    card: PublishedCard
    form: ExchangeForm

    @property
    def org_id(self) -> str:
        return self.card.owner_id


class Wish(NamedTuple):
    """What a person gives who connects, and the text that they agreed to."""

    details: Details
    consent: Consent
    parties: Parties


async def company_at(handle: str, ports: Ports) -> Company:
    """The organisation whose page a handle shows; nothing for pages of people, and for closed ones."""
    card = await card_at(handle, ports.take)
    if not card.entity or await _is_closed(card.owner_id, ports):
        raise NotFound
    stored = await ports.cards.get(card.owner_id, card.card_id)
    if stored is None:
        raise NotFound
    return Company(card, stored.exchange_form)


async def _is_closed(org_id: str, ports: Ports) -> bool:
    organisation = await ports.organisations.get(org_id)
    return organisation is None or organisation.closed


async def company_view(link: CompanyLink, ports: Ports) -> CardView | None:
    """The company page as who is connected sees it now; None while none is shown."""
    with suppress(NotFound):
        card = await card_at(link.handle, ports.take)
        if card.card_id == link.card_id:
            return view_for(card, Viewer(signed_in=True, connected=link.state == "connected"))
    return None


async def is_gone(link: CompanyLink, ports: Ports) -> bool:
    """Whether the organisation was closed: it has nothing of anybody any more, or cannot read it."""
    return await _is_closed(link.org_id, ports)


async def read_company_link(account_id: str, link_id: str, ports: Ports) -> CompanyLink:
    """A connection that the account has, or that the organisation ended."""
    link = await ports.links.get(account_id, link_id)
    if link is None or link.state == "ended":
        raise NotFound
    return link


async def given(link: CompanyLink, ports: Ports) -> Exchange | None:
    """What the organisation has of the person, as it is stored there."""
    exchange = await ports.exchanges.get(link.org_id, link.exchange_id)
    return exchange if exchange is not None and exchange.state == "kept" else None


async def connect(
    account_id: str, company: Company, wish: Wish, *, now: datetime, ports: Ports
) -> CompanyLink:
    """Give the organisation the details, once. Who is connected stays so, with what they gave before."""
    org_id = company.org_id
    link = await ports.links.get(account_id, company_link_id(account_id, org_id))
    if link is not None and await given(link, ports) is not None:
        return await follow(account_id, org_id, link.exchange_id, now=now, ports=ports) or link
    await ports.limiter.take(CONNECTION_REQUESTS, account_id, now)
    if await ports.links.count(account_id) >= MOST_COMPANIES:
        raise LimitReached(
            N_("You may be connected with %(most)s companies. End a connection first.", most=MOST_COMPANIES)
        )
    number = link.number + 1 if link else 1
    exchange_id = exchange_id_of(account_id, org_id, number)
    place = Place(org_id, company.card.card_id, company.card.handle, company.form)
    wanted = Given(wish.details, wish.consent, wish.parties, _ADMITTED)
    exchange = signed(exchange_id, place, wanted, now=now, giver=ports.giver, by=account_id)
    # Of two at once the other one's is stored; the account's document follows either.
    await ports.exchanges.create(exchange, _orders(exchange, now))
    followed = await follow(account_id, org_id, exchange_id, now=now, ports=ports)
    if followed is None:
        raise Unavailable
    return followed


def _orders(exchange: Exchange, now: datetime) -> Sequence[Order]:
    return [order_for(kind, exchange.owner_id, exchange.id, now) for kind in (COMPANY_LINK, RECEIPT)]


async def follow(
    account_id: str, org_id: str, exchange_id: str, *, now: datetime, ports: Ports
) -> CompanyLink | None:
    """Have the account's document say what the exchange says, and make the contact. Safe to repeat.

    The exchange is read after the document: what changes it later is followed later.
    """
    for left in reversed(range(_TRIES)):
        link = await ports.links.get(account_id, company_link_id(account_id, org_id))
        exchange = await ports.exchanges.get(org_id, exchange_id)
        if exchange is None:
            return link
        name = payload_of(exchange.receipt)["party_identification"][0]["party_name"]
        wanted = following(link, exchange, name)
        try:
            if wanted is not None and wanted is not link:
                wanted = await ports.links.save(wanted)
            return None if wanted is None else await _keep_contact(wanted, now, ports)
        except StaleVersion:
            if not left:
                raise
    raise StaleVersion


async def carry_out_link(order: Order, *, now: datetime, ports: Ports) -> None:
    """The effect of an order: what the request did not get to."""
    exchange = await ports.exchanges.get(order.owner_id, order.subject_id)
    if exchange is not None and exchange.given_by is not None:
        await follow(exchange.given_by, order.owner_id, exchange.id, now=now, ports=ports)


async def end(
    account_id: str, link_id: str, version: int | None, *, now: datetime, ports: Ports
) -> CompanyLink:
    """End the connection: what was given is gone from the organisation in the same moment."""
    link = await ports.links.get(account_id, link_id)
    if link is None:
        raise NotFound
    if link.state == "ended":
        return link
    if version is not None and link.version != version:
        raise StaleVersion
    await _withdraw(link, now, ports)
    link = await follow(account_id, link.org_id, link.exchange_id, now=now, ports=ports) or link
    # What the organisation had deleted before, or is erased with it, is over by the person's word, too.
    return link if link.state == "ended" else await ports.links.save(link.changed(state="ended"))


async def _withdraw(link: CompanyLink, now: datetime, ports: Ports) -> None:
    for left in reversed(range(_TRIES)):
        exchange = await given(link, ports)
        if exchange is None:
            return
        gone = exchange.withdrawn(now, ports.giver.sign(withdrawn_receipt(exchange, now)))
        try:
            await ports.exchanges.save(gone, _orders(gone, now))
        except StaleVersion:
            if not left:
                raise
        else:
            return


async def end_all(order: Order, *, now: datetime, ports: Ports) -> None:
    """The effect of the order that the erasure of an account stores: all that it gave is withdrawn."""
    while True:
        found, _following = await ports.links.page(order.owner_id, _PAGE, None)
        if not found:
            return
        for link in found:
            await end(order.owner_id, link.id, None, now=now, ports=ports)


async def _keep_contact(link: CompanyLink, now: datetime, ports: Ports) -> CompanyLink:
    """Put the company into the person's own contacts, once; one of before that is still there stays."""
    if link.state != "connected" or link.contact_made == link.number:
        return link
    contact_id = link.contact_id
    if contact_id is None or await ports.book.contacts.get(link.owner_id, contact_id) is None:
        contact_id = await _made(link, now, ports)
    return await ports.links.save(link.changed(contact_id=contact_id, contact_made=link.number))


async def _made(link: CompanyLink, now: datetime, ports: Ports) -> str | None:
    """Id of the new contact; None where a full address book has no room for it."""
    contact_id = link.contact_to_make
    if await ports.book.contacts.get_with_deleted(link.owner_id, contact_id) is not None:
        return contact_id
    with suppress(LimitReached):
        content = await _content(link, now, ports)
        await create_contact(link.owner_id, content, Creating(contact_id, None, now), book=ports.book)
        return contact_id
    return None


async def _content(link: CompanyLink, now: datetime, ports: Ports) -> ContactContent:
    """What everybody who is signed in sees of the page. What only connections see is shown live, and goes."""
    day, met = now.date(), Met(on=now.date())
    try:
        shown = view_for(await card_at(link.handle, ports.take), Viewer(signed_in=True)).content
    except NotFound:
        return ContactContent(kind="entity", name=link.name, met=met)
    urls = [shown.website, *(each.url for each in shown.social_links)]
    return ContactContent(
        kind="entity",
        name=shown.name,
        emails=[
            ContactEmail(address=each.address, kind=each.kind, source="card", since=day)
            for each in shown.emails
        ],
        phones=[
            ContactPhone(number=each.number, kind=each.kind, source="card", since=day)
            for each in shown.phones
        ],
        links=[ContactLink(url=url, source="card", since=day) for url in urls if url],
        met=met,
    )

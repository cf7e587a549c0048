"""Template filters for the values of cards."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from domain.base.fields import FORBIDDEN, is_visible, phone_text
from domain.cards.networks import host_of, network
from functions.framework.filters import countries

if TYPE_CHECKING:
    from domain.cards.content import Address, CardContent

# Where English-speaking habit puts the postal code behind the city; elsewhere it stands before it.
_POSTAL_CODE_LAST = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "US", "ZA"})


def address_lines(address: "Address") -> list[str]:
    """An address as it is written on an envelope; empty parts leave no gap."""
    code_last = address.country in _POSTAL_CODE_LAST
    parts = (address.city, address.postal_code) if code_last else (address.postal_code, address.city)
    place = " ".join(part for part in parts if part)
    country = countries().get(address.country, address.country) if address.country else None
    street = address.street.split("\n") if address.street else []
    return [line for line in (*street, place, address.region, country) if line]


def grouped(number: str, texts: Mapping[str, str]) -> str:
    """A phone number as people read it, from what was stored with the card if it is there."""
    return texts.get(number) or phone_text(number)


def subtitle(content: "CardContent") -> str:
    """What somebody is, and where."""
    return ", ".join(filter(None, (content.title, content.organisation)))


def member(url: str) -> str:
    """Whose page of a social network a link leads to: the last part of its path.

    Escapes may hide what a text of a card may not contain; that is left out.
    """
    found = FORBIDDEN.sub("", unquote(urlsplit(url).path)).rstrip("/").rpartition("/")[2]
    return found if is_visible(found) else ""


def href(link: str, links: Mapping[str, str]) -> str:
    """The address a page links to: by way of us where `links` has one, so that visits are counted."""
    return links.get(link, link)


FILTERS = {
    "address_lines": address_lines,
    "grouped": grouped,
    "host_of": host_of,
    "href": href,
    "member": member,
    "network": network,
    "subtitle": subtitle,
}

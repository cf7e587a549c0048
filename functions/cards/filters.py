"""Template filters for the values of cards."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from domain.base.fields import FORBIDDEN, is_visible, phone_text
from domain.cards.look import Look, Section
from domain.cards.networks import host_of, network
from domain.cards.palette import OUR_BRAND, shown_colour
from functions.framework.filters import countries
from functions.framework.texts import pgettext

if TYPE_CHECKING:
    from domain.cards.content import Address, CardContent

# Parts of an SVG file that a drawing in a page does not need.
_ALONE = re.compile(r' xmlns="[^"]*"|<title>.*?</title>')
_BETWEEN = re.compile(r">\n+<")
# Countries whose addresses have the postal code behind the city; in all others it stands before it.
_POSTAL_CODE_LAST = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "US", "ZA"})


def address_lines(address: "Address") -> list[str]:
    """Lines of an address as on an envelope, without gaps for empty parts."""
    code_last = address.country in _POSTAL_CODE_LAST
    parts = (address.city, address.postal_code) if code_last else (address.postal_code, address.city)
    place = " ".join(part for part in parts if part)
    country = countries().get(address.country, address.country) if address.country else None
    street = address.street.split("\n") if address.street else []
    return [line for line in (*street, place, address.region, country) if line]


def grouped(number: str, texts: Mapping[str, str]) -> str:
    """Phone number in its country's groups: the text stored with the card, if any."""
    return texts.get(number) or phone_text(number)


def subtitle(content: "CardContent") -> str:
    """Job title and organisation in one line."""
    return ", ".join(filter(None, (content.title, content.organisation)))


def kind_name(kind: str) -> str:
    """Name of a kind of number or address: work, home, mobile."""
    if kind == "work":
        return pgettext("kind of number or address", "Work")
    if kind == "home":
        return pgettext("kind of number or address", "Home")
    return pgettext("kind of number or address", "Mobile") if kind == "mobile" else kind.capitalize()


def member(url: str) -> str:
    """User name in a link to a social network: the last segment of its path.

    Characters that a text of a card may not contain are removed after percent-decoding.
    """
    found = FORBIDDEN.sub("", unquote(urlsplit(url).path)).rstrip("/").rpartition("/")[2]
    return found if is_visible(found) else ""


def href(link: str, links: Mapping[str, str]) -> str:
    """Address that a page links to: our counting redirect where `links` has one, else the link itself."""
    return links.get(link, link)


def brand(content: "CardContent") -> str:
    """Colour of a card as a ground for white text."""
    colour = content.look.colour if content.look else None
    return shown_colour(colour).colour if colour else OUR_BRAND


def inline(svg: str) -> Markup:
    """Drawing of ours as part of a page, which needs neither a namespace nor a title beside its label."""
    return Markup(_ALONE.sub("", svg))  # noqa: S704 - ours


def sections(content: "CardContent") -> list[Section]:
    """Sections of a card's page in the order of its look."""
    return (content.look or Look()).sections


def tight(page: Markup) -> Markup:
    """Part of a page without the line breaks between its elements."""
    return Markup(_BETWEEN.sub("><", page))  # noqa: S704 - escaped where it was made


def scheme(url: str) -> str:
    return urlsplit(url).scheme


FILTERS = {
    "address_lines": address_lines,
    "brand": brand,
    "grouped": grouped,
    "host_of": host_of,
    "kind_name": kind_name,
    "href": href,
    "inline": inline,
    "member": member,
    "network": network,
    "scheme": scheme,
    "sections": sections,
    "subtitle": subtitle,
    "tight": tight,
}

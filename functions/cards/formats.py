"""Formats of a card, each with a writer that is imported on first use, and negotiation by Accept."""

import re
from functools import lru_cache
from typing import NamedTuple

from domain.visibility.view import CardView
from functions.framework.doors import resolve

PAGE = "page"


class Format(NamedTuple):
    """One format of a card. `writer` is the `module:function` that makes it of a view, its URL and photo.

    A format without a `media` type is available by suffix alone. The photo is a JPEG or None; it is read only
    for formats with `takes_photo`. `to_keep` marks files for an address book: fetching one saves the contact.
    `for_links` marks the picture for previews of links: it shows what everybody sees, whoever fetches it, and
    drawing it waits for a turn.
    """

    content_type: str
    writer: str
    media: str = ""
    version: str | None = None
    takes_photo: bool = False
    to_keep: bool = False
    for_links: bool = False

    def write(self, view: CardView, url: str, photo: bytes | None) -> bytes:
        written: bytes = resolve(self.writer)(view, url, photo)
        return written


# By the suffix of the address, `/c/ada.vcf`. The order decides between formats of equal preference.
FORMATS: dict[str, Format] = {
    "vcf": Format(
        "text/vcard; charset=utf-8", "domain.formats.vcard3:write_vcard",
        media="text/vcard", version="3.0", takes_photo=True, to_keep=True,
    ),
    "v4.vcf": Format(
        "text/vcard; version=4.0; charset=utf-8", "domain.formats.vcard4:write_vcard4",
        media="text/vcard", version="4.0", takes_photo=True, to_keep=True,
    ),
    "json": Format("application/json", "domain.formats.json:write_card_json", media="application/json"),
    "jscontact": Format(
        "application/jscontact+json", "domain.formats.jscontact:write_jscontact",
        media="application/jscontact+json", takes_photo=True, to_keep=True,
    ),
    "jcard": Format(
        "application/vcard+json", "domain.formats.jcard:write_jcard",
        media="application/vcard+json", takes_photo=True, to_keep=True,
    ),
    "txt": Format("text/plain; charset=utf-8", "domain.formats.text:write_text", media="text/plain"),
    "qr.svg": Format("image/svg+xml", "functions.cards.drawn:plain_svg"),
    "qr.png": Format("image/png", "functions.cards.drawn:plain_png"),
    "og.jpg": Format(
        "image/jpeg", "functions.cards.drawn:link_preview", takes_photo=True, for_links=True
    ),
}  # fmt: skip


class Offer(NamedTuple):
    """Format that Accept can select. Pictures are not offered: they are not the card."""

    format_name: str
    media: str
    version: str | None = None


OFFERS = (
    Offer(PAGE, "text/html"),
    *(Offer(name, made.media, made.version) for name, made in FORMATS.items() if made.media),
)
# Media types of vCards before RFC 6350.
_FORMER_NAMES = {"text/x-vcard": "text/vcard", "text/directory": "text/vcard"}
_MAX_ACCEPT = 1000
_PARTS = re.compile(r'(?:[^,"]+|"[^"]*")+')
_PIECES = re.compile(r'(?:[^;"]+|"[^"]*")+')
_MEDIA = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+/[a-z0-9!#$%&'*+.^_`|~-]+")
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class _Range(NamedTuple):
    """A media range of `Accept` (RFC 9110, section 12.5.1)."""

    media: str
    version: str | None
    quality: float

    def fit(self, offer: Offer) -> int:
        """Specificity with which the range matches the offer; 0 without a match."""
        if self.media == offer.media:
            return 3 if self.version is None else 4 if self.version == offer.version else 0
        if self.version is not None:
            return 0
        return 2 if self.media == f"{offer.media.partition('/')[0]}/*" else 1 if self.media == "*/*" else 0


def negotiate(accept: str) -> str:
    """Name of the format that the header prefers: a key of `FORMATS`, or `PAGE`.

    Of two with equal quality, the more specific match wins, then the order of `FORMATS`. Without a
    matching Accept, the page is returned. Only the first 1,000 characters are read.
    """
    return _negotiate(accept[:_MAX_ACCEPT].lower())


@lru_cache(maxsize=256)
def _negotiate(accept: str) -> str:
    ranges = [found for part in _PARTS.findall(accept) if (found := _range(part))]
    best, format_name = (0.0, 0), PAGE
    for offer in OFFERS:
        fit, quality = max(((each.fit(offer), each.quality) for each in ranges), default=(0, 0.0))
        if fit and quality > 0 and (quality, fit) > best:
            best, format_name = (quality, fit), offer.format_name
    return format_name


def _range(part: str) -> _Range | None:
    media, *parameters = (piece.strip() for piece in _PIECES.findall(part) or [""])
    if not _MEDIA.fullmatch(media):
        return None
    version, quality = None, 1.0
    for parameter in filter(None, parameters):
        name, _, value = (each.strip(' \t"') for each in parameter.partition("="))
        if name == "q":
            if not _QUALITY.fullmatch(value):
                return None
            quality = float(value)
            # Parameters after the quality are extensions, of which none is defined.
            break
        if name == "version":
            version = value
        elif name != "charset":
            return None
    return _Range(_FORMER_NAMES.get(media, media), version, quality)

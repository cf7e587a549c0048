"""The formats of a card view, and which of them a reader prefers."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from adapters.qr import PLAIN, Look, qr_png, qr_svg_with
from domain import card_json, jcard, jscontact, vcard, vcard4
from domain.errors import InvalidInput
from domain.views import CardView

Writer = Callable[[CardView, str, bytes | None], bytes]


class Format(NamedTuple):
    """One form of a card: what `write(view, url, photo)` returns, and as which Content-Type it is sent.

    `photo` is the shown photo as JPEG, or None; only the forms that `take_photo` look at it. `to_keep` says
    that the form is a file for an address book: fetching it saves the contact.
    """

    content_type: str
    write: Writer
    takes_photo: bool = False
    to_keep: bool = False


# By the suffix of the address: `/c/ada.vcf`.
FORMATS: dict[str, Format] = {
    "vcf": Format("text/vcard; charset=utf-8", vcard.write_vcard, takes_photo=True, to_keep=True),
    "v4.vcf": Format(
        "text/vcard; version=4.0; charset=utf-8", vcard4.write_vcard4, takes_photo=True, to_keep=True
    ),
    "json": Format(card_json.MEDIA_TYPE, card_json.write_card_json),
    "jscontact": Format(jscontact.MEDIA_TYPE, jscontact.write_jscontact, takes_photo=True, to_keep=True),
    "jcard": Format(jcard.MEDIA_TYPE, jcard.write_jcard, takes_photo=True, to_keep=True),
    "qr.svg": Format("image/svg+xml", lambda view, _url, _photo: view.code.encode()),
    "qr.png": Format("image/png", lambda _view, url, _photo: qr_png(url)),
}
PAGE = "page"


class Offer(NamedTuple):
    """What can be had by `Accept`. A code is none of it: it is not the card but a picture of its address."""

    form: str
    media: str
    version: str | None = None


# In the order of our own preference, which decides between what a reader likes equally.
OFFERS = (
    Offer(PAGE, "text/html"),
    Offer("vcf", "text/vcard", "3.0"),
    Offer("v4.vcf", "text/vcard", "4.0"),
    Offer("json", "application/json"),
    Offer("jscontact", "application/jscontact+json"),
    Offer("jcard", "application/vcard+json"),
)

# What vCards were called before RFC 6350.
_FORMER_NAMES = {"text/x-vcard": "text/vcard", "text/directory": "text/vcard"}

_MAX_ACCEPT = 1000
_PARTS = re.compile(r'(?:[^,"]+|"[^"]*")+')
_PIECES = re.compile(r'(?:[^;"]+|"[^"]*")+')
_MEDIA = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+/[a-z0-9!#$%&'*+.^_`|~-]+")
_SIZE = re.compile("[0-9]{1,4}")
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class _Range(NamedTuple):
    """A media range of `Accept` (RFC 9110, section 12.5.1)."""

    media: str
    version: str | None
    quality: float

    def fit(self, offer: Offer) -> int:
        """How precisely the range names the offer; 0 when it does not."""
        if self.media == offer.media:
            return 3 if self.version is None else 4 if self.version == offer.version else 0
        if self.version is not None:
            return 0
        return 2 if self.media == f"{offer.media.partition('/')[0]}/*" else 1 if self.media == "*/*" else 0


def negotiate(accept: str) -> str:
    """The form of a card that the header prefers: a key of `FORMATS`, or `PAGE`.

    Of two that a reader likes equally, the one it names more precisely wins, then our order. The page is also
    for who says nothing, nothing readable, or wants none of what there is. Only the first 1,000 characters
    are read.
    """
    return _negotiate(accept[:_MAX_ACCEPT].lower())


@lru_cache(maxsize=256)
def _negotiate(accept: str) -> str:
    ranges = [found for part in _PARTS.findall(accept) if (found := _range(part))]
    best, form = (0.0, 0), PAGE
    for offer in OFFERS:
        fit, quality = max(((each.fit(offer), each.quality) for each in ranges), default=(0, 0.0))
        if fit and quality > 0 and (quality, fit) > best:
            best, form = (quality, fit), offer.form
    return form


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
            # What follows the quality is an extension that nobody defined.
            break
        if name == "version":
            version = value
        elif name != "charset":
            return None
    return _Range(_FORMER_NAMES.get(media, media), version, quality)


def code_look(query: Mapping[str, str]) -> Look:
    """How a code is asked for by `fg`, `bg` and `size`. Raises `InvalidInput` with all faults."""
    size = query.get("size", str(PLAIN.size))
    look = Look(
        dark=_colour(query, "fg", PLAIN.dark),
        light=_colour(query, "bg", PLAIN.light),
        size=int(size) if _SIZE.fullmatch(size) else 0,
    )
    if faults := look.faults():
        raise InvalidInput(faults)
    return look


def _colour(query: Mapping[str, str], name: str, default: str) -> str:
    return f"#{query[name].removeprefix('#').lower()}" if name in query else default


def draw_code(form: str, url: str, look: Look, logo: bytes | None) -> bytes:
    """A code of the forms `qr.svg` and `qr.png` that is not the plain one of `FORMATS`."""
    return qr_png(url, look, logo) if form == "qr.png" else qr_svg_with(url, look, logo).encode()

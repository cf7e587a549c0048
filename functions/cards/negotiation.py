"""Content negotiation: the format of a card that an Accept header prefers."""

import re
from functools import lru_cache
from typing import NamedTuple

PAGE = "page"


class Offer(NamedTuple):
    """What can be had by `Accept`. A code is none of it: it is not the card but a picture of its address."""

    format_name: str
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
    """The name of the format that the header prefers: a key of `FORMATS`, or `PAGE`.

    Of two that a reader likes equally, the one it names more precisely wins, then our order. The page is also
    for who says nothing, nothing readable, or wants none of what there is. Only the first 1,000 characters
    are read.
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
            # What follows the quality is an extension that nobody defined.
            break
        if name == "version":
            version = value
        elif name != "charset":
            return None
    return _Range(_FORMER_NAMES.get(media, media), version, quality)

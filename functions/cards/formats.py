"""The formats of a card view, and which of them a reader prefers."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from adapters.drawing.qr import PLAIN, Look, qr_png, qr_svg_with
from domain.base.errors import InvalidInput
from domain.formats import jcard, jscontact, vcard4
from domain.formats import json as card_json
from domain.formats import vcard3 as vcard
from domain.visibility.view import CardView

Writer = Callable[[CardView, str, bytes | None], bytes]


class Format(NamedTuple):
    """One format of a card: what `write(view, url, photo)` returns, and as which Content-Type it is sent.

    `photo` is the shown photo as JPEG, or None; only the formats that `take_photo` look at it. `to_keep`
    says that the format is a file for an address book: fetching it saves the contact.
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
_SIZE = re.compile("[0-9]{1,4}")


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


def draw_code(format_name: str, url: str, look: Look, logo: bytes | None) -> bytes:
    """A code of the formats `qr.svg` and `qr.png` that is not the plain one of `FORMATS`."""
    return qr_png(url, look, logo) if format_name == "qr.png" else qr_svg_with(url, look, logo).encode()

"""vCard and QR code of one card against the usual libraries, in this process."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import qrcode  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]
from vobject import vcard

from adapters.drawing.qr import qr_svg
from bench.lines import Line, Target, median_ratio
from bench.samples import ORIGIN, view
from domain.cards.content import CardContent
from domain.cards.networks import network
from domain.formats.labels import network_type
from domain.formats.vcard3 import write_vcard
from domain.visibility.view import CardView

ROUNDS = 9
Make = Callable[[CardView], bytes | str]


def lines() -> list[Line]:
    return [
        _line("vCard of a card / vobject", our_vcard, vobject_vcard, Target(">=", 20), calls=(200, 10)),
        _line("QR code of a card / qrcode", our_qr, qrcode_qr, Target(">=", 1), calls=(6, 6)),
    ]


def _line(name: str, ours: Make, theirs: Make, target: Target, calls: tuple[int, int]) -> Line:
    ours(view("warm-up")), theirs(view("warm-up"))
    pairs = [
        (_cpu_seconds(theirs, number, calls[1]), _cpu_seconds(ours, number, calls[0]))
        for number in range(ROUNDS)
    ]
    fastest = [f"{min(times) * 1e6:,.0f} us CPU" for times in zip(*pairs, strict=True)]
    return Line(name, fastest[1], fastest[0], median_ratio(pairs), (target,))


def _cpu_seconds(make: Make, number: int, calls: int) -> float:
    """CPU time of one call; each is for another card, so that no cache answers."""
    views = [view(f"ada-{number}-{call}") for call in range(calls)]
    start = time.process_time()
    for each in views:
        make(each)
    return (time.process_time() - start) / calls


def _url(card: CardView) -> str:
    return f"{ORIGIN}/c/{card.handle}"


def our_vcard(card: CardView) -> bytes:
    return write_vcard(card, _url(card))


def vobject_vcard(card: CardView) -> str:
    """The same properties as ours, line for line; the order is vobject's."""
    content, url, made = card.content, _url(card), vobject.vCard()

    def add(name: str, value: Any, group: str | None = None, kind: str | None = None) -> None:
        line = made.add(name, group)
        line.value = value
        if kind:
            line.params["TYPE"] = kind.split(",")

    given, _, family = content.name.rpartition(" ")
    add("n", vcard.Name(family=family, given=given))
    add("uid", card.uid)
    add("fn", content.name)
    add("org", [content.organisation])
    add("rev", f"{card.published_at:%Y-%m-%dT%H:%M:%SZ}")
    add("title", content.title)
    for email in content.emails:
        add("email", email.address, kind=email.kind.upper())
    for phone in content.phones:
        add("tel", phone.number, kind="WORK,VOICE" if phone.kind == "work" else "CELL")
    if at := content.office_address:
        parts = {"street": at.street, "city": at.city, "code": at.postal_code, "country": at.country}
        add("adr", vcard.Address(region=at.region or "", **parts), "item1", "WORK")
        add("x-abadr", (at.country or "").lower(), "item1")
    add("prodid", "-//iZwop//iZwop//EN")
    add("note", content.company_text)
    add("url", content.website, kind="WORK")
    for social in content.social_links:
        add("x-socialprofile", social.url, kind=network_type(social.url))
    for number, (label, link) in enumerate(_labelled(content, url), start=2):
        add("url", link, f"item{number}")
        add("x-ablabel", label, f"item{number}")
    return str(made.serialize())


def _labelled(content: CardContent, url: str) -> Iterator[tuple[str, str | None]]:
    yield from ((network(social.url), social.url) for social in content.social_links)
    yield "Video", content.video_link
    yield "Map", content.map_link
    yield from ((product.label, product.url) for product in content.product_links)
    yield "iZwop", url


def our_qr(card: CardView) -> str:
    return qr_svg(_url(card))


def qrcode_qr(card: CardView) -> bytes:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_H, border=4)
    code.add_data(_url(card))
    out = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(out)
    return out.getvalue()

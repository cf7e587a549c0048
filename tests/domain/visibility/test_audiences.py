"""No byte of a hidden value is in any output, for any card, audience and viewer."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from adapters.drawing.qr import qr_svg
from domain.base.fields import phone_text
from domain.cards.card import PublishedCard, ShownImage
from domain.cards.content import IMAGE_PURPOSES, SINGLE_FIELDS, CardContent
from domain.cards.links import links_of
from domain.formats.schema_org import script_text
from domain.publishing.publication import PROJECTED
from domain.sharing.signature import PARTS
from domain.visibility.rule import shown_to
from domain.visibility.view import CardView, Viewer, is_for_everyone, view_for
from functions.cards.drawn import said_in_preview
from functions.cards.formats import FORMATS
from functions.cards.look.style import styles_of
from functions.framework.pages import render
from functions.sharing.signature import choice_in, write_signature

URL = "https://izwop.test/c/ada"
AUDIENCES = ("public", "signed_in", "connections", "private")
VIEWERS = {
    Viewer(): {"public"},
    Viewer(signed_in=True): {"public", "signed_in"},
    Viewer(signed_in=True, connected=True): {"public", "signed_in", "connections"},
}
DRAWN = ("qr.png", "og.jpg")
PHOTO = b"\xff\xd8 a photo of CNphotobytes \xff\xd9"


def canary(number: int) -> str:
    return f"cn{number:04d}x"


# Each single field with a value that holds one canary and nothing of another.
SINGLE: dict[str, Callable[[str], object]] = {
    "pronouns": lambda mark: f"{mark}/them",
    "title": lambda mark: f"Title {mark}",
    "organisation": lambda mark: f"Org {mark}",
    "bio": lambda mark: f"Bio {mark}",
    "website": lambda mark: f"https://{mark}.example/",
    "company_text": lambda mark: f"About\n{mark}",
    "video_link": lambda mark: f"https://video.example/{mark}",
    "office_address": lambda mark: {"street": f"{mark} Street", "city": f"{mark}ville", "country": "SE"},
    "map_link": lambda mark: f"https://map.example/{mark}",
}
audience = st.sampled_from(AUDIENCES)


@st.composite
def cards(draw: st.DrawFn) -> tuple[PublishedCard, dict[str, str]]:
    """A card with every field filled, and the audience of each canary in it."""
    marks: dict[str, str] = {}
    content: dict[str, object] = {"name": "Ada Lovelace"}
    audiences: dict[str, str] = {}

    def mark(who: str) -> str:
        marks[canary(len(marks))] = who
        return canary(len(marks) - 1)

    for field, make in SINGLE.items():
        audiences[field] = draw(audience)
        content[field] = make(mark(audiences[field]))
    for field in ("emails", "phones", "social_links", "product_links"):
        rows = []
        for _ in range(draw(st.integers(0, 3))):
            who = draw(audience)
            rows.append({"audience": who, **_row(field, mark(who), who, marks)})
        content[field] = rows
    images = {}
    for number, field in enumerate(IMAGE_PURPOSES):
        audiences[field] = draw(audience)
        name = f"{number}" * 16 + f"{number + 5}" * 16
        marks[name] = audiences[field]
        images[field] = ShownImage(files={"webp": f"{name}.webp", "jpeg": f"{name}.jpeg"}, width=9, height=9)
        content[field] = "img_" + "abcdefg"[number] * 26
    content["audiences"] = audiences
    projected = shown_to(CardContent.model_validate(content), PROJECTED)
    card = PublishedCard(
        handle="ada", card_id="crd_x", version=3, content=projected, owner_id="acc_owner",
        phone_texts={phone.number: phone_text(phone.number) for phone in projected.phones},
        published_at=datetime(2026, 1, 1, tzinfo=UTC), code=qr_svg(URL), images=images,
    )  # fmt: skip
    return card, marks


def _row(field: str, mark: str, who: str, marks: dict[str, str]) -> dict[str, str]:
    if field == "emails":
        return {"address": f"{mark}@example.com", "label": f"L{mark}"}
    if field == "phones":
        number = f"+4670174{1000 + len(marks):04d}"
        marks[number[1:]] = who
        return {"number": number, "label": f"L{mark}"}
    if field == "social_links":
        return {"url": f"https://www.linkedin.com/in/{mark}"}
    return {"label": f"P{mark}", "url": f"https://shop.example/{mark}"}


def outputs(view: CardView) -> dict[str, bytes]:
    """Every format of the view, as the door makes them."""
    photo = PHOTO if "photo" in view.images else None
    made = {name: kind.write(view, URL, photo) for name, kind in FORMATS.items() if name not in DRAWN}
    # What the picture of link previews is drawn from, because pixels do not tell.
    made["og.jpg"] = repr(said_in_preview(view, photo)).encode()
    links = {link: f"/c/{view.handle}/go/{key}" for key, link in links_of(view.content).items()}
    made["page"] = render(
        "cards/card.html",
        styles=styles_of(view), view=view, url=URL, vcf_url="/c/ada.vcf", qr_svg=view.code, links=links,
        schema=script_text(view, URL),
    )  # fmt: skip
    everything = {"chosen": "1", **dict.fromkeys((*PARTS, "photo", "code"), "1")}
    signature = write_signature(view, choice_in(everything, view), URL)
    made["signature"], made["signature text"] = signature.html.encode(), signature.text.encode()
    made["phone texts"] = json.dumps(view.phone_texts).encode()
    made["links"] = json.dumps(links_of(view.content)).encode()
    return made


def holds(output: bytes, mark: str) -> bool:
    """Whether a mark is in an output: plain, in base64, folded, or a number in groups."""
    plain = output.replace(b"\r\n ", b"")
    if mark.isdigit() and len(mark) == 11:
        return mark.encode() in re.sub(rb"[\s().\xc2\xa0-]", b"", plain)
    if mark.encode() in plain.lower():
        return True
    decoded = b"".join(
        base64.b64decode(piece + b"=" * (-len(piece) % 4), validate=False)
        for piece in re.findall(rb"[A-Za-z0-9+/]{40,}", plain)
    )
    return mark.encode() in decoded.lower()


def leaks(card: PublishedCard, viewer: Viewer, marks: dict[str, str], write=outputs) -> list[tuple[str, str]]:
    allowed = VIEWERS[viewer]
    hidden = [mark for mark, who in marks.items() if who not in allowed]
    made = write(view_for(card, viewer))
    found = [(name, mark) for name, body in made.items() for mark in hidden if holds(body, mark)]
    if card.content and card.content.audiences.photo not in allowed:
        found += [(name, "photo") for name, body in made.items() if holds(body, "cnphotobytes")]
    return found


def test_every_field_but_the_languages_has_its_canary() -> None:
    assert {*SINGLE, *IMAGE_PURPOSES, "languages"} == set(SINGLE_FIELDS)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cards(), st.sampled_from(list(VIEWERS)))
def test_no_hidden_byte_is_in_any_output(made: tuple[PublishedCard, dict[str, str]], viewer: Viewer) -> None:
    card, marks = made
    assert leaks(card, viewer, marks) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cards(), st.sampled_from(list(VIEWERS)))
def test_what_is_meant_for_the_viewer_is_in_the_page(
    made: tuple[PublishedCard, dict[str, str]], viewer: Viewer
) -> None:
    card, marks = made
    view = view_for(card, viewer)
    page = outputs(view)["page"]
    # A link may be shown by its host alone, with the way there behind it.
    behind = " ".join(link for key, link in links_of(view.content).items() if f"/go/{key}" in page.decode())
    shown = [mark for mark, who in marks.items() if who in VIEWERS[viewer]]
    missing = [mark for mark in shown if not holds(page, mark) and mark not in behind]
    # The company's picture may stand in for its logo, so an image may be left out, but never a word.
    assert [mark for mark in missing if len(mark) != 32] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cards())
def test_no_output_names_an_audience(made: tuple[PublishedCard, dict[str, str]]) -> None:
    card, _ = made
    for viewer in VIEWERS:
        for name, body in outputs(view_for(card, viewer)).items():
            for word in (b"signed_in", b"signedIn", b"audience", b"acc_owner", b"crd_x"):
                assert word not in body, (name, word)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cards())
def test_what_is_private_is_not_even_projected(made: tuple[PublishedCard, dict[str, str]]) -> None:
    card, marks = made
    stored = card.model_dump_json(exclude={"images"})
    assert [
        mark for mark, who in marks.items() if who == "private" and len(mark) != 32 and mark in stored
    ] == []
    assert is_for_everyone(card) == all(who in ("public", "private") for who in marks.values())


@pytest.mark.parametrize("planted", ["page", "vcf", "og.jpg", "signature", "signature text"])
def test_a_planted_leak_is_caught(planted: str) -> None:
    """A writer that takes what is stored instead of what the viewer may see."""
    content = CardContent.model_validate(
        {"name": "Ada", "title": "Title cn0000x", "audiences": {to_camel("title"): "connections"}}
    )
    card = PublishedCard(
        handle="ada", card_id="crd_x", version=1, content=content, code="",
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip

    def leaky(view: CardView) -> dict[str, bytes]:
        return outputs(view) | {planted: outputs(view.model_copy(update={"content": content}))[planted]}

    assert leaks(card, Viewer(), {"cn0000x": "connections"}) == []
    assert leaks(card, Viewer(), {"cn0000x": "connections"}, leaky) == [(planted, "cn0000x")]

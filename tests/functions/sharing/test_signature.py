"""The e-mail signature as mail programs keep it: elements, attributes and styles, size, hostile values."""

import re
import xml.etree.ElementTree as ET

import pytest
from pydantic.alias_generators import to_camel

from domain.cards.content import SINGLE_FIELDS
from domain.sharing.signature import PARTS, direction
from functions.sharing.signature import MOST_BYTES, Choice, Signature, choice_in, query_of, write_signature
from tests.card_views import FULL, URL, full_view

ALL = Choice(frozenset(PARTS), photo=True, code=True)

# Properties that Word applies by element (`CORE` to text, `FULL` in tables) and that Gmail keeps in a
# `style` attribute. An image gets its size from attributes: Word takes no other.
CORE = {"color", "font-family", "font-size", "font-weight", "line-height", "text-decoration"}
FULL_STYLES = CORE | {"padding-left", "padding-right"}
STYLES = {"table": FULL_STYLES, "tr": set(), "td": FULL_STYLES, "a": CORE, "span": CORE, "img": {"display"}}
ATTRIBUTES = {
    "table": {"cellpadding", "cellspacing", "border", "role", "dir"},
    "tr": set(),
    "td": {"width", "valign", "align", "dir", "style"},
    "a": {"href", "style"},
    "span": {"style"},
    "img": {"src", "width", "height", "alt", "border", "style"},
}
# What a mail program takes away, or shows differently from what was meant, and why.
STRIPPED = {
    "<div>flow</div>": "Word ignores the padding of blocks",
    '<td class="name">n</td>': "Gmail drops classes",
    '<td id="name">n</td>': "Gmail drops ids",
    "<style>td{color:red}</style>": "Gmail's editor drops style sheets",
    '<link rel="stylesheet" href="https://izwop.test/a.css" />': "no program loads style sheets",
    "<script>alert(1)</script>": "every program drops scripts",
    '<td onclick="alert(1)">n</td>': "every program drops handlers",
    '<td style="display:flex">n</td>': "Word knows neither flex nor grid",
    '<td style="margin:0 auto">n</td>': "Word ignores automatic margins",
    '<td style="position:absolute">n</td>': "Gmail drops positions",
    '<td style="background:url(https://izwop.test/a.png)">n</td>': "Gmail drops an attribute with url()",
    '<td style="color:var(--ink)">n</td>': "variables need a style sheet",
    '<td style="color:oklch(0.5 0.1 20)">n</td>': "Word knows colours as #rrggbb",
    '<td style="font-size:1rem">n</td>': "Word knows no rem",
    '<td style="font-family:system-ui">n</td>': "Word falls back to Times New Roman",
    '<img src="data:image/png;base64,AAAA" width="8" height="8" alt="" />': "Gmail drops data: pictures",
    '<img src="/c/ada/p.jpeg" width="8" height="8" alt="" />': "a mail has no address to start from",
    '<img src="https://izwop.test/c/ada/p.webp" width="8" height="8" alt="" />': "Word shows no WebP",
    '<img src="https://izwop.test/c/ada.qr.svg" width="8" height="8" alt="" />': "Gmail shows no SVG",
    '<img src="https://izwop.test/c/ada/p.jpeg" alt="" />': "Word needs the size in attributes",
    '<img src="https://izwop.test/c/ada/p.jpeg" width="8" height="8" />': "pictures are often blocked",
    '<svg viewBox="0 0 1 1"></svg>': "Gmail drops SVG",
    '<a href="javascript:alert(1)">n</a>': "no link of a card runs a script",
    "<!-- a comment -->": "it only costs bytes",
}
_VALUES = {
    "color": re.compile("#[0-9a-f]{6}"),
    "font-family": re.compile("Arial,Helvetica,sans-serif"),
    "font-size": re.compile("[0-9]+px"),
    "line-height": re.compile("[0-9]+px"),
    "padding-left": re.compile("[0-9]+px"),
    "padding-right": re.compile("[0-9]+px"),
    "font-weight": re.compile("bold|normal"),
    "text-decoration": re.compile("none|underline"),
    "display": re.compile("block"),
}
_PICTURE = re.compile(r"https://izwop\.test/c/ada(/[a-z_]+\.jpg|\.qr\.png)")


def parsed(html: str) -> ET.Element:
    """The elements of markup that is well-formed in every detail; anything else is an error."""
    keeping = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314 - our own markup
    return ET.fromstring(f"<mail>{html}</mail>", parser=keeping)  # noqa: S314 - same


def stripped(html: str) -> list[str]:
    """Everything that Gmail or Outlook would not keep."""
    found: list[str] = []
    for element in list(parsed(html).iter())[1:]:
        if element.tag not in ATTRIBUTES:
            found.append(f"<{element.tag}>")
            continue
        given = element.attrib
        found += [f"{element.tag}@{name}" for name in given if name not in ATTRIBUTES[element.tag]]
        found += _wrong_styles(element.tag, given.get("style", ""))
        if element.tag == "img":
            found += [f"img without {name}" for name in ("width", "height", "alt") if name not in given]
            found += [] if _PICTURE.fullmatch(given["src"]) else [given["src"]]
        if element.tag == "a" and not given["href"].startswith(("https://", "mailto:", "tel:+")):
            found.append(given["href"])
        if (
            element.tag == "td"
            and (element.text or "").strip()
            and "font-family" not in given.get("style", "")
        ):
            found.append("td without a font: Word forgets it in each cell")
    return found


def _wrong_styles(tag: str, style: str) -> list[str]:
    pairs = [part.partition(":")[::2] for part in style.split(";") if part]
    known = [(name, value) for name, value in pairs if name in STYLES[tag]]
    wrong = [f"{tag}: {value}" for name, value in known if not _VALUES[name].fullmatch(value)]
    return wrong + [f"{tag}: {name}" for name, _ in pairs if name not in STYLES[tag]]


def texts(html: str) -> str:
    return " ".join("".join(parsed(html).itertext()).split())


def written(choice: Choice = ALL, **changes: object) -> Signature:
    return write_signature(full_view(**changes), choice, URL)


def test_a_full_signature_has_only_what_gmail_and_outlook_keep() -> None:
    signature = written()
    assert stripped(signature.html) == []
    assert len(signature.html.encode()) < 10_000
    for text in ("Ada King Lovelace", "(she/her)", "Analyst, first of her kind", "ada@example.com",
                 "LinkedIn", "GitHub", "Front desk", "Sweden"):  # fmt: skip
        assert text in texts(signature.html)
    assert 'href="tel:+46701740605"' in signature.html
    assert f'href="{URL}"' in signature.html
    assert signature.left_out == []


@pytest.mark.parametrize("planted", STRIPPED, ids=STRIPPED.get)
def test_what_a_mail_program_takes_away_is_noticed(planted: str) -> None:
    assert stripped(planted) != []


@pytest.mark.parametrize(
    "broken", ["<td>", "<td>n</tr>", "<img src=a>", "<td a='1' a='2'></td>", "<p>&nope;</p>"]
)
def test_the_parser_is_strict(broken: str) -> None:
    with pytest.raises(ET.ParseError):
        parsed(broken)


NAMES = {
    "quotes and tags": "\"Ada\" <b onload='x'>&amp; O'Neill --> ]]>",
    "right to left": "عادل إمام",
    "right to left with Latin": "שרה Cohen (CEO)",
    "emoji": "👩🏽‍💻" * 30,
    "120 letters": "W" * 120,
    "template": "{{ 7 * 7 }} {% raw %} ${x}",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_hostile_name_is_a_name_and_nothing_else(name: str) -> None:
    signature = written(name=name, title=name, organisation=name)
    assert stripped(signature.html) == []
    assert len(signature.html.encode()) < 10_000
    cells = ["".join(cell.itertext()) for cell in parsed(signature.html).iter("td")]
    assert sum(cell == name for cell in cells) == 2
    assert next(image.get("alt") for image in parsed(signature.html).iter("img")) == name
    assert signature.text.startswith(f"{name} (she/her)\n{name}\n{name}\n")


def test_a_name_from_right_to_left_turns_the_signature_but_no_address_in_it() -> None:
    table = parsed(written(name="عادل إمام").html)[0]
    assert table.get("dir") == "rtl"
    cells = {
        texts(ET.tostring(cell, "unicode")): cell.get("dir") for cell in table.iter("td") if cell.get("dir")
    }
    assert cells["ada@example.com"] == "ltr"
    assert cells["Analyst, first of her kind"] == "ltr"
    assert parsed(written().html)[0].get("dir") == "ltr"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada", "ltr"), ("عادل", "rtl"), ("שרה Cohen", "rtl"), ("1. עדה", "rtl"), ("👩 Ada", "ltr"),
        ("123", "ltr"), ("", "ltr"),
    ],
)  # fmt: skip
def test_the_first_strong_letter_gives_the_direction(text: str, expected: str) -> None:
    assert direction(text) == expected


def test_what_would_be_too_long_for_gmail_is_left_out_and_named() -> None:
    long = "https://example.com/" + "a?b&c=" * 320
    links = [{"url": f"https://example{number}.com/" + "p&q/" * 450} for number in range(10)]
    signature = written(website=long, socialLinks=links)
    assert len(signature.html.encode()) <= MOST_BYTES
    assert signature.left_out == ["social_links"]
    assert stripped(signature.html) == []
    assert "ada@example.com" in signature.html
    assert long not in texts(signature.html)
    assert signature.html.count("example9.com") == 0
    assert signature.text.count("example9.com") == 0


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_not_chosen_is_nowhere(part: str) -> None:
    told = {
        "pronouns": "she/her", "title": "Analyst", "organisation": "Engines", "phones": "+46701740605",
        "emails": "ada@example.com", "website": "https://example.com/a;b,c", "office_address": "Storgatan",
        "social_links": "linkedin", "card": f">{URL.removeprefix('https://')}<",
    }  # fmt: skip
    every, without = written(), written(ALL._replace(parts=ALL.parts - {part}))
    assert told[part] in every.html
    assert told[part] not in without.html
    plain = URL + "\n" if part == "card" else told[part]
    assert plain not in without.text + "\n"


def test_pictures_are_there_by_choice_by_their_public_address() -> None:
    none = written(ALL._replace(photo=False, code=False))
    assert list(parsed(none.html).iter("img")) == []
    sources = [image.get("src") for image in parsed(written().html).iter("img")]
    assert sources == [f"{URL}/photo.jpg", f"{URL}.qr.png"]


def test_a_choice_comes_back_from_its_query() -> None:
    view = full_view()
    for choice in (
        ALL,
        Choice(frozenset(), photo=False, code=True),
        Choice(frozenset({"card"}), True, False),
    ):
        assert choice_in(query_of(choice), view) == choice
    assert choice_in({}, view).parts == {"title", "organisation", "phones", "emails", "website", "card"}
    assert choice_in({}, full_view(photo=None)).photo is False
    assert choice_in({"chosen": "1", "title": "x", "photo": "2", "bio": "1"}, view) == Choice(
        frozenset(), False, False
    )


def test_what_is_for_few_is_no_choice_for_a_signature() -> None:
    """Through the view of anyone alone, as the page does it."""
    from domain.cards.card import PublishedCard  # noqa: PLC0415
    from domain.cards.content import CardContent  # noqa: PLC0415
    from domain.visibility.view import ANYONE, view_for  # noqa: PLC0415

    audiences = dict.fromkeys(map(to_camel, SINGLE_FIELDS), "connections")
    content = CardContent.model_validate({**FULL, "audiences": audiences})
    view = full_view()
    card = PublishedCard(
        handle="ada",
        card_id="crd_x",
        version=1,
        content=content,
        published_at=view.published_at,
        images=view.images,
    )
    seen = view_for(card, ANYONE)
    assert choice_in({"chosen": "1", **dict.fromkeys(PARTS, "1"), "photo": "1"}, seen).parts == {"card"}
    signature = write_signature(seen, ALL._replace(photo=False), URL)
    assert signature.text == f"Ada King Lovelace\n{URL}"

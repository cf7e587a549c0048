"""E-mail signature of a card: HTML that mail programs keep as it is, and plain text."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.sharing.signature import PROPOSED, Row, direction, parts_of, rows_of
from domain.visibility.view import CardView
from functions.cards.filters import address_lines
from functions.framework.pages import environment

# Gmail refuses a signature of 10,000 characters; what it counts, it does not say, so that bytes are counted.
MOST_BYTES: Final = 9_500


class Choice(NamedTuple):
    """Choice of the parts of a signature, and of its pictures."""

    parts: frozenset[str]
    photo: bool
    code: bool


class Signature(NamedTuple):
    """A signature as HTML and as plain text. `left_out` names the parts that made the HTML too long."""

    html: str
    text: str
    left_out: list[str]
    rows: int


def choice_in(query: Mapping[str, str], view: CardView) -> Choice:
    """The choice that a form of the page says with one parameter for each part; without it the proposed one.

    An unchecked box says nothing, so that `chosen` says that the form was sent.
    """
    offered = parts_of(view)
    if "chosen" not in query:
        return Choice(PROPOSED.intersection(offered), photo=_has_photo(view), code=False)
    parts = frozenset(part for part in offered if query.get(part) == "1")
    return Choice(parts, photo=query.get("photo") == "1" and _has_photo(view), code=query.get("code") == "1")


def query_of(choice: Choice) -> dict[str, str]:
    """Parameters from which `choice_in` reads the same choice."""
    pictures = [name for name in ("photo", "code") if getattr(choice, name)]
    return {"chosen": "1", **dict.fromkeys([*sorted(choice.parts), *pictures], "1")}


def write_signature(view: CardView, choice: Choice, url: str) -> Signature:
    """The signature of what a view shows. Its pictures are the card's own, by their address."""
    place = view.content.office_address
    address = ", ".join(address_lines(place)) if place else ""
    parts = choice.parts
    rows = rows_of(view, parts, url=url, address=address)
    html = _html(view, choice, rows, url)
    left_out: list[str] = []
    while len(html.encode()) > MOST_BYTES and rows:
        longest = max(rows, key=lambda row: sum(len(piece.value.encode()) for piece in row.pieces))
        left_out += [] if longest.part in left_out else [longest.part]
        rows.remove(longest)
        html = _html(view, choice, rows, url)
    return Signature(html, _text(view, choice, rows), left_out, len(rows))


def _has_photo(view: CardView) -> bool:
    return "photo" in view.images and "jpeg" in view.images["photo"].files


def _html(view: CardView, choice: Choice, rows: list[Row], url: str) -> str:
    template = environment().get_template("sharing/signature_mail.html")
    return template.render(
        name=view.content.name,
        pronouns=_pronouns(view, choice),
        rows=rows,
        # Not every mail program shows WebP.
        photo=f"{url}/{view.images['photo'].files['jpeg']}" if choice.photo else None,
        code=f"{url}.qr.png" if choice.code else None,
        url=url,
        direction=direction,
    ).strip()


def _text(view: CardView, choice: Choice, rows: list[Row]) -> str:
    pronouns = _pronouns(view, choice)
    name = f"{view.content.name} ({pronouns})" if pronouns else view.content.name
    return "\n".join([name, *(piece.plain for row in rows for piece in row.pieces)])


def _pronouns(view: CardView, choice: Choice) -> str | None:
    return view.content.pronouns if "pronouns" in choice.parts else None

"""Texts that are kept as files, one in each language: the help, and all versions of notice and terms.

`web/texts/{shelf}/{name}.{language}.html` begins with two lines: `<h1>…</h1>`, the title, and
`<p class="lead">…</p>`, what it is about.
"""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from domain.base.texts import ENGLISH

Shelf = Literal["help", "privacy", "terms"]
SECURITY: Final = "security"
# Pages of help in the order of the index.
TOPICS: Final = (
    "card", "share", "audiences", "save", "pictures", "print", "devices", "contacts", "strength",
    "data", "problems", SECURITY,
)  # fmt: skip
_SHELVES: Final = Path(__file__).parent.parent.parent / "web" / "texts"
_FORM: Final = re.compile(r'<h1>(.+)</h1>\n(?=<p class="lead">(.+)</p>\n)')
_MARK: Final = re.compile(r"<[^>]+>")


class Text(NamedTuple):
    """A text in one language. `body` is HTML, `summary` its leading sentence without marks."""

    title: str
    summary: str
    body: str
    language: str


@cache
def versions(shelf: Shelf) -> tuple[str, ...]:
    """The versions of a text, which are the days from which they apply, from the first to the last."""
    return tuple(sorted({path.name.partition(".")[0] for path in (_SHELVES / shelf).glob("*.html")}))


def current(shelf: Shelf, today: date) -> str:
    """The version that applies today; before the first day that is the first one."""
    known = versions(shelf)
    return max((each for each in known if date.fromisoformat(each) <= today), default=known[0])


@cache
def read(shelf: Shelf, name: str, language: str) -> Text:
    """A text in this language, or in English where it is not in this one. `name` is one that there is."""
    path = _SHELVES / shelf / f"{name}.{language}.html"
    if not path.exists():
        language = ENGLISH
        path = path.with_name(f"{name}.{language}.html")
    written = path.read_text("utf-8")
    head = _FORM.match(written)
    if head is None:
        raise ValueError(f"{path.name} does not begin with its title and a leading sentence")
    return Text(head[1], _MARK.sub("", head[2]), written[head.end() :], language)

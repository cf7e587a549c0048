"""CommonMark of notes as HTML: without raw HTML, pictures and references, and with safe links only."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TAGS: Final = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
                "h3", "h4", "h5", "h6"}  # fmt: skip
_SAFE: Final = re.compile(r"^(https?|mailto|tel):", re.IGNORECASE)
# Deeper quotes and lists are shown flat: the page has no room, and the parser must not recurse.
_MOST_NESTED: Final = 20
# A note's headings stand below the page's own, which end with the second.
_HEADINGS: Final = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - needed by who reads notes only

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _MOST_NESTED})
    return parser.disable(["image", "reference", "html_inline", "html_block"])


def html_of(text: str) -> Markup:
    """The note as safe HTML. It takes time that grows with the length of the text only."""
    import nh3  # noqa: PLC0415

    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    drawn = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        drawn,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - cleaned


def _kept(_tag: str, name: str, value: str) -> str | None:
    """The cleaner keeps `//example.com` and `jav%09ascript:` as links within the site."""
    if name == "href":
        return value if _SAFE.match(value) else None
    return value if name == "rel" or value.isdecimal() else None

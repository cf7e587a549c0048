"""Classes of the styles: each is used, each that is used is styled, and none means two things."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

WEB = Path(__file__).parent.parent / "web"
FUNCTIONS = WEB.parent / "functions"
# The templates of the card page, which has styles of its own.
CARD_TEMPLATES = {"card.html", "section.html", "preview_bar.html"}
# What machines read on a card (microformats), and what the scripts of others set.
OF_OTHERS = re.compile("(h|p|u|dt|e)-[a-z-]+|htmx-request|sortable-ghost")
# Agreed to mean the same in both.
SHARED: set[str] = set()

_ATTRIBUTE = re.compile(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"')
# What a page adds to the classes of the shell's main element.
_WIDTH = re.compile(r"{% block width %}([^{]*){% endblock %}")
_GIVEN = re.compile(r"""(?:classList\.(?:add|toggle)\(|className\s*=)\s*["']([^"']*)""")
_JINJA = re.compile(r"\{[{%#](.*?)[#%}]\}", re.DOTALL)
_LITERAL = re.compile(r"""["']([a-z][a-z -]*)["']""")


def sheets(web: Path, *, card: bool) -> str:
    styles = web / "styles"
    card_sheets = {*styles.glob("card*.css"), *styles.glob("themes/*.css")}
    paths = card_sheets if card else {*web.glob("parts/*.css"), styles / "site.css"}
    return "".join(path.read_text("utf-8") for path in sorted(paths))


def styled(css: str) -> set[str]:
    """Names of classes in the selectors."""
    without = re.sub(r"/\*.*?\*/|\{[^{}]*\}|url\([^)]*\)", " ", css, flags=re.DOTALL)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", without))


def templates(web: Path, *, card: bool) -> str:
    paths = [*web.glob("templates/**/*.html"), *web.glob("parts/*.html")]
    return "\n".join(path.read_text("utf-8") for path in paths if (path.name in CARD_TEMPLATES) == card)


def worn(html: str) -> set[str]:
    """Classes that elements of templates are sure or likely to have, those that Jinja chooses among them."""
    found: set[str] = set()
    for attribute in (*_ATTRIBUTE.findall(html), *_WIDTH.findall(html)):
        # A name that goes on with a value is a microformat's.
        found |= {name for name in re.sub(_JINJA, " ", attribute).split() if not name.endswith("-")}
        for code in _JINJA.findall(attribute):
            found |= {name for text in _chosen(code) for name in text.split()}
    return found


def _chosen(code: str) -> Iterable[str]:
    """Texts in Jinja code, but those that something is compared with."""
    return _LITERAL.findall(re.sub(r"""(?:==|!=|\bin)\s*(?:\([^)]*\)|["'][^"']*["'])""", "", code))


def passed(html: str, known: set[str]) -> set[str]:
    """Classes that templates pass to macros, such as the kind of a button, or compute."""
    texts: Iterable[set[str]] = (
        set(text.split()) for code in _JINJA.findall(html) for text in _LITERAL.findall(code)
    )
    return {name for words in texts if _ours(words) <= known for name in _ours(words)}


def _ours(names: set[str]) -> set[str]:
    return {name for name in names if not OF_OTHERS.fullmatch(name)}


def scripted(*folders: Path) -> set[str]:
    """Classes that scripts and drawings of ours give to elements."""
    found: set[str] = set()
    for path in (path for folder in folders for path in folder.rglob("*.[jp][sy]")):
        text = path.read_text("utf-8")
        for given in (*_ATTRIBUTE.findall(text), *_GIVEN.findall(text)):
            found |= set(re.findall("[a-z][a-z-]*", given))
    return found


def faults(web: Path, functions: Path) -> list[str]:
    site, card = styled(sheets(web, card=False)), styled(sheets(web, card=True))
    site_html, card_html = templates(web, card=False), templates(web, card=True)
    written = scripted(web / "scripts", functions)
    found = []
    for kind, names, html in (("site", site, site_html), ("card", card, card_html)):
        used = worn(html) | passed(html, names) | written
        found += [f"{name} of the {kind} is used nowhere" for name in sorted(_ours(names - used))]
        found += [f"{name} is not styled for the {kind}" for name in sorted(_ours(worn(html) - names))]
    return found + [f"{name} is styled in site and card" for name in sorted((site & card) - SHARED)]


def test_every_class_is_used_styled_and_means_one_thing() -> None:
    assert faults(WEB, FUNCTIONS) == []


@pytest.mark.parametrize(
    ("place", "planted", "fault"),
    [
        ("styles/site.css", ".gone{color:red}", "gone of the site is used nowhere"),
        ("styles/card.css", "@media print{.gone{color:red}}", "gone of the card is used nowhere"),
        ("templates/site/page.html", '<p class="bare">', "bare is not styled for the site"),
        (
            "templates/site/page.html",
            """<p class="{{ 'bare' if x == 'row' }}">""",
            "bare is not styled for the site",
        ),
        ("templates/cards/card.html", '<p class="bare p-name">', "bare is not styled for the card"),
        ("styles/card.css", ".row{color:red}", "row is styled in site and card"),
    ],
)
def test_a_fault_of_a_class_is_noticed(tmp_path: Path, place: str, planted: str, fault: str) -> None:
    for path in (
        "styles/site.css",
        "styles/card.css",
        "templates/site/page.html",
        "templates/cards/card.html",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    for path, text in (
        ("styles/site.css", ".row,.quiet{}"),
        ("templates/site/page.html", """<p class="row">{{ link("#", "quiet") }}"""),
    ):
        (tmp_path / path).write_text(text)
    assert faults(tmp_path, tmp_path / "functions") == []
    with (tmp_path / place).open("a") as file:
        file.write(planted)
    assert fault in faults(tmp_path, tmp_path / "functions")

"""The catalogues of translations: up to date with the source, complete, with the same placeholders."""

import os
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from functions.framework.pages import environment
from release import catalogues

ROOT = Path(__file__).parent.parent
PO = Path("web/locale/sv/LC_MESSAGES/izwop.po")
PAGE = """{{ _("Save") }} {{ _("Hello %(name)s", name=name) }}
{% trans count %}{{ count }} card{% pluralize %}{{ count }} cards{% endtrans %}"""
SWEDISH = """msgid ""
msgstr ""
"Language: sv\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

#: web/templates/page.html
#, python-format
msgid "%(count)s card"
msgid_plural "%(count)s cards"
msgstr[0] "%(count)s kort"
msgstr[1] "%(count)s kort"

#: web/templates/page.html
#, python-format
msgid "Hello %(name)s"
msgstr "Hej %(name)s"

#: web/templates/page.html
msgid "Save"
msgstr "Spara"

"""


@pytest.mark.parametrize("path", catalogues.catalogues(ROOT), ids=lambda path: path.parts[-3])
def test_every_message_is_translated(path) -> None:
    assert list(catalogues.faults(ROOT, path)) == []


def test_swedish_erases_only_what_is_erased() -> None:
    """What can come back is "borttaget"; "raderat" is gone for good."""
    with (ROOT / PO).open("rb") as file:
        messages = [
            each for each in read_po(file) if each.id and re.search(r"\brader(a|ing)", str(each.string))
        ]
    assert messages
    assert [each.id for each in messages if not re.search("eras", str(each.id), re.IGNORECASE)] == []


@pytest.fixture
def small(tmp_path) -> Path:
    """A source of one page, with its catalogue."""
    for place in catalogues.SOURCES:
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "web/templates/page.html").write_text(PAGE)
    (tmp_path / PO).parent.mkdir(parents=True)
    (tmp_path / PO).write_text(SWEDISH)
    return tmp_path


def test_a_good_catalogue_has_no_fault(small) -> None:
    assert list(catalogues.faults(small, small / PO)) == []
    assert catalogues.updated(small, small / PO) == SWEDISH


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('msgstr "Spara"', 'msgstr ""', "not translated: 'Save'"),
        ('msgstr[1] "%(count)s kort"', 'msgstr[1] ""', "not translated: ('%(count)s card'"),
        ('msgid "Save"', '#, fuzzy\nmsgid "Save"', "fuzzy: 'Save'"),
        ('"Hej %(name)s"', '"Hej %(namn)s"', "other placeholders: 'Hello %(name)s'"),
        ('msgstr[1] "%(count)s kort"', 'msgstr[1] "två kort"', "other placeholders: ('%(count)s card'"),
        ('msgid "Save"', 'msgid "Safe"', "not up to date"),
    ],
)
def test_a_fault_of_a_catalogue_is_noticed(small, good, bad, fault) -> None:
    (small / PO).write_text(SWEDISH.replace(good, bad))
    assert any(fault in found for found in catalogues.faults(small, small / PO))


@pytest.mark.parametrize(
    ("place", "planted"),
    [
        ("web/templates/page.html", PAGE + '{{ _("New") }}'),
        ("web/parts/part.html", "{% trans %}New{% endtrans %}"),
        ("functions/pages.py", 'DONE = {"new": N_("New")}'),
        ("domain/rules.py", 'raise InvalidInput([Fault("/name", "taken", "is taken")])'),
        ("domain/rules.py", 'raise PydanticCustomError("odd", "is odd")'),
        ("web/templates/page.html", ""),
    ],
)  # fmt: skip
def test_a_message_that_comes_or_goes_makes_the_catalogue_old(small, place, planted) -> None:
    (small / place).write_text(planted)
    assert next(catalogues.faults(small, small / PO)).startswith("sv: the catalogue is not up to date")


def test_a_message_that_cannot_be_extracted_is_noticed(small) -> None:
    (small / "domain/rules.py").write_text('Fault("/name", "too_long", f"takes {most} letters")')
    assert any(
        found.startswith("domain/rules.py:1: warning: Skipping f-string")
        for found in catalogues.faults(small, small / PO)
    )


def test_a_catalogue_is_compiled_when_it_has_changed(small, tmp_path) -> None:
    compiled = (small / PO).with_suffix(".mo")
    catalogues.compile_all(small, small)
    first = compiled.read_bytes()
    os.utime(small / PO, (2e9, 2e9))
    catalogues.compile_all(small, small)
    assert compiled.read_bytes() == first
    (small / PO).write_text(SWEDISH.replace("Spara", "Lagra"))
    os.utime(small / PO, (3e9, 3e9))
    catalogues.compile_all(small, small)
    assert b"Lagra" in compiled.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    catalogues.compile_all(small, elsewhere)
    shutil.rmtree(small / "web")
    assert b"Lagra" in (elsewhere / PO).with_suffix(".mo").read_bytes()


# Words of a page that are the same in every language.
NAMES = re.compile(r"iZwop|Gmail|Outlook|Apple Mail|vCard|SVG|PNG|Georgia|&\w+;")
ATTRIBUTES = re.compile(r'\b(?:aria-label|alt|title|placeholder)="([^"]*)"')
CODE = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
# A word with a capital, or two words.
WORDS = re.compile(r"[A-Z][a-z]|[a-z]{2,} [a-z]{2,}")
GETTEXT = ("_", "ngettext", "pgettext", "npgettext")


def unmarked(source: str) -> list[str]:
    """Texts of a template that do not go through gettext, in its HTML and among what macros are passed."""
    html, strings = [], []
    in_trans, open_brackets, before = False, 0, ""
    for _line, kind, text in environment().lex(source):
        if kind == "name" and text in ("trans", "endtrans"):
            in_trans = text == "trans"
        elif kind == "operator" and text == "(" and (open_brackets or before in GETTEXT):
            open_brackets += 1
        elif kind == "operator" and text == ")" and open_brackets:
            open_brackets -= 1
        elif kind == "data":
            html.append("" if in_trans else text)
        elif kind in ("variable_begin", "block_begin", "comment_begin"):
            html.append("\0")
        elif kind == "string" and not open_brackets and re.match("[A-Z][a-z]", text[1:]):
            strings.append(text)
        before = text
    page = CODE.sub("", "".join(html))
    texts = ATTRIBUTES.findall(page) + re.split(r"<[^>]*>|\0", page)
    return [text for text in texts + strings if WORDS.search(NAMES.sub("", text)) and '="' not in text]


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Save the card</p>", "<p>{{ name }} is shown</p>", '<a aria-label="Save">',
        "{{ line('/a', 'Name') }}",
        '<a aria-label="Move {{ name }} up">', "{% if a %}Not yet{% endif %}", '{{ _("Yes") ~ "No more" }}',
    ],
)  # fmt: skip
def test_a_text_without_gettext_is_noticed(planted) -> None:
    assert unmarked(planted)


@pytest.mark.parametrize(
    "fine",
    [
        '<p class="one two">{{ _("Save") }}</p>', "{% trans name %}Share {{ name }}{% endtrans %}",
        "<b>iZwop</b>",
        '{{ ngettext("One card", "%(num)s cards", f(n)) }}', '<svg><path d="Ma b"/></svg>', "{# A remark #}",
        """{{ line("/name", _('Name (all of it)')) }}""",
    ],
)  # fmt: skip
def test_a_text_with_gettext_is_not_complained_of(fine) -> None:
    assert unmarked(fine) == []


PAGES = [*(ROOT / "web/templates").rglob("*.html"), *(ROOT / "web/parts").glob("*.html")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_text_of_a_page_goes_through_gettext(path) -> None:
    assert unmarked(path.read_text("utf-8")) == []

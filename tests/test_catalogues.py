"""The catalogues of translations: up to date with the source, complete, with the same placeholders."""

import os
import shutil
from pathlib import Path

import pytest

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

"""No text in any field changes the structure of any format.

The content bypasses validation, with every control character in every field: the writers must not rely on
validated input.
"""

import json
import re
from collections.abc import Iterator

import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.cards.content import Address, CardContent, Email, NameParts, Phone, ProductLink, SocialLink
from domain.formats.schema_org import profile_page, script_text
from domain.visibility.view import CardView
from functions.cards.formats import FORMATS
from tests.card_views import URL, view_of
from tests.readers import Evolution, NpmReaders, needs_evolution

SIGNS = "\r\n\t\0\x0b\x0c\x1b\x1c\x1e\x7f\x85\x9f\u2028\u2029\u202e\ufeff;:,.=\\\"'<>&^%#/?@[]{} aåא李😀"
PLANTED = [
    "\r\nEMAIL;TYPE=WORK:evil@example.com",
    "\rEND:VCARD",
    "\n item1.TEL:1",
    "\u2028URL:https://evil.example/",
    "\x85END:VCARD\x85BEGIN:VCARD",
    "\r\n \r\nNOTE:x",
    "\\",
    "\\n",
    "\\\\;",
    '","x":{',
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "=\r\n",
    "^n^'",
]
# The last letter keeps a value from becoming empty, which is another structure.
hostile = (
    st.lists(
        st.one_of(st.text(SIGNS, max_size=30), st.text(max_size=10), st.sampled_from(PLANTED)), max_size=5
    )
    .map("".join)
    .map(lambda text: f"{text}x")
)


def content_of(text: Iterator[str]) -> CardContent:
    """Every field filled in from `text`, unchecked."""
    return CardContent.model_construct(
        name=next(text),
        name_parts=NameParts.model_construct(**{part: next(text) for part in NameParts.model_fields}),
        pronouns=next(text),
        title=next(text),
        organisation=next(text),
        bio=next(text),
        languages=[next(text), next(text)],
        emails=[Email.model_construct(kind="work", label=next(text), address=next(text))],
        phones=[Phone.model_construct(kind="mobile", label=next(text), number=next(text))],
        website=next(text),
        social_links=[SocialLink.model_construct(url=f"https://{next(text)}")],
        company_text=next(text),
        video_link=next(text),
        office_address=Address.model_construct(
            street=next(text), city=next(text), region=next(text), postal_code=next(text), country=next(text)
        ),
        map_link=next(text),
        product_links=[ProductLink.model_construct(label=next(text), url=next(text))],
        photo=None,
        logo=None,
        company_image=None,
    )


pytestmark = pytest.mark.fuzzing

FIELDS = 30
HARMLESS = view_of(content_of(iter(["x"] * FIELDS)))
hostile_views = st.lists(hostile, min_size=FIELDS, max_size=FIELDS).map(
    lambda each: view_of(content_of(iter(each)))
)
often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def evolution() -> Iterator[Evolution]:
    reader = Evolution()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def npm() -> Iterator[NpmReaders]:
    readers = NpmReaders()
    yield readers
    readers.close()


def made(form: str, view: CardView) -> str:
    return FORMATS[form].write(view, URL, None).decode()


def read_as(text: str) -> str:
    """Text as a reader sees it: breaks are one character, tabs stay, other control characters are removed."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text))


def names_in(file: str) -> list[str]:
    """Property names as vobject reads them, in their order."""
    return [line.name for line in vobject.readOne(file).getSortedChildren()]


@often
@given(hostile_views)
def test_vcard_3_for_vobject(view: CardView) -> None:
    file = made("vcf", view)
    assert len(list(vobject.readComponents(file))) == 1
    assert names_in(file) == names_in(made("vcf", HARMLESS))
    card = vobject.readOne(file)
    assert card.fn.value == read_as(view.content.name)
    assert card.title.value == read_as(view.content.title)
    assert card.email.value == read_as(view.content.emails[0].address)


@often
@given(hostile_views)
def test_both_vcards_for_ical(npm: NpmReaders, view: CardView) -> None:
    for form in ("vcf", "v4.vcf"):
        names = [name for name, _ in npm.read("ical.js", text=made(form, view))]
        assert names == [name for name, _ in npm.read("ical.js", text=made(form, HARMLESS))]


@needs_evolution
@often
@given(hostile_views)
def test_both_vcards_for_evolution(evolution: Evolution, view: CardView) -> None:
    for form in ("vcf", "v4.vcf"):
        card = evolution.read(made(form, view))
        assert [name for name, _ in card] == [name for name, _ in evolution.read(made(form, HARMLESS))]
        assert ["FN", [read_as(view.content.name)]] in card
        assert ["TITLE", [read_as(view.content.title)]] in card


@often
@given(hostile_views)
def test_the_lines_of_both_vcards(view: CardView) -> None:
    """Tested with every line separator of any reader; `str.splitlines` splits at all of them."""
    for form in ("vcf", "v4.vcf"):
        starts = [
            [re.split("[;:]", line)[0] for line in made(form, each).replace("\r\n ", "").splitlines()]
            for each in (view, HARMLESS)
        ]
        assert starts[0] == starts[1]


@often
@given(hostile_views)
def test_jcard_for_ical(npm: NpmReaders, view: CardView) -> None:
    card = npm.read("ical.js jcard", text=made("jcard", view))
    assert [name for name, _ in card] == [
        name for name, _ in npm.read("ical.js jcard", text=made("jcard", HARMLESS))
    ]
    assert ["fn", view.content.name] in card


NAME = {"full", "components", "isOrdered", "defaultSeparator", "sortAs", "phoneticScript"}
KINDS = {"title", "given", "given2", "surname", "generation", "credential"}


def shape(value: object) -> object:
    """A JSON value with every text taken out."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


@often
@given(hostile_views)
def test_the_json_formats(view: CardView) -> None:
    for form in ("json", "jscontact"):
        text = made(form, view)
        cards = [json.loads(text), json.loads(made(form, HARMLESS))]
        # How many parts a name has, and whether they make it up, is in its text.
        names = [each.pop("name") for each in cards] if form == "jscontact" else []
        assert shape(cards[0]) == shape(cards[1])
        for name in names:
            assert name.keys() <= NAME
            assert all(each.keys() <= {"kind", "value", "phonetic"} for each in name["components"])
            assert {each["kind"] for each in name["components"]} <= KINDS
        assert json.dumps(view.content.name, ensure_ascii=False)[1:-1].lower() in text.lower()


@often
@given(hostile_views)
def test_json_ld(view: CardView) -> None:
    text = script_text(view, URL)
    assert json.loads(text) == profile_page(view, URL)
    assert not set("<>&\u2028\u2029") & set(text)
    assert shape(profile_page(view, URL)) == shape(profile_page(HARMLESS, URL))


# vcard4 checks values too, so for it only the fields that may hold any text are hostile.
@often
@given(st.lists(hostile, min_size=7, max_size=7))
def test_vcard_4_for_the_strictest_reader(npm: NpmReaders, texts: list[str]) -> None:
    def file(values: list[str]) -> str:
        name, title, organisation, bio, company_text, label, pronouns = values
        content = CardContent.model_construct(
            name=name,
            title=title,
            organisation=organisation,
            bio=bio,
            company_text=company_text,
            pronouns=pronouns,
            product_links=[ProductLink.model_construct(label=label, url="https://example.com/")],
        )
        return made("v4.vcf", view_of(content))

    names = [name for name, _ in npm.read("vcard4", text=file(texts))]
    assert names == [name for name, _ in npm.read("vcard4", text=file(["x"] * 7))]


def test_a_planted_line_is_caught(npm: NpmReaders) -> None:
    clean = made("vcf", HARMLESS)
    broken = clean.replace("NOTE:", "NOTE:x\r\nEMAIL;TYPE=WORK:evil@example.com\r\nNOTE:")
    assert names_in(broken) != names_in(clean)
    assert npm.read("ical.js", text=broken) != npm.read("ical.js", text=clean)


def test_a_writer_that_forgets_to_escape_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.formats.vcard3.text", lambda value: value)
    with pytest.raises(AssertionError):
        test_the_lines_of_both_vcards.hypothesis.inner_test(
            view_of(content_of(iter(["a\r\nEMAIL:evil@example.com"] * FIELDS)))
        )

"""Full names by parts, as address books sort and greet by them."""

import json

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from domain.cards.content import NameParts
from domain.formats.names import StructuredName, structured_name
from domain.formats.schema_org import profile_page
from functions.cards.formats import FORMATS
from tests.card_views import URL, full_view


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", StructuredName("Lovelace", "Ada")),
        ("Ada King Lovelace", StructuredName("Lovelace", "Ada King")),
        ("Noor", StructuredName("", "Noor")),
        ("李", StructuredName("", "李")),
        ("佐藤 花子", StructuredName("佐藤", "花子")),
        ("佐藤\u3000花子", StructuredName("佐藤", "花子")),
        ("김 민수", StructuredName("김", "민수")),
        ("ليلى حداد", StructuredName("حداد", "ليلى")),
        ("Vincent van Gogh", StructuredName("van Gogh", "Vincent")),
        ("María de la Cruz", StructuredName("de la Cruz", "María")),
        ("de Gaulle", StructuredName("de Gaulle", "")),
        ("Van Morrison", StructuredName("Morrison", "Van")),
        ("Prof. Dr. Max von der Heide", StructuredName("von der Heide", "Max", prefix="Prof. Dr.")),
        ("Dipl.-Ing. Anna Muster", StructuredName("Muster", "Anna", prefix="Dipl.-Ing.")),
        ("Martin Luther King Jr.", StructuredName("King", "Martin Luther", suffix="Jr.")),
        ("Grace Hopper, Ph.D.", StructuredName("Hopper", "Grace", suffix="Ph.D.")),
        ("Ada Lovelace, Countess, FRS", StructuredName("Lovelace", "Ada", suffix="Countess, FRS")),
        ("Lovelace, Ada", StructuredName("Lovelace", "Ada")),
        ("de la Cruz, María", StructuredName("de la Cruz", "María")),
        ("Cher, PhD", StructuredName("", "Cher", suffix="PhD")),
        ("Yo Yo Ma", StructuredName("Ma", "Yo Yo")),
        ("Dr.", StructuredName("", "Dr.")),
    ],
)
def test_a_name_is_split_as_people_with_such_names_mean_it(name: str, parts: StructuredName) -> None:
    assert structured_name(name) == parts


@pytest.mark.parametrize(
    ("name", "said", "parts"),
    [
        ("Gabriel García Márquez", {"family": "García Márquez"}, StructuredName("García Márquez", "Gabriel")),
        ("Gabriel García Márquez", {"given": "Gabriel"}, StructuredName("García Márquez", "Gabriel")),
        ("Ada King Lovelace", {"additional": "King"}, StructuredName("Lovelace", "Ada", "King")),
        (
            "Ada King Lovelace",
            {"given": "Ada", "family": "Lovelace"},
            StructuredName("Lovelace", "Ada", "King"),
        ),
        ("Dr. Ada King Jr.", {"given": "King"}, StructuredName("Ada", "King", prefix="Dr.", suffix="Jr.")),
        ("山田太郎", {"family": "山田"}, StructuredName("山田", "太郎")),
        ("Nagy Ödön", {"family": "Nagy"}, StructuredName("Nagy", "Ödön")),
        ("Annson Ann", {"family": "Ann"}, StructuredName("Ann", "Annson")),
        (
            "García Márquez, Gabriel",
            {"family": "García Márquez"},
            StructuredName("García Márquez", "Gabriel"),
        ),
        ("Ada Lovelace, FRS", {"family": "Lovelace"}, StructuredName("Lovelace", "Ada", suffix="FRS")),
        ("Ada Lovelace", {"prefix": "Countess"}, StructuredName("Lovelace", "Ada", prefix="Countess")),
        (
            "Professor Max Planck",
            {"prefix": "Professor"},
            StructuredName("Planck", "Max", prefix="Professor"),
        ),
        ("Ada Lovelace", {"suffix": "FRS"}, StructuredName("Lovelace", "Ada", suffix="FRS")),
        ("林語堂", {"given": "Yutang", "family": "Lin"}, StructuredName("Lin", "Yutang")),
        ("Ada", {"given": "Augusta", "family": "King"}, StructuredName("King", "Augusta")),
        ("Ada Lovelace", {"phonetic_given": "Ay-da"}, StructuredName("Lovelace", "Ada")),
        ("Ada (Countess", {"given": "(Countess"}, StructuredName("Ada", "(Countess")),
        ("Ada", dict.fromkeys(StructuredName._fields, "x"), StructuredName("x", "x", "x", "x", "x")),
    ],
)
def test_what_is_said_wins_and_the_rest_is_guessed_from_what_is_left(name, said, parts) -> None:
    assert structured_name(name, NameParts(**said)) == parts


def test_a_said_name_is_in_every_format_by_its_parts_and_sounds() -> None:
    said = {"family": "佐藤", "given": "花子", "phoneticFamily": "さとう", "phoneticGiven": "はなこ"}
    view = full_view(name="佐藤花子", nameParts=said)
    texts = ("vcf", "v4.vcf", "jcard", "jscontact", "json")
    made = {form: FORMATS[form].write(view, URL, None).decode() for form in texts}
    three = made["vcf"].replace(";CHARSET=UTF-8", "").split("\r\n")
    assert three[2] == "N:佐藤;花子;;;"
    assert {"X-PHONETIC-FIRST-NAME:はなこ", "X-PHONETIC-LAST-NAME:さとう", "SORT-STRING:さとう はなこ"} <= {
        *three
    }
    four = made["v4.vcf"].split("\r\n")
    assert "N:佐藤;花子;;;" in four
    assert {"X-PHONETIC-FIRST-NAME:はなこ", "X-PHONETIC-LAST-NAME:さとう"} <= {*four}
    jcard = json.loads(made["jcard"])[1]
    assert ["n", {"sort-as": ["さとう", "はなこ"]}, "text", ["佐藤", "花子", "", "", ""]] in jcard
    name = json.loads(made["jscontact"])["name"]
    assert name["components"] == [
        {"kind": "given", "value": "花子", "phonetic": "はなこ"},
        {"kind": "surname", "value": "佐藤", "phonetic": "さとう"},
    ]
    assert (name["sortAs"], name["phoneticScript"]) == ({"given": "はなこ", "surname": "さとう"}, "Hira")
    assert "isOrdered" not in name
    assert json.loads(made["json"])["nameParts"] == said
    person = profile_page(view, URL)["mainEntity"]
    assert (person["givenName"], person["familyName"]) == ("花子", "佐藤")
    assert "givenName" not in profile_page(full_view(nameParts=None), URL)["mainEntity"], "a guess is no fact"


@pytest.mark.parametrize(
    ("name", "kinds", "ordered"),
    [
        ("Ada Lovelace", ["given", "surname"], True),
        ("佐藤 花子", ["surname", "given"], True),
        ("Dr. Max von der Heide Jr.", ["title", "given", "surname", "generation"], True),
        ("Grace Hopper, Ph.D.", ["given", "surname", "credential"], False),
        ("Lovelace, Ada", ["given", "surname"], False),
        (",", [], False),
    ],
)
def test_jscontact_says_whether_the_parts_make_up_the_name(name, kinds, ordered) -> None:
    view = full_view(name=name, nameParts=None)
    made = json.loads(FORMATS["jscontact"].write(view, URL, None))["name"]
    assert [each["kind"] for each in made.get("components", [])] == kinds
    assert made.get("isOrdered", False) == ordered == ("defaultSeparator" in made)


@given(st.text(st.sampled_from("aB,. \u3000李李김'-") | st.characters(), max_size=40))
def test_no_word_of_a_name_is_lost_or_doubled(name: str) -> None:
    def letters(text: str) -> list[str]:
        return sorted(sign for sign in text if sign != "," and not sign.isspace())

    assert letters("".join(structured_name(name))) == letters(name)


@pytest.mark.parametrize("form", ["vcf", "v4.vcf"])
def test_a_vcard_has_the_name_by_parts_and_as_it_is_written(form: str) -> None:
    view = full_view(name="Dr. Max von der Heide Jr.", nameParts=None)
    card = vobject.readOne(FORMATS[form].write(view, URL, None).decode())
    name = card.n.value
    assert card.fn.value == "Dr. Max von der Heide Jr."
    assert [name.prefix, name.given, name.additional, name.family, name.suffix] == [
        "Dr.", "Max", "", "von der Heide", "Jr.",
    ]  # fmt: skip

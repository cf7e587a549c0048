"""Full names by parts, as address books sort and greet by them."""

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from domain.formats.names import NameParts, name_parts
from functions.cards.formats import FORMATS
from tests.card_views import URL, full_view


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", NameParts("Lovelace", "Ada")),
        ("Ada King Lovelace", NameParts("Lovelace", "Ada King")),
        ("Noor", NameParts("", "Noor")),
        ("李", NameParts("", "李")),
        ("佐藤 花子", NameParts("佐藤", "花子")),
        ("佐藤\u3000花子", NameParts("佐藤", "花子")),
        ("김 민수", NameParts("김", "민수")),
        ("ليلى حداد", NameParts("حداد", "ليلى")),
        ("Vincent van Gogh", NameParts("van Gogh", "Vincent")),
        ("María de la Cruz", NameParts("de la Cruz", "María")),
        ("de Gaulle", NameParts("de Gaulle", "")),
        ("Van Morrison", NameParts("Morrison", "Van")),
        ("Prof. Dr. Max von der Heide", NameParts("von der Heide", "Max", prefix="Prof. Dr.")),
        ("Dipl.-Ing. Anna Muster", NameParts("Muster", "Anna", prefix="Dipl.-Ing.")),
        ("Martin Luther King Jr.", NameParts("King", "Martin Luther", suffix="Jr.")),
        ("Grace Hopper, Ph.D.", NameParts("Hopper", "Grace", suffix="Ph.D.")),
        ("Ada Lovelace, Countess, FRS", NameParts("Lovelace", "Ada", suffix="Countess, FRS")),
        ("Lovelace, Ada", NameParts("Lovelace", "Ada")),
        ("de la Cruz, María", NameParts("de la Cruz", "María")),
        ("Cher, PhD", NameParts("", "Cher", suffix="PhD")),
        ("Yo Yo Ma", NameParts("Ma", "Yo Yo")),
        ("Dr.", NameParts("", "Dr.")),
    ],
)
def test_a_name_is_split_as_people_with_such_names_mean_it(name: str, parts: NameParts) -> None:
    assert name_parts(name) == parts


@given(st.text(st.sampled_from("aB,. \u3000李李김'-") | st.characters(), max_size=40))
def test_no_word_of_a_name_is_lost_or_doubled(name: str) -> None:
    def letters(text: str) -> list[str]:
        return sorted(sign for sign in text if sign != "," and not sign.isspace())

    assert letters("".join(name_parts(name))) == letters(name)


@pytest.mark.parametrize("form", ["vcf", "v4.vcf"])
def test_a_vcard_has_the_name_by_parts_and_as_it_is_written(form: str) -> None:
    view = full_view(name="Dr. Max von der Heide Jr.")
    card = vobject.readOne(FORMATS[form].write(view, URL, None).decode())
    name = card.n.value
    assert card.fn.value == "Dr. Max von der Heide Jr."
    assert [name.prefix, name.given, name.additional, name.family, name.suffix] == [
        "Dr.", "Max", "", "von der Heide", "Jr.",
    ]  # fmt: skip

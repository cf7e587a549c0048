"""Display forms of values on pages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.base.countries import CODES
from domain.base.fields import STORED, phone_text
from domain.cards.content import Address
from functions.cards.filters import address_lines
from functions.framework import filters as display
from functions.framework.texts import speaking

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("ada augusta king", "AK"),
        ("Noor", "N"),
        ("Élodie d'Été", "ÉD"),
        ("佐藤 花子", "佐"),
        ("ليلى حداد", "ل"),
        ("(Dr.) Grace Hopper", "DH"),
        ("Straße ßeta", "SS"),
        ("42", "4"),
        ("🙂", "🙂"),
    ],
)
def test_initials(name, letters) -> None:
    assert display.initials(name) == letters


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.example.com/", "example.com"),
        ("https://example.com:8443/a/?q=1#x", "example.com:8443/a"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("tel:+46701740605", "+46701740605"),
        ("https://www.xn--bcher-kva.example:8443/a", "bücher.example:8443/a"),
    ],
)
def test_links_are_shown_without_what_machines_need(url, shown) -> None:
    assert display.link_text(url) == shown


def test_addresses_break_after_their_joints_and_stay_what_they_are() -> None:
    broken = display.breakable("ada.<b>@analytical-engines.example/a.b")
    assert broken == "ada.&lt;b&gt;@<wbr>analytical-engines.<wbr>example/<wbr>a.<wbr>b"
    assert display.breakable("ada@example.com") == "ada@example.com"


def test_mail_links_use_the_ascii_form_of_a_domain() -> None:
    assert display.mailto("ada@bücher.example") == "mailto:ada@xn--bcher-kva.example"
    assert display.mailto("x@ü.test") == "mailto:x@ü.test"  # vetted once; the library refuses it by now
    assert display.mailto("a?b&c=d#e%f@example.com") == "mailto:a%3Fb%26c=d%23e%25f@example.com"


def test_a_number_of_no_known_country_is_shown_as_it_is() -> None:
    assert phone_text("+46701740605") == "+46 70 174 06 05"
    assert phone_text("12") == "12"


def test_addresses_leave_no_gap_for_what_is_missing() -> None:
    whole = Address(street="Kungsgatan 1\nPort B", postal_code="111 43", city="Stockholm", country="SE")
    assert address_lines(whole) == ["Kungsgatan 1", "Port B", "111 43 Stockholm", "Sweden"]
    assert address_lines(Address(city="London", postal_code="SW1Y", country="GB")) == [
        "London SW1Y",
        "United Kingdom",
    ]
    assert address_lines(Address.model_validate({"country": "ZZ"}, context=STORED)) == ["ZZ"]


@pytest.mark.parametrize(("language", "sweden"), [("en", "Sweden"), ("sv", "Sverige")])
def test_every_country_has_its_name_in_every_language(language, sweden) -> None:
    with speaking(language):
        assert display.countries().keys() == CODES
        assert display.countries()["SE"] == sweden
        assert all(name.strip() == name != "" for name in display.countries().values())


def test_a_day_is_told_in_the_language_of_the_page() -> None:
    time = datetime(2026, 5, 3, 8, 5, tzinfo=UTC)
    assert (display.day(time), display.moment(time, year=True)) == ("3 May", "3 May 2026, 08:05")
    with speaking("sv"):
        assert (display.day(time, year=True), display.moment(time)) == ("3 maj 2026", "3 maj kl. 08:05")
        assert display.months()[11] == "december"

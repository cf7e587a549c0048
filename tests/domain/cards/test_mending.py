"""What people type is made complete where it is clear what they mean, and left alone otherwise."""

import pytest

from domain.base.countries import country_in
from domain.base.errors import InvalidInput
from domain.cards.content import CardContent
from domain.cards.mending import country_of, mended_link, mended_phone, mended_profile
from domain.cards.networks import NETWORKS, known_network
from functions.framework.forms import vet

WAYS = ("mailto", "tel")


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("070-174 06 05", "SE", "+46 70 174 06 05"),
        ("0046 70 174 06 05", "", "+46 70 174 06 05"),
        ("46 (0)70 174 06 05", "SE", "+46 70 174 06 05"),
        ("(202) 555-0127", "US", "+1 202-555-0127"),
        ("020 7946 0958", "GB", "+44 20 7946 0958"),
        ("06 69 88 72 75", "IT", "+39 06 6988 7275"),
        ("08-611 40 00 ext 12", "SE", "+46 8 611 40 00 ext. 12"),
        ("+46 70 174 06 05", "US", "+46 70 174 06 05"),
        ("+46 12", "SE", "+46 12"),
        ("070-174 06 05", "", "070-174 06 05"),
        ("070-174 06 05", "US", "070-174 06 05"),
        ("070-174 06 05", "XX", "070-174 06 05"),
        ("12", "SE", "12"),
        ("call me", "SE", "call me"),
        ("", "SE", ""),
        ("0" * 300, "SE", "0" * 300),
    ],
)
def test_a_national_number_gets_the_code_of_its_country(typed: str, country: str, number: str) -> None:
    assert mended_phone(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("www.example.com", "https://www.example.com"),
        ("example.com/shop?x=1", "https://example.com/shop?x=1"),
        ("example.com:8443", "https://example.com:8443"),
        ("http://example.com/a", "https://example.com/a"),
        ("HTTP://example.com", "https://example.com"),
        ("https://example.com", "https://example.com"),
        ("sales@example.com", "mailto:sales@example.com"),
        ("mailto:sales@example.com", "mailto:sales@example.com"),
        ("08-611 40 00", "tel:+4686114000"),
        ("+46 8 611 40 00", "tel:+4686114000"),
        ("tel:08-611 40 00", "tel:+4686114000"),
        ("12345", "12345"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("ftp://example.com", "ftp://example.com"),
        ("nonsense", "nonsense"),
        ("a b.example", "a b.example"),
        ("", ""),
    ],
)
def test_a_link_gets_its_scheme(typed: str, link: str) -> None:
    assert mended_link(typed, "SE", WAYS) == link


def test_a_page_is_not_a_mail_address_or_a_number_where_only_sites_may_be() -> None:
    assert [mended_link(typed, "SE") for typed in ("sales@example.com", "08-611 40 00")] == [
        "sales@example.com",
        "08-611 40 00",
    ]


@pytest.mark.parametrize(
    ("typed", "network", "page"),
    [
        ("ada", "LinkedIn", "https://www.linkedin.com/in/ada"),
        ("@ada", "Instagram", "https://www.instagram.com/ada"),
        ("åsa-öberg", "LinkedIn", "https://www.linkedin.com/in/%C3%A5sa-%C3%B6berg"),
        ("@ada", "TikTok", "https://www.tiktok.com/@ada"),
        ("ada.lovelace", "Instagram", "https://www.instagram.com/ada.lovelace"),
        ("@ada@fosstodon.org", "", "https://fosstodon.org/@ada"),
        ("ada@fosstodon.org", "Mastodon", "https://fosstodon.org/@ada"),
        ("ada", "Bluesky", "https://bsky.app/profile/ada.bsky.social"),
        ("ada.example", "Bluesky", "https://bsky.app/profile/ada.example"),
        ("070-174 06 05", "WhatsApp", "https://wa.me/46701740605"),
        ("+44 20 7946 0958", "WhatsApp", "https://wa.me/442079460958"),
        ("0000-0002-1825-0097", "ORCID", "https://orcid.org/0000-0002-1825-0097"),
        ("https://github.com/ada", "LinkedIn", "https://github.com/ada"),
        ("linkedin.com/in/ada", "LinkedIn", "https://linkedin.com/in/ada"),
        ("www.instagram.com/ada", "Instagram", "https://www.instagram.com/ada"),
        ("example.com/ada", "", "https://example.com/ada"),
        ("@ada", "", "@ada"),
        ("ada", "", "ada"),
        ("ada", "Myspace", "ada"),
        ("ada lovelace", "GitHub", "ada lovelace"),
        ("../login", "GitHub", "../login"),
        ("ada?next=evil.example", "X", "ada?next=evil.example"),
        ("12", "WhatsApp", "12"),
    ],
)
def test_a_name_becomes_the_page_on_its_network(typed: str, network: str, page: str) -> None:
    assert mended_profile(typed, network, "SE") == page


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_network_takes_a_name_and_knows_its_page_again(network) -> None:
    name = {"WhatsApp": "46701740605", "ORCID": "0000-0002-1825-0097"}.get(network.name, "ada_99")
    name = "ada-99" if network.name == "GitHub" else name
    page = mended_profile(name, network.name)
    content = vet(CardContent, {"name": "Ada", "socialLinks": [{"url": page}]})
    assert content.social_links[0].url == page
    assert known_network(page) == network.name


def test_a_mended_card_is_what_the_complete_one_is_and_an_api_gets_no_guesses() -> None:
    product = {"label": "Call", "url": mended_link("08-611 40 00", "SE", WAYS)}
    content = vet(CardContent, {"name": "Ada", "productLinks": [product]})
    assert content.product_links[0].url == "tel:+4686114000"
    with pytest.raises(InvalidInput):
        vet(CardContent, {"name": "Ada", "productLinks": [{"label": "Call", "url": "08-611 40 00"}]})


@pytest.mark.parametrize(
    ("languages", "country"),
    [
        ("sv-SE,sv;q=0.9,en-US;q=0.8", "SE"),
        ("zh-Hant-TW", "TW"),
        ("en,en-GB;q=0.5", "GB"),
        ("sv", ""),
        ("es-419,es-MX;q=0.9", "MX"),
        ("xx-XX", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_a_browser_says_a_country_by_its_languages(languages: str, country: str) -> None:
    assert country_in(languages) == country


def test_the_country_of_a_number_is_told_where_it_can_be() -> None:
    told = [
        country_of(number) for number in ("+46 70 174 06 05", "+1 202-555-0127", "+800 1234 5678", "12", "")
    ]
    assert told == ["SE", "US", "001", "", ""]

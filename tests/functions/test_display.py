"""How values read on a page, and what a page weighs."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.qr import qr_svg
from domain.content import Address, CardContent
from domain.countries import CODES
from domain.fields import STORED
from domain.views import CardView
from functions import display
from functions.pages import render

ROOT = Path(__file__).parents[2]
NOT_ALLOWED = re.compile(r"<(script|link rel=.stylesheet)|\sstyle=|\son[a-z]+=|@import|url\(")


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
    ],
)
def test_links_are_shown_without_what_machines_need(url, shown) -> None:
    assert display.link_text(url) == shown


@pytest.mark.parametrize(
    ("url", "name", "member"),
    [
        ("https://www.linkedin.com/in/ada/", "LinkedIn", "ada"),
        ("https://de.linkedin.com/in/ada", "LinkedIn", "ada"),
        ("https://notlinkedin.com/ada", "notlinkedin.com", "ada"),
        ("https://linkedin.com.evil.example/ada", "linkedin.com.evil.example", "ada"),
        ("https://example.org/", "example.org", ""),
        ("https://x.com/%E2%80%AEevil%00%C2%85", "X", "evil"),
        ("https://x.com/%E2%80%8B", "X", ""),
    ],
)
def test_networks_are_named_by_their_own_site_only(url, name, member) -> None:
    assert (display.network(url), display.member(url)) == (name, member)


def test_mail_links_use_the_ascii_form_of_a_domain() -> None:
    assert display.mailto("ada@bücher.example") == "mailto:ada@xn--bcher-kva.example"
    assert display.mailto("a?b&c=d#e%f@example.com") == "mailto:a%3Fb%26c=d%23e%25f@example.com"


def test_a_number_of_no_known_country_is_shown_as_it_is() -> None:
    assert display.phone_text("+46701740605") == "+46 70 174 06 05"
    assert display.phone_text("12") == "12"


def test_addresses_leave_no_gap_for_what_is_missing() -> None:
    whole = Address(street="Kungsgatan 1\nPort B", postal_code="111 43", city="Stockholm", country="SE")
    assert display.address_lines(whole) == ["Kungsgatan 1", "Port B", "111 43 Stockholm", "Sweden"]
    assert display.address_lines(Address(city="London", postal_code="SW1Y", country="GB")) == [
        "London SW1Y",
        "United Kingdom",
    ]
    assert display.address_lines(Address.model_validate({"country": "ZZ"}, context=STORED)) == ["ZZ"]


def test_every_country_has_its_name() -> None:
    assert display.countries().keys() == CODES


def test_every_hue_has_its_style() -> None:
    for sheet in ("card", "site"):
        css = (ROOT / "web" / "styles" / f"{sheet}.css").read_text()
        assert {f"hue-{n}" for n in range(display.HUES)} <= set(re.findall("hue-[0-9]+", css))


def test_the_fullest_page_stays_small_and_asks_for_nothing() -> None:
    texts = [f"{word} {n}" for n, word in enumerate(Path(display.__file__).read_text().split())]
    content = CardContent.model_validate(
        {
            "name": "Wolfeschlegelsteinhausenbergerdorff " * 3,
            "title": " ".join(texts[:10]),
            "organisation": " ".join(texts[10:20]),
            "emails": [{"address": f"someone{n}@department{n}.example"} for n in range(5)],
            "phones": [{"number": f"+46 70 174 06 0{n}"} for n in range(5)],
            "website": "https://example.com/",
            "socialLinks": [{"url": f"https://network{n}.example/member{n * 7919}"} for n in range(10)],
            "companyText": " ".join(texts[20:260])[:2000],
            "videoLink": "https://video.example/v",
            "officeAddress": {"street": "Kungsgatan 1", "city": "Stockholm", "country": "SE"},
            "mapLink": "https://map.example/m",
            "productLinks": [{"label": f"Product {n}", "url": f"https://p{n}.example/"} for n in range(10)],
        }
    )
    url = "https://izwop.example/c/wolfeschlegelstein-k3x9ab"
    view = CardView(
        handle="wolfeschlegelstein-k3x9ab",
        uid="urn:uuid:00000000-0000-5000-8000-000000000000",
        version=1,
        published_at=datetime.now(UTC),
        content=content,
        code="",
    )
    html = render("card.html", style="card", view=view, url=url, vcf_url="/c/x.vcf", qr_svg=qr_svg(url))
    assert len(gzip.compress(html, 6)) <= 8 * 1024
    assert not NOT_ALLOWED.search(html.decode())

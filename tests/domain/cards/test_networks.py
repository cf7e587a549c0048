"""A social network has one name, on the page and in every file."""

import json

import pytest

from domain.cards.networks import network
from functions.cards.filters import member
from functions.cards.formats import FORMATS
from functions.cards.look.style import styles_of
from functions.framework.pages import render
from tests.card_views import URL, full_view


@pytest.mark.parametrize(
    ("url", "name", "who"),
    [
        ("https://www.linkedin.com/in/ada/", "LinkedIn", "ada"),
        ("https://de.linkedin.com/in/ada", "LinkedIn", "ada"),
        ("https://notlinkedin.com/ada", "notlinkedin.com", "ada"),
        ("https://linkedin.com.evil.example/ada", "linkedin.com.evil.example", "ada"),
        ("https://example.org/", "example.org", ""),
        ("https://x.com/%E2%80%AEevil%00%C2%85", "X", "evil"),
        ("https://x.com/%E2%80%8B", "X", ""),
        ("https://[::1", "", "x"),
    ],
)
def test_networks_are_named_by_their_own_site_only(url: str, name: str, who: str) -> None:
    assert network(url) == name
    if name:
        assert member(url) == who


def test_a_site_of_other_letters_is_named_in_them() -> None:
    view = full_view(socialLinks=[{"url": "https://bücher.example/ada"}])
    made = {form: FORMATS[form].write(view, URL, None).decode() for form in ("vcf", "v4.vcf", "txt")}
    for form in ("vcf", "v4.vcf"):
        lines = made[form].replace("\r\n ", "").replace(";CHARSET=UTF-8", "").split("\r\n")
        address = "https://xn--bcher-kva.example/ada"
        assert f"X-SOCIALPROFILE;TYPE=xn--bcher-kva.example:{address}" in lines
        assert any(line.endswith(".X-ABLabel:bücher.example") for line in lines)
    assert "bücher.example: https://" in made["txt"]


@pytest.mark.parametrize(
    ("url", "name", "kind"),
    [
        ("https://t.me/ada", "Telegram", "telegram"),
        ("https://wa.me/46701740605", "WhatsApp", "whatsapp"),
        ("https://www.bbc.co.uk/ada", "bbc.co.uk", "bbc.co.uk"),
        ("https://twitter.com/ada", "X", "x"),
        ("https://www.linkedin.com/in/ada", "LinkedIn", "linkedin"),
    ],
)
def test_the_page_and_the_files_call_a_network_the_same(url: str, name: str, kind: str) -> None:
    view = full_view(socialLinks=[{"url": url}])
    made = {
        form: kind.write(view, URL, None).decode()
        for form, kind in FORMATS.items()
        if not kind.content_type.startswith("image/")
    }
    page = render(
        "cards/card.html",
        styles=styles_of(view),
        view=view,
        url=URL,
        vcf_url="",
        qr_svg="",
        links={},
        schema=None,
    ).decode()
    assert f"<b>{name}<svg" in page
    for file in (made["vcf"], made["v4.vcf"]):
        lines = file.replace("\r\n ", "").split("\r\n")
        assert f"X-SOCIALPROFILE;TYPE={kind}:{url}" in lines
        assert any(line.endswith(f".X-ABLabel:{name}") for line in lines)
    lines = {line[0]: line for line in json.loads(made["jcard"])[1]}
    assert lines["socialprofile"] == ["socialprofile", {"service-type": kind}, "uri", url]
    assert json.loads(made["jscontact"])["onlineServices"] == {"s1": {"service": name, "uri": url}}

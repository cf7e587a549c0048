"""Links that pass a card on: what a mail program, WhatsApp and a phone read from them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from domain.sharing.ways import ways_to_share

URL = "https://izwop.test/c/ada"
NAMES = [
    "Ada Lovelace",
    'Ada "The Engine" O\'Neill & Sons <ada>',
    "100% Ada? #1 = a+b; c",
    "عادل إمام",
    "👩🏽‍💻" * 30,
    "A" * 120,
]


@pytest.mark.parametrize("name", NAMES)
def test_every_way_says_the_name_and_the_address_whatever_the_name(name: str) -> None:
    ways = ways_to_share(name, URL)
    message = f"{name}: {URL}"
    mail = urlsplit(ways.mail)
    assert (mail.scheme, mail.path) == ("mailto", "")
    assert parse_qs(mail.query, strict_parsing=True) == {"subject": [name], "body": [message]}
    whatsapp = urlsplit(ways.whatsapp)
    assert (whatsapp.scheme, whatsapp.netloc, whatsapp.path) == ("https", "wa.me", "/")
    assert parse_qs(whatsapp.query, strict_parsing=True) == {"text": [message]}
    assert ways.sms.startswith("sms:?&body=")
    assert parse_qs(ways.sms.partition("?&")[2], strict_parsing=True) == {"body": [message]}


@pytest.mark.parametrize("name", NAMES)
def test_a_link_has_no_character_that_ends_it(name: str) -> None:
    for link in ways_to_share(name, URL):
        assert link.isascii()
        assert not set(link) & set(" \"'<>`\\^{|}\n+#")

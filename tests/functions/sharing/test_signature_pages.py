"""The page of the e-mail signature, and the document in its frame, for owners, others and bad choices."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.sharing.signature import PARTS
from tests.functions.cards.test_api_cards import CONTENT, a_card, published, shown
from tests.functions.images.test_images import ready

FIELDS = {
    "title": "Countess",
    "organisation": "Analytical Engines",
    "phones": [{"kind": "mobile", "number": "+46701740605"}],
    "website": "https://example.com/a",
}


def frame_of(text: str) -> str:
    return html.unescape(re.search(r'<iframe[^>]* src="([^"]+)"', text)[1])


def plain_of(text: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]* data-text>([^<]*)</textarea>", text)[1])


def source_of(text: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]* data-html>([^<]*)</textarea>", text)[1])


@pytest.fixture
async def owner(signed_in):
    return await signed_in()


async def test_the_page_shows_what_it_copies_and_says_it_as_text(owner) -> None:
    made = (await published(owner, **FIELDS)).json()
    page = await owner.http.get(f"/my/cards/{made['id']}/signature")
    assert page.status_code == 200
    url = f"https://izwop.test/c/{made['handle']}"
    assert plain_of(page.text).splitlines() == [
        "Ada Lovelace", "Countess", "Analytical Engines", "+46 70 174 06 05", "ada@example.com",
        "https://example.com/a", url,
    ]  # fmt: skip
    alone = await owner.http.get(frame_of(page.text))
    assert source_of(page.text) in alone.text
    assert f'href="{url}"' in source_of(page.text)
    assert " style=" not in re.sub(r"(?s)<textarea.*?</textarea>", "", page.text)


async def test_the_document_may_have_styles_and_pictures_and_nothing_else(owner) -> None:
    made = (await published(owner)).json()
    answer = await owner.http.get(f"/my/cards/{made['id']}/signature.html")
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'", "style-src": "'unsafe-inline'", "img-src": "'self'", "form-action": "'none'",
        "base-uri": "'none'", "frame-ancestors": "'self'", "sandbox": "",
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    page = await owner.http.get(f"/my/cards/{made['id']}/signature")
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    assert "frame-src 'self'" in page.headers["content-security-policy"]


async def test_a_choice_holds_for_the_frame_the_text_and_the_form(owner) -> None:
    made = (await published(owner, **FIELDS)).json()
    page = await owner.http.get(f"/my/cards/{made['id']}/signature?chosen=1&phones=1&code=1")
    assert plain_of(page.text) == "Ada Lovelace\n+46 70 174 06 05"
    assert parse_qs(urlsplit(frame_of(page.text)).query) == {"chosen": ["1"], "phones": ["1"], "code": ["1"]}
    checked = re.findall(r'name="(\w+)" value="1" checked', page.text)
    assert checked == ["code", "phones"]
    assert f"{made['handle']}.qr.png" in source_of(page.text)


async def test_the_photo_is_the_public_jpeg_that_everybody_can_fetch(host, owner, client) -> None:
    photo = await ready(host, owner)
    made = (await published(owner, photo=photo["id"])).json()
    page = await owner.http.get(f"/my/cards/{made['id']}/signature?chosen=1&photo=1&code=1")
    sources = re.findall(r'src="(https://[^"]+)"', source_of(page.text))
    assert len(sources) == 2
    for source in sources:
        answer = await client().get(source)
        assert answer.status_code == 200
        assert answer.headers["content-type"] in ("image/jpeg", "image/png")


async def test_hidden_and_unpublished_values_are_not_in_it(owner) -> None:
    content = CONTENT | shown(title="Seen by all", bio="x", website="https://example.com/friends")
    content["audiences"] = content["audiences"] | {"website": "connections"}
    made = (await published(owner)).json()
    body = {"profileId": made["profileId"], "content": content}
    edited = await owner.api("PUT", f"cards/{made['id']}", json=body, headers={"If-Match": '"2"'})
    page = await owner.http.get(f"/my/cards/{made['id']}/signature?chosen=1&title=1&website=1")
    assert "Seen by all" not in page.text
    path = f"cards/{made['id']}/publication"
    assert (await owner.api("PUT", path, headers={"If-Match": edited.headers["etag"]})).status_code == 200
    every = "&".join(f"{part}=1" for part in PARTS)
    for address in ("signature", "signature.html"):
        page = await owner.http.get(f"/my/cards/{made['id']}/{address}?chosen=1&photo=1&{every}")
        assert "Seen by all" in page.text
        assert "example.com/friends" not in page.text
        assert 'name="website"' not in page.text


async def test_a_card_that_nobody_sees_has_no_signature_but_the_next_step(owner) -> None:
    draft = (await a_card(owner)).json()
    page = await owner.http.get(f"/my/cards/{draft['id']}/signature")
    assert page.status_code == 200
    assert f'href="/my/cards/{draft["id"]}/share"' in page.text
    assert "<iframe" not in page.text
    assert (await owner.http.get(f"/my/cards/{draft['id']}/signature.html")).status_code == 404


@pytest.mark.parametrize("address", ["signature", "signature.html", "share"])
async def test_a_foreign_card_looks_absent_and_a_stranger_signs_in(owner, signed_in, client, address) -> None:
    made = (await published(owner)).json()
    other = await signed_in()
    assert (await other.http.get(f"/my/cards/{made['id']}/{address}")).status_code == 404
    assert (await client().get(f"/my/cards/{made['id']}/{address}")).status_code == 303


@pytest.mark.parametrize(
    "query", ["chosen=%00", "chosen=1&title=%3Cscript%3E", "chosen=1&chosen=2&photo=" + "1" * 900]
)
async def test_a_choice_that_is_none_is_no_error(owner, query) -> None:
    made = (await published(owner)).json()
    page = await owner.http.get(f"/my/cards/{made['id']}/signature?{query}")
    assert page.status_code == 200
    assert "%3Cscript" not in page.text
    assert "<script>" not in page.text


async def test_a_hostile_name_stays_a_text_in_page_and_document(owner) -> None:
    name = "\"><script>alert(1)</script> O'Neill </textarea></iframe> عادل 👩🏽‍💻"
    made = (await published(owner, name=name)).json()
    page = await owner.http.get(f"/my/cards/{made['id']}/signature")
    assert plain_of(page.text).startswith(name)
    alone = await owner.http.get(f"/my/cards/{made['id']}/signature.html")
    for answer in (page, alone):
        assert "<script>alert" not in answer.text
        assert "</textarea></iframe>" not in answer.text

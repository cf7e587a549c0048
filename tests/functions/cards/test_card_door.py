"""The public door of a card, as strangers and their programs use it."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
import vobject
import zxingcpp
from PIL import Image, ImageDraw

import wiring.cards
from tests.functions.cards.test_api_cards import published


@pytest.fixture(scope="module")
async def card(signed_in):
    ada = await signed_in()
    return (await published(ada, title="Analyst", website="https://example.com")).json()


async def test_the_page_says_what_the_card_says_and_runs_only_the_share_sheet(card, client) -> None:
    answer = await client().get(f"/c/{card['handle']}", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Ada Lovelace" in answer.text
    assert scripts(answer.text) == SCRIPTS
    assert " style=" not in answer.text
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    [script] = re.findall("<script>(.*?)</script>", answer.text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert re.findall("script-src ([^;]*)", policy) == [f"'sha256-{digest}'"]


async def test_save_contact_is_a_vcard_with_a_file_name(card, client) -> None:
    answer = await client().get(f"/c/{card['handle']}.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["content-disposition"] == (
        f"inline; filename=\"{card['handle']}.vcf\"; filename*=UTF-8''Ada%20Lovelace.vcf"
    )
    contact = vobject.readOne(answer.text)
    assert contact.email.value == "ada@example.com"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("text/vcard", "text/vcard"),
        ("text/html;q=0.2, text/vcard;q=0.9", "text/vcard"),
        ("text/vcard;q=nonsense", "text/html"),
        ("image/png", "text/html"),
    ],
)
async def test_one_address_answers_what_accept_prefers(card, client, accept: str, media: str) -> None:
    answer = await client().get(f"/c/{card['handle']}", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(media)
    language = "Accept-Language, " if media == "text/html" else ""
    assert answer.headers["vary"] == f"Accept, {language}Cookie, Accept-Encoding"


async def test_the_page_has_its_labels_in_the_viewers_language(card, client) -> None:
    async with client() as stranger:
        path, pages = f"/c/{card['handle']}", {}
        for tag in ("en", "sv", "en", "sv"):
            headers = {
                "Accept-Language": tag,
                "If-None-Match": pages[tag].headers["etag"] if tag in pages else "",
            }
            answer = await stranger.get(path, headers=headers)
            assert answer.headers["content-language"] == tag
            assert answer.status_code == (304 if tag in pages else 200)
            pages.setdefault(tag, answer)
        assert pages["en"].headers["etag"] != pages["sv"].headers["etag"]
        assert [f'<html lang="{tag}"' in page.text for tag, page in pages.items()] == [True, True]
        files = [await stranger.get(f"{path}.vcf", headers={"Accept-Language": tag}) for tag in ("en", "sv")]
    assert files[0].headers["etag"] == files[1].headers["etag"]
    assert {"content-language", "accept-language"}.isdisjoint(files[1].headers)


async def test_the_qr_code_reads_back_as_the_cards_address(card, client) -> None:
    answer = await client().get(f"/c/{card['handle']}.qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    codes = zxingcpp.read_barcodes(drawn(answer.text))
    assert [code.text for code in codes] == [card["url"]]
    assert codes[0].ec_level == "H"


def drawn(svg: str) -> Image.Image:
    """Draw the horizontal strokes that segno writes (`M x y h n m dx dy h n …`), ten pixels a module."""
    size = int(svg.split('viewBox="0 0 ')[1].split(maxsplit=1)[0])
    picture = Image.new("L", (size * 10, size * 10), 255)
    brush = ImageDraw.Draw(picture)
    path = svg.split('stroke="#000" d="')[1].split('"', maxsplit=1)[0]
    for letter in "Mmh":
        path = path.replace(letter, f" {letter} ")
    words = io.StringIO(path.replace("-", " -")).read().split()
    x = y = 0.0
    while words:
        command = words.pop(0)
        if command == "h":
            length = float(words.pop(0))
            brush.rectangle([x * 10, (y - 0.5) * 10, (x + length) * 10 - 1, (y + 0.5) * 10 - 1], fill=0)
            x += length
        else:
            dx, dy = float(words.pop(0)), float(words.pop(0))
            x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
    return picture


async def test_an_unchanged_card_is_not_sent_again(card, client) -> None:
    for suffix in ("", ".vcf", ".qr.svg"):
        first = await client().get(f"/c/{card['handle']}{suffix}")
        again = await client().get(
            f"/c/{card['handle']}{suffix}", headers={"If-None-Match": f'W/{first.headers["etag"]}, "x"'}
        )
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == first.headers["etag"]
        other = await client().get(f"/c/{card['handle']}{suffix}", headers={"If-None-Match": '"other"'})
        assert other.status_code == 200


async def test_head_answers_the_same_headers_without_the_body(card, client) -> None:
    got = await client().get(f"/c/{card['handle']}")
    head = await client().head(f"/c/{card['handle']}")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("suffix", ["", ".vcf", ".qr.svg", ".exe", ".", "..", ".qr.png.svg"])
async def test_absent_and_unpublished_and_unknown_look_the_same(client, signed_in, suffix: str) -> None:
    from tests.functions.cards.test_api_cards import a_card  # noqa: PLC0415

    draft = (await a_card(await signed_in())).json()["handle"]
    answers = [await client().get(f"/c/{name}{suffix}") for name in (draft, "nobody-has-this-one")]
    bodies = [answer.json() | {"instance": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert sorted(answers[0].headers) == sorted(answers[1].headers)


async def test_a_person_who_finds_nothing_gets_a_page(client) -> None:
    answer = await client().get("/c/nobody-has-this-one", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_handle_is_found_however_it_is_capitalised(card, client) -> None:
    assert (await client().get(f"/c/{card['handle'].upper()}")).status_code == 200


# Data about the card, and the button of the share sheet.
SCRIPTS = ["application/ld+json", "text/javascript"]


def scripts(page: str) -> list[str]:
    """The types of the page's scripts, as a browser's parser finds them; data is no script to a browser."""

    class Reader(HTMLParser):
        found: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "script":
                self.found.append(dict(attrs).get("type") or "text/javascript")

    reader = Reader()
    reader.found = []
    reader.feed(page)
    return reader.found


def attributes(page: str) -> set[str]:
    names: set[str] = set()
    reader = HTMLParser()
    reader.handle_starttag = lambda _tag, attrs: names.update(name for name, _ in attrs)
    reader.feed(page)
    return names


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "-->]]>&lt;",
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_people_write_stays_text(signed_in, client, payload: str) -> None:
    card = (
        await published(
            await signed_in(), name=payload, title=payload, organisation=payload, companyText=payload,
            officeAddress={"street": payload, "city": payload}, productLinks=[{"label": payload, "url": "https://a.se"}],
        )
    ).json()  # fmt: skip
    page = (await client().get(f"/c/{card['handle']}")).text
    assert scripts(page) == SCRIPTS
    assert "<img src=x" not in page
    assert attributes(page).isdisjoint({"onmouseover", "onerror", "style"})
    assert "4949" not in page
    contact = vobject.readOne((await client().get(f"/c/{card['handle']}.vcf")).text)
    assert contact.fn.value == payload


async def test_outputs_of_many_cards_stay_within_the_memory_they_may_take(
    signed_in, client, monkeypatch
) -> None:
    from adapters import published_cache  # noqa: PLC0415 - the module that the host loaded

    limit = 100_000
    monkeypatch.setattr(published_cache, "MOST_DERIVED_BYTES", limit)
    ada, browser = await signed_in(), client()
    cache = wiring.cards.published()
    for _ in range(4):
        made = (await published(ada, title="Analyst")).json()
        for suffix in ("", ".vcf", ".json", ".qr.png", ".qr.svg", ".qr.svg?fg=112233"):
            for coding in ("br", "gzip", "identity"):
                answer = await browser.get(
                    f"/c/{made['handle']}{suffix}", headers={"Accept-Encoding": coding}
                )
                assert answer.status_code == 200
        sizes = [cached.derived.size for cached in cache._cards.values() if cached.derived]
        assert 0 < sum(sizes) <= limit
    # The most recently used card keeps its outputs.
    assert (await cache.take(made["handle"])).derived.size > limit // 4

"""Public pages: every link leads somewhere, versions stay readable, missing pages keep the navigation."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
from PIL import Image

from domain.cards.handles import MAX_LENGTH, MIN_LENGTH
from functions.site import text_files
from functions.site.text_files import TOPICS, versions
from functions.site.text_pages import SECURITY_EMAIL
from settings.site import Site
from tests.functions.cards.test_api_cards import published

ROOT = Path(__file__).parents[3]
HTML = {"Accept": "text/html"}
NAVIGATION = 'aria-label="Your iZwop"'
PUBLIC = [
    "/", "/help", *(f"/help/{topic}" for topic in TOPICS),
    "/privacy", *(f"/privacy/{version}" for version in versions("privacy")),
    "/terms", *(f"/terms/{version}" for version in versions("terms")),
]  # fmt: skip


def links_in(page: str) -> set[str]:
    """Addresses that a page leads to or shows."""
    found = set(re.findall(r'<(?:a|img|link|source|script)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"', page))
    return {each for each in found if not each.startswith(("mailto:", "tel:", "data:"))}


async def broken(browser: httpx.AsyncClient, start: list[str]) -> list[str]:
    """Links that lead nowhere on the site, on these pages and all that they lead to."""
    seen: dict[str, str] = {}
    waiting = [(each, "") for each in start]
    found = []
    while waiting:
        address, source = waiting.pop()
        path, anchor = urldefrag(address)
        if path not in seen:
            answer = await browser.get(path, headers=HTML)
            html = answer.headers["content-type"].startswith("text/html")
            seen[path] = answer.text if html else ""
            if answer.status_code not in (200, 303):
                found.append(f"{source} -> {path}: {answer.status_code}")
            inside = (urljoin(path, link) for link in links_in(seen[path]))
            waiting += [(link, path) for link in inside if link.startswith("/") and answer.is_success]
        if anchor and f'id="{anchor}"' not in seen[path]:
            found.append(f"{source} -> {address}: no such place")
    return found


@pytest.mark.parametrize("language", ["en", "sv"])
async def test_every_link_of_a_public_page_leads_somewhere(client, language) -> None:
    async with client() as browser:
        browser.headers["Accept-Language"] = language
        assert f'<html lang="{language}">' in (await browser.get("/privacy")).text
        assert await broken(browser, PUBLIC) == []


@pytest.mark.parametrize("link", ["/nowhere", "/help#nowhere"])
async def test_a_link_that_leads_nowhere_would_be_seen(client, link) -> None:
    async with client() as browser:
        assert len(await broken(browser, [link])) == 1


@pytest.mark.parametrize("address", PUBLIC)
async def test_a_public_page_has_a_title_and_sets_no_cookie(client, address) -> None:
    async with client() as browser:
        answer = await browser.get(address, headers=HTML)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
    assert len(re.findall(r"<h1[ >]", answer.text)) == 1
    assert NAVIGATION not in answer.text


async def test_the_help_lists_every_page_by_its_title(client) -> None:
    async with client() as browser:
        index = (await browser.get("/help")).text
        for topic in TOPICS:
            page = (await browser.get(f"/help/{topic}")).text
            assert f'<a href="/help/{topic}">{re.search("<h1>(.*)</h1>", page)[1]}</a>' in index
        assert (await browser.get("/help/nothing", headers=HTML)).status_code == 404
    files = {path.name.partition(".")[0] for path in (ROOT / "web/texts/help").iterdir()}
    assert files == set(TOPICS)


@pytest.mark.parametrize("shelf", ["privacy", "terms"])
async def test_a_version_stays_at_its_address(client, shelf) -> None:
    async with client() as browser:
        newest = (await browser.get(f"/{shelf}")).text
        for version in versions(shelf):
            answer = await browser.get(f"/{shelf}/{version}")
            assert answer.status_code == 200
            assert f"Version of <time>{version}</time>" in answer.text
            assert f'href="/{shelf}/{version}"' in newest
        assert (await browser.get(f"/{shelf}/1999-01-01", headers=HTML)).status_code == 404
        assert "Write to" in newest


def test_a_version_applies_from_its_day_on(monkeypatch) -> None:
    monkeypatch.setattr(text_files, "versions", lambda _shelf: ("2026-11-26", "2027-02-01", "2027-05-01"))
    for day, applies in [
        (date(2026, 1, 1), "2026-11-26"),
        (date(2027, 1, 31), "2026-11-26"),
        (date(2027, 2, 1), "2027-02-01"),
        (date(2030, 1, 1), "2027-05-01"),
    ]:
        assert text_files.current("privacy", day) == applies


async def test_security_txt_says_whom_to_tell_and_stays_valid(client) -> None:
    async with client() as browser:
        answer = await browser.get("/.well-known/security.txt")
        fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert fields["Canonical"] == str(answer.url)
        assert (await browser.get(fields["Policy"])).status_code == 200
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"}
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=90) < left < timedelta(days=365)
    assert fields["Contact"] == f"mailto:{SECURITY_EMAIL}"
    assert SECURITY_EMAIL in (ROOT / "SECURITY.md").read_text()


async def test_a_missing_page_keeps_the_navigation_of_who_is_signed_in(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    async with client() as stranger:
        for missing in (
            "/nowhere",
            "/c/nobody-here",
            "/my/cards/crd_nothing",
            f"/c/{card['handle']}.nothing",
        ):
            mine = await ada.http.get(missing, headers=HTML)
            assert (mine.status_code, NAVIGATION in mine.text) == (404, True), missing
            assert 'href="/my"' in mine.text
            theirs = await stranger.get(missing, headers=HTML)
            assert theirs.status_code in (303, 404), missing
            assert NAVIGATION not in theirs.text, missing
            assert 'href="/help"' in mine.text


async def test_a_missing_page_looks_the_same_whatever_is_missing(signed_in) -> None:
    """What was shown once answers alike for all reasons, and what never was answers 404."""
    ada, bob = await signed_in(), await signed_in()
    hidden = [await published(ada) for _ in range(2)]
    for shown, address in zip(hidden, ("publication", "pause"), strict=True):
        card = f"cards/{shown.json()['id']}/{address}"
        method = "DELETE" if address == "publication" else "PUT"
        answer = await ada.api(method, card, headers={"If-Match": shown.headers["etag"]})
        assert answer.is_success, answer.text
    pages = [await bob.http.get(f"/c/{shown.json()['handle']}", headers=HTML) for shown in hidden]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content
    never = [await bob.http.get(f"/c/{handle}", headers=HTML) for handle in ("nobody-here", "nor-here")]
    assert [page.status_code for page in never] == [404, 404]
    assert never[0].content == never[1].content


async def test_a_missing_page_is_told_while_the_store_is_down(signed_in, order) -> None:
    ada = await signed_in()
    await order({"match": {"path": "/docs"}, "action": "status", "status": 503, "times": 100})
    for address in ("/nowhere", "/help/nothing"):
        answer = await ada.http.get(address, headers=HTML)
        assert (answer.status_code, NAVIGATION in answer.text) == (404, False)
    assert (await ada.http.get("/privacy", headers=HTML)).status_code == 200


async def test_the_home_page_shows_an_example_only_where_there_is_one(client, monkeypatch) -> None:
    import settings.site  # noqa: PLC0415 - the module that the host loaded

    async with client() as browser:
        assert "See an example" not in (await browser.get("/")).text
        chosen = settings.site.load().model_copy(update={"example_handle": "ada"})
        monkeypatch.setattr(settings.site, "load", lambda: chosen)
        assert '<a class="button quiet" href="/c/ada">See an example</a>' in (await browser.get("/")).text


def test_pictures_of_the_example_are_light_and_have_the_shape_that_the_page_says() -> None:
    page = (ROOT / "web/templates/site/home.html").read_text()
    width, height = (int(re.search(rf'{side}="(\d+)"', page)[1]) for side in ("width", "height"))
    pictures = list((ROOT / "web/images").glob("*.webp"))
    assert {path.stem for path in pictures} == {"example", "example-dark"}
    for path in pictures:
        assert path.stat().st_size < 60_000
        with Image.open(path) as picture:
            assert picture.size == (2 * width, 2 * height)


def test_an_example_is_a_handle() -> None:
    pattern = Site.model_fields["example_handle"].metadata[0].pattern
    assert f"{{{MIN_LENGTH},{MAX_LENGTH}}}" in pattern

"""Icons, manifest and robots.txt, as browsers and robots ask for them."""

import io
import json
import re
import urllib.robotparser

import pytest
from PIL import Image

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("path", "form", "size"),
    [
        ("/favicon.ico", "ICO", 48),
        ("/apple-touch-icon.png", "PNG", 180),
        ("/icons/icon-192.png", "PNG", 192),
        ("/icons/icon-512.png", "PNG", 512),
        ("/icons/maskable-192.png", "PNG", 192),
        ("/icons/maskable-512.png", "PNG", 512),
    ],
)
async def test_an_icon_is_what_its_address_says(client, path: str, form: str, size: int) -> None:
    async with client() as stranger:
        answer = await stranger.get(path)
    assert answer.headers["cache-control"] == "public, max-age=86400"
    opened = Image.open(io.BytesIO(answer.content))
    assert (opened.format, opened.size) == (form, (size, size))
    types = {"ICO": "image/vnd.microsoft.icon", "PNG": "image/png"}
    assert answer.headers["content-type"] == types[form]


async def test_an_icon_is_found_whatever_the_host_header_says(client) -> None:
    async with client() as stranger:
        assert (await stranger.get("/favicon.ico?x=/", headers={"Host": "["})).status_code == 200


async def test_the_icons_that_systems_cut_reach_to_their_edges(client) -> None:
    async with client() as stranger:
        for name in ("maskable-512", "maskable-192"):
            icon = Image.open(io.BytesIO((await stranger.get(f"/icons/{name}.png")).content))
            side, blue = icon.width, (0x2B, 0x3F, 0x78)
            assert icon.mode == "RGB"
            assert {icon.getpixel((x, y)) for x in (0, side - 1) for y in (0, side - 1)} == {blue}
            # The sign lies in the circle of 80 % that no system cuts.
            sign = [
                (x - side / 2, y - side / 2)
                for x in range(side)
                for y in range(side)
                if icon.getpixel((x, y)) != blue
            ]
            assert max(x * x + y * y for x, y in sign) < (0.4 * side) ** 2


async def test_the_manifest_names_icons_that_are_there(client) -> None:
    async with client() as stranger:
        answer = await stranger.get("/manifest.webmanifest")
        assert answer.headers["content-type"] == "application/manifest+json"
        manifest = json.loads(answer.text)
        assert manifest["start_url"] == "/my/share"
        for icon in manifest["icons"]:
            found = Image.open(io.BytesIO((await stranger.get(icon["src"])).content))
            assert f"{found.width}x{found.height}" == icon["sizes"]
    assert {(icon["sizes"], icon.get("purpose", "any")) for icon in manifest["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }


async def test_the_frame_of_the_browser_has_the_colour_of_the_page(client) -> None:
    async with client() as stranger:
        home = (await stranger.get("/")).text
        manifest = json.loads((await stranger.get("/manifest.webmanifest")).text)
    light, dark = re.findall(r"--paper:(#[0-9a-f]{6})", (ROOT / "web/parts/tokens.css").read_text())
    for scheme, colour in (("light", light), ("dark", dark)):
        media = f"(prefers-color-scheme: {scheme})"
        assert f'<meta name="theme-color" content="{colour}" media="{media}">' in home
    assert (manifest["theme_color"], manifest["background_color"]) == (light, light)


@pytest.mark.parametrize("name", ["none.png", "%2e%2e%2fcountries.tsv", "favicon.svg/"])
async def test_any_other_name_is_not_found(client, name: str) -> None:
    async with client() as stranger:
        assert (await stranger.get(f"/icons/{name}")).status_code in (404, 405)


async def test_robots_may_read_cards_and_the_home_page_and_nothing_behind_the_sign_in(client) -> None:
    async with client() as stranger:
        answer = await stranger.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(answer.text.splitlines())
    allowed = ("/", "/c/ada", "/c/ada.og.jpg", "/icons/home.jpg", "/assets/edit.js")
    refused = ("/my", "/my/cards/crd_1", "/auth/login", "/api/v1/cards")
    assert [path for path in (*allowed, *refused) if rules.can_fetch("Googlebot", path)] == list(allowed)

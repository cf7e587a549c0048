"""The page of a card: its text, its structured data, and its size."""

import gzip
import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from adapters.drawing.link_preview import HEIGHT, WIDTH
from adapters.drawing.pictures import FORMS, rewrite
from adapters.drawing.qr import qr_svg
from bench.samples import fullest
from domain.cards.content import Address, CardContent
from domain.cards.links import links_of
from domain.formats.schema_org import script_text
from domain.visibility.view import ANYONE, CardView, view_for
from functions.cards.filters import address_lines
from functions.cards.look.style import styles_of
from functions.framework.assets import inline_script
from functions.framework.filters import language, languages
from functions.framework.pages import render
from functions.framework.texts import speaking
from tests.card_views import URL, full_view, view_of
from tests.readers import NpmReaders

# Opens a fetch, a script, or a style that the policy would stop: nothing of it may be on the page.
NOT_ALLOWED = re.compile(
    r'<script(?! type="application/ld\+json">)|<link rel=.stylesheet|\sstyle=|\son[a-z]+=|@import|url\('
)
HTML_BYTES, PAGE_BYTES = 8 * 1024, 16 * 1024


def page_of(view: CardView, url: str = URL, **changes: Any) -> str:
    links = {link: f"/c/{view.handle}/go/{key}" for key, link in links_of(view.content).items()}
    values: dict[str, Any] = {
        "view": view,
        "url": url,
        "vcf_url": f"/c/{view.handle}.vcf",
        "qr_svg": qr_svg(url),
        "links": links,
        "schema": script_text(view, url),
    }
    return render("cards/card.html", styles=styles_of(view), **values | changes).decode()


def json_ld(page: str) -> dict[str, Any]:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def meta(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page))


@pytest.fixture(scope="module")
def microformats():
    readers = NpmReaders()
    yield lambda page: readers.read("microformats", html=page, url=URL)["items"]
    readers.close()


def test_microformats_tell_the_whole_card(microformats) -> None:
    [card] = microformats(page_of(full_view()))
    assert card["type"] == ["h-card"]
    said = card["properties"]
    assert said["name"] == ["Ada King Lovelace"]
    assert said["pronouns"] == ["she/her"]
    assert said["job-title"] == ["Analyst, first of her kind"]
    assert said["org"][0]["type"] == ["h-card"]
    assert said["org"][0]["properties"]["name"] == ["Analytical; Engines, Ltd"]
    assert said["note"] == ["Poet of numbers;\nbackslash \\ friend"]
    assert said["email"] == ["mailto:ada@example.com", "mailto:al@example.org"]
    assert said["tel"] == ["+46 70 174 06 05", "+46 8 611 40 00", "+44 20 7946 0958"]
    assert said["uid"] == [URL]
    assert said["url"] == [
        URL,
        "https://example.com/a;b,c",
        "https://www.linkedin.com/in/ada",
        "https://github.com/ada",
    ]
    assert said["photo"] == [{"alt": "Ada King Lovelace", "value": "https://izwop.test/c/ada/photo.webp"}]
    assert said["logo"][0]["value"] == "https://izwop.test/c/ada/logo.webp"
    assert said["adr"][0]["type"] == ["h-adr"]
    assert said["adr"][0]["properties"] == {
        "street-address": ["Storgatan 1\nPlan 2"],
        "locality": ["Umeå"],
        "region": ["Västerbotten"],
        "postal-code": ["903 26"],
        "country-name": ["SE"],
    }


def test_a_card_of_nothing_but_a_name_is_whole(microformats) -> None:
    view = view_of(CardContent(name="Noor"))
    page = page_of(view)
    [card] = microformats(page)
    assert card["properties"].keys() == {"name", "uid", "url"}
    assert json_ld(page)["mainEntity"] == {"@type": "Person", "name": "Noor", "url": URL}
    assert "<img" not in page


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\"\\'", "&lt;"]
)
def test_json_ld_is_read_back_whatever_people_write(text) -> None:
    view = full_view(name=f"Ada {text} King", bio=f"{text}.\n{text}")
    page = page_of(view)
    person = json_ld(page)["mainEntity"]
    assert (person["name"], person["description"]) == (view.content.name, view.content.bio)
    assert not NOT_ALLOWED.search(page.replace(f"<script>{inline_script('pass_on.js')}</script>", "", 1))


def test_links_go_through_us_and_calls_and_mails_do_not() -> None:
    view = full_view()
    hrefs = set(re.findall(r'<a [^>]*href="([^"]*)"', page_of(view)))
    out = {f"/c/ada/go/{key}" for key in links_of(view.content)}
    calls = {"tel:+46701740605", "tel:+4686114000", "tel:+442079460958"}
    mails = {"mailto:ada@example.com", "mailto:al@example.org", "mailto:book@example.com"}
    assert hrefs == out | calls | mails | {"/", "/c/ada.vcf", "#scan"}


def test_an_icon_tells_what_a_product_link_does() -> None:
    links = ["https://shop.example.com/", "mailto:book@example.com", "tel:+46701740605"]
    page = page_of(full_view(productLinks=[{"label": "x", "url": link} for link in links]))
    products = page[page.index("Products and services") : page.index("Elsewhere")]
    assert re.findall(r'<use href="#(\w+)"', products) == ["bag", "mail", "call"]


def test_a_link_of_two_thousand_signs_is_named_in_a_line_or_two() -> None:
    link = "https://shop.example.com/" + "a" * 1900
    page = page_of(full_view(website=link, productLinks=[{"label": "x", "url": link}]))
    [website, product] = re.findall(r"<(?:b dir=.ltr.|small)>(shop\..*?)</", page)
    assert website == product
    assert website.replace("<wbr>", "") == f"shop.example.com/{'a' * 42}…"
    page = page_of(full_view(socialLinks=[{"url": f"https://x.com/{'e' * 1900}"}]))
    assert f'<small dir="auto">{"e" * 29}…</small>' in page


def test_a_host_reads_as_its_owner_writes_it() -> None:
    page = page_of(full_view(website="https://bücher.example/", mapLink="https://карта.example/"))
    text = re.sub("<[^>]*>", "", page)
    assert "bücher.example" in text
    assert "карта.example" in text
    assert "xn--" not in text.partition("</style>")[2]


@pytest.mark.parametrize("photo", [True, False])
def test_previews_of_its_link_always_have_the_picture_that_everybody_may_see(photo: bool) -> None:
    view = full_view()
    images = view.images if photo else {}
    found = meta(page_of(view.model_copy(update={"images": images})))
    assert found["og:image"] == f"{URL}.og.jpg"
    assert (found["og:image:width"], found["og:image:height"]) == (str(WIDTH), str(HEIGHT))
    assert found["og:image:alt"] == found["og:title"]
    assert (found["og:site_name"], found["twitter:card"]) == ("iZwop", "summary_large_image")
    assert found["description"] == found["og:description"]


def test_pictures_keep_their_place_while_they_load() -> None:
    tags = re.findall(r"<img [^>]*>", page_of(full_view()))
    assert len(tags) == 4
    for tag in tags:
        assert re.search(r' width="\d+" height="\d+"', tag), tag
        assert " alt=" in tag


def test_the_owners_draft_shows_its_pictures_through_the_owners_door() -> None:
    view = full_view()
    door = "/api/v1/images"
    page = page_of(view, preview="/my/cards/crd_1", pictures=door, framed=True, links={}, schema=None)
    sources = re.findall(r'<img [^>]*src="([^"]*)"', page)
    assert sorted(sources) == sorted(
        f"/api/v1/images/{image}/content"
        for image in (view.content.photo, view.content.logo, view.content.cover, view.content.company_image)
    )
    assert 'href="/c/ada.vcf"' not in page


def test_languages_call_themselves_by_their_own_names() -> None:
    assert [language(tag) for tag in ("sv", "en-GB", "pt-br", "zh-Hant-TW", "tlh")] == [
        "Svenska", "English", "Português (Brasil)", "繁體中文", "tlh",
    ]  # fmt: skip
    assert all(name.strip() == name != "" for name in languages().values())


def fullest_card() -> CardView:
    return view_for(fullest("ada"), ANYONE)


def test_the_fullest_page_stays_small_and_runs_nothing_but_its_share_sheet() -> None:
    page = page_of(fullest_card(), "https://izwop.example/c/wolfeschlegelstein-k3x9ab")
    weight = len(gzip.compress(page.encode(), 6))
    assert weight <= HTML_BYTES, weight
    assert not NOT_ALLOWED.search(page.replace(f"<script>{inline_script('pass_on.js')}</script>", "", 1))


def test_a_page_with_its_photo_is_two_small_answers() -> None:
    """A photo of pure noise is the hardest there is."""
    hardest = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise((700, 700), 90) for _ in range(3)]).save(hardest, "JPEG")
    made = rewrite(hardest.getvalue(), FORMS["photo"])
    view = fullest_card()
    view = view.model_copy(update={"images": {"photo": view.images["photo"]}})
    page = page_of(view)
    [source] = re.findall(r'<img [^>]*src="([^"]*)"', page)
    assert source == f"/c/ada/{view.images['photo'].files['small']}"
    small = next(data for form, _, data in made.files if form == "small")
    assert len(gzip.compress(page.encode(), 6)) + len(small) <= PAGE_BYTES


@pytest.mark.parametrize(("spoken", "own"), [(["ar", "en"], "ar"), (["sv"], "sv"), ([], "")])
def test_the_cards_own_words_are_in_its_language_and_the_labels_in_the_viewers(spoken, own) -> None:
    content = full_view().content.model_copy(update={"languages": spoken})
    with speaking("sv"):
        page = page_of(view_of(content))
    assert page.startswith('<!doctype html>\n<html lang="sv">')
    assert "Spara kontakt" in page
    for begin in ('<div class="names"', '<p class="title p-job-title"', '<p class="org p-org h-card"',
                  '<p class="said p-note" dir="auto"'):  # fmt: skip
        assert f'{begin} lang="{own}">' in page, begin
    heading = re.findall("<h2>Om (.*?)</h2>", page)[1]
    assert heading == f'<bdi lang="{own}">{content.organisation}</bdi>'


def test_the_country_of_an_office_is_named_in_the_viewers_language() -> None:
    address = Address.model_validate({"city": "Stockholm", "country": "SE"})
    with speaking("sv"):
        assert address_lines(address) == ["Stockholm", "Sverige"]

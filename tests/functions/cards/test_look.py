"""The look of a card over HTTP: through its page and through the API."""

import io
import re

import pytest
from PIL import Image

from domain.cards.look import SECTIONS, THEMES
from domain.cards.palette import palette_of
from tests.adapters.drawing.test_pictures import BOMBS
from tests.forms import SAME_SITE, Fields, fields_at, new_card, send
from tests.functions.cards.test_api_cards import a_card, handle, published


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


def picture(size: tuple[int, int] = (900, 300)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return file.getvalue()


async def chosen(person, path: str, **values: str) -> dict[str, str]:
    return offered((await person.http.get(f"{path}/look")).text, path) | values


def offered(page: str, path: str) -> dict[str, str]:
    return Fields(page, f"{path}/look").values


async def look_of(person, path: str) -> dict:
    card = await person.http.get(f"/api/v1/cards/{path.rpartition('/')[2]}")
    return card.json()["draft"]["look"]


async def put(person, made, **content: object):
    card = made.json()
    body = {"profileId": card["profileId"], "content": {**card["draft"], **content}}
    return await person.api(
        "PUT", f"cards/{card['id']}", json=body, headers={"If-Match": made.headers["etag"]}
    )


async def test_a_card_gets_a_colour_when_it_is_made_and_keeps_it_under_another_name(ada) -> None:
    made = await a_card(ada)
    look = made.json()["draft"]["look"]
    assert re.fullmatch("#[0-9a-f]{6}", look["colour"])
    assert made.json()["shownColour"] == {"colour": look["colour"], "reason": None}
    renamed = await ada.api(
        "PUT",
        f"cards/{made.json()['id']}/handle",
        json={"handle": handle()},
        headers={"If-Match": made.headers["etag"]},
    )
    assert renamed.json()["draft"]["look"] == look


async def test_a_program_that_knows_no_looks_loses_none(ada) -> None:
    look = {"theme": "night", "colour": "#d6249f", "order": ["code"]}
    made = await a_card(ada, look=look)
    without = {name: value for name, value in made.json()["draft"].items() if name != "look"}
    body = {"profileId": made.json()["profileId"], "content": {**without, "title": "Countess"}}
    path = f"cards/{made.json()['id']}"
    saved = await ada.api("PUT", path, json=body, headers={"If-Match": made.headers["etag"]})
    assert (saved.json()["draft"]["look"], saved.json()["draft"]["title"]) == (look, "Countess")


async def test_a_look_is_published_undone_and_copied_with_the_card(ada, client) -> None:
    first = await published(ada, look={"theme": "classic", "colour": "#1f5a7a"})
    changed = await put(ada, first, look={"theme": "letter", "colour": "#7a1f3d"})
    card, public = f"cards/{first.json()['id']}", f"/c/{first.json()['handle']}"

    async def page() -> str:
        async with client() as stranger:
            return (await stranger.get(public, headers={"Accept": "text/html"})).text

    assert ("--brand:#1f5a7a" in await page(), "ui-serif" in await page()) == (True, False)
    again = await ada.api("PUT", f"{card}/publication", headers={"If-Match": changed.headers["etag"]})
    assert ("--brand:#7a1f3d" in await page(), "ui-serif" in await page()) == (True, True)
    await ada.api("DELETE", f"{card}/publication/latest", headers={"If-Match": again.headers["etag"]})
    assert ("--brand:#1f5a7a" in await page(), "ui-serif" in await page()) == (True, False)
    copy = await ada.api("POST", f"{card}/copies", json={"handle": handle()})
    assert copy.json()["draft"]["look"]["theme"] == "letter"


async def test_a_colour_that_is_shown_darker_says_why(ada) -> None:
    made = await a_card(ada, look={"colour": "#ffcc00"})
    shown = made.json()["shownColour"]
    assert shown["colour"] == palette_of("#ffcc00").brand != "#ffcc00"
    assert shown["reason"] == "made darker so that white text on it can be read"
    page = (await ada.http.get(f"/my/cards/{made.json()['id']}/look")).text
    assert f"#ffcc00 is shown as {shown['colour']}, {shown['reason']}." in page


@pytest.mark.parametrize(
    ("look", "field", "code"),
    [
        ({"theme": "neon"}, "/content/look/theme", "invalid_choice"),
        ({"colour": "blue"}, "/content/look/colour", "invalid_colour"),
        ({"colour": "#1f5a7a}body{display:none"}, "/content/look/colour", "invalid_colour"),
        ({"order": ["code", "code"]}, "/content/look/order", "named_twice"),
        ({"order": ["code", "hobbies"]}, "/content/look/order/1", "invalid_choice"),
        ({"order": "code"}, "/content/look/order", "wrong_type"),
        ({"font": "Impact"}, "/content/look/font", "unknown_field"),
    ],
)
async def test_what_is_no_look_is_refused_with_its_field(ada, look, field, code) -> None:
    made = await a_card(ada)
    answer = await put(ada, made, look=look)
    assert answer.status_code == 422
    assert [(fault["field"], fault["code"]) for fault in answer.json()["errors"]] == [(field, code)]


async def test_a_look_is_chosen_without_a_script(ada, client) -> None:
    path = await new_card(ada)
    typed = await chosen(ada, path, theme="bold", colour="#d6249f")
    moved = await send(ada, f"{path}/look", {**typed, "then": "up 5"})
    assert "Not saved yet" in moved.text
    moved = await send(ada, f"{path}/look", {**offered(moved.text, path), "then": "down 0"})
    assert (await look_of(ada, path))["theme"] == "classic"
    fields = {**offered(moved.text, path), "then": "publish"}
    answer = await send(ada, f"{path}/look", fields)
    assert answer.headers["location"] == f"{path}/look?done=published", answer.text
    assert await look_of(ada, path) == {
        "theme": "bold",
        "colour": "#d6249f",
        "order": ["code", "contact", "about", "company", "links", "products", "office"],
    }
    assert "Your card is live." in (await ada.http.get(answer.headers["location"])).text
    again = await send(ada, f"{path}/look", fields)
    assert again.headers["location"] == f"{path}/look?done=published"


async def test_our_own_colours_can_be_chosen(ada) -> None:
    path = await new_card(ada)
    answer = await send(ada, f"{path}/look", await chosen(ada, path, plain="on"))
    assert answer.status_code == 303
    assert (await look_of(ada, path))["colour"] is None
    assert 'name="plain" value="1" checked' in (await ada.http.get(f"{path}/look")).text


async def test_the_texts_of_a_card_and_its_look_do_not_touch_each_other(ada) -> None:
    path = await new_card(ada, title="Countess")
    await send(ada, f"{path}/look", await chosen(ada, path, theme="soft"))
    await send(ada, path, {**await fields_at(ada, path), "title": "Analyst"})
    assert (await look_of(ada, path))["theme"] == "soft"
    await send(ada, f"{path}/look", await chosen(ada, path, theme="night"))
    assert (await fields_at(ada, path))["title"] == "Analyst"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"theme": "neon"}, "Theme is not one of the choices"),
        ({"colour": "blue"}, "Colour must be a colour like #1f5a7a"),
        ({"order-1": "contact"}, "Order names the section contact twice"),
        ({"order-1": "hobbies"}, "is not one of the choices"),
        ({"cover": "img_none"}, "Cover picture does not have the right form"),
        ({"audiences-cover": "nobody"}, "Who sees it is not one of the choices"),
    ],
)
async def test_a_form_that_is_wrong_names_the_field_and_loses_nothing(ada, sent, said) -> None:
    path = await new_card(ada)
    fields = await chosen(ada, path, **{"theme": "bold", "colour": "#d6249f", **sent})
    answer = await send(ada, f"{path}/look", fields)
    assert answer.status_code == 422
    assert said in answer.text
    if "theme" not in sent:
        assert 'value="bold" checked' in answer.text
    if "colour" not in sent:
        assert 'name="colour" value="#d6249f"' in answer.text
    assert (await look_of(ada, path))["theme"] == "classic"


@pytest.mark.parametrize("then", ["up 0", "down 6", "up 9", "up -1", "drop name", "nonsense", "up"])
async def test_a_button_that_is_not_ours_moves_nothing(ada, then) -> None:
    path = await new_card(ada)
    answer = await send(ada, f"{path}/look", await chosen(ada, path, then=then))
    assert answer.status_code == 200
    shown = Fields(answer.text, f"{path}/look").values
    assert [shown[f"order-{n}"] for n in range(len(SECTIONS))] == list(SECTIONS)


async def test_a_change_elsewhere_is_told_and_what_was_chosen_is_kept(ada) -> None:
    path = await new_card(ada)
    late = await chosen(ada, path, theme="letter")
    await send(ada, path, {**await fields_at(ada, path), "title": "Analyst"})
    answer = await send(ada, f"{path}/look", late)
    assert answer.status_code == 412
    assert 'value="letter" checked' in answer.text
    version = Fields(answer.text, f"{path}/look").values["version"]
    saved = await send(ada, f"{path}/look", {**late, "version": version})
    assert saved.status_code == 303
    assert (await look_of(ada, path))["theme"] == "letter"


async def test_the_look_of_a_foreign_card_is_absent_and_forged_forms_are_refused(ada, signed_in) -> None:
    path = await new_card(ada)
    bob = await signed_in()
    assert (await bob.http.get(f"{path}/look")).status_code == 404
    fields = await chosen(ada, path, theme="night")
    own = await chosen(bob, await new_card(bob))
    assert (await send(bob, f"{path}/look", {**fields, "csrf": own["csrf"]})).status_code == 404
    assert (await send(ada, f"{path}/look", {**fields, "csrf": own["csrf"]})).status_code == 403
    assert (await look_of(ada, path))["theme"] == "classic"


async def with_cover(person, path: str, content: bytes, **values: str):
    fields = await chosen(person, path, **{"then": "upload cover", **values})
    files = {"cover-file": ("cover.png", content, "image/png")}
    return await person.http.post(f"{path}/look", data=fields, files=files, headers=SAME_SITE)


async def test_a_cover_is_shown_above_the_name(ada, client, host) -> None:
    path = await new_card(ada)
    sent = await with_cover(ada, path, picture(), theme="banner")
    assert sent.status_code == 200, sent.text
    assert "It is being made ready" in sent.text
    await host.drain_queue("images")
    fields = {**offered(sent.text, path), "then": "publish"}
    answer = await send(ada, f"{path}/look", fields)
    assert answer.headers["location"] == f"{path}/look?done=published", answer.text
    kept = await fields_at(ada, path)
    await send(ada, path, {**kept, "title": "Analyst", "then": "publish"})
    card = await ada.http.get(f"/api/v1/cards/{path.rpartition('/')[2]}")
    public = f"/c/{card.json()['handle']}"
    async with client() as stranger:
        page = (await stranger.get(public, headers={"Accept": "text/html"})).text
        source = re.search(rf'<img class="cover" src="({public}/[0-9a-f]{{32}}\.webp)" width="900"', page)[1]
        assert (await stranger.get(source)).status_code == 200
        assert page.index("cover") < page.index("<h1")
    dropped = await send(ada, f"{path}/look", await chosen(ada, path, then="drop cover"))
    assert Fields(dropped.text, f"{path}/look").values["cover"] == ""


async def test_a_bomb_of_a_cover_is_refused_and_the_card_stays_as_it_is(ada, host) -> None:
    path = await new_card(ada)
    sent = await with_cover(ada, path, BOMBS["png 30000"]())
    await host.drain_queue("images")
    fields = {**offered(sent.text, path), "then": "look"}
    looked = await send(ada, f"{path}/look", fields)
    assert "Not taken: the picture has more than 16 million pixels" in looked.text
    late = await send(ada, f"{path}/look", {**fields, "then": "publish"})
    assert late.status_code == 422
    assert "Choose another one, or remove it" in late.text
    assert (await fields_at(ada, path))["cover"] == ""


async def test_a_refused_cover_takes_no_good_one_away(ada, host) -> None:
    path = await new_card(ada)
    sent = await with_cover(ada, path, picture())
    await host.drain_queue("images")
    await send(ada, f"{path}/look", {**offered(sent.text, path), "then": "save"})
    good = (await fields_at(ada, path))["cover"]
    sent = await with_cover(ada, path, BOMBS["png 30000"]())
    assert "Until then the one you had stays" in sent.text
    await host.drain_queue("images")
    late = await send(ada, f"{path}/look", {**offered(sent.text, path), "then": "save"})
    assert "Not taken: the picture has more than 16 million pixels" in late.text
    assert offered(late.text, path)["cover"] == good != ""
    assert (await send(ada, f"{path}/look", {**offered(late.text, path), "then": "save"})).status_code == 303
    assert (await fields_at(ada, path))["cover"] == good


async def test_a_cover_that_is_too_large_is_told_at_its_field(ada) -> None:
    path = await new_card(ada)
    sent = await with_cover(ada, path, b"\x89PNG" + bytes(5_000_001))
    assert sent.status_code == 422
    assert "choose a smaller one" in sent.text
    nothing = await send(ada, f"{path}/look", await chosen(ada, path, then="upload cover"))
    assert "Choose a file first" in nothing.text


async def test_every_theme_and_section_has_its_name(ada) -> None:
    page = (await ada.http.get(f"{await new_card(ada)}/look")).text
    assert re.findall(r'name="theme" value="(\w+)"', page) == list(THEMES)
    assert re.findall(r'name="order-\d" value="(\w+)"', page) == list(SECTIONS)

"""A whole card in `/my`: audiences, pictures, life cycle, and visits."""

import asyncio
import io
import re
import secrets
from datetime import UTC, datetime

import pytest
from PIL import Image

from domain.cards.content import SINGLE_FIELDS
from functions.framework.callers import MAX_FORM_FIELDS
from tests.forms import SAME_SITE, Fields, address_of, fields_at, new_card, publish, send
from tests.functions.cards.test_api_cards import NOT_SHOWN

HIDDEN = "Only for connections"


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


def picture(kind: str = "PNG", size: tuple[int, int] = (96, 72)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


async def change(person, path: str, what: str):
    page = f"{path}/settings" if what in ("pause", "resume", "undo") else f"{path}/share"
    action = f"{path}/publication/{what}"
    return await send(person, action, await fields_at(person, page, action))


async def test_every_field_keeps_its_audience(ada) -> None:
    typed = {
        "pronouns": "she/her", "audiences-pronouns": "signed_in", "bio": "Numbers\nand poetry",
        "audiences-bio": "connections", "languages-0": "en", "languages-1": "zh-Hant",
        "audiences-languages": "private", "title": "Countess", "audiences-title": "connections",
        "phones-0-number": "+44 20 7946 0958", "phones-0-kind": "work", "phones-0-label": "Reception",
        "phones-0-audience": "signed_in", "emails-0-address": "ada@example.com", "emails-0-kind": "home",
        "emails-0-label": "Evenings", "emails-0-audience": "private",
        "socialLinks-0-url": "https://example.com/a", "socialLinks-0-audience": "connections",
        "productLinks-0-label": "Engine", "productLinks-0-url": "https://example.com/e",
        "productLinks-0-audience": "signed_in", "officeAddress-city": "London",
        "audiences-officeAddress": "private",
    }  # fmt: skip
    path = await new_card(ada)
    answer = await send(ada, path, {**await fields_at(ada, path), **typed})
    assert answer.status_code == 303, answer.text
    shown = await fields_at(ada, path)
    assert {name: shown[name] for name in typed} == typed


async def test_a_new_card_proposes_everyone_and_pronouns_to_nobody(ada) -> None:
    shown = await fields_at(ada, await new_card(ada))
    proposed = {
        name.removeprefix("audiences-"): shown[name] for name in shown if name.startswith("audiences-")
    }
    assert proposed.pop("pronouns") == "private"
    assert set(proposed.values()) == {"public"}
    assert len(proposed) == len(SINGLE_FIELDS) - 1


async def test_a_preview_shows_each_viewer_only_their_part(ada) -> None:
    path = await new_card(ada)
    typed = {"title": HIDDEN, "audiences-title": "connections"}
    await send(ada, path, {**await fields_at(ada, path), **typed})
    seen = {
        viewer: HIDDEN in (await ada.http.get(f"{path}/preview?as={viewer}")).text
        for viewer in ("anyone", "signed_in", "connections", "nonsense")
    }
    assert seen == {"anyone": False, "signed_in": False, "connections": True, "nonsense": False}


async def test_what_is_typed_can_be_looked_at_unsaved_and_with_faults(ada) -> None:
    path = await new_card(ada)
    typed = {"name": " ", "title": "Not saved", "phones-0-number": "12", "website": "nonsense"}
    fields = {**await fields_at(ada, path), **typed}
    answer = await send(ada, f"{path}/preview?framed=1&as=anyone", fields)
    assert answer.status_code == 200
    assert "Not saved" in answer.text
    assert "Ada Lovelace" in answer.text
    assert "Back to editing" not in answer.text
    barred = await send(ada, f"{path}/preview?as=signed_in", fields)
    assert "Your draft, as seen by" in barred.text
    back = Fields(barred.text, f"{path}/preview").values
    assert {name: back[name] for name in typed} == typed
    again = await send(ada, path, {**back, "then": "look"})
    assert "Not saved yet." in again.text
    assert Fields(again.text, path).values.items() >= typed.items()
    assert (await fields_at(ada, path))["title"] == ""
    forged = await send(ada, f"{path}/preview", fields | {"csrf": "0" * 64})
    assert forged.status_code == 403


async def test_what_is_published_is_seen_as_a_stranger_sees_it_wherever_that_is_offered(ada) -> None:
    path = await new_card(ada, title="Published")
    typed = {"audiences-title": "public", "organisation": HIDDEN, "audiences-organisation": "signed_in"}
    await publish(ada, path, **typed)
    await send(ada, path, {**await fields_at(ada, path), "title": "Still a draft"})
    as_others = f"{path}/preview?of=published"
    for page in (f"{path}?done=published", f"{path}/look?done=published", f"{path}/share", "/my/cards"):
        assert f'href="{as_others}"' in (await ada.http.get(page)).text, page
    shown = (await ada.http.get(as_others)).text
    assert "Published, as seen by" in shown
    assert '<b aria-current="true">Anyone</b>' in shown
    assert "Still a draft" not in shown
    assert HIDDEN not in shown
    for link in (f"{path}/preview?of=published&amp;as=signed_in", path, f"{path}/share"):
        assert f'href="{link}"' in shown
    assert HIDDEN in (await ada.http.get(f"{as_others}&as=signed_in")).text


async def test_rows_move_up_and_grow_without_a_script_and_without_saving(ada) -> None:
    path = await new_card(ada)
    typed = {"phones-0-number": "+44 20 7946 0001", "title": "Kept"}
    first = {**await fields_at(ada, path), **typed, "then": "add phones"}
    fields = Fields((await send(ada, path, first)).text, path).values | {
        "phones-1-number": "+44 20 7946 0002"
    }
    moved = Fields((await send(ada, path, {**fields, "then": "up phones 1"})).text, path).values
    assert (moved["phones-0-number"], moved["phones-1-number"]) == ("+44 20 7946 0002", "+44 20 7946 0001")
    assert "phones-2-number" not in moved
    back = Fields((await send(ada, path, {**moved, "then": "down phones 0"})).text, path).values
    assert back["phones-0-number"] == "+44 20 7946 0001"
    grown = Fields((await send(ada, path, {**moved, "then": "add phones"})).text, path).values
    assert grown["phones-2-number"] == ""
    assert grown["title"] == "Kept"
    assert (await fields_at(ada, path))["title"] == ""
    assert (await send(ada, path, {**grown, "then": "save"})).status_code == 303
    assert (await fields_at(ada, path))["phones-0-number"] == "+44 20 7946 0002"


@pytest.mark.parametrize(
    "then",
    [
        "up phones 9",
        "up name 0",
        "up phones -1",
        f"up emails {'9' * 5000}",
        "drop name",
        "nonsense",
        "up",
        "add x",
    ],
    ids=lambda then: then[:12],
)
async def test_a_button_that_is_not_ours_changes_nothing(ada, then) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    answer = await send(ada, path, {**fields, "then": then})
    assert answer.status_code == 200
    shown = Fields(answer.text, path).values
    assert shown | {"csrf": fields["csrf"]} == fields  # of which every page has another


async def upload(person, path: str, fields: dict[str, str], content: bytes, field: str = "photo"):
    files = {f"{field}-file": ("me.png", content, "image/png")}
    data = {"then": f"upload {field}", **fields}
    return await person.http.post(path, data=data, files=files, headers=SAME_SITE)


async def test_a_photo_is_sent_without_script_and_nothing_typed_is_lost(ada, client, host) -> None:
    path = await new_card(ada)
    typed = {"title": "Typed before the photo", "phones-0-number": "12"}
    answer = await upload(ada, path, {**await fields_at(ada, path), **typed}, picture())
    assert answer.status_code == 200, answer.text
    shown = Fields(answer.text, path).values
    assert {name: shown[name] for name in typed} == typed
    assert "It is being made ready" in answer.text
    await host.drain_queue("images")
    looked = await send(ada, path, {**shown, "then": "look"})
    assert f'<img src="/api/v1/images/{shown["photo"]}/content"' in looked.text
    assert "Ready. Save to keep it." in looked.text
    public = await publish(ada, path, **{**shown, "phones-0-number": ""})
    async with client() as stranger:
        page = await stranger.get(public, headers={"Accept": "text/html"})
        source = re.search(rf'<img[^>]*src="({public}/[0-9a-f]{{32}}\.[a-z]+)"', page.text)[1]
        assert (await stranger.get(source)).status_code == 200
    dropped = Fields((await send(ada, path, {**await fields_at(ada, path), "then": "drop photo"})).text, path)
    assert dropped.values["photo"] == ""


async def test_a_photo_that_is_not_ready_keeps_the_card_from_being_published(ada, host, monkeypatch) -> None:
    from functions.cards import frame as my_cards  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(my_cards, "READY_SECONDS", 0.0)
    path = await new_card(ada)
    uploaded = await upload(ada, path, await fields_at(ada, path), picture())
    shown = Fields(uploaded.text, path).values
    early = await send(ada, path, {**shown, "then": "publish"})
    assert (early.status_code, Fields(early.text, path).invalid) == (422, {"photo-file"})
    assert "Photo is not ready yet" in early.text
    by_button = await change(ada, path, "publish")
    assert by_button.headers["location"] == f"{path}?done=picture-not-ready"
    await host.drain_queue("images")
    again = await send(ada, path, {**Fields(early.text, path).values, "then": "publish"})
    assert again.headers["location"] == f"{path}?done=published"


@pytest.mark.parametrize("button", ["save", "publish", "add phones"])
async def test_a_chosen_file_is_taken_whatever_the_button(ada, client, host, button) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path), "then": button}
    sending = asyncio.create_task(upload(ada, path, fields, picture()))
    while not sending.done():
        await host.drain_queue("images")
    answer = await sending
    if button == "publish":
        assert answer.headers["location"] == f"{path}?done=published"
    else:
        await host.drain_queue("images")
        page = answer.text if button == "add phones" else (await ada.http.get(path)).text
        await publish(ada, path, **Fields(page, path).values)
    async with client() as stranger:
        public = await address_of(ada, path)
        assert f'src="{public}/' in (await stranger.get(public, headers={"Accept": "text/html"})).text


async def test_the_button_pressed_twice_publishes_once_and_says_so(ada) -> None:
    path = await new_card(ada, title="Countess")
    phone = {"phones-0-number": "+44 20 7946 0958", "phones-0-label": "Reception"}
    fields = {**await fields_at(ada, path), **phone, "then": "publish"}
    answers = [await send(ada, path, fields) for _ in range(2)]
    assert [answer.headers.get("location") for answer in answers] == [f"{path}?done=published"] * 2
    late = await send(ada, path, {**fields, "title": "Late"})
    assert late.status_code == 412
    said = late.text.partition('id="newer"')[2].partition("</dl>")[0]
    assert re.findall("<dt>([^<]+)", said) == ["Title"]


async def test_no_picture_is_made_for_a_card_that_is_not_there(ada, signed_in, host) -> None:
    other = await signed_in()
    theirs = await new_card(other)
    fields = await fields_at(ada, await new_card(ada))
    await host.drain_queue("images")
    for path in (theirs, "/my/cards/crd_x"):
        assert (await upload(ada, path, fields, picture())).status_code == 404
    assert await host.drain_queue("images") == 0


async def test_a_picture_that_is_none_is_refused_with_its_reason(ada, host) -> None:
    path = await new_card(ada)
    answer = await upload(ada, path, await fields_at(ada, path), b"<svg onload='alert(1)'/>", "logo")
    shown = Fields(answer.text, path).values
    await host.drain_queue("images")
    looked = await send(ada, path, {**shown, "then": "look"})
    assert "Not taken: the file is not a JPEG, PNG or WebP picture" in looked.text


@pytest.mark.parametrize("size", [5_000_001, 9_000_000])
async def test_a_picture_that_is_too_large_is_said_beside_it(ada, size) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path), "title": "Still here"}
    answer = await upload(ada, path, fields, b"\xff" * size)
    assert answer.status_code == 422
    assert "larger than 5 MB" in answer.text
    shown = Fields(answer.text, path)
    assert (shown.values["title"], shown.values["photo"]) == ("Still here", "")
    assert shown.invalid == {"photo-file"}


async def test_two_pictures_at_once_are_two_images_and_the_last_save_wins(ada, host) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    answers = await asyncio.gather(*(upload(ada, path, fields, picture(size=(96, n))) for n in (64, 72)))
    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (Fields(answer.text, path).values for answer in answers)
    assert first["photo"] != second["photo"]
    await host.drain_queue("images")
    assert (await send(ada, path, {**first, "then": "save"})).status_code == 303
    assert (await send(ada, path, {**second, "then": "save"})).status_code == 412
    assert (await fields_at(ada, path))["photo"] == first["photo"]


async def test_a_body_without_end_is_refused_unread(ada) -> None:
    path = await new_card(ada)
    answer = await upload(ada, path, await fields_at(ada, path), b"x" * (33 * 1024 * 1024))
    assert answer.status_code == 413
    many = {f"f{n}": "x" for n in range(MAX_FORM_FIELDS + 20)}
    assert (await upload(ada, path, many, b"x")).status_code == 400
    assert (await upload(ada, path, {"bio": "x" * 300_000}, b"x")).status_code == 400


async def test_a_picture_of_somebody_else_is_never_shown(ada, signed_in, host, client) -> None:
    path = await new_card(ada)
    uploaded = await upload(ada, path, await fields_at(ada, path), picture())
    image = Fields(uploaded.text, path).values["photo"]
    await host.drain_queue("images")
    other = await signed_in()
    theirs = await new_card(other)
    looked = await send(other, theirs, {**await fields_at(other, theirs), "photo": image, "then": "look"})
    assert f"/api/v1/images/{image}/content" not in looked.text
    taken = await send(other, theirs, {**await fields_at(other, theirs), "photo": image, "then": "publish"})
    assert taken.status_code == 422


async def test_no_file_is_asked_for_and_an_odd_body_is_refused(ada) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    assert "Choose a file first" in (await upload(ada, path, fields, b"")).text
    for kind, body, status in [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n", 400),
        ("multipart/form-data; boundary=\xe5".encode("latin-1"), b"x", 400),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
            403,
        ),
        ("application/json", b"{}", 415),
    ]:
        headers = {**SAME_SITE, "Content-Type": kind}
        answer = await ada.http.post(path, content=body, headers=headers)
        assert answer.status_code == status, (kind, answer.text)
    forged = await upload(ada, path, {**fields, "csrf": "x"}, picture())
    assert forged.status_code == 403


async def test_a_photo_sent_after_the_session_shows_what_was_typed(ada) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path), "bio": "An hour of work"}
    await ada.http.post("/auth/logout", data={"csrf": ada.csrf}, headers=SAME_SITE)
    answer = await upload(ada, path, fields, picture())
    assert answer.status_code == 401
    assert "An hour of work" in answer.text


async def test_a_card_is_paused_and_shown_again(ada, client) -> None:
    path = await new_card(ada)
    public = await publish(ada, path)
    async with client() as stranger:
        assert (await change(ada, path, "pause")).status_code == 303
        assert NOT_SHOWN in (await stranger.get(public)).text
        assert ">Paused<" in (await ada.http.get("/my/cards")).text
        assert "This card is paused" in (await ada.http.get(f"{path}/share")).text
        assert (await change(ada, path, "resume")).status_code == 303
        assert (await stranger.get(public)).status_code == 200


async def test_the_last_publication_is_undone(ada, client) -> None:
    path = await new_card(ada, title="First")
    public = await publish(ada, path)
    await publish(ada, path, title="Mistake")
    assert (await change(ada, path, "undo")).status_code == 303
    async with client() as stranger:
        page = (await stranger.get(public, headers={"Accept": "text/html"})).text
    assert "First" in page
    assert "Mistake" not in page
    assert (await fields_at(ada, path))["title"] == "Mistake"
    again = await send(ada, f"{path}/publication/undo", {"csrf": ada.csrf, "version": "1"})
    assert again.status_code == 412


async def test_a_renamed_card_is_found_under_both_names(ada, client) -> None:
    path = await new_card(ada)
    public = await publish(ada, path)
    fields = await fields_at(ada, f"{path}/settings", f"{path}/rename")
    refused = await send(ada, f"{path}/rename", {**fields, "handle": "a b"})
    assert (refused.status_code, Fields(refused.text, f"{path}/rename").values["handle"]) == (422, "a b")
    name = f"renamed-{secrets.token_hex(4)}"
    assert (await send(ada, f"{path}/rename", {**fields, "handle": name})).status_code == 303
    stale = await send(ada, f"{path}/rename", {**fields, "handle": "another-one"})
    assert (stale.status_code, Fields(stale.text, f"{path}/rename").values["handle"]) == (412, "another-one")
    async with client() as stranger:
        moved = await stranger.get(public)
        assert (moved.status_code, moved.headers["location"]) == (308, f"/c/{name}")
        assert (await stranger.get(f"/c/{name}")).status_code == 200
    other = await new_card(ada)
    fields = await fields_at(ada, f"{other}/settings", f"{other}/rename")
    taken = await send(ada, f"{other}/rename", {**fields, "handle": name})
    assert Fields(taken.text, f"{other}/rename").invalid == {"handle"}


async def test_a_copy_is_made_once_and_says_the_same(ada) -> None:
    path = await new_card(ada, title="Countess")
    fields = await fields_at(ada, f"{path}/settings", f"{path}/duplicate")
    answers = [await send(ada, f"{path}/duplicate", fields) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    copy = answers[0].headers["location"].partition("?")[0]
    assert copy != path
    assert (await fields_at(ada, copy))["title"] == "Countess"


async def test_a_deleted_card_is_gone_and_its_name_is_never_given_again(ada, client) -> None:
    path = await new_card(ada)
    public = await publish(ada, path)
    asked = await ada.http.get(f"{path}/delete")
    assert "For 24 hours you can take it back" in asked.text
    assert (await ada.http.get(public)).status_code == 200
    fields = Fields(asked.text, f"{path}/delete").values
    gone = await send(ada, f"{path}/delete", fields)
    assert gone.headers["location"] == f"/my/cards?done=deleted&card={path.removeprefix('/my/cards/')}"
    async with client() as stranger:
        assert NOT_SHOWN in (await stranger.get(public)).text
    assert (await ada.http.get(path)).status_code == 404
    new = {**await fields_at(ada, "/my/new-card"), "name": "Ada", "handle": public.removeprefix("/c/")}
    assert (await send(ada, "/my/new-card", new)).status_code == 409


async def test_a_profile_is_deleted_only_without_cards(ada) -> None:
    path = await new_card(ada)
    profile = (await ada.api("GET", "profiles")).json()["data"][0]["id"]
    action = f"/my/account/profiles/{profile}"
    fields = await fields_at(ada, "/my/account", action)
    used = await send(ada, f"{action}/delete", fields)
    assert (used.status_code, "This profile has cards" in used.text) == (409, True)
    by_api = await ada.api("DELETE", f"profiles/{profile}", headers={"If-Match": '"1"'})
    assert (by_api.status_code, by_api.json()["code"]) == (409, "profile_in_use")
    assert (await ada.api("DELETE", f"profiles/{profile}")).status_code == 428
    await send(ada, f"{path}/delete", await fields_at(ada, f"{path}/delete"))
    assert (await send(ada, f"{action}/delete", {**fields, "version": "9"})).status_code == 412
    assert (await send(ada, f"{action}/delete", fields)).status_code == 303
    assert (await ada.api("GET", "profiles")).json()["data"] == []


async def test_another_browser_is_signed_out_from_here(ada, signed_in) -> None:
    other = await signed_in(ada.name)
    page = (await ada.http.get("/my/account")).text
    assert page.count("This browser") == 1
    fields = Fields(page, "/my/account/sessions").values
    stranger = await signed_in()
    theirs = await send(stranger, "/my/account/sessions", {**fields, "csrf": stranger.csrf})
    assert theirs.status_code == 303
    assert (await other.http.get("/my")).status_code == 200
    assert (await send(ada, "/my/account/sessions", fields)).status_code == 303
    assert (await other.http.get("/my")).status_code == 303
    assert (await ada.http.get("/my")).status_code == 200


async def test_visits_are_shown_as_bars_and_in_a_table(ada, client, host) -> None:
    path = await new_card(ada)
    assert "Publish it and share it" in (await ada.http.get(f"{path}/counts")).text
    public = await publish(ada, path, website="https://example.com/shop")
    assert "No visits in these 30 days" in (await ada.http.get(f"{path}/counts")).text
    browser = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
    async with client() as stranger:
        page = await stranger.get(public, headers={"Accept": "text/html", **browser})
        await stranger.get(public, headers={"Accept": "text/html", **browser})
        await stranger.get(re.search(rf'href="({public}/go/[0-9a-f]+)"', page.text)[1], headers=browser)
    await host.drain_queue("visits")
    shown = await ada.http.get(f"{path}/counts?days=90")
    assert "Views: 2 in 90 days" in shown.text
    today = datetime.now(UTC)
    assert f"most on {today.day} {today:%B} with 2" in shown.text
    assert "<rect" in shown.text
    assert "style=" not in shown.text
    assert ">example.com/shop</bdi></th>" in shown.text
    # The days, and the link.
    assert shown.text.count('<th scope="row"') == 91


async def test_a_script_is_kept_for_ever_under_a_name_of_its_text(ada, client) -> None:
    path = await new_card(ada)
    page = await ada.http.get(path)
    address = re.search(r'<script src="(/assets/edit\.[0-9a-f]{12}\.js)"', page.text)[1]
    async with client() as stranger:
        script = await stranger.get(address)
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert (await stranger.get("/assets/edit.000000000000.js")).status_code == 404
        assert (await stranger.get("/assets/edit.js")).status_code == 404
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'; " in policy
    assert "style-src 'self'; " in policy

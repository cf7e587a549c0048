"""A new picture in the edit form never takes a good one away before it is ready. All without script."""

import asyncio
import io
import re

import pytest
from PIL import Image

from tests.forms import Fields, fields_at, new_card, publish, send
from tests.functions.cards.test_my_whole_card import picture, upload

HTML = {"Accept": "text/html"}


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


@pytest.fixture
def no_wait(monkeypatch) -> None:
    from functions.cards import frame  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(frame, "READY_SECONDS", 0.0)


async def with_photo(person, host) -> tuple[str, str]:
    """A published card with a photo: the path of its page, and the photo's id."""
    path = await new_card(person)
    sent = await upload(person, path, await fields_at(person, path), picture())
    await host.drain_queue("images")
    await publish(person, path, **Fields(sent.text, path).values)
    return path, (await fields_at(person, path))["photo"]


async def working(host, sending: asyncio.Task):
    """Answer to a form while its pictures are worked on."""
    while not sending.done():
        await host.drain_queue("images")
    return await sending


def bomb() -> bytes:
    """A small file with more pixels than are taken."""
    file = io.BytesIO()
    Image.new("1", (5000, 5000)).save(file, "PNG")
    return file.getvalue()


# The beginning of a photo as phones store it, whatever its name says.
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(4096)
REFUSED = {
    "a HEIC named .jpg": (HEIC, "the file is not a JPEG, PNG or WebP picture"),
    "a bomb": (bomb(), "the picture has more than 16 million pixels"),
    "half a picture": (picture(size=(900, 900))[:200], "the picture is cut off or cannot be read"),
    "a tiny one": (picture(size=(8, 8)), "the picture is too small"),
}


@pytest.mark.parametrize("button", ["upload photo", "save", "publish"])
@pytest.mark.parametrize("kind", REFUSED)
async def test_a_refused_picture_leaves_the_good_one_in_place(ada, host, kind: str, button: str) -> None:
    path, good = await with_photo(ada, host)
    content, why = REFUSED[kind]
    fields = {**await fields_at(ada, path), "title": "Typed", "then": button}
    answer = await working(host, asyncio.create_task(upload(ada, path, fields, content)))
    if button == "upload photo":
        assert "Until then the one you had stays" in answer.text
        shown = Fields(answer.text, path).values
        assert shown["photo"] == good
        answer = await send(ada, path, {**shown, "then": "look"})
    assert answer.status_code == 422
    assert f"Not taken: {why}" in answer.text
    assert "The picture you had stays" in answer.text
    assert f'<img src="/api/v1/images/{good}/content"' in answer.text
    shown = Fields(answer.text, path)
    assert shown.invalid == {"photo-file"}
    assert (shown.values["photo"], shown.values["photo-new"], shown.values["title"]) == (good, "", "Typed")
    saved = await send(ada, path, {**shown.values, "then": "publish"})
    assert saved.headers["location"] == f"{path}?done=published"
    assert (await fields_at(ada, path))["photo"] == good


@pytest.mark.parametrize("content", [b"", b"\xff" * 5_000_001], ids=["empty", "too large"])
async def test_a_file_that_is_empty_or_too_large_leaves_the_good_one_in_place(ada, host, content) -> None:
    path, good = await with_photo(ada, host)
    answer = await upload(ada, path, await fields_at(ada, path), content)
    shown = Fields(answer.text, path)
    assert (answer.status_code, shown.invalid) == (422, {"photo-file"})
    assert (shown.values["photo"], shown.values["photo-new"]) == (good, "")
    assert f'<img src="/api/v1/images/{good}/content"' in answer.text


@pytest.mark.parametrize("button", ["save", "publish"])
async def test_a_new_picture_takes_the_place_once_it_is_ready(ada, host, client, button: str) -> None:
    path, good = await with_photo(ada, host)
    fields = {**await fields_at(ada, path), "then": button}
    answer = await working(host, asyncio.create_task(upload(ada, path, fields, picture(size=(70, 90)))))
    assert answer.status_code == 303, answer.text
    new = (await fields_at(ada, path))["photo"]
    assert new not in ("", good)
    public = await publish(ada, path)
    page = (await client().get(public, headers=HTML)).text
    assert re.search(rf'<img[^>]*src="{public}/[0-9a-f]{{32}}\.', page)


@pytest.mark.usefixtures("no_wait")
@pytest.mark.parametrize("button", ["save", "publish"])
async def test_a_picture_that_takes_long_is_waited_for_with_the_good_one_in_place(
    ada, host, button: str
) -> None:
    path, good = await with_photo(ada, host)
    late = await upload(ada, path, {**await fields_at(ada, path), "then": button}, picture(size=(70, 90)))
    assert late.status_code == 422
    assert "The new picture is not ready yet" in late.text
    shown = Fields(late.text, path).values
    assert shown["photo"] == good
    assert (await fields_at(ada, path))["photo"] == good, "nothing is saved yet"
    await host.drain_queue("images")
    saved = await send(ada, path, {**shown, "then": button})
    assert saved.status_code == 303
    assert (await fields_at(ada, path))["photo"] == shown["photo-new"]


@pytest.mark.usefixtures("no_wait")
async def test_a_program_that_drops_the_good_one_from_the_form_does_not_lose_it(ada, host) -> None:
    """It sends the new picture's id in place of the good one's, as the form's script once did."""
    path, good = await with_photo(ada, host)
    made = (await ada.api("POST", "images", json={"purpose": "photo"})).json()["id"]
    for text in ("The new picture is not ready yet", "Not taken: the file is not a JPEG"):
        fields = {**await fields_at(ada, path), "photo": made, "photo-new": "", "then": "save"}
        answer = await send(ada, path, fields)
        assert (answer.status_code, Fields(answer.text, path).values["photo"]) == (422, good)
        assert text in answer.text
        sent = await ada.api(
            "PUT", f"images/{made}/content", content=HEIC, headers={"Content-Type": "image/jpeg"}
        )
        assert sent.status_code in (202, 200, 409), sent.text
        await host.drain_queue("images")
    assert (await fields_at(ada, path))["photo"] == good


async def test_removing_the_picture_also_drops_the_one_that_was_on_its_way(ada, host) -> None:
    path, _ = await with_photo(ada, host)
    coming = await upload(ada, path, await fields_at(ada, path), picture())
    removed = await send(ada, path, {**Fields(coming.text, path).values, "then": "drop photo"})
    shown = Fields(removed.text, path).values
    assert (shown["photo"], shown["photo-new"]) == ("", "")
    await host.drain_queue("images")
    assert (await send(ada, path, {**shown, "then": "save"})).status_code == 303
    assert (await fields_at(ada, path))["photo"] == ""


async def test_somebody_elses_picture_does_not_take_the_good_ones_place(ada, host, signed_in) -> None:
    path, good = await with_photo(ada, host)
    _, theirs = await with_photo(await signed_in(), host)
    for field in ("photo", "photo-new"):
        answer = await send(ada, path, {**await fields_at(ada, path), field: theirs, "then": "save"})
        assert answer.status_code == 422
        assert "Not taken: it is not one of your pictures" in answer.text
        assert Fields(answer.text, path).values["photo"] == good

"""A write whose answer was lost after the store had done it is reported as done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

import pytest

from tests.forms import fields_at, send
from tests.functions.cards.test_api_cards import CONTENT, a_card, handle, published, shown
from tests.wired import wired_with

SHOWN = {"match": {"path": "/colls/published/docs"}, "action": "status", "status": 503, "times": 50}


async def edit(ada):
    card = (await a_card(ada)).json()
    body = {"profileId": card["profileId"], "content": CONTENT | shown(title="Edited")}
    return lambda: ada.api("PUT", f"cards/{card['id']}", json=body, headers={"If-Match": '"1"'})


async def publish(ada):
    card = (await a_card(ada)).json()
    return lambda: ada.api("PUT", f"cards/{card['id']}/publication", headers={"If-Match": '"1"'})


async def unpublish(ada):
    card = (await published(ada)).json()
    return lambda: ada.api("DELETE", f"cards/{card['id']}/publication", headers={"If-Match": '"2"'})


async def pause(ada):
    card = (await published(ada)).json()
    return lambda: ada.api("PUT", f"cards/{card['id']}/pause", headers={"If-Match": '"2"'})


async def resume(ada):
    card = (await published(ada)).json()
    await ada.api("PUT", f"cards/{card['id']}/pause", headers={"If-Match": '"2"'})
    return lambda: ada.api("DELETE", f"cards/{card['id']}/pause", headers={"If-Match": '"3"'})


async def undo(ada):
    card = (await published(ada)).json()
    await ada.api("PUT", f"cards/{card['id']}/publication", headers={"If-Match": '"2"'})
    return lambda: ada.api("DELETE", f"cards/{card['id']}/publication/latest", headers={"If-Match": '"3"'})


async def rename(ada):
    card, name = (await published(ada)).json(), handle()
    path = f"cards/{card['id']}/handle"
    return lambda: ada.api("PUT", path, json={"handle": name}, headers={"If-Match": '"2"'})


async def rename_profile(ada):
    made = await ada.api("POST", "profiles", json={"name": "Work"})
    path, version = f"profiles/{made.json()['id']}", {"If-Match": made.headers["etag"]}
    return lambda: ada.api("PUT", path, json={"name": "Home"}, headers=version)


async def save_form(ada):
    path = f"/my/cards/{(await a_card(ada)).json()['id']}"
    fields = {**await fields_at(ada, path), "title": "Edited"}
    return lambda: send(ada, path, fields)


async def publish_form(ada):
    path = f"/my/cards/{(await a_card(ada)).json()['id']}"
    fields = {**await fields_at(ada, path), "title": "Edited", "then": "publish"}
    return lambda: send(ada, path, fields)


async def make_image(ada):
    return lambda: ada.api("POST", "images", json={"purpose": "photo"})


CHANGES = [edit, publish, unpublish, pause, resume, undo, rename, rename_profile, save_form, publish_form]
PUBLICATIONS = [publish, unpublish, pause, resume, undo, rename, publish_form]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("operation", ["replace", "batch"])
async def test_a_change_whose_answer_was_lost_is_told_as_done(signed_in, order, change, operation) -> None:
    act = await change(await signed_in())
    await order({"match": {"operation": operation}, "action": "lost_answer", "times": 1})
    answer = await act()
    assert answer.status_code in (200, 303), answer.text


@pytest.mark.parametrize("change", PUBLICATIONS)
async def test_a_change_that_was_stored_but_not_shown_is_done_when_it_is_asked_for_again(
    signed_in, order, change
) -> None:
    act = await change(await signed_in())
    await order(SHOWN)
    first = await act()
    assert first.status_code == 503
    assert first.headers["retry-after"]
    await order()
    again = await act()
    assert again.status_code in (200, 303), again.text


async def test_a_form_that_is_sent_again_is_told_as_saved(signed_in) -> None:
    act = await save_form(await signed_in())
    first, again = await act(), await act()
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])


async def test_asking_again_for_something_else_is_refused_as_before(signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    path, before = f"cards/{card['id']}", {"If-Match": '"1"'}
    first, other = (
        {"profileId": card["profileId"], "content": CONTENT | shown(title=title)} for title in ("A", "B")
    )
    assert (await ada.api("PUT", path, json=first, headers=before)).status_code == 200
    assert (await ada.api("PUT", path, json=other, headers=before)).status_code == 412
    assert (await ada.api("PUT", path, json=first, headers=before)).status_code == 412
    assert (await ada.api("PUT", f"{path}/publication", headers=before)).status_code == 412
    assert (
        await ada.api("PUT", f"{path}/handle", json={"handle": handle()}, headers=before)
    ).status_code == 412


async def test_an_undo_that_was_never_made_is_refused_after_a_publication(signed_in) -> None:
    ada = await signed_in()
    path = f"cards/{(await published(ada)).json()['id']}/publication"
    first = await ada.api("DELETE", f"{path}/latest", headers={"If-Match": '"1"'})
    assert first.status_code == 412, first.text
    await ada.api("DELETE", path, headers={"If-Match": '"2"'})
    await ada.api("PUT", path, headers={"If-Match": '"3"'})
    again = await ada.api("DELETE", f"{path}/latest", headers={"If-Match": '"3"'})
    assert again.status_code == 412, again.text


async def test_a_publication_after_an_undo_is_not_told_as_an_undo(signed_in) -> None:
    ada = await signed_in()
    assert (await (await undo(ada))()).status_code == 200
    path = f"cards/{(await ada.api('GET', 'cards')).json()['data'][0]['id']}/publication"
    await ada.api("DELETE", path, headers={"If-Match": '"4"'})
    await ada.api("PUT", path, headers={"If-Match": '"5"'})
    assert (await ada.api("DELETE", f"{path}/latest", headers={"If-Match": '"5"'})).status_code == 412


class CutOff:
    """A way to the store that breaks in the middle of an answer."""

    def __init__(self, endpoint: str) -> None:
        self._store = urlsplit(endpoint)
        # Number of answers before the one that is cut; negative for none.
        self.passing = -1

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_store, to_store = await asyncio.open_connection(self._store.hostname, self._store.port)
        questions = asyncio.create_task(self._pass(reader, to_store, cut=False))
        await self._pass(from_store, writer, cut=True)
        questions.cancel()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, cut: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 20):
                if cut and self.passing == 0:
                    writer.write(data[:-3])
                    await writer.drain()
                    self.passing = -1
                    break
                writer.write(data)
                await writer.drain()
                self.passing -= cut and self.passing > 0
            writer.close()


@pytest.fixture
async def way(cloud, host) -> AsyncIterator[CutOff]:
    async with (
        CutOff(cloud.settings["COSMOS_ENDPOINT"]) as cut_off,
        wired_with({"COSMOS_ENDPOINT": cut_off.endpoint}),
    ):
        yield cut_off


@pytest.mark.parametrize("change", [rename, make_image, save_form, publish_form])
async def test_an_answer_that_is_cut_off_is_no_fault_of_ours(signed_in, way, change) -> None:
    ada = await signed_in()
    for passing in range(7):
        act = await change(ada)
        way.passing = passing
        answer = await act()
        way.passing = -1
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
            answer = await act()
        assert answer.status_code in (200, 201, 303), (passing, answer.text)

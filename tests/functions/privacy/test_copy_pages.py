"""The copy from the account page to the download, through the doors that people and programs use."""

import asyncio
import io
import zipfile
from datetime import UTC, datetime, timedelta

import wiring.operations
from tests.forms import fields_at, send
from tests.functions.privacy.test_copy import account_of

PAGE = "/my/account/copy"


async def ask(person) -> str:
    """Ask for a copy with the account page's button; gives the page that it leads to."""
    fields = await fields_at(person, "/my/account", PAGE)
    answer = await send(person, PAGE, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    return (await person.http.get(PAGE)).text


async def the_copy(person) -> dict:
    return (await person.api("GET", "account/copies")).json()["data"][0]


async def test_a_copy_is_asked_for_made_and_fetched(host, signed_in) -> None:
    ada = await signed_in()
    assert "You have no copy yet" in (await ada.http.get(PAGE)).text
    waiting = await ask(ada)
    assert "Your copy is being made" in waiting
    assert "<progress" in waiting
    await host.drain_queue("work")
    assert "Your copy is ready" in (await ada.http.get(PAGE)).text
    answer = await ada.http.get(f"{PAGE}/{(await the_copy(ada))['id']}/1.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    name = f"izwop-copy-{datetime.now(UTC):%Y-%m-%d}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as copy:
        assert f"{name}/index.html" in copy.namelist()


async def test_nobody_else_gets_it(host, signed_in, client) -> None:
    ada, bob, stranger = await signed_in(), await signed_in(), client()
    await ask(ada)
    await host.drain_queue("work")
    work = (await the_copy(ada))["id"]
    for path in (f"{PAGE}/{work}/1.zip", f"/api/v1/account/copies/{work}/content?volume=1"):
        assert (await ada.http.get(path)).status_code == 200
        assert (await bob.http.get(path)).status_code == 404
        assert (await stranger.get(path)).status_code in (303, 401)
    assert (await bob.api("GET", f"work/{work}")).status_code == 404
    assert (await bob.api("DELETE", f"work/{work}")).status_code == 404
    for name in ("2.zip", "0.zip", "1.zipx", "..%2f1.zip", "1"):
        assert (await ada.http.get(f"{PAGE}/{work}/{name}")).status_code == 404


async def test_it_can_be_paused_and_gone_on_with_and_cancelled(host, signed_in) -> None:
    ada = await signed_in()
    await ask(ada)
    change = f"{PAGE}/{(await the_copy(ada))['id']}"

    async def press(wanted: str) -> str:
        answer = await send(ada, change, {**await fields_at(ada, PAGE, change), "change": wanted})
        assert answer.status_code == 303
        return (await ada.http.get(PAGE)).text

    assert "Paused" in await press("pause")
    await host.drain_queue("work")
    assert "Paused" in (await ada.http.get(PAGE)).text
    assert "being made" in await press("resume")
    assert "You cancelled your copy" in await press("cancel")
    await host.drain_queue("work")
    assert "Get a new copy" in (await ada.http.get(PAGE)).text


async def test_what_is_paused_does_not_say_that_it_goes_on(host, signed_in) -> None:
    ada = await signed_in()
    assert "it goes on by itself" in await ask(ada)
    await ada.api("PUT", f"work/{(await the_copy(ada))['id']}/pause")
    page = (await ada.http.get(PAGE)).text
    assert "Paused" in page
    assert "It waits until you go on." in page
    assert "by itself" not in page
    assert "in a moment" not in page


async def test_a_copy_can_be_fetched_beside_the_next_one(host, signed_in) -> None:
    """The next one may be cancelled, or fail, or be over the limit of a day."""
    ada = await signed_in()
    await ask(ada)
    await host.drain_queue("work")
    link = f'href="{PAGE}/{(await the_copy(ada))["id"]}/1.zip"'
    assert (await ada.http.get(PAGE)).text.count(link) == 1
    waiting = await ask(ada)
    assert "Your copy is being made" in waiting
    assert waiting.count(link) == 1
    await ada.api("DELETE", f"work/{(await the_copy(ada))['id']}")
    cancelled = (await ada.http.get(PAGE)).text
    assert "You cancelled your copy" in cancelled
    assert cancelled.count(link) == 1
    await ask(ada)
    await host.drain_queue("work")
    assert link not in (await ada.http.get(PAGE)).text, "the later one is enough"


async def test_a_form_of_another_site_begins_nothing(signed_in) -> None:
    ada = await signed_in()
    fields = await fields_at(ada, "/my/account", PAGE)
    assert (await send(ada, PAGE, fields, Origin="https://evil.example")).status_code == 403
    assert (await send(ada, PAGE, {"csrf": "x"})).status_code == 403
    assert (await ada.api("GET", "account/copies")).json() == {"data": []}


async def test_the_fourth_copy_of_a_day_is_refused_in_words(host, signed_in) -> None:
    ada = await signed_in()
    for _ in range(3):
        await ask(ada)
        await host.drain_queue("work")
    answer = await send(ada, PAGE, await fields_at(ada, "/my/account", PAGE))
    assert answer.status_code == 409
    assert "try again tomorrow" in answer.text
    refused = await ada.api("POST", "account/copies")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_copies")


async def test_programs_follow_the_same_copy(host, signed_in, bearer) -> None:
    ada = await signed_in()
    program = await bearer(ada.name)
    path = "/api/v1/account/copies"
    key = {"Idempotency-Key": "once"}
    made = await ada.http.post(path, headers=program | key)
    assert made.status_code == 201
    work = made.json()
    assert made.headers["location"] == f"/api/v1/work/{work['id']}"
    assert (work["kind"], work["state"], work["done"], work["total"]) == ("copy", "running", 0, None)
    await host.drain_queue("work")
    assert (await ada.http.post(path, headers=program | key)).json()["id"] == work["id"]
    told = (await ada.http.get(made.headers["location"], headers=program)).json()
    assert (told["state"], told["done"]) == ("done", told["total"])
    [copy] = (await ada.http.get(path, headers=program)).json()["data"]
    assert copy["id"] == work["id"]
    [volume] = copy["volumes"]
    fetched = await ada.http.get(f"{path}/{work['id']}/content?volume=1", headers=program)
    assert (fetched.headers["content-type"], len(fetched.content)) == ("application/zip", volume["size"])
    over = await ada.api("DELETE", f"work/{work['id']}")
    assert (over.status_code, over.json()["code"]) == (409, "wrong_work_state")


async def test_a_copy_cannot_be_fetched_after_a_week(host, signed_in) -> None:
    ada = await signed_in()
    await ask(ada)
    await host.drain_queue("work")
    copy, works = await the_copy(ada), wiring.operations.works()
    work = await works.get(await account_of(ada), copy["id"])
    week = timedelta(days=7, seconds=1)
    await works.save(work.model_copy(update={"ended_at": work.ended_at - week}))
    assert (await ada.http.get(f"{PAGE}/{work.id}/1.zip")).status_code == 404
    assert (await ada.api("GET", f"account/copies/{work.id}/content?volume=1")).status_code == 404
    assert "no longer kept" in (await ada.http.get(PAGE)).text
    assert (await the_copy(ada))["volumes"] == []


async def test_many_downloads_at_once_do_not_fill_the_workers_memory(host, signed_in) -> None:
    """A volume of 32 MB is in memory while it is sent."""
    ada = await signed_in()
    await ask(ada)
    await host.drain_queue("work")
    work = (await the_copy(ada))["id"]
    paths = (f"{PAGE}/{work}/1.zip", f"/api/v1/account/copies/{work}/content?volume=1")
    answers = await asyncio.gather(*(ada.http.get(path) for path in paths * 30))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) >= 40
    assert {answer.status_code for answer in refused} == {429}
    assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in refused)
    assert "Please try again in" in next(a.text for a in refused if "text/html" in a.headers["content-type"])


async def test_what_cannot_be_made_is_told_and_tried_again(host, signed_in) -> None:
    ada = await signed_in()
    await ask(ada)
    works = wiring.operations.works()
    work = await works.get(await account_of(ada), (await the_copy(ada))["id"])
    given_up = work.model_copy(update={"tries": 99}).tried_in_vain(datetime.now(UTC))
    await works.save(given_up)
    assert "could not be made" in (await ada.http.get(PAGE)).text
    answer = await ada.api("DELETE", f"work/{work.id}/pause")
    assert (answer.status_code, answer.json()["state"]) == (200, "running")
    await host.drain_queue("work")
    assert "Your copy is ready" in (await ada.http.get(PAGE)).text

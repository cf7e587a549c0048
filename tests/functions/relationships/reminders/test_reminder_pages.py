"""Reminders as a browser without script sets, sees, does and takes them back."""

import re

from tests.forms import Fields, fields_at, send
from tests.functions.relationships.reminders.test_reminders import a_reminder, in_days, make_due, read, rings
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import a_contact
from tests.functions.today.test_today import today, unread


async def set_one(person, contact: dict, **typed: str):
    at = f"/my/contacts/{contact['id']}/new-reminder"
    return await send(person, at, {**await fields_at(person, at), **typed})


async def reminders_of(person, contact: dict) -> list[dict]:
    return (await person.api("GET", f"contacts/{contact['id']}/reminders")).json()["data"]


async def test_a_page_without_reminders_says_what_to_do_first(signed_in) -> None:
    ada = await signed_in()
    page = (await ada.http.get("/my/reminders")).text
    assert "Nothing to remember yet" in page
    grace = await a_contact(ada)
    page = (await ada.http.get(f"/my/contacts/{grace['id']}")).text
    assert f'href="/my/contacts/{grace["id"]}/new-reminder">Remind me' in page


async def test_a_reminder_is_set_once_on_the_contact(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    at = f"/my/contacts/{grace['id']}/new-reminder"
    fields = await fields_at(ada, at) | {"text": "Ask <about> the boat", "on": in_days(9)}
    answers = [await send(ada, at, fields) for _ in range(2)]
    assert {each.headers["location"] for each in answers} == {
        f"/my/contacts/{grace['id']}?done=reminded#reminders"
    }
    page = (await ada.http.get(f"/my/contacts/{grace['id']}?done=reminded")).text
    assert "The reminder is set." in page
    assert "Ask &lt;about&gt; the boat" in page
    assert len(await reminders_of(ada, grace)) == 1


async def test_each_way_is_set_by_the_same_form_and_is_read_in_words(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    await set_one(ada, grace, text="Birthday", way="repeating", on=in_days(3), silentWeeks="x")
    await set_one(ada, grace, text="Lunch", way="silent", silentWeeks="8")
    await set_one(ada, grace, text="Row", **{"way": "repeating", "on": in_days(3), "every-number": "2",
                                             "every-unit": "weeks"})  # fmt: skip
    page = (await ada.http.get(f"/my/contacts/{grace['id']}")).text
    for said in ("Every year, next on", "After 8 weeks of silence, so not before", "Every 2 weeks, next on"):
        assert said in page
    assert "Birthday" in (await ada.http.get("/my/reminders")).text


async def test_a_faulty_form_keeps_what_was_typed_and_says_what_to_do(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    at = f"/my/contacts/{grace['id']}/new-reminder"
    past = await set_one(ada, grace, text="Still here", on="2020-01-02")
    assert past.status_code == 422
    assert "Day is in the past. Choose today or a later day" in past.text
    fields = Fields(past.text, at)
    assert (fields.invalid, fields.values["text"], fields.values["on"]) == (
        {"on"},
        "Still here",
        "2020-01-02",
    )
    silent = await set_one(ada, grace, text="", way="silent", silentWeeks="soon")
    assert Fields(silent.text, at).invalid == {"text", "silentWeeks"}
    repeating = await set_one(ada, grace, **{"text": "x", "way": "repeating", "on": "", "every-number": "0"})
    assert Fields(repeating.text, at).invalid == {"every-number", "on"}
    assert await reminders_of(ada, grace) == []


async def test_what_is_due_is_done_from_today_with_one_press_and_taken_back(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    reminder = await a_reminder(ada, grace, on=in_days(0))
    assert "boat" not in await today(ada)
    await make_due(ada, reminder)
    await rings(host)
    page = await today(ada)
    assert f'href="/my/contacts/{grace["id"]}"' in page
    assert unread(page) == "1"
    gone = await press(ada, page, f"/my/reminders/{reminder['id']}/done")
    told = (await ada.http.get(gone.headers["location"])).text
    assert "Done." in told
    assert "boat" not in await today(ada)
    await press(ada, told, f"/my/reminders/{reminder['id']}/undo")
    assert "boat" in await today(ada)


async def test_what_is_due_is_put_off_for_a_week_or_to_a_day(host, signed_in) -> None:
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(0))
    await make_due(ada, reminder)
    await rings(host)
    at = f"/my/reminders/{reminder['id']}"
    page = (await ada.http.get("/my/reminders")).text
    assert "Due since" in page
    await press(ada, page, f"{at}/snooze")
    assert (await read(ada, reminder)).json()["dueAt"] == f"{in_days(7)}T05:00:00Z"
    own = (await ada.http.get(at)).text
    assert "Put off" in own
    refused = await press(ada, own, f"{at}/snooze", until=in_days(-3))
    assert refused.status_code == 422
    assert "Later day is not a later day" in refused.text
    await press(ada, own, f"{at}/snooze", until=in_days(30))
    assert (await read(ada, reminder)).json()["dueAt"] == f"{in_days(30)}T05:00:00Z"


async def test_more_than_today_shows_is_told(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    for _ in range(7):
        await make_due(ada, await a_reminder(ada, grace, on=in_days(0)))
    await rings(host)
    page = await today(ada)
    assert page.count("Ask about the boat</small>") == 5
    assert "More reminders" in page


async def test_a_reminder_is_changed_deleted_and_taken_back(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    reminder = await a_reminder(ada, grace, on=in_days(4), every={"number": 3, "unit": "months"})
    at = f"/my/reminders/{reminder['id']}"
    fields = await fields_at(ada, at)
    assert (fields["way"], fields["every-number"], fields["every-unit"]) == ("repeating", "3", "months")
    saved = await send(ada, at, {**fields, "text": "Ask about the house"})
    assert saved.headers["location"] == "/my/reminders?done=saved"
    assert (await read(ada, reminder)).json()["content"]["text"] == "Ask about the house"
    stale = await send(ada, at, {**fields, "text": "Mine"})
    assert stale.status_code == 412
    assert (await send(ada, at, Fields(stale.text, at).values)).status_code == 303
    assert (await read(ada, reminder)).json()["content"]["text"] == "Mine"
    gone = await press(ada, (await ada.http.get(at)).text, f"{at}/delete")
    told = (await ada.http.get(gone.headers["location"])).text
    assert "You can take it back for a day." in told
    await press(ada, told, f"{at}/restoration")
    assert (await read(ada, reminder)).json()["state"] == "planned"


async def test_all_that_waits_is_reached_page_by_page(host, signed_in, monkeypatch) -> None:
    from functions.relationships.reminders import pages  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(pages, "_PAGE", 2)
    ada = await signed_in()
    grace = await a_contact(ada)
    for number in range(3):
        reminder = await a_reminder(ada, grace, text=f"Word {number}", on=in_days(0))
        await make_due(ada, reminder)
        await rings(host)
    first = (await ada.http.get("/my/reminders")).text
    following = re.search(r'href="(/my/reminders\?waiting=[^"]+)"', first)[1]
    second = (await ada.http.get(following)).text
    shown = [[number for number in range(3) if f"Word {number}" in page] for page in (first, second)]
    assert shown == [[1, 2], [0]]

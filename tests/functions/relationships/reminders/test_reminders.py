"""Reminders through the API: set, rung by the timer, done, put off, taken back; absent for everybody else."""

import json
import secrets
from datetime import UTC, date, datetime, timedelta

import pytest

import wiring.relationships
import wiring.relationships.reminders
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contacts import a_contact, delete, restore
from tests.stored import everything, places_of

TODAY = datetime.now(UTC).date()
UNKNOWN = "rem_" + "a" * 26


def in_days(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


async def a_reminder(person, contact: dict, **content) -> dict:
    answer = await person.api(
        "POST", f"contacts/{contact['id']}/reminders", json={"text": "Ask about the boat", **content}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(person, reminder: dict):
    return await person.api("GET", f"reminders/{reminder['id']}")


async def act(person, reminder: dict, method: str, what: str = "", **body):
    """Act on the reminder as it is now."""
    etag = (await read(person, reminder)).headers["etag"]
    path = f"reminders/{reminder['id']}{what}"
    return await person.api(method, path, headers={"If-Match": etag}, json=body or None)


async def rings(host) -> None:
    await host.run_timer("operations_tidy_up")


async def make_due(person, reminder: dict, since: timedelta = timedelta(hours=1)) -> None:
    """Let the reminder be due since a while, as time would."""
    items = wiring.relationships.reminders.reminders()._items
    stored = await items.read(reminder["id"], await account_of(person))
    at = datetime.now(UTC) - since
    stored["body"]["due_at"], stored["dueAt"] = at.isoformat(), at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    await items.replace({k: v for k, v in stored.items() if not k.startswith("_")}, stored["_etag"])


async def test_a_reminder_of_each_way_is_set_and_read(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    once = await a_reminder(ada, grace, on=in_days(3))
    assert (once["state"], once["dueAt"]) == ("planned", f"{in_days(3)}T05:00:00Z")
    every = await a_reminder(ada, grace, on=in_days(0), every={"number": 1, "unit": "years"})
    silent = await a_reminder(ada, grace, silentWeeks=8)
    assert silent["dueAt"] == f"{in_days(56)}T05:00:00Z"
    listed = (await ada.api("GET", f"contacts/{grace['id']}/reminders")).json()["data"]
    assert {each["id"] for each in listed} == {once["id"], every["id"], silent["id"]}
    assert (await read(ada, once)).json() == once
    everywhere = (await ada.api("GET", "reminders")).json()["data"]
    assert {each["id"] for each in everywhere} == {each["id"] for each in listed}


async def test_a_reminder_is_set_once_under_a_key(signed_in) -> None:
    ada = await signed_in()
    path = f"contacts/{(await a_contact(ada))['id']}/reminders"
    headers = {"Idempotency-Key": "once"}
    body = {"text": "Call", "on": in_days(1)}
    made = [await ada.api("POST", path, json=body, headers=headers) for _ in range(2)]
    assert made[0].json() == made[1].json()
    other = await ada.api("POST", path, json=body | {"text": "Write"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    path = f"contacts/{(await a_contact(ada))['id']}/reminders"
    of_another = await ada.api("POST", path, json=body, headers=headers)
    assert of_another.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"on": in_days(-2)}, "/on"),
        ({"on": in_days(366 * 21)}, "/on"),
        ({}, "/on"),
        ({"on": in_days(1), "silentWeeks": 2}, "/on"),
        ({"silentWeeks": 0}, "/silentWeeks"),
        ({"silentWeeks": "eight"}, "/silentWeeks"),
        ({"on": in_days(1), "every": {"number": 1, "unit": "minutes"}}, "/every/unit"),
        ({"on": in_days(1), "text": "x" * 501}, "/text"),
        ({"on": in_days(1), "colour": "red"}, "/colour"),
    ],
)
async def test_bad_input_names_its_field_and_sets_nothing(signed_in, content: dict, field: str) -> None:
    ada = await signed_in()
    path = f"contacts/{(await a_contact(ada))['id']}/reminders"
    refused = await ada.api("POST", path, json={"text": "Call", **content})
    assert refused.status_code == 422, refused.text
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]
    assert (await ada.api("GET", path)).json()["data"] == []


async def test_a_due_reminder_rings_once_is_done_and_taken_back(host, signed_in) -> None:
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(0))
    await make_due(ada, reminder)
    await rings(host)
    rang = (await read(ada, reminder)).json()
    assert (rang["state"], rang["dueAt"]) == ("waiting", None)
    await rings(host)
    assert (await read(ada, reminder)).json() == rang
    waiting = (await ada.api("GET", "reminders", params={"waiting": "true"})).json()["data"]
    assert [each["id"] for each in waiting] == [reminder["id"]]
    done = (await act(ada, reminder, "PUT", "/done")).json()
    assert (done["state"], [each["what"] for each in done["history"]]) == ("done", ["done"])
    back = (await act(ada, reminder, "DELETE", "/done")).json()
    assert (back["state"], back["waitingSince"], back["history"]) == ("waiting", rang["waitingSince"], [])
    nothing = await act(ada, reminder, "DELETE", "/done")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_take_back")


async def test_a_repeating_one_is_planned_again_and_a_snoozed_one_later(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    every = await a_reminder(ada, grace, on=in_days(0), every={"number": 2, "unit": "weeks"})
    await make_due(ada, every)
    await rings(host)
    done = (await act(ada, every, "PUT", "/done")).json()
    assert (done["state"], done["dueAt"]) == ("planned", f"{in_days(14)}T05:00:00Z")
    refused = await act(ada, every, "PUT", "/snooze", until=in_days(-1))
    assert [fault["field"] for fault in refused.json()["errors"]] == ["/until"]
    later = (await act(ada, every, "PUT", "/snooze", until=in_days(20))).json()
    assert later["dueAt"] == f"{in_days(20)}T05:00:00Z"
    back = (await act(ada, every, "DELETE", "/snooze")).json()
    assert back["dueAt"] == done["dueAt"]


async def test_a_change_of_the_text_alone_keeps_it_waiting(host, signed_in) -> None:
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(0))
    await make_due(ada, reminder)
    await rings(host)
    body = {"text": "Ask about the house", "on": in_days(0)}
    assert (await act(ada, reminder, "PUT", **body)).json()["state"] == "waiting"
    moved = (await act(ada, reminder, "PUT", **body | {"on": in_days(5)})).json()
    assert (moved["state"], moved["content"]["text"]) == ("planned", "Ask about the house")
    stale = await ada.api("PUT", f"reminders/{reminder['id']}", headers={"If-Match": '"1"'}, json=body)
    assert stale.status_code == 412


async def make_older(person, reminder: dict, days: int) -> str:
    """Let the reminder be of a day that is over; return that day."""
    items = wiring.relationships.reminders.reminders()._items
    stored = await items.read(reminder["id"], await account_of(person))
    stored["body"]["content"]["on"] = in_days(-days)
    await items.replace({k: v for k, v in stored.items() if not k.startswith("_")}, stored["_etag"])
    return in_days(-days)


async def test_a_row_that_is_changed_goes_on_from_today(signed_in) -> None:
    ada = await signed_in()
    weekly = {"number": 1, "unit": "weeks"}
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(0), every=weekly)
    on = await make_older(ada, reminder, 10)
    refused = await act(ada, reminder, "PUT", text="Call", on=on)
    assert [fault["field"] for fault in refused.json()["errors"]] == ["/on"]
    daily = {"number": 5, "unit": "days"}
    changed = (await act(ada, reminder, "PUT", text="Call", on=on, every=daily)).json()
    assert changed["dueAt"] == f"{in_days(0)}T05:00:00Z"
    again = (await act(ada, reminder, "PUT", text="Call", on=on, every=weekly)).json()
    assert again["dueAt"] == f"{in_days(4)}T05:00:00Z"


async def test_silence_that_lasts_rings_and_is_looked_at_again(host, signed_in, monkeypatch) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    reminder = await a_reminder(ada, grace, silentWeeks=8)
    last: dict[str, date] = {}

    async def last_days(_owner: str, contact_ids: list[str]) -> dict[str, date]:
        return {each: last[each] for each in contact_ids if each in last}

    ports = wiring.relationships.reminders
    for desk in (ports.desk(), ports.ringing()):
        monkeypatch.setattr(type(desk.meetings), "last_days", staticmethod(last_days))
    await make_due(ada, reminder)
    # They met last week: it is looked at again seven weeks from now.
    last[grace["id"]] = TODAY - timedelta(weeks=1)
    await rings(host)
    assert (await read(ada, reminder)).json()["dueAt"] == f"{in_days(49)}T05:00:00Z"
    last[grace["id"]] = TODAY - timedelta(weeks=20)
    await make_due(ada, reminder)
    await rings(host)
    assert (await read(ada, reminder)).json()["state"] == "waiting"
    # They meet: it is no longer shown, and the next look plans it anew.
    last[grace["id"]] = TODAY
    assert (await ada.api("GET", "reminders", params={"waiting": "true"})).json()["data"] == []
    await make_due(ada, reminder)
    await rings(host)
    after = (await read(ada, reminder)).json()
    assert (after["state"], after["dueAt"]) == ("planned", f"{in_days(56)}T05:00:00Z")


async def test_deleting_can_be_undone_for_a_day(signed_in) -> None:
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(1))
    assert (await act(ada, reminder, "DELETE")).status_code == 204
    assert (await read(ada, reminder)).status_code == 404
    path = f"reminders/{reminder['id']}/restoration"
    gone = await ada.api("GET", path)
    assert gone.json()["reminder"]["content"] == reminder["content"]
    back = await ada.api("PUT", path, headers={"If-Match": gone.headers["etag"]})
    assert back.json()["content"] == reminder["content"]
    assert (await read(ada, reminder)).json()["state"] == "planned"


async def test_what_is_deleted_is_erased_when_its_time_is_over(host, signed_in, monkeypatch) -> None:
    from domain.relationships.reminders import reminders  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(reminders, "UNDO_TIME", timedelta(0))
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(1))
    await act(ada, reminder, "DELETE")
    await rings(host)
    stored = await wiring.relationships.reminders.reminders()._items.read(
        reminder["id"], await account_of(ada)
    )
    assert (stored["kind"], "private" in stored) == ("erased-reminder", False)
    assert (await ada.api("GET", f"reminders/{reminder['id']}/restoration")).status_code == 404


async def test_reminders_rest_while_their_contact_is_deleted(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    reminder = await a_reminder(ada, grace, on=in_days(0))
    await make_due(ada, reminder)
    await delete(ada, grace)
    await rings(host)
    assert (await read(ada, reminder)).status_code == 404
    assert (await ada.api("GET", "reminders")).json()["data"] == []
    assert (await restore(ada, grace)).status_code == 200
    assert (await read(ada, reminder)).json()["state"] == "planned"


async def test_somebody_elses_reminders_are_absent(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    grace = await a_contact(ada)
    reminder = await a_reminder(ada, grace, on=in_days(1))
    etag = {"If-Match": '"1"'}
    body = {"text": "x", "on": in_days(1)}
    for method, path, options in (
        ("GET", "reminders/{}", {}),
        ("PUT", "reminders/{}", {"json": body, "headers": etag}),
        ("DELETE", "reminders/{}", {"headers": etag}),
        ("PUT", "reminders/{}/done", {"headers": etag}),
        ("DELETE", "reminders/{}/done", {"headers": etag}),
        ("PUT", "reminders/{}/snooze", {"headers": etag, "json": {"until": in_days(2)}}),
        ("GET", "reminders/{}/restoration", {}),
        ("PUT", "reminders/{}/restoration", {"headers": etag}),
    ):
        answers = [await eve.api(method, path.format(each), **options) for each in (reminder["id"], UNKNOWN)]
        assert [answer.status_code for answer in answers] == [404, 404], path
        bodies = [{**answer.json(), "instance": ""} for answer in answers]
        assert bodies[0] == bodies[1]
    assert (await eve.api("POST", f"contacts/{grace['id']}/reminders", json=body)).status_code == 404
    assert (await eve.api("GET", f"contacts/{grace['id']}/reminders")).status_code == 404


async def test_the_text_is_stored_nowhere_readable(host, signed_in) -> None:
    ada = await signed_in()
    path = f"contacts/{(await a_contact(ada))['id']}/reminders"
    word = secrets.token_hex(8)
    body = {"text": word, "on": in_days(0)}
    made = await ada.api("POST", path, json=body, headers={"Idempotency-Key": "once"})
    await make_due(ada, made.json())
    await rings(host)
    await act(ada, made.json(), "PUT", "/done")
    gone = await a_reminder(ada, {"id": path.split("/")[1]}, text=word, on=in_days(2))
    await act(ada, gone, "DELETE")
    assert await places_of(word) == []


async def test_an_account_has_no_more_than_it_may(signed_in, monkeypatch) -> None:
    from domain.relationships.reminders import reminders  # noqa: PLC0415 - the module that the host loaded

    ada = await signed_in()
    grace = await a_contact(ada)
    await a_reminder(ada, grace, on=in_days(1))
    for limit in ("MOST_REMINDERS", "MOST_OF_A_CONTACT"):
        with monkeypatch.context() as patched:
            patched.setattr(reminders, limit, 1)
            full = await ada.api(
                "POST", f"contacts/{grace['id']}/reminders", json={"text": "x", "on": in_days(1)}
            )
            assert (full.status_code, full.json()["code"]) == (409, "limit_reached")


async def test_one_on_a_contact_that_is_deleted_meanwhile_is_taken_away_again(host, signed_in) -> None:
    from domain.base.errors import NotFound  # noqa: PLC0415 - the modules that the host loaded
    from domain.relationships.reminders import reminder, reminders  # noqa: PLC0415

    ada = await signed_in()
    grace, owner = await a_contact(ada), await account_of(ada)
    desk = wiring.relationships.reminders.desk()

    class Deleting(type(desk.reminders)):
        """Store of reminders before which the contact is deleted and erased, and its reminders with it."""

        async def create(self, made, creation):
            await delete(ada, grace)
            path = f"contacts/{grace['id']}/restoration"
            etag = (await ada.api("GET", path)).headers["etag"]
            assert (await ada.api("DELETE", path, headers={"If-Match": etag})).status_code == 204
            return await super().create(made, creation)

    late = desk._replace(reminders=Deleting(wiring.database(), wiring.relationships.keys()))
    content = reminder.ReminderContent(text="late", silent_weeks=3)
    making = reminders.Making(grace["id"], "rem_" + "b" * 26, "key", datetime.now(UTC))
    with pytest.raises(NotFound):
        await reminders.create_reminder(owner, content, making, desk=late)
    stored = [json.loads(text) for text in (await everything()).values() if owner in text]
    assert stored
    assert [each["kind"] for each in stored if "reminder" in each["kind"]] == []

"""Meetings from a calendar file: looked at first, logged once, undone as a whole, strangers forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.relationships.strength
from tests.forms import SAME_SITE, Fields, fields_at
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.strength.test_interactions import bare, log, path, stored
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import a_contact
from tests.stored import places_of

AT = "calendar-files"
CALENDAR = {"content-type": "text/calendar"}
SECRET = "The merger of Quetzal"


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def event(uid: str, days: int, *people: str, more: str = "") -> str:
    told = "".join(f"ATTENDEE;PARTSTAT=ACCEPTED;CN=Someone:mailto:{each}\r\n" for each in people)
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:{ago(days):%Y%m%d}T100000Z\r\nSUMMARY:{SECRET}\r\n"
        f"LOCATION:{SECRET}\r\nDESCRIPTION:{SECRET}\r\n{told}{more}END:VEVENT\r\n"
    )


def calendar(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def people() -> list[dict]:
    return [{"address": "Grace@Example.com"}, {"address": "grace@example.org"}]


async def sent(person, content: bytes):
    return await person.api("POST", AT, content=content, headers=CALENDAR)


async def logged(host, person, content: bytes) -> dict:
    answer = await sent(person, content)
    assert answer.status_code == 201, answer.text
    started = await person.api("PUT", f"{AT}/{answer.json()['id']}/application")
    assert started.status_code == 200, started.text
    await host.drain_queue("work")
    work = (await person.api("GET", f"work/{started.json()['workId']}")).json()
    assert work["state"] == "done"
    return answer.json()


async def days_of(person, contact: dict) -> list[str]:
    listed = (await person.api("GET", path(contact, "interactions"), params={"limit": "100"})).json()
    return [each["said"]["day"] for each in listed["data"]]


async def test_meetings_with_contacts_are_shown_then_logged_once_and_undone(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, emails=people())
    await log(ada, grace, "call", ago=30)
    before = bare(await stored(ada, grace))
    file = calendar(
        event("one", 10, "grace@example.com", "stranger@quetzal.example"),
        event("both", 20, "GRACE@example.com", "grace@example.org"),
        event("alone", 12, "stranger@quetzal.example"),
        event("future", -3, "grace@example.com"),
        event("old", 900, "grace@example.com"),
        event("cancelled", 9, "grace@example.com", more="STATUS:CANCELLED\r\n"),
        event("crowd", 8, "grace@example.com", *(f"p{n}@example.com" for n in range(10))),
        event("declined", 7, more="ATTENDEE;PARTSTAT=DECLINED:mailto:grace@example.com\r\n"),
        event("each second", 6, "grace@example.com", more="RRULE:FREQ=SECONDLY\r\n"),
        f"BEGIN:VEVENT\r\nUID:day\r\nDTSTART;VALUE=DATE:{ago(5):%Y%m%d}\r\n"
        "ATTENDEE:mailto:grace@example.com\r\nEND:VEVENT\r\n",
    )
    found = (await sent(ada, file)).json()
    expected = sorted(f"{ago(days):%Y-%m-%d}" for days in (20, 10, 6))
    assert found["meetings"] == [{"contactId": grace["id"], "days": expected}]
    assert found["events"] == 10
    assert found["leftOut"] == {
        "nobody": 2, "another_time": 2, "cancelled": 1, "too_many_people": 1, "rule": 1, "all_day": 1,
    }  # fmt: skip
    assert bare(await stored(ada, grace)) == before
    for _ in range(2):
        made = await logged(host, ada, file)
        assert sorted(await days_of(ada, grace)) == sorted([*expected, f"{ago(30):%Y-%m-%d}"])
    for secret in (SECRET, "stranger@quetzal.example"):
        assert await places_of(secret) == []
    # The second file logged nothing, so that undoing it takes nothing back; undoing the first does.
    assert (await ada.api("DELETE", f"{AT}/{made['id']}/application")).status_code == 200
    await host.drain_queue("work")
    assert len(await days_of(ada, grace)) == 4


async def test_a_file_is_undone_as_a_whole_and_can_be_logged_again(host, signed_in) -> None:
    ada = await signed_in()
    grace, hedy = (
        await a_contact(ada, emails=people()),
        await a_contact(ada, emails=[{"address": "h@b.example"}]),
    )
    await log(ada, grace, "call", ago=30)
    before = bare(await stored(ada, grace))
    weekly = event("weekly", 700, "grace@example.com", "h@b.example", more="RRULE:FREQ=WEEKLY\r\n")
    made = await logged(host, ada, calendar(weekly))
    assert len(await days_of(ada, hedy)) == 100
    assert (await stored(ada, grace)).sums.number == 102
    for _ in range(2):
        undone = await ada.api("DELETE", f"{AT}/{made['id']}/application")
        assert undone.status_code == 200
        await host.drain_queue("work")
    assert bare(await stored(ada, grace)) == before
    assert await days_of(ada, hedy) == []
    await logged(host, ada, calendar(weekly))
    assert (await stored(ada, grace)).sums.number == 102


async def merge(person, kept: dict, gone: dict) -> None:
    body = {
        "keepId": kept["id"],
        "keepVersion": 1,
        "dropId": gone["id"],
        "dropVersion": gone.get("version", 1),
    }
    answer = await person.api("POST", "contact-merges", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_meeting_is_logged_once_also_after_its_contact_was_merged(host, signed_in) -> None:
    ada = await signed_in()
    first, other = await a_contact(ada, emails=people()), await a_contact(ada, "Grace")
    file = calendar(
        event("one", 10, "grace@example.com", "grace@example.org"), event("two", 5, "grace@example.org")
    )
    await logged(host, ada, file)
    await merge(ada, other, first)
    assert len(await days_of(ada, other)) == 2
    await logged(host, ada, file)
    assert len(await days_of(ada, other)) == 2
    assert (await stored(ada, other)).sums.number == 2


async def test_a_file_is_logged_and_undone_with_the_contact_that_its_people_were_merged_into(
    host, signed_in
) -> None:
    ada = await signed_in()
    first, other = await a_contact(ada, emails=people()), await a_contact(ada, "Grace")
    made = (await sent(ada, calendar(event("one", 10, "grace@example.com")))).json()
    await merge(ada, other, first)
    assert (await ada.api("PUT", f"{AT}/{made['id']}/application")).status_code == 200
    await host.drain_queue("work")
    assert len(await days_of(ada, other)) == 1
    last = await a_contact(ada, "G")
    await merge(ada, last, {**other, "version": 2})
    assert len(await days_of(ada, last)) == 1
    assert (await ada.api("DELETE", f"{AT}/{made['id']}/application")).status_code == 200
    await host.drain_queue("work")
    assert await days_of(ada, last) == []


async def test_two_contacts_with_one_address_were_both_there(host, signed_in) -> None:
    ada = await signed_in()
    both = [await a_contact(ada, name, emails=people()) for name in ("Grace", "Office of Grace")]
    await logged(host, ada, calendar(event("one", 10, "grace@example.com")))
    assert [len(await days_of(ada, each)) for each in both] == [1, 1]


async def test_what_was_logged_before_it_failed_can_be_taken_back(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, emails=people())
    made = await logged(host, ada, calendar(event("one", 10, "grace@example.com")))
    works = wiring.operations.works()
    work = await works.get(await account_of(ada), f"job_log-{made['id']}")
    await works.save(work.model_copy(update={"version": work.version + 1, "state": "failed"}))
    at = f"/my/calendar-files/{made['id']}"
    page = (await ada.http.get(at)).text
    assert "The meetings could not be logged" in page
    assert (await press(ada, page, f"{at}/undoing")).status_code == 303
    await host.drain_queue("work")
    assert await days_of(ada, grace) == []


async def test_a_meeting_that_the_owner_deleted_does_not_come_back(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, emails=people())
    file = calendar(event("one", 10, "grace@example.com"), event("two", 11, "grace@example.com"))
    await logged(host, ada, file)
    listed = (await ada.api("GET", path(grace, "interactions"))).json()["data"]
    at = path(grace, "interactions", listed[0]["id"])
    assert (await ada.api("DELETE", at, headers={"If-Match": '"1"'})).status_code == 204
    await logged(host, ada, file)
    assert await days_of(ada, grace) == [listed[1]["said"]["day"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello", "unreadable"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "unreadable"),
        (b"BEGIN:VCALENDAR\r\n" * 5_000, "unreadable"),
        (b"\x00\xff" * 100, "unreadable"),
        # A folder among the time zones of the machine.
        (calendar("BEGIN:VEVENT\r\nDTSTART;TZID=Europe:20261101T100000\r\nEND:VEVENT\r\n"), "unreadable"),
        (calendar("BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 2_001), "too_many"),
        (b"x" * 4_000_001, "too_large"),
        (
            calendar(*(event(f"e{n}", 700, "a@b.example", more="RRULE:FREQ=DAILY\r\n") for n in range(10))),
            "too_many",
        ),
        (
            calendar(*(event(f"e{n}", 7, *(f"p{n}-{m}@b.example" for m in range(9))) for n in range(120))),
            "too_many",
        ),
    ],
    ids=["words", "card", "nested", "bytes", "zone", "events", "large", "meetings", "people"],
)
async def test_a_file_that_is_none_or_too_much_is_refused(signed_in, content: bytes, code: str) -> None:
    ada = await signed_in()
    refused = await sent(ada, content)
    assert refused.status_code == 422, refused.text
    [fault] = refused.json()["errors"]
    assert (fault["field"], fault["code"]) == ("/file", code)


async def test_a_file_of_somebody_else_is_not_there(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    await a_contact(ada, emails=people())
    made = (await sent(ada, calendar(event("one", 10, "grace@example.com")))).json()
    for method, rest in (("GET", ""), ("PUT", "/application"), ("DELETE", "/application")):
        assert (await eve.api(method, f"{AT}/{made['id']}{rest}")).status_code == 404
    # Nor are Ada's contacts among Eve's.
    assert (await sent(eve, calendar(event("one", 10, "grace@example.com")))).json()["meetings"] == []
    early = await ada.api("DELETE", f"{AT}/{made['id']}/application")
    assert (early.status_code, early.json()["code"]) == (409, "not_logged_yet")


async def test_it_works_on_pages_without_script(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, emails=people())
    fields = await fields_at(ada, "/my/calendar-files")
    file = calendar(event("one", 10, "grace@example.com"), event("all", 3, "x@example.com"))

    async def post(content: bytes):
        return await ada.http.post(
            "/my/calendar-files",
            data={"csrf": fields["csrf"]},
            files={"file": ("my.ics", content, "text/calendar")},
            headers=SAME_SITE,
        )

    for wrong in (b"hello", b"", b"y" * 4_500_000):
        refused = await post(wrong)
        assert refused.status_code == 422
        assert Fields(refused.text, "/my/calendar-files").invalid == {"file"}
    answer = await post(file)
    assert answer.status_code == 303, answer.text
    at = answer.headers["location"]
    page = (await ada.http.get(at)).text
    for text in (
        "One meeting found",
        "Grace Hopper",
        "Nobody of your contacts was there",
        "Nothing is logged yet",
    ):
        assert text in page
    assert (await press(ada, page, f"{at}/application")).status_code == 303
    assert "being logged" in (await ada.http.get(at)).text
    await host.drain_queue("work")
    page = (await ada.http.get(at)).text
    assert "The meetings are logged" in page
    assert len(await days_of(ada, grace)) == 1
    assert (await press(ada, page, f"{at}/undoing")).status_code == 303
    await host.drain_queue("work")
    assert "The meetings are taken back" in (await ada.http.get(at)).text
    assert await days_of(ada, grace) == []


async def test_two_logs_at_once_do_not_double(host, signed_in) -> None:
    import asyncio  # noqa: PLC0415

    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import new_work  # noqa: PLC0415
    from domain.relationships.calendar.logging import LOG, log_id  # noqa: PLC0415

    ada = await signed_in()
    grace = await a_contact(ada, emails=people())
    file = calendar(*(event(f"e{n}", n, "grace@example.com") for n in range(1, 30)))
    made = [(await sent(ada, file)).json() for _ in range(2)]
    owner, jobs = await account_of(ada), wiring.relationships.calendar.jobs()
    works = [new_work(LOG, owner, log_id(each["id"]), datetime.now(UTC)) for each in made]
    await asyncio.gather(*(jobs[LOG].slice(each, Slice(lambda: 0.0)) for each in works))
    assert (await stored(ada, grace)).sums.number == 29
    assert len(await days_of(ada, grace)) == 29

"""Whom to get in touch with: each with its reason, one press, and a dismissal that holds for that reason."""

import re
from datetime import UTC, datetime, timedelta

import wiring.relationships
import wiring.relationships.refine
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.reminders.test_reminders import a_reminder, in_days, make_due, rings
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import a_contact, change, delete
from tests.functions.today.test_today import calls_of
from tests.stored import everything

TODAY = datetime.now(UTC).date()
PAGE = "/my/relationships"
UNKNOWN = "con_" + "a" * 26


def days_ago(number: int) -> str:
    return (TODAY - timedelta(days=number)).isoformat()


async def meets(person, contact: dict, *days: int, kind: str = "meeting") -> None:
    for ago in days:
        said = {"kind": kind, "day": days_ago(ago)}
        answer = await person.api("POST", f"contacts/{contact['id']}/interactions", json=said)
        assert answer.status_code == 201, answer.text


async def cooling(person, name: str = "Grace Hopper") -> dict:
    """A contact who was met every other week, the last time 60 days ago."""
    contact = await a_contact(person, name)
    await meets(person, contact, 60, 74, 88, 102)
    return contact


async def suggested(person, **query: str) -> list[dict]:
    answer = await person.api("GET", "suggestions", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_who_is_cooling_is_suggested_until_something_happens(signed_in) -> None:
    ada = await signed_in()
    grace = await cooling(ada)
    (one,) = await suggested(ada)
    assert (one["contactId"], one["kind"], one["lastOn"]) == (grace["id"], "cooling", days_ago(60))
    assert "No contact for 8 weeks" in one["why"]
    assert await suggested(ada, kind="silent") == []
    page = (await ada.http.get(PAGE)).text
    assert "Cooling" in page
    told = await press(ada, page, f"{PAGE}/met")
    page = (await ada.http.get(told.headers["location"])).text
    assert "It is logged that you met today." in page
    assert await suggested(ada) == []
    await press(ada, page, f"{PAGE}/not-met")
    assert [each["contactId"] for each in await suggested(ada)] == [grace["id"]]


async def test_a_press_that_is_sent_twice_logs_one_meeting_which_is_taken_back(signed_in) -> None:
    ada = await signed_in()
    grace = await cooling(ada)
    page = (await ada.http.get(PAGE)).text
    path = f"contacts/{grace['id']}/interactions"
    for _ in range(2):
        told = await press(ada, page, f"{PAGE}/met")
        assert told.status_code == 303
    assert len((await ada.api("GET", path)).json()["data"]) == 5
    page = (await ada.http.get(told.headers["location"])).text
    assert "It is logged that you met today." in page
    await press(ada, page, f"{PAGE}/not-met")
    assert len((await ada.api("GET", path)).json()["data"]) == 4
    assert len(await suggested(ada)) == 1


async def test_who_is_silent_for_long_is_suggested_the_strongest_first(signed_in) -> None:
    ada = await signed_in()
    weak, strong = await a_contact(ada, "Weak"), await a_contact(ada, "Strong")
    await meets(ada, weak, 400)
    await meets(ada, strong, 300, 310, 320, 330)
    found = await suggested(ada, kind="silent")
    assert [each["name"] for each in found] == ["Strong", "Weak"]
    assert "No contact for 57 weeks" in found[1]["why"]


async def test_a_dismissal_holds_until_the_reason_is_another(signed_in) -> None:
    ada = await signed_in()
    grace = await cooling(ada)
    page = (await ada.http.get(PAGE)).text
    told = await press(ada, page, f"{PAGE}/dismissal")
    page = (await ada.http.get(told.headers["location"])).text
    assert "It is not suggested any more" in page
    assert await suggested(ada) == []
    await press(ada, page, f"{PAGE}/dismissal/undo")
    (one,) = await suggested(ada)
    path = f"contacts/{grace['id']}/dismissal"
    said = {"kind": "cooling", "reason": one["reason"]}
    for _ in range(2):
        assert (await ada.api("PUT", path, json=said)).status_code == 204
    assert await suggested(ada) == []
    # Something happened since, and it is silent again.
    await meets(ada, grace, 50)
    (again,) = await suggested(ada)
    assert again["reason"] != one["reason"]
    assert (await ada.api("DELETE", path, params={"kind": "cooling"})).status_code == 204


async def test_those_met_at_the_same_event_are_suggested_with_the_event(signed_in) -> None:
    ada = await signed_in()
    met = {"event": "Slush 2026", "on": days_ago(20)}
    grace = await a_contact(ada, "Grace", met=met)
    await a_contact(ada, "Alone", met={"event": "Elsewhere", "on": days_ago(20)})
    assert await suggested(ada, kind="event") == []
    alan = await a_contact(ada, "Alan", met={**met, "event": "SLUSH 2026"})
    found = await suggested(ada, kind="event")
    assert {each["contactId"] for each in found} == {grace["id"], alan["id"]}
    assert {each["event"]["others"] for each in found} == {1}
    assert "You met at Slush 2026" in next(each["why"] for each in found if each["name"] == "Grace")
    # The exchange of that day is no follow-up; a call since then is.
    await meets(ada, grace, 20, kind="exchange")
    assert len(await suggested(ada, kind="event")) == 2
    await meets(ada, grace, 10, kind="call")
    assert [each["name"] for each in await suggested(ada, kind="event")] == ["Alan"]
    await change(ada, alan, met={"event": "Slush 2026", "on": days_ago(300)})
    assert await suggested(ada, kind="event") == []


async def test_whom_one_promised_is_on_the_page(host, signed_in) -> None:
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(0))
    await make_due(ada, reminder)
    await rings(host)
    page = (await ada.http.get(PAGE)).text
    assert "You wanted to be reminded" in page
    assert "Ask about the boat" in page


async def test_deleted_and_archived_contacts_are_not_suggested(signed_in) -> None:
    ada = await signed_in()
    gone, away = await cooling(ada, "Gone"), await cooling(ada, "Away")
    assert len(await suggested(ada)) == 2
    await delete(ada, gone)
    await change(ada, away, archived=True)
    assert await suggested(ada) == []
    page = (await ada.http.get(PAGE)).text
    assert "Gone" not in page
    assert "Away" not in page


async def test_an_empty_page_says_what_to_do_first(signed_in) -> None:
    ada = await signed_in()
    page = (await ada.http.get(PAGE)).text
    assert "See how your relationships go" in page
    assert '<svg viewBox="0 0 320' not in page


async def test_the_pictures_show_the_owners_relationships(signed_in) -> None:
    ada = await signed_in()
    grace = await cooling(ada, "Grace <Hopper>")
    firm = await a_contact(ada, "Firm & Co", kind="entity", groups=["Clients"])
    await meets(ada, firm, 3)
    page = (await ada.http.get(PAGE)).text
    assert "2 contacts: the nearer to the middle, the stronger." in page
    assert re.search(r"<text [^>]*>Grace &lt;Hop", page)
    assert re.search(
        r'<th scope="row" dir="auto">Firm &amp; Co</th><td>Clients</td><td class="number">\d+', page
    )
    assert "4 or more a day" in page
    last_year = (await ada.http.get(f"{PAGE}?year={TODAY.year - 1}")).text
    assert f"<h2>{TODAY.year - 1}</h2>" in last_year
    for wrong in ("9999", "x", "1999", "²⁰²⁵"):
        assert f"<h2>{TODAY.year}</h2>" in (await ada.http.get(PAGE, params={"year": wrong})).text
    own = (await ada.http.get(f"/my/contacts/{grace['id']}")).text
    assert "Strength of your relationship with Grace &lt;Hopper&gt;, week by week" in own
    assert "The last 4 times" in own


async def test_the_map_has_who_is_strongest_today_whatever_is_stored(signed_in, monkeypatch) -> None:
    from functions.relationships.refine import pictures  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(pictures, "MOST_SHOWN", 1)
    ada = await signed_in()
    near, far = await a_contact(ada, "Near"), await a_contact(ada, "Far")
    await meets(ada, near, 0)
    await meets(ada, far, 90)
    items = wiring.relationships.contacts()._items
    stored = await items.read(f"strength-{far['id']}", await account_of(ada))
    # As it was when it was written, some weeks ago.
    stored["body"]["score"], stored["strongest"] = 50, f"050:{far['id']}"
    await items.replace({k: v for k, v in stored.items() if not k.startswith("_")}, stored["_etag"])
    page = (await ada.http.get(PAGE)).text
    shown = page[page.index('id="map"') :][: page.index('id="year"') - page.index('id="map"')]
    assert ("Near" in shown, "Far" in shown) == (True, False)


async def test_a_contact_of_whom_nothing_is_logged_has_no_picture(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    assert "week by week" not in (await ada.http.get(f"/my/contacts/{grace['id']}")).text


async def test_the_page_asks_no_more_with_more_contacts(signed_in, cloud) -> None:
    asked = []
    for number in (2, 14):
        person = await signed_in()
        for each in range(number):
            await cooling(person, f"Person {each}")
        asked.append(len(await calls_of(cloud, person.http.get(PAGE))))
        assert (await person.http.get(PAGE)).text.count("Not now:") == min(number, 10)
    assert asked[0] == asked[1]


async def test_who_dismissed_many_is_not_read_through_all_of_them(signed_in, cloud, monkeypatch) -> None:
    from domain.relationships.refine import suggestions  # noqa: PLC0415 - the module that the host loaded

    for name, number in (("_PAGE", 2), ("_PAGES", 2), ("MOST_SHOWN", 2)):
        monkeypatch.setattr(suggestions, name, number)
    asked = []
    for number in (5, 9):
        person = await signed_in()
        for each in range(number):
            await cooling(person, f"Person {each}")
        while found := await suggested(person):
            for each in found:
                said = {"kind": each["kind"], "reason": each["reason"]}
                await person.api("PUT", f"contacts/{each['contactId']}/dismissal", json=said)
        asked.append(len(await calls_of(cloud, person.http.get(PAGE))))
    assert asked[0] == asked[1]


async def test_somebody_elses_contact_cannot_be_dismissed_or_told_from_none(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    grace = await cooling(ada)
    for method, options in (
        ("PUT", {"json": {"kind": "cooling", "reason": "0" * 32}}),
        ("DELETE", {"params": {"kind": "cooling"}}),
    ):
        told = []
        for contact in (grace["id"], UNKNOWN):
            answer = await eve.api(method, f"contacts/{contact}/dismissal", **options)
            told.append((answer.status_code, {**answer.json(), "instance": ""}))
        assert told[0] == told[1]
        assert told[0][0] == 404
    assert len(await suggested(ada)) == 1


async def test_a_dismissal_names_its_reason_and_tells_nothing_of_it(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, "Grace", met={"event": "Periwinkle", "on": days_ago(5)})
    await a_contact(ada, "Alan", met={"event": "Periwinkle", "on": days_ago(5)})
    path, right = f"contacts/{grace['id']}/dismissal", {"kind": "event", "reason": "0" * 32}
    for field, wrong in (("reason", "Periwinkle"), ("kind", "birthday"), ("more", 1)):
        refused = await ada.api("PUT", path, json={**right, field: wrong})
        assert [fault["field"] for fault in refused.json()["errors"]] == [f"/{field}"]
    refused = await ada.api("DELETE", path, params={"kind": "birthday"})
    assert [fault["field"] for fault in refused.json()["errors"]] == ["kind"]
    found = {each["contactId"]: each["reason"] for each in await suggested(ada, kind="event")}
    await ada.api("PUT", path, json={"kind": "event", "reason": found[grace["id"]]})
    (stored,) = await wiring.relationships.refine.refining().dismissals(await account_of(ada), [grace["id"]])
    assert stored.reason == found[grace["id"]]
    kept = [text for (_name, item), text in (await everything()).items() if item.startswith("dis_")]
    assert kept
    assert all("Periwinkle" not in text for text in kept)

"""Timeline and strength on a contact's page, as a browser without script uses them."""

from tests.forms import Fields, fields_at, send
from tests.functions.relationships.strength.test_interactions import day, log, strength
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import a_contact


async def page_of(person, contact: dict, rest: str = "") -> str:
    answer = await person.http.get(f"/my/contacts/{contact['id']}{rest}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_met_today_is_one_press_on_the_contacts_page_and_is_undone_from_the_notice(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    page = await page_of(ada, grace)
    assert "Log when you met, called or wrote" in page
    at = f"/my/contacts/{grace['id']}/interactions"
    answers = [await press(ada, page, at) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    told = (await ada.http.get(answers[0].headers["location"])).text
    for text in ("It is logged.", "44 of 100", "Growing", "Today: meeting", "1 meeting in 90 days"):
        assert text in told
    assert (await strength(ada, grace))["score"] == 44
    undo = next(part for part in told.split('"') if part.endswith("/deletion"))
    gone = await press(ada, told, undo)
    deleted = (await ada.http.get(gone.headers["location"])).text
    assert (await strength(ada, grace))["score"] == 0
    back = next(part for part in deleted.split('"') if part.endswith("/restoration"))
    restored = await press(ada, deleted, back)
    assert "is back, as it was" in (await ada.http.get(restored.headers["location"])).text
    assert (await strength(ada, grace))["score"] == 44


async def test_a_faulty_form_says_what_to_do_and_keeps_what_was_typed(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    at = f"/my/contacts/{grace['id']}/interactions"
    for typed in ("2999-01-01", "1999-01-01", "soon", ""):
        fields = {**await fields_at(ada, at), "kind": "call", "day": typed}
        answer = await send(ada, at, fields)
        assert answer.status_code == 422
        again = Fields(answer.text, at)
        assert again.invalid == {"day"}
        assert (again.values["kind"], again.values["day"]) == ("call", typed)
    assert (await send(ada, at, {**again.values, "day": day(2)})).status_code == 303
    assert "2 days ago: call" in await page_of(ada, grace)


async def test_an_interaction_is_ignored_and_counted_again_from_the_timeline(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    made = await log(ada, grace)
    at = f"/my/contacts/{grace['id']}/interactions"
    action = f"{at}/{made['id']}/ignored"
    ignored = await press(ada, await page_of(ada, grace), action)
    told = (await ada.http.get(ignored.headers["location"])).text
    assert "Does not count" in told
    assert (await strength(ada, grace))["score"] == 0
    counted = await press(ada, told, action)
    assert "It counts again" in (await ada.http.get(counted.headers["location"])).text
    assert (await strength(ada, grace))["score"] == 44


async def test_a_correction_is_made_on_a_page_and_seen_at_once(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    await log(ada, grace, "mail", direction="out")
    at = f"/my/contacts/{grace['id']}/strength"
    before = (await strength(ada, grace))["score"]
    fields = {**await fields_at(ada, at), "corrections-reciprocity": "+12", "corrections-overall": "-3"}
    saved = [await send(ada, at, fields) for _ in range(2)]
    assert [answer.status_code for answer in saved] == [303, 303]
    page = (await ada.http.get(saved[0].headers["location"])).text
    assert f"Strength: {before + 9} of 100" in page
    assert page.count("Your correction<") == 2
    faulty = await send(ada, at, {**await fields_at(ada, at), "corrections-variety": "lots"})
    assert faulty.status_code == 422
    assert Fields(faulty.text, at).invalid == {"corrections-variety"}
    assert Fields(faulty.text, at).values["corrections-variety"] == "lots"
    fields = await fields_at(ada, at)
    await log(ada, grace, "call")
    stale = await send(ada, at, {**fields, "corrections-overall": "7"})
    assert stale.status_code == 412
    assert Fields(stale.text, at).values["corrections-overall"] == "7"
    assert (await send(ada, at, Fields(stale.text, at).values)).status_code == 303


async def test_the_timeline_is_read_page_by_page(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    for ago in range(27):
        await log(ada, grace, "call", ago=ago)
    page = await page_of(ada, grace, "/interactions")
    assert page.count("/deletion") == 25
    following = page.split("?cursor=")[1].split('"')[0]
    rest = await page_of(ada, grace, f"/interactions?cursor={following}")
    assert rest.count("/deletion") == 2
    assert "16 times or more in 90 days" in await page_of(ada, grace)


async def test_somebody_elses_pages_are_not_there(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    grace = await a_contact(ada)
    for rest in ("interactions", "strength"):
        answer = await eve.http.get(f"/my/contacts/{grace['id']}/{rest}")
        assert answer.status_code == 404

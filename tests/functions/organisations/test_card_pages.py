"""Pages of staff cards: one's own within its template, and asking for what the organisation decides."""

import html
import re
import secrets

import pytest

from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, page_of
from tests.functions.organisations.test_template_pages import Pages

LOCKED = {"title": {"mode": "locked", "value": "Staff"}}


@pytest.fixture
async def office(signed_in):
    ada = await signed_in()
    made = Office(ada, await an_organisation(ada))
    await made.template(**LOCKED)
    return made


class Desk(Pages):
    """Somebody with a card of the organisation, at its pages."""

    def __init__(self, person, office, card) -> None:
        super().__init__(person, office.org)
        self.card, self.place = card, f"/cards/{card.json()['id']}"

    async def form(self) -> dict[str, str]:
        return fields_in(await self.get(self.place))


async def a_desk(office, signed_in) -> Desk:
    person = await signed_in()
    return Desk(person, office, await office.card((await joined(office.org, person))["id"]))


def fields_in(page: str, part: str = 'id="edit"') -> dict[str, str]:
    """The fields of a form as a browser would send them, but for its buttons."""
    [form] = re.findall(rf"<form[^>]*{part}.*?</form>", page, re.DOTALL)
    inputs = r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"'
    found = dict(re.findall(inputs, form))
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        found[name] = (re.findall(r'value="([^"]*)" selected', inside) or [""])[0]
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
    return {name: html.unescape(text) for name, text in found.items() if name not in ("csrf", "then")}


async def test_who_has_no_card_is_told_whom_to_ask(office, signed_in) -> None:
    grace = await signed_in()
    await joined(office.org, grace)
    assert "You have no card of this organisation yet" in await Pages(grace, office.org).get("/my-card")


async def test_a_person_edits_what_the_template_leaves_and_everybody_sees_it(
    office, signed_in, client
) -> None:
    desk, word = await a_desk(office, signed_in), secrets.token_hex(8)
    led = await desk.person.http.get(f"{desk.at}/my-card")
    assert led.headers["location"] == f"{desk.at}{desk.place}"
    page = await desk.get(desk.place)
    form = fields_in(page)
    assert "title" not in form
    assert "bio" not in form
    assert "Staff (Everyone)" in page
    form |= {"website": "https://grace.example", "phones-0-number": "+46701740605", "phones-0-kind": "work"}
    form |= {"pronouns": word, "audiences-pronouns": "public", "phones-0-audience": "public"}
    saved = await desk.post(desk.place, **form)
    assert saved.status_code == 303, saved.text
    assert "Everybody sees it in a moment" in await desk.get(f"{desk.place}?done=saved")
    shown = await page_of(client, desk.card)
    assert word in shown
    assert "grace.example" in shown
    assert "+46701740605" in shown
    assert (await desk.form())["website"] == "https://grace.example/"


async def test_a_fault_keeps_what_was_typed(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    form = await desk.form() | {"website": "nonsense", "pronouns": "she/her"}
    refused = await desk.post(desk.place, **form)
    assert refused.status_code == 422
    assert 'id="fault-website"' in refused.text
    again = fields_in(refused.text)
    assert (again["website"], again["pronouns"]) == ("nonsense", "she/her")


async def test_a_late_save_shows_what_is_newer(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    form = await desk.form()
    assert (await desk.post(desk.place, **form, then="save")).status_code == 303
    late = await desk.post(desk.place, **(form | {"website": "https://late.example"}))
    assert late.status_code == 412
    assert "changed somewhere else meanwhile" in late.text
    again = fields_in(late.text)
    assert again["website"] == "https://late.example"
    assert (await desk.post(desk.place, **again)).status_code == 303


async def test_what_the_form_does_not_have_stays_as_it_is(office, signed_in) -> None:
    """Locked fields that are sent all the same, as by a page from before a release, change nothing."""
    desk = await a_desk(office, signed_in)
    saved = await desk.post(desk.place, **(await desk.form() | {"title": "Boss", "bio": "Me"}))
    assert saved.status_code == 303, saved.text
    content = (await office.get(desk.card.json()["id"])).json()["content"]
    assert (content["title"], content["bio"]) == ("Staff", None)


async def test_rows_are_added_without_script_and_nothing_is_saved(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    form = await desk.form() | {"phones-0-number": "+46701740605"}
    more = await desk.post(desk.place, **form, then="add phones")
    assert more.status_code == 200
    assert "Not saved yet" in more.text
    assert {"phones-0-number", "phones-1-number"} <= fields_in(more.text).keys()
    assert (await office.get(desk.card.json()["id"])).json()["content"]["phones"] == []


async def test_an_audience_that_the_template_forbids_is_not_offered(office, signed_in) -> None:
    await office.change(**LOCKED, website={"mode": "optional", "audience": "private", "widest": "signed_in"})
    desk = await a_desk(office, signed_in)
    page = await desk.get(desk.place)
    [choices] = re.findall(r'<select id="f-audiences-website".*?</select>', page, re.DOTALL)
    assert 'value="public"' not in choices
    refused = await desk.post(
        desk.place, **(await desk.form() | {"website": "https://x.example", "audiences-website": "public"})
    )
    assert refused.status_code == 422
    assert "may not be shown to so many people" in refused.text


async def test_what_is_typed_is_previewed_and_goes_back_to_the_form(office, signed_in) -> None:
    desk, word = await a_desk(office, signed_in), secrets.token_hex(8)
    form = await desk.form() | {"pronouns": word, "audiences-pronouns": "public", "website": "nonsense"}
    seen = await desk.post(f"{desk.place}/preview", **form)
    assert seen.status_code == 200
    assert word in seen.text
    assert f'formaction="{desk.at}{desk.place}"' in seen.text
    back = await desk.post(desk.place, **form, then="look")
    assert fields_in(back.text)["website"] == "nonsense"
    framed = await desk.person.http.post(
        f"{desk.at}{desk.place}/preview?framed=1", data={"csrf": desk.person.csrf, **form}
    )
    assert "Back to editing" not in framed.text


async def test_a_change_is_asked_for_and_its_answer_is_found(office, signed_in, client) -> None:
    desk, word = await a_desk(office, signed_in), secrets.token_hex(8)
    ask = f"{desk.place}/ask"
    form = fields_in(await desk.get(f"{ask}?field=title"))
    assert form["title"] == "Staff"
    refused = await desk.post(ask, **(form | {"title": word}))
    assert refused.status_code == 422
    assert fields_in(refused.text)["title"] == word
    sent = await desk.post(ask, **(form | {"title": word, "reason": "Promoted"}))
    assert sent.status_code == 303, sent.text
    again = await desk.post(ask, **(form | {"title": word, "reason": "Promoted"}))
    assert again.status_code == 303
    page = await desk.get(desk.place)
    assert page.count(word) == 1
    assert "Waiting" in page
    leader = Pages(office.owner, office.org)
    [request] = (await office.owner.api("GET", f"{office.at}/change-requests")).json()["data"]
    waiting = await leader.get("/requests")
    assert word in waiting
    assert "Promoted" in waiting
    done = await leader.post("/requests", **{f"pick-{request['id']}": "1"}, then="approved")
    assert "One request is approved." in done.text
    assert "No request waits" in done.text
    assert word in await page_of(client, desk.card)
    assert "Approved" in await desk.get(desk.place)


async def test_rows_of_a_locked_field_are_asked_for(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    ask, word = f"{desk.place}/ask", secrets.token_hex(8)
    form = fields_in(await desk.get(f"{ask}?field=emails"))
    more = fields_in((await desk.post(ask, **form, then="add emails")).text)
    more |= {"emails-1-address": f"{word}@example.com", "emails-1-kind": "work", "reason": "Both are read"}
    wrong = await desk.post(ask, **(more | {"emails-0-address": "no"}))
    assert 'id="fault-emails-0-address"' in wrong.text
    assert (await desk.post(ask, **more)).status_code == 303
    [request] = (await office.owner.api("GET", f"{office.at}/change-requests")).json()["data"]
    assert [each["address"] for each in request["value"]][1] == f"{word}@example.com"


async def test_only_locked_fields_of_ones_own_card_are_asked_for(office, signed_in) -> None:
    desk, other = await a_desk(office, signed_in), await a_desk(office, signed_in)
    for field in ("website", "photo", "salary"):
        answer = await desk.person.http.get(f"{desk.at}{desk.place}/ask?field={field}")
        assert answer.status_code == 404, field
    assert (await other.person.http.get(f"{desk.at}{desk.place}/ask?field=title")).status_code == 404
    assert (await office.owner.http.get(f"{desk.at}{desk.place}/ask?field=title")).status_code == 404
    assert (await other.person.http.get(f"{desk.at}{desk.place}")).status_code == 403


async def test_leaders_open_and_change_the_cards_of_others(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    leader = Desk(office.owner, office, desk.card)
    form = await leader.form() | {"website": "https://led.example"}
    assert (await leader.post(desk.place, **form)).status_code == 303
    assert (await desk.form())["website"] == "https://led.example/"


async def test_a_request_needs_a_reason(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    form = fields_in(await desk.get(f"{desk.place}/ask?field=title"))
    refused = await desk.post(f"{desk.place}/ask", **form)
    [told] = re.findall(r'<a href="#f-reason">([^<]+)</a>', refused.text)
    assert told == "Why must not be empty"

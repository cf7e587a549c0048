"""Pages of change requests: answered one by one and together, withdrawn, and told to who asked."""

import asyncio
import secrets

import pytest

from tests.functions.organisations.joined import do
from tests.functions.organisations.test_card_pages import a_desk, fields_in, office
from tests.functions.organisations.test_change_requests import ask
from tests.functions.organisations.test_template_pages import Pages

__all__ = ["office"]


@pytest.fixture
def leader(office):
    return Pages(office.owner, office.org)


async def asked(office, signed_in, value: str = "Captain", **fields):
    desk = await a_desk(office, signed_in)
    made = await ask(desk.person, office, desk.card, value, **fields)
    assert made.status_code == 201, made.text
    return desk, made.json()["id"]


async def title_of(office, desk) -> str:
    return (await office.get(desk.card.json()["id"])).json()["content"]["title"]


async def test_nothing_waits_at_first(leader) -> None:
    assert "No request waits" in await leader.get("/requests")


async def test_several_are_answered_at_once_and_what_was_late_is_told(office, leader, signed_in) -> None:
    made = [await asked(office, signed_in, f"Number {number}") for number in range(3)]
    page = await leader.get("/requests")
    assert all(f"Number {number}" in page for number in range(3))
    assert all(desk.person.name in page for desk, _ in made)
    await made[0][0].post(f"/requests/{made[0][1]}/withdrawal", version="1")
    picks = {f"pick-{request_id}": "1" for _, request_id in made}
    done = await leader.post("/requests", **picks, then="approved")
    assert "2 requests are approved." in done.text
    assert "One was not answered" in done.text
    assert [await title_of(office, desk) for desk, _ in made] == ["Staff", "Number 1", "Number 2"]
    again = await leader.post("/requests", **picks, then="declined")
    assert "3 were not answered" in again.text
    none = await leader.post("/requests", then="approved")
    assert none.status_code == 422
    assert "Choose at least one request" in none.text


async def test_one_is_approved_with_another_value(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    at, word = f"/requests/{request_id}", secrets.token_hex(8)
    form = fields_in(await leader.get(at))
    assert form["title"] == "Captain"
    done = await leader.post(f"{at}/answer", **(form | {"title": word, "says": "Nearly"}), then="approved")
    assert done.status_code == 303, done.text
    assert await title_of(office, desk) == word
    told = await desk.get(at)
    assert word in told
    assert "Nearly" in told
    late = await leader.post(f"{at}/answer", **form, then="declined")
    assert late.status_code == 409
    assert "answered or withdrawn already" in late.text


async def test_a_wrong_value_keeps_the_form(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    form = fields_in(await leader.get(f"/requests/{request_id}")) | {"title": "x" * 500, "says": "Here"}
    refused = await leader.post(f"/requests/{request_id}/answer", **form, then="approved")
    assert refused.status_code == 422, refused.text
    assert fields_in(refused.text)["says"] == "Here"
    assert await title_of(office, desk) == "Staff"


async def test_one_is_declined_with_a_word(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    form = fields_in(await leader.get(f"/requests/{request_id}")) | {"says": "Not yet"}
    assert (await leader.post(f"/requests/{request_id}/answer", **form, then="declined")).status_code == 303
    assert await title_of(office, desk) == "Staff"
    assert "Not yet" in await desk.get(f"/requests/{request_id}")


async def test_of_two_who_answer_at_once_on_pages_one_is_told(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    form = fields_in(await leader.get(f"/requests/{request_id}"))
    answers = await asyncio.gather(
        *(
            leader.post(f"/requests/{request_id}/answer", **form, then=then)
            for then in ("approved", "declined")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert await title_of(office, desk) == ("Captain" if answers[0].status_code == 303 else "Staff")


async def test_who_asked_withdraws_and_nobody_else(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    other = await a_desk(office, signed_in)
    at = f"/requests/{request_id}/withdrawal"
    assert (await other.post(at, version="1")).status_code == 403
    assert (await leader.post(at, version="1")).status_code == 403
    assert (await desk.post(at, version="1")).status_code == 303
    assert "Withdrawn" in await desk.get(desk.place)
    assert "No request waits" in await leader.get("/requests")


async def test_who_decides_and_who_asked_are_told_under_today(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    assert "One request waits for an answer." in (await office.owner.http.get("/my")).text
    assert "Your request: Title" not in (await desk.person.http.get("/my")).text
    assert (await desk.post(f"/requests/{request_id}/seen", version="1")).status_code == 303
    form = fields_in(await leader.get(f"/requests/{request_id}"))
    assert (await leader.post(f"/requests/{request_id}/answer", **form, then="approved")).status_code == 303
    assert "requests wait" not in (await office.owner.http.get("/my")).text
    told = (await desk.person.http.get("/my")).text
    assert "Your request: Title" in told
    assert "It is approved" in told
    seen = f"/requests/{request_id}/seen"
    assert (await leader.post(seen, version="2")).status_code == 403
    for _ in range(2):
        assert (await desk.post(seen, version="2")).status_code == 303
    assert "Your request: Title" not in (await desk.person.http.get("/my")).text


async def test_a_staff_card_is_among_the_persons_cards(office, signed_in) -> None:
    desk = await a_desk(office, signed_in)
    page = (await desk.person.http.get("/my/cards")).text
    assert "From your organisations" in page
    assert f'href="{desk.at}{desk.place}"' in page


async def test_a_request_of_somebody_who_left_can_only_be_declined(office, leader, signed_in) -> None:
    desk, request_id = await asked(office, signed_in)
    member_id = (await office.get(desk.card.json()["id"])).json()["memberId"]
    assert (await do(office.owner, "DELETE", office.org, member_id)).status_code == 204
    form = fields_in(await leader.get(f"/requests/{request_id}"))
    refused = await leader.post(f"/requests/{request_id}/answer", **form, then="approved")
    assert refused.status_code == 409
    assert "has left the organisation" in refused.text
    assert (await leader.post(f"/requests/{request_id}/answer", **form, then="declined")).status_code == 303

"""Pages of a design: ordered, access given and ended, proposed and answered, without script."""

import re
import secrets

import pytest

from tests.forms import Fields
from tests.functions.organisations.designs import (
    WISHES,
    a_card,
    a_designer,
    a_proposal,
    ask,
    begun,
    design_of,
    form_of,
    granted,
    order,
    press,
    proposed,
    read,
    records,
    saved,
    staff,
)
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_template_pages import Pages


@pytest.fixture
async def pages(signed_in) -> Pages:
    ada = await signed_in()
    return Pages(ada, await an_organisation(ada, f"Firm {secrets.token_hex(4)}"))


@pytest.fixture
async def disa(host, client, signed_in):
    return await a_designer(client, signed_in)


def form_in(page: str, action: str) -> dict[str, str]:
    return Fields(page, action).values


async def test_a_design_is_ordered_and_access_is_given_and_ended(pages, disa) -> None:
    page = await pages.get("/design")
    assert "Please design our cards" in page
    form = form_in(page, f"{pages.at}/design")
    refused = await pages.post("/design", **(form | {"wishes": " "}))
    assert refused.status_code == 422
    assert 'id="fault-wishes"' in refused.text
    for _ in range(2):
        ordered = await pages.post("/design", **(form | {"wishes": WISHES}))
        assert ordered.headers["location"] == f"{pages.at}/design?done=ordered"
    assert "No designer has taken it yet" in await pages.get("/design")
    await ask(disa, pages.org)
    page = await pages.get("/design?done=ordered")
    assert f"{disa.name} of iZwop asks for access" in page
    assert "They see no people and no cards." in page
    assert form_in(page, f"{pages.at}/design/grant")["days"] == "7"
    given = await pages.post("/design/grant", **(form_in(page, f"{pages.at}/design/grant") | {"days": "1"}))
    assert given.headers["location"] == f"{pages.at}/design?done=given"
    page = await pages.get("/design")
    assert f"{disa.name} of iZwop has access" in page
    assert f"{pages.person.name} gave it." in page
    assert (await disa.http.get(staff(pages.org))).status_code == 200
    assert "Looked at the list of templates" in await pages.get("/design")
    ended = await pages.post("/design/revocation", **form_in(page, f"{pages.at}/design/revocation"))
    assert ended.headers["location"] == f"{pages.at}/design?done=revoked"
    assert (await disa.http.get(staff(pages.org))).status_code == 404
    assert "has access" not in await pages.get("/design")
    await ask(disa, pages.org)
    page = await pages.get("/design")
    refused = await pages.post("/design/refusal", **form_in(page, f"{pages.at}/design/refusal"))
    assert refused.headers["location"] == f"{pages.at}/design?done=refused"
    page = await pages.get("/design")
    over = await pages.post("/design/end", **form_in(page, f"{pages.at}/design/end"))
    assert over.headers["location"] == f"{pages.at}/design?done=ended"
    assert "Please design our cards" in await pages.get("/design")
    stale = await pages.post("/design/grant", version="1", days="7")
    assert stale.headers["location"] == f"{pages.at}/design?done=changed"


async def test_giving_access_needs_a_fresh_sign_in(pages, disa, monkeypatch) -> None:
    from datetime import timedelta  # noqa: PLC0415

    import wiring.sign_in  # noqa: PLC0415

    await order(pages.person, pages.org)
    await ask(disa, pages.org)
    form = form_in(await pages.get("/design"), f"{pages.at}/design/grant")
    monkeypatch.setattr(wiring.sign_in, "fresh_within", lambda: timedelta(0))
    asked = await pages.post("/design/grant", **form)
    assert asked.status_code == 403
    assert "Sign in again to confirm that it is you" in asked.text
    answer = await pages.person.api(
        "PUT",
        f"organisations/{pages.org['id']}/design/grant",
        json={"days": 7},
        headers={"If-Match": f'"{form["version"]}"'},
    )
    assert answer.json()["code"] == "fresh_sign_in_needed"
    assert (await disa.http.get(staff(pages.org))).status_code == 404


async def test_a_proposal_is_seen_with_its_effect_and_approved(host, pages, disa, signed_in) -> None:
    template, _card = await a_card(pages.person, pages.org, signed_in)
    await granted(pages.person, pages.org, disa)
    proposal = await begun(disa, pages.org, template)
    await saved(disa, pages.org, proposal, **{"rules-title-value": "Captain"})
    await proposed(disa, pages.org, proposal, "Titles are clearer.")
    home = await pages.get("")
    assert "A proposal of iZwop's designers waits for your answer." in home
    at = f"/proposals/{proposal}"
    assert at in await pages.get("/design")
    page = await pages.get(at)
    assert "Titles are clearer." in page
    assert "The organisation decides: Captain" in page
    assert "Approve and release" not in page
    counted = await pages.post(f"{at}/effect", **form_in(page, f"{pages.at}{at}/effect"))
    assert counted.status_code == 303
    assert "0 cards are counted so far" in await pages.get(f"{at}?counting=1")
    await host.drain_queue("work")
    page = await pages.get(at)
    assert "One card of 1 would change" in page
    approved = await pages.post(f"{at}/approval", **form_in(page, f"{pages.at}{at}/approval"))
    assert approved.headers["location"] == f"{pages.at}/design?done=approved"
    again = await pages.post(f"{at}/approval", **form_in(page, f"{pages.at}{at}/approval"))
    assert again.headers["location"] == f"{pages.at}/design?done=changed"
    assert f"designed by {disa.name} of iZwop" in await pages.get(f"/templates/{template}/releases")
    assert "waits for your answer" not in await pages.get("")


async def test_a_proposal_is_declined_with_a_reason_that_the_designer_reads(pages, disa) -> None:
    await granted(pages.person, pages.org, disa)
    proposal = await begun(disa, pages.org)
    await proposed(disa, pages.org, proposal)
    at = f"/proposals/{proposal}"
    form = form_in(await pages.get(at), f"{pages.at}{at}/refusal")
    empty = await pages.post(f"{at}/refusal", **form)
    assert (empty.status_code, 'id="fault-reason"' in empty.text) == (422, True)
    declined = await pages.post(f"{at}/refusal", **(form | {"reason": "Too loud."}))
    assert declined.headers["location"] == f"{pages.at}/design?done=declined"
    place = f"{staff(pages.org)}/proposals/{proposal}"
    assert "Too loud." in (await disa.http.get(place)).text
    assert (await saved(disa, pages.org, proposal, name="Quieter")).status_code == 303
    assert (await pages.person.http.get(f"{pages.at}{at}")).status_code == 404
    assert (await proposed(disa, pages.org, proposal)).status_code == 303
    assert "Quieter" in await pages.get(at)


async def test_a_designers_fault_is_told_at_its_field_and_what_was_typed_stays(pages, disa) -> None:
    await granted(pages.person, pages.org, disa)
    new = f"{staff(pages.org)}/new-proposal"
    refused = await press(disa, new, name=" ", preset="strict", key="k")
    assert (refused.status_code, 'id="fault-name"' in refused.text) == (422, True)
    proposal = await begun(disa, pages.org)
    wrong = {"rules-title-value": "{salary}", "rules-website-value": "nonsense"}
    refused = await saved(disa, pages.org, proposal, **wrong)
    assert refused.status_code == 422
    assert "{salary}" in refused.text
    assert 'id="fault-rules-title-value"' in refused.text
    stale = await saved(disa, pages.org, proposal, version="999")
    assert stale.status_code == 412
    long = await proposed(disa, pages.org, proposal, "x" * 2000)
    assert long.status_code == 422
    early = await form_of(disa, pages.org, proposal)
    assert (await proposed(disa, pages.org, proposal)).status_code == 303
    late = early | {"version": "2", "name": "Typed late"}
    waits = await disa.http.post(f"{staff(pages.org)}/proposals/{proposal}", data=late)
    assert (waits.status_code, 'value="Typed late"' in waits.text) == (409, True)
    page = (await disa.http.get(f"{staff(pages.org)}/proposals/{proposal}")).text
    assert "Take it back" in page
    path = f"{staff(pages.org)}/proposals/{proposal}"
    taken = await disa.http.post(f"{path}/draft", data=form_in(page, f"{path}/draft"))
    assert taken.headers["location"] == f"{path}?done=taken"
    assert (await design_of(pages.person, pages.org)).json()["waiting"] == []


async def test_pages_of_designers_say_whose_data_they_show_and_show_no_people(pages, disa, signed_in) -> None:
    template, _card = await a_card(pages.person, pages.org, signed_in)
    await granted(pages.person, pages.org, disa)
    proposal = await begun(disa, pages.org, template)
    members = await pages.person.api("GET", f"organisations/{pages.org['id']}/members")
    people = [text for each in members.json()["data"] for text in (each["name"], each["email"], each["id"])]
    for path in ("", f"/templates/{template}", "/new-proposal", f"/proposals/{proposal}"):
        page = (await disa.http.get(f"{staff(pages.org)}{path}")).text
        assert f"These are the data of {pages.org['name']}" in page
        assert not [text for text in people if text in page], path
    assert "Ada Lovelace" in (await disa.http.get(f"{staff(pages.org)}/templates/{template}")).text


async def test_a_proposal_that_says_what_is_in_force_is_not_shown(pages, disa, signed_in) -> None:
    template, _card = await a_card(pages.person, pages.org, signed_in)
    await granted(pages.person, pages.org, disa)
    proposal = await begun(disa, pages.org, template)
    refused = await proposed(disa, pages.org, proposal, "As it is")
    assert refused.status_code == 409
    assert "The template says this already" in refused.text
    assert "As it is" in refused.text
    assert "proposed" not in await records(pages.person, pages.org)


async def test_the_desk_shows_an_order_until_somebody_takes_it(pages, client, signed_in, disa) -> None:
    await order(pages.person, pages.org)
    other = await a_designer(client, signed_in)
    assert pages.org["name"] in (await other.http.get("/staff")).text
    await ask(disa, pages.org)
    assert pages.org["name"] not in (await other.http.get("/staff")).text
    assert (await ask(other, pages.org)).headers["location"] == "/staff?done=taken"
    assert "You asked for access." in (await disa.http.get("/staff")).text
    await press(disa, f"/staff/orders/{pages.org['id']}/return")
    assert pages.org["name"] in (await other.http.get("/staff")).text


async def test_more_orders_and_records_are_on_further_pages(pages, disa, monkeypatch) -> None:
    from functions.organisations.design import pages as org_pages  # noqa: PLC0415 - what the host loaded
    from functions.staff import desk_pages  # noqa: PLC0415

    monkeypatch.setattr(desk_pages, "_ON_A_PAGE", 1)
    monkeypatch.setattr(org_pages, "_ON_A_PAGE", 2)
    names = []
    for _ in range(2):
        org = await an_organisation(pages.person, f"Firm {secrets.token_hex(4)}")
        await granted(pages.person, org, disa)
        names.append(org["name"])
    first = (await disa.http.get("/staff")).text
    assert names[1] in first
    [more] = re.findall(r'href="(/staff\?mine=[^"]+)"', first)
    assert names[0] in (await disa.http.get(more)).text
    at = f"/org/{org['id']}/design"
    first = (await pages.person.http.get(at)).text
    [more] = re.findall(r'href="([^"]+\?cursor=[^"]+)"', first)
    assert "Ordered a design" not in first
    assert "Ordered a design" in (await pages.person.http.get(more)).text


async def test_an_editor_sees_and_leaders_answer(pages, client, signed_in) -> None:
    from tests.functions.organisations.joined import joined  # noqa: PLC0415

    editor = await signed_in()
    await joined(pages.org, editor, "editor")
    proposal = await a_proposal(pages.person, pages.org, client, signed_in)
    page = (await editor.http.get(f"{pages.at}/proposals/{proposal}")).text
    assert "No card would change" in page
    assert "Approve" not in page
    assert "Decline it" not in page
    assert "End the access" not in (await editor.http.get(f"{pages.at}/design")).text
    assert (await read(editor, pages.org, proposal)).json()["state"] == "waiting"

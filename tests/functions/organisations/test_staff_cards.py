"""Staff cards: made from a template, edited within it, and changed with it."""

import json
import secrets

import pytest

import wiring.organisations
import wiring.organisations.templates
from tests.functions.cards.test_api_cards import NOT_SHOWN
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.privacy.test_copy import account_of, copied, opened

RULES = {
    "name": {"mode": "locked", "value": "{name}"},
    "title": {"mode": "optional"},
    "organisation": {"mode": "locked", "value": "{organisation}"},
    "emails": {"mode": "locked", "value": [{"address": "{email}"}]},
    "bio": {"mode": "off"},
}


class Office:
    """An organisation whose owner has a template in force."""

    def __init__(self, owner, org: dict) -> None:
        self.owner, self.org, self.at = owner, org, f"organisations/{org['id']}"

    async def template(self, **rules) -> None:
        made = await self.owner.api(
            "POST", f"{self.at}/templates", json={"name": "Staff", "rules": RULES | rules}
        )
        assert made.status_code == 201, made.text
        self.template_id = made.json()["id"]
        self.read = made
        await self.release()

    async def change(self, **rules) -> None:
        path, body = f"{self.at}/templates/{self.template_id}", {"name": "Staff", "rules": RULES | rules}
        self.read = await self.owner.api(
            "PUT", path, json=body, headers={"If-Match": self.read.headers["etag"]}
        )
        assert self.read.status_code == 200, self.read.text
        await self.release()

    async def release(self) -> None:
        path = f"{self.at}/templates/{self.template_id}/release"
        self.read = await self.owner.api("PUT", path, headers={"If-Match": self.read.headers["etag"]})
        assert self.read.status_code == 200, self.read.text

    async def card(self, member_id: str):
        body = {"memberId": member_id, "templateId": self.template_id}
        return await self.owner.api("POST", f"{self.at}/staff-cards", json=body)

    async def get(self, card_id: str):
        return await self.owner.api("GET", f"{self.at}/staff-cards/{card_id}")


@pytest.fixture
async def office(signed_in):
    ada = await signed_in()
    made = Office(ada, await an_organisation(ada))
    await made.template()
    return made


async def edit(person, office: Office, card, **fields):
    content = card.json()["content"] | fields
    headers = {"If-Match": card.headers["etag"]}
    return await person.api(
        "PUT", f"{office.at}/staff-cards/{card.json()['id']}", json=content, headers=headers
    )


async def page_of(client, card) -> str:
    async with client() as stranger:
        answer = await stranger.get(f"/c/{card.json()['handle']}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_card_is_made_from_the_template_and_shown(office, signed_in, client) -> None:
    grace = await signed_in()
    member = await joined(office.org, grace)
    card = await office.card(member["id"])
    assert card.status_code == 201, card.text
    content, email = card.json()["content"], (await grace.api("GET", "account")).json()["email"]
    assert (content["name"], content["organisation"]) == (grace.name, office.org["name"])
    assert [each["address"] for each in content["emails"]] == [email]
    assert grace.name in await page_of(client, card)
    again = await office.card(member["id"])
    assert again.json() == card.json()


async def test_a_value_that_names_itself_ends_and_what_is_known_is_no_expression(office, signed_in) -> None:
    """Nothing that a card says is worked out once more, so that nothing loops."""
    await office.change(title={"mode": "locked", "value": "{title} / {title}"})
    known = {"name": "Grace", "email": f"{secrets.token_hex(8)}@example.com"}
    body = known | {"details": {"title": "{title} {name}"}}
    there = await office.owner.api("POST", f"{office.at}/members", json=body)
    card = await office.card(there.json()["id"])
    assert card.json()["content"]["title"] == "{title} {name} / {title} {name}"


async def test_a_person_edits_what_is_theirs_and_everybody_sees_it(office, signed_in, client) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    card = await office.card((await joined(office.org, grace))["id"])
    edited = await edit(grace, office, card, title=word)
    assert edited.status_code == 200, edited.text
    assert word in await page_of(client, card)
    refused = await edit(grace, office, edited, name="Somebody else", bio="Me")
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("/name", "locked"),
        ("/bio", "switched_off"),
    ]
    stale = await edit(grace, office, card, title="Late")
    assert stale.status_code == 412


async def test_a_card_is_its_persons_and_the_leaders(office, signed_in) -> None:
    grace, other, stranger = await signed_in(), await signed_in(), await signed_in()
    card = await office.card((await joined(office.org, grace))["id"])
    await joined(office.org, other)
    path = f"{office.at}/staff-cards/{card.json()['id']}"
    assert [(await each.api("GET", path)).status_code for each in (grace, office.owner, other, stranger)] == [
        200, 200, 403, 404,
    ]  # fmt: skip
    assert (await edit(other, office, card, title="Mine")).status_code == 403
    assert (await grace.api("GET", f"cards/{card.json()['id']}")).status_code == 404


async def test_a_release_changes_every_card_and_another_one_takes_it_back(
    host, office, signed_in, client
) -> None:
    word = secrets.token_hex(8)
    cards = []
    for number in range(3):
        person = await signed_in()
        card = await office.card((await joined(office.org, person))["id"])
        cards.append(await edit(person, office, card, title=f"Title {number}"))
    before = [card.json()["content"] for card in cards]
    await office.change(title={"mode": "locked", "value": word}, emails={"mode": "off"})
    await host.drain_queue("work")
    after = [(await office.get(card.json()["id"])).json() for card in cards]
    assert {each["content"]["title"] for each in after} == {word}
    assert [each["content"]["emails"] for each in after] == [[], [], []]
    assert {each["number"] for each in after} == {2}
    for card in cards:
        assert word in await page_of(client, card)
    await office.change()
    await host.drain_queue("work")
    back = [(await office.get(card.json()["id"])).json() for card in cards]
    assert [each["content"] for each in back] == before
    assert "Title 1" in await page_of(client, cards[1])


async def test_a_card_that_cannot_say_what_the_template_wants_says_so(host, office, signed_in) -> None:
    card = await office.card((await joined(office.org, await signed_in()))["id"])
    await office.change(website={"mode": "required"}, companyText={"mode": "locked", "value": "{number}"})
    await host.drain_queue("work")
    assert (await office.get(card.json()["id"])).json()["problems"] == ["company_text", "website"]


async def test_a_template_that_is_not_in_force_makes_no_card(office, signed_in) -> None:
    member = await joined(office.org, await signed_in())
    made = await office.owner.api("POST", f"{office.at}/templates", json={"name": "New"})
    body = {"memberId": member["id"], "templateId": made.json()["id"]}
    refused = await office.owner.api("POST", f"{office.at}/staff-cards", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "template_not_in_force")


async def test_an_older_release_does_not_overtake_a_later_one(office, signed_in) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import new_work  # noqa: PLC0415
    from functions.framework.clock import now  # noqa: PLC0415

    card = await office.card((await joined(office.org, await signed_in()))["id"])
    await office.change(title={"mode": "locked", "value": "Two"})
    await office.change(title={"mode": "locked", "value": "Three"})
    job = wiring.organisations.jobs()["template-release"]
    for number in (3, 2):
        work = new_work("template-release", office.org["id"], f"job_{number}", now())
        cursor = f"{office.template_id} {number} "
        done = await job.slice(work.model_copy(update={"cursor": cursor}), Slice(lambda: 0.0))
        assert done.over
    assert (await office.get(card.json()["id"])).json()["content"]["title"] == "Three"


async def draft(office: Office, **rules):
    path, body = f"{office.at}/templates/{office.template_id}", {"name": "Staff", "rules": RULES | rules}
    version = {"If-Match": office.read.headers["etag"]}
    office.read = await office.owner.api("PUT", path, json=body, headers=version)
    return path


async def test_the_effect_of_a_draft_is_counted_and_nothing_changes(host, office, signed_in) -> None:
    cards = []
    for number in range(3):
        person = await signed_in()
        card = await office.card((await joined(office.org, person))["id"])
        cards.append(await edit(person, office, card, title="Same" if number else "Other"))
    path = await draft(
        office,
        title={"mode": "locked", "value": "Same"},
        emails={"mode": "off"},
        website={"mode": "required"},
    )
    early = await office.owner.api("GET", f"{path}/effect")
    assert (early.status_code, early.json()["code"]) == (409, "effect_not_counted")
    version = {"If-Match": office.read.headers["etag"]}
    began = await office.owner.api("POST", f"{path}/effect", headers=version)
    assert began.status_code == 200, began.text
    assert (await office.owner.api("POST", f"{path}/effect", headers=version)).json()["id"] == began.json()[
        "id"
    ]
    await host.drain_queue("work")
    effect = (await office.owner.api("GET", f"{path}/effect")).json()
    assert (effect["cards"], effect["changed"], effect["over"]) == (3, 3, True)
    assert effect["fields"] == {"title": 1, "emails": 3}
    assert effect["problems"] == {"website": 3}
    assert len(effect["examples"]) == 3
    first = cards[0].json()
    one = (await office.owner.api("GET", f"{path}/effect/{first['id']}")).json()
    assert (one["before"]["title"], one["after"]["title"]) == ("Other", "Same")
    assert (one["fields"], one["problems"]) == (["title", "emails"], ["website"])
    assert (await office.get(first["id"])).json() == first
    await draft(office)
    assert (await office.owner.api("GET", f"{path}/effect")).status_code == 409


async def test_a_worker_that_dies_counts_no_card_twice(office, signed_in, monkeypatch) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import new_work  # noqa: PLC0415
    from domain.organisations.staff_cards import effects  # noqa: PLC0415
    from functions.framework.clock import now  # noqa: PLC0415

    monkeypatch.setattr(effects, "_PAGE", 1)
    for _ in range(3):
        await office.card((await joined(office.org, await signed_in()))["id"])
    await draft(office, emails={"mode": "off"})
    job = wiring.organisations.jobs()["template-effect"]
    version = office.read.headers["etag"].strip('"')
    work = new_work("template-effect", office.org["id"], "job_x", now())
    work = work.model_copy(update={"cursor": f"{office.template_id} {version}"})
    steps = [await job.slice(work, Slice(lambda: 0.0, items=1)) for _ in range(5)]
    assert [step.done for step in steps] == [1, 2, 3, 3, 3]
    assert [step.over for step in steps] == [False, False, False, True, True]
    effect = await wiring.organisations.templates.effects().get(office.org["id"], office.template_id)
    assert (effect.cards, effect.changed) == (3, 3)


async def is_shown(client, card) -> bool:
    return NOT_SHOWN not in await page_of(client, card)


async def test_a_release_leaves_the_card_of_a_leaver_switched_off(host, office, signed_in, client) -> None:
    grace = await signed_in()
    member = await joined(office.org, grace)
    card = await office.card(member["id"])
    assert (
        await grace.api("DELETE", f"{office.at}/membership", headers={"If-Match": '"1"'})
    ).status_code == 204
    await office.change(title={"mode": "locked", "value": "Two"})
    await host.drain_queue("work")
    assert not await is_shown(client, card)


async def test_what_a_person_wrote_is_in_their_copy_also_while_it_is_shown_nowhere(
    host, office, signed_in
) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    card = await office.card((await joined(office.org, grace))["id"])
    assert (await edit(grace, office, card, title=word)).status_code == 200
    await office.change(title={"mode": "off"})
    await host.drain_queue("work")
    assert (await office.get(card.json()["id"])).json()["content"]["title"] is None
    files = await opened(await copied(host, await account_of(grace)))
    [told] = [
        json.loads(files[name]) for name in files if name.endswith(f"card-{card.json()['handle']}.json")
    ]
    assert (told["writtenByYou"]["title"], told["says"]["title"]) == (word, None)

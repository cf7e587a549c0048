"""Staff cards of people: made for one, several or everybody without one; listed, and in the directory."""

import asyncio
import secrets

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations.templates
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_card_pages import fields_in
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office
from tests.functions.organisations.test_template_pages import Pages
from tests.functions.relationships.strength.test_interactions import calls


@pytest.fixture
async def office(signed_in):
    ada = await signed_in()
    made = Office(ada, await an_organisation(ada))
    await made.template()
    return made


@pytest.fixture
def leader(office):
    return Pages(office.owner, office.org)


async def people(office, signed_in, number: int) -> list[dict]:
    return [await joined(office.org, await signed_in()) for _ in range(number)]


async def cards_of(office) -> dict[str, dict]:
    """The cards of the organisation by member."""
    answer = await office.owner.api("GET", f"{office.at}/staff-cards", params={"limit": 100})
    found = answer.json()["data"]
    assert len({each["memberId"] for each in found}) == len(found)
    return {each["memberId"]: each for each in found}


async def test_a_card_is_made_from_a_persons_page(office, leader, signed_in, client) -> None:
    [there] = await people(office, signed_in, 1)
    page = await leader.get(f"/people/{there['id']}")
    assert "Make the card" in page
    assert "No card" in await leader.get("/people")
    made = await leader.post(f"/people/{there['id']}/card", template=office.template_id)
    assert made.status_code == 303, made.text
    again = await leader.post(f"/people/{there['id']}/card", template=office.template_id)
    assert again.headers["location"] == made.headers["location"]
    assert list(await cards_of(office)) == [there["id"]]
    assert "Can be seen" in await leader.get(f"/people/{there['id']}")
    refused = await leader.post(f"/people/{there['id']}/card", template="tpl_" + "a" * 26)
    assert refused.status_code == 422


async def test_cards_are_made_for_those_who_are_chosen(office, leader, signed_in) -> None:
    chosen, left = (await people(office, signed_in, 3)), await people(office, signed_in, 1)
    form = fields_in(await leader.get("/new-cards"), 'class="stack"')
    form = {name: text for name, text in form.items() if not name.startswith("pick-")}
    none = await leader.post("/new-cards", **(form | {"template": office.template_id}), then="chosen")
    assert none.status_code == 422
    assert "Choose at least one person" in none.text
    picks = {f"pick-{each['id']}": "1" for each in chosen}
    made = await leader.post("/new-cards", **form, **picks, then="chosen")
    assert made.status_code == 422
    assert "Choose a template" in made.text
    form["template"] = office.template_id
    made = await leader.post("/new-cards", **form, **picks, then="chosen")
    assert made.status_code == 303, made.text
    assert set(await cards_of(office)) == {each["id"] for each in chosen}
    found = await leader.post("/new-cards", **form, then="find")
    assert found.text.count("Has a card") == 3
    assert f"pick-{left[0]['id']}" in found.text


async def test_many_are_made_in_one_request_and_each_is_told(office, signed_in) -> None:
    there = await people(office, signed_in, 2)
    nobody = "mem_" + "a" * 26
    members = [*(each["id"] for each in there), nobody]
    body = {"templateId": office.template_id, "members": members}
    answers = await asyncio.gather(
        *(office.owner.api("POST", f"{office.at}/new-staff-cards", json=body) for _ in range(2))
    )
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert [each["code"] for each in answer.json()["data"]] == [None, None, "not_found"]
    assert set(await cards_of(office)) == set(members[:2])
    too_many = body | {"members": [nobody] * 101}
    refused = await office.owner.api("POST", f"{office.at}/new-staff-cards", json=too_many)
    assert refused.status_code == 422


async def test_everybody_without_a_card_gets_one(host, office, leader, signed_in, client) -> None:
    there = await people(office, signed_in, 4)
    first = await office.card(there[0]["id"])
    form = fields_in(await leader.get("/new-cards"), 'class="stack"') | {"template": office.template_id}
    form = {name: text for name, text in form.items() if not name.startswith("pick-")}
    begun = await leader.post("/new-cards", **form, then="all")
    assert begun.status_code == 303, begun.text
    assert "Cards are being made" in await leader.get("/cards")
    assert (await leader.post("/new-cards", **form, then="all")).status_code == 303
    await host.drain_queue("work")
    made = await cards_of(office)
    assert len(made) == 5  # with the owner
    assert made[there[0]["id"]]["id"] == first.json()["id"]
    assert "Who had no card has one now" in await leader.get("/cards")
    async with client() as stranger:
        for card in made.values():
            assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200


async def test_the_making_is_begun_once_under_a_key(office) -> None:
    path, key = f"{office.at}/missing-staff-cards", {"Idempotency-Key": secrets.token_hex(8)}
    body = {"templateId": office.template_id}
    made = await asyncio.gather(*(office.owner.api("POST", path, json=body, headers=key) for _ in range(2)))
    assert {answer.status_code for answer in made} == {201}
    assert made[0].json()["id"] == made[1].json()["id"]
    other = await office.owner.api("POST", path, json={"templateId": "tpl_" + "a" * 26}, headers=key)
    assert other.status_code == 404


async def test_the_making_goes_on_where_a_worker_died_and_makes_nobody_two(office, signed_in) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.organisations.staff_cards.making_many import MAKING, MakeJob  # noqa: PLC0415

    await people(office, signed_in, 3)
    body = {"templateId": office.template_id}
    begun = await office.owner.api("POST", f"{office.at}/missing-staff-cards", json=body)
    work = await wiring.operations.works().get(office.org["id"], begun.json()["id"])
    ports, made = wiring.organisations.templates.making_many(), []

    class Killed(Exception):
        pass

    async def make_two(members, release, organisation):
        """Make two of them, then die."""
        made.extend(members[:2])
        await ports.make(members[:2], release, organisation)
        raise Killed

    with pytest.raises(Killed):
        await MakeJob(ports._replace(make=make_two)).slice(work, Slice(lambda: 0.0))
    assert len(await cards_of(office)) == 2
    job = wiring.operations.jobs()[MAKING]
    before = await cards_of(office)
    steps = [await job.slice(work, Slice(lambda: 0.0)) for _ in range(2)]
    assert [step.over for step in steps] == [True, True]
    after = await cards_of(office)
    assert len(after) == 4
    assert before.items() <= after.items()


async def test_a_release_that_comes_while_a_card_is_made_is_followed(host, office, signed_in, client) -> None:
    from domain.organisations.staff_cards.making import card_for  # noqa: PLC0415

    [there] = await people(office, signed_in, 1)
    store, word = wiring.organisations.templates.store(), secrets.token_hex(8)
    old = await store.get_release(office.org["id"], office.template_id, 1)
    await office.change(title={"mode": "locked", "value": word})
    await host.drain_queue("work")
    member = await wiring.organisations.store().member(office.org["id"], there["id"])
    organisation = await wiring.organisations.store().get(office.org["id"])
    ports = wiring.organisations.templates.staff_ports()
    await card_for(member, old, organisation, old.released_at, ports)
    card = (await cards_of(office))[there["id"]]
    assert (card["number"], card["content"]["title"]) == (2, word)
    async with client() as stranger:
        assert word in (await stranger.get(f"/c/{card['handle']}")).text


async def test_what_is_learnt_of_a_person_while_their_card_is_made_is_on_it(
    office, signed_in, client
) -> None:
    """The order of the change finds no card yet, and who makes it has read the person before."""
    from domain.organisations.staff_cards.making import card_for  # noqa: PLC0415

    await office.change(title={"mode": "locked", "value": "{title}"})
    [there] = await people(office, signed_in, 1)
    store, org_id, word = wiring.organisations.store(), office.org["id"], secrets.token_hex(8)
    member, organisation = await store.member(org_id, there["id"]), await store.get(org_id)
    release = await wiring.organisations.templates.store().get_release(org_id, office.template_id, 2)
    await learnt(office, there["id"], word)
    await renamed(office, f"Firm {word}")
    ports = wiring.organisations.templates.staff_ports()
    card = await card_for(member, release, organisation, release.released_at, ports)
    shown = await shown_by(client, card.handle)
    assert (shown["title"], shown["organisation"]) == (word, f"Firm {word}")


async def test_a_card_of_a_dead_worker_is_shown_as_it_should_be_by_now(
    host, office, signed_in, client
) -> None:
    """A release and what follows it passed between what the worker read and what it stored."""
    [there] = await people(office, signed_in, 1)
    card = (await office.card(there["id"])).json()
    cards, word = wiring.cards.store(), secrets.token_hex(8)
    stored = await cards.get(office.org["id"], card["id"])
    await office.change(title={"mode": "locked", "value": word})
    await host.drain_queue("work")
    etag = (await cards.get(office.org["id"], card["id"])).etag
    hidden = {"published": None, "published_at": None, "was_published": False, "etag": etag}
    await cards.save_and_order_projection(stored.changed(stored.updated_at, **hidden))
    assert (await office.card(there["id"])).status_code == 201
    assert (await shown_by(client, card["handle"]))["title"] == word


async def shown_by(client, handle: str) -> dict:
    async with client() as stranger:
        return (await stranger.get(f"/c/{handle}.json")).json()


async def learnt(office, member_id: str, title: str) -> None:
    path = f"{office.at}/members/{member_id}/details"
    read = await office.owner.api("GET", path)
    known = {name: read.json()[name] for name in ("name", "email", "externalId")}
    body, headers = known | {"details": {"title": title}}, {"If-Match": read.headers["etag"]}
    assert (await office.owner.api("PUT", path, json=body, headers=headers)).status_code == 200


async def renamed(office, name: str) -> None:
    headers = {"If-Match": (await office.owner.api("GET", office.at)).headers["etag"]}
    body = {"name": name, "joining": "invitation"}
    assert (await office.owner.api("PUT", office.at, json=body, headers=headers)).status_code == 200


async def test_cards_are_listed_by_name_and_found(office, leader, signed_in) -> None:
    assert "Nobody has a card yet" in await leader.get("/cards")
    cards = [await office.card(each["id"]) for each in await people(office, signed_in, 2)]
    page = await leader.get("/cards")
    names = [card.json()["content"]["name"] for card in cards]
    places = [page.index(f">{name}<") for name in sorted(names, key=str.casefold)]
    assert places == sorted(places)
    found = await leader.post("/cards", text=names[0], which="all")
    assert cards[0].json()["id"] in found.text
    assert "No card is found" in (await leader.post("/cards", text="nobody-" + names[0])).text


async def test_cards_on_which_something_is_missing_are_listed_and_counted(
    host, office, leader, signed_in
) -> None:
    assert "Nothing is missing on any card" in await leader.get("/cards?which=lacking")
    [one, two] = [await office.card(each["id"]) for each in await people(office, signed_in, 2)]
    assert "Something is missing" not in await leader.get("")
    await office.change(website={"mode": "required"})
    await host.drain_queue("work")
    page = await leader.get("/cards?which=lacking")
    assert "Missing: Website" in page
    assert one.json()["id"] in page
    assert two.json()["id"] in page
    assert "Something is missing on 2 staff cards" in await leader.get("")
    of = f"&template={office.template_id}"
    assert one.json()["id"] in await leader.get(f"/cards?which=lacking{of}")
    assert one.json()["id"] not in await leader.get(f"/cards?which=lacking&template=tpl_{'a' * 26}")
    content = (await office.get(one.json()["id"])).json()["content"] | {"website": "https://x.example/"}
    headers = {"If-Match": (await office.get(one.json()["id"])).headers["etag"]}
    path = f"{office.at}/staff-cards/{one.json()['id']}"
    assert (await office.owner.api("PUT", path, json=content, headers=headers)).status_code == 200
    assert "Something is missing on one staff card" in await leader.get("")


async def test_the_directory_has_those_whose_cards_can_be_seen_for_every_member(office, signed_in) -> None:
    from tests.functions.organisations.joined import do  # noqa: PLC0415

    there = await people(office, signed_in, 2)
    cards = [await office.card(each["id"]) for each in there]
    grace = await signed_in()
    await joined(office.org, grace)
    colleague = Pages(grace, office.org)
    page = await colleague.get("/directory")
    assert all(f'href="/c/{card.json()["handle"]}"' in page for card in cards)
    name = cards[0].json()["content"]["name"]
    assert cards[0].json()["handle"] in (await colleague.post("/directory", text=name)).text
    assert (await do(office.owner, "DELETE", office.org, there[0]["id"])).status_code == 204
    page = await colleague.get("/directory")
    assert cards[0].json()["handle"] not in page
    assert cards[1].json()["handle"] in page


async def test_the_directory_says_of_a_card_what_colleagues_may_see(office, signed_in) -> None:
    word = secrets.token_hex(8)
    grace = await signed_in()
    card = await office.card((await joined(office.org, grace))["id"])
    content = card.json()["content"]
    content |= {"title": word, "audiences": content["audiences"] | {"title": "connections"}}
    path, headers = f"{office.at}/staff-cards/{card.json()['id']}", {"If-Match": card.headers["etag"]}
    assert (await grace.api("PUT", path, json=content, headers=headers)).status_code == 200
    assert word not in await Pages(office.owner, office.org).get("/directory")


async def test_the_home_says_what_waits_and_links_on(office, leader, signed_in) -> None:
    grace = await signed_in()
    card = await office.card((await joined(office.org, grace))["id"])
    await office.owner.api("POST", f"{office.at}/templates", json={"name": "Draft"})
    body = {"field": "name", "value": "Grace", "reason": "Married"}
    path = f"{office.at}/staff-cards/{card.json()['id']}/requests"
    assert (await grace.api("POST", path, json=body)).status_code == 201
    page = await leader.get("")
    assert "One request waits for an answer" in page
    assert "One template has a draft that is not released" in page
    assert "which may have 10000" in page.replace("\N{NARROW NO-BREAK SPACE}", "")
    hers = await Pages(grace, office.org).get("")
    assert "One request waits" not in hers
    assert "Open my card" in hers
    assert grace.name in await page_of_card(office, card)


async def page_of_card(office, card) -> str:
    answer = await office.owner.http.get(f"/c/{card.json()['handle']}")
    return answer.text


async def test_a_card_that_a_dead_worker_made_and_did_not_show_is_shown(
    host, office, signed_in, client
) -> None:
    [there] = await people(office, signed_in, 1)
    card = (await office.card(there["id"])).json()
    cards = wiring.cards.store()
    stored = await cards.get(office.org["id"], card["id"])
    hidden = stored.changed(stored.updated_at, published=None, published_at=None, was_published=False)
    await cards.save_and_order_projection(hidden)
    body = {"templateId": office.template_id}
    assert (await office.owner.api("POST", f"{office.at}/missing-staff-cards", json=body)).status_code == 201
    await host.drain_queue("work")
    async with client() as stranger:
        assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200
    assert (await cards.get(office.org["id"], card["id"])).is_live


async def test_a_page_of_cards_costs_the_same_however_many_there_are(
    cloud, office, leader, signed_in
) -> None:
    """Pages of the cards, by template, with what is missing, and of the directory: calls and price."""
    [there] = await people(office, signed_in, 1)
    made = (await office.card(there["id"])).json()
    store = wiring.cards.store()
    card = await store.get(office.org["id"], made["id"])

    async def more(number: int) -> None:
        for _ in range(number):
            word = secrets.token_hex(8)
            staff = card.staff.model_copy(update={"member_id": word, "problems": ["title"]})
            draft = card.draft.model_copy(update={"name": word})
            new = {"id": f"crd_{word}", "staff": staff, "draft": draft, "published": draft}
            await store.create(card.model_copy(update=new), None)

    async def look() -> None:
        of = f"template={office.template_id}"
        for place in ("/cards", f"/cards?{of}", f"/cards?which=lacking&{of}", "/directory"):
            await leader.get(place)

    await more(60)
    few = await calls(cloud, look)
    await more(240)
    many = await calls(cloud, look)
    assert len(few) == len(many)
    charges = [sum(call["charge"] for call in each) for each in (few, many)]
    assert charges[1] <= charges[0] * 1.2, charges

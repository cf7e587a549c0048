"""The brand of an organisation: its pictures, its colours, and how cards follow it."""

import asyncio
import secrets
from datetime import timedelta

import pytest

import wiring.images
import wiring.organisations
import wiring.organisations.brand
import wiring.organisations.templates
from functions.framework.clock import now
from tests.adapters.drawing.test_pictures import corners, saved
from tests.functions.images.test_images import JPEG, sweep
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_erasure import Whole, the_timer
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, edit, page_of
from tests.functions.privacy.test_copy import account_of, copied, opened
from tests.stored import places_of


@pytest.fixture
async def office(signed_in):
    ada = await signed_in()
    return Office(ada, await an_organisation(ada))


async def sent(person, office: Office, purpose: str) -> str:
    made = await person.api("POST", f"{office.at}/images", json={"purpose": purpose})
    assert made.status_code == 201, made.text
    path = f"{office.at}/images/{made.json()['id']}"
    put = await person.api("PUT", f"{path}/content", content=saved(corners(), "JPEG"), headers=JPEG)
    assert put.status_code == 200, put.text
    return made.json()["id"]


async def picture(host, person, office: Office, purpose: str = "logo") -> str:
    image = await sent(person, office, purpose)
    await host.drain_queue("images")
    seen = await person.api("GET", f"{office.at}/images/{image}")
    assert seen.json()["state"] == "ready", seen.text
    return image


async def brand(office: Office, version: int | None = None, **content):
    path = f"{office.at}/brand"
    if version is None:
        version = int((await office.owner.api("GET", path)).headers["etag"].strip('"'))
    return await office.owner.api("PUT", path, json=content, headers={"If-Match": f'"{version}"'})


async def card_of(office: Office, card):
    return (await office.get(card.json()["id"])).json()["content"]


async def test_a_brand_is_empty_at_first_and_is_changed_from_the_version_that_was_read(office) -> None:
    empty = await office.owner.api("GET", f"{office.at}/brand")
    assert (empty.json()["content"]["logo"], empty.headers["etag"]) == (None, '"0"')
    changed = await brand(office, 0, companyText="We make engines.", look={"colour": "#ffee00"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["shown"]["reason"] == "made darker so that white text on it can be read"
    assert (await brand(office, 0, companyText="Late")).status_code == 412
    read = await office.owner.api("GET", f"{office.at}/brand")
    assert read.json() == changed.json()


async def test_two_who_change_it_at_once_have_one_outcome(office) -> None:
    answers = await asyncio.gather(*(brand(office, 0, companyText=f"Text {n}") for n in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 412, 412]
    [won] = [each for each in answers if each.status_code == 200]
    read = await office.owner.api("GET", f"{office.at}/brand")
    assert (read.json(), read.headers["etag"]) == (won.json(), '"1"')


async def test_a_picture_of_another_purpose_or_organisation_is_refused_by_its_field(
    host, office, signed_in
) -> None:
    bob = await signed_in()
    other = Office(bob, await an_organisation(bob))
    foreign, cover = await picture(host, bob, other), await picture(host, office.owner, office, "cover")
    refused = await brand(office, logo=cover, cover=foreign)
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("/logo", "unknown_image"),
        ("/cover", "unknown_image"),
    ]
    twice = [{"name": "Shop", "url": "https://a.example"}, {"name": "shop", "url": "https://b.example"}]
    assert [each["code"] for each in (await brand(office, links=twice)).json()["errors"]] == ["named_twice"]


async def test_cards_show_the_logo_of_the_organisation_and_follow_when_it_changes(
    host, office, signed_in, client
) -> None:
    logo = await picture(host, office.owner, office)
    links = [{"name": "Shop", "url": "https://shop.example/"}]
    address = [{"name": "Head office", "address": {"city": "London", "country": "GB"}}]
    text = f"Engines {{since}} {secrets.token_hex(8)}"
    made = await brand(office, logo=logo, links=links, addresses=address, companyText=text)
    assert made.status_code == 200, made.text
    await office.template(
        logo={"mode": "locked", "value": {"brand": "logo"}},
        companyText={"mode": "locked", "value": {"brand": "companyText"}},
        website={"mode": "locked", "value": {"brand": "Shop"}},
        productLinks={"mode": "optional", "value": [{"brand": "shop"}]},
        officeAddress={"mode": "locked", "value": {"brand": "Head office"}},
    )
    card = await office.card((await joined(office.org, await signed_in()))["id"])
    assert card.status_code == 201, card.text
    said = card.json()["content"]
    assert (said["logo"], said["companyText"], said["website"]) == (logo, text, "https://shop.example/")
    assert [(each["label"], each["url"]) for each in said["productLinks"]] == [
        ("Shop", "https://shop.example/")
    ]
    assert said["officeAddress"]["city"] == "London"
    assert "u-logo" in await page_of(client, card)
    second = await picture(host, office.owner, office)
    assert (await brand(office, logo=second, companyText=text)).status_code == 200
    await host.drain_queue("work")
    said = await card_of(office, card)
    assert (said["logo"], said["website"], said["productLinks"]) == (second, None, [])


async def test_a_card_looks_as_the_brand_and_what_its_person_wrote_stays(
    host, office, signed_in, client
) -> None:
    await brand(office, look={"theme": "bold", "colour": "#112233"})
    await office.template()
    path = f"{office.at}/templates/{office.template_id}"
    body = office.read.json()["draft"] | {"lookOfBrand": True}
    office.read = await office.owner.api(
        "PUT", path, json=body, headers={"If-Match": office.read.headers["etag"]}
    )
    await office.release()
    await host.drain_queue("work")
    grace = await signed_in()
    card = await office.card((await joined(office.org, grace))["id"])
    assert (await card_of(office, card))["look"]["theme"] == "bold"
    edited = await edit(grace, office, card, title="Admiral")
    await brand(office, look={"theme": "night", "colour": "#112233"})
    await host.drain_queue("work")
    said = await card_of(office, edited)
    assert (said["look"]["theme"], said["title"]) == ("night", "Admiral")


async def test_a_template_takes_from_the_brand_what_is_there_only(host, office) -> None:
    rules = {
        "logo": {"mode": "locked", "value": {"brand": "logo"}},
        "photo": {"mode": "optional", "value": "img_" + "a" * 26},
        "website": {"mode": "optional", "value": {"brand": "Shop"}},
        "productLinks": {
            "mode": "optional",
            "value": [{"label": "A", "url": "https://a.example"}, {"brand": "B"}],
        },
    }
    answer = await office.owner.api("POST", f"{office.at}/templates", json={"name": "X", "rules": rules})
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("/rules/photo/value", "not_of_brand"),
        ("/rules/logo/value", "not_in_brand"),
        ("/rules/website/value", "not_in_brand"),
        ("/rules/productLinks/value/1", "not_in_brand"),
    ]


async def test_the_order_of_a_changed_brand_may_come_twice_and_late(host, office, signed_in) -> None:
    from domain.operations.orders import Order  # noqa: PLC0415 - what the host loaded

    await brand(office, companyText="One")
    await office.template(companyText={"mode": "locked", "value": {"brand": "companyText"}})
    card = await office.card((await joined(office.org, await signed_in()))["id"])
    await brand(office, companyText="Two")
    at = (await wiring.organisations.brand.store().get(office.org["id"])).updated_at
    order = Order(container="organisations", kind="brand", owner_id=office.org["id"], subject_id="brand",
                  due_at=at, created_at=at)  # fmt: skip
    effect = wiring.organisations.effects()["brand"]
    await effect(order)
    await host.drain_queue("work")
    first = await office.get(card.json()["id"])
    assert first.json()["content"]["companyText"] == "Two"
    await effect(order)
    await host.drain_queue("work")
    assert (await office.get(card.json()["id"])).headers["etag"] == first.headers["etag"]


async def test_an_order_that_was_stored_and_not_carried_out_is_carried_out_later(
    host, office, signed_in
) -> None:
    """The worker died between the batch that stored the brand and what follows it."""
    from domain.operations.orders import new_order  # noqa: PLC0415 - what the host loaded

    await brand(office, companyText="One")
    await office.template(companyText={"mode": "locked", "value": {"brand": "companyText"}})
    card = await office.card((await joined(office.org, await signed_in()))["id"])
    await host.drain_queue("work")  # that of the release would find the new brand, too
    store, org_id, then = wiring.organisations.brand.store(), office.org["id"], now() - timedelta(hours=1)
    found = await store.get(org_id)
    content = found.content.model_copy(update={"company_text": "Two"})
    changed = found.model_copy(update={"content": content, "version": 2, "updated_at": then})
    await store.save(changed, new_order("brand", org_id, "brand", then, container="organisations"))
    await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    await host.drain_queue("work")
    assert (await card_of(office, card))["companyText"] == "Two"


async def test_a_release_and_a_brand_at_once_are_both_on_the_cards(host, office, signed_in) -> None:
    await brand(office, companyText="One")
    rules = {"companyText": {"mode": "locked", "value": {"brand": "companyText"}}}
    await office.template(**rules)
    cards = [await office.card((await joined(office.org, await signed_in()))["id"]) for _ in range(3)]
    for number in range(2, 5):
        await asyncio.gather(
            brand(office, companyText=f"Text {number}"),
            office.change(**rules, title={"mode": "locked", "value": f"Title {number}"}),
            host.drain_queue("work"),
        )
        await host.drain_queue("work")
        said = [await card_of(office, card) for card in cards]
        assert {(each["companyText"], each["title"]) for each in said} == {
            (f"Text {number}", f"Title {number}")
        }


async def test_pictures_in_use_are_kept_and_others_are_swept(host, office, signed_in) -> None:
    grace = await signed_in()
    logo, spare = await picture(host, office.owner, office), await picture(host, office.owner, office)
    await brand(office, logo=logo)
    await office.template()
    card = await office.card((await joined(office.org, grace))["id"])
    photo = await picture(host, grace, office, "photo")
    assert (await edit(grace, office, card, photo=photo)).status_code == 200
    await office.change(photo={"mode": "off"})
    await host.drain_queue("work")
    for days in (2, 4):
        await sweep(now() + timedelta(days=days))
    paths = [f"{office.at}/images/{image}" for image in (logo, photo, spare)]
    assert [(await office.owner.api("GET", path)).status_code for path in paths] == [200, 200, 404]
    await office.change()
    await host.drain_queue("work")
    assert (await card_of(office, card))["photo"] == photo


async def test_the_photo_of_ones_staff_card_is_in_ones_copy(host, office, signed_in) -> None:
    await office.template()
    grace = await signed_in()
    card = await office.card((await joined(office.org, grace))["id"])
    photo = await picture(host, grace, office, "photo")
    assert (await edit(grace, office, card, photo=photo)).status_code == 200
    files = await opened(await copied(host, await account_of(grace)))
    assert [name for name in files if name.endswith(f"{photo}.jpg")]


async def test_nothing_is_left_of_brand_and_pictures_once_an_organisation_is_erased(host, signed_in) -> None:
    word, ada = secrets.token_hex(8), await signed_in()
    firm = Whole(await an_organisation(ada, f"Firm {word}"), word, [ada])
    office = Office(ada, firm.made)
    logo = await picture(host, ada, office)
    await brand(office, logo=logo, companyText=f"Text {word}")
    waiting = await sent(ada, office, "cover")
    kept = (await wiring.images.store().get(firm.id, logo)).files.values()
    await firm.close()
    await the_timer(host)
    assert await places_of(word) == []
    assert await firm.places() == [firm.id]
    await host.drain_queue("images")
    assert await wiring.images.store().get(firm.id, waiting) is None
    await sweep(now() + timedelta(days=2))
    assert [await wiring.images.blobs().open_media(name) for name in kept] == [None] * len(kept)


async def test_members_send_as_many_pictures_as_accounts_and_each_has_their_own_limit(
    host, office, signed_in, monkeypatch
) -> None:
    from domain.images import image as loaded  # noqa: PLC0415 - what the host loaded

    monkeypatch.setattr(loaded, "MOST_WAITING_IMAGES", 1)
    grace = await signed_in()
    await joined(office.org, grace)
    new = {"purpose": "photo"}
    answers = [
        await person.api("POST", f"{office.at}/images", json=new) for person in (grace, grace, office.owner)
    ]
    assert [each.status_code for each in answers] == [201, 409, 201]
    key = {"Idempotency-Key": "same"}
    monkeypatch.setattr(loaded, "MOST_WAITING_IMAGES", 9)
    made = [
        (await person.api("POST", f"{office.at}/images", json=new, headers=key)).json()["id"]
        for person in (grace, grace, office.owner)
    ]
    assert made[0] == made[1] != made[2]


async def test_a_brand_that_changes_while_a_card_is_made_is_on_it(
    host, office, signed_in, monkeypatch
) -> None:
    """The work for the new brand is over before the card is stored."""
    await brand(office, companyText="One")
    await office.template(companyText={"mode": "locked", "value": {"brand": "companyText"}})
    ports = wiring.organisations.templates.staff_ports()
    there, cards = await joined(office.org, await signed_in()), ports.cards

    class Slow:
        async def create(self, card, creation):
            await brand(office, companyText="Two")
            await host.drain_queue("work")
            return await cards.create(card, creation)

        def __getattr__(self, name: str):
            return getattr(cards, name)

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.templates.staff_ports", lambda: ports._replace(cards=Slow()))
        card = await office.card(there["id"])
    assert card.json()["content"]["companyText"] == "Two"


async def test_a_person_puts_their_own_photo_on_their_staff_card(host, office, signed_in, client) -> None:
    await office.template()
    grace, other = await signed_in(), await signed_in()
    card = await office.card((await joined(office.org, grace))["id"])
    await joined(office.org, other)
    waiting = await sent(grace, office, "photo")
    early = await edit(grace, office, card, photo=waiting)
    assert [(each["field"], each["code"]) for each in early.json()["errors"]] == [
        ("/photo", "image_not_ready")
    ]
    theirs = await picture(host, other, office, "photo")
    assert (await edit(grace, office, card, photo=theirs)).json()["errors"][0]["code"] == "unknown_image"
    edited = await edit(grace, office, card, photo=waiting)
    assert edited.status_code == 200, edited.text
    assert "u-photo" in await page_of(client, edited)
    paths = [f"{office.at}/images/{image}" for image in (waiting, theirs)]
    assert [(await grace.api("GET", path)).status_code for path in paths] == [200, 403]
    assert [(await office.owner.api("GET", f"{path}/content")).status_code for path in paths] == [200, 200]

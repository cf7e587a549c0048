"""Photos of contacts: taken by form or API, seen by their owner only, swept when nothing shows them."""

from datetime import UTC, datetime, timedelta

import wiring.cards
import wiring.images
import wiring.organisations.brand
import wiring.relationships
from domain.images.sweep import sweep_images
from tests.forms import fields_at
from tests.functions.images.test_images import corners, ready, saved
from tests.functions.relationships.duplicates.test_merges import merge, undo
from tests.functions.relationships.test_contacts import a_contact, delete, restore


async def etag(person, contact: dict) -> dict[str, str]:
    return {"If-Match": (await person.api("GET", f"contacts/{contact['id']}")).headers["etag"]}


async def photo_of(person, contact: dict) -> str | None:
    return (await person.api("GET", f"contacts/{contact['id']}")).json()["photo"]


async def with_photo(host, person, contact: dict) -> str:
    image = await ready(host, person, purpose="contact")
    answer = await person.api(
        "PUT",
        f"contacts/{contact['id']}/photo",
        json={"imageId": image["id"]},
        headers=await etag(person, contact),
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["photo"] == image["id"]
    return image["id"]


async def swept(days: int) -> None:
    await sweep_images(
        datetime.now(UTC) + timedelta(days=days),
        images=wiring.images.store(),
        files=wiring.images.blobs(),
        cards=wiring.cards.store(),
        contacts=wiring.relationships.contacts(),
        brands=wiring.organisations.brand.store(),
    )


async def test_a_photo_is_sent_by_form_seen_and_removed(host, signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, "Grace Hopper")
    place = f"/my/contacts/{contact['id']}/photo"
    fields = await fields_at(ada, place)
    none = await ada.http.post(place, data=fields, headers={"Origin": str(ada.http.base_url).rstrip("/")})
    assert none.status_code == 422
    assert "Choose a file first" in none.text
    files = {"photo-file": ("grace.png", saved(corners(), "PNG"), "image/png")}
    origin = {"Origin": str(ada.http.base_url).rstrip("/")}
    sent = await ada.http.post(place, data=fields, files=files, headers=origin)
    assert sent.headers["location"] == place, sent.text
    assert "It is being made ready" in (await ada.http.get(place)).text
    await host.drain_queue("images")
    assert "In place." in (await ada.http.get(place)).text
    image = await photo_of(ada, contact)
    assert f"/my/contact-photos/{image}" in (await ada.http.get("/my/contacts")).text
    assert f"/api/v1/images/{image}/content" in (await ada.http.get(f"/my/contacts/{contact['id']}")).text
    small = await ada.http.get(f"/my/contact-photos/{image}")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")
    assert small.headers["cache-control"].startswith("private")
    fields = await fields_at(ada, place)
    gone = await ada.http.post(place, data=fields | {"then": "remove"}, headers=origin)
    assert gone.status_code == 303
    assert await photo_of(ada, contact) is None


async def test_nobody_else_sees_a_photo_or_takes_it(host, signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    mine, hers = await a_contact(ada, "Grace"), await a_contact(eve, "Grace")
    image = await with_photo(host, ada, mine)
    unknown = f"img_{'a' * 26}"
    answers = [await eve.http.get(f"/my/contact-photos/{each}") for each in (image, unknown)]
    assert [each.status_code for each in answers] == [404, 404]
    assert (await eve.api("GET", f"images/{image}/content")).status_code == 404
    for each in (image, unknown, (await ready(host, eve, purpose="photo"))["id"]):
        refused = await eve.api(
            "PUT", f"contacts/{hers['id']}/photo", json={"imageId": each}, headers=await etag(eve, hers)
        )
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/imageId")
    absent = await eve.api(
        "PUT", f"contacts/{mine['id']}/photo", json={"imageId": image}, headers={"If-Match": '"1"'}
    )
    assert absent.status_code == 404
    stale = await ada.api("DELETE", f"contacts/{mine['id']}/photo", headers={"If-Match": '"9"'})
    assert stale.status_code == 412


async def test_a_photo_is_swept_only_when_no_contact_can_show_it(host, signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, "Grace")
    image = await with_photo(host, ada, contact)
    await delete(ada, contact)
    for days in (2, 4):
        await swept(days)
    assert (await restore(ada, contact)).status_code == 200
    assert (await ada.api("GET", f"images/{image}/content")).status_code == 200
    removed = await ada.api("DELETE", f"contacts/{contact['id']}/photo", headers=await etag(ada, contact))
    assert removed.status_code == 200
    for days in (2, 4):
        await swept(days)
    assert (await ada.api("GET", f"images/{image}/content")).status_code == 404


async def test_a_merge_keeps_the_photo_that_is_there_and_undoing_puts_it_back(host, signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    image = await with_photo(host, ada, gone)
    made = (await merge(ada, kept, gone, dropVersion=2)).json()
    assert await photo_of(ada, kept) == image
    await undo(ada, made)
    assert [await photo_of(ada, each) for each in (kept, gone)] == [None, image]

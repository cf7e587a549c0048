"""The picture beside links to a card, through HTTP: what everybody sees of it, whoever asks."""

import asyncio
import io

import pytest
from PIL import Image

import wiring.cards
import wiring.images
from adapters.drawing.link_preview import HEIGHT, MOST_BYTES, WIDTH, draw_preview
from domain.visibility.view import ANYONE, OWNER, view_for
from functions.cards.drawn import NOBODY, Drawing, link_preview
from functions.cards.outputs import MOST_BYTES as MOST_CACHED
from tests.functions.cards.test_api_cards import handle, published, shown
from tests.functions.connections.people import connect
from tests.functions.images.test_images import ready


@pytest.fixture(scope="module")
async def card(signed_in):
    return (await published(await signed_in(), title="Analyst", organisation="Engines")).json()


async def test_a_stranger_gets_a_picture_that_every_network_takes(card, client) -> None:
    answer = await client().get(f"/c/{card['handle']}.og.jpg", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "content-encoding" not in answer.headers
    opened = Image.open(io.BytesIO(answer.content))
    assert (opened.format, opened.size) == ("JPEG", (WIDTH, HEIGHT))
    assert len(answer.content) < MOST_BYTES
    again = await client().get(
        f"/c/{card['handle']}.og.jpg", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_it_is_drawn_once_while_the_card_stays_as_it_is(card, client, monkeypatch) -> None:
    first = await client().get(f"/c/{card['handle']}.og.jpg")
    assert MOST_BYTES < MOST_CACHED - 10_000
    monkeypatch.setattr(Drawing, "MOST_WAITING", 0)
    for coding in ("gzip", "br", "identity"):
        again = await client().get(f"/c/{card['handle']}.og.jpg", headers={"Accept-Encoding": coding})
        assert (again.status_code, again.content) == (200, first.content)


async def test_many_who_ask_at_once_get_the_one_picture_that_is_drawn(signed_in, client) -> None:
    made = (await published(await signed_in())).json()
    asked = (client().get(f"/c/{made['handle']}.og.jpg") for _ in range(2 * Drawing.MOST_WAITING))
    answers = await asyncio.gather(*asked)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}


async def test_it_waits_for_its_turn_and_whoever_cannot_is_told_when_to_come(
    signed_in, client, monkeypatch
) -> None:
    made = (await published(await signed_in())).json()
    monkeypatch.setattr(Drawing, "MOST_WAITING", 0)
    answer = await client().get(f"/c/{made['handle']}.og.jpg")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_friends_and_the_owner_get_what_strangers_get(host, signed_in, client) -> None:
    owner, friend = await signed_in(), await signed_in()
    photo = (await ready(host, owner))["id"]
    content = shown(name="Ada Lovelace", title="Seen by friends", photo=photo)
    content["audiences"] |= {"photo": "connections", "title": "connections"}
    body = {"profileId": (await owner.api("POST", "profiles", json={"name": "A"})).json()["id"]}
    made = await owner.api("POST", "cards", json=body | {"handle": handle(), "content": content})
    path = f"cards/{made.json()['id']}/publication"
    published = await owner.api("PUT", path, headers={"If-Match": made.headers["etag"]})
    assert published.status_code == 200, published.text
    name = made.json()["handle"]
    await connect(friend, owner, name)
    assert "Seen by friends" in (await friend.http.get(f"/c/{name}")).text

    stored = (await wiring.cards.published().take(name)).card
    everybody, own = view_for(stored, ANYONE), view_for(stored, OWNER)
    image = own.images["photo"]
    found = await wiring.images.blobs().open_media(image.sources[image.files["jpeg"]])
    allowed, hidden = link_preview(everybody, "", None), link_preview(own, "", found[0])
    assert allowed != hidden
    for looks in (owner.http, friend.http, client(), owner.http):
        answer = await looks.get(f"/c/{name}.og.jpg")
        assert answer.content == allowed
        assert answer.headers["cache-control"] == "public, no-cache"


async def test_a_public_photo_is_in_it_until_it_is_hidden(host, signed_in, client) -> None:
    owner = await signed_in()
    photo = (await ready(host, owner))["id"]
    made = (await published(owner, photo=photo)).json()
    address = f"/c/{made['handle']}.og.jpg"
    with_photo = (await client().get(address)).content
    content = shown(name="Ada Lovelace", photo=photo)
    content["audiences"]["photo"] = "signed_in"
    body = {"profileId": made["profileId"], "content": content}
    edited = await owner.api("PUT", f"cards/{made['id']}", json=body, headers={"If-Match": '"2"'})
    path = f"cards/{made['id']}/publication"
    await owner.api("PUT", path, headers={"If-Match": edited.headers["etag"]})
    without = (await client().get(address)).content
    stored = (await wiring.cards.published().take(made["handle"])).card
    assert without == link_preview(view_for(stored, ANYONE), "", None)
    assert with_photo != without


async def test_it_goes_with_the_card_and_follows_its_new_name(signed_in, client) -> None:
    owner = await signed_in()
    made = await published(owner)
    card, other = made.json(), handle()
    renamed = await owner.api(
        "PUT",
        f"cards/{card['id']}/handle",
        json={"handle": other},
        headers={"If-Match": made.headers["etag"]},
    )
    moved = await client().get(f"/c/{card['handle']}.og.jpg")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/c/{other}.og.jpg")
    path = f"cards/{card['id']}/publication"
    await owner.api("DELETE", path, headers={"If-Match": renamed.headers["etag"]})
    hidden = await client().get(f"/c/{other}.og.jpg")
    assert (hidden.headers["content-type"], hidden.content) == ("image/jpeg", draw_preview(NOBODY))
    assert (await client().get("/c/nobody-has-this-one.og.jpg")).status_code == 404


@pytest.mark.parametrize("size", [128, 300, 777])
@pytest.mark.parametrize("form", ["png", "svg"])
async def test_a_code_has_the_size_that_was_asked_for(card, client, form: str, size: int) -> None:
    answer = await client().get(f"/c/{card['handle']}.qr.{form}?size={size}")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    if form == "png":
        assert Image.open(io.BytesIO(answer.content)).size == (size, size)
    else:
        assert f' width="{size}" height="{size}" ' in answer.text


async def test_only_what_everybody_sees_is_for_other_sites(host, signed_in, client) -> None:
    owner = await signed_in()
    photos = [(await ready(host, owner))["id"] for _ in range(2)]
    made = (await published(owner, photo=photos[0])).json()
    [image] = (await client().get(f"/c/{made['handle']}.json")).json()["images"].values()
    stranger = await client().get(image["urls"]["webp"])
    assert stranger.headers["cross-origin-resource-policy"] == "cross-origin"
    for suffix in ("", ".vcf", ".json"):
        answer = await client().get(f"/c/{made['handle']}{suffix}")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    own = await owner.http.get(f"/c/{made['handle']}.qr.png")
    assert own.headers["cross-origin-resource-policy"] == "same-origin"

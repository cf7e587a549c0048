"""Images through the API, the real queue and the real storage: from the upload to the stored files."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueClient
from PIL import Image

import wiring.cards
import wiring.images
import wiring.organisations.brand
import wiring.relationships
from adapters.storage.queues import Queue
from domain.base.errors import StaleVersion
from domain.images.image import MAX_BYTES, ImageOrder, make_image
from domain.images.shown import shown_image, why_not_shown
from domain.images.sweep import Swept, sweep_images
from functions.framework.clock import new_id
from local.processes import free_port
from tests.adapters.drawing.test_pictures import corners, jpeg_with_canaries, saved
from tests.functions.cards.test_api_cards import a_card, published

HOUR = timedelta(hours=1)
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
async def storage(cloud):
    async with BlobServiceClient.from_connection_string(cloud.settings["AzureWebJobsStorage"]) as client:
        yield client


async def blobs(storage: BlobServiceClient, container: str) -> dict[str, bytes]:
    """All files, without the zips of photos that tests of organisations leave beside the uploads."""
    client = storage.get_container_client(container)
    return {
        name: await (await client.download_blob(name)).readall()
        async for name in client.list_blob_names()
        if "/pho_" not in name
    }


async def an_image(person, purpose: str = "photo") -> dict:
    made = await person.api("POST", "images", json={"purpose": purpose})
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "waiting"
    return made.json()


async def sent(person, content: bytes, purpose: str = "photo") -> dict:
    image = await an_image(person, purpose)
    answer = await person.api("PUT", f"images/{image['id']}/content", content=content, headers=JPEG)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "processing"
    return image


async def seen(person, image: dict) -> dict:
    answer = await person.api("GET", f"images/{image['id']}")
    assert answer.status_code == 200
    return answer.json()


async def ready(host, person, content: bytes | None = None, purpose: str = "photo") -> dict:
    image = await sent(person, content or saved(corners(), "JPEG"), purpose)
    await host.drain_queue("images")
    done = await seen(person, image)
    assert done["state"] == "ready", done
    return done


async def stored(person, image: dict):
    account = (await person.api("GET", "account")).json()["id"]
    return await wiring.images.store().get(account, image["id"])


async def test_a_photo_from_a_phone_is_kept_without_what_it_says_of_its_owner(
    host, signed_in, storage
) -> None:
    ada = await signed_in()
    image = await sent(ada, jpeg_with_canaries())
    assert any(b"CANARY" in content for content in (await blobs(storage, "uploads")).values())
    await host.drain_queue("images")
    done = await seen(ada, image)
    assert (done["state"], done["width"], done["height"]) == ("ready", 400, 400)
    assert await blobs(storage, "uploads") == {}
    kept = await blobs(storage, "media")
    assert {"webp", "small", "jpeg"} == (await stored(ada, image)).files.keys()
    assert set((await stored(ada, image)).files.values()) <= kept.keys()
    assert not any(b"CANARY" in content for content in kept.values())


async def test_the_owner_sees_the_picture_before_any_card_shows_it(host, signed_in, client) -> None:
    ada, bob = await signed_in(), await signed_in()
    image = await sent(ada, saved(corners(), "JPEG"))
    path = f"/api/v1/images/{image['id']}/content"
    assert (await ada.http.get(path)).status_code == 404
    await host.drain_queue("images")
    picture = await ada.http.get(path)
    assert picture.headers["content-type"] == "image/webp"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert Image.open(io.BytesIO(picture.content)).size == (400, 400)
    assert (await bob.http.get(path)).status_code == 404
    assert (await client().get(path)).status_code == 401


async def test_a_signed_url_takes_one_picture_and_gives_nothing(host, signed_in) -> None:
    ada = await signed_in()
    image = await an_image(ada)
    url, headers = image["upload"]["url"], image["upload"]["headers"]
    missing = await ada.api("POST", f"images/{image['id']}/complete")
    assert (missing.status_code, missing.json()["code"]) == (409, "upload_missing")
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.put(url, content=jpeg_with_canaries(), headers=headers)).status_code == 201
        assert (await browser.put(url, content=b"another", headers=headers)).status_code in (403, 409)
        assert (await browser.get(url)).status_code == 403
        assert (await browser.delete(url)).status_code == 403
        assert (await browser.put(url.replace("img_", "img_a"), content=b"x", headers=headers)).is_error
        assert (await browser.get(url.split("?")[0])).is_error
    for _ in range(2):
        done = await ada.api("POST", f"images/{image['id']}/complete")
        assert (done.status_code, done.json()["state"]) == (200, "processing")
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"
    assert (await ada.api("POST", f"images/{image['id']}/complete")).json()["state"] == "ready"


async def test_a_snapshot_does_not_keep_what_was_sent(host, signed_in, storage) -> None:
    ada = await signed_in()
    image = await an_image(ada)
    url, headers = image["upload"]["url"], image["upload"]["headers"]
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.put(url, content=jpeg_with_canaries(), headers=headers)).status_code == 201
        assert (await browser.put(f"{url}&comp=snapshot")).status_code == 201
    await ada.api("POST", f"images/{image['id']}/complete")
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"
    uploads = storage.get_container_client("uploads")
    left = [found.name async for found in uploads.list_blobs(include=["snapshots"])]
    assert [name for name in left if "/pho_" not in name] == []


async def test_a_signed_url_neither_leases_nor_changes_what_was_sent(host, signed_in) -> None:
    ada = await signed_in()
    image = await an_image(ada)
    url, headers = image["upload"]["url"], image["upload"]["headers"]
    lease = {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"}
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.put(url, content=jpeg_with_canaries(), headers=headers)).status_code == 201
        assert (await browser.put(f"{url}&comp=lease", headers=lease)).status_code == 403
        for change in ("metadata", "properties", "tier", "tags", "block&blockid=YQ==", "blocklist"):
            changed = await browser.put(f"{url}&comp={change}", headers={"x-ms-access-tier": "Archive"})
            assert changed.status_code == 403, change
    await ada.api("POST", f"images/{image['id']}/complete")
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"


async def test_an_upload_that_is_no_block_blob_is_refused_and_another_is_taken(
    host, signed_in, storage
) -> None:
    ada = await signed_in()
    image = await an_image(ada)
    url, headers = image["upload"]["url"], image["upload"]["headers"]
    pages = {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "512"}
    archived = headers | {"x-ms-access-tier": "Archive"}
    async with httpx.AsyncClient(trust_env=False) as browser:
        for sent_with, content in ((pages, b""), (archived, jpeg_with_canaries())):
            assert (await browser.put(url, content=content, headers=sent_with)).status_code == 201
            refused = await ada.api("POST", f"images/{image['id']}/complete")
            assert (refused.status_code, refused.json()["code"]) == (409, "upload_unusable")
            assert await blobs(storage, "uploads") == {}
        assert (await browser.put(url, content=jpeg_with_canaries(), headers=headers)).status_code == 201
    await ada.api("POST", f"images/{image['id']}/complete")
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"


async def test_a_signed_url_ends_after_ten_minutes(host) -> None:
    ago = datetime.now(UTC) - timedelta(minutes=10, seconds=1)
    signed = await wiring.images.blobs().sign_upload(new_id("acc"), new_id("img"), ago)
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.put(signed.url, content=b"late", headers=signed.headers)).status_code == 403


async def test_a_picture_that_is_too_large_is_refused_and_not_kept(host, signed_in, storage) -> None:
    ada = await signed_in()
    image, large = await an_image(ada), bytes(MAX_BYTES + 1)
    answer = await ada.api("PUT", f"images/{image['id']}/content", content=large, headers=JPEG)
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
    async with httpx.AsyncClient(trust_env=False) as browser:
        upload = image["upload"]
        assert (await browser.put(upload["url"], content=large, headers=upload["headers"])).status_code == 201
    answer = await ada.api("POST", f"images/{image['id']}/complete")
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
    assert await blobs(storage, "uploads") == {}
    assert (await seen(ada, image))["state"] == "waiting"
    largest = saved(corners(), "JPEG").ljust(MAX_BYTES, b"\0")
    answer = await ada.api("PUT", f"images/{image['id']}/content", content=largest, headers=JPEG)
    assert answer.status_code == 200
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image_type_refused"),
        (saved(corners(), "GIF"), "image_type_refused"),
        (saved(corners(), "PNG", save_all=True, append_images=[corners().rotate(9)]), "image_animated"),
        (saved(Image.new("1", (9000, 9000)), "PNG"), "image_too_many_pixels"),
        (saved(corners(), "JPEG")[:2000], "image_broken"),
        (saved(Image.new("RGB", (1, 1)), "PNG"), "image_too_small"),
        (saved(Image.new("RGB", (2001, 2000)), "WEBP"), "image_too_costly"),
    ],
)
async def test_a_refused_picture_says_why_and_leaves_nothing(
    host, signed_in, storage, content, problem
) -> None:
    ada = await signed_in()
    before = await blobs(storage, "media")
    image = await sent(ada, content)
    await host.drain_queue("images")
    done = await seen(ada, image)
    assert (done["state"], done["problem"]["code"]) == ("refused", problem)
    assert done["problem"]["detail"]
    assert await blobs(storage, "uploads") == {}
    assert await blobs(storage, "media") == before
    again = await ada.api("PUT", f"images/{image['id']}/content", content=content, headers=JPEG)
    assert (again.status_code, again.json()["code"]) == (409, "already_uploaded")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"<svg/>", {"Content-Type": "image/svg+xml"}, 415),
        (b"GIF89a", {"Content-Type": "image/gif"}, 415),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"x", {}, 415),
        (b"", {"Content-Type": "image/png"}, 422),
        (b"x", {"Content-Type": "image/png", "Content-Encoding": "gzip"}, 415),
    ],
)
async def test_a_body_that_is_no_picture_is_refused_at_the_door(signed_in, content, headers, status) -> None:
    ada = await signed_in()
    image = await an_image(ada)
    answer = await ada.api("PUT", f"images/{image['id']}/content", content=content, headers=headers)
    assert answer.status_code == status
    assert (await seen(ada, image))["state"] == "waiting"


async def test_an_unknown_purpose_is_a_named_fault(signed_in) -> None:
    answer = await (await signed_in()).api("POST", "images", json={"purpose": "banner"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "invalid_choice"


async def test_another_persons_image_looks_absent(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    image, content = await an_image(ada), saved(corners(), "JPEG")
    for path in (f"images/{image['id']}", f"images/{new_id('img')}", "images/x"):
        answers = [
            await bob.api("GET", path),
            await bob.api("PUT", f"{path}/content", content=content, headers=JPEG),
            await bob.api("POST", f"{path}/complete"),
            await bob.api("GET", f"{path}/content"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert (await seen(ada, image))["state"] == "waiting"


async def test_a_create_that_is_repeated_makes_one_image(signed_in) -> None:
    ada, key = await signed_in(), {"Idempotency-Key": "photo"}
    made = [await ada.api("POST", "images", json={"purpose": "photo"}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"]
    other = await ada.api("POST", "images", json={"purpose": "logo"}, headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_of_two_uploads_at_once_one_is_taken_and_one_is_told(host, signed_in) -> None:
    ada = await signed_in()
    image = await an_image(ada)
    path = f"images/{image['id']}/content"
    pictures = [saved(Image.new("RGB", (90, 90), colour), "PNG") for colour in ("red", "blue")]
    answers = await asyncio.gather(
        *(
            ada.api("PUT", path, content=picture, headers={"Content-Type": "image/png"})
            for picture in pictures
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = pictures[[answer.status_code for answer in answers].index(200)]
    await host.drain_queue("images")
    shown = Image.open(io.BytesIO((await ada.http.get(f"/api/v1/{path}")).content)).convert("RGB")
    wanted = Image.open(io.BytesIO(won)).getpixel((9, 9))
    assert all(abs(a - b) < 20 for a, b in zip(shown.getpixel((9, 9)), wanted, strict=True))


async def test_the_same_upload_several_times_at_once_is_one_picture(host, signed_in) -> None:
    ada, content = await signed_in(), saved(corners(), "JPEG")
    image = await an_image(ada)
    path = f"images/{image['id']}/content"
    answers = await asyncio.gather(*(ada.api("PUT", path, content=content, headers=JPEG) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    await host.drain_queue("images")
    assert (await ada.api("GET", f"images/{image['id']}")).json()["state"] == "ready"


async def test_the_same_upload_again_is_taken_again(host, signed_in) -> None:
    """As after an answer that was lost, or a crash before the order left."""
    ada, content = await signed_in(), saved(corners(), "JPEG")
    image = await sent(ada, content)
    again = await ada.api("PUT", f"images/{image['id']}/content", content=content, headers=JPEG)
    assert again.status_code == 200
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"


async def test_while_the_queue_is_down_the_caller_is_told_and_loses_nothing(
    host, signed_in, monkeypatch
) -> None:
    ada, content = await signed_in(), saved(corners(), "JPEG")
    image, queue = await an_image(ada), wiring.images.queue()
    path = f"images/{image['id']}/content"
    dead = Queue(
        "images", f"QueueEndpoint=http://127.0.0.1:{free_port()}/a;AccountName=a;AccountKey=a2V5", None
    )
    with monkeypatch.context() as down:
        down.setattr(queue, "_queue", dead._queue)
        told = await ada.api("PUT", path, content=content, headers=JPEG)
    assert (told.status_code, told.json()["code"]) == (503, "unavailable")
    assert (await ada.api("PUT", path, content=content, headers=JPEG)).status_code == 200
    await host.drain_queue("images")
    assert (await seen(ada, image))["state"] == "ready"


async def test_a_redelivered_message_does_nothing_twice(host, signed_in, storage) -> None:
    ada = await signed_in()
    image = await ready(host, ada)
    before = await stored(ada, image)
    container = storage.get_container_client("media")
    etags = {blob.name: blob.etag async for blob in container.list_blobs()}
    for _ in range(3):
        await wiring.images.queue().send(ImageOrder(account_id=before.account_id, image_id=before.id))
    assert await host.drain_queue("images") == 3
    assert await stored(ada, image) == before
    assert {blob.name: blob.etag async for blob in container.list_blobs()} == etags


def making(order: ImageOrder):
    return make_image(
        order, now=datetime.now(UTC), images=wiring.images.store(), uploads=wiring.images.blobs(),
        media=wiring.images.blobs(), pictures=wiring.images.pictures(),
    )  # fmt: skip


async def test_the_same_message_twice_at_once_makes_one_image(host, signed_in, storage) -> None:
    ada = await signed_in()
    image = await sent(ada, saved(corners(), "JPEG"))
    account = (await stored(ada, image)).account_id
    before = await blobs(storage, "media")
    order = ImageOrder(account_id=account, image_id=image["id"])
    assert await asyncio.gather(*(making(order) for _ in range(4))) == ["ready"] * 4
    done = await stored(ada, image)
    assert done.state == "ready"
    assert (await blobs(storage, "media")).keys() - before.keys() == set(done.files.values())
    await host.drain_queue("images")
    assert await stored(ada, image) == done


async def test_a_crash_after_the_files_were_stored_leaves_no_second_ones(
    host, signed_in, storage, monkeypatch
) -> None:
    ada = await signed_in()
    image = await sent(ada, saved(corners(), "JPEG"))
    order = ImageOrder(account_id=(await stored(ada, image)).account_id, image_id=image["id"])
    before = await blobs(storage, "media")

    async def crash(_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(wiring.images.store(), "save", crash)
        with pytest.raises(ConnectionError):
            await making(order)
    left = (await blobs(storage, "media")).keys() - before.keys()
    assert (await seen(ada, image))["state"] == "processing"
    await host.drain_queue("images")
    assert set((await stored(ada, image)).files.values()) == left
    assert (await blobs(storage, "media")).keys() - before.keys() == left


async def test_messages_that_cannot_be_read_stop_no_other(host, signed_in, cloud) -> None:
    ada = await signed_in()
    connection = cloud.settings["AzureWebJobsStorage"]
    async with QueueClient.from_connection_string(connection, "images") as queue:
        # The first order makes the queue.
        await ready(host, ada)
        for body in ("bm90IGpzb24=", "eyJ2ZXJzaW9uIjogOTl9"):
            await queue.send_message(body)
        await ready(host, ada)
        assert (await queue.get_queue_properties()).approximate_message_count == 2, "both are tried again"
        await queue.clear_messages()


async def test_an_order_for_an_image_that_is_gone_is_dropped(host) -> None:
    order = ImageOrder(account_id=new_id("acc"), image_id=new_id("img"))
    await wiring.images.queue().send(order)
    assert await host.drain_queue("images") == 1
    assert await host.drain_queue("images") == 0


async def test_the_same_picture_twice_has_names_that_nothing_ties_together(host, signed_in) -> None:
    ada = await signed_in()
    first, second = await ready(host, ada), await ready(host, ada)
    names = [set((await stored(ada, image)).files.values()) for image in (first, second)]
    assert not names[0] & names[1]
    media = wiring.images.blobs()
    contents = [{(await media.open_media(name))[0] for name in each} for each in names]
    assert contents[0] == contents[1]


async def test_only_a_ready_image_of_the_cards_own_account_is_shown(host, signed_in) -> None:
    ada, bob, images = await signed_in(), await signed_in(), wiring.images.store()
    waiting, done = await an_image(ada), await ready(host, ada, purpose="logo")
    account, other = [(await person.api("GET", "account")).json()["id"] for person in (ada, bob)]
    shown = shown_image(await images.get(account, done["id"]), "logo")
    assert (shown.width, shown.height) == (512, 341)
    assert shown.files.keys() == {"webp", "small", "jpeg"}
    assert shown_image(await images.get(account, waiting["id"]), "photo") is None
    assert shown_image(await images.get(other, done["id"]), "logo") is None
    assert shown_image(await images.get(account, done["id"]), "photo") is None
    assert (why_not_shown(await images.get(account, done["id"]), "photo"))[0] == "unknown_image"
    assert (why_not_shown(await images.get(other, done["id"]), "logo"))[0] == "unknown_image"
    assert (why_not_shown(await images.get(account, waiting["id"]), "photo"))[0] == "image_not_ready"
    assert why_not_shown(await images.get(account, done["id"]), "logo") is None


async def test_a_picture_that_is_published_while_it_is_swept_stays(host, signed_in) -> None:
    ada, images = await signed_in(), wiring.images.store()
    done = await ready(host, ada, purpose="logo")
    account = (await ada.api("GET", "account")).json()["id"]
    long_ago = datetime.now(UTC) - timedelta(days=3)
    seen = await images.save((await images.get(account, done["id"])).changed(long_ago, unused_since=long_ago))
    assert (await published(ada, logo=done["id"])).status_code == 200
    with pytest.raises(StaleVersion):
        await images.save(seen.changed(datetime.now(UTC), state="refused"))


async def test_a_name_that_is_no_files_opens_nothing(host) -> None:
    media = wiring.images.blobs()
    for name in (
        "",
        "x.webp",
        f"{'0' * 32}.webp",
        f"{'0' * 32}.html",
        f"../uploads/{'0' * 32}.webp",
        "a" * 900,
    ):
        assert await media.open_media(name) is None


def sweep(at: datetime):
    return sweep_images(
        at,
        images=wiring.images.store(),
        files=wiring.images.blobs(),
        cards=wiring.cards.store(),
        contacts=wiring.relationships.contacts(),
        brands=wiring.organisations.brand.store(),
    )


async def test_an_upload_that_was_never_completed_is_swept_after_a_day(host, signed_in, storage) -> None:
    ada = await signed_in()
    image, untouched, now = await an_image(ada), await an_image(ada), datetime.now(UTC)
    async with httpx.AsyncClient(trust_env=False) as browser:
        upload = image["upload"]
        await browser.put(upload["url"], content=jpeg_with_canaries(), headers=upload["headers"])
    assert await host.run_timer("images_sweep")
    assert len(await blobs(storage, "uploads")) == 1
    assert (await sweep(now + 23 * HOUR)).uploads == 0
    assert (await sweep(now + 25 * HOUR)).uploads >= 1
    assert await blobs(storage, "uploads") == {}
    for gone in (image, untouched):
        assert (await ada.api("GET", f"images/{gone['id']}")).status_code == 404


async def test_the_sweep_goes_past_what_it_cannot_delete_and_says_so(
    host, signed_in, storage, monkeypatch, caplog
) -> None:
    ada, later = await signed_in(), datetime.now(UTC) + 50 * HOUR
    unused, media = await ready(host, ada), wiring.images.blobs()
    account = (await stored(ada, unused)).account_id
    orphan = f"{1:032x}.webp"
    await sweep(later - 25 * HOUR)
    await media.put_media(orphan, b"orphan", account_id=account, image_id=new_id("img"))
    for name in ("acc_a", "acc_b", "acc_c"):
        await media.put_upload(name, "img_x", b"never completed")
    held = [storage.get_blob_client("uploads", "acc_a/img_x"), storage.get_blob_client("media", orphan)]
    held.append(storage.get_blob_client("media", (await stored(ada, unused)).files["webp"]))
    leases = [await blob.acquire_lease() for blob in held]
    monkeypatch.setattr("functions.images.jobs.now", lambda: later)
    with caplog.at_level("WARNING"):
        assert await host.run_timer("images_sweep")
    assert "kept=3" in caplog.text
    assert set(await blobs(storage, "uploads")) == {"acc_a/img_x"}
    assert (await seen(ada, unused))["state"] == "refused", "it can no longer be put on a card"
    for lease in leases:
        await lease.release()
    assert (await sweep(later)).kept == 0
    assert await blobs(storage, "uploads") == {}
    assert (await ada.api("GET", f"images/{unused['id']}")).status_code == 404


async def test_work_that_never_ended_is_given_up_after_a_day(host, signed_in, cloud) -> None:
    ada, now = await signed_in(), datetime.now(UTC)
    image = await sent(ada, saved(corners(), "JPEG"))
    connection = cloud.settings["AzureWebJobsStorage"]
    async with QueueClient.from_connection_string(connection, "images") as queue:
        await queue.clear_messages()
    assert (await sweep(now + 25 * HOUR)).given_up == 1
    assert (await seen(ada, image))["problem"]["code"] == "image_failed"


async def test_an_image_that_no_card_names_is_swept_with_its_files(host, signed_in) -> None:
    ada, now, media = await signed_in(), datetime.now(UTC), wiring.images.blobs()
    drafted, published, unused = [await ready(host, ada) for _ in range(3)]
    await a_card(ada, photo=drafted["id"])
    card = await a_card(ada, photo=published["id"])
    answer = await ada.api(
        "PUT", f"cards/{card.json()['id']}/publication", headers={"If-Match": card.headers["etag"]}
    )
    body = {"profileId": card.json()["profileId"], "content": {"name": "Ada Lovelace"}}
    await ada.api(
        "PUT", f"cards/{card.json()['id']}", json=body, headers={"If-Match": answer.headers["etag"]}
    )
    names = {image["id"]: (await stored(ada, image)).files.values() for image in (drafted, published, unused)}
    await sweep(now + 25 * HOUR)
    assert (await seen(ada, unused))["state"] == "ready", "unused since it was first seen so"
    await sweep(now + 48 * HOUR)
    assert (await seen(ada, unused))["state"] == "ready"
    await sweep(now + 50 * HOUR)
    assert (await ada.api("GET", f"images/{unused['id']}")).status_code == 404
    for image in (drafted, published, unused):
        there = [await media.open_media(name) is not None for name in names[image["id"]]]
        assert there == [image is not unused] * 3


async def test_an_image_that_is_used_again_stays(host, signed_in) -> None:
    ada, now = await signed_in(), datetime.now(UTC)
    image = await ready(host, ada)
    await sweep(now + 25 * HOUR)
    await a_card(ada, photo=image["id"])
    await sweep(now + 50 * HOUR)
    assert (await seen(ada, image))["state"] == "ready"
    assert (await stored(ada, image)).unused_since is None


async def test_a_file_that_no_image_names_is_swept_after_a_day(host, signed_in) -> None:
    ada, now, media = await signed_in(), datetime.now(UTC), wiring.images.blobs()
    image = await ready(host, ada)
    await a_card(ada, photo=image["id"])
    account = (await stored(ada, image)).account_id
    orphans = {f"{number:032x}.webp": owner for number, owner in enumerate([image["id"], new_id("img")])}
    for name, image_id in orphans.items():
        await media.put_media(name, b"orphan", account_id=account, image_id=image_id)
    await sweep(now + 23 * HOUR)
    assert all([await media.open_media(name) for name in orphans])
    assert (await sweep(now + 25 * HOUR)).files >= 2
    assert not any([await media.open_media(name) for name in orphans])
    assert all([await media.open_media(name) for name in (await stored(ada, image)).files.values()])
    assert (await sweep(now + 25 * HOUR)) == Swept()


def test_messages_carry_ids_and_nothing_personal() -> None:
    order = ImageOrder(account_id=new_id("acc"), image_id=new_id("img"))
    assert set(order.model_dump()) == {"version", "account_id", "image_id"}

"""Photos of people from a zip: told file by file before anything is set, set once, and taken back."""

import asyncio
import io
import struct
import time
import zipfile
import zlib
from datetime import timedelta

import pytest

import wiring.images
import wiring.operations
import wiring.organisations
import wiring.organisations.photos
from tests.functions.images.test_images import sweep
from tests.functions.organisations.imported import a_word
from tests.functions.organisations.joined import give, joined
from tests.functions.organisations.photographed import Album, face, packed
from tests.functions.organisations.test_brand import picture
from tests.functions.organisations.test_known_people import added, somebody
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import edit, page_of
from tests.stored import places_of


@pytest.fixture
async def album(host, signed_in) -> Album:
    ada = await signed_in()
    made = Album(host, ada, await an_organisation(ada))
    await made.office.template()
    return made


def told(files: list[dict]) -> list[tuple]:
    return [(each["effect"], each["fault"] and each["fault"]["code"]) for each in files]


async def test_twelve_photos_become_those_of_their_peoples_cards(album, client) -> None:
    word, cards = await album.colleagues(12)
    made = await album.send(packed(*((f"{key}.jpg", face(100 + n)) for n, key in enumerate(cards))))
    assert (made["stage"], made["files"]["fits"], made["progress"]) == ("ready", 12, None)
    assert told(await album.files(made)) == [("fits", None)] * 12
    assert [await album.photo(card) for card in cards.values()] == [None] * 12
    done = await album.step(made, "setting")
    assert (done["stage"], done["files"]["set"]) == ("done", 12)
    photos = [await album.photo(card) for card in cards.values()]
    assert (len(set(photos)), None in photos) == (12, False)
    image = await wiring.images.store().get(album.org["id"], photos[3])
    assert (image.state, image.purpose) == ("ready", "photo")
    assert "u-photo" in await page_of(client, await album.office.get(cards[f"{word}-3"]))
    # The zip is gone once its photos are set.
    assert await wiring.images.blobs().upload_size(album.org["id"], made["id"]) is None


async def test_each_file_tells_whose_it_is_and_why_it_is_left_out(album) -> None:
    there, card = await album.colleague(externalId="emp-1" + a_word())
    by_address, _ = await album.colleague(externalId=None)
    bare = somebody()
    await added(album.person, album.org, bare)
    await album.office.template(photo={"mode": "off"})
    without, _ = await album.colleague()
    made = await album.send(
        packed(
            (f"{there['externalId'].upper()}.JPEG", face()),
            (f"{by_address['email'].upper()}.jpg", face()),
            (f"{there['email']}.jpg", face()),
            (f"{bare['externalId']}.jpg", face()),
            (f"{without['externalId']}.jpg", face()),
            ("nobody.jpg", face()),
            ("readme.txt", b"Hello"),
            (f"{there['externalId']}.png", b"not one"),
            ("__MACOSX/._x.jpg", b"x"),
            (".DS_Store", b"x"),
        )
    )
    files = await album.files(made)
    assert told(files) == [
        ("fits", None),
        ("fits", None),
        ("left_out", "same_person"),
        ("left_out", "no_card"),
        ("left_out", "photo_off"),
        ("left_out", "unknown_person"),
        ("left_out", "not_a_picture"),
        ("left_out", "not_a_picture"),
    ]
    assert [each["person"] for each in files[:2]] == [there["name"], by_address["name"]]
    assert files[2]["fault"]["detail"] == f"It is the same person as in {files[0]['name']}"
    done = await album.step(made, "setting")
    assert (done["files"]["set"], done["files"]["leftOut"]) == (2, 6)
    assert await album.photo(card)


def lying(content: bytes, name: bytes, size: int) -> bytes:
    """The zip, which says of a file that it unpacks to so many bytes."""
    changed = bytearray(content)
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(name))
    struct.pack_into("<L", changed, at + 24, size)
    struct.pack_into("<L", changed, content.find(b"PK\x03\x04") + 22, size)
    return bytes(changed)


def locked(content: bytes) -> bytes:
    changed = bytearray(content)
    changed[content.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def without_crc(content: bytes) -> bytes:
    """The zip, whose file is longer than it says, with the sum of the part that it says."""
    [entry] = zipfile.ZipFile(io.BytesIO(content)).infolist()
    part = zipfile.ZipFile(io.BytesIO(content)).read(entry)[:50]
    changed = bytearray(lying(content, b"a.jpg", len(part)))
    struct.pack_into("<L", changed, content.rfind(b"PK\x01\x02") + 16, zlib.crc32(part))
    return bytes(changed)


PHOTO = face()
ONE = packed(("a.jpg", PHOTO))
REFUSED = {
    "no zip": (b"Hello", "broken", ""),
    "nothing in it": (packed(), "empty", ""),
    "cut off": (ONE[:-30], "broken", ""),
    "damaged": (ONE.replace(ONE[60:90], b"x" * 30), "broken", "a.jpg"),
    "a folder": (packed(("staff/a.jpg", PHOTO)), "path", "staff/a.jpg"),
    "a path": (packed(("../a.jpg", PHOTO)), "path", "../a.jpg"),
    "a path of Windows": (packed(("..\\a.jpg", PHOTO)), "path", "a.jpg"),
    "a zip by its name": (packed(("a.zip", ONE)), "nested", "a.zip"),
    "a zip by its content": (packed(("a.jpg", ONE)), "nested", "a.jpg"),
    "a password": (locked(ONE), "encrypted", "a.jpg"),
    "a bomb": (packed(("a.jpg", PHOTO), ("b.jpg", bytes(4_900_000))), "ratio", "b.jpg"),
    "a large file": (packed(("a.jpg", bytes(5_000_001))), "photo_too_large", "a.jpg"),
    "a file larger than it says": (without_crc(ONE), "broken", "a.jpg"),
    "a file smaller than it says": (lying(ONE, b"a.jpg", len(PHOTO) + 9), "broken", "a.jpg"),
    "another packing": (packed(("a.jpg", PHOTO), packing=zipfile.ZIP_BZIP2), "packing_refused", "a.jpg"),
    "a long name": (packed(("a" * 300 + ".jpg", PHOTO)), "name_too_long", "aaa"),
    "too many files": (packed(*((f"{n}.jpg", b"x") for n in range(1001))), "too_many_files", ""),
    "a large table": (packed(*((f"{n}{'y' * 240}.jpg", b"") for n in range(4000))), "too_many_files", ""),
    "too much": (
        packed(*((f"{n}.jpg", PHOTO + bytes(4_990_000)) for n in range(17)), packing=zipfile.ZIP_STORED),
        "too_large",
        "",
    ),
    "a large zip": (bytes(40_000_001), "too_large", ""),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_zip_that_may_not_be_is_refused_by_name_and_leaves_nothing(album, what) -> None:
    content, code, name = REFUSED[what]
    before = await places_of(album.org["id"])
    answer = await album.post(content)
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == ("/file", code)
    assert name in fault["detail"]
    assert await places_of(album.org["id"]) == before


async def test_the_same_zip_under_one_key_is_one_and_another_is_refused(album) -> None:
    key = a_word()
    first, second = await asyncio.gather(*(album.post(ONE, **{"Idempotency-Key": key}) for _ in range(2)))
    assert (first.status_code, second.status_code) == (201, 201), (first.text, second.text)
    assert first.json()["id"] == second.json()["id"]
    other = await album.post(packed(("b.jpg", PHOTO)), **{"Idempotency-Key": key})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await album.person.api("GET", album.at)).json()["data"]) == 1


async def test_a_picture_that_cannot_be_read_is_told_and_the_others_are_set(album) -> None:
    word, cards = await album.colleagues(2)
    made = await album.set_all(packed((f"{word}-0.jpg", b"\xff\xd8\xff broken"), (f"{word}-1.jpg", face())))
    assert told(await album.files(made)) == [("left_out", "image_broken"), ("set", None)]
    assert [bool(await album.photo(card)) for card in cards.values()] == [False, True]


async def test_a_template_that_takes_the_photo_meanwhile_is_told(album) -> None:
    word, cards = await album.colleagues(1)
    made = await album.send(packed((f"{word}-0.jpg", face())))
    await album.office.change(photo={"mode": "off"})
    done = await album.step(made, "setting")
    assert told(await album.files(done)) == [("left_out", "photo_off")]
    assert await album.photo(cards[f"{word}-0"]) is None


async def test_two_who_set_at_once_have_one_outcome(album) -> None:
    _, cards = await album.colleagues(3)
    made = await album.send(packed(*((f"{key}.jpg", face()) for key in cards)))
    answers = await asyncio.gather(*(album.put(made, "setting") for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 412, 412]
    await asyncio.gather(*(album.host.drain_queue("work") for _ in range(2)))
    assert (await album.get(made))["files"]["set"] == 3


async def test_two_zips_of_the_same_people_at_once_leave_one_photo_each(album) -> None:
    _, cards = await album.colleagues(6)
    made = [
        await album.send(packed(*((f"{key}.jpg", face(100 + turn)) for key in cards))) for turn in range(2)
    ]
    await asyncio.gather(*(album.put(each, "setting") for each in made))
    await asyncio.gather(*(slices(each, album) for each in made))
    done = [await album.get(each) for each in made]
    assert [each["stage"] for each in done] == ["done", "done"]
    store = wiring.organisations.photos.store()
    both = [await store.get(album.org["id"], each["id"]) for each in made]
    for number, card in enumerate(cards.values()):
        assert await album.photo(card) in [each.image_id(number) for each in both]


async def slices(made: dict, album: Album, items: int = 500) -> None:
    """All slices of the long work, as a worker does them."""
    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import WorkMessage  # noqa: PLC0415
    from functions.framework.clock import new_id, now  # noqa: PLC0415

    found = await wiring.organisations.photos.store().get(album.org["id"], made["id"])
    message = WorkMessage(owner_id=found.org_id, work_id=found.work_id)
    while True:
        done = await do_slice(
            message,
            jobs=wiring.operations.jobs(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
            lease=new_id("lse"),
            bound=Slice(time.monotonic, items=items),
            now=now,
        )
        if done is None or done.work.due_at is None:
            return
        assert done.error is None, done.error


async def the_work(album: Album, made: dict):
    found = await wiring.organisations.photos.store().get(album.org["id"], made["id"])
    return await wiring.operations.works().get(found.org_id, found.work_id)


async def test_slices_that_come_again_set_and_take_back_nothing_twice(album) -> None:
    """As by workers that die before they save how far they are."""
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    _, cards = await album.colleagues(7)
    made = await album.send(packed(*((f"{key}.jpg", face()) for key in cards)))
    jobs = wiring.organisations.jobs()
    assert (await album.put(made, "setting")).status_code == 200
    work = await the_work(album, made)
    first = await jobs["org-photos-set"].slice(work, Slice(lambda: 0.0, items=1))
    assert (first.done, first.over) == (5, False)
    photos = [await album.photo(card) for card in cards.values()]
    versions = [(await album.office.get(card)).headers["etag"] for card in cards.values()]
    assert [bool(each) for each in photos] == [True] * 5 + [False] * 2
    assert await jobs["org-photos-set"].slice(work, Slice(lambda: 0.0, items=1)) == first
    assert [(await album.office.get(card)).headers["etag"] for card in cards.values()] == versions
    await slices(made, album)
    assert (await album.get(made))["files"]["set"] == 7
    assert (await jobs["org-photos-set"].slice(work, Slice(lambda: 0.0))).over
    assert (await album.put(made, "undo")).status_code == 200
    work = await the_work(album, made)
    back = await jobs["org-photos-undo"].slice(work, Slice(lambda: 0.0, items=1))
    assert await jobs["org-photos-undo"].slice(work, Slice(lambda: 0.0, items=1)) == back
    await slices(made, album)
    assert (await album.get(made))["files"]["takenBack"] == 7
    assert [await album.photo(card) for card in cards.values()] == [None] * 7
    await album.host.drain_queue("work")


async def test_a_worker_that_dies_while_it_sets_overwrites_no_later_choice(album, monkeypatch) -> None:
    """It dies after the card, and before it stores that: meanwhile somebody chooses another photo."""
    from adapters.cosmos.organisations import photos  # noqa: PLC0415 - what the host loaded
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    _, cards = await album.colleagues(2)
    [card, other] = cards.values()
    made = await album.send(packed(*((f"{key}.jpg", face()) for key in cards)))
    await album.put(made, "setting")
    work, job = await the_work(album, made), wiring.organisations.jobs()["org-photos-set"]
    kept = photos.CosmosPhotos.replace

    async def dies(store, page, new=()):
        if not new:
            raise ConnectionError
        return await kept(store, page, new)

    monkeypatch.setattr(photos.CosmosPhotos, "replace", dies)
    with pytest.raises(ConnectionError):
        await job.slice(work, Slice(lambda: 0.0))
    monkeypatch.undo()
    assert await album.photo(card)
    chosen = await picture(album.host, album.person, album.office, "photo")
    edited = await edit(album.person, album.office, await album.office.get(card), photo=chosen)
    assert edited.status_code == 200, edited.text
    await slices(made, album)
    done = await album.get(made)
    assert told(await album.files(done)) == [("left_out", "changed_since"), ("set", None)]
    assert await album.photo(card) == chosen
    undone = await album.step(done, "undo")
    assert (undone["files"]["takenBack"], await album.photo(other)) == (1, None)
    assert await album.photo(card) == chosen


async def test_an_undo_puts_back_what_was_there_unless_it_changed_since(album) -> None:
    _, cards = await album.colleagues(2)
    [kept, touched] = cards.values()
    mine = await picture(album.host, album.person, album.office, "photo")
    await edit(album.person, album.office, await album.office.get(kept), photo=mine)
    made = await album.set_all(packed(*((f"{key}.jpg", face()) for key in cards)))
    assert await album.photo(kept) != mine
    later = await picture(album.host, album.person, album.office, "photo")
    await edit(album.person, album.office, await album.office.get(touched), photo=later)
    undone = await album.step(made, "undo")
    assert (undone["stage"], undone["files"]["takenBack"], undone["files"]["stayed"]) == ("undone", 1, 1)
    assert (await album.photo(kept), await album.photo(touched)) == (mine, later)
    assert told(await album.files(undone)) == [("taken_back", None), ("stayed", "changed_since")]
    again = await album.put(undone, "undo")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_work_state")


async def test_the_photo_from_before_survives_the_sweeps_of_the_time_to_undo(album) -> None:
    from functions.framework.clock import now  # noqa: PLC0415 - what the host loaded

    word, cards = await album.colleagues(1)
    [card] = cards.values()
    mine = await picture(album.host, album.person, album.office, "photo")
    await edit(album.person, album.office, await album.office.get(card), photo=mine)
    made = await album.set_all(packed((f"{word}-0.jpg", face())))
    store = wiring.images.store()
    image = await store.get(album.org["id"], mine)
    await store.save(image.model_copy(update={"unused_since": now() - timedelta(hours=23)}))
    await album.step(made, "undo")
    image = await store.get(album.org["id"], mine)
    assert (await album.photo(card), image.state, image.unused_since) == (mine, "ready", None)


async def test_after_a_day_it_can_neither_be_set_nor_be_undone(album) -> None:
    word, _ = await album.colleagues(1)
    made = await album.send(packed((f"{word}-0.jpg", face())))
    store = wiring.organisations.photos.store()
    found = await store.get(album.org["id"], made["id"])
    day = timedelta(hours=24)
    old = await store.save(found.model_copy(update={"created_at": found.created_at - day}))
    refused = await album.put(made, "setting")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_work_state")
    await store.save(old.model_copy(update={"created_at": found.created_at}))
    done = await album.step(made, "setting")
    found = await store.get(album.org["id"], made["id"])
    await store.save(found.model_copy(update={"set_at": found.set_at - day}))
    assert (await album.get(done))["undoUntil"] is None
    refused = await album.put(made, "undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_work_state")


async def test_a_zip_that_was_swept_while_the_work_was_paused_is_told(album) -> None:
    word, _ = await album.colleagues(1)
    made = await album.send(packed((f"{word}-0.jpg", face())))
    await album.put(made, "setting")
    path = f"{album.at}/{made['id']}/pause"
    assert (await album.person.api("PUT", path)).json()["progress"]["state"] == "paused"
    await album.host.drain_queue("work")
    await wiring.images.blobs().delete_upload(album.org["id"], made["id"])
    assert (await album.person.api("DELETE", path)).json()["progress"]["state"] == "running"
    await album.host.drain_queue("work")
    assert told(await album.files(made)) == [("left_out", "no_longer_kept")]


async def test_given_up_the_zip_is_deleted(album) -> None:
    made = await album.send(ONE)
    path = f"{album.at}/{made['id']}"
    assert await wiring.images.blobs().upload_size(album.org["id"], made["id"])
    etag = (await album.person.api("GET", path)).headers["etag"]
    assert (await album.person.api("DELETE", path, headers={"If-Match": etag})).status_code == 204
    assert await wiring.images.blobs().upload_size(album.org["id"], made["id"]) is None
    assert (await album.get(made))["stage"] == "cancelled"


async def test_only_leaders_send_photos(album, signed_in) -> None:
    editor, stranger = await signed_in(), await signed_in()
    member = await joined(album.org, editor)
    await give(album.person, album.org, member["id"], "editor")
    for person, status in ((editor, 403), (stranger, 404)):
        answer = await person.api("POST", album.at, content=ONE, headers={"Content-Type": "application/zip"})
        assert answer.status_code == status, answer.text


async def test_what_the_zip_leaves_is_swept_by_the_night(album) -> None:
    from functions.framework.clock import now  # noqa: PLC0415 - what the host loaded

    made = await album.send(ONE)
    await sweep(now() + timedelta(days=1, minutes=1))
    assert await wiring.images.blobs().upload_size(album.org["id"], made["id"]) is None

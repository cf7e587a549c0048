"""Imports through the API: read and told before anything is written, written once, undone, private."""

import sys
from datetime import UTC, datetime

import pytest

import wiring.operations
import wiring.relationships
import wiring.relationships.transfer
from domain.operations.orders import OrderMessage
from domain.operations.work import WorkMessage
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contacts import a_contact, names

ADA = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\n"
    "EMAIL;TYPE=HOME:ada@example.com\r\nEND:VCARD\r\n"
)
GRACE = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Hopper;Grace\r\nTEL;CELL:+46 70 174 06 05\r\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE:=C3=85=\r\n=0D=0Asecond\r\nEND:VCARD\r\n"
)
NOBODY = "BEGIN:VCARD\r\nVERSION:4.0\r\nREV:20200101T000000Z\r\nEND:VCARD\r\n"
FILE = ADA + GRACE + NOBODY


async def sent(person, content: str | bytes, media: str = "text/vcard", **query: str) -> dict:
    content = content.encode() if isinstance(content, str) else content
    answer = await person.api(
        "POST", "imports", content=content, headers={"Content-Type": media}, params=query
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/imports/{answer.json()['id']}"
    return answer.json()


async def read(host, person, content: str | bytes, media: str = "text/vcard", **query: str) -> dict:
    """Send a file and have it read."""
    made = await sent(person, content, media, **query)
    await host.drain_queue("work")
    return await again(person, made)


async def again(person, made: dict) -> dict:
    answer = await person.api("GET", f"imports/{made['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(person, made: dict, what: str, **body: object):
    """Change an import as it is now."""
    path = f"imports/{made['id']}"
    etag = (await person.api("GET", path)).headers["etag"]
    given = {"json": body} if body else {}
    return await person.api("PUT", f"{path}/{what}", headers={"If-Match": etag}, **given)


async def rows(person, made: dict) -> list[dict]:
    found, cursor = [], {}
    while True:
        answer = (await person.api("GET", f"imports/{made['id']}/rows", params=cursor)).json()
        found += answer["data"]
        if answer["page"]["next"] is None:
            return found
        cursor = {"cursor": answer["page"]["next"]}


async def write(host, person, made: dict) -> dict:
    answer = await put(person, made, "writing")
    assert answer.status_code == 200, answer.text
    await host.drain_queue("work")
    return await again(person, made)


async def imported(host, person, content: str | bytes, media: str = "text/vcard") -> dict:
    return await write(host, person, await read(host, person, content, media))


async def undo(host, person, made: dict) -> dict:
    assert (await put(person, made, "undo")).status_code == 200
    await host.drain_queue("work")
    return await again(person, made)


async def test_a_file_is_told_row_by_row_before_anything_is_written(host, signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Countess", emails=[{"address": "ada@example.com"}])
    made = await read(host, ada, FILE)
    assert (made["stage"], made["form"]) == ("ready", "vcard")
    assert made["rows"] == {"total": 3, "new": 1, "perhaps": 0, "same": 1, "bad": 1, "chosen": 1}
    [first, second, third] = await rows(ada, made)
    assert (first["line"], first["twin"]["tier"], first["twin"]["reason"]) == (1, "sure", "email")
    [there] = (await ada.api("GET", "contacts")).json()["data"]
    assert first["twin"]["contactId"] == there["id"]
    assert second["content"]["phones"][0]["number"] == "+46701740605"
    assert second["content"]["customFields"] == [{"label": "Note", "text": "Å\nsecond"}]
    assert [note["code"] for note in third["notes"]] == ["nothing"]
    assert third["content"] is None
    assert await names(ada) == ["Countess"]
    done = await write(host, ada, made)
    assert (done["stage"], done["written"], done["skipped"]) == ("done", 1, 2)
    assert await names(ada) == ["Countess", "Grace Hopper"]
    assert await rows(ada, made) == [], "the report is gone with the file"


async def test_an_undo_tells_of_contacts_that_were_merged(host, signed_in) -> None:
    ada = await signed_in()
    own = await a_contact(ada, "Countess")
    made = await imported(host, ada, FILE)
    there = (await ada.api("GET", "contacts")).json()["data"]
    [theirs] = [each for each in there if each["content"]["name"] == "Ada Lovelace"]
    body = {"keepId": own["id"], "keepVersion": 1, "dropId": theirs["id"], "dropVersion": 1}
    merged = await ada.api("POST", "contact-merges", json=body)
    assert merged.status_code == 201, merged.text
    over = await undo(host, ada, made)
    assert (over["removed"], over["kept"], over["keptCount"]) == (1, [theirs["id"]], 1)
    assert await names(ada) == ["Countess"]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("First Name,Last Name,Labels,E-mail 1 - Value\nAda,Lovelace,Maths,ada@x.example\n", "google"),
        ("Name,Group Membership,E-mail 1 - Value\nAda Lovelace,Maths,ada@x.example\n", "google-old"),
        ("First Name,Last Name,E-mail Address,Categories\nAda,Lovelace,ada@x.example,Maths\n", "outlook"),
        ("First Name,Last Name,Given Yomi,E-mail Address\nAda,Lovelace,,ada@x.example\n", "outlook.com"),
        ("First Name,Last Name,Email Address,Connected On\nAda,Lovelace,ada@x.example,28 Sep\n", "linkedin"),
        ("Name;E-mail;Shoe size\nAda Lovelace;ada@x.example;38\n", "table"),
    ],
)  # fmt: skip
async def test_a_table_of_each_program_goes_into_the_book(host, signed_in, content: str, form: str) -> None:
    ada = await signed_in()
    made = await imported(host, ada, content, "text/csv")
    assert (made["stage"], made["form"], made["written"]) == ("done", form, 1)
    [contact] = (await ada.api("GET", "contacts")).json()["data"]
    assert contact["content"]["name"] == "Ada Lovelace"
    assert contact["content"]["emails"][0]["address"] == "ada@x.example"


async def test_every_value_says_that_it_was_imported_and_when(host, signed_in) -> None:
    ada = await signed_in()
    made = await imported(host, ada, ADA)
    [contact] = (await ada.api("GET", "contacts")).json()["data"]
    [email] = contact["content"]["emails"]
    assert (email["source"], email["since"]) == ("import", made["createdAt"][:10])


async def test_the_person_chooses_rows(host, signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Countess", emails=[{"address": "ada@example.com"}])
    made = await read(host, ada, FILE)
    chosen = await put(ada, made, "choice", add=[1], leave=[2, 3])
    assert chosen.json()["rows"]["chosen"] == 1
    await write(host, ada, made)
    assert await names(ada) == ["Ada Lovelace", "Countess"]


async def test_all_rows_can_be_taken_and_none_is_refused(host, signed_in) -> None:
    ada = await signed_in()
    made = await read(host, ada, FILE)
    await put(ada, made, "choice", leave=[1, 2, 3])
    refused = await put(ada, made, "writing")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_chosen")
    await put(ada, made, "choice", everything=True)
    assert (await write(host, ada, made))["written"] == 2


async def test_rows_that_repeat_an_earlier_row_are_told_and_not_doubled(host, signed_in) -> None:
    ada = await signed_in()
    made = await read(host, ada, ADA + ADA.replace("Ada Lovelace", "A. Lovelace"))
    assert made["rows"]["same"] == 1
    assert (await rows(ada, made))[1]["twin"] == {
        "tier": "sure",
        "reason": "email",
        "contactId": None,
        "row": 1,
    }
    await write(host, ada, made)
    assert await names(ada) == ["Ada Lovelace"]


async def test_the_address_of_a_desk_does_not_make_two_people_one(host, signed_in) -> None:
    ada = await signed_in()
    cards = [
        f"BEGIN:VCARD\r\nFN:{name}\r\nEMAIL:info@firm.example\r\nEND:VCARD\r\n"
        for name in ("Ada Lovelace", "Grace Hopper", "Lovelace, Ada")
    ]
    made = await read(host, ada, "".join(cards))
    assert [row["twin"] and row["twin"]["tier"] for row in await rows(ada, made)] == [None, "perhaps", "sure"]


async def test_the_same_file_twice_at_once_is_one_import(host, signed_in) -> None:
    ada = await signed_in()
    first, second = await sent(ada, FILE), await sent(ada, FILE)
    assert first["id"] == second["id"]
    await host.drain_queue("work")
    await write(host, ada, first)
    later = await read(host, ada, FILE)
    assert later["id"] != first["id"]
    assert later["earlierAt"] is not None
    assert later["rows"]["new"] == 0


async def test_two_imports_of_the_same_people_double_nobody(host, signed_in) -> None:
    """Both are read before one of them is written."""
    ada = await signed_in()
    first, second = await sent(ada, ADA + GRACE), await sent(ada, GRACE + ADA)
    await host.drain_queue("work")
    assert (await put(ada, first, "writing")).status_code == 200
    refused = await put(ada, second, "writing")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_under_way")
    await host.drain_queue("work")
    done = await write(host, ada, second)
    assert (done["stage"], done["written"]) == ("done", 0)
    assert await names(ada) == ["Ada Lovelace", "Grace Hopper"]


async def test_an_import_is_undone_but_for_what_was_changed_since(host, signed_in) -> None:
    ada = await signed_in()
    made = await imported(host, ada, FILE)
    [kept] = [
        each for each in (await ada.api("GET", "contacts")).json()["data"] if "Ada" in each["content"]["name"]
    ]
    changed = await ada.api(
        "PUT", f"contacts/{kept['id']}", headers={"If-Match": '"1"'}, json={"name": "Ada, changed"}
    )
    assert changed.status_code == 200
    undone = await undo(host, ada, made)
    assert (undone["stage"], undone["removed"], undone["kept"]) == ("undone", 1, [kept["id"]])
    assert await names(ada) == ["Ada, changed"]
    [deleted] = (await ada.api("GET", "deleted-contacts")).json()["data"]
    assert deleted["contact"]["content"]["name"] == "Grace Hopper"
    again_ = await imported(host, ada, FILE)
    assert (again_["id"] != made["id"], again_["written"]) == (True, 2)


async def test_an_undo_leaves_what_was_changed_without_adding_anything(host, signed_in) -> None:
    """Archived or tagged together: the version says so, and no document beside the contact."""
    ada = await signed_in()
    made = await imported(host, ada, FILE)
    ids = [each["id"] for each in (await ada.api("GET", "contacts")).json()["data"]]
    for path, change in (("contact-archivings", {}), ("contact-taggings", {"add": ["Kept"]})):
        done = await ada.api("POST", path, json={"ids": [ids.pop()], **change})
        assert done.status_code == 200, done.text
    undone = await undo(host, ada, made)
    assert (undone["removed"], len(undone["kept"])) == (0, 2)
    assert len(await names(ada)) + len(await names(ada, archived=True)) == 2


async def test_a_cancelled_import_takes_back_what_it_wrote(host, signed_in) -> None:
    """The undo is ordered with the change, and so begins even where nobody asks for it."""
    ada = await signed_in()
    people = [ADA.replace("Ada", f"Ada {n}").replace("ada@", f"ada{n}@") for n in range(3)]
    made = await read(host, ada, "".join(people))
    written = (await put(ada, made, "writing")).json()
    account = await account_of(ada)
    found = await wiring.relationships.transfer.imports().get(account, made["id"])
    job = wiring.operations.jobs()["import-write"]
    await job._ports.bulk.create_many((await preparer(job, found)).contacts)
    works = wiring.operations.works()
    work = await works.get(account, written["workId"])
    reached = {"version": work.version + 1, "cursor": '{"recent": "none", "page": 1, "written": 3}'}
    await works.save(work.model_copy(update=reached))
    assert len(await names(ada)) == 3
    assert (await ada.api("DELETE", f"work/{written['workId']}")).status_code == 200
    await host.drain_queue("work")
    assert (await again(ada, made))["stage"] == "undoing"
    order = OrderMessage(container="relations", owner_id=account, order_id=f"order-start-import-{made['id']}")
    await wiring.operations.order_queue().send(order)
    await host.drain_queue("orders")
    await host.drain_queue("work")
    over = await again(ada, made)
    assert (over["stage"], over["written"], over["removed"]) == ("undone", 3, 3)
    assert await names(ada) == []
    assert (await imported(host, ada, "".join(people)))["written"] == 3


async def preparer(job, found):
    """The first page of an import as it would be written."""
    from domain.operations.work import new_work  # noqa: PLC0415 - what the host loaded
    from domain.relationships.transfer.matching import Known  # noqa: PLC0415
    from domain.relationships.transfer.preparing import Preparer  # noqa: PLC0415

    work = new_work("import-write", found.owner_id, found.work_id, datetime.now(UTC), key=found.id)
    key = await wiring.relationships.keys().of(found.owner_id)
    return await Preparer(job._ports, work, found, Known(), key).page(0)


async def test_redelivered_messages_change_nothing(host, signed_in) -> None:
    ada = await signed_in()
    made = await read(host, ada, FILE)
    written = (await put(ada, made, "writing")).json()
    message = WorkMessage(owner_id=await account_of(ada), work_id=written["workId"])
    for _ in range(3):
        await wiring.operations.work_queue().send(message)
    await host.drain_queue("work")
    assert await names(ada) == ["Ada Lovelace", "Grace Hopper"]
    await wiring.operations.work_queue().send(message)
    await host.drain_queue("work")
    assert (await again(ada, made))["written"] == 2


async def test_the_limit_of_contacts_is_held_before_anything_is_written(host, signed_in, monkeypatch) -> None:
    ada = await signed_in()
    made = await read(host, ada, FILE)
    monkeypatch.setattr(sys.modules["domain.relationships.transfer.imports"], "MOST_CONTACTS", 1)
    refused = await put(ada, made, "writing")
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert (await again(ada, made))["stage"] == "ready"
    await put(ada, made, "choice", leave=[1])
    assert (await write(host, ada, made))["written"] == 1


async def test_tags_beyond_their_limit_become_a_field_and_are_told(host, signed_in) -> None:
    ada = await signed_in()
    cards = [
        f"BEGIN:VCARD\r\nFN:Person {n}\r\nCATEGORIES:{','.join(f't{n}-{m}' for m in range(150))}\r\n"
        "END:VCARD\r\n"
        for n in range(8)
    ]
    made = await read(host, ada, "".join(cards))
    work = (await put(ada, made, "writing")).json()["workId"]
    await host.drain_queue("work")
    told = (await ada.api("GET", f"work/{work}")).json()
    assert (told["failed"], {each["code"] for each in told["failures"]}) == (2, {"tags_kept_as_field"})
    found = (await ada.api("GET", "contacts")).json()["data"]
    fields = [each["content"]["customFields"] for each in found]
    assert sum(bool(each) for each in fields) == 2
    assert fields[-1][0]["text"].startswith("t7-0, t7-1")


async def test_what_is_imported_is_found_by_the_search(host, signed_in) -> None:
    ada = await signed_in()
    made = await imported(host, ada, FILE)
    await host.drain_queue("work")

    async def found(text: str) -> int:
        answer = await ada.api("POST", "contact-searches", json={"text": text})
        assert answer.status_code == 200, answer.text
        return len(answer.json()["data"])

    assert await found("hopper") == 1
    assert await found("second") == 1, "a word of a field of one's own"
    await undo(host, ada, made)
    await host.drain_queue("work")
    assert await found("hopper") == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n", "unknown_format"),
        (b"hello", "unknown_format"),
        (b'{"a": 1', "broken"),
        (b'{"a": 1}', "unknown_format"),
        (b"x" * 20_000_001, "too_large"),
        (("Name,E-mail" + ",c" * 10_001).encode(), "too_many_columns"),
        (b"[" * 100_000, "broken"),
    ],
)
async def test_what_cannot_be_read_is_refused_at_once(signed_in, content: bytes, code: str) -> None:
    ada = await signed_in()
    answer = await ada.api(
        "POST", "imports", content=content, headers={"Content-Type": "application/octet-stream"}
    )
    assert answer.status_code == 422, answer.text
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("/file", code)]
    assert (await ada.api("GET", "imports")).json()["data"] == []


async def test_letters_that_are_not_utf8_are_asked_for_with_two_readings(host, signed_in) -> None:
    ada = await signed_in()
    made = await sent(ada, ADA.replace("Ada Lovelace", "Åsa Öberg").encode("cp1252"))
    assert made["stage"] == "asking"
    readings = (await ada.api("GET", f"imports/{made['id']}/readings")).json()["data"]
    assert readings[0]["encoding"] == "windows-1252"
    assert readings[0]["lines"] == ["FN:Åsa Öberg"]
    assert len(readings) == 2
    assert readings[0]["lines"] != readings[1]["lines"]
    assert (await put(ada, made, "encoding", encoding="windows-1252")).json()["stage"] == "reading"
    await host.drain_queue("work")
    await write(host, ada, made)
    assert await names(ada) == ["Åsa Öberg"]


async def test_other_peoples_imports_look_absent(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    made = await read(host, ada, FILE)
    unknown = "imp_" + "a" * 26
    for path in ("", "/rows", "/readings"):
        theirs = await bob.api("GET", f"imports/{made['id']}{path}")
        absent = await bob.api("GET", f"imports/{unknown}{path}")
        assert theirs.status_code == absent.status_code == 404
        strip = lambda answer: {**answer.json(), "instance": ""}  # noqa: E731
        assert strip(theirs) == strip(absent)
    for method, path in (("PUT", "/writing"), ("PUT", "/undo"), ("DELETE", "")):
        answer = await bob.api(method, f"imports/{made['id']}{path}", headers={"If-Match": '"2"'})
        assert answer.status_code == 404
    assert (await bob.api("GET", "imports")).json()["data"] == []


async def test_nothing_of_a_file_is_stored_open(host, signed_in) -> None:
    ada = await signed_in()
    secret = "Qwertzu"
    made = await read(host, ada, ADA.replace("Lovelace", secret))
    assert made["stage"] == "ready"
    from tests.stored import everything  # noqa: PLC0415

    assert not [name for name, text in (await everything()).items() if secret in text]

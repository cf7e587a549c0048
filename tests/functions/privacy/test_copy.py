"""The copy of one's data: everything that is one's own, nothing of anybody else, readable and whole."""

import asyncio
import csv
import io
import json
import secrets
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

import wiring.exchange
import wiring.images
import wiring.operations
import wiring.privacy
import wiring.relationships
import wiring.sign_in
from adapters.cosmos.exchange.exchanges import KINDS
from functions.framework.clock import new_id
from tests.functions.cards.test_api_cards import a_card, published
from tests.functions.exchange.strangers import a_card_with_form, inbox, kept_contact, leave
from tests.functions.images.test_images import ready
from tests.functions.visits.test_counting import a_batch, send

HOSTILE = '<script>alert("1")</script>'
LINK = "https://example.com/ada"


async def account_of(person) -> str:
    return (await person.api("GET", "account")).json()["id"]


async def copied(host, account: str):
    """Make a copy as the app does; the work, once it is over."""
    from domain.privacy.copy import start_copy  # noqa: PLC0415 - the module that the host loaded

    work = await start_copy(
        account,
        key=None,
        now=datetime.now(UTC),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    await host.drain_queue("work")
    return await wiring.operations.works().get(account, work.id)


async def opened(work) -> dict[str, bytes]:
    """The files of a copy by name, of all its volumes."""
    from domain.privacy.copy import CopyCursor  # noqa: PLC0415

    found: dict[str, bytes] = {}
    for kept in CopyCursor.of(work).volumes:
        content = await wiring.privacy.copies().read_volume(work.owner_id, work.id, kept.name)
        assert len(content) == kept.size
        with zipfile.ZipFile(io.BytesIO(content)) as volume:
            assert volume.testzip() is None
            for name in volume.namelist():
                folder, _, inner = name.partition("/")
                assert folder == f"izwop-copy-{work.created_at:%Y-%m-%d}"
                assert inner not in found
                found[inner] = volume.read(name)
    return found


@pytest.fixture
async def ada(host, signed_in):
    """Somebody with two profiles, two cards, a picture and visits."""
    person = await signed_in()
    await person.api("POST", "profiles", json={"name": HOSTILE})
    person.picture = (await ready(host, person))["id"]
    person.shown = (
        await published(
            person, title="Analyst", website=LINK, photo=person.picture, audiences={"title": "public"}
        )
    ).json()
    person.draft = (await a_card(person, bio=HOSTILE)).json()
    card = person.shown["id"]
    await send(a_batch(card, 3), a_batch(card, kind="save"))
    await host.drain_queue("visits")
    return person


async def test_a_copy_holds_everything_that_is_ones_own(host, ada) -> None:
    account = await account_of(ada)
    work = await copied(host, account)
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    told = json.loads(files["account.json"])
    assert told["id"] == account
    assert told["email"] == (await ada.api("GET", "account")).json()["email"]
    profiles = (await ada.api("GET", "profiles")).json()["data"]
    names = {json.loads(files[f"profiles/{profile['id']}.json"])["name"] for profile in profiles}
    assert names == {profile["name"] for profile in profiles}
    for card in (ada.shown, ada.draft):
        told = json.loads(files[f"cards/card-{card['handle']}.json"])
        assert told["draft"] == card["draft"]
        assert told["published"] == card["published"]
    assert b"FN:" in files[f"cards/card-{ada.shown['handle']}.vcf"]
    assert f"cards/card-{ada.draft['handle']}.vcf" not in files
    assert files[f"pictures/{ada.picture}.jpg"].startswith(b"\xff\xd8")
    assert files[f"pictures/{ada.picture}.webp"][8:12] == b"WEBP"
    rows = list(csv.DictReader(io.StringIO(files[f"visits/visits-{ada.shown['handle']}.csv"].decode())))
    assert {(row["what"], row["count"]) for row in rows} == {("view", "3"), ("save", "1")}
    assert sum(name.startswith("sessions/") for name in files) == 1


async def test_the_manifest_names_every_file_and_every_section(host, ada) -> None:
    files = await opened(await copied(host, await account_of(ada)))
    manifest = json.loads(files["manifest.json"])
    listed = {file for section in manifest["sections"] for file in section["files"]}
    assert listed | {"index.html", "manifest.json"} == files.keys()
    counts = {section["name"]: section["count"] for section in manifest["sections"]}
    there = {"account": 1, "profiles": 3, "cards": 2, "pictures": 1, "visits": 2, "sessions": 1, "work": 1}
    assert {name: count for name, count in counts.items() if count} == there


async def test_the_page_tells_it_in_words_and_runs_nothing_that_was_written(host, ada) -> None:
    page = (await opened(await copied(host, await account_of(ada))))["index.html"].decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 2
    assert "Analyst (seen by everyone)" in page
    assert f'<img src="pictures/{ada.picture}.jpg"' in page
    assert "Views</dt><dd><bdi>3" in page


async def test_what_is_stored_of_it_says_nothing_without_the_owners_key(host, ada, monkeypatch) -> None:
    kept: dict[str, bytes] = {}
    store = type(wiring.privacy.pieces())
    put, stage = store.put_piece, store.stage_volume

    async def put_piece(*given) -> None:
        kept[given[-2]] = given[-1]
        await put(*given)

    async def stage_volume(*given) -> None:
        kept[given[-2]] = given[-1]
        await stage(*given)

    monkeypatch.setattr(store, "put_piece", put_piece)
    monkeypatch.setattr(store, "stage_volume", stage_volume)
    contact = (await ada.api("POST", "contacts", json={"name": "Canary Person", "tags": ["canary"]})).json()
    await ada.api("POST", f"contacts/{contact['id']}/notes", json={"text": "canary"})
    work = await copied(host, await account_of(ada))
    assert b"canary" in b"".join((await opened(work)).values()).lower()
    assert {name.rpartition(".")[2] for name in kept} > {"zip", "json"}  # and blocks of volumes
    for name, content in kept.items():
        assert b"canary" not in content.lower(), name
        assert not zipfile.is_zipfile(io.BytesIO(content)), name


async def test_nothing_of_anybody_else_and_no_secret_is_in_it(host, ada, signed_in) -> None:
    bob = await signed_in()
    theirs = (await published(bob, bio="The secret of Bob")).json()
    account = await account_of(ada)
    files = await opened(await copied(host, account))
    whole = b"".join(files.values()).decode("latin-1")
    for secret in ("The secret of Bob", theirs["id"], await account_of(bob), ada.csrf):
        assert secret not in whole
    [session] = await wiring.sign_in.sessions().list(account, datetime.now(UTC))
    assert session.id not in whole
    assert all(name.isascii() and ".." not in name and not name.startswith("/") for name in files)


async def _merged(host, ada) -> None:
    """Find and merge duplicates that have something, and tell two others apart."""
    same = [{"name": "Same", "title": title, "emails": [{"address": "s@x.example"}]} for title in "abc"]
    ids = [(await ada.api("POST", "contacts", json=each)).json()["id"] for each in same]
    await ada.api("POST", f"contacts/{ids[1]}/interactions", json={"kind": "call", "day": "2026-01-02"})
    await ada.api("POST", "contact-duplicates")
    await host.drain_queue("work")
    await ada.api("PUT", f"contacts/{ids[0]}/differences/{ids[2]}")
    wanted = {"keepId": ids[0], "keepVersion": 1, "dropId": ids[1], "dropVersion": 1}
    assert (await ada.api("POST", "contact-merges", json=wanted)).status_code == 201


async def test_histories_and_merges_are_in_it(host, ada) -> None:
    await _merged(host, ada)
    files = await opened(await copied(host, await account_of(ada)))
    told = {
        name.rpartition("/")[2].partition("-")[0]: content
        for name, content in files.items()
        if "histories/" in name
    }
    assert told.keys() == {"histories", "merges", "not"}
    assert [past["text"] for past in json.loads(told["histories"])[0]["past"]] == ["b"]
    assert [each["title"] for each in json.loads(told["merges"])[0]["before"]] == ["a", "b"]
    assert len(json.loads(told["not"])) == 1


async def test_every_kind_of_document_is_told_or_withheld_with_a_reason(host, ada, client) -> None:
    from domain.privacy.sections import WITHHELD  # noqa: PLC0415

    account = await account_of(ada)
    await ada.api("DELETE", f"cards/{ada.draft['id']}", headers={"If-Match": '"1"'})
    await ada.api("DELETE", f"cards/{ada.draft['id']}/restoration", headers={"If-Match": '"2"'})
    await ada.api("DELETE", f"cards/{ada.shown['id']}", headers={"If-Match": '"2"'})
    await ada.api("POST", "profiles", json={"name": "Again"}, headers={"Idempotency-Key": "again"})
    gone = await ada.api("POST", "profiles", json={"name": "Gone"})
    await ada.api("DELETE", f"profiles/{gone.json()['id']}", headers={"If-Match": '"1"'})
    await copied(host, account)
    accounts = wiring.operations.works()._items["accounts"]
    stored = {document["kind"] for document in await accounts.query("SELECT c.kind FROM c", account)}
    for name in ("Kept", "Gone", "Erased"):
        key = {"Idempotency-Key": name}
        made = await ada.api("POST", "contacts", json={"name": name, "tags": ["t"]}, headers=key)
        path, own = f"contacts/{made.json()['id']}", {"If-Match": '"1"'}
        if name != "Kept":
            await ada.api("DELETE", path, headers=own)
        if name == "Erased":
            await ada.api("DELETE", f"{path}/restoration", headers={"If-Match": '"2"'})
        if name == "Kept":
            for kind in ("call", "mail"):
                said = {"kind": kind, "day": "2026-01-02"}
                logged = await ada.api("POST", f"{path}/interactions", json=said)
            await ada.api("DELETE", f"{path}/interactions/{logged.json()['id']}", headers=own)
    await _merged(host, ada)
    reminded = await ada.api("POST", "contacts", json={"name": "Reminded"})
    for name in ("kept", "gone"):
        made = await ada.api(
            "POST",
            f"contacts/{reminded.json()['id']}/reminders",
            json={"text": name, "silentWeeks": 2},
            headers={"Idempotency-Key": name},
        )
        if name == "gone":
            await ada.api("DELETE", f"reminders/{made.json()['id']}", headers={"If-Match": '"1"'})
    dismissal = f"contacts/{reminded.json()['id']}/dismissal"
    await ada.api("PUT", dismissal, json={"kind": "cooling", "reason": "0" * 32})
    relations = wiring.relationships.contacts()._items
    related = {document["kind"] for document in await relations.query("SELECT c.kind FROM c", account)}
    contacts = {"contact", "deleted-contact", "erased-contact", "contact-creation", "contact-tags"}
    interactions = {"interaction", "deleted-interaction", "erased-interaction", "strength"}
    merges = {"contact-history", "contact-merge", "contact-moves", "merged-contact", "not-same"}
    pairs = {"duplicates", "duplicate-pairs", "duplicate-rows", "duplicate-share"}
    reminders = {"reminder", "deleted-reminder", "reminder-creation", "dismissal"}
    assert related >= contacts | interactions | reminders | merges | pairs | {
        "owner-key",
        "order",
        "search-head",
    }
    stored |= related | await left_on_a_card(ada, client)
    known = {kind for told in (*wiring.privacy.sections(), *WITHHELD) for kind in told.kinds}
    assert {"profile-creation", "deleted-profile", "deleted-card", "erased-card", "order", "work"} < stored
    assert stored - known == set()


async def left_on_a_card(ada, client) -> set[str]:
    """Kinds of what people left on a card of hers, in every state."""
    account, form = await account_of(ada), await a_card_with_form(ada)
    exchanges = wiring.exchange.exchanges()
    for state in KINDS:
        await leave(client(), form)
        left = await exchanges.get(account, (await inbox(ada))[0]["id"])
        await exchanges.save(left.model_copy(update={"state": state, "contact_id": "con_" + "b" * 26}))
    found = await exchanges._items.query("SELECT c.kind FROM c", account)
    kinds = {document["kind"] for document in found}
    assert set(KINDS.values()) < kinds
    return kinds


async def test_what_people_left_on_cards_is_in_it(host, ada, signed_in, client) -> None:
    grace = await signed_in()
    form = await a_card_with_form(grace)
    for name in ("Kept", "Waiting"):
        await leave(client(), form, name=name)
    waiting, kept = await inbox(grace)
    await kept_contact(grace, kept)
    work = await copied(host, await account_of(grace))
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    told = json.loads(files[f"exchanges/exchange-{waiting['id']}.json"])
    assert (told["details"]["name"], told["state"]) == ("Waiting", "waiting")
    assert told["consent"]["sha256"] == waiting["consent"]["sha256"]
    told = json.loads(files[f"exchanges/exchange-{kept['id']}.json"])
    assert (told["details"]["name"], told["state"]) == ("Kept", "kept")
    assert "What people left on your cards" in files["index.html"].decode()


async def test_contacts_are_in_it_for_programs_and_as_a_table(host, ada) -> None:
    kept = {"name": "Grace", "emails": [{"address": "grace@example.com"}], "title": "=1+1", "tags": ["Navy"]}
    made = (await ada.api("POST", "contacts", json=kept)).json()
    gone = (await ada.api("POST", "contacts", json={"name": HOSTILE})).json()
    await ada.api("DELETE", f"contacts/{gone['id']}", headers={"If-Match": '"1"'})
    work = await copied(host, await account_of(ada))
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    [told] = json.loads(files[f"contacts/contacts-{made['id']}.json"])
    assert told["content"] == made["content"]
    [row] = csv.DictReader(io.StringIO(files[f"contacts/contacts-{made['id']}.csv"].decode()))
    assert (row["name"], row["e-mails"], row["title"]) == ("Grace", "grace@example.com", "'=1+1")
    [told] = json.loads(files[f"contacts/contacts-{gone['id']}.json"])
    assert told["restorableUntil"]
    assert list(json.loads(files["contacts/tags.json"]).values()) == ["Navy"]
    assert "<script" not in files["index.html"].decode()


async def test_interactions_and_strengths_are_in_it_also_those_that_can_come_back(host, ada) -> None:
    contact = (await ada.api("POST", "contacts", json={"name": "Grace"})).json()
    path, made = f"contacts/{contact['id']}/interactions", []
    for kind, day in (("call", "2026-01-05"), ("meeting", "2026-01-12"), ("mail", "2026-02-02")):
        made.append((await ada.api("POST", path, json={"kind": kind, "day": day})).json())
    await ada.api("DELETE", f"{path}/{made[2]['id']}", headers={"If-Match": '"1"'})
    work = await copied(host, await account_of(ada))
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    told = json.loads(files[f"interactions/interactions-{made[0]['id']}.json"])
    assert [(each["kind"], each["day"]) for each in told] == [
        ("call", "2026-01-05"),
        ("meeting", "2026-01-12"),
    ]
    assert json.loads(files[f"interactions/interactions-{made[2]['id']}.json"])[0]["kind"] == "mail"
    [strength] = json.loads(files[f"interactions/strengths-{contact['id']}.json"])
    assert strength["weeks"][1]["until"] == "2026-01-18"
    assert strength["weeks"][1]["score"] > strength["weeks"][0]["score"] > 0


async def test_reminders_and_dismissals_are_in_it(host, ada) -> None:
    grace = (await ada.api("POST", "contacts", json={"name": "Grace"})).json()
    path = f"contacts/{grace['id']}/reminders"
    made = [
        (await ada.api("POST", path, json={"text": f"{HOSTILE} {n}", "silentWeeks": 2})).json()
        for n in (1, 2)
    ]
    await ada.api("DELETE", f"reminders/{made[1]['id']}", headers={"If-Match": '"1"'})
    dismissal = f"contacts/{grace['id']}/dismissal"
    await ada.api("PUT", dismissal, json={"kind": "silent", "reason": "0" * 32})
    work = await copied(host, await account_of(ada))
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    [told] = json.loads(files[f"reminders/reminders-{made[0]['id']}.json"])
    assert (told["content"], told["restorableUntil"]) == (made[0]["content"], None)
    [told] = json.loads(files[f"reminders/reminders-{made[1]['id']}.json"])
    assert told["restorableUntil"]
    [told] = json.loads(files[f"dismissals/dismissals-silent-{grace['id']}.json"])
    assert (told["contact_id"], told["kind"]) == (grace["id"], "silent")
    assert "<script" not in files["index.html"].decode()


async def test_what_was_deleted_and_can_come_back_is_in_it_and_marked(host, ada) -> None:
    """Visits too; what is erased is not."""
    await ada.api("DELETE", f"cards/{ada.shown['id']}", headers={"If-Match": '"2"'})
    await ada.api("DELETE", f"cards/{ada.draft['id']}", headers={"If-Match": '"1"'})
    await ada.api("DELETE", f"cards/{ada.draft['id']}/restoration", headers={"If-Match": '"2"'})
    gone = (await ada.api("POST", "profiles", json={"name": "Gone"})).json()
    await ada.api("DELETE", f"profiles/{gone['id']}", headers={"If-Match": '"1"'})
    work = await copied(host, await account_of(ada))
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    told = json.loads(files[f"cards/card-{ada.shown['handle']}.json"])
    assert (told["draft"], told["published"]) == (ada.shown["draft"], ada.shown["published"])
    until = datetime.fromisoformat(told["restorableUntil"])
    assert datetime.now(UTC) < until
    assert f"can be taken back until {until:%Y-%m-%d %H:%M} UTC" in files["index.html"].decode()
    assert f"visits/visits-{ada.shown['handle']}.csv" in files
    profile = json.loads(files[f"profiles/{gone['id']}.json"])
    assert (profile["name"], profile["restorableUntil"] is None) == ("Gone", False)
    assert f"cards/card-{ada.draft['handle']}.json" not in files


async def test_an_account_with_nothing_yet_has_a_copy_that_says_so(host, signed_in) -> None:
    eve = await signed_in()
    files = await opened(await copied(host, await account_of(eve)))
    counts = {each["name"]: each["count"] for each in json.loads(files["manifest.json"])["sections"]}
    assert (counts["cards"], counts["pictures"], counts["visits"]) == (0, 0, 0)
    assert files["index.html"].count(b"There are none.") == list(counts.values()).count(0)


async def test_the_pieces_are_gone_once_the_copy_is_there(host, ada, cloud) -> None:
    work = await copied(host, await account_of(ada))
    container = await wiring.images.blobs().container("exports")
    names = [n async for n in container.list_blob_names(name_starts_with=f"{work.owner_id}/{work.id}/")]
    assert [name.count("/") for name in names] == [2]


async def test_a_copy_under_way_is_not_begun_again_and_three_a_day_are_enough(host, signed_in) -> None:
    from domain.privacy.copy import TooManyCopies, start_copy  # noqa: PLC0415

    eve = await signed_in()
    account = await account_of(eve)

    async def begun():
        return await start_copy(
            account,
            key=None,
            now=datetime.now(UTC),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
        )

    first = await begun()
    assert (await begun()).id == first.id
    for _ in range(3):
        await begun()
        await host.drain_queue("work")
    with pytest.raises(TooManyCopies):
        await begun()


async def test_asking_many_times_at_once_begins_one_copy(host, signed_in) -> None:
    """A button that is pressed twice, or a program that would have more than three a day."""
    eve = await signed_in()
    path = "account/copies"
    keys = [{"Idempotency-Key": secrets.token_hex()} for _ in range(4)]
    answers = await asyncio.gather(
        *(eve.api("POST", path) for _ in range(4)), *(eve.api("POST", path, headers=key) for key in keys)
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await eve.api("GET", path)).json()["data"]) == 1
    await host.drain_queue("work")
    assert (await eve.api("POST", path)).json()["id"] != answers[0].json()["id"], "the next one"


async def test_what_changes_meanwhile_does_not_spoil_it(host, ada) -> None:
    """A card is deleted and another made while pages are gathered."""
    account = await account_of(ada)
    making = asyncio.create_task(copied(host, account))
    await ada.api("DELETE", f"cards/{ada.draft['id']}", headers={"If-Match": '"1"'})
    await a_card(ada)
    work = await making
    assert work.state == "done"
    assert "index.html" in await opened(work)


async def test_a_worker_that_lost_its_lease_spoils_no_volume(host, ada, monkeypatch) -> None:
    """It was held up before it wrote the first one; another wrote that meanwhile, with one profile more."""
    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415
    from domain.operations.work import WorkMessage  # noqa: PLC0415
    from domain.privacy import copy  # noqa: PLC0415

    monkeypatch.setattr(copy, "VOLUME_BYTES", 1)
    account, now, job = await account_of(ada), datetime.now(UTC), wiring.operations.jobs()[copy.COPY]
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    work = await copy.start_copy(account, key=None, now=now, works=works, queue=queue)

    async def go_on(job, at):
        return await do_slice(
            WorkMessage(owner_id=account, work_id=work.id),
            jobs={copy.COPY: job},
            works=works,
            queue=queue,
            lease=new_id("lse"),
            bound=Slice(lambda: 0.0, items=150),
            now=lambda: at,
        )

    class HeldUp(type(wiring.privacy.copies())):
        async def stage_volume(self, *given):
            if not CopyCursor.of(await works.get(account, work.id)).volumes:
                await ada.api("POST", "profiles", json={"name": "One more"})
                await go_on(job, now + timedelta(minutes=5))
            await super().stage_volume(*given)

    CopyCursor = copy.CopyCursor  # noqa: N806
    held_up = copy.CopyJob(
        wiring.privacy.sections(), HeldUp(wiring.privacy.pieces(), wiring.relationships.keys())
    )
    assert await go_on(held_up, now) is None
    while await go_on(job, now + timedelta(minutes=5)):
        pass
    work = await works.get(account, work.id)
    assert work.state == "done"
    files = await opened(work)
    manifest = json.loads(files["manifest.json"])
    listed = {file for section in manifest["sections"] for file in section["files"]}
    assert listed | {"index.html", "manifest.json"} == files.keys()


async def test_pieces_that_are_gone_are_gathered_again(host, ada) -> None:
    """It was paused for longer than pieces are kept."""
    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415
    from domain.operations.work import WorkMessage  # noqa: PLC0415
    from domain.privacy.copy import CopyCursor, start_copy  # noqa: PLC0415

    account, now = await account_of(ada), datetime.now(UTC)
    work = await start_copy(
        account,
        key=None,
        now=now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    while len(CopyCursor.of(work).parts) < 3:
        done = await do_slice(
            WorkMessage(owner_id=account, work_id=work.id),
            jobs=wiring.operations.jobs(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
            lease=new_id("lse"),
            bound=Slice(lambda: 0.0, items=1),
            now=lambda: datetime.now(UTC),
        )
        work = done.work
    await wiring.privacy.copies().delete_copy(account, work.id, keep=())
    await host.drain_queue("work")
    work = await wiring.operations.works().get(account, work.id)
    assert (work.state, work.done) == ("done", work.total)
    assert "index.html" in await opened(work)

"""Repetition of deletions and withdrawals after a restore, by the operators' command."""

import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import wiring
import wiring.relationships
from adapters.cosmos.database import Database
from domain.cards.handles import skeleton
from domain.operations.orders import Order
from local import database, processes
from tests.functions.exchange.strangers import a_card_with_form, inbox, kept_contact, leave
from tests.stored import CONTAINERS, each_of
from tests.wired import wired_with

ROOT = Path(__file__).parents[2]
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def restored(cloud, tmp_path):
    """A second account, empty, with the key of the first."""
    command = [sys.executable, "-m", "local.cosmos", "--key", cloud.settings["COSMOS_KEY"], "--port", "0"]
    child, (endpoint,) = await processes.start_ready("restored account", command, logs=tmp_path)
    await database.create(endpoint, cloud.settings["COSMOS_KEY"])
    store = Database(endpoint, cloud.settings["COSMOS_KEY"], database.NAME)
    yield endpoint, store
    await store.close()
    await child.stop()


async def documents(store: Database) -> dict[tuple[str, str], str]:
    found = {}
    for definition in json.loads(CONTAINERS.read_text("utf-8")):
        container = await store.container(definition["name"])
        async for each in container.query_items("SELECT * FROM c"):
            kept = {name: value for name, value in each.items() if not name.startswith("_")}
            found[definition["name"], each["id"]] = json.dumps(kept, sort_keys=True)
    return found


async def restore(store: Database) -> datetime:
    """Bring the restored account to what the product's has at this moment, which is returned."""
    async for name, each in each_of(wiring.database()):
        kept = {what: value for what, value in each.items() if not what.startswith("_")}
        await (await store.container(name)).upsert_item(kept)
    return datetime.now(UTC)


async def card(person, **content) -> dict:
    profile = (await person.api("POST", "profiles", json={"name": "Engineer"}, headers=key())).json()
    values = {"name": person.name, "audiences": {"title": "public"}, **content}
    made = await person.api(
        "POST", "cards", json={"profileId": profile["id"], "content": values}, headers=key()
    )
    assert made.status_code == 201, made.text
    return made.json() | {"profileId": profile["id"]}


def key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


async def change(person, method: str, made: dict, path: str = "", **body) -> None:
    etag = (await person.api("GET", f"cards/{made['id']}")).headers["etag"]
    answer = await person.api(method, f"cards/{made['id']}{path}", headers={"If-Match": etag}, **body)
    assert answer.status_code < 300, answer.text


async def of_deleted(person, method: str, made: dict) -> None:
    path = f"cards/{made['id']}/restoration"
    etag = (await person.api("GET", path)).headers["etag"]
    answer = await person.api(method, path, headers={"If-Match": etag})
    assert answer.status_code < 300, answer.text


async def spoil(store: Database, made: dict, change: Callable[[dict], object]) -> None:
    """Change what is stored of a card, as no release of ours would."""
    container = await store.container("accounts")
    given = [{"name": "@id", "value": made["id"]}]
    [document] = [
        each async for each in container.query_items("SELECT * FROM c WHERE c.id = @id", parameters=given)
    ]
    change(document)
    await container.upsert_item(document)


async def run(cloud, endpoint: str, since: datetime, *more: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "release.erase_again", "--old", cloud.settings["COSMOS_ENDPOINT"],
               "--restored", endpoint, "--since", since.isoformat(), *more]  # fmt: skip
    environment = os.environ | {"COSMOS_KEY": cloud.settings["COSMOS_KEY"]}
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


async def test_deletions_of_contacts_are_repeated_and_those_taken_back_stay(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada, canary = await signed_in(), f"CN{secrets.token_hex(12)}"

    async def do(method: str, contact: str, path: str = "") -> None:
        version = await ada.api("GET", f"contacts/{contact}{path}")
        answer = await ada.api(method, f"contacts/{contact}{path}", headers=_of(version))
        assert answer.status_code < 300, answer.text

    made = {}
    for name in ("gone", "erased", "back", "kept"):
        answer = await ada.api("POST", "contacts", json={"name": f"{canary} {name}"}, headers=key())
        made[name] = answer.json()["id"]
    await do("DELETE", made["back"])
    since = await restore(store)
    await do("DELETE", made["gone"])
    await do("DELETE", made["erased"])
    await do("DELETE", made["erased"], "/restoration")
    await do("PUT", made["back"], "/restoration")
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    assert canary not in done.stdout + done.stderr
    found = await documents(store)
    kinds = {name: json.loads(found["relations", item])["kind"] for name, item in made.items()}
    assert kinds == {
        "gone": "deleted-contact",
        "erased": "erased-contact",
        "back": "contact",
        "kept": "contact",
    }
    assert not [where for where, text in found.items() if f"{canary} erased" in text]


async def test_deletions_of_notes_are_repeated_without_their_key_and_shredded_keys_stay_so(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada, bob = await signed_in(), await signed_in()

    async def do(method: str, note: str, path: str = "") -> None:
        version = await ada.api("GET", f"notes/{note}{path}")
        answer = await ada.api(method, f"notes/{note}{path}", headers=_of(version))
        assert answer.status_code < 300, answer.text

    made = {}
    for person, names in ((ada, ("gone", "erased", "back", "kept")), (bob, ("shredded",))):
        contact = (await person.api("POST", "contacts", json={"name": "x"})).json()["id"]
        for name in names:
            body = {"text": f"Text that is {name}"}
            answer = await person.api("POST", f"contacts/{contact}/notes", json=body, headers=key())
            made[name] = answer.json()["id"]
    await do("DELETE", made["back"])
    since = await restore(store)
    await do("DELETE", made["gone"])
    await do("DELETE", made["erased"])
    await do("DELETE", made["erased"], "/restoration")
    await do("PUT", made["back"], "/restoration")
    await wiring.relationships.keys().forget((await bob.api("GET", "account")).json()["id"])
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    found = await documents(store)
    notes = {name: json.loads(found["relations", item]) for name, item in made.items()}
    assert {name: note["kind"] for name, note in notes.items()} == {
        "gone": "deleted-note",
        "erased": "erased-note",
        "back": "note",
        "kept": "note",
        "shredded": "note",
    }
    assert "private" not in notes["erased"]
    # Sealed for the versions that were read with the key.
    sealed = {name: note["private"]["version"] for name, note in notes.items() if name != "erased"}
    assert sealed == {"gone": 1, "back": 2, "kept": 1, "shredded": 1}
    assert "shred the keys of acc_" in done.stdout


async def test_deletions_of_reminders_are_repeated_and_those_taken_back_stay(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada, canary = await signed_in(), f"CN{secrets.token_hex(12)}"
    contact = (await ada.api("POST", "contacts", json={"name": "Grace"})).json()["id"]

    async def do(method: str, reminder: str, path: str = "") -> None:
        version = await ada.api("GET", f"reminders/{reminder}{path}")
        answer = await ada.api(method, f"reminders/{reminder}{path}", headers=_of(version))
        assert answer.status_code < 300, answer.text

    made = {}
    for name in ("gone", "back", "kept"):
        body = {"text": f"{canary} {name}", "silentWeeks": 3}
        answer = await ada.api("POST", f"contacts/{contact}/reminders", json=body, headers=key())
        made[name] = answer.json()["id"]
    await do("DELETE", made["back"])
    since = await restore(store)
    await do("DELETE", made["gone"])
    await do("PUT", made["back"], "/restoration")
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    assert canary not in done.stdout + done.stderr
    found = await documents(store)
    kinds = {name: json.loads(found["relations", item])["kind"] for name, item in made.items()}
    assert kinds == {"gone": "deleted-reminder", "back": "reminder", "kept": "reminder"}


async def test_withdrawn_details_are_withdrawn_again(host, cloud, signed_in, client, restored) -> None:
    endpoint, store = restored
    ada, stranger = await signed_in(), client()
    form = await a_card_with_form(ada)
    links = {name: await leave(stranger, form, name=name) for name in ("kept", "waiting", "stays")}
    left = {each["details"]["name"]: each["id"] for each in await inbox(ada)}
    contact = await kept_contact(ada, {"id": left["kept"]})
    tags = {"ids": [contact["id"]], "add": ["Her own"]}
    assert (await ada.api("POST", "contact-taggings", json=tags)).status_code == 200
    since = await restore(store)
    for name in ("kept", "waiting"):
        assert (await stranger.post(f"{links[name]}/withdrawal")).status_code == 303
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    found = await documents(store)
    kinds = {name: json.loads(found["relations", item])["kind"] for name, item in left.items()}
    assert kinds == {"kept": "withdrawn-exchange", "waiting": "withdrawn-exchange", "stays": "exchange"}
    async with wired_with({"COSMOS_ENDPOINT": endpoint}):
        # Once the app runs on it, the order takes the details out of the contact.
        await wiring.exchange.effects()["exchange-contact"](
            Order.model_validate(
                json.loads(found["relations", f"order-exchange-contact-{left['kept']}"])["body"]
            )
        )
    after = json.loads((await documents(store))["relations", contact["id"]])
    assert (after["kind"], after["body"]["content"]["name"]) == ("contact", "Details withdrawn")
    assert after["body"]["content"]["emails"] == []


def _of(answer) -> dict[str, str]:
    return {"If-Match": answer.headers["etag"]}


async def test_what_was_taken_back_after_the_moment_is_taken_back_again(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada = await signed_in()
    canary = f"CN{secrets.token_hex(12)}"
    made = {
        name: await card(ada, title=f"{canary} {name}")
        for name in ("gone", "erased", "paused", "off", "anew", "kept", "renamed", "back", "over", "merged")
    }
    spare = (await ada.api("POST", "profiles", json={"name": f"{canary} spare"}, headers=key())).json()
    for each in made.values():
        await change(ada, "PUT", each, "/publication")
    await change(ada, "DELETE", made["back"])

    since = await restore(store)
    before = await documents(store)
    assert sum(canary in text for text in before.values()) > len(made)

    for each in ("over", "merged"):
        await change(ada, "PUT", made[each], "/successor", json={"handle": made["kept"]["handle"]})
    for each in ("gone", "erased", "merged"):
        await change(ada, "DELETE", made[each])
    for each in ("erased", "merged"):
        await of_deleted(ada, "DELETE", made[each])
    await of_deleted(ada, "PUT", made["back"])
    await change(ada, "PUT", made["paused"], "/pause")
    await change(ada, "DELETE", made["off"], "/publication")
    hidden = {"name": ada.name, "title": f"{canary} anew", "audiences": {"title": "private"}}
    await change(ada, "PUT", made["anew"], json={"profileId": made["anew"]["profileId"], "content": hidden})
    await change(ada, "PUT", made["anew"], "/publication")
    name = f"renamed-{secrets.token_hex(4)}"
    await change(ada, "PUT", made["renamed"], "/handle", json={"handle": name})
    etag = (await ada.api("GET", f"profiles/{spare['id']}")).headers["etag"]
    assert (await ada.api("DELETE", f"profiles/{spare['id']}", headers={"If-Match": etag})).status_code == 204
    later = await card(ada, title="made after the moment")

    looked = await run(cloud, endpoint, since, "--look")
    assert looked.returncode == 0, looked.stderr
    assert await documents(store) == before
    for each in (*(made[each] for each in made if each != "kept"), spare, later):
        assert each["id"] in looked.stdout, looked.stdout
    assert made["kept"]["id"] not in looked.stdout
    assert canary not in looked.stdout + looked.stderr

    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stderr
    assert "and 0 are left to do" in done.stdout
    after = await documents(store)

    def public(each: dict) -> dict:
        return json.loads(after["published", each["handle"]])

    assert {public(made[each])["redirectTo"] for each in ("over", "merged")} == {made["kept"]["handle"]}
    for each in ("gone", "erased", "paused", "off", "anew", "over", "merged"):
        assert public(made[each])["content"] is None
    kinds = {
        each: json.loads(after["accounts", made[each]["id"]])["kind"] for each in ("gone", "erased", "back")
    }
    assert kinds == {"gone": "deleted-card", "erased": "erased-card", "back": "card"}
    for each in ("kept", "renamed"):
        assert canary in json.dumps(public(made[each])["content"])
    assert not any(f"{canary} erased" in text for text in after.values())
    for each, kind in (("gone", "deleted-card"), ("spare", "deleted-profile")):
        holding = [json.loads(text).get("kind") for text in after.values() if f"{canary} {each}" in text]
        assert holding == [kind], "its owner can still take it back"
    assert not any(json.loads(text).get("kind") == "session" for text in after.values())
    assert all(("names", f"handle:{skeleton(handle)}") in after for handle in (name, later["handle"]))

    again = await run(cloud, endpoint, since)
    assert again.stdout == "0 steps are done and 0 are left to do.\n"
    assert await documents(store) == after


async def test_accounts_that_are_swapped_are_noticed_and_left_alone(host, cloud, signed_in, restored) -> None:
    endpoint, store = restored
    ada = await signed_in()
    made = await card(ada)
    since = await restore(store) - timedelta(hours=1)
    await change(ada, "PUT", made, "/publication")
    command = [sys.executable, "-m", "release.erase_again", "--old", endpoint, "--restored",
               cloud.settings["COSMOS_ENDPOINT"], "--since", since.isoformat()]  # fmt: skip
    environment = os.environ | {"COSMOS_KEY": cloud.settings["COSMOS_KEY"]}
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Are --old and --restored swapped?" in done.stderr
    assert (await ada.api("GET", "account")).status_code == 200


async def test_a_run_that_was_killed_is_finished_by_the_next(host, cloud, signed_in, restored) -> None:
    endpoint, store = restored
    ada = await signed_in()
    made = [await card(ada, title="to be deleted") for _ in range(6)]
    since = await restore(store)
    for each in made:
        await change(ada, "DELETE", each)
    command = [sys.executable, "-m", "release.erase_again", "--old", cloud.settings["COSMOS_ENDPOINT"],
               "--restored", endpoint, "--since", since.isoformat()]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=os.environ | {"COSMOS_KEY": cloud.settings["COSMOS_KEY"]},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    while "delete crd" not in (line := (await process.stdout.readline()).decode()):
        assert line, "it ended before it deleted a card"
    process.kill()
    await process.wait()
    done = await run(cloud, endpoint, since)
    assert (done.returncode, done.stdout.splitlines()[-1].split(" are ")[1:]) == (
        0,
        ["done and 0", "left to do."],
    )
    kinds = [json.loads(text).get("kind") for (_, item), text in (await documents(store)).items()
             if item in {each["id"] for each in made}]  # fmt: skip
    assert kinds == ["deleted-card"] * 6


async def test_a_document_that_cannot_be_read_keeps_nothing_else_from_being_done(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada = await signed_in()
    broken, other = [await card(ada, title="to be deleted") for _ in range(2)]
    since = await restore(store)
    await spoil(store, broken, lambda document: document["body"].pop("draft"))
    for each in (broken, other):
        await change(ada, "DELETE", each)
    done = await run(cloud, endpoint, since)
    assert done.returncode == 1, done.stdout
    assert f"cannot delete {broken['id']}: a document of it is broken" in done.stdout
    assert done.stdout.endswith("and 1 are left to do.\n")
    assert json.loads((await documents(store))["accounts", other["id"]])["kind"] == "deleted-card"


async def test_what_is_broken_in_the_old_account_is_told_without_what_it_says(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada, canary = await signed_in(), f"CN{secrets.token_hex(8)}"
    broken, paused, old_form = [await card(ada, title="shown") for _ in range(3)]
    for each in (broken, paused, old_form):
        await change(ada, "PUT", each, "/publication")
    since = await restore(store)
    for each in (paused, old_form):
        await change(ada, "PUT", each, "/pause")
    live = wiring.database()
    await spoil(live, broken, lambda document: document["body"].update(published_at=canary))
    # As the release before wrote it.
    await spoil(live, old_form, lambda document: document["body"].pop("was_published"))
    names = await live.container("names")
    await names.upsert_item(
        {"id": "handle:x", "name": "handle:x", "kind": "handle", "state": "held", "body": canary}
    )
    try:
        done = await run(cloud, endpoint, since)
    finally:
        await names.delete_item("handle:x", "handle:x")
        at = since.isoformat()
        await spoil(live, broken, lambda document: document["body"].update(published_at=at))
    assert done.returncode == 1, done.stderr
    assert f"cannot hide {broken['id']}: a document of it is broken" in done.stdout
    assert "cannot hold a handle of an unknown card: a document of it is broken" in done.stdout
    assert canary not in done.stdout + done.stderr
    after = await documents(store)
    for each in (paused, old_form):
        assert json.loads(after["published", each["handle"]])["content"] is None


async def test_a_handle_belongs_to_whom_it_was_given(host, cloud, signed_in, restored) -> None:
    """At the moment it was claimed by somebody whose card was never stored; since then it is Ada's."""
    endpoint, store = restored
    ada = await signed_in()
    since = await restore(store)
    made = await card(ada, title="given later")
    name = f"handle:{skeleton(made['handle'])}"
    stored = json.loads((await documents(wiring.database()))["names", name])
    stored["state"] = "pending"
    stored["body"] |= {"card_id": "crd_bob", "account_id": "acc_bob", "state": "pending"}
    await (await store.container("names")).upsert_item(stored)
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stderr
    held = json.loads((await documents(store))["names", name])
    assert (held["state"], held["body"]["card_id"]) == ("held", made["id"])


async def test_a_profile_that_cards_stand_in_again_loses_what_it_said(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada, canary = await signed_in(), f"CN{secrets.token_hex(8)}"
    made = await card(ada)
    first = (await ada.api("GET", f"profiles/{made['profileId']}")).headers["etag"]
    named = await ada.api(
        "PUT", f"profiles/{made['profileId']}", json={"name": canary}, headers={"If-Match": first}
    )
    assert named.status_code == 200, named.text
    since = await restore(store)
    other = (await ada.api("POST", "profiles", json={"name": "Other"}, headers=key())).json()
    await change(ada, "PUT", made, json={"profileId": other["id"], "content": {"name": ada.name}})
    etag = {"If-Match": named.headers["etag"]}
    assert (await ada.api("DELETE", f"profiles/{made['profileId']}", headers=etag)).status_code == 204
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout
    assert not any(canary in text for text in (await documents(store)).values())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--since", "2026-11-22T12:00:00"), "needs its zone"),
        (("--since", "yesterday"), "is not a moment such as"),
        (("--since", "2026-11-22T12:00:00Z", "--restored", "http://localhost:1/"), "are the same account"),
        (
            ("--since", "2026-11-22T12:00:00Z", "--old", "https://a", "--restored", "https://a:443/"),
            "same account",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(arguments, sentence) -> None:
    command = [sys.executable, "-m", "release.erase_again", "--old", "http://localhost:1",
               "--restored", "http://localhost:2", *arguments]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_an_account_that_does_not_answer_is_said(tmp_path) -> None:
    place = f"http://localhost:{processes.free_port()}"
    command = [sys.executable, "-m", "release.erase_again", "--old", place, "--restored", f"{place}1",
               "--since", "2026-11-22T12:00:00Z"]  # fmt: skip
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"COSMOS_KEY": secret},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Stopped: a database did not answer" in done.stderr
    assert secret not in done.stderr

"""Connecting a directory: tokens made once, used, rotated and revoked; what it may write; its page."""

import asyncio
import re
import secrets

import pytest

import wiring.organisations.directory
from tests.forms import SAME_SITE, Fields
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.scim.directories import Sender, a_token, connected, somebody
from tests.stored import places_of


@pytest.fixture
async def firm(signed_in):
    ada = await signed_in()
    return ada, await an_organisation(ada)


async def settings(person, org: dict):
    answer = await person.api("GET", f"organisations/{org['id']}/directory")
    assert answer.status_code == 200, answer.text
    return answer


async def choose(person, org: dict, *, preview: bool = False, **rules: str):
    version = {"If-Match": (await settings(person, org)).headers["etag"]}
    body = {"preview": preview, "rules": rules}
    answer = await person.api("PUT", f"organisations/{org['id']}/directory", json=body, headers=version)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def log_of(person, org: dict) -> list[dict]:
    answer = await person.api("GET", f"organisations/{org['id']}/directory/log")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def other_end(text: str) -> str:
    return text[:-1] + ("a" if text[-1] != "a" else "e")


async def test_a_token_is_told_once_and_only_its_hash_is_stored(firm, client) -> None:
    ada, org = firm
    text = await a_token(ada, org)
    assert (await Sender(client(), text).send("GET", "Users")).status_code == 200
    secret = text.rpartition(".")[2]
    assert len(secret) == 43
    assert await places_of(secret) == []
    assert secret not in (await settings(ada, org)).text


async def test_every_wrong_token_is_refused_alike(firm, client, signed_in) -> None:
    ada, org = firm
    good = await a_token(ada, org)
    org_id, token_id, secret = good.split(".")
    other = await an_organisation(await signed_in())
    wrong = (
        "",
        "x",
        f"{org_id}.{token_id}.{other_end(secret)}",
        f"{other['id']}.{token_id}.{secret}",
        f"{org_id}.{other_end(token_id)}.{secret}",
        f"{org_id}.{token_id}.",
        "org_" + "a" * 26 + f".{token_id}.{secret}",
        good + "." * 300,
        "é.é.é",
    )
    answers = [
        await client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {text}".encode()})
        for text in wrong
    ]
    answers.append(await client().get("/scim/v2/Users"))
    answers.append(await client().get("/scim/v2/Schemas", headers={"Authorization": f"Basic {good}"}))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/scim+json"
    assert answers[0].json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


async def test_two_tokens_work_and_a_revoked_one_does_not(firm, client) -> None:
    ada, org = firm
    first, second = Sender(client(), await a_token(ada, org)), Sender(client(), await a_token(ada, org))
    third = await ada.api("POST", f"organisations/{org['id']}/directory/tokens")
    assert (third.status_code, third.json()["code"]) == (409, "limit_reached")
    for sender in (first, second):
        assert (await sender.send("GET", "Users")).status_code == 200
    known = await settings(ada, org)
    assert all(each["usedAt"] for each in known.json()["tokens"])
    path = f"organisations/{org['id']}/directory/tokens/{first.token.split('.')[1]}"
    assert (await ada.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 412
    revoked = await ada.api("DELETE", path, headers={"If-Match": known.headers["etag"]})
    assert revoked.status_code == 204
    assert (await first.send("GET", "Users")).status_code == 401
    assert (await second.send("GET", "Users")).status_code == 200


async def test_two_who_make_tokens_at_once_make_two_at_most(firm) -> None:
    ada, org = firm
    path = f"organisations/{org['id']}/directory/tokens"
    answers = await asyncio.gather(*(ada.api("POST", path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]


async def test_a_repetition_makes_no_second_token(firm) -> None:
    ada, org = firm
    path, key = f"organisations/{org['id']}/directory/tokens", {"Idempotency-Key": secrets.token_hex(8)}
    assert (await ada.api("POST", path, headers=key)).status_code == 201
    again = await ada.api("POST", path, headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "token_made")
    assert len((await settings(ada, org)).json()["tokens"]) == 1


async def test_a_closed_organisation_has_no_directory(firm, client) -> None:
    ada, org = firm
    sender = Sender(client(), await a_token(ada, org))
    version = (await ada.api("GET", f"organisations/{org['id']}")).headers["etag"]
    await ada.api("DELETE", f"organisations/{org['id']}", headers={"If-Match": version})
    assert (await sender.send("GET", "Users")).status_code == 401


async def test_a_token_opens_its_own_organisation_only(signed_in, client) -> None:
    ada, grace = await signed_in(), await signed_in()
    one, other = await connected(ada, client), await connected(grace, client)
    made = await one.made()
    never = made["id"][:-1] + ("a" if made["id"][-1] != "a" else "b")
    for method, body in (("GET", None), ("DELETE", None), ("PUT", somebody()), ("PATCH", {})):
        theirs = await other.send(method, f"Users/{made['id']}", body)
        absent = await other.send(method, f"Users/{never}", body)
        assert (theirs.status_code, theirs.text) == (absent.status_code, absent.text)
    assert (await other.read("Users"))["totalResults"] == 0
    assert (await one.read("Users"))["totalResults"] == 1


async def test_each_field_follows_its_rule(signed_in, client) -> None:
    ada = await signed_in()
    directory = await connected(ada, client)
    await choose(ada, directory.org, title="never", department="once", mobile="once", name="once")
    made = await directory.made(displayName="Grace Hopper")
    assert "title" not in made
    read = await directory.patch(
        f"Users/{made['id']}",
        {"op": "replace", "path": "title", "value": "Captain"},
        {"op": "replace", "path": "displayName", "value": "Somebody"},
        {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+46 70 1"},
        {
            "op": "replace",
            "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "value": "Navy",
        },
    )
    assert read.status_code == 204, read.text
    path = f"organisations/{directory.org['id']}/members/{made['id']}/details"
    known = (await ada.api("GET", path)).json()
    assert known["name"] == "Grace Hopper"
    assert known["details"]["title"] is None
    assert known["details"]["department"] == "Compilers"
    assert known["details"]["mobile"] == "+46 70 1"


async def test_a_preview_writes_nothing_and_says_what_it_would(signed_in, client) -> None:
    ada = await signed_in()
    directory = await connected(ada, client)
    made = await directory.made()
    group = await directory.group("Navy")
    await choose(ada, directory.org, preview=True)
    sent = somebody()
    answers = [
        await directory.send("POST", "Users", sent),
        await directory.patch(f"Users/{made['id']}", {"op": "replace", "path": "title", "value": "Captain"}),
        await directory.patch(f"Users/{made['id']}", {"op": "replace", "path": "active", "value": False}),
        await directory.patch(
            f"Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": made["id"]}]}
        ),
        await directory.send("DELETE", f"Users/{made['id']}"),
        await directory.send("DELETE", f"Groups/{group['id']}"),
        await directory.send("POST", "Users", sent | {"userName": made["userName"]}),
    ]
    assert [answer.status_code for answer in answers] == [201, 204, 204, 204, 204, 204, 409]
    assert (await directory.read("Users"))["totalResults"] == 1
    assert (await directory.read(f"Users/{made['id']}"))["title"] == "Programmer"
    assert "members" not in await directory.read(f"Groups/{group['id']}")
    log = [each for each in await log_of(ada, directory.org) if each["preview"]]
    assert [each["what"] for each in reversed(log)] == [
        *("create", "change", "deactivate", "change", "delete", "delete", "refused")
    ]
    assert log[-2]["fields"] == ["title"]
    assert await places_of(sent["externalId"]) == []


async def test_the_log_names_fields_and_never_values(signed_in, client) -> None:
    ada = await signed_in()
    directory = await connected(ada, client)
    word = secrets.token_hex(8)
    made = await directory.made()
    await directory.patch(f"Users/{made['id']}", {"op": "replace", "path": "title", "value": word})
    await directory.send("POST", "Users", somebody(userName=made["userName"], title=word))
    await directory.patch(f"Users/{word}@example.com", {"op": "replace", "path": "title", "value": "x"})
    unknown, refused, changed, created = await log_of(ada, directory.org)
    assert (created["what"], created["subjectId"]) == ("create", made["id"])
    assert (changed["what"], changed["fields"]) == ("change", ["title"])
    assert (refused["what"], refused["refusal"]) == ("refused", "uniqueness")
    assert (unknown["what"], unknown["subjectId"], unknown["refusal"]) == ("refused", None, "404")
    entries, _ = await wiring.organisations.directory.store().entries(directory.org["id"], 10, None)
    assert word not in str(entries)
    assert made["userName"] not in str(entries)


async def test_the_page_makes_and_revokes_a_token_and_saves_rules(firm, client) -> None:
    ada, org = firm
    at = f"/org/{org['id']}/directory-sync"
    page = (await ada.http.get(at)).text
    assert "https://izwop.test/scim/v2" in page
    fields = Fields(page, f"{at}/tokens").values
    made = await ada.http.post(f"{at}/tokens", data=fields, headers=SAME_SITE)
    assert made.status_code == 200, made.text
    [text] = re.findall(r"<code>(org_[^<]+)</code>", made.text)
    sender = Sender(client(), text)
    assert (await sender.send("GET", "Users")).status_code == 200
    again = await ada.http.post(f"{at}/tokens", data=fields, headers=SAME_SITE)
    assert again.status_code == 409
    assert text not in (await ada.http.get(at)).text
    chosen = Fields((await ada.http.get(at)).text, at).values
    assert chosen["rules-title"] == "always"
    saved = await ada.http.post(at, data=chosen | {"rules-title": "never", "preview": "1"}, headers=SAME_SITE)
    assert saved.status_code == 303, saved.text
    wrong = chosen | {"version": "2", "rules-title": "sometimes"}
    assert (await ada.http.post(at, data=wrong, headers=SAME_SITE)).status_code == 422
    stale = await ada.http.post(at, data=chosen | {"rules-title": "once"}, headers=SAME_SITE)
    assert stale.status_code == 409
    assert '<option value="once" selected' in stale.text
    known = (await settings(ada, org)).json()
    assert (known["rules"]["title"], known["preview"]) == ("never", True)
    revoke = f"{at}/tokens/{text.split('.')[1]}/revoke"
    fields = Fields((await ada.http.get(at)).text, revoke).values
    assert (await ada.http.post(revoke, data=fields, headers=SAME_SITE)).status_code == 303
    assert (await sender.send("GET", "Users")).status_code == 401
    assert (await ada.http.get(f"{at}/log")).status_code == 200


async def test_members_do_not_connect_a_directory(firm, signed_in) -> None:
    _, org = firm
    grace = await signed_in()
    await joined(org, grace)
    made = await grace.api("POST", f"organisations/{org['id']}/directory/tokens")
    assert (made.status_code, made.json()["code"]) == (403, "not_allowed")

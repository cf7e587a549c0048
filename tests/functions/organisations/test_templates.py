"""Templates of an organisation: made, changed as drafts, released, and taken up again."""

import asyncio
import secrets

import pytest

from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation

RULES = {
    "title": {"mode": "locked", "value": "{title?Staff}"},
    "emails": {"mode": "locked", "value": [{"address": "{first|ascii}.{last|ascii}@navy.example"}]},
    "bio": {"mode": "off"},
}


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


@pytest.fixture
async def at(ada) -> str:
    return f"organisations/{(await an_organisation(ada))['id']}/templates"


async def make(ada, at: str, name: str = "Staff", **options):
    return await ada.api("POST", at, json={"name": name, "rules": RULES}, **options)


def version(answer) -> dict:
    return {"If-Match": answer.headers["etag"]}


async def release(ada, at: str, read):
    return await ada.api("PUT", f"{at}/{read.json()['id']}/release", headers=version(read))


async def test_a_template_is_made_changed_and_released(ada, at) -> None:
    made = await make(ada, at)
    assert made.status_code == 201, made.text
    one = f"{at}/{made.json()['id']}"
    assert made.headers["location"].endswith(one)
    assert made.json()["number"] == 0
    assert made.json()["draft"]["rules"]["title"]["value"] == "{title?Staff}"
    assert made.json()["draft"]["rules"]["website"]["mode"] == "optional"
    body = {"name": "Officers", "rules": RULES | {"bio": {"mode": "required"}}}
    changed = await ada.api("PUT", one, json=body, headers=version(made))
    assert changed.status_code == 200, changed.text
    released = await release(ada, at, changed)
    assert (released.status_code, released.json()["number"]) == (200, 1)
    again = await release(ada, at, released)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_release")
    assert [each["draft"]["name"] for each in (await ada.api("GET", at)).json()["data"]] == ["Officers"]


async def test_what_an_earlier_release_said_is_taken_up_again(ada, at) -> None:
    read = await make(ada, at, "Number 1")
    one = f"{at}/{read.json()['id']}"
    for number in (1, 2, 3):
        read = await release(ada, at, read)
        body = {"name": f"Number {number + 1}"}
        read = await ada.api("PUT", one, json=body, headers=version(read))
    first = (await ada.api("GET", f"{one}/releases?limit=2")).json()
    assert [each["number"] for each in first["data"]] == [3, 2]
    then = (await ada.api("GET", f"{one}/releases?limit=2&cursor={first['page']['next']}")).json()
    assert [each["content"]["name"] for each in then["data"]] == ["Number 1"]
    assert then["page"]["next"] is None
    taken = await ada.api("PUT", f"{one}/draft", json={"number": 1}, headers=version(read))
    assert taken.json()["draft"]["name"] == "Number 1"
    assert taken.json()["draft"]["rules"]["bio"]["mode"] == "off"
    assert (await release(ada, at, taken)).json()["number"] == 4
    missing = await ada.api("PUT", f"{one}/draft", json={"number": 9}, headers=version(taken))
    assert missing.status_code in (404, 412)


async def test_a_template_is_made_once_under_a_key(ada, at) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    one, two = await asyncio.gather(make(ada, at, headers=key), make(ada, at, headers=key))
    assert one.json()["id"] == two.json()["id"]
    other = await make(ada, at, "Other", headers=key)
    assert other.json()["code"] == "idempotency_key_reused"
    assert len((await ada.api("GET", at)).json()["data"]) == 1


async def test_of_two_who_change_or_release_one_template_the_second_is_told(ada, at) -> None:
    made = await make(ada, at)
    body, path = {"name": "Mine"}, f"{at}/{made.json()['id']}"
    answers = await asyncio.gather(
        ada.api("PUT", path, json=body, headers=version(made)),
        ada.api("PUT", path, json=body, headers=version(made)),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    read = await ada.api("GET", path)
    answers = await asyncio.gather(release(ada, at, read), release(ada, at, read))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len((await ada.api("GET", f"{path}/releases")).json()["data"]) == 1


@pytest.mark.parametrize(
    ("rules", "field", "code"),
    [
        ({"salary": {"mode": "off"}}, "/rules/salary", "unknown_field"),
        ({"salary": {"mode": "locked", "value": "1"}}, "/rules/salary", "unknown_field"),
        ({"title": {"mode": "locked", "value": "{first{last}}"}}, "/rules/title/value", "nested_place"),
        ({"title": {"mode": "locked", "value": "{salary}"}}, "/rules/title/value", "unknown_name"),
        ({"title": {"mode": "locked"}}, "/rules/title", "locked_without_value"),
        ({"emails": {"value": [{"address": "{first"}]}}, "/rules/emails/value/0/address", "unclosed_place"),
        ({"emails": {"value": [{"address": "no"}]}}, "/rules/emails/value", "invalid_email"),
        ({"name": {"mode": "off"}}, "/rules", "name_not_required"),
    ],
)
async def test_a_template_with_a_fault_is_refused_with_its_place(ada, at, rules, field, code) -> None:
    refused = await ada.api("POST", at, json={"name": "Staff", "rules": rules})
    assert refused.status_code == 422, refused.text
    assert (field, code) in [(fault["field"], fault["code"]) for fault in refused.json()["errors"]]
    assert (await ada.api("GET", at)).json()["data"] == []


async def test_an_editor_changes_what_a_leader_releases(ada, at, signed_in) -> None:
    grace = await signed_in()
    org = {"id": at.split("/")[1]}
    await joined(org, grace, "editor")
    made = await make(grace, at)
    assert made.status_code == 201, made.text
    assert (await release(grace, at, made)).status_code == 403
    assert (await release(ada, at, made)).status_code == 200


async def test_there_are_so_many_templates_and_no_more(ada, at, host, monkeypatch) -> None:
    from domain.organisations.templates import templates as loaded  # noqa: PLC0415 - what the host loaded

    monkeypatch.setattr(loaded, "MOST_TEMPLATES", 2)
    answers = [await make(ada, at) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]


async def test_presets_can_be_sent_back_as_they_are(ada, at) -> None:
    presets = (await ada.api("GET", at.replace("/templates", "/template-presets"))).json()["data"]
    assert [each["name"] for each in presets] == ["relaxed", "standard", "strict"]
    for each in presets:
        made = await ada.api("POST", at, json={"name": each["name"], "rules": each["rules"]})
        assert made.status_code == 201, made.text
        assert made.json()["draft"]["rules"] == each["rules"]

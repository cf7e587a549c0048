"""Organisations: made once, seen by their people only, in the switcher of their people."""

import pytest

import wiring.operations
from domain.organisations.roles import ALLOWED, ROLES

UNKNOWN = "org_" + "a" * 26


async def an_organisation(person, name: str = "Flow-Matic", **headers: str) -> dict:
    answer = await person.api("POST", "organisations", json={"name": name}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_who_makes_an_organisation_is_its_owner(signed_in) -> None:
    ada = await signed_in()
    made = await an_organisation(ada)
    assert (made["name"], made["role"]) == ("Flow-Matic", "owner")
    [own] = (await ada.api("GET", "organisations")).json()["data"]
    assert (own["id"], own["role"]) == (made["id"], "owner")
    [member] = (await ada.api("GET", f"organisations/{made['id']}/members")).json()["data"]
    assert (member["id"], member["role"]) == (made["memberId"], "owner")


async def test_an_organisation_is_made_once_for_each_key(signed_in) -> None:
    ada = await signed_in()
    first = await an_organisation(ada, **{"Idempotency-Key": "once"})
    assert await an_organisation(ada, **{"Idempotency-Key": "once"}) == first
    other = await ada.api(
        "POST", "organisations", json={"name": "Other"}, headers={"Idempotency-Key": "once"}
    )
    assert other.json()["code"] == "idempotency_key_reused"
    assert len((await ada.api("GET", "organisations")).json()["data"]) == 1


async def test_the_name_is_changed_from_the_version_that_was_read(signed_in) -> None:
    ada = await signed_in()
    path = f"organisations/{(await an_organisation(ada))['id']}"
    version = {"If-Match": (await ada.api("GET", path)).headers["etag"]}
    changed = await ada.api("PUT", path, json={"name": "Flow"}, headers=version)
    assert changed.json()["name"] == "Flow"
    assert (await ada.api("PUT", path, json={"name": "Late"}, headers=version)).status_code == 412
    assert (await ada.api("GET", path)).json()["name"] == "Flow"


async def test_others_find_nothing_of_an_organisation(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    made = await an_organisation(ada)
    for place in ("", "/members", f"/members/{made['memberId']}"):
        answers = [await eve.api("GET", f"organisations/{each}{place}") for each in (made["id"], UNKNOWN)]
        bodies = [{**answer.json(), "instance": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert bodies[0] == bodies[1]
    for page in ("", "/people", "/settings"):
        assert (await eve.http.get(f"/org/{made['id']}{page}")).status_code == 404


async def test_an_organisation_is_made_with_a_form_and_is_in_the_switcher(signed_in) -> None:
    ada = await signed_in()
    assert (await ada.http.get("/my/new-organisation")).status_code == 200
    fields = {"csrf": ada.csrf, "key": "k", "name": ""}
    refused = await ada.http.post("/my/new-organisation", data=fields)
    assert refused.status_code == 422
    assert "Name of the organisation must not be empty" in refused.text
    made = await ada.http.post("/my/new-organisation", data=fields | {"name": "Flow & Matic"})
    assert made.status_code == 303
    home = await ada.http.get(made.headers["location"])
    assert "The organisation is made." in home.text
    assert "Flow &amp; Matic" in (await ada.http.get("/my/cards")).text


async def test_every_page_says_in_which_organisation_one_is_and_leads_to_the_others(signed_in) -> None:
    ada = await signed_in()
    first = await an_organisation(ada)
    alone = (await ada.http.get(f"/org/{first['id']}/people")).text
    assert f'<summary><b dir="auto">{first["name"]}</b>' in alone
    second = (await ada.api("POST", "organisations", json={"name": "Bombe"})).json()
    for org, other in ((first, second), (second, first)):
        page = (await ada.http.get(f"/org/{org['id']}/people")).text
        # The rail of a desktop, and the menu of a phone.
        assert f"<summary><bdi>{org['name']}</bdi></summary>" in page
        assert f'<summary><b dir="auto">{org["name"]}</b>' in page
        assert page.count(f'href="/org/{other["id"]}"') == 2
    today = (await ada.http.get("/my")).text
    assert all(f'href="/org/{org["id"]}"' in today for org in (first, second))


async def test_a_new_organisation_says_how_it_comes_to_cards(signed_in) -> None:
    ada = await signed_in()
    at = f"/org/{(await an_organisation(ada))['id']}"
    home = (await ada.http.get(at)).text
    assert "Three steps to the first cards" in home
    for place in ("/imports", "/templates", "/new-cards"):
        assert f'href="{at}{place}"' in home
        assert (await ada.http.get(at + place)).status_code == 200


async def test_a_switcher_that_was_missed_follows_later(host, signed_in, monkeypatch) -> None:
    ada = await signed_in()

    async def nothing(_order: object) -> None:
        """The worker dies before it follows."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        made = await an_organisation(ada)
    assert (await ada.api("GET", "organisations")).json()["data"] == []
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    order = f"order-org-membership-{made['memberId']}"
    message = OrderMessage(container="organisations", owner_id=made["id"], order_id=order)
    await wiring.operations.order_queue().send(message)
    await host.drain_queue("orders")
    [own] = (await ada.api("GET", "organisations")).json()["data"]
    assert own["id"] == made["id"]


@pytest.mark.parametrize("act", ALLOWED)
def test_an_owner_may_do_everything(act) -> None:
    assert "owner" in ALLOWED[act]
    assert set(ROLES) >= ALLOWED[act]

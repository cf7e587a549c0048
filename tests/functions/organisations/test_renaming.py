"""A new name of an organisation reaches the switcher of everybody in it, whatever happens on the way."""

import asyncio
import secrets

import wiring.operations
import wiring.organisations
from tests.functions.organisations.joined import joined, own
from tests.functions.organisations.test_closing import close, reopen, send
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, page_of


async def rename(person, org: dict, name: str):
    path = f"organisations/{org['id']}"
    etag = (await person.api("GET", path)).headers["etag"]
    return await person.api("PUT", path, json={"name": name}, headers={"If-Match": etag})


async def names(person) -> list[str]:
    return [each["name"] for each in (await person.api("GET", "organisations")).json()["data"]]


async def test_a_new_name_is_in_the_switcher_of_everybody(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    org, new = await an_organisation(ada), f"Firm {secrets.token_hex(4)}"
    await joined(org, bob, "editor")
    saved = await send(ada, f"/org/{org['id']}/settings", name=new, version="1")
    assert saved.status_code == 303
    assert await names(ada) == [new]
    await host.drain_queue("work")
    assert await names(bob) == [new]
    assert await own(bob) == {org["id"]: "editor"}
    assert new in (await bob.http.get("/my/cards")).text


async def test_settings_that_keep_the_name_start_no_work(host, signed_in, monkeypatch) -> None:
    ada = await signed_in()
    org = await an_organisation(ada)
    settled = []

    async def note(order: object) -> None:
        settled.append(order)

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", note)
        assert (await rename(ada, org, "Flow-Matic")).status_code == 200
    assert settled == []


async def test_of_two_new_names_at_once_everybody_has_the_one_that_stayed(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    await joined(org, bob)
    version = {"If-Match": '"1"'}
    path = f"organisations/{org['id']}"
    answers = await asyncio.gather(
        *(ada.api("PUT", path, json={"name": name}, headers=version) for name in ("One", "Two"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    await host.drain_queue("work")
    stayed = (await ada.api("GET", path)).json()["name"]
    assert (await names(ada), await names(bob)) == ([stayed], [stayed])


async def test_a_name_follows_when_the_worker_dies_and_is_told_twice(host, signed_in, monkeypatch) -> None:
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    await joined(org, bob)

    async def nothing(_order: object) -> None:
        """The worker dies before it follows."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        assert (await rename(ada, org, "Later")).status_code == 200
    assert (await names(ada), await names(bob)) == (["Flow-Matic"], ["Flow-Matic"])
    kinds = (f"org-membership-{org['memberId']}", f"org-closing-{org['id']}")
    for kind in (*kinds, *kinds):
        message = OrderMessage(container="organisations", owner_id=org["id"], order_id=f"order-{kind}")
        await wiring.operations.order_queue().send(message)
    await host.drain_queue("orders")
    await host.drain_queue("work")
    assert (await names(ada), await names(bob)) == (["Later"], ["Later"])


async def test_a_name_that_follows_late_brings_no_closed_organisation_back(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    await joined(org, bob)
    await rename(ada, org, "Short")
    assert (await close(ada, org)).status_code == 204
    await host.drain_queue("work")
    assert (await own(ada), await own(bob)) == ({}, {})


async def test_cards_that_say_the_name_say_the_new_one_also_after_a_closing(host, signed_in, client) -> None:
    office, new = Office(ada := await signed_in(), await an_organisation(ada)), f"Firm {secrets.token_hex(4)}"
    await office.template()
    card = await office.card((await joined(office.org, await signed_in()))["id"])
    await host.drain_queue("work")
    assert (await rename(ada, office.org, new)).status_code == 200
    await host.drain_queue("work")
    assert new in await page_of(client, card)
    assert (await rename(ada, office.org, later := f"{new} too")).status_code == 200
    assert (await close(ada, office.org)).status_code == 204
    await host.drain_queue("work")
    assert (await reopen(ada, office.org, 4)).status_code == 204
    await host.drain_queue("work")
    assert later in await page_of(client, card)

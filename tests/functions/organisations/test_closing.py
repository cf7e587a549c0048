"""Closing an organisation: absent at once for everybody, gone from their switchers, and back within a day."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
from tests.forms import SAME_SITE
from tests.functions.organisations.joined import joined, own, roles_in
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.sign_in.test_fresh import age


async def send(person, path: str, **fields):
    return await person.http.post(path, data={"csrf": person.csrf} | fields, headers=SAME_SITE)


async def close(person, org: dict):
    path = f"organisations/{org['id']}"
    etag = (await person.api("GET", path)).headers["etag"]
    return await person.api("DELETE", path, headers={"If-Match": etag})


async def closed_by(person) -> list[dict]:
    return (await person.api("GET", "organisations")).json()["closed"]


async def reopen(person, org: dict, version: int = 2):
    path = f"organisations/{org['id']}/restoration"
    return await person.api("PUT", path, headers={"If-Match": f'"{version}"'})


async def test_a_closed_organisation_is_absent_and_leaves_all_switchers(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada, f"Firm {secrets.token_hex(4)}")
    await joined(org, bob)
    page = f"/org/{org['id']}/close"
    assert org["name"] in (await ada.http.get(page)).text
    wrong = await send(ada, page, name="Other", version="1")
    assert wrong.status_code == 422
    assert 'value="Other"' in wrong.text
    assert "This is not the name of the organisation" in wrong.text
    done = await send(ada, page, name=f" {org['name'].upper()} ", version="1")
    assert done.status_code == 303
    said = await ada.http.get(done.headers["location"])
    assert "The organisation is closed." in said.text
    assert f'action="/org/{org["id"]}/restoration"' in said.text
    for person in (ada, bob):
        assert (await person.http.get(f"/org/{org['id']}")).status_code == 404
        assert (await person.api("GET", f"organisations/{org['id']}")).status_code == 404
    assert await own(ada) == {}
    await host.drain_queue("work")
    assert await own(bob) == {}


async def test_who_closed_it_takes_it_back_as_it_was(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    there = await joined(org, bob, "editor")
    await close(ada, org)
    await host.drain_queue("work")
    [closed] = await closed_by(ada)
    assert (closed["id"], closed["version"]) == (org["id"], 2)
    assert await closed_by(bob) == []
    assert (await reopen(bob, org)).status_code == 404
    back = await send(ada, f"/org/{org['id']}/restoration", version="2")
    assert "The organisation is back" in (await ada.http.get(back.headers["location"])).text
    await host.drain_queue("work")
    assert (await own(ada), await own(bob)) == ({org["id"]: "owner"}, {org["id"]: "editor"})
    assert await roles_in(ada, org) == {org["memberId"]: "owner", there["id"]: "editor"}
    assert await closed_by(ada) == []


async def test_another_owner_does_not_take_it_back(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    there = await joined(org, bob)
    path = f"organisations/{org['id']}/members/{there['id']}/role"
    await ada.api("PUT", path, json={"role": "owner"}, headers={"If-Match": '"1"'})
    await close(ada, org)
    assert (await reopen(bob, org)).status_code == 404
    assert (await reopen(ada, org)).status_code == 204


async def test_an_open_organisation_is_not_taken_back(signed_in) -> None:
    ada = await signed_in()
    org = await an_organisation(ada)
    assert (await reopen(ada, org, 1)).status_code == 404
    assert (await own(ada)) == {org["id"]: "owner"}


async def test_after_a_day_it_stays_closed(signed_in) -> None:
    from domain.base.errors import NotFound  # noqa: PLC0415 - what the host loaded
    from domain.organisations.closing import reopen_organisation  # noqa: PLC0415

    ada = await signed_in()
    org = await an_organisation(ada)
    await close(ada, org)
    account = (await ada.api("GET", "account")).json()["id"]
    late, ports = datetime.now(UTC) + timedelta(days=1), wiring.organisations.people()
    with pytest.raises(NotFound):
        await reopen_organisation(org["id"], account, version=2, now=late, ports=ports)


async def test_closing_needs_a_fresh_sign_in(signed_in) -> None:
    ada = await signed_in()
    org = await an_organisation(ada)
    await age(ada.http, timedelta(minutes=15))
    ada.csrf = (await ada.api("GET", "session")).json()["csrfToken"]
    assert (await close(ada, org)).json()["code"] == "fresh_sign_in_needed"
    page = await send(ada, f"/org/{org['id']}/close", name=org["name"], version="1")
    assert page.status_code == 403
    assert (await ada.http.get(f"/org/{org['id']}")).status_code == 200


async def test_an_organisation_is_closed_from_the_version_that_was_read(signed_in) -> None:
    ada = await signed_in()
    org = await an_organisation(ada)
    path = f"organisations/{org['id']}"
    await ada.api("PUT", path, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert (await ada.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 412
    answers = await asyncio.gather(close(ada, org), close(ada, org))
    assert 204 in {answer.status_code for answer in answers}
    assert (await ada.api("GET", path)).status_code == 404


async def test_the_switchers_follow_when_the_worker_dies_and_is_told_twice(
    host, signed_in, monkeypatch
) -> None:
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    await joined(org, bob)

    async def nothing(_order: object) -> None:
        """The worker dies before it follows."""

    ports = wiring.organisations.people()._replace(settle=nothing)
    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.people", lambda: ports)
        assert (await close(ada, org)).status_code == 204
    assert (await own(ada), await own(bob)) == ({org["id"]: "owner"}, {org["id"]: "member"})
    kinds = (f"org-membership-{org['memberId']}", f"org-closing-{org['id']}")
    for kind in (*kinds, *kinds):
        message = OrderMessage(container="organisations", owner_id=org["id"], order_id=f"order-{kind}")
        await wiring.operations.order_queue().send(message)
    await host.drain_queue("orders")
    await host.drain_queue("work")
    assert (await own(ada), await own(bob)) == ({}, {})


async def test_the_work_goes_on_where_a_slice_ended(host, signed_in, monkeypatch) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    ada = await signed_in()
    org = await an_organisation(ada)
    people = [await signed_in() for _ in range(4)]
    for person in people:
        await joined(org, person)
    monkeypatch.setattr("domain.organisations.closing._PAGE", 2)
    monkeypatch.setitem(Slice.__init__.__kwdefaults__, "items", 2)
    await close(ada, org)
    await host.drain_queue("work")
    assert [await own(person) for person in people] == [{}] * 4


async def test_a_follower_who_is_late_leaves_no_list_behind(signed_in) -> None:
    """It has read that the organisation is closed; before it writes that, the organisation is taken back."""
    from domain.organisations.following import follow  # noqa: PLC0415 - what the host loaded

    ada, bob = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    there = await joined(org, bob)
    store, lists = wiring.organisations.store(), wiring.organisations.memberships()
    await close(ada, org)

    class Late:
        """The store, as somebody reads it just before it changes."""

        member, former_member, first = store.member, store.former_member, True

        async def get(self, org_id: str) -> object:
            found = await store.get(org_id)
            if self.first:
                self.first = False
                assert (await reopen(ada, org)).status_code == 204
                await follow(org["id"], there["id"], organisations=store, memberships=lists)
            return found

    await follow(org["id"], there["id"], organisations=Late(), memberships=lists)
    assert await own(bob) == {org["id"]: "member"}

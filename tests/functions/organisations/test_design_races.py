"""Two at once, orders that come late, and access that ends while a designer works: one outcome."""

import asyncio
import secrets
import time

import pytest

import wiring
import wiring.operations
import wiring.organisations
import wiring.organisations.design
from domain.operations.orders import OrderMessage
from functions.framework.clock import now
from tests.functions.organisations.designs import (
    a_card,
    a_designer,
    ada,
    answered,
    ask,
    at,
    begun,
    change,
    disa,
    give,
    granted,
    order,
    org,
    press,
    proposed,
    read,
    records,
    saved,
    staff,
)
from tests.functions.organisations.joined import joined

__all__ = ["ada", "disa", "org"]


async def test_of_two_designers_who_take_an_order_at_once_one_has_it(
    ada, org, disa, client, signed_in
) -> None:
    other = await a_designer(client, signed_in)
    await order(ada, org)
    answers = await asyncio.gather(ask(disa, org), ask(other, org))
    places = sorted(answer.headers["location"] for answer in answers)
    assert places == ["/staff?done=asked", "/staff?done=taken"]
    assert await records(ada, org) == ["ordered", "asked"]
    assert (await ask(disa, org)).status_code == 303
    assert await records(ada, org) == ["ordered", "asked"]


async def test_two_who_give_access_at_once_give_it_once(host, ada, org, disa, signed_in) -> None:
    grace = await signed_in()
    await joined(org, grace, "admin")
    await order(ada, org)
    await ask(disa, org)
    answers = await asyncio.gather(give(ada, org, 1), give(grace, org, 30))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await records(ada, org)).count("granted") == 1


async def test_a_revocation_and_an_act_at_once_have_one_order(host, ada, org, disa) -> None:
    """What a designer does is recorded before the end of the access, or is not done."""
    await granted(ada, org, disa)
    proposal = await begun(disa, org)
    form = {"version": "1", "says": "Now"}
    acts = (press(disa, f"{staff(org)}/proposals/{proposal}/proposing", **form) for _ in range(3))
    *answers, revoked = await asyncio.gather(*acts, ada.api("DELETE", f"{at(org)}/grant"))
    assert revoked.status_code == 204
    done = await records(ada, org)
    assert done.count("proposed") <= 1
    assert done.count("proposed") == [answer.status_code for answer in answers].count(303)
    assert "proposed" not in done[done.index("revoked") :]
    assert (await press(disa, f"{staff(org)}/proposals/{proposal}/draft", version="2")).status_code == 404


async def test_an_act_that_the_revocation_overtakes_is_not_done(host, ada, org, disa, monkeypatch) -> None:
    """The designer's request has read the access before it is ended, and writes after it."""

    await granted(ada, org, disa)
    store = wiring.organisations.design.proposals()

    class Late:
        async def save(self, *given, **more):
            assert (await ada.api("DELETE", f"{at(org)}/grant")).status_code == 204
            return await store.save(*given, **more)

        def __getattr__(self, name: str):
            return getattr(store, name)

    ports = wiring.organisations.design.proposing()._replace(proposals=Late())
    monkeypatch.setattr(wiring.organisations.design, "proposing", lambda: ports)
    new = {"name": "Officers", "preset": "standard", "key": "k"}
    assert (await press(disa, f"{staff(org)}/new-proposal", **new)).status_code == 404
    assert "begun" not in await records(ada, org)
    assert await store.all(org["id"]) == []


async def test_a_proposal_is_begun_and_shown_once_however_often_it_is_sent(host, ada, org, disa) -> None:
    await granted(ada, org, disa)
    new = {"name": "Officers", "preset": "standard", "key": secrets.token_hex(8)}
    sent = [press(disa, f"{staff(org)}/new-proposal", **new) for _ in range(3)]
    places = {answer.headers["location"] for answer in await asyncio.gather(*sent)}
    assert len(places) == 1
    assert (await records(ada, org)).count("begun") == 1
    other = await press(disa, f"{staff(org)}/new-proposal", **(new | {"name": "Other"}))
    assert other.status_code == 422


async def test_two_answers_at_once_have_one_outcome(host, ada, org, disa, signed_in) -> None:
    grace = await signed_in()
    await joined(org, grace, "admin")
    await granted(ada, org, disa)
    proposal = await begun(disa, org)
    await proposed(disa, org, proposal)
    answers = await asyncio.gather(
        answered(ada, org, proposal),
        answered(grace, org, proposal, "refusal", json={"reason": "No"}),
        answered(grace, org, proposal),
    )
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 412}
    state = (await read(ada, org, proposal)).json()["state"]
    templates = (await ada.api("GET", f"organisations/{org['id']}/templates")).json()["data"]
    assert len(templates) == (state == "approved")
    late = await answered(ada, org, proposal)
    assert late.json()["code"] == "already_answered"
    assert [each for each in await records(ada, org) if each in ("approved", "declined")] == [state]


async def test_the_desk_follows_when_the_worker_died_and_when_orders_come_again(host, ada, org, disa) -> None:
    from domain.organisations.design.desk import NOBODY, desk_order  # noqa: PLC0415 - what the host loaded

    async def listed(holder: str) -> bool:
        page, _more = await wiring.organisations.design.desk().page(holder, 100, None)
        return org["id"] in [each.org_id for each in page]

    await order(ada, org)
    late = desk_order(org["id"], now())
    await wiring.organisations.design.desk().remove(org["id"])  # as if nobody had followed
    for _ in range(2):
        await wiring.organisations.effects()["design-desk"](late)
        assert await listed(NOBODY)
    assert (await change(ada, org, "DELETE", "order")).status_code == 204
    assert not await listed(NOBODY)
    await wiring.organisations.effects()["design-desk"](late)
    assert not await listed(NOBODY)


async def test_slices_of_an_effect_that_come_again_count_nothing_twice(
    host, ada, org, disa, signed_in
) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    template, _card = await a_card(ada, org, signed_in)
    await granted(ada, org, disa)
    proposal = await begun(disa, org, template)
    await saved(disa, org, proposal, **{"rules-title-value": "Captain"})
    await proposed(disa, org, proposal)
    path = f"organisations/{org['id']}/proposals/{proposal}/effect"
    version = {"If-Match": (await read(ada, org, proposal)).headers["etag"]}
    one, two = await asyncio.gather(
        ada.api("POST", path, headers=version), ada.api("POST", path, headers=version)
    )
    assert one.json()["id"] == two.json()["id"]
    work = await wiring.operations.works().get(org["id"], one.json()["id"])
    job = wiring.operations.jobs()["proposal-effect"]
    for _ in range(3):
        assert (await job.slice(work, Slice(time.monotonic))).over
    effect = (await ada.api("GET", path)).json()
    assert (effect["cards"], effect["changed"]) == (1, 1)
    stale = await ada.api("POST", path, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_cards_follow_an_approval_whose_worker_died(host, ada, org, disa, signed_in) -> None:
    """It is stored, and then nothing more is done: the timer finds the order."""
    template, card = await a_card(ada, org, signed_in)
    await granted(ada, org, disa)
    proposal = await begun(disa, org, template)
    await saved(disa, org, proposal, **{"rules-title-value": "Captain"})
    await proposed(disa, org, proposal)

    class Died(BaseException):
        """The worker is gone."""

    async def die(_order) -> None:
        raise Died

    with pytest.MonkeyPatch.context() as patch:
        ports = wiring.organisations.design.proposing()._replace(settle=die)
        patch.setattr(wiring.organisations.design, "proposing", lambda: ports)
        with pytest.raises(Died):
            await answered(ada, org, proposal)
    assert (await read(ada, org, proposal)).json()["state"] == "approved"
    again = await answered(ada, org, proposal)
    assert again.json()["code"] == "already_answered"
    message = OrderMessage(
        container="organisations", owner_id=org["id"], order_id=f"order-template-release-{template}"
    )
    await wiring.operations.order_queue().send(message)
    await host.drain_queue("orders")
    await host.drain_queue("work")
    content = (await ada.api("GET", f"organisations/{org['id']}/staff-cards/{card}")).json()["content"]
    assert content["title"] == "Captain"

"""Closings and erasures of organisations are repeated after a restore, and what was taken back comes back."""

import json
import secrets

from adapters.cosmos.organisations.design import CosmosDesigns
from tests.functions.organisations.designs import a_designer, at, granted
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_erasure import a_whole_one, go_on, start
from tests.functions.organisations.test_organisations import an_organisation
from tests.release.test_erase_again import documents, restore, restored, run

__all__ = ["restored"]


async def test_an_organisation_that_was_erased_is_erased_again_and_others_are_as_they_were(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    firm = await a_whole_one(cloud, signed_in, 3)
    ada, canary = firm.owner, secrets.token_hex(8)
    others = {name: await an_organisation(ada, f"{name} {canary}") for name in ("closed", "back", "kept")}
    for each in others.values():
        await joined(each, firm.people[1])
    await close(ada, others["back"])
    since = await restore(store)
    assert len(await firm.places_in(store)) > 10
    await firm.close()
    await start()
    assert await go_on(await firm.the_work()) == "done"
    await close(ada, others["closed"])
    assert (await reopen(ada, others["back"])).status_code == 204

    said = await run(cloud, endpoint, since, "--look")
    for what in (f"erase {firm.id}", f"close {others['closed']['id']}", f"bring back {others['back']['id']}"):
        assert what in said.stdout, said.stdout + said.stderr
    assert firm.word not in said.stdout
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    assert await firm.places_in(store) == [firm.id]
    after = await documents(store)
    states = {
        name: json.loads(after["organisations", each["id"]])["body"]["closed"]
        for name, each in others.items()
    }
    assert states == {"closed": True, "back": False, "kept": False}
    assert json.loads(after["organisations", others["closed"]["id"]])["body"]["closed_by"]
    for name in ("closed", "back"):
        # The app brings the lists of all its people in line.
        assert ("organisations", f"order-org-closing-{others[name]['id']}") in after
    again = await run(cloud, endpoint, since)
    assert again.stdout == "0 steps are done and 0 are left to do.\n"


async def test_a_run_that_died_during_an_erasure_is_finished_by_the_next(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    firm = await a_whole_one(cloud, signed_in, 3)
    # As whoever died left it: nobody's to take back, and some of it gone.
    await firm.close()
    await start()
    work = await firm.the_work()
    assert await go_on(work, items=4) == "running"
    since = await restore(store)
    assert await go_on(work) == "done"
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    assert await firm.places_in(store) == [firm.id]


async def test_access_of_a_designer_that_was_ended_since_stays_ended(
    host, cloud, client, signed_in, restored
) -> None:
    endpoint, store = restored
    ada, disa = await signed_in(), await a_designer(client, signed_in)
    orgs = [await an_organisation(ada) for _ in range(2)]
    for org in orgs:
        await granted(ada, org, disa)
    since = await restore(store)
    assert (await ada.api("DELETE", f"{at(orgs[0])}/grant")).status_code == 204
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    for org in orgs:
        grant = (await CosmosDesigns(store).get(org["id"])).grant
        assert grant.ended_at is not None
        [latest, *_] = (await CosmosDesigns(store).records(org["id"], 10, None))[0]
        assert latest.what == "restored"
    again = await run(cloud, endpoint, since)
    assert again.stdout == "0 steps are done and 0 are left to do.\n"

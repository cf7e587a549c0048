"""Deletions of interactions are repeated after a restore, and what was taken back comes back."""

import json

from tests.functions.relationships.strength.test_interactions import act, log, path
from tests.functions.relationships.test_contacts import a_contact
from tests.release.test_erase_again import documents, restore, restored, run

__all__ = ["restored"]


async def test_deletions_of_interactions_are_repeated_with_their_strength(
    host, cloud, signed_in, restored
) -> None:
    endpoint, store = restored
    ada = await signed_in()
    grace = await a_contact(ada)
    made = {name: await log(ada, grace, ago=ago) for name, ago in (("kept", 9), ("gone", 5), ("back", 1))}
    assert (await act(ada, "DELETE", grace, made["back"])).status_code == 204
    since = await restore(store)
    assert (await act(ada, "DELETE", grace, made["gone"])).status_code == 204
    back = await ada.api("PUT", path(grace, "interactions", made["back"]["id"], "restoration"))
    assert back.status_code == 200
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    found = await documents(store)
    kinds = {name: json.loads(found["relations", each["id"]])["kind"] for name, each in made.items()}
    assert kinds == {"kept": "interaction", "gone": "erased-interaction", "back": "interaction"}
    strength = json.loads(found["relations", f"strength-{grace['id']}"])["body"]
    assert strength["sums"]["number"] == 2

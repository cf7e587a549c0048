"""Keys of owners: how many there are, how many an earlier master key wrapped, and their rotation.

    python -m release.rotate_keys --account https://izwop.documents.azure.com:443/
    python -m release.rotate_keys --account https://izwop.documents.azure.com:443/ --begin

Tells counts and nothing else. `--begin` marks every key that is not in a rotation as due: the next nights
replace it (`docs/operating/keys.md`). It needs no secret: keys stay wrapped. Signs in as you (`az login`), or
with the key in `COSMOS_KEY`.
"""

import argparse
import asyncio
import os
import sys
from collections import Counter
from datetime import UTC, datetime

from azure.core.exceptions import AzureError

from adapters.cosmos.database import Database
from adapters.cosmos.relationships.keys import CosmosWrappedKeys
from domain.base.errors import Refusal, StaleVersion
from domain.relationships.keys import WrappedKeys


def state_of(keys: WrappedKeys) -> str:
    if keys.resealed:
        return "to be dropped"
    if keys.previous is not None:
        return "to be sealed anew"
    return "announced" if keys.following is not None else "in use"


async def rotate(database: Database, now: datetime, *, begin: bool) -> list[str]:
    """Lines that tell of the keys; with `begin` those in use are made due."""
    store, states, masters, begun = CosmosWrappedKeys(database), Counter[str](), Counter[str](), 0
    async for keys in store.every():
        states[state_of(keys)] += 1
        masters[keys.master] += 1
        if begin and state_of(keys) == "in use":
            try:
                await store.save(keys.model_copy(update={"due_at": now}))
                begun += 1
            except StaleVersion:
                continue
    lines = [f"{number} keys are {state}." for state, number in sorted(states.items())]
    lines += [
        f"{number} keys are wrapped by the master key {name}." for name, number in masters.most_common()
    ]
    return [*lines, f"{begun} keys are due now."] if begin else lines


async def _run(given: argparse.Namespace) -> None:
    database = Database(given.account, os.environ.get("COSMOS_KEY") or None, given.database)
    try:
        for line in await rotate(database, datetime.now(UTC), begin=given.begin):
            print(line)
    finally:
        await database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release.rotate_keys", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--account", required=True, help="the address of the Cosmos DB account")
    parser.add_argument("--database", default="izwop", help="the database's name")
    parser.add_argument("--begin", action="store_true", help="let the next nights replace every key")
    try:
        asyncio.run(_run(parser.parse_args()))
    except (AzureError, Refusal) as exc:
        print(f"The account did not do it: {type(exc).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

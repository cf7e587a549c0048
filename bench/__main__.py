"""`python -m bench`: prints the table and writes bench.json. With `--strict` a miss is exit code 1."""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.lines import Line, as_json, table

# The provider redirects only to an https origin of ours, and an HTTP client then keeps Secure cookies.
ORIGIN = "https://izwop.test"


async def _lines() -> list[Line]:
    """Every line, each group when nothing else of ours uses the processor."""
    from bench import duplicates, formats, images, outputs
    from local.cloud import Cloud

    _say("vCard and QR code ...")
    found = outputs.lines() + formats.lines()
    _say("duplicates ...")
    found += duplicates.lines()
    _say("a photo ...")
    found += images.lines()
    _say("starting the local cloud ...")
    async with Cloud(public_origin=ORIGIN) as cloud:
        os.environ.update(cloud.settings)  # as app settings are in Azure; wiring reads them
        import wiring
        from bench import (
            contacts,
            counting,
            directory,
            growth,
            imports,
            integrations,
            operations,
            organisations,
            pages,
            people,
            strength,
            transfer,
        )

        with tempfile.TemporaryDirectory(prefix="izwop-bench-") as logs:
            try:
                _say("card pages ...")
                found += await pages.lines(cloud.settings, Path(logs))
                _say("directories ...")
                found += await directory.lines(cloud.settings, Path(logs))
                _say("cold starts ...")
                found += imports.lines(cloud.settings, pages.WARM_CARD)
                _say("counting ...")
                found += await counting.lines(cloud.settings, Path(logs))
                _say("Cosmos DB calls ...")
                found += await operations.lines(cloud.settings)
                _say("address books ...")
                found += await contacts.lines(cloud.settings)
                _say("interactions ...")
                found += await strength.lines(cloud.settings)
                _say("imports of contacts ...")
                found += await transfer.lines()
                _say("organisations ...")
                found += await organisations.lines(cloud.settings)
                _say("files of people ...")
                found += await people.lines()
                _say("connected systems ...")
                found += await integrations.lines(cloud.settings)
                _say("growth of a partition ...")
                found += await growth.lines(cloud.settings)
            finally:
                await wiring.close()
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the ratios are written")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a target is missed")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    found = asyncio.run(_lines())
    written = as_json(found, date=datetime.now(UTC).date().isoformat(), python=platform.python_version())
    arguments.json.write_text(json.dumps(written, indent=2) + "\n")
    print(table(found))
    missed = [line.name for line in found if line.passed is False]
    print(f"\n{len(missed)} of {sum(line.passed is not None for line in found)} targets missed")
    return 1 if arguments.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())

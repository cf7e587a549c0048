"""Local DNS: answers with the TXT records of a JSON file, which is read anew for each question.

A name that is not in the file does not exist. `python -m local.dns NAME TEXT` sets a record.
"""

import sys
from pathlib import Path

from local import processes

ZONE = "dns/zone.json"


async def start(*, logs: Path, zone: Path) -> tuple[processes.Child, str]:
    """Start the server and wait until it listens; return it and its `host:port`."""
    command = [sys.executable, "-m", "local.dns.server", "--zone", str(zone)]
    child, (resolver,) = await processes.start_ready("DNS server", command, logs=logs)
    return child, resolver

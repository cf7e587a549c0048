"""Stand-ins of the systems that clients of iZwop have: CRM, mailings, others. None is the real one.

One server has all of them, each below its own path: `http://localhost:PORT/hubspot/crm/objects/2026-09/contacts`.
They keep records, limits and merges as the vendor documents them. `/pages/{vendor}` shows the records to a
person, who may edit them; `/_local` is for tests (`control.py`).
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local import processes
from local.vendors.skins import SKINS

# iZwop's application, the same at every stand-in.
CLIENT_ID: Final = "izwop-on-this-machine"
CLIENT_SECRET: Final = "secret-of-izwop-on-this-machine"  # noqa: S105 - of stand-ins only


@dataclass(frozen=True)
class Vendors:
    """Running stand-ins."""

    child: processes.Child
    origin: str

    def api(self, vendor: str) -> str:
        """Address below which this vendor's API is served."""
        return f"{self.origin}/{vendor}"

    @property
    def settings(self) -> dict[str, str]:
        """The app's settings for the stand-ins, by their names in the environment."""
        app = {"id": CLIENT_ID, "secret": CLIENT_SECRET}
        return {
            "VENDOR_ADDRESSES": ",".join(f"{name}={self.api(name)}" for name in SKINS),
            "OAUTH_APPS": json.dumps(dict.fromkeys(SKINS, app)),
        }

    def page(self, vendor: str) -> str:
        return f"{self.origin}/pages/{vendor}"


async def start(*, logs: Path, data: Path | None = None, port: int = 0, with_data: bool = False) -> Vendors:
    """Start the stand-ins and wait until they listen.

    Without a folder for their data everything is in memory; `with_data` fills the demo accounts once.
    """
    command = [sys.executable, "-m", "local.vendors", "--port", str(port)]
    if data is not None:
        command += ["--data", str(data)]
    if with_data:
        command.append("--with-data")
    child, (origin,) = await processes.start_ready("vendors", command, logs=logs)
    return Vendors(child, origin)

"""Local key vault: the part of Azure Key Vault's API by which credentials of sources are sealed.

A key is made when it is first asked for. `POST /keys/NAME/rotate`, as in Azure, makes its next version.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from local import processes

KEY = "credentials"


@dataclass(frozen=True)
class KeyVault:
    """A running vault. `url` is https; `token` is the one that it accepts."""

    child: processes.Child
    url: str
    token: str
    ca_file: Path

    @property
    def settings(self) -> dict[str, str]:
        """The app's settings for this vault, by their names in the environment."""
        return {
            "CREDENTIALS_KEY_URL": f"{self.url}/keys/{KEY}",
            "VAULT_TOKEN": self.token,
            "VAULT_CA_FILE": str(self.ca_file),
        }


async def start(*, logs: Path, folder: Path, token: str, memory: bool = False) -> KeyVault:
    """Start the vault; `folder` takes its certificate and, unless `memory`, its keys."""
    command = [sys.executable, "-m", "local.vault", "--folder", str(folder), "--token", token]
    command += ["--memory"] * memory
    child, (url,) = await processes.start_ready("key vault", command, logs=logs)
    return KeyVault(child, url, token, folder / "ca.pem")

"""Local stand-in for Microsoft Entra External ID: the certified `oidc-provider`, shaped like a tenant."""

import sys
from dataclasses import dataclass
from pathlib import Path

import trustme

from local import processes

TENANT_ID = "7a1f0c52-3c1e-4f0d-9a52-6d1f5f0b7c11"
CLIENT_ID = "0d8a2c4e-5b7f-4e63-8f19-2c7d94be3a50"
CLIENT_SECRET = "local-client-secret"  # noqa: S105 - the provider listens on this machine only
# One registration for pages and API, as in production: tokens of version 2 name it by its application id,
# while programs ask for scopes under its `api://` address.
API_AUDIENCE = CLIENT_ID
API_URI = f"api://{CLIENT_ID}"
API_SCOPES = ("cards.manage",)
# A program that calls the API for a person; public, so it has PKCE and no secret.
API_CLIENT_ID = "b3f6e1d7-90c4-4a8b-a1de-58f2c06d7e94"
API_REDIRECT_URI = "http://localhost/signed-in"
PEOPLE = (
    ("Ada Lovelace", "ada@example.com"),
    ("Grace Hopper", "grace@example.com"),
    ("Katherine Johnson", "katherine@example.com"),
    ("ليلى حداد", "layla@example.com"),
    ("佐藤 花子", "hanako@example.com"),
    ("प्रिया शर्मा", "priya@example.com"),
    ("Олександра Коваленко", "oleksandra@example.com"),
    ("Chidi Okonkwo-Lindström", "chidi@example.com"),
    ("Maria de Vasconcelos", "maria@example.com"),
    ("Noor", "noor@example.com"),
)
# One of iZwop's own people, with the app roles that an administrator of the directory gave them.
STAFF = (("Disa Designer", "disa@izwop.example", ("designer",)),)


@dataclass(frozen=True)
class IdentityProvider:
    """A running provider. `issuer` is https, `browser_origin` the http origin of its pages."""

    child: processes.Child
    issuer: str
    browser_origin: str
    ca_file: Path

    @property
    def settings(self) -> dict[str, str]:
        """The app's settings for this provider, by their names in the environment."""
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_TENANT_ID": TENANT_ID,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_API_AUDIENCE": API_AUDIENCE,
            "OIDC_CA_FILE": str(self.ca_file),
        }


def issuer(https_port: int) -> str:
    return f"https://localhost:{https_port}/{TENANT_ID}/v2.0"


async def start(
    *,
    public_origin: str,
    folder: Path,
    logs: Path,
    https_port: int = 0,
    http_port: int = 0,
    memory: bool = False,
) -> IdentityProvider:
    """Start the provider and wait until it answers.

    `folder` takes the certificates and, unless `memory`, the people and signing keys. The issuer
    holds the https port, and accounts are known by their issuer: keep the port to keep the accounts.
    """
    command = [sys.executable, "-m", "local.identity", "--public-origin", public_origin]
    command += ["--folder", str(folder), "--https-port", str(https_port), "--http-port", str(http_port)]
    command += ["--memory"] * memory
    child, (issuer, browser_origin) = await processes.start_ready("identity provider", command, logs=logs)
    return IdentityProvider(child, issuer, browser_origin, folder / "ca.pem")


def certificates(folder: Path) -> tuple[Path, Path]:
    """Certificate and key for `localhost` under `folder`, made once, beside the `ca.pem` to trust.

    The authority's own key is never written, so nothing else can be signed with it.
    """
    certificate, key = folder / "server.pem", folder / "server-key.pem"
    if not certificate.exists():
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="iZwop local cloud")
        server = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        key.touch(mode=0o600)
        server.private_key_pem.write_to_path(str(key))
        server.cert_chain_pems[0].write_to_path(str(certificate))
    return certificate, key

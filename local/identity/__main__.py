"""`python -m local.identity`: becomes the Node process and prints `ready ISSUER BROWSER_ORIGIN`."""

import argparse
import json
import os
from pathlib import Path

from local import identity, node_runtime, processes


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.identity", description=identity.__doc__)
    parser.add_argument("--public-origin", required=True, help="origin of the app, for its redirect URIs")
    parser.add_argument("--folder", type=Path, required=True, help="certificates, people and signing keys")
    parser.add_argument("--memory", action="store_true", help="keep only the certificates in the folder")
    parser.add_argument("--https-port", type=int, default=0, help="for servers; part of the issuer")
    parser.add_argument("--http-port", type=int, default=0, help="for browsers")
    args = parser.parse_args()

    certificate, key = identity.certificates(args.folder)
    https_port = args.https_port or processes.free_port()
    http_port = args.http_port or processes.free_port()
    settings = {
        "issuer": identity.issuer(https_port),
        "browserOrigin": f"http://127.0.0.1:{http_port}",
        "httpsPort": https_port,
        "httpPort": http_port,
        "certificate": str(certificate),
        "key": str(key),
        "stateFile": None if args.memory else str(args.folder / "people-and-keys.json"),
        "nodeFolder": f"{node_runtime.FOLDER}{os.sep}",
        "tenantId": identity.TENANT_ID,
        "audience": identity.API_AUDIENCE,
        "apiUri": identity.API_URI,
        "apiScopes": identity.API_SCOPES,
        "people": [
            *({"name": name, "email": email} for name, email in identity.PEOPLE),
            *({"name": name, "email": email, "roles": roles} for name, email, roles in identity.STAFF),
        ],
        "clients": clients(args.public_origin),
    }
    program = Path(__file__).with_name("provider.mjs")
    os.execv(node_runtime.NODE, ["node", str(program), json.dumps(settings)])  # noqa: S606 - our own program


def clients(public_origin: str) -> list[dict[str, object]]:
    """The app registrations, in the names of OpenID Connect Dynamic Client Registration."""
    grants = ["authorization_code", "refresh_token"]
    app: dict[str, object] = {
        "client_id": identity.CLIENT_ID,
        "client_secret": identity.CLIENT_SECRET,
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": grants,
        "redirect_uris": [f"{public_origin}/auth/callback"],
        "require_auth_time": True,
        "post_logout_redirect_uris": [f"{public_origin}/"],
    }
    program: dict[str, object] = {
        "client_id": identity.API_CLIENT_ID,
        "token_endpoint_auth_method": "none",
        "grant_types": grants,
        "redirect_uris": [identity.API_REDIRECT_URI],
    }
    return [app, program]


if __name__ == "__main__":
    main()

"""`python -m local.access_token "Ada Lovelace"`: prints an access token for the API of the local run."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import httpx

from local import identity, processes
from local.identity.sign_in import SignInFailed, access_token


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.access_token", description=__doc__)
    parser.add_argument("person", help="whom the program acts for; somebody unknown is added")
    parser.add_argument("--data", type=Path, default=processes.PROJECT / ".local", help="folder of the run")
    args = parser.parse_args()
    try:
        ports = json.loads((args.data / "ports.json").read_text())
        issuer = identity.issuer(ports["identity_https"])
        ca_file = args.data / "identity/ca.pem"
        print(asyncio.run(access_token(issuer=issuer, ca_file=ca_file, person=args.person)))
    except (OSError, httpx.TransportError):
        sys.exit(f"Nothing runs on {args.data}: start it with `make run`, or name its folder with --data.")
    except SignInFailed as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()

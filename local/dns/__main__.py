"""`python -m local.dns NAME [TEXT …]`: set the TXT records of a name; without a text the name is gone."""

import argparse
from pathlib import Path

from local import dns, processes
from local.dns.zone import set_texts


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.dns", description=__doc__)
    parser.add_argument("name", help="like _izwop.example.com")
    parser.add_argument("text", nargs="*", help="each is a record")
    parser.add_argument("--data", type=Path, default=processes.PROJECT / ".local", help="folder of the run")
    args = parser.parse_args()
    zone = args.data / dns.ZONE
    set_texts(zone, args.name, args.text)
    print(f"{args.name} has {len(args.text)} TXT records in {zone}.")


if __name__ == "__main__":
    main()

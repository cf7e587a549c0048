"""Identifiers: a prefix that names the kind and 128 random bits, in no order."""

import base64

# The prefix of an id by the kind of thing it names.
ID_PREFIXES = {
    "account": "acc",
    "calendar": "cal",
    "card": "crd",
    "company": "cpy",
    "connection": "cnn",
    "contact": "con",
    "dismissal": "dis",
    "domain": "dom",
    "event": "evt",
    "exchange": "exc",
    "failure": "fal",
    "group": "grp",
    "image": "img",
    "import": "imp",
    "instruction": "ins",
    "interaction": "int",
    "invitation": "inv",
    "log": "log",
    "member": "mem",
    "merge": "mrg",
    "note": "nte",
    "organisation": "org",
    "photos": "pho",
    "profile": "prf",
    "proposal": "prp",
    "record": "rec",
    "reminder": "rem",
    "tag": "tag",
    "request": "chg",
    "run": "run",
    "source": "src",
    "team": "tem",
    "template": "tpl",
    "token": "tok",
    "work": "job",
}
ID_BYTES = 16


def is_organisation(owner_id: str) -> bool:
    """Whether what has this owner belongs to an organisation, and not to an account."""
    return owner_id.startswith(f"{ID_PREFIXES['organisation']}_")


def make_id(prefix: str, random: bytes) -> str:
    """Return `prefix_` and 26 characters of base32 for 16 random bytes."""
    return f"{prefix}_{base64.b32encode(random).decode().rstrip('=').lower()}"

"""Handles: the public names of cards in their URLs.

A handle is ASCII so that it can be read aloud, typed and printed. Two handles that look alike share one
skeleton, and a skeleton is given out once.
"""

import re

from pydantic_core import PydanticCustomError

MIN_LENGTH, MAX_LENGTH = 3, 40
_SHAPE = re.compile(rf"[a-z0-9](?:-?[a-z0-9]){{{MIN_LENGTH - 1},{MAX_LENGTH - 1}}}\Z")

# Reserved names: they would pass for the product, its paths or its operators.
RESERVED = frozenset([
    "about", "abuse", "account", "accounts", "admin", "administrator", "api", "app", "auth", "billing",
    "blog", "card", "cards", "contact", "docs", "domains", "error", "help", "home", "hooks", "host",
    "hostmaster", "imprint", "info", "izwop", "legal", "login", "logout", "mail", "me", "my", "new",
    "news", "noreply", "null", "official", "operator", "owner", "postmaster", "pricing", "privacy",
    "profile", "root", "runtime", "sales", "security", "settings", "signin", "signout", "signup",
    "staff", "static", "status", "support", "system", "team", "terms", "test", "undefined", "user",
    "users", "verified", "webmaster", "well-known", "www",
])  # fmt: skip

_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "2": "z", "-": None})


def is_handle(text: str) -> bool:
    """Whether a text has the shape of a handle, taken or not."""
    return len(text) <= MAX_LENGTH and _SHAPE.match(text) is not None


def skeleton(handle: str) -> str:
    """The spelling in which handles that look alike are equal: `paypa1`, `pay-pal` and `paypal` share one."""
    return handle.translate(_ALIKE).replace("rn", "m").replace("w", "vv").replace("cl", "d")


_OUR_NAME = skeleton("izwop")
_RESERVED_SKELETONS = frozenset(skeleton(word) for word in RESERVED)


def check_handle(value: str) -> str:
    """Return the handle in lower case, or refuse its shape (`invalid_handle`) or name (`handle_reserved`)."""
    handle = value.strip().lower()
    if not is_handle(handle):
        raise PydanticCustomError(
            "invalid_handle",
            "takes 3 to 40 letters a-z, digits and single hyphens, with no hyphen at either end",
        )
    like = skeleton(handle)
    if like in _RESERVED_SKELETONS or like.startswith(_OUR_NAME) or like.endswith(_OUR_NAME):
        raise PydanticCustomError("handle_reserved", "is reserved")
    return handle


def suggest_handles(name: str, suffix: str, *, person: bool = True) -> list[str]:
    """Handles from a name, the best first: `ada-lovelace`, `lovelace-ada`, `ada-lovelace-2`.

    Only of a `person` the words are turned round. Only the last one, with `suffix` (random letters), is sure
    to be nobody's. A name that gives no handle of its own is not among them.
    """
    plain = _words(name, MAX_LENGTH)
    if not plain or _is_refused(plain):
        # No letters that can be spelled, or a reserved name.
        return [f"card-{suffix}"]
    tailed = f"{_words(name, MAX_LENGTH - len(suffix) - 1)}-{suffix}"
    if not is_handle(plain):
        return [tailed]
    turned = "-".join(reversed(plain.split("-"))) if person else plain
    numbered = [f"{_words(name, MAX_LENGTH - 2)}-{number}" for number in (2, 3)]
    return [each for each in dict.fromkeys([plain, turned, *numbered, tailed]) if not _is_refused(each)]


def _is_refused(words: str) -> bool:
    """Whether the words may not be a handle; too few letters may become one with a suffix."""
    try:
        check_handle(words)
    except PydanticCustomError as refusal:
        return refusal.type == "handle_reserved"
    return False


def _words(name: str, most: int) -> str:
    from domain.base.folding import unmarked  # noqa: PLC0415 - no stranger needs it

    plain = unmarked(name.replace("\u2019", "-")).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")

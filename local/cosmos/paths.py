"""Paths of properties, as partition keys, unique keys and indexing policies write them."""

import re

from local.cosmos.errors import Refusal, bad

PART = re.compile(r"""/(?:"([^"]*)"|'([^']*)'|([^/"'*]+|\*))""")
LABELS = re.compile(r"""(?:/(?:"[^"]+"|'[^']+'|\[\]|\w+))*""")
ENDINGS = ("/?", "/*")


def split_path(path: str) -> tuple[str, ...]:
    r"""Split `/a/"b-c"/d` into its names."""
    return tuple("".join(parts) for parts in PART.findall(path))


def indexed_path(path: object) -> str:
    """Return an included or excluded path: labels, then `/?` (the value there) or `/*` (all below it)."""
    if path == "/":  # the old spelling of "/*"
        return "/*"
    if not isinstance(path, str):
        raise bad(f"The indexing path {path!r} could not be accepted: it must be text such as '/name/?'.")
    labels = LABELS.match(path)
    at = labels.end() if labels else 0
    if path[at:] in ENDINGS:
        return path
    raise _not_accepted(path, at + 2 if path[at : at + 2] in ENDINGS else at)


def bare_path(path: object, what: str) -> str:
    """Return a path that names one value, as composite and vector indexes want it."""
    labels = LABELS.match(path) if isinstance(path, str) else None
    if not isinstance(path, str) or not path or labels is None or labels.end() < len(path) or "/[]" in path:
        raise bad(
            f"The {what} path {path!r} could not be accepted: it must name one value, such as "
            "'/address/city', without '/?', '/*' or '/[]'."
        )
    return path


def _not_accepted(path: str, at: int) -> Refusal:
    return bad(
        f"The indexing path '{path}' could not be accepted, failed near position '{at}'. It must end "
        "with '/?' or '/*', have '*' nowhere else, write array elements as '[]' and quote names that are not "
        "plain words."
    )

"""The jCard of a card view (RFC 7095): the properties of vCard 4.0 in JSON."""

import json
from typing import Any

from domain.formats.vcard4 import Property, properties
from domain.visibility.view import CardView


def write_jcard(view: CardView, url: str, photo: bytes | None = None) -> bytes:
    """Return the card as jCard in UTF-8; arguments as for `domain.vcard.write_vcard`."""
    lines = [["version", {}, "text", "4.0"], *map(_line, properties(view, url, photo))]
    return json.dumps(["vcard", lines], ensure_ascii=False, separators=(",", ":")).encode()


def _line(line: Property) -> list[Any]:
    group = {"group": line.group} if line.group else {}
    return [line.name, {**line.parameters, **group}, line.kind, line.value]

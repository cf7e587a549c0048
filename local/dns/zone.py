"""Records of the local DNS: a JSON file of names, each with its texts or with a fault.

`{"_izwop.a.example": {"txt": ["…"]}, "b.example": {"cname": "a.example"}, "c.example": {"rcode": "SERVFAIL"},
"d.example": {"silent": true}}`
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

_STRING = 255
_MOST_ALIASES = 8


def read(zone: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(zone.read_text("utf-8")) if zone.exists() else {}
    return found


def set_name(zone: Path, name: str, entry: dict[str, Any] | None) -> None:
    """Replace what the file says of a name; None takes it out."""
    entries = {key: each for key, each in read(zone).items() if key != name.lower()}
    if entry is not None:
        entries[name.lower()] = entry
    zone.parent.mkdir(parents=True, exist_ok=True)
    new = zone.with_suffix(f".{os.getpid()}.new")
    new.write_text(json.dumps(entries, indent=2), "utf-8")
    new.replace(zone)


def set_texts(zone: Path, name: str, texts: Sequence[str]) -> None:
    set_name(zone, name, {"txt": list(texts)} if texts else None)


def answer(question: bytes, entries: dict[str, dict[str, Any]]) -> dns.message.Message | None:
    """The answer to a message of the protocol; None is silence."""
    asked = dns.message.from_wire(question)
    reply = dns.message.make_response(asked, recursion_available=True)
    name = asked.question[0].name
    for _ in range(_MOST_ALIASES):
        entry = entries.get(name.to_text(omit_final_dot=True).lower())
        if entry is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
            return reply
        if entry.get("silent"):
            return None
        if "rcode" in entry:
            reply.set_rcode(dns.rcode.from_text(entry["rcode"]))
            return reply
        if "cname" not in entry:
            if asked.question[0].rdtype == dns.rdatatype.TXT and entry.get("txt"):
                reply.answer.append(_texts(name, entry["txt"]))
            return reply
        target = dns.name.from_text(entry["cname"])
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", target.to_text()))
        name = target
    return reply


def _texts(name: dns.name.Name, texts: list[str]) -> dns.rrset.RRset:
    written = [
        " ".join(_quoted(text[at : at + _STRING]) for at in range(0, len(text), _STRING)) for text in texts
    ]
    return dns.rrset.from_text(name, 60, "IN", "TXT", *written)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

"""Index page of a copy for people, and its manifest for programs.

The page needs no network and no script. Text that a person entered is escaped, and links lead only to files
of the copy.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from domain.privacy.sections import WITHHELD, Facts, Section, moment

FORMAT = "izwop-copy-1"
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere;color-scheme:light dark}"
    "article{margin:1.5rem 0;padding-top:1rem;border-top:1px solid #8888}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem}"
    "dd{margin:0;white-space:pre-line}img{max-width:16rem;height:auto}.soft{opacity:.75}"
    "@media(max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}dt{opacity:.75}}"
)


class Entry(NamedTuple):
    """Item on the index page, with the names of its files."""

    section: str
    title: str
    facts: Facts
    files: list[str]


class Copied(NamedTuple):
    """Account, time and number of volumes of a copy."""

    account_id: str
    at: datetime
    volumes: int


def write_entries(entries: Iterable[Entry]) -> bytes:
    return json.dumps(list(entries)).encode()


def read_entries(content: bytes) -> list[Entry]:
    return [
        Entry(section, title, [(name, value) for name, value in facts], files)
        for section, title, facts, files in json.loads(content)
    ]


def write_manifest(copied: Copied, sections: Sequence[Section], entries: Sequence[Entry]) -> bytes:
    """Manifest as JSON: all sections, also empty ones, and the data that is not in the copy."""
    told = {
        "format": FORMAT,
        "accountId": copied.account_id,
        "madeAt": copied.at.isoformat(),
        "volumes": copied.volumes,
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "note": section.note,
                "count": sum(entry.section == section.name for entry in entries),
                "files": [file for entry in entries if entry.section == section.name for file in entry.files],
            }
            for section in sections
        ],
        "withheld": [{"what": held.what, "why": held.why} for held in WITHHELD],
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def write_index(copied: Copied, sections: Sequence[Section], entries: Sequence[Entry]) -> bytes:
    return "\n".join(_page(copied, sections, entries)).encode()


def _page(copied: Copied, sections: Sequence[Section], entries: Sequence[Entry]) -> Iterator[str]:
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; object-src 'none'\">"
        f"<title>Your data in iZwop</title><style>{_STYLE}</style></head><body><main>"
    )
    yield "<h1>Your data in iZwop</h1>"
    yield f"<p>What we keep of you, as of {moment(copied.at)}. The files beside this page hold the same for"
    yield 'programs; <a href="manifest.json">manifest.json</a> lists them.</p>'
    if copied.volumes > 1:
        yield f"<p>This copy has {copied.volumes} volumes. Unpack all of them into the same folder.</p>"
    yield "<ul>"
    for section in sections:
        number = sum(entry.section == section.name for entry in entries)
        yield f'<li><a href="#{section.name}">{escape(section.title)}</a>: {number}</li>'
    yield "</ul>"
    for section in sections:
        yield f'<h2 id="{section.name}">{escape(section.title)}</h2>'
        yield f'<p class="soft">{escape(section.note)}</p>'
        own = [entry for entry in entries if entry.section == section.name]
        for entry in own:
            yield from _article(entry)
        if not own:
            yield "<p>There are none.</p>"
    yield "<h2>What is not in this copy</h2><dl>"
    yield from (f"<dt>{escape(held.what)}</dt><dd>{escape(held.why)}</dd>" for held in WITHHELD)
    yield "</dl></main></body></html>"


def _article(entry: Entry) -> Iterator[str]:
    yield f"<article><h3><bdi>{escape(entry.title)}</bdi></h3>"
    picture = next((file for file in entry.files if file.endswith(".jpg")), None)
    if picture:
        yield f'<img src="{quote(picture)}" alt="">'
    yield "<dl>"
    yield from (
        f"<dt>{escape(name)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for name, value in entry.facts if value
    )
    yield "</dl><p>"
    yield ", ".join(f'<a href="{quote(file)}">{escape(file)}</a>' for file in entry.files)
    yield "</p></article>"

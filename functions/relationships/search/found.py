"""What a search found, for the API and for pages: with the parts of notes that have the words."""

from datetime import datetime
from typing import NamedTuple

import wiring.relationships.search
from domain.relationships.contact import Kind
from domain.relationships.search.index import Hit
from domain.relationships.search.looked import Looked
from domain.relationships.search.reasons import snippet
from domain.relationships.search.upkeep import search


class Match(NamedTuple):
    field: str
    text: str
    note: str | None = None


class Found(NamedTuple):
    id: str
    name: str
    kind: Kind
    subtitle: str
    matches: list[Match]


async def find(owner_id: str, looked: Looked, now: datetime) -> tuple[list[Found], str | None]:
    """A page of what is found. Only the notes of this page are read."""
    ports, shelf = wiring.relationships.search.ports(), wiring.relationships.search.shelf()
    hits, following = await search(owner_id, looked, now, ports=ports, shelf=shelf)
    notes = [note for hit in hits for note in hit.notes]
    read = await ports.stores.notes.notes_of(owner_id, notes) if notes else []
    texts = {note.id: note.text for note in read}
    return [_found(hit, looked, texts) for hit in hits], following


def _found(hit: Hit, looked: Looked, texts: dict[str, str]) -> Found:
    said = dict(reversed(hit.shown))
    about = [said[name] for name in ("title", "organisation") if name in said]
    matches = [Match(each.field, each.text) for each in hit.reasons]
    there = [note for note in hit.notes if note in texts]
    matches += [Match("notes", snippet(texts[note], looked.text), note) for note in there]
    return Found(hit.id, hit.name, hit.kind, ", ".join(about), matches)

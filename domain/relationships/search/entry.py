"""What the index keeps of a contact and of a note, and how a change of one is told to it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from domain.base.fields import phone_text
from domain.base.model import Model
from domain.relationships.contact import Contact, ContactContent, Kind
from domain.relationships.search.words import phone_words, words_of

State = Literal["used", "archived", "deleted", "erased"]
# As much of a text as is shown beside a result.
MOST_SHOWN = 160


class Entry(Model):
    """A contact in the index. `shown` are its texts, each with the name of its field."""

    name: str
    sort: str
    kind: Kind
    shown: list[tuple[str, str]]
    words: str


class Change(Model):
    """A contact, or a note on one, that is another since the version before.

    Without `entry` only the state of a contact changed. `words` are those of a note, None for one that is
    gone. A change that is too long to be told says `read`, and is looked up.
    """

    contact: str
    version: int
    state: State = "used"
    entry: Entry | None = None
    note: str | None = None
    words: str | None = None
    read: bool = False


class Texts(NamedTuple):
    field: str
    texts: list[str]


def change_of(contact: Contact) -> Change:
    if contact.deleted:
        state: State = "deleted" if contact.until else "erased"
        return Change(contact=contact.id, version=contact.version, state=state)
    content = contact.content
    return Change(
        contact=contact.id,
        version=contact.version,
        state="archived" if content.archived else "used",
        entry=entry_of(content),
    )


def note_change(contact_id: str, note_id: str, version: int, text: str | None) -> Change:
    """A note that was written, changed or moved to this contact; without text one that is gone."""
    words = None if text is None else " ".join(words_of(text))
    return Change(contact=contact_id, version=version, note=note_id, words=words)


def moved_note(contact_id: str, note_id: str) -> Change:
    """A note that is on another contact now, as after a merge; it is looked up."""
    return Change(contact=contact_id, version=0, note=note_id, read=True)


def entry_of(content: ContactContent) -> Entry:
    shown = [(field, text) for field, texts in _texts(content) for text in texts if text]
    words = [word for field, text in shown for word in words_in(field, text)]
    return Entry(
        name=content.name,
        sort=content.sort,
        kind=content.kind,
        shown=[(field, _said(field, text)[:MOST_SHOWN]) for field, text in shown],
        words=" ".join(dict.fromkeys([*words_of(content.name), *words])),
    )


def words_in(field: str, text: str) -> list[str]:
    return list(phone_words(text)) if field == "phones" else words_of(text)


def _said(field: str, text: str) -> str:
    return phone_text(text) if field == "phones" else text


def _texts(content: ContactContent) -> Iterator[Texts]:
    parts = content.name_parts
    yield Texts("nameParts", [" ".join(part for _, part in parts if part)] if parts else [])
    yield Texts("nickname", [content.nickname or ""])
    yield Texts("title", [content.title or ""])
    yield Texts("organisation", [content.organisation or ""])
    yield Texts("emails", [email.address for email in content.emails])
    yield Texts("phones", [phone.number for phone in content.phones])
    yield Texts("addresses", [", ".join(filter(None, address.said)) for address in content.addresses])
    yield Texts("links", [link.url for link in content.links])
    yield Texts("tags", content.tags)
    yield Texts("groups", content.groups)
    yield Texts("customFields", [f"{own.label}: {own.text}" for own in content.custom_fields])
    met = content.met
    yield Texts("met", [", ".join(filter(None, [met.event, met.place]))] if met else [])

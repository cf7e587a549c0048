"""Who of a file is there already: exact keys of contacts, as digests that nobody can make without the key.

`sure`: the same e-mail address, the same page, the same phone number or company together with the same name.
`perhaps`: the same phone number, or only the same name. Nobody is taken for another by the name alone.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from domain.base.folding import fold
from domain.relationships.contact import ContactContent
from domain.relationships.duplicates.rows import compared, row_of_content
from domain.relationships.keys import OwnerKey

Tier = Literal["sure", "perhaps"]
Reason = Literal["email", "link", "phone", "company", "name"]

_DIGEST: Final = 8
_ID: Final = 30
_NUMBER: Final = 4


class Key(NamedTuple):
    """One thing by which a contact is known again."""

    digest: bytes
    tier: Tier
    reason: Reason


class Twin(NamedTuple):
    """Who is the same: a contact of the book, or an earlier row of the file, and by what."""

    tier: Tier
    reason: Reason
    contact: str | None = None
    row: int | None = None


def keys_of(content: ContactContent, key: OwnerKey) -> list[Key]:
    """The keys of a contact, the surest first, in the spelling that the search for duplicates compares.

    Several people may read the address of a desk, such as `info@`: it is theirs only together with the name.
    """
    told = compared(row_of_content("", content))
    name, firm = " ".join(told.words) or fold(content.name), " ".join(told.organisation)

    def made(tier: Tier, reason: Reason, *parts: str) -> Key:
        digest = key.digest("\n".join((tier, reason, content.kind, *parts)))
        return Key(digest[:_DIGEST], tier, reason)

    found = [made("sure", "email", address) for address in sorted(told.emails)]
    found += [made("sure", "email", address, name) for address in sorted(told.shared)]
    found += [made("sure", "link", link) for link in sorted(told.links)]
    found += [made("sure", "phone", number, name) for number in sorted(told.phones)]
    is_bare = not (content.emails or content.phones or content.links)
    if firm or content.kind == "entity" or is_bare:
        found.append(made("sure", "company", name, firm))
    found += [made("perhaps", "email", address) for address in sorted(told.shared)]
    found += [made("perhaps", "phone", number) for number in sorted(told.phones)]
    return [*found, made("perhaps", "name", name)]


class Known:
    """Keys of contacts of a book and of rows of a file, and whose they are."""

    def __init__(self) -> None:
        self._contacts: dict[bytes, str] = {}
        self._rows: dict[bytes, int] = {}

    @property
    def is_empty(self) -> bool:
        return not self._contacts and not self._rows

    def add_contacts(self, packed: bytes) -> None:
        size = _ID + _DIGEST
        for at in range(0, len(packed), size):
            digest = packed[at + _ID : at + size]
            self._contacts.setdefault(digest, packed[at : at + _ID].decode())

    def add_rows(self, packed: bytes) -> None:
        size = _NUMBER + _DIGEST
        for at in range(0, len(packed), size):
            digest = packed[at + _NUMBER : at + size]
            self._rows.setdefault(digest, int.from_bytes(packed[at : at + _NUMBER], "big"))

    def twin(self, keys: Iterable[Key], row: int) -> Twin | None:
        """The surest twin of a row: one of the book before one of the file."""
        found: Twin | None = None
        for key in keys:
            contact, other = self._contacts.get(key.digest), self._rows.get(key.digest)
            other = other if other is not None and other < row else None
            if contact is None and other is None:
                continue
            twin = Twin(key.tier, key.reason, contact, None if contact else other)
            if key.tier == "sure":
                return twin
            found = found or twin
        return found


def packed_contacts(contacts: Iterable[tuple[str, list[Key]]]) -> bytes:
    return b"".join(item.encode() + key.digest for item, keys in contacts for key in keys)


def packed_rows(rows: Iterable[tuple[int, list[Key]]]) -> bytes:
    return b"".join(_packed(rows))


def _packed(rows: Iterable[tuple[int, list[Key]]]) -> Iterator[bytes]:
    for number, keys in rows:
        for key in keys:
            yield number.to_bytes(_NUMBER, "big") + key.digest

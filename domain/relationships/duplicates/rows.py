"""What of a contact is compared, as keys: two contacts are looked at together where they share one."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from domain.relationships.contact import Contact, ContactContent
from domain.relationships.duplicates.names import words_of

Kind = Literal["person", "entity"]

_E164: Final = re.compile(r"\+[0-9]{7,15}")
_GMAIL: Final = ("gmail.com", "googlemail.com")
# Addresses of a desk, which several people read.
_SHARED: Final = frozenset(
    str.split(
        "admin booking bookings contact enquiries hello hej help info job jobs kontakt kundtjanst mail office"
        " order orders post press reception sales service support team ventas vente welcome"
    )
)
# Words of a name that a key is made of: the longest ones.
_MOST_WORDS: Final = 3
_SHORTEST_WORD: Final = 3
# Hosts on which each page is of somebody else.
_PORTALS: Final = frozenset(
    str.split("linkedin.com facebook.com instagram.com x.com twitter.com github.com youtube.com xing.com")
)


class Row(NamedTuple):
    """A contact as it is compared. `region` is the country in which its numbers without + are."""

    id: str
    kind: Kind
    name: str
    organisation: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    region: str | None = None


class Compared(NamedTuple):
    """A row made ready: everything in one spelling."""

    id: str
    kind: Kind
    words: tuple[str, ...]
    organisation: tuple[str, ...]
    emails: frozenset[str]
    shared: frozenset[str]
    phones: frozenset[str]
    links: frozenset[str]


def row_of(contact: Contact) -> Row:
    return row_of_content(contact.id, contact.content)


def row_of_content(row_id: str, content: ContactContent) -> Row:
    """The row of content that need not be stored, such as that of a file to import."""
    return Row(
        row_id,
        content.kind,
        content.name,
        content.organisation,
        tuple(email.address for email in content.emails),
        tuple(phone.number for phone in content.phones),
        tuple(link.url for link in content.links),
        next((address.country for address in content.addresses if address.country), None),
    )


def compared(row: Row) -> Compared:
    entity = row.kind == "entity"
    addresses = frozenset(address_key(address) for address in row.emails)
    shared = frozenset(address for address in addresses if address.partition("@")[0] in _SHARED)
    return Compared(
        row.id,
        row.kind,
        words_of(row.name, entity=entity),
        () if entity or not row.organisation else words_of(row.organisation, entity=True),
        addresses - shared,
        shared,
        frozenset(_numbers(row.phones, row.region)),
        frozenset(_links(row.links, entity=entity)),
    )


def address_key(address: str) -> str:
    """The mailbox that an address leads to: Gmail takes no notice of dots and of what follows a plus."""
    box, _, domain = address.strip().casefold().rpartition("@")
    if domain in _GMAIL:
        return f"{box.partition('+')[0].replace('.', '')}@gmail.com"
    return f"{box}@{domain}"


def _numbers(phones: Iterable[str], region: str | None) -> Iterator[str]:
    """Numbers that can exist, as E.164. Of others nobody knows the country: they say nothing."""
    if not phones:
        return
    import phonenumbers  # noqa: PLC0415

    for phone in phones:
        if not _E164.fullmatch(phone) and region is None:
            continue
        try:
            number = phonenumbers.parse(phone, region)
        except phonenumbers.NumberParseException:
            continue
        if not number.extension and phonenumbers.is_valid_number(number):
            yield str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _links(links: Iterable[str], *, entity: bool) -> Iterator[str]:
    """Sites of a company by their host; of a person only pages on portals, each their own."""
    for link in links:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
        portal = ".".join(host.split(".")[-2:]) in _PORTALS
        if portal and parts.path.strip("/"):
            yield f"{host}{parts.path.rstrip('/').casefold()}"
        elif entity and host:
            yield host


def keys_of(row: Compared) -> set[str]:
    """Keys of the groups in which a row is compared; rows of different kinds share none."""
    kind = row.kind[0]
    keys = {f"{kind}e{address}" for address in (*row.emails, *row.shared)}
    keys |= {f"{kind}p{number}" for number in row.phones}
    keys |= {f"{kind}l{link}" for link in row.links}
    if row.words:
        keys.add(f"{kind}n{' '.join(row.words)}")
    return keys | {f"{kind}s{sound}" for sound in _sounds(row.words)}


def _sounds(words: tuple[str, ...]) -> Iterator[str]:
    """How a word sounds, with the first letter of another one."""
    from jellyfish import soundex  # noqa: PLC0415

    longest = sorted(words, key=len, reverse=True)[:_MOST_WORDS]
    for word in longest:
        if len(word) < _SHORTEST_WORD:
            continue
        sound = soundex(word) if word.isascii() and word.isalpha() else word[:2]
        yield from (sound + other[0] for other in longest if other is not word)
        if len(longest) == 1:
            yield sound


def same_company(one: Compared, other: Compared) -> bool:
    return bool(one.organisation) and one.organisation == other.organisation

"""Which contacts may be the same: pairs with a tier and the reasons for it, never by the name alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, Literal, NamedTuple

from domain.base.texts import N_
from domain.relationships.duplicates.names import every_word_is_alike, likeness
from domain.relationships.duplicates.rows import Compared, Row, compared, keys_of, same_company

# Sure ones may be merged without looking; likely ones are for the owner to look at.
Tier = Literal["sure", "likely"]
Reason = Literal[
    "same_email",
    "same_phone",
    "same_link",
    "same_name",
    "like_name",
    "other_name",
    "same_company",
]
REASONS: Final[Mapping[Reason, str]] = {
    "same_email": N_("the same e-mail address"),
    "same_phone": N_("the same phone number"),
    "same_link": N_("the same link"),
    "same_name": N_("the same name"),
    "like_name": N_("names that are alike"),
    "other_name": N_("but different names"),
    "same_company": N_("the same company"),
}

# Rows of one group that are all compared with each other; of more only neighbours by name are.
MOST_TOGETHER: Final = 200
_NEIGHBOURS: Final = 5
# Likeness of names, from 0 to 100.
_SAME: Final = 100
_ALIKE: Final = 88
_ALIKE_WITH_NUMBER: Final = 80
_ALIKE_WITH_ADDRESS: Final = 55


class Pair(NamedTuple):
    """Two contacts, the lesser id first, that may be the same."""

    first: str
    second: str
    tier: Tier
    reasons: tuple[Reason, ...]


def find_pairs(rows: Iterable[Row]) -> list[Pair]:
    """All pairs, sure ones first. For a few thousand rows; a whole address book is `pairs_of` its groups."""
    ready = [compared(row) for row in rows]
    return in_order(pairs_of(ready, grouped(ready).values()))


def grouped(rows: Sequence[Compared], *, share: int = 0, shares: int = 1) -> dict[str, list[int]]:
    """Positions of the rows that share a key, where there are two; of all keys only one share of several."""
    groups = defaultdict[str, list[int]](list)
    for position, row in enumerate(rows):
        for key in keys_of(row):
            if shares == 1 or _share_of(key, shares) == share:
                groups[key].append(position)
    return {key: positions for key, positions in groups.items() if len(positions) > 1}


def _share_of(key: str, shares: int) -> int:
    # `hash` of a text differs from process to process, and a share is done by another one after a crash.
    return sum(key.encode()) % shares


def pairs_of(rows: Sequence[Compared], groups: Iterable[list[int]]) -> Iterator[Pair]:
    seen = set[tuple[int, int]]()
    for positions in groups:
        for one, other in _together(rows, positions):
            if (one, other) not in seen:
                seen.add((one, other))
                if (pair := judge(rows[one], rows[other])) is not None:
                    yield pair


def _together(rows: Sequence[Compared], positions: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of positions, the lesser one first; of a crowd only those that are next to each other by name."""
    if len(positions) <= MOST_TOGETHER:
        yield from combinations(positions, 2)
        return
    by_name = sorted(positions, key=lambda position: rows[position].words)
    for at, one in enumerate(by_name):
        for other in by_name[at + 1 : at + 1 + _NEIGHBOURS]:
            yield (one, other) if one < other else (other, one)


def in_order(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(set(pairs), key=lambda pair: (pair.tier != "sure", -len(pair.reasons), pair))


def judge(one: Compared, other: Compared) -> Pair | None:
    """The pair with its tier and reasons; None where nothing but perhaps the name speaks for it."""
    if one.kind != other.kind:
        return None
    found = _judged(one, other, likeness(one.words, other.words))
    if found is None:
        return None
    first, second = sorted((one.id, other.id))
    return Pair(first, second, *found)


def _judged(one: Compared, other: Compared, like: float) -> tuple[Tier, tuple[Reason, ...]] | None:
    address = one.emails & other.emails
    phone, link = one.phones & other.phones, one.links & other.links
    evidence: list[Reason] = []
    if address or one.shared & other.shared:
        evidence.append("same_email")
    if phone:
        evidence.append("same_phone")
    if link:
        evidence.append("same_link")
    name: Reason = "same_name" if like >= _SAME else "like_name"
    company: tuple[Reason, ...] = ("same_company",) if same_company(one, other) else ()
    if address and like >= _ALIKE_WITH_ADDRESS:
        return "sure", (*evidence, *((name,) if like >= _ALIKE_WITH_NUMBER else ()), *company)
    if evidence and like >= _ALIKE_WITH_NUMBER and every_word_is_alike(one.words, other.words):
        return ("sure" if phone else "likely"), (*evidence, name, *company)
    if address or (phone and company):
        return "likely", (*evidence, "other_name", *company)
    if like < _ALIKE or _against(one, other):
        return None
    return ("likely", (name, *company)) if company else None


def _against(one: Compared, other: Compared) -> bool:
    """Whether e-mail addresses and phone numbers both differ, or the companies do."""
    addresses = bool(one.emails and other.emails and not one.emails & other.emails)
    phones = bool(one.phones and other.phones and not one.phones & other.phones)
    companies = bool(one.organisation and other.organisation and one.organisation != other.organisation)
    return companies or (addresses and phones)

"""An address book that nobody has: entries of several languages, some of them twice, each with its truth.

The same book each time. Phone numbers are of the ranges that no subscriber has (NANPA 555-01xx, Ofcom's
numbers for drama, PTS's for books and films), addresses end in `.example`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from domain.base.folding import unmarked
from local.demo_names import COMPANIES, LANGUAGES, TITLES, Language

SIZE: Final = 5_000
DUPLICATES: Final = 0.08
_SEED: Final = 11
# Colleagues share a company, couples and parents share a number.
_EMPLOYED, _WITH_MAIL, _WITH_PHONE, _WITH_TITLE, _SHARING = 0.7, 0.85, 0.75, 0.5, 0.01
_SHORT: Final = {
    "William": "Bill", "Robert": "Bob", "Elizabeth": "Liz", "Michael": "Mike", "Katherine": "Kate",
    "James": "Jim", "Thomas": "Tom", "Jennifer": "Jen", "Christopher": "Chris", "Alexander": "Alex",
    "Daniel": "Dan", "Matthew": "Matt", "Samuel": "Sam", "Nicholas": "Nick", "Joseph": "Joe",
    "Andrew": "Andy", "Benjamin": "Ben", "Margaret": "Maggie", "Susan": "Sue", "Richard": "Rick",
}  # fmt: skip


@dataclass
class Entry:
    """One entry of the book. `truth` is the same for entries of the same person or company."""

    truth: int
    given: str
    family: str
    kind: str = "person"
    organisation: str = ""
    title: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    country: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip()

    @property
    def content(self) -> dict[str, Any]:
        """The entry as the API takes it."""
        said: dict[str, Any] = {"kind": self.kind, "name": self.name}
        said |= {"emails": [{"address": address} for address in self.emails]} if self.emails else {}
        said |= {"phones": [{"number": number} for number in self.phones]} if self.phones else {}
        said |= {"addresses": [{"country": self.country}]} if self.country else {}
        said |= {name: text for name in ("organisation", "title") if (text := getattr(self, name))}
        return said


def book(size: int = SIZE, *, duplicates: float = DUPLICATES, seed: int = _SEED) -> list[Entry]:
    """A book of this size; this part of its entries are there once more, with what goes wrong in copying."""
    chance = random.Random(seed)  # noqa: S311 - the same book each time
    originals = _Originals(chance).entries(int(size / (1 + duplicates)))
    copies = [_spoiled(chance.choice(originals), chance) for _ in range(size - len(originals))]
    entries = [*originals, *copies]
    chance.shuffle(entries)
    return entries


class _Originals:
    """People and companies, each of them once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._taken: set[str] = set()
        self._numbers = _numbers()
        for numbers in self._numbers.values():
            chance.shuffle(numbers)

    def entries(self, count: int) -> list[Entry]:
        companies = [self._company(truth) for truth in range(min(len(COMPANIES), count // 4))]
        people = list[Entry]()
        for truth in range(len(companies), count):
            person = self._person(truth, companies)
            if people and self._chance.random() < _SHARING:
                self._moves_in(person, people[-1])
            people.append(person)
        return [*companies, *people]

    def _company(self, truth: int) -> Entry:
        name, country = COMPANIES[truth]
        return Entry(truth, name, "", "entity", emails=[f"info@{_domain(name)}"], phones=self._phone(country))

    def _person(self, truth: int, companies: list[Entry]) -> Entry:
        language = self._chance.choices(LANGUAGES, [each.weight for each in LANGUAGES])[0]
        person = Entry(truth, self._chance.choice(language.given), self._family(language))
        employer = self._chance.choice(companies) if companies else None
        if employer is not None and self._chance.random() < _EMPLOYED:
            person.organisation = employer.name
        if self._chance.random() < _WITH_TITLE:
            person.title = self._chance.choice(TITLES)
        if self._chance.random() < _WITH_MAIL:
            domain = _domain(person.organisation) if person.organisation else "mail.example"
            person.emails = [self._address(person, domain)]
        if self._chance.random() < _WITH_PHONE:
            person.phones, person.country = self._phone(language.country), language.country
        return person

    def _family(self, language: Language) -> str:
        """A name of the list, or two of them, so that not everybody has the same few."""
        first = self._chance.choice(language.family)
        if self._chance.random() < language.double:
            return f"{first}{language.joint}{self._chance.choice(language.family)}"
        return first

    def _address(self, person: Entry, domain: str) -> str:
        given, family = _letters(person.given) or "p", _letters(person.family) or "x"
        forms = [f"{given}.{family}", f"{given[0]}{family}", f"{given}{family[0]}", f"{family}.{given}"]
        local = self._chance.choice(forms)
        number = 2
        while f"{local}@{domain}" in self._taken:
            local, number = f"{local.rstrip('0123456789')}{number}", number + 1
        self._taken.add(f"{local}@{domain}")
        return f"{local}@{domain}"

    def _phone(self, country: str) -> list[str]:
        numbers = self._numbers[country] or self._numbers["US"]
        return [numbers.pop()] if numbers else []

    def _moves_in(self, person: Entry, other: Entry) -> None:
        person.family = other.family
        person.phones, person.country = list(other.phones), other.country


def _numbers() -> dict[str, list[str]]:
    areas = (
        202, 206, 212, 213, 214, 215, 216, 303, 305, 312, 313, 314, 404, 410, 412, 415, 503, 504, 505, 512,
        513, 602, 612, 615, 617, 619, 702, 704, 713, 716, 718, 801, 802, 804, 805, 808, 816, 901, 904, 907,
    )  # fmt: skip
    british = ("20 7946 0", *(f"{area} 496 0" for area in (113, 114, 115, 116, 117, 118, 121, 131, 141, 151)))
    swedish = {"70 174 06": 5, "31 390 06": 0, "40 628 04": 0, "8 465 004": 0, "980 319 2": 0}
    return {
        "US": [f"+1 {area}-555-01{number:02}" for area in areas for number in range(100)],
        "GB": [f"+44 {area}{number:03}" for area in british for number in range(1000)],
        "SE": [f"+46 {area}{number:02}" for area, first in swedish.items() for number in range(first, 100)],
    }


def _spoiled(original: Entry, chance: random.Random) -> Entry:
    """The entry as another address book has it."""
    copy = Entry(**{**vars(original), "emails": list(original.emails), "phones": list(original.phones)})
    for _ in range(chance.choice([1, 1, 2, 2, 3])):
        chance.choice(_FAULTS)(copy, chance)
    return copy


def _short_form(entry: Entry, _chance: random.Random) -> None:
    entry.given = _SHORT.get(entry.given, entry.given)


def _typo(entry: Entry, chance: random.Random) -> None:
    where = "family" if entry.family and chance.random() < 0.5 else "given"  # noqa: PLR2004
    text: str = getattr(entry, where)
    if len(text) > 3:  # noqa: PLR2004 - as long as a word in which a letter more is still the word
        at = chance.randrange(1, len(text) - 1)
        forms = (text[:at] + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :])
        setattr(entry, where, chance.choice([*forms, text[:at] + text[at] + text[at:]]))


def _swapped(entry: Entry, _chance: random.Random) -> None:
    entry.given, entry.family = entry.family or entry.given, entry.given if entry.family else ""


def _without_marks(entry: Entry, _chance: random.Random) -> None:
    entry.given, entry.family = unmarked(entry.given).title(), unmarked(entry.family).title()


def _another_address(entry: Entry, chance: random.Random) -> None:
    if entry.kind == "person":
        given, family = _letters(entry.given) or "p", _letters(entry.family) or "x"
        local = chance.choice(
            [f"{given}.{family}", f"{given[0]}{family}", f"{given}{chance.randrange(10, 99)}"]
        )
        entry.emails = [f"{local}@{chance.choice(['post.example', 'inbox.example'])}"]


def _another_form(entry: Entry, chance: random.Random) -> None:
    """The number as it is dialled in its country, or from another one."""
    if entry.phones and entry.phones[0].startswith("+"):
        code, _, rest = entry.phones[0].partition(" ")
        local = rest if code == "+1" else f"0{rest}"
        entry.phones = [chance.choice([local, f"00{code[1:]} {rest}"] if entry.country != "US" else [local])]


def _no_phone(entry: Entry, _chance: random.Random) -> None:
    entry.phones = []


def _no_address(entry: Entry, _chance: random.Random) -> None:
    entry.emails = []


def _no_company(entry: Entry, _chance: random.Random) -> None:
    entry.organisation = ""


def _capitals(entry: Entry, _chance: random.Random) -> None:
    entry.family = entry.family.upper()


def _initial(entry: Entry, _chance: random.Random) -> None:
    if entry.kind == "person":
        entry.given = f"{entry.given[:1]}."


_FAULTS: Final[tuple[Callable[[Entry, random.Random], None], ...]] = (
    _short_form, _typo, _typo, _swapped, _without_marks, _another_address, _another_form, _no_phone,
    _no_address, _no_company, _capitals, _initial,
)  # fmt: skip


def _letters(text: str) -> str:
    return "".join(char for char in unmarked(text) if char.isascii() and char.isalnum())


def _domain(company: str) -> str:
    return f"{_letters(company)[:24] or 'firm'}.example"

"""A contact: what one owner keeps about a person or an entity, and nobody else ever reads.

Every value says where it came from and since when it is there. `version` is the contact's ETag in HTTP.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.base.fields import (
    EmailAddress,
    EmailKind,
    Name,
    PhoneKind,
    SavedNumber,
    ShortLine,
    Text,
    WebAddress,
)
from domain.base.folding import fold
from domain.base.model import Closed, Model
from domain.cards.content import Address, NameParts
from domain.cards.described import Described

# A person; or an entity: a company, an institution, a club.
Kind = Literal["person", "entity"]
Source = Literal["typed", "card", "import", "exchange"]
ContactId = Annotated[str, Field(max_length=40, pattern="^con_[a-z2-7]{26}$")]
MetCardId = Annotated[str, Field(max_length=40, pattern="^crd_[a-z2-7]{26}$")]

MOST_VALUES = 50
MOST_TAGS = 200
MOST_IMPORTANCE = 5


def _unlike(labels: list[str]) -> list[str]:
    """Labels without those that differ from an earlier one in capitals or accents only."""
    return list({fold(label): label for label in reversed(labels)}.values())[::-1]


def _label(text: str) -> str:
    if "," in text:
        # Labels are typed in one line, with commas between them.
        raise PydanticCustomError("comma", "must not contain a comma")
    return " ".join(text.split())


# A word or two by which the owner finds contacts again.
Label = Annotated[
    ShortLine, Field(max_length=60, json_schema_extra={"pattern": "^[^,]*$"}), AfterValidator(_label)
]


class Value(Closed):
    """One of several values of a kind.

    Without `source` and `since`, a value that was there before keeps its own; a new one is typed today.
    """

    label: Annotated[ShortLine | None, Described("Label")] = None
    source: Source | None = None
    since: date | None = None

    @property
    def said(self) -> Any:
        """What the value says, to recognise it when it comes again."""
        raise NotImplementedError


class ContactEmail(Value):
    kind: Annotated[EmailKind, Described("Kind", "choice")] = "work"
    address: Annotated[EmailAddress, Described("Address", "email")]

    @property
    def said(self) -> str:
        return self.address.casefold()


class ContactPhone(Value):
    kind: Annotated[PhoneKind, Described("Kind", "choice")] = "mobile"
    number: Annotated[SavedNumber, Described("Number", "phone")]

    @property
    def said(self) -> str:
        return self.number


class ContactAddress(Address, Value):
    kind: Annotated[EmailKind, Described("Kind", "choice")] = "work"

    @property
    def said(self) -> tuple[str | None, ...]:
        return (self.street, self.city, self.region, self.postal_code, self.country)


class ContactLink(Value):
    url: Annotated[WebAddress, Described("Link", "link", also=("http",))]

    @property
    def said(self) -> str:
        return self.url


class CustomField(Closed):
    """A field of the owner's own making."""

    label: Annotated[ShortLine, Described("Name of the field")]
    text: Annotated[Text, Described("Text", "lines")]


class Met(Closed):
    """How the owner met the contact."""

    place: Annotated[ShortLine | None, Described("Place")] = None
    event: Annotated[ShortLine | None, Described("Event")] = None
    on: Annotated[date | None, Described("Date")] = None
    card: Annotated[MetCardId | None, Described("Card")] = None


class ContactContent(Closed):
    """What the owner fills in. Only the name is required."""

    kind: Kind = "person"
    name: Annotated[Name, Described("Name")]
    name_parts: Annotated[NameParts | None, Described("Parts of the name", "parts")] = None
    nickname: Annotated[ShortLine | None, Described("Nickname")] = None
    title: Annotated[ShortLine | None, Described("Title")] = None
    organisation: Annotated[ShortLine | None, Described("Company or organisation")] = None
    entity_id: ContactId | None = Field(
        default=None, description="The contact of the company or institution that a person belongs to."
    )
    emails: Annotated[list[ContactEmail], Described("E-mail", "rows")] = Field([], max_length=MOST_VALUES)
    phones: Annotated[list[ContactPhone], Described("Phone", "rows")] = Field([], max_length=MOST_VALUES)
    addresses: Annotated[list[ContactAddress], Described("Postal address", "rows")] = Field(
        [], max_length=MOST_VALUES
    )
    links: Annotated[list[ContactLink], Described("Link", "rows")] = Field([], max_length=MOST_VALUES)
    tags: list[Label] = Field([], max_length=MOST_TAGS)
    groups: list[Label] = Field([], max_length=MOST_VALUES)
    custom_fields: Annotated[list[CustomField], Described("Field of your own", "rows")] = Field(
        [], max_length=MOST_VALUES
    )
    importance: Annotated[int, Field(strict=True, ge=0, le=MOST_IMPORTANCE)] = 0
    met: Annotated[Met | None, Described("How you met", "parts")] = None
    archived: StrictBool = Field(default=False, description="Kept, but out of the way of the list.")

    @field_validator("name_parts", "entity_id")
    @classmethod
    def _of_a_person(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("kind") == "entity":
            raise PydanticCustomError("not_for_entities", "is for people, not for companies and institutions")
        return None if value == NameParts() else value

    @field_validator("met")
    @classmethod
    def _says_something(cls, met: Met | None) -> Met | None:
        return None if met == Met() else met

    @field_validator("tags", "groups")
    @classmethod
    def _once(cls, labels: list[str]) -> list[str]:
        return _unlike(labels)

    @property
    def sort(self) -> str:
        """The key by which lists of contacts are in order."""
        return fold(self.name)

    def settled(self, before: "ContactContent | None", today: date) -> "ContactContent":
        """The content with the source and date of each value, kept from the content before it or made now."""
        return self.model_copy(
            update={
                name: _settled(getattr(self, name), getattr(before, name) if before else [], today)
                for name in VALUE_LISTS
            }
        )

    def tagged(self, add: list[str], remove: list[str]) -> "ContactContent":
        """The content with some tags more and others less, compared as folded; may be too many."""
        gone = {fold(label) for label in remove}
        kept = [label for label in self.tags if fold(label) not in gone]
        return self.model_copy(update={"tags": _unlike([*kept, *add])})


VALUE_LISTS = ("emails", "phones", "addresses", "links")


def _settled(values: list[Value], before: list[Value], today: date) -> list[Value]:
    known = {value.said: value for value in reversed(before)}
    settled = []
    for value in values:
        old = known.get(value.said)
        source = value.source or (old.source if old else None) or "typed"
        since = value.since or (old.since if old else None) or today
        settled.append(value.model_copy(update={"source": source, "since": since}))
    return settled


class Contact(Model):
    """Stored contact of an owner. `etag` is the store's, for the next write.

    A `deleted` contact can come back before `until`; without `until` it is erased, and its content is empty.
    One that is `merged_into` another is deleted as well, and comes back with the undoing of `merge_id`.
    `key` is the hashed Idempotency-Key of its creation, `photo` the id of an image of the owner. Of an
    `unreadable` one the private part is damaged: it lacks tags, groups and own fields, and stays stored so.
    """

    id: str
    owner_id: str
    content: ContactContent
    photo: str | None = None
    version: int = 1
    deleted: bool = False
    until: datetime | None = None
    merged_into: str | None = None
    merge_id: str | None = None
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    unreadable: bool = Field(default=False, exclude=True)
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> Self:
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def erased(self, at: datetime) -> Self:
        """The contact without anything that it said."""
        return self.changed(
            at, deleted=True, until=None, merged_into=None, merge_id=None, photo=None, content=NOTHING
        )

    def can_come_back(self, now: datetime) -> bool:
        return self.merged_into is None and self.until is not None and now < self.until


# What an erased contact says.
NOTHING = ContactContent(name="-")

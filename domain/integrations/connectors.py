"""What a connector of an outside system declares as data, and does for the engine.

The engine knows no vendor: it reads the `Description` and calls the `Connector`. Values are text in both
directions; a connector converts to and from the types of its vendor. None and "" both mean that a field is
empty; the engine uses "".
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol, get_args

Kind = Literal[
    "hubspot", "salesforce", "dataverse", "pipedrive", "tryton", "mailchimp", "slack", "graph", "ga4"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
# Kinds of records that flow. `owner` are users of the system; `activity` are calls, mails and meetings
# without their bodies; `mailing` are newsletters sent, opened, clicked and unsubscribed; `visit` are rows of
# web analytics.
ObjectName = Literal["owner", "company", "person", "activity", "mailing", "visit"]
OBJECTS: Final[tuple[ObjectName, ...]] = get_args(ObjectName)
Type = Literal["text", "email", "phone", "url", "number", "date", "choice", "yes_no"]
Direction = Literal["in", "out", "both"]


class VendorField(NamedTuple):
    """A field of a record in the outside system. `ours` is the field here that it is mapped to by default.

    `longest` is the largest number of characters that it takes, and `choices` the values of a choice.
    """

    name: str
    label: str
    type: Type = "text"
    ours: str | None = None
    read_only: bool = False
    longest: int | None = None
    choices: tuple[str, ...] = ()


class ObjectType(NamedTuple):
    """A kind of records, and what can be done with it.

    `deletes` is how deletions become known: by the changes themselves (`feed`), by comparing a whole list
    (`sweep`), or not at all. A read of one page gives at most `page` records, a write takes `batch`.
    `scopes` are what the flow needs, by direction: to read, and to write as well.
    """

    name: ObjectName
    directions: frozenset[Direction]
    deletes: Literal["feed", "sweep", "none"] = "none"
    page: int = 100
    batch: int = 100
    read_scopes: tuple[str, ...] = ()
    write_scopes: tuple[str, ...] = ()


class OAuthServer(NamedTuple):
    """Where a vendor gives access. `scopes` are always asked for, with those of the objects."""

    authorize_url: str
    token_url: str
    revoke_url: str | None = None
    pkce: bool = False
    scopes: tuple[str, ...] = ()


class TokenForm(NamedTuple):
    """One text that a person copies from the vendor. `secret` ones are never shown again."""

    name: str
    label: str
    help: str
    secret: bool = True


class Limits(NamedTuple):
    """Calls that the vendor allows per `window` seconds; a day's are told by its answers.

    `daily_share` is the part of a day's calls that iZwop uses at most: the client's other tools share them.
    """

    calls: int
    window: float
    daily_share: float = 0.25


class Description(NamedTuple):
    """A connector as data. `tokens` are typed by a person where the vendor has no OAuth, or beside it."""

    kind: Kind
    name: str
    objects: tuple[ObjectType, ...]
    limits: Limits
    oauth: OAuthServer | None = None
    tokens: tuple[TokenForm, ...] = ()

    @property
    def scopes(self) -> list[str]:
        """What iZwop asks for when a person gives access."""
        always = self.oauth.scopes if self.oauth else ()
        wanted = [scope for each in self.objects for scope in (*each.read_scopes, *each.write_scopes)]
        return list(dict.fromkeys([*always, *wanted]))

    def object_type(self, name: ObjectName) -> ObjectType | None:
        return next((each for each in self.objects if each.name == name), None)


class VendorAccount(NamedTuple):
    """The client's account at the vendor: its id tells two sources of one account apart."""

    id: str
    name: str


class VendorRecord(NamedTuple):
    """A record as the outside system shows it, with all asked-for fields, "" for empty ones.

    `owner` is the id of its user there. `links` are ids of other records by their object, such as the company
    of a person. `merged` are former ids that now lead to this record.
    """

    id: str
    fields: dict[str, str]
    changed_at: datetime | None = None
    version: str | None = None
    owner: str | None = None
    links: tuple[tuple[ObjectName, str], ...] = ()
    archived: bool = False
    merged: tuple[str, ...] = ()


class Page(NamedTuple):
    """A page of changes. `position` is where the next page begins; after the last one (`over`), where the
    next run begins. A position is text that only the connector understands.

    `whole` says that this run lists every record, so that those it did not show are gone.
    """

    records: Sequence[VendorRecord]
    position: str
    over: bool
    gone: tuple[str, ...] = ()
    whole: bool = False


class Write(NamedTuple):
    """A wanted change of one record. Without an `id` it is created.

    `key` is our id of the record: writing one key twice makes one record. `version` is the one that was read;
    a vendor that can compare refuses another. With `archive` the record is put away.
    """

    key: str
    id: str | None
    fields: dict[str, str]
    version: str | None = None
    archive: bool = False


class Written(NamedTuple):
    """What became of a write: the record as the vendor shows it now, or why it was refused, in its words.

    `gone`: there is no such record. `stale`: it has changed since it was read.
    """

    key: str
    record: VendorRecord | None = None
    refused: str | None = None
    gone: bool = False
    stale: bool = False


class Connector(Protocol):
    """An outside system, opened with the credentials of one source.

    Every method may raise `VendorUnavailable`, `VendorLimited`, `AccessLost` and `VendorRefused`, and nothing
    else. `fields` names the vendor's fields that are wanted.
    """

    async def account(self) -> VendorAccount: ...
    async def scopes(self) -> frozenset[str] | None:
        """What the credentials allow; None if the vendor does not say."""
        ...

    async def describe(self, of: ObjectName) -> tuple[VendorField, ...]:
        """The fields of an object, those that the client made as well."""
        ...

    async def pull(self, of: ObjectName, fields: Sequence[str], position: str, now: datetime) -> Page:
        """One page of what changed since `position`; everything from "" on."""
        ...

    async def get(self, of: ObjectName, fields: Sequence[str], ids: Sequence[str]) -> list[VendorRecord]:
        """These records as they are now. Those that are gone are left out."""
        ...

    async def push(self, of: ObjectName, fields: Sequence[str], writes: Sequence[Write]) -> list[Written]:
        """Do these writes, and say of each what became of it. `fields` are shown in the answers."""
        ...

    async def revoke(self) -> None:
        """Give up the credentials at the vendor, where it can be done."""
        ...

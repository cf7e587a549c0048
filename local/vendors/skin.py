"""What a skin is: the outside of one vendor, over the common store.

A skin is one module (or package) with a class that extends `Skin`, and one line in `skins.py`. It serves what
the vendor documents and the product uses; everything else it refuses with a sentence that names it.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs

from local.vendors.clock import Clock
from local.vendors.deliveries import Deliveries
from local.vendors.faults import Faults
from local.vendors.store import Account, Fields, Store

DEMO = "demo"  # the account with data in it


class WrongBody(ValueError):
    """The body is JSON of another shape."""


@dataclass
class Request:
    """One request below the skin's own path."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    base: str  # the skin's address, without a slash at the end
    simultaneous: int = 1  # requests of this account that are being answered, this one included

    @property
    def path(self) -> str:
        return "/" + "/".join(self.segments)

    def first(self, name: str, default: str = "") -> str:
        """The first value of this name in the query."""
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        """The body; ValueError where it is not JSON."""
        return json.loads(self.body or b"null")

    def members(self) -> dict[str, Any]:
        """The body, which is a JSON object; `WrongBody` where it is not."""
        given = self.json()
        if not isinstance(given, dict):
            raise WrongBody("an object is needed")
        return given

    def form(self) -> dict[str, str]:
        """The body of a form; of a name given twice, the first value."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


@dataclass
class Reply:
    """An answer. A body that is not bytes is sent as JSON, a text as HTML; None is no body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def objects(given: Any) -> list[dict[str, Any]]:
    """A list of JSON objects; `WrongBody` where it is something else."""
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise WrongBody("a list of objects is needed")
    return given


class Refused(Exception):
    """The vendor's refusal."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class World:
    """What all skins share."""

    store: Store
    clock: Clock
    faults: Faults
    deliveries: Deliveries


class Skin:
    """Base of the skins."""

    name: ClassVar[str]  # in paths
    title: ClassVar[str]  # on pages
    # Of each type that a person may edit on the page: the columns.
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    merges: ClassVar[frozenset[str]] = frozenset()  # types whose records a person may merge on the page

    def __init__(self, world: World) -> None:
        self.world = world

    def account(self, name: str = DEMO) -> Account:
        return self.world.store.account(self.name, name)

    async def answer(self, request: Request) -> Reply:
        """Answer as the vendor; may raise `Refused`."""
        raise NotImplementedError

    def account_name(self, request: Request) -> str | None:  # noqa: ARG002 - skins know their tokens
        """Whose account a request is about, as far as its token is known."""
        return None

    def fault(self, status: int, retry_after: float | None) -> Reply:
        """A fault that a test ordered, in the vendor's words."""
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        return Reply(status, {"message": "Ordered by a test."}, headers)

    def accepted(self, account: Account, kind: str, fields: Fields) -> Fields:  # noqa: ARG002 - skins check
        """The fields as the vendor stores them; raises `Refused` for what it does not take."""
        return fields

    def create(self, account: Account, kind: str, fields: Fields, *, by: str) -> str:
        """Create a record as the page and tests do, with what the vendor adds by itself; return its id."""
        return account.create(kind, self.accepted(account, kind, fields), by=by).id

    def change(self, account: Account, kind: str, ref: str, fields: Fields, *, by: str) -> None:
        account.change(kind, ref, self.accepted(account, kind, fields), by=by)

    def delete(self, account: Account, kind: str, ref: str, *, by: str) -> None:
        account.delete(kind, ref, by=by)

    def merge(self, account: Account, kind: str, winner: str, loser: str, *, by: str) -> str:
        """Merge as the vendor does; return the id of the result."""
        return account.merge(kind, winner, loser, {}, new_id=False, by=by).id

    def fill(self, account: Account, **how: Any) -> None:
        """Put data into an account that has none."""

    def key(self, account: Account, base: str) -> str:  # noqa: ARG002 - of some vendors a key names the address
        """What a person copies from the vendor to let iZwop in, where that goes without OAuth."""
        return str(self.control(account, "token", None)["token"])

    def control(self, account: Account, what: str, given: Any) -> Any:  # noqa: ARG002
        """Do what is special to this vendor, for a test: KeyError for what it does not know."""
        raise KeyError(what)


def token() -> str:
    return secrets.token_urlsafe(24)

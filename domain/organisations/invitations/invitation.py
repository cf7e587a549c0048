"""An invitation: one address is asked to join an organisation, in its partition."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from pydantic import Field

from domain.base.fields import EmailAddress
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.base.texts import Language
from domain.operations.orders import Order
from domain.organisations.invitations.links import digest_of
from domain.organisations.organisation import Member
from domain.organisations.roles import InvitedRole

VALID_FOR: Final = timedelta(days=14)

State = Literal["waiting", "joined", "withdrawn"]


class Invitation(Model):
    """`generation` counts its mails: each has a link of its own, and only the last one opens.

    `run` is that in which it was sent to many at once. An ended one has no address any more.
    """

    id: str
    org_id: str
    address: EmailAddress | None
    role: InvitedRole
    language: Language
    invited_by: str
    run: str | None = None
    state: State = "waiting"
    generation: int = 1
    digest: str
    version: int = 1
    sent_at: datetime
    expires_at: datetime
    updated_at: datetime
    mail_claimed_at: datetime | None = None
    mailed_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)

    def is_open(self, now: datetime) -> bool:
        return self.state == "waiting" and now < self.expires_at

    def is_for(self, email: str) -> bool:
        return self.address is not None and folded(email) == folded(self.address)

    def noted(self, **update: object) -> "Invitation":
        """With what only its mail is about: it stays the version that people see."""
        return self.model_copy(update=update)

    def sent_again(self, key: bytes, at: datetime, **update: object) -> "Invitation":
        """With a new link, valid from now on; the one before opens nothing any more."""
        generation = self.generation + 1
        renewed = {
            "state": "waiting",
            "generation": generation,
            "digest": digest_of(self.org_id, self.id, generation, key),
            "version": self.version + 1,
            "sent_at": at,
            "expires_at": at + VALID_FOR,
            "updated_at": at,
            "mail_claimed_at": None,
            "mailed_at": None,
        }
        return self.model_copy(update=renewed | update)

    def ended(self, state: State, at: datetime) -> "Invitation":
        update = {"state": state, "address": None, "version": self.version + 1, "updated_at": at}
        return self.model_copy(update=update)


class Round(Model):
    """Invitations that were sent together. `request` is the hash of what was asked, for a repetition."""

    key: str
    org_id: str
    request: str
    invitations: list[str]


class InvitationStore(Protocol):
    async def get(self, org_id: str, invitation_id: str) -> Invitation | None: ...
    async def find(self, org_id: str, ids: Sequence[str]) -> list[Invitation]:
        """Those of these that there are, ended ones as well."""
        ...

    async def round(self, org_id: str, key: str) -> Round | None: ...
    async def create(
        self, sent: Round, invitations: Sequence[Invitation], order: Order, *, run: str | None = None
    ) -> bool:
        """Store all of them or none; False if one was stored or changed meanwhile, or the round was.

        Those of a run are stored while that is there: not after the erasure of the organisation.
        """
        ...

    async def save(self, invitation: Invitation, order: Order | None = None) -> Invitation:
        """Store a changed one; `StaleVersion` if somebody else did meanwhile."""
        ...

    async def join(self, ended: Invitation, member: Member, order: Order) -> None:
        """Store the end of an invitation with the member it makes; `StaleVersion` if either is there."""
        ...

    async def waiting(
        self, org_id: str, now: datetime, limit: int, cursor: str | None
    ) -> tuple[list[Invitation], str | None]:
        """A page of those that are open, the newest first."""
        ...

    async def count_waiting(self, org_id: str, now: datetime) -> int: ...


def folded(address: str) -> str:
    """An address as it is compared: servers that tell capitals apart are as good as extinct.

    Accents stay: with another one it is somebody else's mailbox.
    """
    return address.lower()


def invitation_id(org_id: str, address: str, key: bytes) -> str:
    """An organisation invites an address once at a time. Without the key the id does not tell which one."""
    said = f"invitation\n{org_id}\n{folded(address)}".encode()
    return make_id(ID_PREFIXES["invitation"], hmac.digest(key, said, hashlib.sha256)[:ID_BYTES])

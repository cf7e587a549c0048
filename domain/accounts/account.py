"""Accounts: signed-in people, known by (`iss`, `sub`) and never by e-mail."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import StrictBool

from domain.base.fields import EmailAddress, Name
from domain.base.model import Closed, Model
from domain.base.texts import ENGLISH, Language


class Identity(Model):
    """Identity of a signed-in person: (`iss`, `sub`). `email` and `name` do not identify anybody."""

    iss: str
    sub: str
    email: str
    name: str | None = None
    email_verified: bool = False


class Account(Model):
    id: str
    iss: str
    sub: str
    email: EmailAddress
    # The address that the identity provider verified, as it said at the latest sign-in; at the first it may
    # have been another one. Without it nothing is given to the account for its address.
    verified_email: EmailAddress | None = None
    # What the identity provider called the person at the first sign-in: offered for the first card.
    name: str | None = None
    created_at: datetime
    welcomed_at: datetime | None = None
    # Chosen by the person; without a choice pages follow the browser.
    language: Language | None = None
    # What the browser asked for at the first sign-in: the language of mails until the person chooses one.
    first_language: Language = ENGLISH
    # Mails that say how many reminders wait; the last of them was ordered at `reminded_at`.
    reminder_mails: bool = True
    reminded_at: datetime | None = None

    def wants_reminders(self, ordered_at: datetime) -> bool:
        """Whether a mail of reminders that was ordered then is still to be sent."""
        return self.reminder_mails and (self.reminded_at is None or self.reminded_at < ordered_at)

    @property
    def mail_language(self) -> Language:
        return self.language or self.first_language


class LanguageChoice(Closed):
    language: Language | None


class MailChoice(Closed):
    """Which mails the person wants. `reminders` says how many reminders wait."""

    reminders: StrictBool


class Identities(Protocol):
    """Reservations of identities, each for one account: atomic and permanent."""

    async def find(self, iss: str, sub: str) -> str | None:
        """Return the account id reserved for this identity, whether or not the account was stored yet."""
        ...

    async def reserve(self, iss: str, sub: str, account_id: str) -> str:
        """Reserve the identity for `account_id`, or return the id that already has it."""
        ...


# Mails of which the account notes which queue message sends them.
ClaimedMail = Literal["welcoming", "reminding"]


class AccountStore(Protocol):
    async def get(self, account_id: str) -> Account | None: ...
    async def create(self, account: Account) -> None:
        """Store a new account; a repetition changes nothing."""
        ...

    async def note_verified(self, account_id: str, email: str | None) -> None:
        """Keep which address of the account the identity provider has verified, if any."""
        ...

    async def choose_language(self, account_id: str, language: Language | None) -> None:
        """Keep the person's choice; None follows the browser again."""
        ...

    async def claim_mail(
        self, kind: ClaimedMail, account_id: str, *, by: str, at: datetime, stale: datetime
    ) -> bool:
        """Claim a mail for the queue message `by`; False if another claimed it since `stale`."""
        ...

    async def give_up_mail(self, kind: ClaimedMail, account_id: str, *, by: str) -> None:
        """Release the claim of `by` on a mail; a claim of another message stays."""
        ...

    async def mark_welcomed(self, account_id: str, at: datetime) -> None: ...
    async def choose_mails(self, account_id: str, *, reminders: bool) -> None: ...
    async def mark_reminded(self, account_id: str, ordered_at: datetime) -> None:
        """Note that the mail that was ordered then is sent; the next one can be claimed."""
        ...


async def open_account(
    identity: Identity,
    *,
    account_id: str,
    now: datetime,
    language: Language,
    accounts: AccountStore,
    identities: Identities,
) -> Account:
    """Return the account of this identity, made now if this is its first sign-in, in this language.

    Safe to repeat after a crash at any point: the reservation decides the id, and the account is stored
    under it by the first caller.
    """
    reserved = await identities.find(identity.iss, identity.sub)
    if reserved is None:
        reserved = await identities.reserve(identity.iss, identity.sub, account_id)
    known = await accounts.get(reserved)
    verified = identity.email if identity.email_verified else None
    if known is not None:
        if known.verified_email != verified:
            await accounts.note_verified(reserved, verified)
        return known.model_copy(update={"verified_email": verified})
    account = Account(
        id=reserved,
        iss=identity.iss,
        sub=identity.sub,
        email=identity.email,
        verified_email=verified,
        name=_name_in(identity.name),
        created_at=now,
        first_language=language,
    )
    await accounts.create(account)
    return account


def _name_in(text: str | None) -> str | None:
    """The name, if a card can show it. Entra says "unknown" of who gave none."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    try:
        name: str = TypeAdapter(Name).validate_python(text)
    except ValidationError:
        return None
    return None if name.lower() == "unknown" else name

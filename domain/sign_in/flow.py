"""Sign-in: minimum age, redirect target, and the account and session it ends with."""

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from domain.accounts.account import Account, AccountStore, Identities, Identity, open_account
from domain.base.errors import Fault, InvalidInput, Refusal, Unauthenticated
from domain.base.fields import EmailAddress
from domain.base.model import Model
from domain.base.texts import N_, Language
from domain.sign_in.sessions import SessionStore, Span, StaffRole, begin_session, resume_session

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MINIMUM_AGE = 13
OLDEST_AGE = 120
FLOW_LIFETIME = timedelta(minutes=10)
# As long as browsers keep a cookie at most, and counted anew at every sign-in.
KNOWN_FOR = timedelta(days=400)
START_PAGE = "/my"
_CLOCKS_DIFFER = timedelta(minutes=1)

# Deliberately stricter than URLs are: a browser must not read a host, a scheme, an escape or `..` in it.
_OWN_PATH = re.compile(r"/[A-Za-z0-9._~/-]*(?:\?[A-Za-z0-9._~=&-]*)?")
_MAX_PATH = 300
_YEAR = re.compile("[0-9]{4}")
_MONTH = re.compile("0?[1-9]|1[0-2]")


@cache
def _email() -> "TypeAdapter[str]":
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(EmailAddress)


class FlowLost(Refusal):
    """The callback does not belong to a sign-in that this browser began."""

    code = "sign_in_lost"
    title = N_("This sign-in cannot be finished")


class SignInCancelled(Refusal):
    """The person turned back on the identity provider's pages."""

    code = "sign_in_cancelled"
    title = N_("You turned back")


class SignInDeclined(Refusal):
    """The identity provider did not sign the person in."""

    code = "sign_in_declined"
    title = N_("You were not signed in")


class EmailMissing(Refusal):
    """An account needs an e-mail address, and the provider sent no usable one."""

    code = "email_missing"
    title = N_("Your sign-in has no e-mail address")


class AgeNotAsked(Refusal):
    """A first account would be made of a sign-in that began without the age question."""

    code = "age_not_asked"
    title = N_("One question before your first account")


class SomebodyElse(Refusal):
    """A person who should confirm who they are signed in as another."""

    code = "somebody_else"
    title = N_("You signed in as somebody else")


class NotAskedAgain(Refusal):
    """The identity provider does not say that the person has just signed in."""

    code = "not_asked_again"
    title = N_("We could not confirm that it is you")


class BirthMonth(NamedTuple):
    year: int
    month: int


class Flow(Model):
    """State of a sign-in, kept sealed in a cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    began_at: datetime
    # Whether the age question was answered on the way.
    asked: bool
    # Whether the person trusts the device.
    keep: bool
    # The account whose person is to sign in anew, if that is what it is for.
    fresh_for: str | None

    def is_live(self, now: datetime) -> bool:
        return now - self.began_at < FLOW_LIFETIME


class Claims(NamedTuple):
    """Claims of a validated ID token; (`iss`, `sub`) is the identity, whatever the e-mail address.

    `roles` are those of iZwop's own people.

    Whether the address is the person's own, the provider says in `email_verified` or not at all.
    """

    iss: str
    sub: str
    email: str | None
    name: str | None
    authenticated_at: datetime | None = None
    email_verified: bool = False
    roles: tuple[StaffRole, ...] = ()


def own_path(wanted: str | None) -> str:
    """Return `wanted` if it is certainly a path of our own, otherwise the start page."""
    plain = wanted is not None and len(wanted) <= _MAX_PATH and _OWN_PATH.fullmatch(wanted)
    return wanted if wanted and plain and "//" not in wanted and "/." not in wanted else START_PAGE


def read_birth_month(year: str, month: str, *, today: date) -> BirthMonth:
    """Read a typed month of birth, or refuse it with a fault for each of `birthYear` and `birthMonth`."""
    faults = []
    if not _YEAR.fullmatch(year) or not today.year - OLDEST_AGE <= int(year) <= today.year:
        faults.append(
            Fault("birthYear", "invalid_year", "Give the year you were born in with four digits, like 1985.")
        )
    if not _MONTH.fullmatch(month):
        faults.append(Fault("birthMonth", "invalid_month", "Choose the month you were born in."))
    if faults:
        raise InvalidInput(faults)
    birth = BirthMonth(int(year), int(month))
    if (birth.year, birth.month) > (today.year, today.month):
        raise InvalidInput([Fault("birthMonth", "invalid_month", "This month has not come yet.")])
    return birth


def is_old_enough(birth: BirthMonth, today: date) -> bool:
    """Whether the minimum age is certain: the day is unknown, so the month of the birthday must be over."""
    return (today.year, today.month) > (birth.year + MINIMUM_AGE, birth.month)


async def finish_sign_in(
    claims: Claims,
    flow: Flow,
    *,
    account_id: str,
    secret: bytes,
    now: datetime,
    language: Language,
    span: Span,
    accounts: AccountStore,
    identities: Identities,
    sessions: SessionStore,
) -> tuple[Account, str]:
    """Return the account and the session cookie's value. The first sign-in uses `account_id` and `language`.

    Without an answer to the age question no account is made: `AgeNotAsked`.
    """
    if flow.fresh_for is not None:
        _check_fresh(claims, flow, await identities.find(claims.iss, claims.sub))
    elif not flow.asked and await identities.find(claims.iss, claims.sub) is None:
        raise AgeNotAsked
    try:
        email = _email().validate_python(claims.email)
    except ValidationError:
        raise EmailMissing from None
    identity = Identity(
        iss=claims.iss,
        sub=claims.sub,
        email=email,
        name=claims.name,
        email_verified=claims.email_verified,
    )
    account = await open_account(
        identity,
        account_id=account_id,
        now=now,
        language=language,
        accounts=accounts,
        identities=identities,
    )
    return account, await begin_session(
        account.id,
        secret,
        now=now,
        span=span,
        kept=flow.keep,
        authenticated_at=claims.authenticated_at,
        roles=claims.roles,
        sessions=sessions,
    )


def _check_fresh(claims: Claims, flow: Flow, account_id: str | None) -> None:
    """Refuse who is not the one to confirm, and an answer from a sign-in of before."""
    if account_id != flow.fresh_for:
        raise SomebodyElse
    if claims.authenticated_at is None or claims.authenticated_at < flow.began_at - _CLOCKS_DIFFER:
        raise NotAskedAgain


async def sign_out(token: str, *, everywhere: bool, now: datetime, sessions: SessionStore) -> None:
    """End the session of a cookie, or all sessions of its account. An ended session is no error."""
    try:
        session = await resume_session(token, now=now, sessions=sessions)
    except Unauthenticated:
        return
    if everywhere:
        await sessions.delete_all(session.account_id)
    else:
        await sessions.delete(session.account_id, session.id)

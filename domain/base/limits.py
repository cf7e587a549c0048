"""Limits of an account: numbers of documents, and rates of expensive requests.

They are far above manual use; a test compares `docs/limits.md` with them.
"""

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from domain.base.errors import Conflict, Refusal
from domain.base.texts import N_

# Time in which a deletion can be taken back.
UNDO_TIME = timedelta(hours=24)

MOST_CARDS = 100
MOST_PROFILES = 50
MOST_ORGANISATIONS = 20
# Of one organisation: their ids are in its document.
MOST_OWNERS = 50
# Of one organisation: its people, and invitations that nobody has answered.
MOST_PEOPLE = 10_000
MOST_INVITATIONS = 10_000
# Of one organisation.
MOST_DOMAINS = 20
# Of an organisation, with those deleted within a day, and of one person.
MOST_TEAMS = 200
MOST_TEAMS_OF_A_PERSON = 20
# Of one organisation.
MOST_TEMPLATES = 50
# Of one organisation, by designers of iZwop.
MOST_PROPOSALS = 50
# Of one organisation, so that one follows another without a gap.
MOST_DIRECTORY_TOKENS = 2
# Integrated systems of one organisation, and fields of one object that are mapped.
MOST_SOURCES = 20
MOST_MAPPED_FIELDS = 100
# That nobody has answered.
MOST_CHANGE_REQUESTS = 10_000
MOST_CONTACTS = 50_000
# On one contact.
MOST_NOTES = 1000
MOST_REMINDERS = 2000
# People who were asked to connect and have not answered.
MOST_ASKED = 500
# Companies that one account is connected with.
MOST_COMPANIES = 500
# Each keeps room for an upload of 5 MB until the sweep.
MOST_WAITING_IMAGES = 20


class LimitReached(Conflict):
    """The account has reached a limit; the detail names it and the remedy."""

    code = "limit_reached"
    title = N_("The account has as many of these as it may have")


class TooManyRequests(Refusal):
    code = "too_many_requests"
    title = N_("That was too often")

    def __init__(self, retry_after: int) -> None:
        super().__init__(N_("Try again after %(seconds)s seconds.", seconds=retry_after))
        self.retry_after = retry_after


class Rate(NamedTuple):
    """Rate limit: at most `most` in each fixed window of `seconds`. Windows are the same for all subjects."""

    name: str
    most: int
    seconds: int


CHANGES = Rate("changes", most=600, seconds=60)
# Handles are given out for good, so that hoarding must be limited.
HANDLES = Rate("handles", most=100, seconds=24 * 60 * 60)
# A wish is looked up at each pause while it is typed. Making cards tells no more, but it is slower to ask.
HANDLE_CHECKS = Rate("handle_checks", most=300, seconds=60 * 60)
IMAGES = Rate("images", most=100, seconds=60 * 60)
# A volume of a copy, 32 MB, is in memory while it is sent.
DOWNLOADS = Rate("downloads", most=10, seconds=60)
# Each may be 20 MB, and is read as long work.
IMPORTS = Rate("imports", most=60, seconds=60 * 60)
# Asking strangers one by one is how address books are harvested.
CONNECTION_REQUESTS = Rate("connection_requests", most=50, seconds=24 * 60 * 60)
# Mails to one account that somebody asks; the page tells of all.
CONNECTION_MAILS = Rate("connection_mails", most=3, seconds=24 * 60 * 60)
# Of one organisation: each look asks the name servers of others.
DOMAIN_CHECKS = Rate("domain_checks", most=60, seconds=60 * 60)

# Details left on one card, and from one network. Beyond them they are held until they are confirmed by mail.
EXCHANGES = Rate("exchanges", most=60, seconds=60 * 60)
NETWORK_EXCHANGES = Rate("network_exchanges", most=20, seconds=60 * 60)
# Details of a card that are held, and mails to one address by all forms: beyond them nothing is taken.
HELD_EXCHANGES = Rate("held_exchanges", most=100, seconds=24 * 60 * 60)
RECEIPT_MAILS = Rate("receipt_mails", most=5, seconds=24 * 60 * 60)

# Mails with invitations of one organisation, and to one address by all organisations.
INVITATION_MAILS = Rate("invitation_mails", most=1000, seconds=24 * 60 * 60)
# By runs: to people whom the organisation knows, of whom it has no more than this.
RUN_INVITATIONS = Rate("run_invitations", most=10_000, seconds=24 * 60 * 60)
MAILBOX_INVITATIONS = Rate("mailbox_invitations", most=5, seconds=24 * 60 * 60)

# Of one organisation: directories send 25 a second, and more at times.
DIRECTORY_REQUESTS = Rate("directory_requests", most=500, seconds=10)

RATES = (
    CHANGES, HANDLES, HANDLE_CHECKS, IMAGES, DOWNLOADS, IMPORTS, CONNECTION_REQUESTS, CONNECTION_MAILS,
    DOMAIN_CHECKS, EXCHANGES, NETWORK_EXCHANGES, HELD_EXCHANGES, RECEIPT_MAILS,
    INVITATION_MAILS, RUN_INVITATIONS, MAILBOX_INVITATIONS, DIRECTORY_REQUESTS,
)  # fmt: skip


# Other anonymous clients are limited at the edge: we store no addresses, and with one common limit a single
# client could lock out all others.


class Limiter(Protocol):
    async def take(self, rate: Rate, subject: str, now: datetime, number: int = 1) -> None:
        """Count `number` for `subject`, or refuse with `TooManyRequests`. Refused ones are not counted."""
        ...

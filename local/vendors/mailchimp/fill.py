"""Invented data for an account of Mailchimp: two lists, and the newsletters of a year."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from local.demo_names import LANGUAGES
from local.vendors.mailchimp.shapes import hashed, time
from local.vendors.store import PERSON, Account, Record

_LISTS: Final = ("Customers", "Prospects")
_LINKS: Final = (
    "https://client.example/news",
    "https://client.example/offer?from=mail",
    "https://client.example/events",
)
_SUBJECTS: Final = ("What is new", "Come and see us", "A thank-you", "Before the summer", "Five ideas")
_OPENS, _CLICKS, _LEAVES = 0.45, 0.25, 0.01


def fill(account: Account, *, members: int = 400, campaigns: int = 12, seed: int = 1) -> None:
    """Members have addresses of HubSpot's invented contacts: both systems know the same people."""
    draw = Random(seed)  # noqa: S311 - invented data, the same each time
    lists = [account.create("lists", {"name": name}, by=PERSON) for name in _LISTS]
    people: dict[str, list[Record]] = {of.id: [] for of in lists}
    for number in range(members):
        of = lists[number % 3 == 0]
        people[of.id].append(_member(account, draw, of, number))
    for number in range(campaigns):
        of = lists[number % len(lists)]
        _campaign(account, draw, of, people[of.id], number=number, most=campaigns)


def _member(account: Account, draw: Random, of: Record, number: int) -> Record:
    language = draw.choice(LANGUAGES)
    address = f"Contact{number}@customer{number % 300}.example"
    status = draw.choices(("subscribed", "unsubscribed", "cleaned", "pending", "archived"), (88, 6, 3, 2, 1))[
        0
    ]
    fields = {
        "list": of.id,
        "email_address": address,
        "hash": hashed(address),
        "status": status,
        "merge_fields": {"FNAME": draw.choice(language.given), "LNAME": draw.choice(language.family)},
    }
    if status == "unsubscribed":
        fields |= {"left_by": PERSON, "unsubscribe_reason": "N/A (Unsubscribed by admin)"}
    return account.create("members", fields, by=PERSON)


def _campaign(
    account: Account, draw: Random, of: Record, people: list[Record], *, number: int, most: int
) -> None:
    """A newsletter; the last one is not sent yet."""
    is_sent = number + 1 < most
    at = account.clock.now() - timedelta(days=30 * (most - number))
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    fields = {
        "list": of.id,
        "title": f"Newsletter {number + 1}",
        "subject_line": subject,
        "status": "sent" if is_sent else "save",
        "send_time": time(at) if is_sent else "",
        "links": [*_LINKS],
    }
    campaign = account.create("campaigns", fields, by=PERSON)
    for member in people if is_sent else ():
        if member.fields["status"] in {"subscribed", "unsubscribed"}:
            _activities(account, draw, campaign, member)


def _activities(account: Account, draw: Random, campaign: Record, member: Record) -> None:
    at = datetime.fromisoformat(campaign.fields["send_time"])
    common = {"campaign": campaign.id, "member": member.id}

    def happened(action: str, hours: float, url: str = "") -> None:
        late = time(at + timedelta(hours=hours))
        account.create("activities", common | {"action": action, "at": late, "url": url}, by=PERSON)

    happened("sent", 0)
    if draw.random() < _OPENS:
        for hours in sorted(draw.uniform(0, 200) for _ in range(draw.randrange(1, 3))):
            happened("open", hours)
        if draw.random() < _CLICKS:
            happened("click", draw.uniform(0, 200), draw.choice(_LINKS))
        if draw.random() < _LEAVES:
            happened("unsub", 210)

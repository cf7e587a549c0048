"""Invented data for an account of HubSpot: the same each time, some of it as broken as in real ones."""

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from local.demo_names import LANGUAGES
from local.vendors.store import PERSON, Account, Fields

if TYPE_CHECKING:
    from local.vendors.hubspot.skin import HubSpot

# The first is the demo person who manages the client, so that records find their member by the address.
OWNERS: Final = (
    ("ada@example.com", "Ada", "Lovelace"),
    ("grace@example.com", "Grace", "Hopper"),
    ("sam.seller@client.example", "Sam", "Seller"),
    ("petra.partner@client.example", "Petra", "Partner"),
    ("gone.goodwin@client.example", "Gone", "Goodwin"),
)
_TITLES: Final = ("CEO", "Head of Sales", "Buyer", "Engineer", "Assistant", "Owner", "", "Marketing Manager")
_CITIES: Final = ("Stockholm", "London", "Berlin", "Paris", "Kraków", "Lisboa", "Austin", "東京")
_WORDS: Final = (
    "Nordic",
    "Alpine",
    "Harbour",
    "Blue",
    "Granite",
    "Willow",
    "Quartz",
    "Meridian",
    "Copper",
    "Linden",
)
_TRADES: Final = ("Foods", "Logistics", "Software", "Optics", "Textiles", "Media", "Energy", "Tools")
_SUBJECTS: Final = ("Your quote", "Thank you for today", "Next steps", "Invitation", "Contract, version 2")
_MEETINGS: Final = ("First meeting", "Demo", "Review", "Lunch", "Renewal")
_BROKEN_EACH: Final = 40


def fill(
    skin: "HubSpot", account: Account, *, contacts: int = 2000, companies: int = 300, seed: int = 1
) -> None:
    """Put owners, companies, contacts and their activities into an account."""
    draw = Random(seed)  # noqa: S311 - invented data, the same each time
    owners = [
        account.create("owners", {"email": email, "firstname": first, "lastname": last}, by=PERSON).id
        for email, first, last in OWNERS
    ]
    firms = [
        skin.create(account, "companies", _company(draw, number), by=PERSON) for number in range(companies)
    ]
    for number in range(contacts):
        fields = _contact(draw, number, owners)
        ref = account.create(
            "contacts", fields if number % _BROKEN_EACH else _broken(fields, number), by=PERSON
        ).id
        if firms and number % 4:
            account.associate(("contacts", ref), ("companies", draw.choice(firms)))
        if number % 5 == 0:
            _activity(skin, account, draw, ref, owners)
    account.delete("owners", owners[-1], by=PERSON)


def _company(draw: Random, number: int) -> Fields:
    name = f"{_WORDS[number % len(_WORDS)]} {_TRADES[number // len(_WORDS) % len(_TRADES)]} {number}"
    domain = f"{name.lower().replace(' ', '-')}.example"
    return {
        "name": name,
        "domain": domain,
        "website": f"https://www.{domain}",
        "city": draw.choice(_CITIES),
        "industry": draw.choice(("COMPUTER_SOFTWARE", "BANKING", "MEDIA", "RETAIL")),
        "numberofemployees": str(draw.randrange(1, 900)),
    }


def _contact(draw: Random, number: int, owners: list[str]) -> Fields:
    language = draw.choice(LANGUAGES)
    fields = {
        "firstname": draw.choice(language.given),
        "lastname": draw.choice(language.family),
        "email": f"contact{number}@customer{number % 300}.example",
        "phone": f"+46 8 {draw.randrange(100_000, 999_999)}",
        "jobtitle": draw.choice(_TITLES),
        "city": draw.choice(_CITIES),
        "hubspot_owner_id": draw.choice(owners),
        "lifecyclestage": draw.choice(("lead", "customer", "subscriber")),
    }
    return {name: value for name, value in fields.items() if value}


def _broken(fields: Fields, number: int) -> Fields:
    """What real accounts have, imported before anybody checked: written past the checks of the API."""
    kinds: tuple[Fields, ...] = (
        {"email": ""},
        {"phone": "call my mobile"},
        {"firstname": '=HYPERLINK("http://evil.example")', "lastname": ""},
        {"firstname": "", "lastname": "", "email": ""},
        {"lastname": "MÃ¼ller"},
        {"jobtitle": "x" * 5000},
        {"hubspot_owner_id": "999999"},
        {"phone": "0"},
    )
    return fields | kinds[number // _BROKEN_EACH % len(kinds)]


def _activity(skin: "HubSpot", account: Account, draw: Random, ref: str, owners: list[str]) -> None:
    """One call, e-mail or meeting of a contact in the last months."""
    at = account.clock.now() - timedelta(days=draw.randrange(180), minutes=draw.randrange(600))
    fields = {"hs_timestamp": at.isoformat(), "hubspot_owner_id": draw.choice(owners)}
    kind, own = draw.choice(
        (
            (
                "calls",
                {"hs_call_title": "Call", "hs_call_direction": "OUTBOUND", "hs_call_duration": "180000"},
            ),
            ("emails", {"hs_email_subject": draw.choice(_SUBJECTS), "hs_email_direction": "EMAIL"}),
            (
                "meetings",
                {"hs_meeting_title": draw.choice(_MEETINGS), "hs_meeting_start_time": at.isoformat()},
            ),
        )
    )
    account.associate((kind, skin.create(account, kind, fields | own, by=PERSON)), ("contacts", ref))

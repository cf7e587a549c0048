"""Invented visits of a client's website in the last weeks, some with what Google does not know."""

import hashlib
from datetime import timedelta
from random import Random
from typing import Final

from local.vendors.ga4.report import VIEWS
from local.vendors.store import PERSON, Account

_PAGES: Final = ("/", "/products", "/products/lamp", "/about", "/contact", "/news/opening", "/team/ada")
_SOURCES: Final = (
    ("google", "organic", "https://www.google.com/"),
    ("(direct)", "(none)", ""),
    ("linkedin.com", "referral", "https://www.linkedin.com/"),
    ("newsletter", "email", ""),
    ("", "", ""),
)
_DEVICES: Final = (
    ("Chrome", "Windows", "desktop"),
    ("Safari", "iOS", "mobile"),
    ("Firefox", "Linux", "desktop"),
    ("Chrome", "Android", "mobile"),
    ("", "", "tablet"),
)


def fill(account: Account, *, sessions: int = 600, days: int = 60, seed: int = 1) -> None:
    draw = Random(seed)  # noqa: S311 - invented data, the same each time
    now = account.clock.now()
    for number in range(sessions):
        user = f"user{draw.randrange(sessions // 3 + 1)}"
        # The day of the first visit follows from the user.
        first = now - timedelta(days=days + hashlib.sha256(user.encode()).digest()[0] % 40)
        at = now - timedelta(days=draw.randrange(days), minutes=draw.randrange(600))
        source, medium, referrer = draw.choice(_SOURCES)
        browser, system, device = draw.choice(_DEVICES)
        landing = draw.choice(_PAGES)
        for step in range(draw.randrange(1, 5)):
            page = draw.choice(_PAGES) if step else landing
            at += timedelta(seconds=draw.randrange(5, 300))
            fields = {
                "at": at.isoformat(timespec="seconds"),
                "page": page,
                "title": page.strip("/").title() or "Welcome",
                "referrer": "https://client.example/" if step else referrer,
                "landing": landing,
                "host": "client.example",
                "session": f"session{number}",
                "user": user,
                "first": (at if draw.random() < 0.3 and not step else first).strftime("%Y%m%d"),  # noqa: PLR2004
                "source": source,
                "medium": medium,
                "browser": browser,
                "system": system,
                "device": device,
                "country": draw.choice(("Sweden", "Germany", "")),
                "seconds": draw.randrange(5, 200),
            }
            account.create(VIEWS, fields, by=PERSON)

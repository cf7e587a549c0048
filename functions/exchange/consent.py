"""The texts that people agree to when they leave details, and who gets the details.

A text is a file for each purpose, version and language: `web/texts/consent/{purpose}.{day}.{language}.txt`,
with `{name}` for who gets the details. For those who give them to an organisation the purpose begins with
`company-`, or with `connect-` if they have an account. A text is never changed, only followed by a later one;
`SHA256SUMS` beside them has the hash of each.
"""

from functools import cache
from pathlib import Path
from typing import Final, Literal

import wiring.site
from domain.base.texts import Language
from domain.cards.content import CardContent
from domain.cards.exchange_form import Purpose
from domain.exchange.exchange import Consent
from domain.exchange.receipt import Parties
from domain.visibility.rule import shown_to
from domain.visibility.view import CardView

TEXTS: Final = Path(__file__).parent.parent.parent / "web" / "texts" / "consent"
# The version of each purpose that people agree to now.
CURRENT: Final[dict[Purpose, str]] = {
    "contact": "2026-11-26",
    "information": "2026-11-26",
    "meeting": "2026-11-26",
}
# Who gives their details: anybody on a person's card or on a company page, or an account that connects.
Giving = Literal["", "company-", "connect-"]
_CURRENT_OF_COMPANIES: Final = "2026-11-27"


def consent_for(purpose: Purpose, content: CardContent, language: Language, giving: Giving = "") -> Consent:
    """The text of a purpose as anybody sees it on the card: with its name and public organisation."""
    shown = shown_to(content, frozenset({"public"}))
    who = f"{shown.name} ({shown.organisation})" if shown.organisation else shown.name
    version = f"{giving}{purpose}.{_CURRENT_OF_COMPANIES if giving else CURRENT[purpose]}"
    text = _written(version, language).replace("{name}", who)
    return Consent(text=text, version=version, language=language)


def parties_of(view: CardView) -> Parties:
    return Parties(
        uid=view.uid,
        name=view.content.name,
        organisation=view.content.organisation,
        card=f"{wiring.site.origin()}/c/{view.handle}",
        operator=wiring.site.controller_name(),
        operator_email=wiring.site.contact_email(),
        origin=wiring.site.origin(),
    )


@cache
def _written(version: str, language: Language) -> str:
    return (TEXTS / f"{version}.{language}.txt").read_text("utf-8").strip()

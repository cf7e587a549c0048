"""The texts that people agree to when they leave details: a file for each purpose, version and language.

`web/texts/consent/{purpose}.{day}.{language}.txt`, with `{name}` for who gets the details. A text is never
changed, only followed by a later one; `SHA256SUMS` beside them has the hash of each.
"""

from functools import cache
from pathlib import Path
from typing import Final

from domain.base.texts import Language
from domain.cards.content import CardContent
from domain.cards.exchange_form import Purpose
from domain.exchange.exchange import Consent
from domain.visibility.rule import shown_to

TEXTS: Final = Path(__file__).parent.parent.parent / "web" / "texts" / "consent"
# The version of each purpose that people agree to now.
CURRENT: Final[dict[Purpose, str]] = {
    "contact": "2026-11-26",
    "information": "2026-11-26",
    "meeting": "2026-11-26",
}


def consent_for(purpose: Purpose, content: CardContent, language: Language) -> Consent:
    """The text of a purpose as anybody sees it on the card: with its name and public organisation."""
    shown = shown_to(content, frozenset({"public"}))
    who = f"{shown.name} ({shown.organisation})" if shown.organisation else shown.name
    version = f"{purpose}.{CURRENT[purpose]}"
    text = _written(version, language).replace("{name}", who)
    return Consent(text=text, version=version, language=language)


@cache
def _written(version: str, language: Language) -> str:
    return (TEXTS / f"{version}.{language}.txt").read_text("utf-8").strip()

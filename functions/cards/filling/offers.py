"""What the forms of a card offer: what means something to their person, and proposals they can change."""

from collections.abc import Iterable, Mapping
from typing import Final

import azure.functions as func

import wiring.cards
import wiring.visibility
from domain.base.countries import CODES, country_in
from domain.base.ids import is_organisation
from domain.cards.content import NameParts
from domain.cards.mending import country_of
from domain.cards.networks import known_network
from domain.formats.names import structured_name
from functions.accounts.profile_choices import profile_choices
from functions.cards.form import AUDIENCES, NETWORK, PHONE_COUNTRY, networks_in
from functions.framework.forms import Values
from functions.framework.texts import N_, _

_NAME: Final = ("prefix", "given", "additional", "family", "suffix")
# Viewers of a preview, by the audience that they are.
VIEWERS: Final = {
    "anyone": N_("Anyone"),
    "signed_in": N_("People signed in"),
    "connections": N_("My connections"),
}


async def audiences_for(account_id: str, values: Values) -> dict[str, str]:
    """Audiences by key; connections only for who has some, or has chosen them before."""
    return await _without_connections(account_id, values, AUDIENCES)


async def viewers_for(account_id: str, values: Values) -> dict[str, str]:
    """Viewers of a preview by key; connections as in `audiences_for`."""
    return await _without_connections(account_id, values, VIEWERS)


async def _without_connections(account_id: str, values: Values, offered: Mapping[str, str]) -> dict[str, str]:
    keep = is_organisation(account_id) or _names_connections(values)
    keep = keep or await wiring.visibility.connections().any(account_id)
    return {key: _(text) for key, text in offered.items() if keep or key != "connections"}


def _names_connections(values: Values) -> bool:
    chosen = list(values["audiences"].values())
    for rows in values.values():
        if isinstance(rows, list):
            chosen += [row["audience"] for row in rows if isinstance(row, dict)]
    return "connections" in chosen


async def profiles_for(account_id: str, *also: str) -> list[tuple[str, str]]:
    """Profiles to choose from, those of `also` included; none while there is one card in the one profile."""
    profiles = await profile_choices(account_id, *also)
    if len(profiles) > 1 or any(profile_id not in dict(profiles) for profile_id in also):
        return profiles
    return profiles if await wiring.cards.store().count(account_id) > 1 else []


def phone_country_for(
    req: func.HttpRequest, form: Mapping[str, str], values: Values, addresses: Iterable[Values]
) -> str:
    """Country of telephone numbers without a country code: the chosen one, or else a guess.

    Guessed from the other numbers, the addresses, and the browser's languages.
    """
    if form.get(PHONE_COUNTRY) in CODES:
        return form[PHONE_COUNTRY]
    guesses = [country_of(row["number"]) for row in values["phones"]]
    guesses += [address.get("country") or "" for address in addresses]
    guesses.append(country_in(req.headers.get("accept-language", "")))
    return next((guess for guess in guesses if guess in CODES), "")


def with_networks(values: Values, form: Mapping[str, str]) -> Values:
    """The values with the network of each social link: that of its address, or the one that was chosen."""
    chosen = networks_in(form)
    links = [
        {**row, NETWORK: known_network(row["url"]) or chosen.get(row["url"], "")}
        for row in values["socialLinks"]
    ]
    return {**values, "socialLinks": links}


def in_address_books(values: Values) -> dict[str, str]:
    """The parts of the typed name as contact files will say them, without the empty ones."""
    typed = values["nameParts"] or {}
    said = NameParts.model_construct(**{part: typed.get(part) for part in _NAME})
    name = structured_name(values["name"] or "", said)
    return {part: text for part in _NAME if (text := getattr(name, part))}

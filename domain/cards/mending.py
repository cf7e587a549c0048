"""Mending of what people type: national telephone numbers, sites without a scheme, names on networks.

Each gives the complete value, or the text as it was typed where nobody can tell what was meant: its field's
type then says what is wrong. Forms mend and show what they made of it; programs get no guesses.
"""

import re
from typing import Final

from domain.cards.networks import page_of

# A site as people type it: no scheme, a dot in its name.
_BARE_SITE: Final = re.compile(r"[^\s:/?#@]+\.[^\s:/?#@.]{2,}(?=[:/?#]|$)")
_ADDRESS: Final = re.compile(r"[^\s:/?#@]+@[^\s:/?#@]+\.[^\s:/?#@.]{2,}")
_NUMBER: Final = re.compile(r"\+?[0-9() ./\u2010-\u2013-]{5,40}")
_FEDERATED: Final = re.compile(r"@?([A-Za-z0-9_]{1,30})@([^\s:/?#@]+\.[^\s:/?#@.]{2,})")


def mended_phone(typed: str, country: str) -> str:
    """The number with its country code; one without is a number of `country` (ISO 3166-1), if it can be."""
    import phonenumbers  # noqa: PLC0415

    text = f"+{typed[2:]}" if typed.startswith("00") else typed
    if not text or typed.startswith("+"):
        return typed
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return typed
    if not phonenumbers.is_valid_number(number):
        return typed
    # This form keeps an extension, which its field refuses by name.
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def country_of(number: str) -> str:
    """Country of a number with its country code; none if it cannot be told."""
    import phonenumbers  # noqa: PLC0415

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None)) or ""
    except phonenumbers.NumberParseException:
        return ""


def mended_link(typed: str, country: str = "", also: tuple[str, ...] = ()) -> str:
    """The link with its scheme: https, or the one of `also` for a mail address or a telephone number."""
    scheme, colon, rest = typed.partition(":")
    if "mailto" in also and _ADDRESS.fullmatch(typed):
        return f"mailto:{typed}"
    number = rest.strip() if colon and scheme.lower() == "tel" else typed
    if "tel" in also and _NUMBER.fullmatch(number):
        complete = mended_phone(number, country)
        if complete.startswith("+"):
            return f"tel:{re.sub('[^+0-9]', '', complete)}"
    if _BARE_SITE.match(typed):
        return f"https://{typed}"
    return f"https:{rest}" if scheme.lower() == "http" and rest.startswith("//") else typed


def mended_profile(typed: str, network: str, country: str = "") -> str:
    """The address of a page on a social network: `ada` or `@ada` on the chosen one, or the link itself."""
    if match := _FEDERATED.fullmatch(typed):
        return f"https://{match[2]}/@{match[1]}"
    user = typed.removeprefix("@")
    if network == "WhatsApp":
        user = re.sub("[^0-9]", "", mended_phone(typed, country)) if _NUMBER.fullmatch(typed) else user
    if network == "Bluesky" and user and "." not in user:
        user += ".bsky.social"
    page = None if typed.lower().startswith("www.") else page_of(network, user)
    return page or mended_link(typed)

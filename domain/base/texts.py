"""Texts for people: marked for the catalogues of translations, and kept with what a translation needs."""

from typing import Any, Final, Literal, Protocol

Language = Literal["en", "sv"]
# Names of the languages in themselves. The messages in the source are the English.
LANGUAGES: Final[dict[Language, str]] = {"en": "English", "sv": "Svenska"}
ENGLISH: Final = "en"


class Filled(str):
    """A message with its values in place. Programs read it as it is; pages fill the values in anew."""

    __slots__ = ("message", "values")

    message: str
    values: dict[str, Any]


def N_(message: str, /, **values: object) -> str:  # noqa: N802 - the name that translators' programs know
    """The English message, with `values` for its `%(name)s`: pages translate it for their reader."""
    if not values:
        return message
    filled = Filled(message % values)
    filled.message, filled.values = message, values
    return filled


def within(message: str) -> str:
    """A message of `N_` that stands as a value within another one, to be translated with it."""
    if isinstance(message, Filled):
        return message
    filled = Filled(message)
    filled.message, filled.values = message, {}
    return filled


class Translate(Protocol):
    """A message of `N_` in a language of `LANGUAGES`."""

    def __call__(self, message: str, language: Language, /) -> str: ...

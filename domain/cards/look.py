"""Look of a card: its theme, its own colour, and the order of the sections of its page."""

import re
import zlib
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.base.model import Closed

Theme = Literal["classic", "banner", "bold", "soft", "letter", "night"]
# In the order of a card whose owner has chosen none.
Section = Literal["contact", "code", "about", "company", "products", "links", "office"]
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)
# Colours of cards whose owners have chosen none, one of them by the card's first handle.
_FIRST_COLOURS: Final = (
    "#004c6a", "#005339", "#6b312b", "#4c396b", "#2b4472", "#005257", "#66304b", "#2a5022",
)  # fmt: skip
_COLOUR = re.compile("#[0-9a-f]{6}")


def _colour(text: str) -> str:
    colour = text.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise PydanticCustomError("invalid_colour", "must be a colour like #1f5a7a")
    return colour


def _once(order: list[Section]) -> list[Section]:
    twice = next((section for section in order if order.count(section) > 1), None)
    if twice:
        raise PydanticCustomError("named_twice", "names the section %(section)s twice", {"section": twice})
    return order


Colour = Annotated[str, Field(json_schema_extra={"pattern": "^#[0-9A-Fa-f]{6}$"}), AfterValidator(_colour)]


class Look(Closed):
    theme: Theme = "classic"
    colour: Colour | None = Field(
        default=None,
        description="Own colour, made darker or lighter where its text could not be read. "
        "Without one the card has the colours of its theme.",
    )
    order: Annotated[list[Section], Field(max_length=len(SECTIONS)), AfterValidator(_once)] = Field(
        default=[], description="Sections that are not named follow in their usual order."
    )

    @property
    def sections(self) -> list[Section]:
        """Every section in the order of the page."""
        return [*self.order, *(section for section in SECTIONS if section not in self.order)]


def first_look(handle: str) -> Look:
    """Look of a card before its owner chooses one; cards of different handles can be told apart."""
    return Look(colour=_FIRST_COLOURS[zlib.crc32(handle.encode()) % len(_FIRST_COLOURS)])

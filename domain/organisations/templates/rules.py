"""A template: a rule for each field of a card, and the look of the cards.

`staff_content.py` says what a card has by its template.
"""

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, get_args

from pydantic import Field, JsonValue, create_model, model_validator
from pydantic_core import PydanticCustomError

from domain.base.fields import Name
from domain.base.model import Closed
from domain.cards.content import FIELDS
from domain.cards.described import Audience
from domain.cards.look import Look

Mode = Literal["off", "optional", "required", "locked"]
# From the narrowest to the widest.
WIDTH: Final[dict[str, int]] = {name: at for at, name in enumerate(reversed(get_args(Audience)))}
Cells = dict[str, str]
# The one cell of a value that is taken from the brand: `{"brand": "logo"}`.
BRANDED: Final = "brand"
# An expression, or one for each part of the value, or rows of such parts, or a list of languages.
Value = Annotated[
    str | Cells | list[Cells | str],
    Field(
        description="A text is an expression such as `{first}.{last}@analytical.example`. "
        'What is of the brand is named: `{"brand": "logo"}`.'
    ),
]


def narrower(one: Audience, other: Audience) -> Audience:
    return min(one, other, key=WIDTH.__getitem__)


class FieldRule(Closed):
    """What a template says of one field.

    An `off` field is on no card. An `optional` one is the person's to fill in, a `required` one has to be. Of
    both, `value` is what the card says as long as the person has said nothing. A `locked` one says `value`,
    and only the organisation changes it. It is shown to `audience` at first, and never to more than `widest`.
    """

    mode: Mode = "optional"
    value: Value | None = None
    audience: Audience = "public"
    widest: Audience = "public"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.mode == "locked" and self.value is None:
            raise PydanticCustomError("locked_without_value", "is locked and so needs a value")
        if self.mode == "off" and self.value is not None:
            raise PydanticCustomError("off_with_value", "is off and so has no value")
        if WIDTH[self.audience] > WIDTH[self.widest]:
            raise PydanticCustomError("wider_than_widest", "is shown to more people at first than it may be")
        return self


class _Rules(Closed):
    @model_validator(mode="after")
    def _every_card_has_a_name(self) -> Self:
        if getattr(self, "name", FieldRule()).mode in ("off", "optional"):
            raise PydanticCustomError("name_not_required", "has to have a name: required, or locked")
        return self


if TYPE_CHECKING:

    class Rules(_Rules):
        """A rule for each field of a card; those that are left out are optional."""

        name: FieldRule
else:
    Rules = create_model(
        "Rules",
        __base__=_Rules,
        __doc__="A rule for each field of a card. Left-out ones are optional, and the name is required.",
        __module__=__name__,
        **{
            field: (FieldRule, FieldRule(mode="required") if field == "name" else FieldRule())
            for field in FIELDS
        },
    )


class TemplateContent(Closed):
    """What an organisation decides about the cards of its people. Without a `look` each has its own.

    With `look_of_brand` they have that of the brand, as far as it has one.
    """

    name: Name
    rules: Rules = Field(default_factory=Rules)
    look: Look | None = None
    look_of_brand: bool = False


Preset = Literal["relaxed", "standard", "strict"]
PRESETS: Final[tuple[Preset, ...]] = get_args(Preset)
_OFFICIAL: Final[dict[str, JsonValue]] = {
    "name": "{name}",
    "title": "{title?}",
    "organisation": "{organisation}",
    "emails": [{"kind": "work", "address": "{email}"}],
}
_PHONES: Final[list[JsonValue]] = [
    {"kind": "work", "number": "{phone?}"},
    {"kind": "mobile", "number": "{mobile?}"},
]


def preset(name: Preset) -> Rules:
    """Rules to begin with.

    By `relaxed` ones people decide themselves. By `standard` ones the organisation says who somebody is and
    how to reach them at work, and the rest is theirs. By `strict` ones there is nothing else on a card.
    """
    if name == "relaxed":
        return Rules()
    rules = {field: {"mode": "locked", "value": value} for field, value in _OFFICIAL.items()}
    if name == "standard":
        return Rules.model_validate(rules)
    rules["phones"] = {"mode": "locked", "value": _PHONES}
    rules["photo"] = {"mode": "optional"}
    return Rules.model_validate({field: rules.get(field, {"mode": "off"}) for field in _aliases(rules)})


def _aliases(rules: dict[str, dict[str, JsonValue]]) -> list[str]:
    return [*rules, *(field for field in FIELDS if field not in rules)]

"""Descriptions of fields: the label of a field, and the kind of its value.

A description stands beside the field's type, and pages, forms and formats are made from it:
`website: Annotated[WebUrl | None, Described("Website", "link")]`.
"""

from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel

# From the widest to the narrowest: everyone, signed-in people, the owner's connections, nobody else.
Audience = Literal["public", "signed_in", "connections", "private"]
Kind = Literal[
    "line", "lines", "link", "email", "phone", "choice", "country", "picture", "languages", "parts", "rows"
]


class Described(NamedTuple):
    """Description of one field.

    `rows` have a model for each row, a value with `parts` one for these; their fields are described in turn.
    A form proposes the audience `proposed`; None means that everyone sees the field, always. Contact files
    name a link by `short`, or else by its label. A link may have one of the schemes `also` beside https.
    """

    label: str
    kind: Kind = "line"
    proposed: Audience | None = "public"
    short: str = ""
    also: tuple[str, ...] = ()


def described(model: type[BaseModel]) -> dict[str, Described]:
    """The described fields of a model, in their order."""
    return {
        name: note
        for name, field in model.model_fields.items()
        for note in field.metadata
        if isinstance(note, Described)
    }


def model_in(annotation: Any) -> type[BaseModel]:
    """The model of a field's rows or parts: `Email` in `list[Email]`, `Address` in `Address | None`."""
    found: type[BaseModel] = next(
        part for part in get_args(annotation) if isinstance(part, type) and issubclass(part, BaseModel)
    )
    return found

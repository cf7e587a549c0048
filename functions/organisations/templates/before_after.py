"""What a card says and what it would say, field by field, in the words of a page."""

from typing import Any

from pydantic import BaseModel

from domain.cards.content import FIELDS, SINGLE_FIELDS, CardContent
from domain.cards.look import Look
from domain.organisations.staff_cards.effects import BeforeAfter
from functions.cards.form import AUDIENCES
from functions.framework.texts import N_, _


def before_after(one: BeforeAfter) -> list[tuple[str, str, str]]:
    """Label of each field that changes, with its texts before and after."""
    return [(_label(field), text_of(one.before, field), text_of(one.after, field)) for field in one.fields]


def _label(field: str) -> str:
    return _(N_("Look") if field == "look" else FIELDS[field].label)


def text_of(content: CardContent, field: str) -> str:
    said = _said(getattr(content, field))
    if not said:
        return _(N_("nothing"))
    if field in SINGLE_FIELDS:
        return f"{said} ({_(AUDIENCES[getattr(content.audiences, field)])})"
    return said


def _said(value: Any) -> str:
    if isinstance(value, Look):
        return f"{value.theme} {value.colour or ''}".strip()
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, BaseModel):
        fields = value.model_dump(exclude={"audience", "kind"}, exclude_none=True)
        seen = getattr(value, "audience", None)
        text = ", ".join(str(each) for each in fields.values())
        return f"{text} ({_(AUDIENCES[seen])})" if seen else text
    return value or ""

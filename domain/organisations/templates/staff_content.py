"""What a staff card says: it follows from the template, what is known of the person, and what they wrote.

What the person wrote is kept apart from what the card says, as it was. So a template that is changed and
changed back leaves each card as it was, and a field that is switched off has lost nothing when it comes back.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic import JsonValue, ValidationError

from domain.base.errors import Fault, InvalidInput
from domain.base.texts import N_
from domain.cards.content import FIELDS, LIST_FIELDS, SINGLE_FIELDS, Audiences, CardContent
from domain.cards.described import Audience
from domain.organisations.templates.expressions import Misspelt, Parts, evaluate, lacking, parse
from domain.organisations.templates.rules import WIDTH, FieldRule, TemplateContent, Value, narrower

# Not expressions: the ids of pictures and the codes of choices.
_LITERAL_KINDS: Final = frozenset({"picture", "languages"})
# Of whom a template is tried before it is stored. Everything is known of her.
SPECIMEN: Final = {
    "first": "Ada", "last": "Lovelace", "name": "Ada Lovelace", "email": "ada.lovelace@example.com",
    "local": "ada.lovelace", "title": "Analyst", "department": "Engines", "phone": "+442079460000",
    "mobile": "+447400123456", "location": "London", "number": "1815",
    "organisation": "Analytical Engines",
}  # fmt: skip


class Problem(NamedTuple):
    """Why a card does not say what its template wants. `names` is what is not known of the person."""

    field: str
    code: str
    detail: str
    names: tuple[str, ...] = ()


class StaffContent(NamedTuple):
    content: CardContent
    problems: tuple[Problem, ...]


def staff_content(
    template: TemplateContent,
    data: Mapping[str, str],
    own: CardContent,
    granted: Mapping[str, JsonValue] = MappingProxyType({}),
) -> StaffContent:
    """What a card says. A value that cannot be made is left out and is a problem.

    `granted` values stand in place of those of locked fields.
    """
    problems: list[Problem] = []
    said: dict[str, Any] = {}
    audiences: dict[str, Any] = {}
    for field in FIELDS:
        rule: FieldRule = getattr(template.rules, field)
        value, by_rule = getattr(own, field), False
        if rule.mode == "locked" and field in granted:
            value, by_rule = value_of(field, granted[field]), True
        elif rule.value is not None and (rule.mode == "locked" or not value):
            value, by_rule = _by_rule(field, rule.value, data, problems), True
        elif rule.mode == "off":
            value = _nothing(field)
        if rule.mode == "required" and not value:
            problems.append(Problem(field, "required", N_("is required")))
        if field in SINGLE_FIELDS:
            chosen: Audience = rule.audience if by_rule else getattr(own.audiences, field)
            audiences[field] = "private" if rule.mode == "off" else narrower(chosen, rule.widest)
        elif field in LIST_FIELDS:
            value = [_shown(entry, rule, by_rule=by_rule) for entry in value]
        if field == "name" and not value:
            # A card has a name in any case: that of the person, which the organisation knows.
            value = own.name
        said[field] = value
    content = own.model_copy(
        update=said | {"audiences": Audiences.model_construct(**audiences), "look": template.look or own.look}
    )
    return StaffContent(content, tuple(problems))


def value_of(field: str, value: JsonValue) -> Any:
    """A value that was asked for or granted, as the field of a card."""
    return valid(field, json.dumps(value, sort_keys=True)) if value else _nothing(field)


def _nothing(field: str) -> Any:
    return [] if field in LIST_FIELDS or field == "languages" else None


def _shown(entry: Any, rule: FieldRule, *, by_rule: bool) -> Any:
    audience = rule.audience if by_rule else narrower(entry.audience, rule.widest)
    return entry if entry.audience == audience else entry.model_copy(update={"audience": audience})


def _by_rule(field: str, value: Value, data: Mapping[str, str], problems: list[Problem]) -> Any:
    """Value of a field by its rule."""
    said, missing = _filled(field, value, data)
    if missing:
        known = ", ".join(missing)
        detail = N_("needs what is not known of this person: %(known)s", known=known)
        problems.append(Problem(field, "lacking", detail, tuple(missing)))
    if not said:
        return _nothing(field)
    try:
        return valid(field, json.dumps(said, sort_keys=True))
    except NotValid as wrong:
        problems.append(Problem(field, wrong.code, wrong.detail))
        return _nothing(field)


def _filled(field: str, value: Value, data: Mapping[str, str]) -> tuple[Any, list[str]]:
    """The value with its expressions filled in, and the names of what is missing.

    Rows of which a text is absent are left out, and so are absent parts.
    """
    if FIELDS[field].kind in _LITERAL_KINDS:
        return value, []
    missing: set[str] = set()

    def text(expression: str) -> str | None:
        parts = _parsed(expression)
        missing.update(lacking(parts, data))
        return evaluate(parts, data)

    def cells(row: Mapping[str, str]) -> dict[str, str | None]:
        return {name: text(cell) for name, cell in row.items()}

    if isinstance(value, str):
        return text(value), sorted(missing)
    if isinstance(value, dict):
        said = {name: cell for name, cell in cells(value).items() if cell is not None}
        return said, sorted(missing)
    rows = [cells(row) for row in value if isinstance(row, dict)]
    return [row for row in rows if None not in row.values()], sorted(missing)


@lru_cache(maxsize=2_000)
def _parsed(expression: str) -> Parts:
    return parse(expression)


class NotValid(Exception):
    """A value that no card can have in this field."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@lru_cache(maxsize=2_000)
def valid(field: str, text: str) -> Any:
    """The value as the field of a card; the same texts are on many cards."""
    try:
        content = CardContent.model_validate({"name": "Somebody", field: json.loads(text)})
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        detail = first["msg"] if first["type"] not in ("extra_forbidden", "missing") else N_("does not fit")
        raise NotValid(first["type"], detail) from None
    return getattr(content, field)


def check_template(template: TemplateContent) -> None:
    """Refuse a template whose values no card could say, with the place of each fault."""
    faults = [fault for field in FIELDS for fault in _faults(field, getattr(template.rules, field))]
    if faults:
        raise InvalidInput(faults)


def _faults(field: str, rule: FieldRule) -> Iterator[Fault]:
    if rule.value is None:
        return
    at = f"/rules/{_camel(field)}/value"
    misspelt = list(_misspelt(field, rule.value, at))
    yield from misspelt
    if misspelt:
        return
    problems: list[Problem] = []
    _by_rule(field, rule.value, SPECIMEN, problems)
    for problem in problems:
        yield Fault(at, problem.code, problem.detail)


def _misspelt(field: str, value: Value, at: str) -> Iterator[Fault]:
    if FIELDS[field].kind in _LITERAL_KINDS:
        return
    for place, expression in _texts(value, at):
        try:
            parse(expression)
        except Misspelt as wrong:
            detail = N_("%(wrong)s (character %(column)s)", wrong=wrong.detail, column=wrong.column)
            yield Fault(place, wrong.code, detail)


def _texts(value: Value, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        yield from ((f"{at}/{name}", cell) for name, cell in value.items())
    else:
        for number, row in enumerate(value):
            yield from _texts(row, f"{at}/{number}")


def _camel(field: str) -> str:
    alias = CardContent.model_fields[field].alias
    return alias or field


def check_edit(template: TemplateContent, shown: CardContent, wanted: CardContent) -> None:
    """Refuse what a person wants their card to say where the template does not let them.

    `shown` is what the card says now: fields that are not theirs have to stay as they are in it.
    """
    faults: list[Fault] = []
    for field in FIELDS:
        rule: FieldRule = getattr(template.rules, field)
        value, at = getattr(wanted, field), f"/{_camel(field)}"
        if rule.mode == "locked" and value != getattr(shown, field):
            faults.append(Fault(at, "locked", N_("is decided by your organisation")))
        elif rule.mode == "off" and value:
            faults.append(Fault(at, "switched_off", N_("is on no card of your organisation")))
        elif rule.mode == "required" and not value:
            faults.append(Fault(at, "required", N_("is required")))
        if rule.mode in ("optional", "required"):
            faults += _too_wide(field, rule, wanted, at)
    if faults:
        raise InvalidInput(faults)


def _too_wide(field: str, rule: FieldRule, wanted: CardContent, at: str) -> Iterator[Fault]:
    detail = N_("may not be shown to so many people")
    if field in SINGLE_FIELDS:
        if WIDTH[getattr(wanted.audiences, field)] > WIDTH[rule.widest]:
            place = f"/audiences{at}"
            yield Fault(place, "too_wide", detail)
    elif field in LIST_FIELDS:
        for number, entry in enumerate(getattr(wanted, field)):
            if WIDTH[entry.audience] > WIDTH[rule.widest]:
                place = f"{at}/{number}/audience"
                yield Fault(place, "too_wide", detail)


def own_after(template: TemplateContent, own: CardContent, wanted: CardContent) -> CardContent:
    """What the person has written, after they edited their card: the rest of it stays as they left it."""
    kept = [field for field in FIELDS if getattr(template.rules, field).mode in ("off", "locked")]
    audiences = {field: getattr(own.audiences, field) for field in kept if field in SINGLE_FIELDS}
    return wanted.model_copy(
        update={
            **{field: getattr(own, field) for field in kept},
            "audiences": wanted.audiences.model_copy(update=audiences),
            "look": own.look if template.look else wanted.look,
        }
    )


def changed_fields(before: CardContent, after: CardContent) -> list[str]:
    """Fields whose value or audience differs, and `look`."""

    def differs(field: str) -> bool:
        if getattr(before, field) != getattr(after, field):
            return True
        return field in SINGLE_FIELDS and getattr(before.audiences, field) != getattr(after.audiences, field)

    return [*filter(differs, FIELDS), *(["look"] if before.look != after.look else [])]

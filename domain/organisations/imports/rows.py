"""What one row of a table says about a person, and what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.base.fields import EmailAddress, Name, ShortLine
from domain.base.folding import fold
from domain.base.texts import N_
from domain.organisations.details import Details, ExternalId
from domain.organisations.imports.columns import FIELDS, Field
from domain.organisations.imports.table import Line
from domain.organisations.teams.team import Teams

# Codes of faults, with sentences that follow the name of the column; `what` fills in their place.
FAULTS: Final[dict[str, str]] = {
    "formula": N_("begins like a formula"),
    "nul": N_("has a character without meaning"),
    "wrong_cells": N_("has %(what)s cells, not one for each column"),
    "required": N_("must not be empty for somebody new"),
    "no_key": N_("needs an e-mail address or an identifier"),
    "too_long": N_("is too long"),
    "invalid_email": N_("is not a valid e-mail address"),
    "control_characters": N_("contains control or direction-changing characters"),
    "invisible": N_("needs at least one visible character"),
    "wrong_form": N_("does not have the right form"),
    "unknown_team": N_("is no team of this organisation: %(what)s"),
    "ambiguous_team": N_("is the name of several teams; write its path: %(what)s"),
    "too_many_teams": N_("would be in more teams than a person may be"),
    "same_person": N_("is the same person as in row %(what)s"),
    "address": N_("has an e-mail address that somebody else here has"),
    "external_id": N_("has an identifier that somebody else here has"),
    "user_name": N_("has a user name that somebody else here has"),
    "account": N_("has an account that somebody else here has"),
    "limit_reached": N_("is one person more than an organisation may have"),
    "no_card": N_("has been stored, but no card could be made"),
}
_SEVERAL, _BELOW = ";", "/"


class RowFault(NamedTuple):
    """`column` is the name of a column, or "" for the whole row."""

    column: str
    code: str
    what: str = ""


class Said(NamedTuple):
    """The texts of a row by their fields; empty cells say nothing."""

    number: int
    values: dict[Field, str]
    faults: list[RowFault]

    @property
    def name(self) -> str:
        return self.values.get("name", "")


@cache
def _types() -> dict[Field, TypeAdapter[Any]]:
    line: TypeAdapter[Any] = TypeAdapter(ShortLine)
    vetted: dict[Field, TypeAdapter[Any]] = {
        "name": TypeAdapter(Name),
        "email": TypeAdapter(EmailAddress),
        "externalId": TypeAdapter(ExternalId),
    }
    return vetted | {field: line for field in FIELDS if field in Details.model_fields}


def say(line: Line, columns: Sequence[str], fields: Sequence[Field | None]) -> Said:
    """Vet a row, value by value."""
    if len(line.cells) != len(columns):
        return Said(line.number, {}, [RowFault("", "wrong_cells", str(len(line.cells)))])
    faults = list[RowFault]()
    texts = dict[Field, str]()
    named = dict[Field, str]()
    for column, field, cell in zip(columns, fields, line.cells, strict=True):
        if "\0" in cell:
            faults.append(RowFault(column, "nul"))
        elif cell.startswith(("=", "@")):
            faults.append(RowFault(column, "formula"))
        elif field is not None and cell:
            texts[field], named[field] = cell, column
    _join_names(texts, named)
    values = dict[Field, str]()
    for field, text in texts.items():
        if field == "team":
            values[field] = text
            continue
        try:
            values[field] = _types()[field].validate_python(text)
        except ValidationError as exc:
            faults.append(RowFault(named[field], _code(exc)))
    if not faults and not {"email", "externalId"} & values.keys():
        faults.append(RowFault("", "no_key"))
    return Said(line.number, values, faults)


def _join_names(texts: dict[Field, str], named: dict[Field, str]) -> None:
    """One name of a first and a last one."""
    parts = [texts.pop(part, "") for part in ("given", "family")]
    if any(parts):
        texts["name"] = " ".join(filter(None, parts))
        named["name"] = named.get("given") or named["family"]


def _code(exc: ValidationError) -> str:
    code = exc.errors(include_url=False, include_input=False, include_context=False)[0]["type"]
    if code in ("string_too_long", "too_long"):
        return "too_long"
    return code if code in FAULTS else "wrong_form"


def keys_of(said: Said) -> Iterable[str]:
    """By what a person of a file is told from the others of it."""
    if text := said.values.get("externalId"):
        yield f"id {text}"
    if text := said.values.get("email"):
        yield f"at {fold(text)}"


class TeamNames:
    """Teams by how a row may name them: by their name, or by their path."""

    def __init__(self, teams: Teams) -> None:
        self._paths, self._names = dict[str, str](), dict[str, list[str]]()
        for team in teams.by_name():
            path = _BELOW.join(fold(each.name) for each in (*teams.above(team), team))
            self._paths[path] = team.id
            self._names.setdefault(fold(team.name), []).append(team.id)

    def find(self, text: str, column: str) -> tuple[list[str], list[RowFault]]:
        """Ids of the teams of a cell, and those that cannot be found."""
        found, faults = list[str](), list[RowFault]()
        for wanted in filter(None, map(str.strip, text.split(_SEVERAL))):
            path = _BELOW.join(fold(part) for part in wanted.split(_BELOW))
            named = self._names.get(fold(wanted), [])
            if path in self._paths and (_BELOW in wanted or len(named) < 2):  # noqa: PLR2004 - several
                found.append(self._paths[path])
            elif len(named) == 1:
                found.append(named[0])
            else:
                code = "ambiguous_team" if named else "unknown_team"
                faults.append(RowFault(column, code, wanted[:120]))
        return list(dict.fromkeys(found)), faults


def sentence(fault: RowFault) -> tuple[str, Mapping[str, str]]:
    """The sentence of a fault, and what fills its place; it follows the name of the column."""
    return FAULTS[fault.code], {"what": fault.what}

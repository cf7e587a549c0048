"""What the columns of a table of people say: guessed by their names, chosen, and remembered."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, get_args

from pydantic import Field as Described

from domain.base.errors import Fault, InvalidInput
from domain.base.folding import fold
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.organisations.imports.table import MOST_COLUMNS

Field = Literal[
    "name", "given", "family", "email", "externalId", "title", "department", "phone", "mobile", "location",
    "number", "team",
]  # fmt: skip
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
LABELS: Final[dict[Field, str]] = {
    "name": N_("Name"),
    "given": N_("First name"),
    "family": N_("Last name"),
    "email": N_("E-mail at work"),
    "externalId": N_("Identifier in your own system"),
    "title": N_("Job title"),
    "department": N_("Department"),
    "phone": N_("Phone at work"),
    "mobile": N_("Mobile at work"),
    "location": N_("Location"),
    "number": N_("Staff number"),
    "team": N_("Team"),
}
# Names that columns have in exports of personnel systems, folded.
_NAMED: Final[dict[Field, str]] = {
    "name": "name|full name|display name|namn|employee|employee name|anstalld",
    "given": "first name|given name|firstname|givenname|fornamn|vorname",
    "family": "last name|family name|surname|lastname|efternamn|nachname",
    "email": "e-mail at work|email|e-mail|mail|email address|e-mail address|work email|work e-mail|e-post"
    "|epost|e-postadress|userprincipalname",
    "externalId": "identifier in your own system|external id|externalid|id|employee id|employeeid"
    "|anstallningsid|objectid",
    "title": "title|job title|jobtitle|position|befattning|titel",
    "department": "department|avdelning|abteilung",
    "phone": "phone|phone at work|telephone|work phone|business phone|telefon|telephonenumber",
    "mobile": "mobile|mobile at work|mobile phone|cell|cell phone|mobil|mobiltelefon",
    "location": "location|office|city|site|kontor|ort|plats",
    "number": "number|staff number|employee number|employeenumber|anstallningsnummer|personnel number",
    "team": "team|teams|group|lag|grupp",
}
_GUESSED: Final[dict[str, Field]] = {
    name: field for field, names in _NAMED.items() for name in names.split("|")
}
# Of an organisation: names of columns whose field it has chosen once.
_MOST_REMEMBERED: Final = 300

Mapped = Annotated[list[Field | None], Described(min_length=1, max_length=MOST_COLUMNS)]


class Columns(Closed):
    """The field of each column, in the order of the file; null for one that is left out."""

    fields: Mapped


class Remembered(Model):
    """Fields of columns by their folded names, as the organisation chose them; "" for those left out."""

    org_id: str
    fields: dict[str, str] = Described(default={})

    def having(self, columns: Sequence[str], chosen: Sequence[Field | None]) -> "Remembered":
        """With what was chosen now; the oldest are forgotten."""
        new = {fold(name): field or "" for name, field in zip(columns, chosen, strict=True)}
        kept = {name: field for name, field in self.fields.items() if name not in new} | new
        last = list(kept.items())[-_MOST_REMEMBERED:]
        return self.model_copy(update={"fields": dict(last)})


def guess(columns: Sequence[str], remembered: Mapping[str, str]) -> list[Field | None]:
    """The likely field of each column: as it was chosen last, else by its name. No field is there twice."""
    found, taken = list[Field | None](), set[Field]()
    for name in map(fold, columns):
        text = remembered.get(name, _GUESSED.get(name, ""))
        field = next((each for each in FIELDS if each == text and each not in taken), None)
        taken.update({field} if field else set())
        found.append(field)
    return found


def check_columns(columns: Sequence[str], chosen: Sequence[Field | None]) -> None:
    """Refuse columns by which nobody could be found."""
    faults = list[Fault]()
    if len(chosen) != len(columns):
        faults.append(
            Fault(
                "/fields",
                "wrong_number",
                N_("needs one entry for each of %(number)s columns", number=len(columns)),
            )
        )
    seen = dict[Field, int]()
    for place, field in enumerate(chosen):
        if field is not None and seen.setdefault(field, place) != place:
            detail = N_("is what column %(column)s says already", column=seen[field] + 1)
            at = f"/fields/{place}"
            faults.append(Fault(at, "field_twice", detail))
    if not {"email", "externalId"} & set(chosen):
        detail = N_("needs a column with e-mail addresses, or with identifiers of your own system")
        faults.append(Fault("/fields", "no_key", detail))
    if "name" in seen and {"given", "family"} & seen.keys():
        detail = N_("needs either one column with names, or columns with first and last names")
        faults.append(Fault("/fields", "two_names", detail))
    if faults:
        raise InvalidInput(faults)

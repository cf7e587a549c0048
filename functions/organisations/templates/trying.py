"""The form of a template while it is written: whom it is tried on, what a field says, what may follow."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic.alias_generators import to_camel

import wiring.cards
import wiring.organisations
from domain.base.errors import Fault, InvalidInput
from domain.cards.card import Card
from domain.cards.content import FIELDS
from domain.cards.look import first_look
from domain.organisations.organisation import Acting, Member, MemberFilter
from domain.organisations.staff_cards.trying import Tried, try_template
from domain.organisations.templates.expressions import NAMES, completed
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.staff_content import check_template
from domain.organisations.templates.templates import Template
from functions.framework.forms import vet
from functions.framework.texts import _
from functions.organisations.templates.before_after import text_of
from functions.organisations.templates.form import names_of, sentences, values_in

WHO: Final = "as"
FIND: Final = "find"
LONGEST: Final = 100
_MOST_PEOPLE: Final = 20
_NO_HANDLE: Final = "example"


class Line(NamedTuple):
    """What the card says in a field, or why not. `endings` are what the typed text may become."""

    says: str
    problem: str
    endings: list[str]


class Trying(NamedTuple):
    tried: Tried
    people: list[tuple[str, str]]
    lines: dict[str, Line]
    faults: dict[str, str]


async def trying(by: Acting, form: Mapping[str, str], look: Mapping[str, Any] | None) -> Trying:
    """The template of a form, tried on one person: one query for the people to choose from."""
    template, faults = valid_part(form, look)
    members, _more = await wiring.organisations.store().members(
        by.organisation.id, MemberFilter(text=form.get(FIND, "").strip()[:LONGEST]), _MOST_PEOPLE, None
    )
    tried = await try_template(
        by,
        template,
        _chosen(form, members),
        organisations=wiring.organisations.store(),
        cards=wiring.cards.store(),
    )
    wrong = sentences(faults)
    return Trying(tried, _people(tried, members), _lines(tried, form), wrong)


def _chosen(form: Mapping[str, str], members: list[Member]) -> str:
    """Who was chosen; when somebody was looked for, the first one who is found."""
    chosen = form.get(WHO, "")
    if form.get(FIND, "").strip() and members and chosen not in {each.id for each in members}:
        return members[0].id
    return chosen


def _people(tried: Tried, members: list[Member]) -> list[tuple[str, str]]:
    found = [(each.id, each.name) for each in members]
    if tried.member_id and tried.member_id not in dict(found):
        found.insert(0, (tried.member_id, tried.name))
    return [("", _("Ada Lovelace, an example")), *found]


def valid_part(
    form: Mapping[str, str], look: Mapping[str, Any] | None
) -> tuple[TemplateContent, list[Fault]]:
    """The template that a form says, without the rules that are wrong, and all its faults."""
    values = values_in(form, dict(look) if look else None)
    try:
        template = vet(TemplateContent, values)
        check_template(template)
    except InvalidInput as refusal:
        faults = refusal.faults
    else:
        return template, []
    left = _without(values, faults)
    try:
        template = vet(TemplateContent, left)
        check_template(template)
    except InvalidInput as refusal:
        faults = [*faults, *refusal.faults]
        template = vet(TemplateContent, _without(left, refusal.faults))
    return template, faults


def _without(values: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    wrong = {step for fault in faults for step in fault.field.split("/")[2:3]}
    rules = {
        name: {"mode": "required" if name == "name" else "optional"} if name in wrong else rule
        for name, rule in values["rules"].items()
    }
    named = any(fault.field == "/name" for fault in faults)
    return {**values, "rules": rules, **({"name": "x"} if named else {})}


def _lines(tried: Tried, form: Mapping[str, str]) -> dict[str, Line]:
    problems = {problem.field: _(problem.detail) for problem in tried.problems}
    return {
        to_camel(field): Line(
            says=text_of(tried.content, field),
            problem=problems.get(field, ""),
            endings=_endings(form.get(f"{names_of(field)}-value", "")),
        )
        for field in FIELDS
    }


def _endings(text: str) -> list[str]:
    """What the last line may become; for an empty one the places that there are."""
    last = text.replace("\r\n", "\n").rpartition("\n")[2]
    return completed(last) if last else [f"{{{name}}}" for name in NAMES]


def card_of_trial(tried: Tried, by: Acting, template: Template) -> Card:
    """The card to look at: the person's own, or one that nobody has."""
    if tried.card is not None:
        return tried.card.model_copy(update={"draft": tried.content.looking(tried.card.draft.look)})
    return Card(
        id=template.id,
        account_id=by.organisation.id,
        profile_id="",
        handle=_NO_HANDLE,
        version=1,
        draft=tried.content.looking(first_look(_NO_HANDLE)),
        created_at=template.created_at,
        updated_at=template.updated_at,
    )

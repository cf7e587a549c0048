"""The part of a form that names a successor: nobody, the company page, or a colleague by name."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import wiring.organisations
import wiring.organisations.company
from domain.base.errors import InvalidInput
from domain.base.folding import fold
from domain.cards.card import StaffSuccessor
from domain.organisations.organisation import Acting, Member, MemberFilter
from domain.organisations.staff_cards.successors import vetted
from functions.framework.forms import by_label, label_of
from functions.framework.texts import N_, _

LABELS: Final = {"/name": N_("Name of the colleague")}
_MOST: Final = 10
_LONGEST: Final = 120


class Choice(NamedTuple):
    """What the form shows: what was chosen and typed, and who is called so where there are several.

    `asked` is the name for which they were found.
    """

    to: str
    name: str = ""
    picked: str = ""
    asked: str = ""
    several: tuple[Member, ...] = ()
    company_page: bool = False


class NotChosen(Exception):
    """The form is shown again, with what is said about the name."""

    def __init__(self, choice: Choice, said: str) -> None:
        super().__init__()
        self.choice, self.faults = choice, {"/name": said}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(label_of("/name", LABELS), name)] if name else [])


async def shown(by: Acting, successor: StaffSuccessor | None) -> Choice:
    """The form for what is chosen now; `rule` is that of the organisation."""
    page = await wiring.organisations.company.handle_of(by.organisation.id) is not None
    if successor is None:
        return Choice("rule", company_page=page)
    name = ""
    if successor.member_id is not None:
        name = await name_of(by, successor.member_id)
    picked = successor.member_id if name else None
    return Choice(successor.to, name, picked or "", name, company_page=page)


async def name_of(by: Acting, member_id: str) -> str:
    found = await wiring.organisations.store().member(by.organisation.id, member_id)
    return found.name if found else ""


async def typed_in(form: Mapping[str, str], by: Acting) -> Choice:
    page = await wiring.organisations.company.handle_of(by.organisation.id) is not None
    name = form.get("name", "").strip()[:_LONGEST]
    return Choice(form.get("to", ""), name, form.get("picked", ""), form.get("asked", ""), company_page=page)


async def chosen_in(form: Mapping[str, str], by: Acting, *, of: str | None = None) -> StaffSuccessor | None:
    """What the form says, or `NotChosen`. None is the organisation's rule; `of` is who leaves."""
    choice = await typed_in(form, by)
    if choice.to == "rule":
        return None
    if choice.to in ("nobody", "company_page"):
        return StaffSuccessor.model_validate({"to": choice.to})
    picked = choice.picked if choice.picked and choice.name == choice.asked else await _named(choice, by, of)
    wanted = StaffSuccessor(to="colleague", member_id=picked)
    try:
        return await vetted(by, wanted, wiring.organisations.leaving.choosing(), of=of)
    except InvalidInput as refusal:
        raise NotChosen(choice, f"{choice.name} {_(refusal.faults[0].detail)}") from None


async def _named(choice: Choice, by: Acting, of: str | None) -> str:
    if not choice.name:
        raise NotChosen(choice, _("Write the name of the colleague"))
    found, more = await wiring.organisations.store().members(
        by.organisation.id, MemberFilter(text=choice.name), _MOST, None
    )
    found = [each for each in found if each.id != of]
    same = [each for each in found if fold(each.name) == fold(choice.name)]
    if len(same) == 1 and more is None:
        return same[0].id
    if len(found) == 1 and more is None:
        return found[0].id
    if not found:
        raise NotChosen(choice, _("Nobody else here has a name that begins so. Write it as in the list"))
    several = choice._replace(several=tuple(found), asked=choice.name, picked="")
    raise NotChosen(several, _("Several people have a name that begins so. Choose one of them"))

"""Requests in the words of pages."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from domain.cards.card import Card
from domain.cards.content import FIELDS
from domain.organisations.change_requests.requests import ChangeRequest, State
from domain.organisations.templates.staff_content import value_of
from functions.framework.texts import N_, _
from functions.organisations.templates.before_after import said_in

STATES: Final[dict[State, tuple[str, str]]] = {
    "waiting": (N_("Waiting"), "wait"),
    "approved": (N_("Approved"), "good"),
    "declined": (N_("Declined"), "bad"),
    "withdrawn": (N_("Withdrawn"), ""),
}


class ShownRequest(NamedTuple):
    """A request: whose it is, the field, what the card says now, and what it would say."""

    request: ChangeRequest
    who: str
    label: str
    before: str
    after: str
    state: str
    kind: str
    granted: str


def shown_requests(found: Iterable[ChangeRequest], cards: Iterable[Card] = ()) -> list[ShownRequest]:
    by_id = {card.id: card for card in cards}
    return [shown_request(each, by_id.get(each.card_id)) for each in found]


def shown_request(request: ChangeRequest, card: Card | None) -> ShownRequest:
    state, kind = STATES[request.state]
    return ShownRequest(
        request=request,
        who=card.draft.name if card else "",
        label=_(FIELDS[request.field].label),
        before=_text(request.field, getattr(card.draft, request.field)) if card else "",
        after=_text(request.field, value_of(request.field, request.value)),
        state=_(state),
        kind=kind,
        granted=_text(request.field, value_of(request.field, request.granted)),
    )


def _text(field: str, value: Any) -> str:
    """A value without whom it is shown to, which the template says."""
    if value and FIELDS[field].kind == "rows":
        value = [each.model_copy(update={"audience": None}) for each in value]
    return said_in(field, value) or _("nothing")

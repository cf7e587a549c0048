"""Doors of staff cards."""

from functions.framework.doors import Operation

_API = "functions.organisations.staff_cards.api"
_ALL = "organisations/{organisationId}/staff-cards"
_ONE = f"{_ALL}/{{cardId}}"

DOORS = (
    Operation("organisations_staff_cards_list", "GET", _ALL, f"{_API}:list_cards"),
    Operation("organisations_staff_cards_make", "POST", _ALL, f"{_API}:post_card"),
    Operation("organisations_staff_cards_get", "GET", _ONE, f"{_API}:get_card"),
    Operation("organisations_staff_cards_change", "PUT", _ONE, f"{_API}:put_card"),
)

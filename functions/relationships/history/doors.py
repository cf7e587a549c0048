"""Doors of the history of contacts."""

from functions.framework.doors import MyPage, Operation

_API = "functions.relationships.history.api"

DOORS = (
    Operation("relationships_get_history", "GET", "contacts/{contactId}/history", f"{_API}:get_history"),
    Operation(
        "relationships_undo_change", "DELETE", "contacts/{contactId}/latest-change", f"{_API}:delete_latest"
    ),
    MyPage(
        "relationships_page_undo_change",
        "POST",
        "my/contacts/{contactId}/latest-change",
        "functions.relationships.history.pages:undo",
    ),
)

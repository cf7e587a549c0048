"""Doors of the page of relationships, and of suggestions."""

from functions.framework.doors import MyPage, Operation

_API = "functions.relationships.refine.api"
_PAGES = "functions.relationships.refine.pages"
_AT = "my/relationships"
_DISMISSAL = "contacts/{contactId}/dismissal"

DOORS = (
    MyPage("relationships_page_refine", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("relationships_page_met", "POST", f"{_AT}/met", f"{_PAGES}:met"),
    MyPage("relationships_page_not_met", "POST", f"{_AT}/not-met", f"{_PAGES}:not_met"),
    MyPage("relationships_page_dismiss", "POST", f"{_AT}/dismissal", f"{_PAGES}:dismiss_it"),
    MyPage("relationships_page_suggest_again", "POST", f"{_AT}/dismissal/undo", f"{_PAGES}:suggest_again"),
    Operation("relationships_list_suggestions", "GET", "suggestions", f"{_API}:list_suggestions"),
    Operation("relationships_dismiss_suggestion", "PUT", _DISMISSAL, f"{_API}:put_dismissal"),
    Operation("relationships_suggest_again", "DELETE", _DISMISSAL, f"{_API}:delete_dismissal"),
)

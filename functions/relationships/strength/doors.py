"""Doors of interactions and strengths."""

from functions.framework.doors import MyPage, Operation, Timer

_API = "functions.relationships.strength.api"
_ALL = "contacts/{contactId}/interactions"
_ONE = f"{_ALL}/{{interactionId}}"
_STRENGTH = "contacts/{contactId}/strength"

_PAGES = "functions.relationships.strength.pages"
_MY = "my/contacts/{contactId}"
_MY_ONE = f"{_MY}/interactions/{{interactionId}}"

DOORS = (
    MyPage("relationships_page_interactions", "GET HEAD", f"{_MY}/interactions", f"{_PAGES}:show"),
    MyPage("relationships_page_log", "POST", f"{_MY}/interactions", f"{_PAGES}:log"),
    MyPage("relationships_page_unlog", "POST", f"{_MY_ONE}/deletion", f"{_PAGES}:delete"),
    MyPage("relationships_page_relog", "POST", f"{_MY_ONE}/restoration", f"{_PAGES}:restore"),
    MyPage("relationships_page_ignore", "POST", f"{_MY_ONE}/ignored", f"{_PAGES}:ignore"),
    MyPage("relationships_page_strength", "GET HEAD", f"{_MY}/strength", f"{_PAGES}:show_strength"),
    MyPage("relationships_page_correct", "POST", f"{_MY}/strength", f"{_PAGES}:save_corrections"),
    Operation("relationships_list_interactions", "GET", _ALL, f"{_API}:list_interactions"),
    Operation("relationships_log_interaction", "POST", _ALL, f"{_API}:post_interaction"),
    Operation("relationships_get_interaction", "GET", _ONE, f"{_API}:get_interaction"),
    Operation("relationships_delete_interaction", "DELETE", _ONE, f"{_API}:remove_interaction"),
    Operation("relationships_restore_interaction", "PUT", f"{_ONE}/restoration", f"{_API}:put_restoration"),
    Operation("relationships_ignore_interaction", "PUT", f"{_ONE}/ignored", f"{_API}:put_ignored"),
    Operation("relationships_count_interaction", "DELETE", f"{_ONE}/ignored", f"{_API}:delete_ignored"),
    Operation("relationships_get_strength", "GET", _STRENGTH, f"{_API}:get_strength"),
    Operation("relationships_correct_strength", "PUT", f"{_STRENGTH}/corrections", f"{_API}:put_corrections"),
    Timer("relationships_touch_due", "0 10 * * * *", "functions.relationships.strength.jobs:touch_due"),
)

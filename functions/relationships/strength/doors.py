"""Doors of interactions and strengths."""

from functions.framework.doors import Operation

_API = "functions.relationships.strength.api"
_ALL = "contacts/{contactId}/interactions"
_ONE = f"{_ALL}/{{interactionId}}"
_STRENGTH = "contacts/{contactId}/strength"

DOORS = (
    Operation("relationships_list_interactions", "GET", _ALL, f"{_API}:list_interactions"),
    Operation("relationships_log_interaction", "POST", _ALL, f"{_API}:post_interaction"),
    Operation("relationships_get_interaction", "GET", _ONE, f"{_API}:get_interaction"),
    Operation("relationships_delete_interaction", "DELETE", _ONE, f"{_API}:remove_interaction"),
    Operation("relationships_restore_interaction", "PUT", f"{_ONE}/restoration", f"{_API}:put_restoration"),
    Operation("relationships_ignore_interaction", "PUT", f"{_ONE}/ignored", f"{_API}:put_ignored"),
    Operation("relationships_count_interaction", "DELETE", f"{_ONE}/ignored", f"{_API}:delete_ignored"),
    Operation("relationships_get_strength", "GET", _STRENGTH, f"{_API}:get_strength"),
    Operation("relationships_correct_strength", "PUT", f"{_STRENGTH}/corrections", f"{_API}:put_corrections"),
)

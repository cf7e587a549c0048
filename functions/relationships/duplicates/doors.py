"""Doors of duplicates and merges."""

from functions.framework.doors import Operation

_API = "functions.relationships.duplicates.api"

DOORS = (
    Operation("relationships_merge_contacts", "POST", "contact-merges", f"{_API}:post_merge"),
    Operation("relationships_list_merges", "GET", "contact-merges", f"{_API}:list_merges"),
    Operation("relationships_get_merge", "GET", "contact-merges/{mergeId}", f"{_API}:get_merge"),
    Operation("relationships_undo_merge", "DELETE", "contact-merges/{mergeId}", f"{_API}:delete_merge"),
)

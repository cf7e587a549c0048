"""Doors of contacts."""

from functions.framework.doors import Operation

_API = "functions.relationships.api"

DOORS = (
    Operation("relationships_list_contacts", "GET", "contacts", f"{_API}:list_contacts"),
    Operation("relationships_create_contact", "POST", "contacts", f"{_API}:post_contact"),
    Operation("relationships_get_contact", "GET", "contacts/{contactId}", f"{_API}:get_contact"),
    Operation("relationships_change_contact", "PUT", "contacts/{contactId}", f"{_API}:put_contact"),
    Operation("relationships_delete_contact", "DELETE", "contacts/{contactId}", f"{_API}:remove_contact"),
    Operation("relationships_list_deleted", "GET", "deleted-contacts", f"{_API}:list_deleted"),
    Operation(
        "relationships_get_deleted", "GET", "contacts/{contactId}/restoration", f"{_API}:get_restoration"
    ),
    Operation("relationships_restore", "PUT", "contacts/{contactId}/restoration", f"{_API}:put_restoration"),
    Operation(
        "relationships_erase", "DELETE", "contacts/{contactId}/restoration", f"{_API}:delete_restoration"
    ),
    Operation("relationships_tag_contacts", "POST", "contact-taggings", f"{_API}:post_tags"),
    Operation("relationships_list_tags", "GET", "contact-tags", f"{_API}:list_tags"),
    Operation("relationships_forget_tag", "DELETE", "contact-tags/{tagId}", f"{_API}:remove_tag"),
)

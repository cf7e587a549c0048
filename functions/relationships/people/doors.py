"""Doors of the people of a company or institution."""

from functions.framework.doors import MyPage, Operation

DOORS = (
    MyPage(
        "relationships_page_people",
        "GET HEAD",
        "my/contacts/{contactId}/people",
        "functions.relationships.people.pages:show",
    ),
    Operation(
        "relationships_list_people",
        "GET",
        "contacts/{contactId}/people",
        "functions.relationships.people.api:list_people",
    ),
)

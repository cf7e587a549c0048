"""Doors of the search over contacts."""

from functions.framework.doors import MyPage, Operation

_IN = "functions.relationships.search"

DOORS = (
    MyPage("relationships_page_search", "POST", "my/contact-search", f"{_IN}.pages:search"),
    Operation("relationships_search", "POST", "contact-searches", f"{_IN}.api:post_search"),
)

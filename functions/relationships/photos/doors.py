"""Doors of the photos of contacts."""

from functions.framework.doors import MyPage, Operation

_API = "functions.relationships.photos.api"
_PAGES = "functions.relationships.photos.pages"
_PHOTO = "contacts/{contactId}/photo"

DOORS = (
    Operation("relationships_set_photo", "PUT", _PHOTO, f"{_API}:put_photo"),
    Operation("relationships_remove_photo", "DELETE", _PHOTO, f"{_API}:delete_photo"),
    MyPage("relationships_page_photo", "GET HEAD", f"my/{_PHOTO}", f"{_PAGES}:show"),
    MyPage("relationships_page_send_photo", "POST", f"my/{_PHOTO}", f"{_PAGES}:send"),
    MyPage("relationships_page_small_photo", "GET", "my/contact-photos/{imageId}", f"{_PAGES}:show_small"),
)

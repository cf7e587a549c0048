"""Doors of photos of people from a zip."""

from functions.framework.doors import MyPage, Operation

_API, _PAGES = "functions.organisations.photos.api", "functions.organisations.photos.pages"
_ALL, _AT = "organisations/{organisationId}/photos", "org/{organisationId}/photos"
_ONE, _PAGE = f"{_ALL}/{{photosId}}", f"{_AT}/{{photosId}}"

DOORS = (
    MyPage("organisations_photos_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_photos_page_upload", "POST", _AT, f"{_PAGES}:upload"),
    MyPage("organisations_photos_page_show", "GET HEAD", _PAGE, f"{_PAGES}:show_one"),
    MyPage("organisations_photos_page_change", "POST", _PAGE, f"{_PAGES}:change"),
    Operation("organisations_photos_create", "POST", _ALL, f"{_API}:post_photos"),
    Operation("organisations_photos_list", "GET", _ALL, f"{_API}:list_photos"),
    Operation("organisations_photos_get", "GET", _ONE, f"{_API}:get_photos"),
    Operation("organisations_photos_cancel", "DELETE", _ONE, f"{_API}:remove_photos"),
    Operation("organisations_photos_files", "GET", f"{_ONE}/files", f"{_API}:list_files"),
    Operation("organisations_photos_set", "PUT", f"{_ONE}/setting", f"{_API}:put_setting"),
    Operation("organisations_photos_undo", "PUT", f"{_ONE}/undo", f"{_API}:put_undo"),
    Operation("organisations_photos_pause", "PUT", f"{_ONE}/pause", f"{_API}:put_pause"),
    Operation("organisations_photos_resume", "DELETE", f"{_ONE}/pause", f"{_API}:delete_pause"),
)

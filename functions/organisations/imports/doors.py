"""Doors of people from files."""

from functions.framework.doors import MyPage, Operation

_API, _PAGES = "functions.organisations.imports.api", "functions.organisations.imports.pages"
_ALL, _AT = "organisations/{organisationId}/imports", "org/{organisationId}/imports"
_ONE, _PAGE = f"{_ALL}/{{importId}}", f"{_AT}/{{importId}}"

DOORS = (
    MyPage("organisations_imports_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_imports_page_upload", "POST", _AT, f"{_PAGES}:upload"),
    MyPage("organisations_imports_page_faulty", "GET HEAD", f"{_PAGE}/faulty-rows", f"{_PAGES}:faulty"),
    MyPage("organisations_imports_page_show", "GET HEAD", _PAGE, f"{_PAGES}:show_one"),
    MyPage("organisations_imports_page_change", "POST", _PAGE, f"{_PAGES}:change"),
    Operation("organisations_imports_create", "POST", _ALL, f"{_API}:post_import"),
    Operation("organisations_imports_list", "GET", _ALL, f"{_API}:list_imports"),
    Operation("organisations_imports_get", "GET", _ONE, f"{_API}:get_import"),
    Operation("organisations_imports_cancel", "DELETE", _ONE, f"{_API}:remove_import"),
    Operation("organisations_imports_readings", "GET", f"{_ONE}/readings", f"{_API}:list_readings"),
    Operation("organisations_imports_encoding", "PUT", f"{_ONE}/encoding", f"{_API}:put_encoding"),
    Operation("organisations_imports_columns", "PUT", f"{_ONE}/columns", f"{_API}:put_columns"),
    Operation("organisations_imports_rows", "GET", f"{_ONE}/rows", f"{_API}:list_rows"),
    Operation("organisations_imports_faulty", "GET", f"{_ONE}/faulty-rows", f"{_API}:get_faulty"),
    Operation("organisations_imports_write", "PUT", f"{_ONE}/writing", f"{_API}:put_writing"),
    Operation("organisations_imports_undo", "PUT", f"{_ONE}/undo", f"{_API}:put_undo"),
    Operation("organisations_imports_pause", "PUT", f"{_ONE}/pause", f"{_API}:put_pause"),
    Operation("organisations_imports_resume", "DELETE", f"{_ONE}/pause", f"{_API}:delete_pause"),
)

"""Doors of import and export."""

from functions.framework.doors import Door, MyPage, Operation

_IN, _OUT = "functions.relationships.transfer.import_api", "functions.relationships.transfer.export_api"
_PAGES = "functions.relationships.transfer.import_pages"
_EXPORTS = "functions.relationships.transfer.export_pages"
_ONE = "imports/{importId}"

DOORS: tuple[Door, ...] = (
    Operation("relationships_create_import", "POST", "imports", f"{_IN}:post_import"),
    Operation("relationships_list_imports", "GET", "imports", f"{_IN}:list_imports"),
    Operation("relationships_get_import", "GET", _ONE, f"{_IN}:get_import"),
    Operation("relationships_cancel_import", "DELETE", _ONE, f"{_IN}:remove_import"),
    Operation("relationships_list_import_rows", "GET", f"{_ONE}/rows", f"{_IN}:list_rows"),
    Operation("relationships_list_import_readings", "GET", f"{_ONE}/readings", f"{_IN}:list_readings"),
    Operation("relationships_choose_import_encoding", "PUT", f"{_ONE}/encoding", f"{_IN}:put_encoding"),
    Operation("relationships_choose_import_rows", "PUT", f"{_ONE}/choice", f"{_IN}:put_choice"),
    Operation("relationships_write_import", "PUT", f"{_ONE}/writing", f"{_IN}:put_writing"),
    Operation("relationships_undo_import", "PUT", f"{_ONE}/undo", f"{_IN}:put_undo"),
    Operation("relationships_create_export", "POST", "exports", f"{_OUT}:post_export"),
    Operation("relationships_list_exports", "GET", "exports", f"{_OUT}:list_exports"),
    Operation("relationships_get_export", "GET", "exports/{workId}", f"{_OUT}:get_export"),
    Operation("relationships_get_export_content", "GET", "exports/{workId}/content", f"{_OUT}:get_content"),
    MyPage("relationships_page_import", "GET HEAD", "my/import", f"{_PAGES}:show"),
    MyPage("relationships_page_upload_import", "POST", "my/import", f"{_PAGES}:upload"),
    MyPage("relationships_page_import_show", "GET HEAD", f"my/{_ONE}", f"{_PAGES}:show_one"),
    MyPage("relationships_page_import_change", "POST", f"my/{_ONE}", f"{_PAGES}:change"),
    MyPage("relationships_page_export", "GET HEAD", "my/export", f"{_EXPORTS}:show"),
    MyPage("relationships_page_start_export", "POST", "my/export", f"{_EXPORTS}:start"),
    MyPage("relationships_page_export_change", "POST", "my/export/{workId}", f"{_EXPORTS}:change"),
    MyPage("relationships_page_export_fetch", "GET", "my/export/{workId}/{file}", f"{_EXPORTS}:fetch"),
)

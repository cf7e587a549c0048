"""Doors of notes."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.relationships.notes.api"
_PAGES = "functions.relationships.notes.pages"
_TEXTS = f"{_PAGES}:texts_in"
_NEW, _ONE = "my/contacts/{contactId}/new-note", "my/notes/{noteId}"

DOORS = (
    MyPage("relationships_page_notes", "GET HEAD", "my/contacts/{contactId}/notes", f"{_PAGES}:show"),
    MyPage("relationships_page_new_note", "GET HEAD", _NEW, f"{_PAGES}:show_new"),
    MyForm("relationships_page_write_note", "POST", _NEW, f"{_PAGES}:create", _TEXTS),
    MyPage("relationships_page_edit_note", "GET HEAD", f"{_ONE}/edit", f"{_PAGES}:show_edit"),
    MyForm("relationships_page_save_note", "POST", f"{_ONE}/edit", f"{_PAGES}:save", _TEXTS),
    MyPage("relationships_page_delete_note", "POST", f"{_ONE}/delete", f"{_PAGES}:delete"),
    MyPage("relationships_page_restore_note", "POST", f"{_ONE}/restoration", f"{_PAGES}:restore"),
    MyPage("relationships_page_ask_erase_note", "GET HEAD", f"{_ONE}/erasure", f"{_PAGES}:ask_erase"),
    MyPage("relationships_page_erase_note", "POST", f"{_ONE}/erasure", f"{_PAGES}:erase"),
    Operation("relationships_list_notes", "GET", "contacts/{contactId}/notes", f"{_API}:list_on_contact"),
    Operation("relationships_write_note", "POST", "contacts/{contactId}/notes", f"{_API}:post_note"),
    Operation(
        "relationships_list_deleted_notes",
        "GET",
        "contacts/{contactId}/deleted-notes",
        f"{_API}:list_deleted",
    ),
    Operation("relationships_get_note", "GET", "notes/{noteId}", f"{_API}:get_note"),
    Operation("relationships_change_note", "PUT", "notes/{noteId}", f"{_API}:put_note"),
    Operation("relationships_delete_note", "DELETE", "notes/{noteId}", f"{_API}:remove_note"),
    Operation(
        "relationships_get_deleted_note", "GET", "notes/{noteId}/restoration", f"{_API}:get_restoration"
    ),
    Operation("relationships_restore_note", "PUT", "notes/{noteId}/restoration", f"{_API}:put_restoration"),
    Operation(
        "relationships_erase_note", "DELETE", "notes/{noteId}/restoration", f"{_API}:delete_restoration"
    ),
)

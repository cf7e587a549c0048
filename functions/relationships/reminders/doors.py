"""Doors of reminders."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.relationships.reminders.api"
_PAGES = "functions.relationships.reminders.pages"
_EDIT = "functions.relationships.reminders.edit_pages"
_TEXTS = "functions.relationships.reminders.form:texts_in"
_AT = "my/reminders/{reminderId}"
_NEW = "my/contacts/{contactId}/new-reminder"
_ONE = "reminders/{reminderId}"
_OF_CONTACT = "contacts/{contactId}/reminders"

DOORS = (
    MyPage("relationships_page_reminders", "GET HEAD", "my/reminders", f"{_PAGES}:show"),
    MyPage("relationships_page_new_reminder", "GET HEAD", _NEW, f"{_EDIT}:show_new"),
    MyForm("relationships_page_make_reminder", "POST", _NEW, f"{_EDIT}:create", _TEXTS),
    MyPage("relationships_page_reminder", "GET HEAD", _AT, f"{_EDIT}:show"),
    MyForm("relationships_page_save_reminder", "POST", _AT, f"{_EDIT}:save", _TEXTS),
    MyPage("relationships_page_do_reminder", "POST", f"{_AT}/done", f"{_PAGES}:do"),
    MyPage("relationships_page_snooze_reminder", "POST", f"{_AT}/snooze", f"{_PAGES}:snooze"),
    MyPage("relationships_page_undo_reminder", "POST", f"{_AT}/undo", f"{_PAGES}:undo"),
    MyPage("relationships_page_delete_reminder", "POST", f"{_AT}/delete", f"{_PAGES}:delete"),
    MyPage("relationships_page_restore_reminder", "POST", f"{_AT}/restoration", f"{_PAGES}:restore"),
    Operation("relationships_list_reminders", "GET", "reminders", f"{_API}:list_reminders"),
    Operation("relationships_list_contact_reminders", "GET", _OF_CONTACT, f"{_API}:list_of_contact"),
    Operation("relationships_create_reminder", "POST", _OF_CONTACT, f"{_API}:post_reminder"),
    Operation("relationships_get_reminder", "GET", _ONE, f"{_API}:get_reminder"),
    Operation("relationships_change_reminder", "PUT", _ONE, f"{_API}:put_reminder"),
    Operation("relationships_delete_reminder", "DELETE", _ONE, f"{_API}:remove_reminder"),
    Operation("relationships_do_reminder", "PUT", f"{_ONE}/done", f"{_API}:put_done"),
    Operation("relationships_undo_done_reminder", "DELETE", f"{_ONE}/done", f"{_API}:delete_act"),
    Operation("relationships_snooze_reminder", "PUT", f"{_ONE}/snooze", f"{_API}:put_snooze"),
    Operation("relationships_undo_snooze_reminder", "DELETE", f"{_ONE}/snooze", f"{_API}:delete_act"),
    Operation("relationships_get_deleted_reminder", "GET", f"{_ONE}/restoration", f"{_API}:get_restoration"),
    Operation("relationships_restore_reminder", "PUT", f"{_ONE}/restoration", f"{_API}:put_restoration"),
)

"""Doors of contacts, and of the parts of this capability."""

from functions.framework.doors import MyForm, MyPage, Operation, Timer
from functions.relationships.calendar.doors import DOORS as CALENDAR
from functions.relationships.duplicates.doors import DOORS as DUPLICATES
from functions.relationships.history.doors import DOORS as HISTORY
from functions.relationships.notes.doors import DOORS as NOTES
from functions.relationships.people.doors import DOORS as PEOPLE
from functions.relationships.photos.doors import DOORS as PHOTOS
from functions.relationships.refine.doors import DOORS as REFINE
from functions.relationships.reminders.doors import DOORS as REMINDERS
from functions.relationships.search.doors import DOORS as SEARCH
from functions.relationships.strength.doors import DOORS as STRENGTH
from functions.relationships.transfer.doors import DOORS as TRANSFER

_API = "functions.relationships.api"
_MANY = "functions.relationships.together_api"
_LIST = "functions.relationships.list_pages"
_ONE = "functions.relationships.contact_pages"
_EDIT = "functions.relationships.edit_pages"
_TEXTS = "functions.relationships.form:texts_in"
_AT = "my/contacts/{contactId}"

_CONTACTS = (
    MyPage("relationships_page_list", "GET HEAD", "my/contacts", f"{_LIST}:show"),
    MyPage("relationships_page_tag", "POST", "my/contacts", "functions.relationships.together_pages:change"),
    MyPage("relationships_page_deleted", "GET HEAD", "my/deleted-contacts", f"{_LIST}:show_deleted"),
    MyPage("relationships_page_forget_tag", "POST", "my/contact-tags/{tagId}/forget", f"{_LIST}:forget"),
    MyPage("relationships_page_new", "GET HEAD", "my/new-contact", f"{_EDIT}:show_new"),
    MyForm("relationships_page_create", "POST", "my/new-contact", f"{_EDIT}:create", _TEXTS),
    MyPage("relationships_page_show", "GET HEAD", _AT, f"{_ONE}:show"),
    MyPage("relationships_page_edit", "GET HEAD", f"{_AT}/edit", f"{_EDIT}:show"),
    MyForm("relationships_page_save", "POST", f"{_AT}/edit", f"{_EDIT}:save", _TEXTS),
    MyPage("relationships_page_archive", "POST", f"{_AT}/archive", f"{_ONE}:archive"),
    MyPage("relationships_page_delete", "POST", f"{_AT}/delete", f"{_ONE}:delete"),
    MyPage("relationships_page_restore", "POST", f"{_AT}/restoration", f"{_ONE}:restore"),
    MyPage("relationships_page_ask_erase", "GET HEAD", f"{_AT}/erasure", f"{_ONE}:ask_erase"),
    MyPage("relationships_page_erase", "POST", f"{_AT}/erasure", f"{_ONE}:erase"),
    Timer("relationships_rotate_keys", "0 10 4 * * *", "functions.relationships.jobs:rotate_keys"),
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
    Operation("relationships_tag_contacts", "POST", "contact-taggings", f"{_MANY}:post_tags"),
    Operation("relationships_archive_contacts", "POST", "contact-archivings", f"{_MANY}:post_archiving"),
    Operation("relationships_delete_contacts", "POST", "contact-deletions", f"{_MANY}:post_deletion"),
    Operation("relationships_restore_contacts", "POST", "contact-restorations", f"{_MANY}:post_restoration"),
    Operation("relationships_list_tags", "GET", "contact-tags", f"{_API}:list_tags"),
    Operation("relationships_list_groups", "GET", "contact-groups", f"{_API}:list_groups"),
    Operation("relationships_forget_tag", "DELETE", "contact-tags/{tagId}", f"{_API}:remove_tag"),
)

# Each part names its own doors; one line here.
DOORS = (
    *_CONTACTS,
    *CALENDAR,
    *DUPLICATES,
    *HISTORY,
    *NOTES,
    *PEOPLE,
    *PHOTOS,
    *REFINE,
    *REMINDERS,
    *SEARCH,
    *STRENGTH,
    *TRANSFER,
)

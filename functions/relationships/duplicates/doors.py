"""Doors of duplicates and merges."""

from functions.framework.doors import MyPage, Operation

_API = "functions.relationships.duplicates.api"
_PAIRS = "functions.relationships.duplicates.pairs_api"
_PAGES = "functions.relationships.duplicates.pages"
_MERGE = "functions.relationships.duplicates.merge_pages"
_AT = "my/contacts/{contactId}/merge/{otherContactId}"
_DIFFERENT = "contacts/{contactId}/differences/{otherContactId}"

DOORS = (
    MyPage("relationships_page_duplicates", "GET HEAD", "my/contacts/duplicates", f"{_PAGES}:show"),
    MyPage("relationships_page_find_duplicates", "POST", "my/contacts/duplicates", f"{_PAGES}:start"),
    MyPage("relationships_page_tell_apart", "POST", f"{_AT}/difference", f"{_PAGES}:tell_apart"),
    MyPage("relationships_page_compare", "GET HEAD", _AT, f"{_MERGE}:show"),
    MyPage("relationships_page_merge", "POST", _AT, f"{_MERGE}:save"),
    MyPage(
        "relationships_page_ask_undo_merge", "GET HEAD", "my/contact-merges/{mergeId}", f"{_MERGE}:ask_undo"
    ),
    MyPage("relationships_page_undo_merge", "POST", "my/contact-merges/{mergeId}", f"{_MERGE}:undo"),
    Operation("relationships_find_duplicates", "POST", "contact-duplicates", f"{_PAIRS}:post_search"),
    Operation("relationships_list_duplicates", "GET", "contact-duplicates", f"{_PAIRS}:list_pairs"),
    Operation("relationships_tell_apart", "PUT", _DIFFERENT, f"{_PAIRS}:put_difference"),
    Operation("relationships_untell", "DELETE", _DIFFERENT, f"{_PAIRS}:delete_difference"),
    Operation("relationships_merge_contacts", "POST", "contact-merges", f"{_API}:post_merge"),
    Operation("relationships_list_merges", "GET", "contact-merges", f"{_API}:list_merges"),
    Operation("relationships_get_merge", "GET", "contact-merges/{mergeId}", f"{_API}:get_merge"),
    Operation("relationships_undo_merge", "DELETE", "contact-merges/{mergeId}", f"{_API}:delete_merge"),
    Operation("relationships_merge_sure", "POST", "contact-merge-runs", f"{_API}:post_run"),
    Operation("relationships_undo_run", "POST", "contact-merge-runs/{workId}/undo", f"{_API}:post_undo"),
)

"""Doors of accounts, profiles and sessions."""

from functions.framework.doors import MyForm, MyPage, Operation

_TEXTS = "functions.accounts.pages:texts_in"

DOORS = (
    Operation("accounts_get", "GET", "account", "functions.accounts.api:get_account"),
    Operation("accounts_choose_language", "PUT", "account/language", "functions.accounts.api:put_language"),
    Operation("accounts_choose_mails", "PUT", "account/mails", "functions.accounts.api:put_mails"),
    Operation("accounts_get_session", "GET", "session", "functions.accounts.api:get_session"),
    Operation("accounts_end_sessions", "DELETE", "sessions", "functions.accounts.api:end_sessions"),
    Operation("accounts_list_profiles", "GET", "profiles", "functions.accounts.api:list_profiles"),
    Operation("accounts_create_profile", "POST", "profiles", "functions.accounts.api:post_profile"),
    Operation("accounts_get_profile", "GET", "profiles/{profileId}", "functions.accounts.api:get_profile"),
    Operation("accounts_rename_profile", "PUT", "profiles/{profileId}", "functions.accounts.api:put_profile"),
    Operation(
        "accounts_delete_profile", "DELETE", "profiles/{profileId}", "functions.accounts.api:remove_profile"
    ),
    Operation(
        "accounts_list_deleted_profiles",
        "GET",
        "deleted-profiles",
        "functions.accounts.api:list_deleted_profiles",
    ),
    Operation(
        "accounts_get_deleted_profile",
        "GET",
        "profiles/{profileId}/restoration",
        "functions.accounts.api:get_profile_restoration",
    ),
    Operation(
        "accounts_restore_profile",
        "PUT",
        "profiles/{profileId}/restoration",
        "functions.accounts.api:put_profile_restoration",
    ),
    MyPage("accounts_page", "GET HEAD", "my/account", "functions.accounts.pages:show"),
    MyForm(
        "accounts_page_add_profile",
        "POST",
        "my/account/profiles",
        "functions.accounts.pages:add_profile",
        _TEXTS,
    ),
    MyForm(
        "accounts_page_rename_profile",
        "POST",
        "my/account/profiles/{profileId}",
        "functions.accounts.pages:change_profile",
        _TEXTS,
    ),
    MyPage(
        "accounts_page_delete_profile",
        "POST",
        "my/account/profiles/{profileId}/delete",
        "functions.accounts.pages:remove_profile",
    ),
    MyPage(
        "accounts_page_restore_profile",
        "POST",
        "my/account/profiles/{profileId}/restoration",
        "functions.accounts.pages:bring_profile_back",
    ),
    MyPage(
        "accounts_page_end_session", "POST", "my/account/sessions", "functions.accounts.pages:end_session"
    ),
    MyPage("accounts_page_mails", "POST", "my/account/mails", "functions.accounts.pages:choose_mails"),
    MyPage("accounts_page_language", "POST", "my/account/language", "functions.accounts.language:choose"),
    MyPage(
        "accounts_page_keep_session",
        "POST",
        "my/account/sessions/keep",
        "functions.accounts.pages:keep_session",
    ),
)

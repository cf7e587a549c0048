"""Doors of connections with organisations: of the people outside, and of the organisation."""

from functions.framework.doors import MyForm, MyPage, Operation

_CONNECT = "functions.organisations.connections.connect_pages"
_COMPANIES = "functions.organisations.connections.company_pages"
_LIST = "functions.organisations.connections.pages"
_FORM = "functions.organisations.connections.form_pages"
_API = "functions.organisations.connections.api"
_OWN_API = "functions.organisations.connections.company_api"
_AT = "org/{organisationId}"
_PAGE = f"{_AT}/connections/{{exchangeId}}"
_ALL = "organisations/{organisationId}/connections"
_ONE = f"{_ALL}/{{exchangeId}}"
_ASK_FORM = "organisations/{organisationId}/company-page/exchange-form"
_OWN = "company-connections/{companyId}"
_MINE = "my/companies/{companyId}"

DOORS = (
    MyPage(
        "organisations_connections_page_connect",
        "GET HEAD",
        "my/connect-company/{handle}",
        f"{_CONNECT}:show",
    ),
    MyForm(
        "organisations_connections_page_send",
        "POST",
        "my/connect-company/{handle}",
        f"{_CONNECT}:send",
        f"{_CONNECT}:texts_in",
    ),
    MyPage("organisations_connections_page_companies", "GET HEAD", "my/companies", f"{_COMPANIES}:show"),
    MyPage("organisations_connections_page_company", "GET HEAD", _MINE, f"{_COMPANIES}:show_one"),
    MyPage("organisations_connections_page_end", "POST", f"{_MINE}/end", f"{_COMPANIES}:end_one"),
    MyPage("organisations_connections_page", "GET HEAD", f"{_AT}/connections", f"{_LIST}:show"),
    MyPage("organisations_connections_page_search", "POST", f"{_AT}/connection-search", f"{_LIST}:search"),
    MyPage(
        "organisations_connections_page_files", "GET HEAD", f"{_AT}/connection-files", f"{_LIST}:show_files"
    ),
    MyPage("organisations_connections_page_file", "GET HEAD", f"{_AT}/connections-csv", f"{_LIST}:fetch"),
    MyPage("organisations_connections_page_one", "GET HEAD", _PAGE, f"{_LIST}:show_one"),
    MyPage("organisations_connections_page_ask_delete", "GET HEAD", f"{_PAGE}/delete", f"{_LIST}:ask_delete"),
    MyPage("organisations_connections_page_delete", "POST", f"{_PAGE}/delete", f"{_LIST}:delete"),
    MyPage("organisations_company_page_exchange", "GET HEAD", f"{_AT}/company/exchange", f"{_FORM}:show"),
    MyPage(
        "organisations_company_page_change_exchange", "POST", f"{_AT}/company/exchange", f"{_FORM}:change"
    ),
    Operation("organisations_company_get_exchange", "GET", _ASK_FORM, f"{_FORM}:get_form"),
    Operation("organisations_company_change_exchange", "PUT", _ASK_FORM, f"{_FORM}:put_form"),
    Operation("organisations_connections_list", "GET", _ALL, f"{_API}:list_connections"),
    Operation(
        "organisations_connections_search",
        "POST",
        "organisations/{organisationId}/connection-searches",
        f"{_API}:search_connections",
    ),
    Operation("organisations_connections_get", "GET", _ONE, f"{_API}:get_connection"),
    Operation("organisations_connections_delete", "DELETE", _ONE, f"{_API}:remove_connection"),
    Operation("organisations_connections_form", "GET", "connectable-companies", f"{_OWN_API}:get_company"),
    Operation("organisations_connections_own", "GET", "company-connections", f"{_OWN_API}:list_companies"),
    Operation(
        "organisations_connections_connect", "POST", "company-connections", f"{_OWN_API}:post_connection"
    ),
    Operation("organisations_connections_get_own", "GET", _OWN, f"{_OWN_API}:get_connection"),
    Operation("organisations_connections_end", "DELETE", _OWN, f"{_OWN_API}:end_connection"),
)

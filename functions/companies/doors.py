"""Doors of connections with organisations: of the people outside, and of the organisation."""

from functions.framework.doors import MyForm, MyPage, Operation

_CONNECT = "functions.companies.connect_pages"
_COMPANIES = "functions.companies.company_pages"
_LIST = "functions.companies.pages"
_FORM = "functions.companies.form_pages"
_API = "functions.companies.api"
_OWN_API = "functions.companies.company_api"
_AT = "org/{organisationId}"
_PAGE = f"{_AT}/connections/{{exchangeId}}"
_ALL = "organisations/{organisationId}/connections"
_ONE = f"{_ALL}/{{exchangeId}}"
_ASK_FORM = "organisations/{organisationId}/company-page/exchange-form"
_OWN = "company-connections/{companyId}"
_MINE = "my/companies/{companyId}"

DOORS = (
    MyPage(
        "companies_page_connect",
        "GET HEAD",
        "my/connect-company/{handle}",
        f"{_CONNECT}:show",
    ),
    MyForm(
        "companies_page_send",
        "POST",
        "my/connect-company/{handle}",
        f"{_CONNECT}:send",
        f"{_CONNECT}:texts_in",
    ),
    MyPage("companies_page_companies", "GET HEAD", "my/companies", f"{_COMPANIES}:show"),
    MyPage("companies_page_company", "GET HEAD", _MINE, f"{_COMPANIES}:show_one"),
    MyPage("companies_page_end", "POST", f"{_MINE}/end", f"{_COMPANIES}:end_one"),
    MyPage("companies_page", "GET HEAD", f"{_AT}/connections", f"{_LIST}:show"),
    MyPage("companies_page_search", "POST", f"{_AT}/connection-search", f"{_LIST}:search"),
    MyPage("companies_page_files", "GET HEAD", f"{_AT}/connection-files", f"{_LIST}:show_files"),
    MyPage("companies_page_file", "GET HEAD", f"{_AT}/connections-csv", f"{_LIST}:fetch"),
    MyPage("companies_page_one", "GET HEAD", _PAGE, f"{_LIST}:show_one"),
    MyPage("companies_page_ask_delete", "GET HEAD", f"{_PAGE}/delete", f"{_LIST}:ask_delete"),
    MyPage("companies_page_delete", "POST", f"{_PAGE}/delete", f"{_LIST}:delete"),
    MyPage("companies_page_form", "GET HEAD", f"{_AT}/company/exchange", f"{_FORM}:show"),
    MyPage("companies_page_change_form", "POST", f"{_AT}/company/exchange", f"{_FORM}:change"),
    Operation("companies_get_form", "GET", _ASK_FORM, f"{_FORM}:get_form"),
    Operation("companies_change_form", "PUT", _ASK_FORM, f"{_FORM}:put_form"),
    Operation("companies_list", "GET", _ALL, f"{_API}:list_connections"),
    Operation(
        "companies_search",
        "POST",
        "organisations/{organisationId}/connection-searches",
        f"{_API}:search_connections",
    ),
    Operation("companies_get", "GET", _ONE, f"{_API}:get_connection"),
    Operation("companies_delete", "DELETE", _ONE, f"{_API}:remove_connection"),
    Operation("companies_form", "GET", "connectable-companies", f"{_OWN_API}:get_company"),
    Operation("companies_own", "GET", "company-connections", f"{_OWN_API}:list_companies"),
    Operation("companies_connect", "POST", "company-connections", f"{_OWN_API}:post_connection"),
    Operation("companies_get_own", "GET", _OWN, f"{_OWN_API}:get_connection"),
    Operation("companies_end", "DELETE", _OWN, f"{_OWN_API}:end_connection"),
)

"""Doors of connections."""

from functions.framework.doors import MyPage, Operation

_API = "functions.connections.api"
_ASK = "functions.connections.ask_pages"
_REQUESTS = "functions.connections.request_pages"
_ONE = "functions.connections.link_pages"
_AT = "my/connections/{connectionId}"
_LINK, _REQUEST = "connections/{connectionId}", "connection-requests/{connectionId}"

DOORS = (
    MyPage("connections_page_ask", "GET HEAD", "my/connect/{handle}", f"{_ASK}:show"),
    MyPage("connections_page_send", "POST", "my/connect/{handle}", f"{_ASK}:send"),
    MyPage("connections_page_requests", "GET HEAD", "my/requests", f"{_REQUESTS}:show"),
    MyPage("connections_page_show", "GET HEAD", _AT, f"{_ONE}:show"),
    MyPage("connections_page_accept", "POST", f"{_AT}/accept", f"{_ONE}:accept"),
    MyPage("connections_page_decline", "POST", f"{_AT}/decline", f"{_ONE}:decline"),
    MyPage("connections_page_withdraw", "POST", f"{_AT}/withdraw", f"{_ONE}:withdraw"),
    MyPage("connections_page_disconnect", "POST", f"{_AT}/disconnect", f"{_ONE}:disconnect"),
    MyPage("connections_page_block", "POST", f"{_AT}/block", f"{_ONE}:block"),
    MyPage("connections_page_unblock", "POST", f"{_AT}/unblock", f"{_ONE}:unblock"),
    MyPage("connections_page_contact", "POST", f"{_AT}/contact", f"{_ONE}:choose"),
    Operation("connections_list", "GET", "connections", f"{_API}:list_connections"),
    Operation("connections_get", "GET", _LINK, f"{_API}:get_connection"),
    Operation("connections_disconnect", "DELETE", _LINK, f"{_API}:disconnect"),
    Operation("connections_choose_contact", "PUT", f"{_LINK}/contact", f"{_API}:put_contact"),
    Operation("connections_block", "PUT", f"{_LINK}/block", f"{_API}:block"),
    Operation("connections_unblock", "DELETE", f"{_LINK}/block", f"{_API}:unblock"),
    Operation("connections_list_requests", "GET", "connection-requests", f"{_API}:list_requests"),
    Operation("connections_ask", "POST", "connection-requests", f"{_API}:post_request"),
    Operation("connections_accept", "PUT", f"{_REQUEST}/acceptance", f"{_API}:accept"),
    Operation("connections_decline", "PUT", f"{_REQUEST}/decline", f"{_API}:decline"),
    Operation("connections_withdraw", "DELETE", _REQUEST, f"{_API}:withdraw"),
)

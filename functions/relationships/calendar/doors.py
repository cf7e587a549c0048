"""Doors of calendar files."""

from functions.framework.doors import MyPage, Operation

_API = "functions.relationships.calendar.api"
_PAGES = "functions.relationships.calendar.pages"
_ONE = "calendar-files/{calendarId}"

DOORS = (
    MyPage("relationships_page_calendar", "GET HEAD", "my/calendar-files", f"{_PAGES}:show"),
    MyPage("relationships_page_send_calendar", "POST", "my/calendar-files", f"{_PAGES}:send"),
    MyPage("relationships_page_calendar_file", "GET HEAD", f"my/{_ONE}", f"{_PAGES}:show_file"),
    MyPage("relationships_page_log_calendar", "POST", f"my/{_ONE}/application", f"{_PAGES}:apply"),
    MyPage("relationships_page_unlog_calendar", "POST", f"my/{_ONE}/undoing", f"{_PAGES}:undo"),
    Operation("relationships_send_calendar", "POST", "calendar-files", f"{_API}:post_file"),
    Operation("relationships_get_calendar", "GET", _ONE, f"{_API}:get_file"),
    Operation("relationships_log_calendar", "PUT", f"{_ONE}/application", f"{_API}:put_application"),
    Operation("relationships_unlog_calendar", "DELETE", f"{_ONE}/application", f"{_API}:delete_application"),
)

"""Door of the page that opens on today."""

from functions.framework.doors import MyPage

DOORS = (MyPage("today_page", "GET HEAD", "my", "functions.today.pages:show"),)

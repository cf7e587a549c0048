"""Doors of the visits of an organisation's cards."""

from functions.framework.doors import MyPage, Operation, Timer

_API = "functions.organisations.visits.api"
_PAGES = "functions.organisations.visits.pages"
_AT = "org/{organisationId}"

DOORS = (
    MyPage("organisations_visits_page", "GET HEAD", f"{_AT}/visits", f"{_PAGES}:show"),
    MyPage("organisations_visits_page_file", "GET HEAD", f"{_AT}/visits.csv", f"{_PAGES}:fetch"),
    MyPage("organisations_visits_page_own", "GET HEAD", f"{_AT}/my-visits", f"{_PAGES}:show_own"),
    Operation(
        "organisations_visits_get", "GET", "organisations/{organisationId}/visits", f"{_API}:get_visits"
    ),
    Operation(
        "organisations_visits_own",
        "GET",
        "organisations/{organisationId}/staff-cards/{cardId}/counts",
        f"{_API}:get_own_counts",
    ),
    Timer("organisations_visits_sum", "0 20 * * * *", "functions.organisations.visits.jobs:sum_visits"),
)

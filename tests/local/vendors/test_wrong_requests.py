"""Requests of a wrong form: a stand-in refuses them, and does not fail."""

import pytest

_ONE_DAY = [{"startDate": "today", "endDate": "today"}]
_REPORT = {"metrics": [{"name": "sessions"}], "dateRanges": _ONE_DAY}
BODIES = [
    None, 1, "x", [], {}, [1],
    *({"inputs": each} for each in ("x", [1], [{}], [{"id": None}], [{"properties": 1}])),
    *({"properties": each} for each in (None, 5, [], {"email": {}}, {"first_met_on": "9" * 20})),
    *({"filterGroups": each} for each in (1, [{}], [{"filters": [{"propertyName": [], "operator": "EQ"}]}])),
    {"sorts": [1]}, {"limit": {}}, {"after": "²"}, {"primaryObjectId": [], "objectIdToMerge": {}},
    {"name": 1, "label": 1, "type": [], "fieldType": 1, "groupName": 1},
    {"email_address": 1}, {"email_address": "a@b.example", "status_if_new": 1},
    {"email_address": "a@b.example", "status_if_new": "subscribed", "merge_fields": []},
    *({"dimensions": each} for each in (1, [1], [{}])),
    *(_REPORT | {"dateRanges": each} for each in (1, [1], [{"startDate": "99999daysAgo"}])),
    _REPORT | {"orderBys": 1}, _REPORT | {"dimensionFilter": 1},
    {"requests": 1}, {"requests": [1]},
]  # fmt: skip
QUERIES = {
    "limit": ("x", "-1", "²"), "after": ("x",), "idProperty": ("x",), "associations": ("nothing",),
    "count": ("0",), "offset": ("²",), "since": ("x",), "since_last_changed": ("1",), "fields": (".,a..b",),
    "pageSize": ("x", "0"),
}  # fmt: skip
CONTACTS = "/crm/objects/2026-09/contacts"


def of_hubspot():
    batches = [f"{CONTACTS}/batch/{each}" for each in ("read", "create", "update", "upsert", "archive")]
    around = ["/crm/properties/2026-09/contacts", "/crm/owners/2026-09", "/oauth/2026-09/token"]
    associations = "/crm/associations/2026-03/contacts/companies/batch/read"
    return [
        CONTACTS,
        f"{CONTACTS}/7",
        f"{CONTACTS}/search",
        f"{CONTACTS}/merge",
        associations,
        *batches,
        *around,
    ]


async def of_mailchimp(at):
    [one, *_] = (await at.http.get("/3.0/lists")).json()["lists"]
    [report, *_] = (await at.http.get("/3.0/reports")).json()["reports"]
    parts = ("open-details", "email-activity", "click-details", "sent-to")
    reports = [f"/3.0/reports/{report['id']}/{part}" for part in parts]
    of_list = [f"/3.0/lists/{one['id']}/{part}" for part in ("members", "members/abc", "webhooks")]
    return ["/3.0/", "/3.0/lists", "/3.0/campaigns", "/3.0/reports", "/oauth2/token", *of_list, *reports]


async def of_ga4(at):
    its = (await at.do("property"))["property"]
    reports = [f"/v1beta/{its}:{each}" for each in ("runReport", "batchRunReports", "checkCompatibility")]
    return [*reports, f"/v1beta/{its}/metadata", "/v1beta/accountSummaries", "/token"]


def methods(path):
    """Of paths with the id of one record, those that change it."""
    return ["POST"] if path.rpartition("/")[2] not in {"7", "abc"} else ["PUT", "PATCH"]


@pytest.mark.parametrize("vendor", ["hubspot", "mailchimp", "ga4"])
async def test_no_request_makes_a_stand_in_fail(place, vendor):
    at = await place(vendor)
    match vendor:
        case "hubspot":
            await at.do("limits", {"tenSeconds": 100_000, "search": 100_000})
            await at.do("fill", {"contacts": 20, "companies": 2})
            paths = of_hubspot()
        case "mailchimp":
            await at.do("fill", {"members": 20, "campaigns": 2})
            paths = await of_mailchimp(at)
        case "ga4":
            await at.do("fill", {"sessions": 5})
            paths = await of_ga4(at)
    failed = []
    for path in paths:
        asked = [("GET", {name: value}, None) for name, values in QUERIES.items() for value in values]
        asked += [(method, {}, body) for method in methods(path) for body in BODIES]
        for method, params, body in asked:
            answer = await at.http.request(method, path, params=params, json=body)
            if answer.status_code >= 500:
                failed.append((method, path, params, body))
    assert failed == []

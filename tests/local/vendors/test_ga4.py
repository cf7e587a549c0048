"""The Google Analytics stand-in. Requests and answers go through Google's own discovery document."""

import time

import httpx
import jwt
import pytest
from jsonschema import ValidationError

from local.vendors.ga4.skin import AUDIENCE, GRANT, SCOPE
from tests.local.vendors.google_oracle import check, fits

LATELY = [{"startDate": "90daysAgo", "endDate": "today"}]


@pytest.fixture
async def site(place):
    made = await place("ga4")
    await made.do("fill", {"sessions": 80, "days": 30})
    made.property = (await made.do("property"))["property"]
    return made


def asked(dimensions=(), metrics=("screenPageViews",), **more):
    return {
        "dimensions": [{"name": name} for name in dimensions],
        "metrics": [{"name": name} for name in metrics],
        "dateRanges": LATELY,
    } | more


async def post(site, operation, body):
    return await site.http.post(f"/v1beta/{site.property}:{operation}", json=body)


async def report(site, *dimensions, **more):
    return check(await post(site, "runReport", asked(dimensions, **more)), "runReport")


def keys(answer):
    return [tuple(each["value"] for each in row["dimensionValues"]) for row in answer.get("rows", [])]


def counts(answer):
    return [float(row["metricValues"][0]["value"]) for row in answer.get("rows", [])]


async def views(site):
    return [record["fields"] for record in await site.do("records/views", method="GET")]


def test_the_schemas_refuse_what_google_would_not_send():
    fits({"rowCount": 1, "kind": "analyticsData#runReport"}, "RunReportResponse")
    for wrong in ({"rowCount": "1"}, {"rows": [{"values": []}]}, {"total": 1}):
        with pytest.raises(ValidationError):
            fits(wrong, "RunReportResponse")


async def test_counts_are_those_of_the_pages_that_were_opened(site):
    held = await views(site)
    whole = await report(site, metrics=("screenPageViews", "sessions", "activeUsers", "newUsers"))
    values = [each["value"] for each in whole["rows"][0]["metricValues"]]
    assert values[:3] == [
        str(len(held)),
        str(len({view["session"] for view in held})),
        str(len({view["user"] for view in held})),
    ]
    by_page = await report(site, "pagePath")
    assert sum(counts(by_page)) == len(held)
    assert by_page["rowCount"] == len({view["page"] for view in held})
    assert counts(by_page) == sorted(counts(by_page), reverse=True)


async def test_all_fields_of_the_product_go_together_in_one_report(site):
    names = ("pagePath", "pageReferrer", "dateHourMinute", "sessionSource", "sessionMedium", "browser",
             "operatingSystem", "deviceCategory", "newVsReturning")  # fmt: skip
    answer = await report(site, *names)
    assert len(answer["dimensionHeaders"]) == 9
    unknown = [key for key in keys(answer) if "(not set)" in key]
    assert unknown
    assert len(unknown) < answer["rowCount"]
    more = await report(site, "landingPage", "firstSessionDate", metrics=("userEngagementDuration",))
    assert more["metricHeaders"] == [{"name": "userEngagementDuration", "type": "TYPE_SECONDS"}]


async def test_pages_of_a_report_hold_every_row_once(site):
    whole = await report(
        site, "dateHourMinute", orderBys=[{"dimension": {"dimensionName": "dateHourMinute"}}]
    )
    seen = []
    while len(seen) < whole["rowCount"]:
        order = [{"dimension": {"dimensionName": "dateHourMinute"}}]
        page = await report(site, "dateHourMinute", orderBys=order, limit="25", offset=str(len(seen)))
        seen += keys(page)
    assert seen == keys(whole) == sorted(seen)


async def test_only_the_days_that_are_asked_for_count(site):
    days = [{"startDate": "3daysAgo", "endDate": "yesterday"}]
    answer = await report(site, "date", dateRanges=days)
    assert 0 < len(keys(answer)) <= 3
    backwards = asked(dateRanges=[{"startDate": "today", "endDate": "3daysAgo"}])
    assert (await post(site, "runReport", backwards)).status_code == 400


async def test_a_filter_leaves_the_rows_that_fit(site):
    one = {"filter": {"fieldName": "browser", "stringFilter": {"matchType": "EXACT", "value": "Chrome"}}}
    some = {"filter": {"fieldName": "pagePath", "inListFilter": {"values": ["/", "/about"]}}}
    both = {"andGroup": {"expressions": [one, {"notExpression": some}]}}
    answer = await report(site, "browser", "pagePath", dimensionFilter=both)
    assert keys(answer)
    assert {browser for browser, _ in keys(answer)} == {"Chrome"}
    assert not {page for _, page in keys(answer)} & {"/", "/about"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (asked(["networkDomain"]), "networkDomain is not a valid dimension"),
        (asked(["lastSessionDate"]), "lastSessionDate is not a valid dimension"),
        (asked(metrics=["visits"]), "visits is not a valid metric"),
        (asked(["date"] * 10), "limited to 9 dimensions"),
        (asked(metrics=["sessions"] * 11), "limited to 10 metrics"),
        (asked(limit="250001"), "limit"),
        (asked(dateRanges=[{"startDate": "lately", "endDate": "today"}]), "lately"),
        (asked(cohortSpec={}), "cohortSpec"),
    ],
)
async def test_what_google_has_not_is_refused_in_words(site, body, words):
    answer = await post(site, "runReport", body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json()["error"]["message"]


async def test_rows_of_few_people_are_withheld_and_it_is_said(site):
    whole = await report(site, "pagePath", "date")
    assert "subjectToThresholding" not in whole["metadata"]
    await site.do("settings", {"threshold": 2})
    answer = await report(site, "pagePath", "date")
    assert answer["metadata"]["subjectToThresholding"]
    assert answer["rowCount"] < whole["rowCount"]


async def test_too_many_rows_become_other_and_it_is_said(site):
    await site.do("settings", {"cardinality": 2})
    answer = await report(site, "pagePath")
    assert (answer["rowCount"], keys(answer)[-1]) == (3, ("(other)",))
    assert answer["metadata"]["dataLossFromOtherRow"]
    assert sum(counts(answer)) == len(await views(site))


async def test_reasons_of_truncation_are_told(site):
    reasons = [{"dataTruncationType": "DATA_TRUNCATION_TYPE_RULES_BASED_MODELS"}]
    await site.do("settings", {"truncated": reasons})
    assert (await report(site, "date"))["metadata"]["dataTruncationReasons"] == reasons


async def test_the_quota_is_told_on_request_and_refuses_when_it_is_used_up(site):
    await site.do("quota", {"tokensPerHour": 2})
    assert "propertyQuota" not in await report(site, "date")
    quota = (await report(site, "date", returnPropertyQuota=True))["propertyQuota"]
    assert quota["tokensPerHour"] == {"consumed": 1, "remaining": 0}
    busy = await post(site, "runReport", asked(["date"]))
    assert (busy.status_code, busy.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert "retry-after" not in busy.headers
    await site.control.post("/_local/clock", json={"advanceSeconds": 3600})
    await report(site, "date")


async def test_several_reports_are_asked_for_at_once(site):
    body = {"requests": [asked(["date"]), asked(["pagePath"])]}
    answer = check(await post(site, "batchRunReports", body), "batchRunReports")
    assert [each["dimensionHeaders"][0]["name"] for each in answer["reports"]] == ["date", "pagePath"]
    assert (await post(site, "batchRunReports", {"requests": [asked()] * 6})).status_code == 400


async def test_metadata_and_compatibility_name_the_fields(site):
    answer = await site.http.get(f"/v1beta/{site.property}/metadata")
    known = {each["apiName"] for each in check(answer, "getMetadata")["dimensions"]}
    assert {"pagePath", "browser"} <= known
    assert not known & {"lastSessionDate", "networkDomain", "serviceProvider"}
    asks = {"dimensions": [{"name": "pagePath"}], "metrics": [{"name": "sessions"}]}
    fit = check(await post(site, "checkCompatibility", asks), "checkCompatibility")
    assert fit["dimensionCompatibilities"][0]["compatibility"] == "COMPATIBLE"
    wrong = {"dimensions": [{"name": "networkDomain"}]}
    assert (await post(site, "checkCompatibility", wrong)).status_code == 400


async def test_properties_are_found_page_by_page(site):
    await site.do("settings", {"properties": 3})
    seen, page = [], {}
    while True:
        answer = await site.http.get("/v1beta/accountSummaries", params={"pageSize": 2} | page)
        found = check(answer, "list", "analyticsadmin.v1beta")
        seen += [each["propertySummaries"][0]["property"] for each in found["accountSummaries"]]
        if "nextPageToken" not in found:
            break
        page = {"pageToken": found["nextPageToken"]}
    assert len(set(seen)) == 3
    assert seen[0] == site.property
    other = await site.http.get(f"/v1beta/{seen[1]}/metadata")
    assert other.status_code == 403


# Access


def assertion(key, audience=None, **more):
    now = int(time.time())
    claims = {
        "iss": key["client_email"],
        "scope": SCOPE,
        "aud": audience or key["token_uri"],
        "iat": now,
        "exp": now + 600,
    }
    return jwt.encode(claims | more, key["private_key"], "RS256", headers={"kid": key["private_key_id"]})


async def exchanged(site, signed, grant=GRANT):
    async with httpx.AsyncClient(base_url=site.http.base_url, trust_env=False) as client:
        return await client.post("/token", data={"grant_type": grant, "assertion": signed})


async def test_a_service_account_gets_a_token_by_its_signature(site):
    key = await site.do("key", {"base": str(site.http.base_url).rstrip("/")})
    for audience in (None, AUDIENCE):
        token = (await exchanged(site, assertion(key, audience))).json()
        site.http.headers["Authorization"] = f"Bearer {token['access_token']}"
        await report(site, "date")
    await site.control.post("/_local/clock", json={"advanceSeconds": 3601})
    assert (await post(site, "runReport", asked())).status_code == 401


async def test_a_wrong_assertion_gets_none(site):
    base = {"base": str(site.http.base_url).rstrip("/")}
    before = await site.do("key", base)
    key = await site.do("key", base)
    now = int(time.time())
    for signed in (
        assertion(before),
        assertion(key, "https://other.example/token"),
        assertion(key, exp=now - 10, iat=now - 700),
        assertion(key, exp=now + 7200),
        assertion(key, iss="nobody@example.com"),
        "no assertion",
    ):
        refused = await exchanged(site, signed)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await exchanged(site, assertion(key), "password")).status_code == 400
    narrow = (await exchanged(site, assertion(key, scope="openid"))).json()["access_token"]
    site.http.headers["Authorization"] = f"Bearer {narrow}"
    assert (await post(site, "runReport", asked())).status_code == 403
    await site.do("revoke")
    assert (await exchanged(site, assertion(key))).status_code == 400


async def test_a_fault_is_in_googles_words(site):
    await site.order({"action": "status"}, {"action": "status", "status": 503})
    statuses = [(await post(site, "runReport", asked())).json()["error"]["status"] for _ in range(2)]
    assert statuses == ["RESOURCE_EXHAUSTED", "UNAVAILABLE"]


@pytest.mark.parametrize("path", ["runRealtimeReport", "runPivotReport"])
async def test_anything_else_is_refused_by_name(site, path):
    answer = await post(site, path, {})
    assert (answer.status_code, path in answer.json()["error"]["message"]) == (404, True)

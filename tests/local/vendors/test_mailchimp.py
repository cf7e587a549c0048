"""The Mailchimp stand-in. Every request and answer goes through Mailchimp's own description."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiohttp import web
from openapi_core.exceptions import OpenAPIError

from local.vendors import CLIENT_ID, CLIENT_SECRET
from local.vendors.mailchimp.shapes import hashed
from tests.local.vendors.mailchimp_oracle import check

ADDRESS = "Ada@Example.com"


@pytest.fixture
async def chimp(place):
    return await place("mailchimp")


@pytest.fixture
async def filled(chimp):
    await chimp.do("fill", {"members": 60, "campaigns": 4})
    return chimp


async def a_list(chimp):
    await chimp.do("records/lists", {"name": "Customers"})
    [one] = check(await chimp.http.get("/3.0/lists"))["lists"]
    return f"/3.0/lists/{one['id']}"


async def put(chimp, of, address=ADDRESS, *, refused=False, **more):
    body = {"email_address": address, "status_if_new": "subscribed"} | more
    answer = await chimp.http.put(f"{of}/members/{hashed(address)}", json=body)
    assert answer.status_code == (400 if refused else 200), answer.text
    return check(answer)


async def every(chimp, path, name, **query):
    """All of a collection, page by page."""
    found, total = [], 1
    while len(found) < total:
        answer = check(await chimp.http.get(path, params=query | {"count": 7, "offset": len(found)}))
        total = answer["total_items"]
        found += answer[name]
    return found


def test_the_description_refuses_what_mailchimp_would_not_send():
    request = httpx.Request("GET", "http://localhost/mailchimp/3.0/ping")
    check(httpx.Response(200, json={"health_status": "ok"}, request=request))
    with pytest.raises(OpenAPIError):
        check(httpx.Response(200, json={"healthy": "ok"}, request=request))
    with pytest.raises(OpenAPIError):
        check(httpx.Response(200, json={}, request=httpx.Request("GET", "http://localhost/3.0/pong")))


async def test_an_address_is_one_member_whatever_its_case(chimp):
    of = await a_list(chimp)
    made = await put(chimp, of, merge_fields={"FNAME": " Ada ", "NICKNAME": "A"})
    assert (made["email_address"], made["id"]) == (ADDRESS, hashed("ada@example.com"))
    assert made["merge_fields"]["FNAME"] == "Ada"
    assert "NICKNAME" not in made["merge_fields"]
    again = await put(chimp, of, address="ada@example.com", merge_fields={"LNAME": "King"})
    assert (again["merge_fields"]["FNAME"], again["full_name"]) == ("Ada", "Ada King")
    assert len(await every(chimp, f"{of}/members", "members")) == 1
    twice = await chimp.http.post(f"{of}/members", json={"email_address": ADDRESS, "status": "subscribed"})
    assert check(twice)["title"] == "Member Exists"


async def test_who_changed_since_is_found(chimp):
    await chimp.control.post("/_local/clock", json={"stopAt": "2026-11-27T12:00:00+00:00"})
    of = await a_list(chimp)
    await put(chimp, of, address="old@example.com")
    await chimp.control.post("/_local/clock", json={"advanceSeconds": 60})
    await put(chimp, of, address="new@example.com")
    found = await every(chimp, f"{of}/members", "members", since_last_changed="2026-11-27T12:00:30+00:00")
    assert [each["email_address"] for each in found] == ["new@example.com"]
    wrong = await chimp.http.get(f"{of}/members", params={"since_last_changed": "lately"})
    assert wrong.status_code == 400


async def test_the_archived_are_only_found_when_asked_for(chimp):
    of = await a_list(chimp)
    made = await put(chimp, of)
    path = f"{of}/members/{made['id']}"
    assert (await chimp.http.delete(path)).status_code == 204
    assert await every(chimp, f"{of}/members", "members") == []
    assert len(await every(chimp, f"{of}/members", "members", status="archived")) == 1
    assert check(await chimp.http.get(path))["status"] == "archived"
    assert (await chimp.http.delete(path)).status_code == 405


async def test_who_is_permanently_deleted_does_not_come_back_by_a_program(chimp):
    of = await a_list(chimp)
    made = await put(chimp, of)
    path = f"{of}/members/{made['id']}"
    assert (await chimp.http.post(f"{path}/actions/delete-permanent")).status_code == 204
    assert check(await chimp.http.get(path))["title"] == "Resource Not Found"
    assert (await put(chimp, of, refused=True))["title"] == "Forgotten Email Not Subscribed"


async def test_who_left_by_themselves_is_not_subscribed_again_by_a_program(chimp):
    of = await a_list(chimp)
    await put(chimp, of)
    await chimp.do("records/members/2", {"status": "unsubscribed"}, method="PATCH")
    again = await put(chimp, of, refused=True, status="subscribed")
    assert again["title"] == "Member In Compliance State"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email_address": "no address", "status_if_new": "subscribed"}, "email_address"),
        ({"email_address": ADDRESS}, "status_if_new"),
        ({"email_address": "another@example.com", "status_if_new": "subscribed"}, "email_address"),
        (
            {"email_address": ADDRESS, "status_if_new": "subscribed", "merge_fields": {"FNAME": "x" * 300}},
            "FNAME",
        ),
    ],
)
async def test_a_value_that_does_not_fit_is_named(chimp, body, field):
    of = await a_list(chimp)
    answer = await chimp.http.put(f"{of}/members/{hashed(ADDRESS)}", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_campaigns_and_reports_agree_on_what_was_sent(filled):
    campaigns = await every(filled, "/3.0/campaigns", "campaigns")
    sent = [each for each in campaigns if each["status"] == "sent"]
    reports = await every(filled, "/3.0/reports", "reports")
    assert [each["id"] for each in reports] == [each["id"] for each in sent]
    assert [each["emails_sent"] for each in reports] == [each["emails_sent"] for each in sent]
    recent = await every(filled, "/3.0/reports", "reports", since_send_time=reports[0]["send_time"])
    assert recent == reports[:1]
    unsent = next(each["id"] for each in campaigns if each["status"] == "save")
    assert (await filled.http.get(f"/3.0/reports/{unsent}")).status_code == 404
    one = check(await filled.http.get(f"/3.0/campaigns/{unsent}"))
    assert one["settings"]["title"] == "Newsletter 4"


async def test_the_parts_of_a_report_add_up(filled):
    report = (await every(filled, "/3.0/reports", "reports"))[0]
    path = f"/3.0/reports/{report['id']}"
    assert check(await filled.http.get(path)) == report
    sent = await every(filled, f"{path}/sent-to", "sent_to")
    opens = await every(filled, f"{path}/open-details", "members")
    clicks = await every(filled, f"{path}/click-details", "urls_clicked")
    activity = await every(filled, f"{path}/email-activity", "emails")
    left = await every(filled, f"{path}/unsubscribed", "unsubscribes")
    assert len(sent) == len(activity) == report["emails_sent"] > 0
    assert len(opens) == report["opens"]["unique_opens"] > 0
    assert sum(each["opens_count"] for each in opens) == report["opens"]["opens_total"]
    assert sum(each["total_clicks"] for each in clicks) == report["clicks"]["clicks_total"] > 0
    assert len(left) == report["unsubscribed"]
    link = max(clicks, key=lambda each: each["total_clicks"])
    people = await every(filled, f"{path}/click-details/{link['id']}/members", "members")
    assert sum(each["clicks"] for each in people) == link["total_clicks"]
    done = [step["action"] for each in activity for step in each["activity"]]
    assert done.count("open") == report["opens"]["opens_total"]


async def test_activity_since_a_time_leaves_out_who_did_nothing(filled):
    report = (await every(filled, "/3.0/reports", "reports"))[0]
    path, last = f"/3.0/reports/{report['id']}/email-activity", report["opens"]["last_open"]
    late = await every(filled, path, "emails", since=last)
    assert last in [step["timestamp"] for each in late for step in each["activity"]]
    assert all(step["timestamp"] >= last for each in late for step in each["activity"])
    assert 0 < len(late) < report["emails_sent"]


async def test_the_feed_of_a_member_tells_what_they_got_and_did(filled):
    report = (await every(filled, "/3.0/reports", "reports"))[0]
    person = (await every(filled, f"/3.0/reports/{report['id']}/open-details", "members"))[0]
    path = f"/3.0/lists/{person['list_id']}/members/{person['email_id']}/activity-feed"
    feed = check(await filled.http.get(path, params={"count": 100}))["activity"]
    assert {"sent", "open"} <= {each["activity_type"] for each in feed}
    only = check(await filled.http.get(path, params={"activity_filters": "sent"}))["activity"]
    assert {each["activity_type"] for each in only} == {"sent"}


async def test_only_the_fields_that_are_asked_for_are_sent(filled):
    answer = await filled.http.get("/3.0/lists", params={"fields": "lists.id,lists.stats.member_count"})
    assert check_names(answer.json()) == {"lists", "lists.id", "lists.stats", "lists.stats.member_count"}
    without = await filled.http.get("/3.0/lists", params={"exclude_fields": "lists.stats,constraints"})
    assert {"lists.stats", "constraints"} & check_names(without.json()) == set()


def check_names(held, before=""):
    if isinstance(held, list):
        return set().union(*(check_names(each, before) for each in held))
    if not isinstance(held, dict):
        return set()
    own = {f"{before}{name}" for name in held}
    return own.union(*(check_names(value, f"{before}{name}.") for name, value in held.items()))


async def test_the_account_and_its_merge_fields_are_told(filled):
    assert check(await filled.http.get("/3.0/ping"))["health_status"]
    assert check(await filled.http.get("/3.0/"))["account_name"] == filled.account
    [one, *_] = check(await filled.http.get("/3.0/lists"))["lists"]
    fields = check(await filled.http.get(f"/3.0/lists/{one['id']}/merge-fields"))["merge_fields"]
    assert {"FNAME", "LNAME"} <= {each["tag"] for each in fields}


async def test_a_key_is_a_password_of_any_name_and_a_wrong_one_is_refused(filled):
    key = filled.http.headers.pop("Authorization").removeprefix("Bearer ")
    assert key.endswith("-us6")
    assert (await filled.http.get("/3.0/ping", auth=("any", key))).status_code == 200
    refused = await filled.http.get("/3.0/ping", auth=("any", "wrong-us6"))
    assert (refused.status_code, check(refused)["title"]) == (401, "API Key Invalid")


async def test_who_lets_the_app_in_gives_a_token_that_does_not_end(chimp):
    http = chimp.http
    http.headers.pop("Authorization")
    where = {"client_id": CLIENT_ID, "redirect_uri": "http://localhost:7071/back", "response_type": "code"}
    form = {"do": "approve", "account": chimp.account}
    answer = await http.post("/oauth2/authorize", params=where, data=form)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": where["redirect_uri"]}
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = (await http.post("/oauth2/token", data=given | app)).json()
    assert (token["expires_in"], "refresh_token" in token) == (0, False)
    told = await http.get("/oauth2/metadata", headers={"Authorization": f"OAuth {token['access_token']}"})
    assert told.json()["dc"] == "us6"
    await chimp.control.post("/_local/clock", json={"advanceSeconds": 10_000_000})
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await http.get("/3.0/ping", headers=bearer)).status_code == 200
    await chimp.do("revoke")
    assert (await http.get("/3.0/ping", headers=bearer)).status_code == 401
    assert (await http.post("/oauth2/token", data=given | app)).status_code == 400


async def test_more_than_ten_requests_at_once_are_too_many(chimp):
    await chimp.order({"action": "delay", "times": 20, "seconds": 2})
    answers = await asyncio.gather(*(chimp.http.get("/3.0/ping") for _ in range(14)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[:10] == [200] * 10
    assert 429 in statuses
    busy = next(answer for answer in answers if answer.status_code == 429)
    assert not [name for name in busy.headers if "rate" in name.lower() or name.lower() == "retry-after"]


@pytest.mark.parametrize("path", ["/3.0/automations", "/3.0/reports/x/domain-performance", "/2.0/lists"])
async def test_anything_else_is_refused(chimp, path):
    assert (await chimp.http.get(path)).status_code == 404


# Webhooks


@pytest.fixture
async def receiver():
    """A server that takes webhooks: its address, and the forms that it got."""
    got = []

    async def take(request):
        got.append({name: value for name, [value] in parse_qs((await request.read()).decode()).items()})
        return web.Response()

    async def probe(_):
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook/secret", take)
    app.router.add_get("/hook/secret", probe)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook/secret", got
    await runner.cleanup()


async def test_changes_by_people_arrive_as_forms_and_own_changes_do_not(chimp, receiver):
    url, got = receiver
    of = await a_list(chimp)
    events = dict.fromkeys(("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"), True)
    hook = {"url": url, "events": events, "sources": {"user": True, "admin": True, "api": False}}
    made = check(await chimp.http.post(f"{of}/webhooks", json=hook))
    await put(chimp, of)
    await chimp.do("records/members/2", {"merge_fields": {"FNAME": "Ada"}}, method="PATCH")
    await chimp.do("records/members/2", {"status": "unsubscribed"}, method="PATCH")
    while len(got) < 2:  # noqa: ASYNC110 - of another process
        await asyncio.sleep(0.02)
    profile, left = sorted(got, key=lambda form: form["type"])
    assert (profile["type"], profile["data[merges][FNAME]"]) == ("profile", "Ada")
    assert (left["type"], left["data[email]"], left["data[reason]"]) == ("unsubscribe", ADDRESS, "manual")
    assert len(check(await chimp.http.get(f"{of}/webhooks"))["webhooks"]) == 1
    assert (await chimp.http.delete(f"{of}/webhooks/{made['id']}")).status_code == 204


async def test_an_address_that_does_not_answer_is_no_webhook(chimp, receiver):
    url, _ = receiver
    of = await a_list(chimp)
    answer = await chimp.http.post(f"{of}/webhooks", json={"url": url.replace("secret", "wrong")})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "url")


async def test_a_fault_is_in_mailchimps_words(chimp):
    await chimp.order({"action": "status"}, {"action": "status", "status": 500})
    first, second = [await chimp.http.get("/3.0/ping") for _ in range(2)]
    assert (check(first)["title"], first.headers["content-type"]) == (
        "Too Many Requests",
        "application/problem+json; charset=utf-8",
    )
    assert check(second)["status"] == 500

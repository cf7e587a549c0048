"""OAuth, scopes, limits and webhooks of the HubSpot stand-in."""

import asyncio
import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from local.vendors import CLIENT_ID, CLIENT_SECRET
from tests.local.vendors.hubspot_oracle import as_model, shown

CONTACTS = "/crm/objects/2026-09/contacts"
TOKEN = "/oauth/2026-09/token"
APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
BACK = "http://localhost:7071/back"
SCOPE = "crm.objects.contacts.read"
VERIFIER = "a" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
async def hub(place):
    return await place("hubspot")


@pytest.fixture
def door(hub):
    """The API without a token."""
    hub.http.headers.pop("Authorization")
    return hub.http


def where(**more):
    return {"client_id": CLIENT_ID, "redirect_uri": BACK, "scope": SCOPE, "state": "s"} | more


async def approved(hub, door, **more):
    """What comes back to the app after a person has approved."""
    form = {"do": "approve", "account": hub.account}
    answer = await door.post("/oauth/authorize", params=where(**more), data=form)
    assert answer.status_code == 302, answer.text
    return {name: value for name, [value] in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def tokens(hub, door, **more):
    code = (await approved(hub, door, **more))["code"]
    given = APP | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = await door.post(TOKEN, data=given | ({"code_verifier": VERIFIER} if more else {}))
    shown("TokenResponseIF", answer, "oauth")
    return answer.json()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def test_the_page_shows_the_scopes_and_says_that_it_is_not_hubspot(door):
    page = (await door.get("/oauth/authorize", params=where())).text
    assert SCOPE in page
    assert "This is not HubSpot" in page
    assert (await door.get("/oauth/authorize", params=where(scope="all"))).status_code == 400
    assert (await door.get("/oauth/authorize", params=where(redirect_uri="https://x.com"))).status_code == 400


async def test_who_approves_lets_the_app_into_their_account_only(hub, door):
    got = await tokens(hub, door, code_challenge=CHALLENGE, code_challenge_method="S256")
    await hub.do("records/contacts", {"email": "a@example.com"})
    page = await door.get(CONTACTS, headers=bearer(got["access_token"]))
    assert len(page.json()["results"]) == 1
    assert (got["expires_in"], got["scopes"]) == (1800, [SCOPE])


async def test_who_declines_sends_no_code(hub, door):
    answer = await door.post("/oauth/authorize", params=where(), data={"do": "decline"})
    given = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (given["error"], given["state"], "code" in given) == (["access_denied"], ["s"], False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "another"},
        {"redirect_uri": "http://localhost:1/other"},
        {"code": "another"},
        {"code_verifier": "b" * 43},
        {"grant_type": "password"},
    ],
)
async def test_a_code_is_worth_nothing_with_something_wrong_beside_it(hub, door, wrong):
    code = (await approved(hub, door, code_challenge=CHALLENGE))["code"]
    given = APP | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = await door.post(TOKEN, data=given | {"code_verifier": VERIFIER} | wrong)
    assert answer.status_code == 400


async def test_a_code_is_used_once(hub, door):
    code = (await approved(hub, door))["code"]
    given = APP | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert [(await door.post(TOKEN, data=given)).status_code for _ in range(2)] == [200, 400]


async def test_an_access_token_ends_after_half_an_hour_and_is_refreshed(hub, door):
    got = await tokens(hub, door)
    await hub.control.post("/_local/clock", json={"advanceSeconds": 1801})
    answer = await door.get(CONTACTS, headers=bearer(got["access_token"]))
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    given = APP | {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    again = (await door.post(TOKEN, data=given)).json()
    assert (await door.get(CONTACTS, headers=bearer(again["access_token"]))).status_code == 200
    assert again["refresh_token"] == got["refresh_token"]


async def test_a_revoked_refresh_token_takes_its_access_tokens_with_it(hub, door):
    got = await tokens(hub, door)
    asked = APP | {"token": got["refresh_token"], "token_type_hint": "refresh_token"}
    active = (await door.post(f"{TOKEN}/introspect", data=asked)).json()
    assert (active["active"], active["scopes"]) == (True, [SCOPE])
    assert (await door.post(f"{TOKEN}/revoke", data=asked)).status_code == 204
    assert (await door.post(f"{TOKEN}/introspect", data=asked)).json() == {"active": False}
    answer = await door.get(CONTACTS, headers=bearer(got["access_token"]))
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    given = APP | {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    refused = await door.post(TOKEN, data=given)
    assert (refused.status_code, refused.json()["status"]) == (400, "BAD_REFRESH_TOKEN")


async def test_a_client_that_removes_the_app_ends_all_its_tokens(hub, door):
    got = await tokens(hub, door)
    await hub.do("revoke")
    assert (await door.get(CONTACTS, headers=bearer(got["access_token"]))).status_code == 401


async def test_a_missing_scope_is_named(hub, door):
    token = (await hub.do("token", {"scopes": [SCOPE]}))["token"]
    answer = await door.post(CONTACTS, json={"properties": {}}, headers=bearer(token))
    error = as_model("Error", answer)
    assert (answer.status_code, error.category) == (403, "MISSING_SCOPES")
    assert error.errors[0].context == {"requiredGranularScopes": ["crm.objects.contacts.write"]}
    search = await door.post(f"{CONTACTS}/search", json={}, headers=bearer(token))
    assert search.status_code == 200


async def test_headers_tell_what_is_left_and_the_limits_hold(hub):
    await hub.do("limits", {"tenSeconds": 3, "daily": 5})
    answers = [await hub.http.get(CONTACTS) for _ in range(4)]
    left = [answer.headers.get("X-HubSpot-RateLimit-Remaining") for answer in answers[:3]]
    assert left == ["2", "1", "0"]
    assert (answers[3].status_code, answers[3].json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    assert answers[0].headers["X-HubSpot-RateLimit-Daily-Remaining"] == "4"
    await hub.do("limits", {"tenSeconds": 100, "daily": 3})
    assert (await hub.http.get(CONTACTS)).json()["policyName"] == "DAILY"
    await hub.control.post("/_local/clock", json={"advanceSeconds": 86_400})
    assert (await hub.http.get(CONTACTS)).status_code == 200


# Webhooks


class Receiver:
    """A server that takes webhooks, with the answers it shall give."""

    def __init__(self):
        self.got, self.answers, self.url = [], [], ""

    async def take(self, request):
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 204)

    async def events(self, most):
        """All events, once there are so many of them."""
        while sum(len(json.loads(body)) for _, body in self.got) < most:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)
        return [event for _, body in self.got for event in json.loads(body)]


@pytest.fixture
async def receiver(hub):
    taking = Receiver()
    app = web.Application()
    app.router.add_post("/hook", taking.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taking.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await hub.do("webhook", {"url": taking.url})
    await hub.control.post("/_local/retries", json={"seconds": [0.05, 0.05]})
    yield taking
    await hub.do("webhook")
    await runner.cleanup()


async def test_each_kind_of_event_is_sent_and_signed(hub, receiver):
    one, two = await hub.do("records/contacts", [{"email": "a@example.com"}, {"email": "b@example.com"}])
    await hub.http.patch(f"{CONTACTS}/{one}", json={"properties": {"city": "Lund", "zip": "1"}})
    merged = await hub.do(f"records/contacts/{two}/merge", {"into": one})
    await hub.do(f"records/contacts/{merged}", method="DELETE")
    events = await receiver.events(6)
    kinds = [event["subscriptionType"].removeprefix("contact.") for event in events]
    assert kinds == ["creation", "creation", "propertyChange", "propertyChange", "merge", "deletion"]
    assert {(event["propertyName"], event["propertyValue"]) for event in events[2:4]} == {
        ("city", "Lund"),
        ("zip", "1"),
    }
    assert [event["changeSource"] for event in events[1:3]] == ["CRM_UI", "INTEGRATION"]
    merge = events[4]
    assert (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"]) == (
        int(one),
        [int(two)],
        int(merged),
    )
    for headers, body in receiver.got:
        signed = f"POST{receiver.url}".encode() + body + headers["X-HubSpot-Request-Timestamp"].encode()
        digest = hmac.new(CLIENT_SECRET.encode(), signed, hashlib.sha256).digest()
        assert headers["X-HubSpot-Signature-v3"] == base64.b64encode(digest).decode()


async def test_a_webhook_that_fails_comes_again(hub, receiver):
    receiver.answers = [500, 500]
    await hub.do("records/contacts", {"email": "a@example.com"})
    events = await receiver.events(3)
    assert [event["attemptNumber"] for event in events] == [0, 1, 2]
    assert len({event["eventId"] for event in events}) == 1


async def test_webhooks_are_doubled_and_reordered_on_request(hub, receiver):
    await hub.order({"action": "duplicate_webhooks"}, {"action": "reorder_webhooks"})
    await hub.do("records/contacts", [{"email": "a@example.com"}, {"email": "b@example.com"}])
    events = await receiver.events(4)
    assert [event["objectId"] for event in events[:2]] == [2, 1]
    assert events[:2] == events[2:]


async def test_only_events_that_are_subscribed_are_sent(hub, receiver):
    await hub.do("webhook", {"url": receiver.url, "subscriptions": ["contact.deletion"]})
    made = await hub.do("records/contacts", {"email": "a@example.com"})
    await hub.do(f"records/contacts/{made}", method="DELETE")
    assert [event["subscriptionType"] for event in await receiver.events(1)] == ["contact.deletion"]

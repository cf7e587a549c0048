"""Acts that do harm in the wrong hands need a fresh sign-in, and go on after it with nothing lost."""

import html
import re
import secrets
from datetime import timedelta

import httpx
import pytest

import wiring.sign_in
from functions.framework.clock import now
from local.identity.sign_in import sign_in
from tests.own_provider import AUDIENCE, CLIENT, TENANT, OwnProvider
from tests.stored import lasting
from tests.wired import wired_with

ADULT = {"birthYear": "1985", "birthMonth": "12"}
pytestmark = pytest.mark.filterwarnings("ignore:response_mode='form_post'")


async def age(browser, by):
    """Let the sign-in of a browser's session be older."""
    sessions = wiring.sign_in.sessions()
    account, _, _ = browser.cookies["__Host-session"].partition(".")
    for session in await sessions.list(account, now()):
        await sessions.delete(account, session.id)
        at = None if by is None else session.authenticated_at - by
        await sessions.put(session.model_copy(update={"authenticated_at": at}))


@pytest.fixture
def stale(signed_in):
    """Somebody who signed in just before a fresh sign-in would have been."""

    async def enter(by=timedelta(minutes=15)):
        me = await signed_in()
        await age(me.http, by)
        return me

    return enter


async def csrf_of(browser, path="/my/account"):
    return re.search('name="csrf" value="([0-9a-f]+)"', (await browser.get(path)).text)[1]


async def profile_of(me):
    made = await me.api("POST", "profiles", json={"name": "Board"})
    return made.json()["id"]


def link_in(page):
    return html.unescape(re.search('href="(/auth/confirm[^"]*)"', page)[1])


async def confirmed(browser, page, person):
    """Sign in again from the page that asks for it; gives the callback's answer."""
    begun = await browser.get(link_in(page))
    assert begun.status_code == 303, begun.text
    query = httpx.URL(begun.headers["location"]).params
    assert (query["prompt"], query["max_age"]) == ("login", "0")
    async with httpx.AsyncClient(trust_env=False) as provider:
        return await browser.get(await sign_in(provider, begun.headers["location"], person))


def form_in(page):
    """The form of a page: where it leads, and its hidden fields."""
    action = re.search('<form class="sheet stack" method="post" action="([^"]+)"', page)[1]
    fields = re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return action, {name: html.unescape(value) for name, value in fields}


async def test_a_profile_is_deleted_after_a_fresh_sign_in_with_nothing_chosen_anew(stale):
    me = await stale()
    profile = await profile_of(me)
    form = {"csrf": await csrf_of(me.http), "version": "1", f"profiles-{profile}": 'My "new" <name>'}
    asked = await me.http.post(f"/my/account/profiles/{profile}/delete", data=form)
    assert asked.status_code == 403
    assert "Sign in again to confirm that it is you" in asked.text
    assert "Delete the profile" in asked.text
    assert (await me.api("GET", f"profiles/{profile}")).status_code == 200, "nothing was done"

    former = me.http.cookies["__Host-session"]
    back = await confirmed(me.http, asked.text, me.name)
    assert (back.status_code, back.headers["location"]) == (303, "/auth/resume")
    assert me.http.cookies["__Host-session"] != former
    shown = await me.http.get("/auth/resume")
    action, fields = form_in(shown.text)
    assert action == f"/my/account/profiles/{profile}/delete"
    assert fields[f"profiles-{profile}"] == 'My "new" <name>'
    assert (await me.api("GET", f"profiles/{profile}")).status_code == 200, "nor by coming back"

    done = await me.http.post(action, data=fields)
    assert done.headers["location"] == f"/my/account?done=profile-deleted&profile={profile}"
    assert (await me.api("GET", f"profiles/{profile}")).status_code == 404


async def card_of(me):
    made = await me.api(
        "POST", "cards", json={"profileId": await profile_of(me), "content": {"name": "Ada Lovelace"}}
    )
    return made.json()["id"]


async def test_every_act_on_a_page_that_does_harm_asks_first(stale):
    me = await stale()
    profile, card = await profile_of(me), await card_of(me)
    csrf = await csrf_of(me.http)
    before = await lasting()
    for path, fields in (
        (f"/my/account/profiles/{profile}/delete", {"version": "1"}),
        (f"/my/cards/{card}/delete", {"version": "1"}),
        ("/my/account/copy", {}),
        ("/my/account/sessions/keep", {}),
        ("/auth/logout", {"everywhere": "1"}),
    ):
        asked = await me.http.post(path, data={"csrf": csrf, **fields})
        assert asked.status_code == 403, path
        assert link_in(asked.text) == "/auth/confirm?returnTo=/auth/resume"
    fetched = await me.http.get(f"/my/account/copy/job_{'a' * 26}/1.zip")
    assert fetched.status_code == 403
    assert link_in(fetched.text).endswith(f"returnTo=/my/account/copy/job_{'a' * 26}/1.zip")
    assert await lasting() == before


async def test_every_operation_that_does_harm_asks_a_browser_and_no_program(stale, bearer):
    me = await stale()
    profile, card = await profile_of(me), await card_of(me)
    first = {"If-Match": '"1"'}
    acts = (
        ("DELETE", "sessions", {}),
        ("DELETE", f"profiles/{profile}", first),
        ("DELETE", f"cards/{card}", first),
        ("POST", "account/copies", {}),
        ("GET", f"account/copies/job_{'a' * 26}/content?volume=1", {}),
    )
    for method, path, headers in acts:
        refused = await me.api(method, path, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "fresh_sign_in_needed"), path
    program = await me.http.delete(f"/api/v1/cards/{card}", headers={**first, **await bearer(me.name)})
    assert program.status_code == 204


@pytest.mark.parametrize(
    ("by", "status"), [(timedelta(minutes=14), 204), (timedelta(minutes=15), 403), (None, 403)], ids=str
)
async def test_a_sign_in_is_fresh_for_fifteen_minutes_and_one_of_unknown_time_never(stale, by, status):
    me = await stale(by)
    assert (await me.api("DELETE", "sessions")).status_code == status


async def test_what_does_no_harm_asks_for_nothing(stale):
    me = await stale()
    csrf = await csrf_of(me.http)
    added = await me.http.post("/my/account/profiles", data={"csrf": csrf, "key": "a", "profileName": "B"})
    assert added.headers["location"] == "/my/account?done=profile-added"
    assert (await me.http.post("/auth/logout", data={"csrf": csrf})).status_code == 303


async def test_signing_in_as_somebody_else_confirms_nothing(stale):
    me = await stale()
    asked = await me.http.post("/my/account/copy", data={"csrf": await csrf_of(me.http)})
    former = me.http.cookies["__Host-session"]
    before = await lasting()
    answer = await confirmed(me.http, asked.text, f"Person {secrets.token_hex(6)}")
    assert answer.status_code == 400
    assert "somebody else" in answer.text
    assert me.http.cookies["__Host-session"] == former
    assert await lasting() == before, "and no account is made for them"


async def test_turning_back_leaves_the_session_as_it_was(stale):
    me = await stale()
    asked = await me.http.post("/my/account/copy", data={"csrf": await csrf_of(me.http)})
    begun = await me.http.get(link_in(asked.text))
    state = httpx.URL(begun.headers["location"]).params["state"]
    answer = await me.http.get("/auth/callback", params={"error": "access_denied", "state": state})
    assert "You turned back" in answer.text
    assert (await me.api("GET", "account")).status_code == 200
    assert (await me.api("DELETE", "sessions")).status_code == 403


async def test_a_form_that_waits_is_shown_to_its_own_account_alone(stale, signed_in):
    me, other = await stale(), await signed_in()
    await me.http.post("/my/account/copy", data={"csrf": await csrf_of(me.http)})
    other.http.cookies.set("__Host-act", me.http.cookies["__Host-act"], domain="izwop.test")
    assert (await other.http.get("/auth/resume")).headers["location"] == "/my"


@pytest.mark.parametrize("cookie", ["", "x", "A" * 300, "e30"])
async def test_a_made_up_form_is_not_shown(signed_in, cookie):
    me = await signed_in()
    me.http.cookies.set("__Host-act", cookie, domain="izwop.test")
    assert (await me.http.get("/auth/resume")).headers["location"] == "/my"


async def test_a_form_too_large_for_a_cookie_is_asked_for_anew(stale):
    me = await stale()
    form = {"csrf": await csrf_of(me.http), "odd": "x" * 5000}
    asked = await me.http.post("/my/account/copy", data=form)
    assert "set-cookie" not in asked.headers
    assert link_in(asked.text) == "/auth/confirm?returnTo=/my/account/copy"


async def test_a_stranger_confirms_nothing(client):
    for path in ("/auth/confirm?returnTo=/my/x", "/auth/resume"):
        answer = await client().get(path)
        assert answer.headers["location"].startswith("/auth/login?returnTo=/")


async def test_a_kept_device_stays_kept_through_a_fresh_sign_in(signed_in):
    me = await signed_in()
    await me.http.post("/my/account/sessions/keep", data={"csrf": await csrf_of(me.http)})
    await age(me.http, timedelta(hours=1))
    asked = await me.http.post("/my/account/copy", data={"csrf": await csrf_of(me.http)})
    await confirmed(me.http, asked.text, me.name)
    assert "Kept signed in." in (await me.http.get("/my/account")).text


# ---------------------------------------------------------------- providers that do not tell the truth


@pytest.fixture
async def provider(host, tmp_path):
    running = OwnProvider(tmp_path)
    await running.start()
    changes = {
        "OIDC_ISSUER": running.issuer,
        "OIDC_TENANT_ID": TENANT,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_API_AUDIENCE": AUDIENCE,
        "OIDC_CA_FILE": str(running.ca_file),
    }
    async with wired_with(changes):
        yield running
    await running.stop()


async def answered(browser, provider, begun):
    url = begun.headers["location"]
    query = {"code": provider.authorize(url), "state": httpx.URL(url).params["state"]}
    return await browser.get("/auth/callback", params=query)


@pytest.mark.parametrize("at", [None, -3600, -120])
async def test_a_provider_that_did_not_ask_again_confirms_nothing(client, provider, at):
    browser = client()
    provider.says(auth_time=None)
    await answered(browser, provider, await browser.post("/auth/login", data=ADULT))
    provider.says(auth_time=None if at is None else int(now().timestamp()) + at)
    answer = await answered(browser, provider, await browser.get("/auth/confirm?returnTo=/my"))
    assert answer.status_code == 400
    assert "We could not confirm that it is you" in answer.text
    csrf = (await browser.get("/api/v1/session")).json()["csrfToken"]
    refused = await browser.delete("/api/v1/sessions", headers={"X-CSRF-Token": csrf})
    assert refused.json()["code"] == "fresh_sign_in_needed"


@pytest.mark.parametrize("at", ["now", 0, -1, True, 1.5, 99999999999])
async def test_a_time_of_signing_in_that_is_none_signs_nobody_in(client, provider, at):
    browser = client()
    provider.says(auth_time=at)
    answer = await answered(browser, provider, await browser.post("/auth/login", data=ADULT))
    assert answer.status_code == 401
    assert "__Host-session" not in browser.cookies

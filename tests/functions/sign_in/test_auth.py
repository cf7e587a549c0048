"""Signing in and out through the app on its host and a real OpenID provider."""

import itertools
import secrets
from http.cookies import SimpleCookie

import httpx
import pytest

import wiring.accounts
import wiring.notifications
import wiring.sign_in
from domain.sign_in.flow import MINIMUM_AGE
from functions.framework.callers import MAX_FORM_FIELDS
from functions.framework.clock import now
from local.identity.sign_in import sign_in
from tests.stored import lasting

ORIGIN = "https://izwop.test"
# A posted answer would arrive without our Lax cookie; MSAL recommends it all the same.
pytestmark = pytest.mark.filterwarnings("ignore:response_mode='form_post'")
ADULT = {"birthYear": "1985", "birthMonth": "12"}


@pytest.fixture
async def provider_browser():
    async with httpx.AsyncClient(trust_env=False) as browser:
        yield browser


@pytest.fixture
def person():
    return f"Person {secrets.token_hex(6)}"


@pytest.fixture
def to_callback(provider_browser):
    """Answer the age question and the provider's pages; return the callback's URL, not yet visited."""

    async def walk(browser, person, **fields):
        answer = await browser.post("/auth/login", data={**ADULT, **fields})
        assert answer.status_code == 303, answer.text
        provider_browser.cookies.clear()
        return await sign_in(provider_browser, answer.headers["location"], person)

    return walk


def a_child():
    """Somebody who turns the minimum age this month: the youngest who could be old enough, and is not."""
    today = now().date()
    return {"birthYear": str(today.year - MINIMUM_AGE), "birthMonth": str(today.month)}


async def test_signing_in_leads_to_where_it_began(client, to_callback, person):
    browser = client()
    answer = await browser.get(await to_callback(browser, person, returnTo="/my/cards/crd_a?tab=share"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/my/cards/crd_a?tab=share"
    account = (await browser.get("/api/v1/account")).json()
    assert account["email"] == f"{'.'.join(person.lower().split())}@example.com"


async def test_signing_in_again_finds_the_same_account(client, signed_in, person):
    first, second = await signed_in(person), await signed_in(person)
    accounts = [(await browser.api("GET", "account")).json() for browser in (first, second)]
    assert accounts[0] == accounts[1]


@pytest.mark.parametrize(
    "wanted", ["//e.com", "/\\e.com", "https://e.com", "/%2f%2fe.com", "javascript:alert(1)"]
)
async def test_no_address_leads_elsewhere(client, to_callback, person, wanted):
    browser = client()
    shown = await browser.get("/auth/login", params={"returnTo": wanted})
    assert 'name="returnTo" value="/my"' in shown.text
    answer = await browser.get(await to_callback(browser, person, returnTo=wanted))
    assert answer.headers["location"] == "/my"


async def test_the_age_question_is_neutral_and_needs_no_script(client):
    answer = await client().get("/auth/login")
    assert answer.status_code == 200
    words = answer.text.lower().partition("<main")[2]
    assert not any(hint in words for hint in ("13", "thirteen", "years old", "adult", "child", "<script"))
    assert words.count("<h1") == 1


async def test_the_page_may_lead_only_to_us_and_the_provider(client, to_callback, person):
    browser = client()
    policy = (await browser.get("/auth/login")).headers["content-security-policy"]
    allowed = policy.split("form-action ")[1].split(";")[0].split()
    answer = await browser.post("/auth/login", data=ADULT)
    target = httpx.URL(answer.headers["location"])
    assert allowed == ["'self'", f"{target.scheme}://{target.netloc.decode()}"]


async def test_an_odd_answer_shows_the_form_again_with_nothing_lost(client):
    browser = client()
    answer = await browser.post(
        "/auth/login", data={"birthYear": '85"><b>', "birthMonth": "7", "returnTo": "/my/x"}
    )
    assert answer.status_code == 422
    assert 'id="year-fault"' in answer.text
    assert 'aria-describedby="year-fault"' in answer.text
    assert 'value="85&#34;&gt;&lt;b&gt;"' in answer.text
    assert '<option value="7" selected>' in answer.text
    assert 'value="/my/x"' in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_child_is_stopped_and_leaves_no_trace(client):
    await client().get("/auth/login")
    before = await lasting()
    browser = client()
    answer = await browser.post("/auth/login", data=a_child())
    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert list(browser.cookies.items()) == [("__Host-age", "1")]
    assert "max-age" not in answer.headers["set-cookie"].lower()
    for retry in (await browser.get("/auth/login"), await browser.post("/auth/login", data=ADULT)):
        assert retry.status_code == 200
        assert "<form" not in retry.text
        assert "set-cookie" not in retry.headers
    assert await lasting() == before


async def signed_out_browser(client, to_callback, person):
    """A browser in which somebody has been signed in, and no longer is."""
    browser = client()
    await browser.get(await to_callback(browser, person))
    browser.cookies.delete("__Host-session")
    return browser


async def test_a_known_browser_goes_straight_to_the_provider(client, to_callback, person, provider_browser):
    browser = await signed_out_browser(client, to_callback, person)
    answer = await browser.get("/auth/login?returnTo=/my/x")
    assert answer.status_code == 303
    assert "/authorize?" in answer.headers["location"]
    back = await browser.get(await sign_in(provider_browser, answer.headers["location"], person))
    assert back.headers["location"] == "/my/x"
    assert (await browser.get("/api/v1/account")).status_code == 200


async def test_no_first_account_is_made_without_the_age_question(
    client, to_callback, person, provider_browser
):
    """Somebody new, maybe a child, in a browser that is known by another's answer."""
    browser = await signed_out_browser(client, to_callback, person)
    begun = await browser.get("/auth/login?returnTo=/my/x")
    provider_browser.cookies.clear()
    somebody = f"Person {secrets.token_hex(6)}"
    callback = await sign_in(provider_browser, begun.headers["location"], somebody)
    before = await lasting()
    answer = await browser.get(callback)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/auth/login?returnTo=/my/x&first=1",
    )
    assert await lasting() == before
    assert not browser.cookies, "the browser is nobody's, and not known any more"
    asked = await browser.get(answer.headers["location"])
    assert "You are new here" in asked.text
    assert 'name="birthYear"' in asked.text
    stopped = await browser.post("/auth/login", data=a_child())
    assert "location" not in stopped.headers
    assert await lasting() == before


async def test_a_childs_stop_is_stronger_than_a_known_browser(client, to_callback, person):
    browser = await signed_out_browser(client, to_callback, person)
    await browser.post("/auth/login", data=a_child())
    answer = await browser.get("/auth/login")
    assert answer.status_code == 200
    assert "<form" not in answer.text


async def test_only_our_own_seal_makes_a_browser_known(client, to_callback, person):
    browser = await signed_out_browser(client, to_callback, person)
    sealed = browser.cookies["__Host-known"]
    begun = await browser.get("/auth/login")
    flow = SimpleCookie(begun.headers["set-cookie"])["__Host-flow"].value
    for made_up in ("", "1", "asked", flow, sealed[:-2], sealed.swapcase()):
        stranger = client()
        stranger.cookies.set("__Host-known", made_up, domain="izwop.test")
        assert (await stranger.get("/auth/login")).status_code == 200, made_up


async def test_answering_alone_does_not_make_a_browser_known(client):
    browser = client()
    await browser.post("/auth/login", data=ADULT)
    assert "__Host-known" not in browser.cookies
    assert (await browser.get("/auth/login")).status_code == 200


async def test_what_a_browser_is_known_by_says_only_that_the_question_was_answered(
    client, to_callback, person
):
    browsers = [await signed_out_browser(client, to_callback, name) for name in (person, "Somebody Else")]
    sealed = [browser.cookies["__Host-known"] for browser in browsers]
    said = {wiring.sign_in.sealer().unseal(each, "__Host-known") for each in sealed}
    assert said == {b"asked"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://e.com"},
        {"Origin": "null"},
        {"Origin": "http://izwop.test"},
        {"Origin": "https://izwop.test.e.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://e.com"},
    ],
    ids=str,
)
async def test_no_other_site_can_act_for_a_signed_in_person(client, signed_in, headers):
    browser = await signed_in()
    before = await lasting()
    begun = await client().post("/auth/login", data=ADULT, headers=headers)
    assert begun.status_code == 403
    ended = await browser.http.post("/auth/logout", data={"csrf": browser.csrf}, headers=headers)
    assert ended.status_code == 403
    made = await browser.api("POST", "profiles", json={"name": "Forged"}, headers=headers)
    assert made.status_code == 403
    assert made.json()["code"] == "forged_request"
    assert await lasting() == before


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
async def test_a_session_alone_changes_nothing(signed_in, token):
    browser = await signed_in()
    before = await lasting()
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    made = await browser.http.post("/api/v1/profiles", json={"name": "Forged"}, headers=headers)
    assert made.status_code == 403
    ended = await browser.http.post("/auth/logout", data={"csrf" if token else "none": token or ""})
    assert ended.status_code == 403
    assert await lasting() == before


async def test_one_persons_token_does_not_serve_another(signed_in):
    ada, grace = await signed_in(), await signed_in()
    answer = await ada.http.post("/auth/logout", data={"csrf": grace.csrf})
    assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json"])
async def test_a_form_comes_as_a_form(client, kind):
    answer = await client().post(
        "/auth/login", content=b"birthYear=1985&birthMonth=1", headers={"Content-Type": kind}
    )
    assert answer.status_code == 415


@pytest.mark.parametrize("body", [b"birthYear=%ff", b"\xff\xfe", b"&".join([b"a=1"] * (MAX_FORM_FIELDS + 1))])
async def test_a_broken_form_is_refused(client, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client().post("/auth/login", content=body, headers=headers)
    assert answer.status_code == 400


async def test_looking_at_the_sign_out_page_signs_nobody_out(signed_in):
    browser = await signed_in()
    for method in ("GET", "HEAD"):
        await browser.http.request(method, "/auth/logout?everywhere=1")
    assert (await browser.http.get("/auth/logout")).status_code == 200
    assert (await browser.api("GET", "account")).status_code == 200


async def test_signing_out_ends_the_session_at_once(client, signed_in):
    browser = await signed_in()
    stolen = client()
    stolen.cookies.set("__Host-session", browser.http.cookies["__Host-session"], domain="izwop.test")
    assert (await stolen.get("/api/v1/account")).status_code == 200
    answer = await browser.http.post("/auth/logout", data={"csrf": browser.csrf})
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert set(browser.http.cookies) == {"__Host-done", "__Host-known"}, (
        "nothing of the session or the person"
    )
    assert (await stolen.get("/api/v1/account")).status_code == 401


async def test_signing_out_goes_through_the_provider_and_back(signed_in, provider_browser, cloud):
    browser = await signed_in()
    answer = await browser.http.post("/auth/logout", data={"csrf": browser.csrf})
    target = httpx.URL(answer.headers["location"])
    assert target.params["post_logout_redirect_uri"] == f"{ORIGIN}/"
    back = await provider_browser.get(target)
    for _ in range(3):
        if back.has_redirect_location and not back.headers["location"].startswith(ORIGIN):
            back = await provider_browser.get(back.request.url.join(back.headers["location"]))
    assert back.headers["location"].startswith(f"{ORIGIN}/")


async def test_signing_out_everywhere_ends_every_session_of_the_account_only(signed_in, person):
    here, there, other = await signed_in(person), await signed_in(person), await signed_in()
    await here.http.post("/auth/logout", data={"csrf": here.csrf, "everywhere": "1"})
    assert (await there.api("GET", "account")).status_code == 401
    assert (await other.api("GET", "account")).status_code == 200


@pytest.mark.parametrize(
    ("chosen", "said"),
    [({}, "You are signed out."), ({"everywhere": "1"}, "You are signed out everywhere")],
)
async def test_the_home_page_says_once_that_one_is_signed_out(signed_in, chosen, said):
    browser = await signed_in()
    await browser.http.post("/auth/logout", data={"csrf": browser.csrf, **chosen})
    home = await browser.http.get("/")
    assert said in home.text
    assert 'role="status"' in home.text
    assert "signed out" not in (await browser.http.get("/")).text


@pytest.mark.parametrize("cookie", ["", "x", "<b>zzz</b>", "EVERYWHERE"])
async def test_a_made_up_word_of_a_sign_out_is_not_said(client, cookie):
    browser = client()
    browser.cookies.set("__Host-done", cookie, domain="izwop.test")
    home = (await browser.get("/")).text
    assert "signed out" not in home
    assert "zzz" not in home


async def test_signing_in_makes_a_new_session_and_ends_the_former(client, to_callback, signed_in, person):
    """A planted cookie is never taken over, and the account of before is not left open."""
    attacker = await signed_in()
    planted = attacker.http.cookies["__Host-session"]
    browser = client()
    browser.cookies.set("__Host-session", planted, domain="izwop.test")
    await browser.get(await to_callback(browser, person))
    assert browser.cookies["__Host-session"] != planted
    assert (await browser.get("/api/v1/account")).json()["email"].startswith("person.")
    assert (await attacker.api("GET", "account")).status_code == 401


async def test_an_answer_for_another_browser_signs_nobody_in(client, to_callback, person):
    callback = await to_callback(client(), person)
    before = await lasting()
    stranger = client()
    answer = await stranger.get(callback)
    assert answer.status_code == 400
    busy = client()
    await busy.post("/auth/login", data=ADULT)
    answer = await busy.get(callback)
    assert answer.status_code == 400
    assert "__Host-session" not in busy.cookies
    assert "__Host-flow" in busy.cookies, "its own sign-in goes on"
    assert await lasting() == before


async def test_an_answer_works_once(client, to_callback, person):
    browser = client()
    callback = await to_callback(browser, person)
    flow = browser.cookies["__Host-flow"]
    assert (await browser.get(callback)).status_code == 303
    assert "__Host-flow" not in browser.cookies
    before = await lasting()
    again = await browser.get(callback)
    assert (again.status_code, again.headers["location"]) == (303, "/my"), "loaded again by who is signed in"
    thief = client()
    thief.cookies.set("__Host-flow", flow, domain="izwop.test")
    answer = await thief.get(callback)
    assert answer.status_code == 400, "the provider takes a code once"
    assert "__Host-session" not in thief.cookies
    assert await lasting() == before


async def test_a_code_from_another_sign_in_fails_at_pkce(client, to_callback, person):
    attacker, victim = client(), client()
    stolen = httpx.URL(await to_callback(attacker, person)).params["code"]
    own = httpx.URL(await to_callback(victim, person))
    before = await lasting()
    answer = await victim.get(own.copy_set_param("code", stolen))
    assert answer.status_code == 400
    assert "__Host-session" not in victim.cookies
    assert await lasting() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.copy_remove_param("state"),
        lambda url: url.copy_set_param("state", "another"),
        lambda url: url.copy_set_param("state", "é"),
        lambda url: url.copy_remove_param("code"),
        lambda url: url.copy_set_param("code", "invented"),
        lambda url: url.copy_set_param("code", "x" * 10000),
        lambda url: url.copy_set_param("iss", "https://another.example/v2.0"),
        lambda url: url.copy_remove_param("code").copy_set_param("error", "access_denied"),
    ],
)
async def test_a_changed_answer_signs_nobody_in(client, to_callback, person, change):
    browser = client()
    callback = httpx.URL(await to_callback(browser, person))
    before = await lasting()
    answer = await browser.get(change(callback))
    assert answer.status_code == 400
    assert "Try again" in answer.text
    assert "__Host-session" not in browser.cookies
    assert await lasting() == before


async def test_who_turns_back_at_the_provider_is_told_so_and_can_go_on(client, to_callback, person):
    browser = client()
    callback = httpx.URL(await to_callback(browser, person, returnTo="/my/x"))
    answer = await browser.get(callback.copy_remove_param("code").copy_set_param("error", "access_denied"))
    assert answer.status_code == 400
    assert "You turned back" in answer.text
    assert "did not confirm" not in answer.text
    assert 'href="/auth/login?returnTo=/my/x"' in answer.text
    other = await client().get(f"{ORIGIN}/auth/callback?error=access_denied&state=invented")
    assert "You turned back" not in other.text, "nobody is told of what this browser did not begin"


async def test_what_the_provider_says_of_an_error_is_not_repeated(client, to_callback, person):
    browser = client()
    callback = httpx.URL(await to_callback(browser, person)).copy_remove_param("code")
    answer = await browser.get(
        callback.copy_merge_params({"error": "zzz-error", "error_description": "<b>zzz-text</b>"})
    )
    assert "zzz" not in answer.text


@pytest.mark.parametrize("cookie", ["", "x", "A" * 300, "../..", "e30"])
async def test_a_made_up_flow_cookie_is_no_flow(client, cookie):
    browser = client()
    browser.cookies.set("__Host-flow", cookie, domain="izwop.test")
    assert (await browser.get("/auth/callback?code=x&state=y")).status_code == 400


async def test_of_two_windows_the_later_one_is_signed_in(client, to_callback, person):
    browser = client()
    earlier = await to_callback(browser, person)
    later = await to_callback(browser, person)
    assert (await browser.get(earlier)).status_code == 400
    assert (await browser.get(later)).status_code == 303


async def test_cookies_at_the_wire_bind_to_this_host_alone(host, client, to_callback, person, signed_in):
    raw = httpx.AsyncClient(transport=httpx.ASGITransport(app=host.asgi), base_url=ORIGIN)
    browser, set_by = client(), {}
    callback = await to_callback(browser, person)
    cookies = {"Cookie": f"__Host-flow={browser.cookies['__Host-flow']}"}
    me = await signed_in()
    session = {"Cookie": f"__Host-session={me.http.cookies['__Host-session']}"}
    answers = [
        await raw.post("/auth/login", data=ADULT),
        await raw.post("/auth/login", data=a_child()),
        await raw.get(callback, headers=cookies),
        await raw.post("/auth/logout", data={"csrf": me.csrf}, headers=session),
    ]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        for line in answer.headers.get_list("set-cookie"):
            assert len(line) < 1024
            [(name, cookie)] = SimpleCookie(line).items()
            set_by.setdefault(name, []).append(cookie)
    assert set(set_by) == {
        "__Host-session",
        "__Host-flow",
        "__Host-age",
        "__Host-done",
        "__Host-known",
        "__Host-act",
    }
    for cookie in itertools.chain(*set_by.values()):
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "lax"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
    lifetimes = {name: [cookie["max-age"] for cookie in cookies] for name, cookies in set_by.items()}
    assert lifetimes == {
        "__Host-session": ["", "0"],
        "__Host-flow": ["600", "0", "0"],
        "__Host-age": [""],
        "__Host-done": ["600"],
        "__Host-act": ["0"],
        "__Host-known": [str(400 * 24 * 3600)],
    }


async def test_pages_set_no_cookies(client, signed_in):
    assert "set-cookie" not in (await client().get("/auth/login")).headers
    me = await signed_in()
    assert "set-cookie" not in (await me.http.get("/auth/logout")).headers


async def test_a_signed_in_person_is_not_asked_again(signed_in):
    me = await signed_in()
    answer = await me.http.get("/auth/login?returnTo=/my/x")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/my/x"


async def test_the_host_name_of_a_request_decides_nothing(client):
    headers = {
        "Host": "e.com",
        "X-Forwarded-Host": "e.com",
        "X-Original-Host": "e.com",
        "Forwarded": "host=e.com",
    }
    answer = await client().post("/auth/login", data=ADULT, headers=headers)
    target = httpx.URL(answer.headers["location"])
    assert target.params["redirect_uri"] == f"{ORIGIN}/auth/callback"
    assert "e.com" not in str(target).replace("example.com", "")


async def test_a_program_acts_for_a_person_who_has_an_account(client, signed_in, bearer, person):
    headers = await bearer(person)
    answer = await client().get("/api/v1/account", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "no_account"
    me = await signed_in(person)
    answer = await client().get("/api/v1/account", headers=headers)
    assert answer.json() == (await me.api("GET", "account")).json()
    made = await client().post("/api/v1/profiles", json={"name": "By a program"}, headers=headers)
    assert made.status_code == 201, "a bearer token needs no anti-forgery token"


async def test_a_bad_bearer_token_is_not_helped_by_a_good_cookie(signed_in):
    me = await signed_in()
    for bad in ("Bearer x", "Bearer", "Basic eDp5", "", f"Bearer {me.http.cookies['__Host-session']}"):
        answer = await me.http.get("/api/v1/account", headers={"Authorization": bad})
        assert answer.status_code == 401, bad


async def test_a_first_sign_in_orders_the_welcome_mail(client, to_callback, person, monkeypatch):
    ordered = []

    async def note(order):
        ordered.append(order.account_id)

    monkeypatch.setattr(wiring.notifications.queue(), "send", note)
    browser = client()
    await browser.get(await to_callback(browser, person))
    account = (await browser.get("/api/v1/account")).json()["id"]
    await browser.get(await to_callback(browser, person))
    assert ordered == [account, account], "again until it was sent"
    await wiring.accounts.store().mark_welcomed(account, now())
    await browser.get(await to_callback(browser, person))
    assert len(ordered) == 2


async def test_a_queue_that_is_down_keeps_nobody_out(client, to_callback, monkeypatch, caplog):
    async def fail(order):
        raise ConnectionError(f"no queue for {order}")

    monkeypatch.setattr(wiring.notifications.queue(), "send", fail)
    browser = client()
    answer = await browser.get(await to_callback(browser, f"Person {secrets.token_hex(6)}"))
    assert answer.status_code == 303
    assert "welcome_not_queued error=ConnectionError" in caplog.text
    assert "acc_" not in caplog.text

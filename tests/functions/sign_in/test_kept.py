"""Staying signed in on a device that one trusts, at the app's doors."""

import re
import secrets

import httpx
import pytest

import wiring.sign_in
from local.identity.sign_in import sign_in
from tests.wired import wired_with

ADULT = {"birthYear": "1985", "birthMonth": "12"}
MONTH = 30 * 24 * 3600
pytestmark = pytest.mark.filterwarnings("ignore:response_mode='form_post'")


@pytest.fixture
def enter(client):
    """Sign somebody new in; gives the browser and the callback's answer."""

    async def walk(**fields):
        browser = client()
        begun = await browser.post("/auth/login", data={**ADULT, **fields})
        async with httpx.AsyncClient(trust_env=False) as provider:
            person = f"Person {secrets.token_hex(6)}"
            callback = await sign_in(provider, begun.headers["location"], person)
        return browser, await browser.get(callback)

    return walk


def max_age(answer):
    [line] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-session=")]
    found = re.search("(?i)max-age=([0-9]+)", line)
    return int(found[1]) if found else None


async def csrf_of(browser):
    return re.search('name="csrf" value="([0-9a-f]+)"', (await browser.get("/my/account")).text)[1]


async def test_nobody_is_kept_who_did_not_choose_it(client, enter):
    page = (await client().get("/auth/login")).text
    assert "Keep me signed in on this device" in page
    assert " checked" not in page
    browser, answer = await enter()
    assert max_age(answer) is None
    account = (await browser.get("/my/account")).text
    assert "Kept signed in" not in account


@pytest.mark.parametrize("odd", ["0", "", "on", "true", "1 "])
async def test_an_odd_choice_is_none(enter, odd):
    _, answer = await enter(keep=odd)
    assert max_age(answer) is None


async def test_who_chose_it_stays_for_thirty_days(enter):
    browser, answer = await enter(keep="1")
    assert max_age(answer) == MONTH
    account = (await browser.get("/my/account")).text
    assert "Kept signed in." in account
    assert 'action="/my/account/sessions/keep"' not in account


async def test_a_choice_is_kept_when_the_answer_about_age_has_to_be_mended(client):
    answer = await client().post("/auth/login", data={"birthYear": "85", "birthMonth": "1", "keep": "1"})
    assert answer.status_code == 422
    assert 'name="keep" value="1" checked aria-describedby="keep-hint"' in answer.text


async def test_a_device_can_be_kept_later_under_account(client, enter):
    browser, _ = await enter()
    former = browser.cookies["__Host-session"]
    answer = await browser.post("/my/account/sessions/keep", data={"csrf": await csrf_of(browser)})
    assert answer.headers["location"] == "/my/account?done=session-kept#sessions"
    assert max_age(answer) == MONTH
    shown = (await browser.get(answer.headers["location"])).text
    assert "You stay signed in on this device." in shown
    assert shown.count("Signed in ") == 2, "one session, and the heading above it"
    stolen = client()
    stolen.cookies.set("__Host-session", former, domain="izwop.test")
    assert (await stolen.get("/api/v1/account")).status_code == 401, "no copy of the former lives on"


async def test_keeping_a_kept_device_makes_it_no_longer(enter):
    browser, _ = await enter(keep="1")
    answer = await browser.post("/my/account/sessions/keep", data={"csrf": await csrf_of(browser)})
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


async def test_no_other_site_can_keep_a_device(enter):
    browser, _ = await enter()
    csrf = await csrf_of(browser)
    for data, headers in (({"csrf": "0" * 64}, {}), ({"csrf": csrf}, {"Origin": "https://e.com"})):
        answer = await browser.post("/my/account/sessions/keep", data=data, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_a_kept_device_is_listed_and_ended_from_another(signed_in, client):
    here = await signed_in()
    kept = await signed_in(here.name)
    await kept.http.post("/my/account/sessions/keep", data={"csrf": await csrf_of(kept.http)})
    shown = (await here.http.get("/my/account")).text
    assert "Kept signed in." in shown
    [session] = re.findall('name="session" value="([0-9a-f]+)"', shown)
    await here.http.post("/my/account/sessions", data={"csrf": await csrf_of(here.http), "session": session})
    assert (await kept.http.get("/api/v1/account")).status_code == 401


async def test_the_times_are_settings(host, client, cloud):
    changes = {"KEPT_SESSION_DAYS": "7", "KEPT_SESSION_IDLE_DAYS": "2", "SESSION_HOURS": "1"}
    async with wired_with(changes):
        assert "For up to 7 days." in (await client().get("/auth/login")).text
        kept, plain = (wiring.sign_in.session_span(kept=each) for each in (True, False))
    assert (kept.idle.days, kept.longest.days, plain.longest.seconds) == (2, 7, 3600)

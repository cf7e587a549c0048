"""Sign-in with an identity provider that lies, is down, or sends other people's identities."""

import hashlib
import secrets
import time

import httpx
import jwt
import pytest
from aiohttp import web

import wiring.accounts
import wiring.sign_in
from tests.own_provider import AUDIENCE, CLIENT, TENANT, OwnProvider, new_key
from tests.stored import lasting
from tests.wired import wired_with

ORIGIN = "https://izwop.test"
ADULT = {"birthYear": "1985", "birthMonth": "12"}
pytestmark = pytest.mark.filterwarnings("ignore:response_mode='form_post'")


@pytest.fixture(scope="module")
async def running(tmp_path_factory):
    provider = OwnProvider(tmp_path_factory.mktemp("provider"))
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture
def provider(running):
    running.reset()
    return running


@pytest.fixture
async def pointed(host, provider):
    """The app with the lying provider for its own, and all else as it was."""
    changes = {
        "OIDC_ISSUER": provider.issuer,
        "OIDC_TENANT_ID": TENANT,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_API_AUDIENCE": AUDIENCE,
        "OIDC_CA_FILE": str(provider.ca_file),
    }
    async with wired_with(changes):
        yield


async def enter(browser, provider):
    """Sign in with whatever ID token the provider makes; return the callback's answer."""
    begun = await browser.post("/auth/login", data=ADULT)
    assert begun.status_code == 303, begun.text
    url = begun.headers["location"]
    code = provider.authorize(url)
    return await browser.get("/auth/callback", params={"code": code, "state": httpx.URL(url).params["state"]})


async def account_of(browser):
    return (await browser.get("/api/v1/account")).json()["id"]


async def test_an_honest_provider_signs_people_in(client, pointed, provider):
    browser = client()
    answer = await enter(browser, provider)
    assert answer.status_code == 303, answer.text
    assert await account_of(browser)


THIEF = new_key()
LIES = {
    "unsigned": lambda p, nonce: jwt.PyJWT().encode(p.id_claims(nonce), None, algorithm="none"),
    "signed by somebody": lambda p, nonce: p.sign(p.id_claims(nonce), key=THIEF),
    "signed with the client's secret": lambda p, nonce: p.sign(p.id_claims(nonce), key="x" * 32, alg="HS256"),
    "aud wrong": lambda p, nonce: p.id_token(nonce, aud="another-client"),
    "aud of the API": lambda p, nonce: p.id_token(nonce, aud=AUDIENCE),
    "iss wrong": lambda p, nonce: p.id_token(nonce, iss="https://another.example/v2.0"),
    "tid wrong": lambda p, nonce: p.id_token(nonce, tid=CLIENT),
    "expired": lambda p, nonce: p.id_token(nonce, exp=int(time.time()) - 61),
    "not yet valid": lambda p, nonce: p.id_token(nonce, nbf=int(time.time()) + 90),
    "sub absent": lambda p, nonce: p.id_token(nonce, sub=None),
    "access token": lambda p, nonce: p.access_token(aud=CLIENT, nonce=nonce),
    "sub a lone surrogate": lambda p, nonce: p.id_token(nonce, sub="\ud800"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_an_id_token_that_msal_lets_pass_signs_nobody_in(client, pointed, provider, lie):
    provider.make_id_token = lambda nonce: LIES[lie](provider, nonce)
    before = await lasting()
    browser = client()
    answer = await enter(browser, provider)
    assert provider.calls["token"] == 1, "the lie was told"
    assert answer.status_code == 401, answer.text
    assert "Try again" in answer.text
    assert not browser.cookies, "neither a session nor a second try with the same answer"
    assert await lasting() == before


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "a.b.c", "....", "e30.e30.e30"])
async def test_an_answer_without_a_readable_id_token_signs_nobody_in(client, pointed, provider, token):
    provider.make_id_token = lambda _: token
    browser = client()
    answer = await enter(browser, provider)
    assert answer.status_code in (400, 401)
    assert not browser.cookies


async def test_the_nonce_of_another_sign_in_signs_nobody_in(client, pointed, provider):
    provider.make_id_token = lambda _: provider.id_token(hashlib.sha256(b"another").hexdigest())
    browser = client()
    answer = await enter(browser, provider)
    assert answer.status_code == 400
    assert not browser.cookies


@pytest.mark.parametrize("email", [None, "", "not an address", 7, ["ada@example.com"]])
async def test_without_an_email_address_the_page_says_so(client, pointed, provider, email):
    provider.says(email=email, sub=secrets.token_hex(8), preferred_username="ada@example.com")
    before = await lasting()
    answer = await enter(client(), provider)
    assert answer.status_code == 400
    assert "no e-mail address" in answer.text
    assert await lasting() == before


@pytest.mark.parametrize(
    "names",
    [
        {"email": "victim@example.com"},
        {"email": "VICTIM@example.com"},
        {"email": "victim@example.com", "email_verified": True},
        {"email": "victim@example.com", "preferred_username": "victim@example.com"},
        {"email": "mallory@example.com", "upn": "victim@example.com", "unique_name": "victim@example.com"},
        {"email": "victim@example.com", "oid": "the-oid-of-the-victim"},
    ],
    ids=str,
)
async def test_the_victims_names_do_not_open_the_victims_account(client, pointed, provider, names):
    provider.says(sub="victim-sub", email="victim@example.com", oid="the-oid-of-the-victim")
    victim, attacker = client(), client()
    await enter(victim, provider)
    provider.says(sub=f"attacker-{secrets.token_hex(4)}", **names)
    await enter(attacker, provider)
    assert await account_of(attacker) != await account_of(victim)
    bearer = provider.access_token(sub=f"attacker-{secrets.token_hex(4)}", **names)
    answer = await client().get("/api/v1/account", headers={"Authorization": f"Bearer {bearer}"})
    assert answer.json()["code"] == "no_account"


async def test_a_new_address_keeps_the_account(client, pointed, provider):
    sub = secrets.token_hex(8)
    provider.says(sub=sub, email="before@example.com")
    first, second = client(), client()
    await enter(first, provider)
    provider.says(sub=sub, email="after@example.com")
    await enter(second, provider)
    assert await account_of(first) == await account_of(second)


async def test_the_account_keeps_which_address_was_verified_at_the_latest_sign_in(client, pointed, provider):
    sub, browser = secrets.token_hex(8), client()
    for said, kept in (
        ({"email": "a@example.com"}, None),
        ({"email": "a@example.com", "email_verified": True}, "a@example.com"),
        ({"email": "b@example.com", "email_verified": True}, "b@example.com"),
        ({"email": "c@example.com", "email_verified": False}, None),
        ({"email": "b@example.com", "xms_edov": 1}, "b@example.com"),
        ({"email": "b@example.com"}, None),
    ):
        provider.says(sub=sub, **said)
        await enter(browser, provider)
        account = await wiring.accounts.store().get(await account_of(browser))
        assert (account.email, account.verified_email) == ("a@example.com", kept)


@pytest.mark.parametrize(
    "make",
    [
        lambda p: p.sign(p.access_claims(), key=THIEF),
        lambda p: p.sign(p.access_claims(), key=THIEF, kid="unknown"),
        lambda p: jwt.PyJWT().encode(p.access_claims(), None, algorithm="none", headers={"kid": "first"}),
        lambda p: p.access_token(aud="https://graph.microsoft.com"),
        lambda p: p.access_token(exp=int(time.time()) - 65),
        lambda p: p.access_token(nbf=int(time.time()) + 90),
        lambda p: p.access_token(tid=CLIENT),
        lambda p: p.access_token(scp=None),
        lambda p: p.access_token(azp=None),
        lambda p: p.id_token("a-nonce"),
        lambda p: p.access_token(padding="x" * 17000),
        lambda p: p.access_token() + "," + p.access_token(),
        lambda _: "' OR 1=1 --",
        lambda p: p.access_token(sub="\ud800"),
    ],
)
async def test_every_bad_bearer_token_gets_the_same_answer(client, pointed, provider, make):
    token = make(provider)
    answer = await client().get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    problem = answer.json()
    del problem["instance"]
    assert problem == {
        "type": "urn:izwop:problem:unauthenticated",
        "title": "Sign in first",
        "status": 401,
        "code": "unauthenticated",
        "detail": "Sign in first",
        "errors": [],
    }


async def test_a_key_that_was_rotated_in_works_at_the_door(client, pointed, provider):
    sub = secrets.token_hex(8)
    provider.says(sub=sub)
    await enter(client(), provider)
    provider.keys["second"] = second = new_key()
    token = provider.sign(provider.access_claims(sub=sub), key=second, kid="second")
    answer = await client().get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert provider.calls["keys"] == 2


async def test_a_child_never_reaches_the_provider(client, pointed, provider):
    from functions.framework.clock import now  # noqa: PLC0415

    browser = client()
    await browser.get("/auth/login")
    asked = dict(provider.calls)
    today = now().date()
    child = {"birthYear": str(today.year - 12), "birthMonth": str(today.month)}
    answer = await browser.post("/auth/login", data=child)
    assert answer.status_code == 200
    assert provider.calls == asked == {"discovery": 1}


async def test_while_the_provider_is_down_people_are_told_to_try_again(client, pointed, provider):
    provider.down = True
    shown = await client().get("/auth/login")
    begun = await client().post("/auth/login", data=ADULT)
    token = provider.access_token()
    called = await client().get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    for answer in (shown, begun, called):
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "set-cookie" not in answer.headers


async def test_a_provider_that_fails_at_the_code_is_told_from_one_that_refuses(client, pointed, provider):
    browser = client()
    begun = await browser.post("/auth/login", data=ADULT)
    url = begun.headers["location"]
    code = provider.authorize(url)
    provider.down = True
    answer = await browser.get(
        "/auth/callback", params={"code": code, "state": httpx.URL(url).params["state"]}
    )
    assert answer.status_code == 503
    assert not browser.cookies


async def test_one_throttled_sign_in_keeps_nobody_else_out(client, pointed, provider):
    provider.token_answers = [
        web.json_response({"error": "too_many"}, status=429, headers={"Retry-After": "3600"}),
        web.Response(status=503, headers={"Retry-After": "4"}),
        web.Response(status=503),
    ]
    for wait, words in (("3600", "in an hour"), ("4", "in a moment"), ("2", "in a moment")):
        answer = await enter(client(), provider)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == wait
        assert f"Please try again {words}." in answer.text
    browser = client()
    assert (await enter(browser, provider)).status_code == 303
    assert await account_of(browser)


@pytest.mark.parametrize("wait", ["-5", "0", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 300, "²"])
async def test_a_wait_that_makes_no_sense_is_kept_within_bounds(client, pointed, provider, wait):
    provider.token_answers = [web.Response(status=429, headers={"Retry-After": wait})]
    answer = await enter(client(), provider)
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["retry-after"]) <= 3600


async def test_of_a_long_token_answer_little_is_read(client, pointed, provider):
    provider.token_bytes = 200_000_000
    browser = client()
    answer = await enter(browser, provider)
    assert answer.status_code == 503
    assert not browser.cookies
    assert provider.sent < 20_000_000, "what the sockets hold, not the whole of it"


async def test_a_token_endpoint_that_sends_the_secret_elsewhere_is_not_followed(client, pointed, provider):
    elsewhere = f"{provider.origin}/keys"
    provider.token_answers = [web.Response(status=307, headers={"Location": elsewhere})]
    assert (await enter(client(), provider)).status_code == 503
    assert provider.calls["keys"] == 0


async def test_signing_out_works_while_the_provider_is_down(client, pointed, provider, monkeypatch):
    browser = client()
    await enter(browser, provider)
    csrf = (await browser.get("/api/v1/session")).json()["csrfToken"]
    monkeypatch.setattr(wiring.sign_in.provider(), "_discovery", None)
    provider.down = True
    assert 'name="csrf"' in (await browser.get("/auth/logout")).text
    answer = await browser.post("/auth/logout", data={"csrf": csrf})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert (await browser.get("/api/v1/account")).status_code == 401


async def test_nothing_personal_is_logged(client, pointed, provider, caplog):
    caplog.set_level("INFO")
    provider.says(sub="sub-canary", email="canary@example.com", name="Canary Name", aud="wrong")
    await enter(client(), provider)
    provider.says(sub="sub-canary", email="canary@example.com", name="Canary Name")
    await enter(client(), provider)
    ours = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "aiohttp"))
    )
    assert "token_refused" in ours
    assert "canary" not in ours.lower()

"""The local identity provider, used the way the app and its programs use Microsoft Entra External ID."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import msal
import pytest
import requests

from local import identity
from local.identity.sign_in import SignInFailed, access_token, sign_in

ORIGIN = "http://localhost:7071"
CALLBACK = f"{ORIGIN}/auth/callback"


@pytest.fixture(scope="module")
async def provider(tmp_path_factory):
    folder = tmp_path_factory.mktemp("identity")
    running = await identity.start(public_origin=ORIGIN, folder=folder, logs=folder / "logs", memory=True)
    yield running
    await running.child.stop()


@pytest.fixture
def trusting(provider):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(provider.ca_file)
        yield session


@pytest.fixture
def app(provider, trusting):
    return msal.ConfidentialClientApplication(
        identity.CLIENT_ID,
        client_credential=identity.CLIENT_SECRET,
        oidc_authority=provider.issuer,
        http_client=trusting,
    )


@pytest.fixture
async def browser():
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def claims_of(token, provider, trusting, audience):
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    keys = jwt.PyJWKSet.from_dict(trusting.get(f"{provider.issuer}/jwks").json())
    return jwt.decode(
        token, keys[header["kid"]], algorithms=["RS256"], audience=audience, issuer=provider.issuer
    )


async def signed_in(app, browser, person="Ada Lovelace", scopes=("email",)):
    flow = app.initiate_auth_code_flow(list(scopes), redirect_uri=CALLBACK)
    callback = await sign_in(browser, flow["auth_uri"], person)
    assert callback.startswith(f"{CALLBACK}?")
    answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    return flow, answer


def test_discovery_sends_servers_to_https_and_browsers_to_http(provider, trusting):
    document = trusting.get(f"{provider.issuer}/.well-known/openid-configuration").json()
    assert document["issuer"] == provider.issuer
    assert provider.issuer.endswith(f"/{identity.TENANT_ID}/v2.0")
    for name in ("token_endpoint", "jwks_uri"):
        assert document[name].startswith(f"{provider.issuer}/")
    for name in ("authorization_endpoint", "end_session_endpoint"):
        assert document[name].startswith(f"{provider.browser_origin}/")
    assert document["code_challenge_methods_supported"] == ["S256"]


async def test_msal_signs_a_person_in(provider, app, browser, trusting):
    flow, answer = await signed_in(app, browser)
    tokens = app.acquire_token_by_auth_code_flow(flow, answer)
    claims = claims_of(tokens["id_token"], provider, trusting, identity.CLIENT_ID)
    assert claims["tid"] == identity.TENANT_ID
    assert (claims["name"], claims["email"]) == ("Ada Lovelace", "ada@example.com")
    assert claims["preferred_username"] == "ada@example.com"
    assert claims["ver"] == "2.0"
    assert claims["sub"] != claims["oid"]
    assert claims["nbf"] <= claims["iat"] < claims["exp"]


async def test_msal_renews_tokens_silently(app, browser):
    flow, answer = await signed_in(app, browser)
    app.acquire_token_by_auth_code_flow(flow, answer)
    [account] = app.get_accounts()
    renewed = app.acquire_token_silent_with_error(["email"], account=account, force_refresh=True)
    assert "access_token" in renewed, renewed


async def test_a_wrong_verifier_is_refused(app, browser):
    flow, answer = await signed_in(app, browser)
    refused = app.acquire_token_by_auth_code_flow(flow | {"code_verifier": "x" * 43}, answer)
    assert refused["error"] == "invalid_grant"


async def test_a_flow_without_pkce_is_refused(provider, browser):
    query = {
        "client_id": identity.CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
    }
    url = httpx.URL(f"{provider.browser_origin}/{identity.TENANT_ID}/v2.0/authorize", params=query)
    back = (await browser.get(url)).headers["location"]
    assert parse_qs(urlsplit(back).query)["error"] == ["invalid_request"]


async def test_a_redirect_address_must_match_exactly(app, browser):
    flow = app.initiate_auth_code_flow(["email"], redirect_uri=f"{CALLBACK}/")
    with pytest.raises(SignInFailed, match="redirect_uri"):
        await sign_in(browser, flow["auth_uri"], "Ada Lovelace")


async def test_an_access_token_names_the_api_and_the_scope(provider, trusting):
    token = await access_token(issuer=provider.issuer, ca_file=provider.ca_file, person="Grace Hopper")
    claims = claims_of(token, provider, trusting, identity.API_AUDIENCE)
    assert claims["scp"] == "cards.manage"
    assert (claims["tid"], claims["azp"]) == (identity.TENANT_ID, identity.API_CLIENT_ID)
    people = {person["name"]: person for person in await listed(provider)}
    assert claims["oid"] == people["Grace Hopper"]["oid"]
    assert claims["sub"] == people["Grace Hopper"]["sub"]


async def test_the_same_browser_is_signed_in_without_asking_until_it_signs_out(provider, app, browser):
    _, answer = await signed_in(app, browser, "Grace Hopper")
    assert answer["code"]
    flow = app.initiate_auth_code_flow(["email"], redirect_uri=CALLBACK)
    back = await straight_through(browser, flow["auth_uri"])
    assert back.startswith(CALLBACK)

    end = httpx.URL(
        f"{provider.browser_origin}/{identity.TENANT_ID}/v2.0/logout",
        params={"client_id": identity.CLIENT_ID, "post_logout_redirect_uri": f"{ORIGIN}/", "state": "s1"},
    )
    for _ in range(2):  # the second time nobody is signed in
        assert (await browser.get(end)).headers["location"] == f"{ORIGIN}/?state=s1"

    flow = app.initiate_auth_code_flow(["email"], redirect_uri=CALLBACK)
    assert "/interaction/" in await straight_through(browser, flow["auth_uri"])


async def test_sign_out_goes_back_only_to_the_app(provider, browser):
    end = httpx.URL(
        f"{provider.browser_origin}/{identity.TENANT_ID}/v2.0/logout",
        params={"client_id": identity.CLIENT_ID, "post_logout_redirect_uri": "https://elsewhere.example/"},
    )
    answer = await browser.get(end)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_choosing_another_account_asks_again(app, browser):
    await signed_in(app, browser, "Grace Hopper")
    flow = app.initiate_auth_code_flow(["email"], redirect_uri=CALLBACK, prompt="select_account")
    callback = await sign_in(browser, flow["auth_uri"], "Ada Lovelace")
    answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    tokens = app.acquire_token_by_auth_code_flow(flow, answer)
    assert tokens["id_token_claims"]["name"] == "Ada Lovelace"


async def test_an_unknown_person_is_added_on_the_page(provider, app, browser):
    await signed_in(app, browser, "Zoë <b>Őrsi</b>")
    assert "Zoë <b>Őrsi</b>" in {person["name"] for person in await listed(provider)}
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as other:
        flow = app.initiate_auth_code_flow(["email"], redirect_uri=CALLBACK)
        page = (await other.get(flow["auth_uri"])).text
    assert "Continue as Ada Lovelace" in page
    assert "Continue as Zoë &#60;b&#62;Őrsi" in page
    assert "<script" not in page


async def test_the_same_address_is_the_same_person(provider, browser):
    add = f"{provider.browser_origin}/_local/people"
    first = await browser.post(add, json={"name": "Mary", "email": "mary@example.com"})
    again = await browser.post(add, json={"name": "Mary S.", "email": "MARY@example.com"})
    assert first.status_code == 201
    assert first.json()["oid"] == again.json()["oid"]
    assert (await browser.post(add, json={"name": " "})).status_code == 400


async def test_new_keys_sign_at_once_and_the_former_stay_until_the_next_rotation(provider, trusting, browser):
    async def kid():
        token = await access_token(issuer=provider.issuer, ca_file=provider.ca_file, person="Ada Lovelace")
        claims_of(token, provider, trusting, identity.API_AUDIENCE)
        return jwt.get_unverified_header(token)["kid"]

    def published():
        return [key["kid"] for key in trusting.get(f"{provider.issuer}/jwks").json()["keys"]]

    first = await kid()
    await browser.post(f"{provider.browser_origin}/_local/rotate-keys")
    second = await kid()
    assert second != first
    assert published() == [second, first]
    await browser.post(f"{provider.browser_origin}/_local/rotate-keys")
    assert first not in published()


async def test_each_listener_serves_only_its_own_side(provider, trusting, browser):
    path = f"/{identity.TENANT_ID}/v2.0"
    assert (await browser.post(f"{provider.browser_origin}{path}/token")).status_code == 404
    assert trusting.get(f"{provider.issuer}/authorize").status_code == 404
    assert trusting.get(provider.issuer.replace(path, "/_local/people")).status_code == 404


async def test_people_and_keys_survive_a_restart(tmp_path):
    async def run():
        running = await identity.start(public_origin=ORIGIN, folder=tmp_path, logs=tmp_path / "logs")
        try:
            people = await listed(running)
            token = await access_token(issuer=running.issuer, ca_file=running.ca_file, person="New Person")
        finally:
            await running.child.stop()
        return people, token

    before, first = await run()
    after, second = await run()
    assert before == after[: len(before)]
    assert [person["name"] for person in after[len(before) :]] == ["New Person"]
    assert jwt.get_unverified_header(first)["kid"] == jwt.get_unverified_header(second)["kid"]
    assert subject(first) == subject(second)


async def listed(provider):
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{provider.browser_origin}/_local/people")).json()


async def straight_through(browser, url):
    """Follow redirects without filling any form; the last address."""
    for _ in range(5):
        answer = await browser.get(url)
        if not answer.has_redirect_location:
            return str(answer.request.url)
        url = str(answer.request.url.join(answer.headers["location"]))
        if url.startswith(CALLBACK):
            return url
    raise AssertionError(url)


def subject(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sub"]

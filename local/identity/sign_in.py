"""Sign-in through the provider's own pages with plain HTTP, as a browser would, for seeding and tests."""

import base64
import hashlib
import secrets
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from local import identity

_STEPS = 10


class SignInFailed(Exception):
    """The provider answered with something other than the next step; the message shows it."""


@dataclass
class _Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  # text → name, value


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self._button: tuple[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(_Form(given.get("action", "")))
        elif tag == "input" and self.found:
            self.found[-1].fields[given.get("name", "")] = given.get("value", "")
        elif tag == "button" and self.found:
            self._button = given.get("name", ""), given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._button is not None and data.strip():
            self.found[-1].buttons[data.strip()] = self._button
            self._button = None


async def sign_in(client: httpx.AsyncClient, authorize_url: str, person: str) -> str:
    """Follow the sign-in from the authorize URL to the app's callback; return the callback URL with its code.

    `person` is a name; somebody unknown is added with an e-mail address made from the name.
    `client` keeps the provider's cookies: with the same client the next sign-in shows no form, as in
    a browser. Raises `SignInFailed` when the provider shows an error.
    """
    provider = urlsplit(authorize_url).netloc
    answer = await client.get(authorize_url, follow_redirects=False)
    for _ in range(_STEPS):
        if answer.has_redirect_location:
            target = str(answer.request.url.join(answer.headers["location"]))
            if urlsplit(target).netloc != provider:
                return target
            answer = await client.get(target, follow_redirects=False)
        elif answer.is_success:
            answer = await _submit(client, answer, person)
        else:
            break
    raise SignInFailed(f"{answer.request.url} answered {answer.status_code}:\n{answer.text}")


async def _submit(client: httpx.AsyncClient, answer: httpx.Response, person: str) -> httpx.Response:
    forms = _Forms(answer.text).found
    if not forms:
        raise SignInFailed(f"no form on {answer.request.url}:\n{answer.text}")
    chosen = next((form for form in forms if f"Continue as {person}" in form.buttons), forms[-1])
    fields = dict(chosen.fields)
    if f"Continue as {person}" in chosen.buttons:
        name, value = chosen.buttons[f"Continue as {person}"]
        fields[name] = value
    elif {"name", "email"} <= fields.keys():
        fields |= {"name": person, "email": f"{'.'.join(person.lower().split())}@example.com"}
    url = answer.request.url.join(chosen.action)
    return await client.post(url, data=fields, follow_redirects=False)


async def access_token(
    *, issuer: str, ca_file: Path | str, person: str, scope: str = identity.API_SCOPES[0]
) -> str:
    """Bearer token for the API, as a program obtains it for a person: code flow with PKCE."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "client_id": identity.API_CLIENT_ID,
        "redirect_uri": identity.API_REDIRECT_URI,
        "response_type": "code",
        "scope": f"openid {identity.API_URI}/{scope}",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    trust = ssl.create_default_context(cafile=ca_file)
    async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
        discovery = (await client.get(f"{issuer}/.well-known/openid-configuration")).json()
        authorize_url = httpx.URL(discovery["authorization_endpoint"], params=query)
        callback = await sign_in(client, str(authorize_url), person)
        [code] = parse_qs(urlsplit(callback).query)["code"]
        body = {
            "grant_type": "authorization_code",
            "client_id": identity.API_CLIENT_ID,
            "redirect_uri": identity.API_REDIRECT_URI,
            "code": code,
            "code_verifier": verifier,
        }
        answer = await client.post(discovery["token_endpoint"], data=body)
    if not answer.is_success:
        raise SignInFailed(answer.text)
    return str(answer.json()["access_token"])

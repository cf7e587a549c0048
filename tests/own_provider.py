"""Identity provider on loopback https with every answer under a test's control, dishonest ones included.

It keeps the protocol's own rules (a code works once and only with its PKCE verifier), so that a test breaks
one thing only.
"""

import asyncio
import base64
import hashlib
import json
import ssl
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import trustme
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

TENANT = "5b0f6a1e-1d55-4c7e-9a77-1f0d1c2b3a49"
CLIENT = "e3b7b8c1-6a5d-4b0e-8f3c-9d2a7c6b5e40"
AUDIENCE = "api://izwop-test"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OwnProvider:
    """`keys` are published by their ids; `calls` counts requests by what was asked for."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca_file = str(folder / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(self._tls)
        self.signer = new_key()
        self.reset()

    def reset(self) -> None:
        """Honest again, with nothing counted."""
        self.keys = {"first": self.signer}
        self.calls: Counter[str] = Counter()
        self.down = False
        # Replacement answers of the token endpoint, each used once.
        self.token_answers: list[web.Response] = []
        # With a number the token endpoint sends so many bytes, and `sent` says how many it got rid of.
        self.token_bytes = 0
        self.sent = 0
        self.jwks_body: bytes | None = None
        self.discovery_changes: dict[str, str] = {}
        # With a gate an answer waits until the test opens it; `waiting` says that one does.
        self.gate: asyncio.Event | None = None
        self.waiting = asyncio.Event()
        # Makes the ID token for an authorize request's nonce.
        self.make_id_token = self.id_token
        self._codes: dict[str, dict[str, str]] = {}

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get(f"/{TENANT}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/keys", self._jwks)
        app.router.add_post("/token", self._token)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        port = self._runner.addresses[0][1]
        self.origin = f"https://localhost:{port}"
        self.issuer = f"{self.origin}/{TENANT}/v2.0"

    async def stop(self) -> None:
        await self._runner.cleanup()

    # ------------------------------------------------------------ tokens

    def claims(self, now: float | None = None, **changes: object) -> dict[str, object]:
        """Claims of both kinds of token; a change to None leaves the claim out."""
        at = int(time.time() if now is None else now)
        honest = {
            "iss": self.issuer,
            "sub": "ada-sub",
            "tid": TENANT,
            "ver": "2.0",
            "iat": at,
            "nbf": at,
            "exp": at + 3600,
        }
        return {name: value for name, value in {**honest, **changes}.items() if value is not None}

    def access_claims(self, now: float | None = None, **changes: object) -> dict[str, object]:
        honest = {"aud": AUDIENCE, "azp": "a-program", "scp": "cards.manage"}
        return self.claims(now, **{**honest, **changes})

    def id_claims(self, nonce: str, now: float | None = None, **changes: object) -> dict[str, object]:
        at = int(time.time() if now is None else now)
        honest = {
            "aud": CLIENT,
            "nonce": nonce,
            "auth_time": at,
            "email": "ada@example.com",
            "name": "Ada Lovelace",
        }
        return self.claims(now, **{**honest, **changes})

    def sign(self, claims: object, *, key: object = None, alg: str = "RS256", **header: object) -> str:
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        headers = {"kid": "first", "typ": "JWT", **header}
        headers = {name: value for name, value in headers.items() if value is not None}
        return jwt.PyJWS().encode(payload, key or self.signer, algorithm=alg, headers=headers)

    def access_token(self, now: float | None = None, **changes: object) -> str:
        return self.sign(self.access_claims(now, **changes))

    def id_token(self, nonce: str, now: float | None = None, **changes: object) -> str:
        return self.sign(self.id_claims(nonce, now, **changes))

    def jwk(self, kid: str, key: rsa.RSAPrivateKey) -> dict[str, str]:
        """The public half of a key as the provider publishes it."""
        return {
            **jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
            "kid": kid,
            "use": "sig",
        }

    def says(self, **changes: object) -> None:
        """From now on the ID tokens of sign-ins have these claims changed."""
        self.make_id_token = lambda nonce: self.id_token(nonce, **changes)

    # ------------------------------------------------------------ what a browser would do

    def authorize(self, url: str) -> str:
        """Sign somebody in at the authorize URL; return the code. No page is involved."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["code_challenge_method"] == "S256"
        code = base64.urlsafe_b64encode(hashlib.sha256(url.encode()).digest()).decode().rstrip("=")
        self._codes[code] = query
        return code

    # ------------------------------------------------------------ what servers ask

    async def _discovery(self, _: web.Request) -> web.Response:
        await self._pass("discovery")
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "end_session_endpoint": f"{self.origin}/logout",
            "jwks_uri": f"{self.origin}/keys",
        }
        return web.json_response({**document, **self.discovery_changes})

    async def _jwks(self, _: web.Request) -> web.Response:
        await self._pass("keys")
        if self.jwks_body is not None:
            return web.Response(body=self.jwks_body, content_type="application/json")
        return web.json_response({"keys": [self.jwk(kid, key) for kid, key in self.keys.items()]})

    async def _token(self, request: web.Request) -> web.Response:
        await self._pass("token")
        if self.token_answers:
            return self.token_answers.pop(0)
        if self.token_bytes:
            return await self._long_answer(request)
        form = await request.post()
        begun = self._codes.pop(str(form["code"]), None)
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if begun is None or begun["code_challenge"] != challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
        answer = {"token_type": "Bearer", "expires_in": 3600, "access_token": "opaque"}
        return web.json_response({**answer, "id_token": self.make_id_token(begun["nonce"])})

    async def _long_answer(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        while self.sent < self.token_bytes and request.transport is not None:
            await answer.write(b" " * 65536)
            self.sent += 65536
            await asyncio.sleep(0)  # for the loop to see that the other side has gone
        return answer

    async def _pass(self, asked: str) -> None:
        self.calls[asked] += 1
        if self.gate is not None:
            self.waiting.set()
            await self.gate.wait()
        if self.down:
            raise web.HTTPServiceUnavailable

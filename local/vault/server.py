"""The doors of the local vault: read a key, unwrap with it, rotate it. All else is refused by name."""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from local.vault.keys import OAEP_256, Keys

KEYS = web.AppKey("keys", Keys)
_CHALLENGE = (
    'Bearer authorization="https://login.microsoftonline.com/local", resource="https://vault.azure.net"'
)


def build_app(keys: Keys, token: str) -> web.Application:
    @web.middleware
    async def only_with_token(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return _refused(401, "Unauthorized", "A token is required.", {"WWW-Authenticate": _CHALLENGE})
        if not request.query.get("api-version"):
            return _refused(400, "BadParameter", "api-version is required.")
        return await handler(request)

    app = web.Application(middlewares=[only_with_token])
    app[KEYS] = keys
    app.router.add_get("/keys/{name}/{version:[0-9a-f]{0,32}}", show)
    app.router.add_post("/keys/{name}/{version:[0-9a-f]{32}}/unwrapkey", unwrap)
    app.router.add_post("/keys/{name}/rotate", rotate)
    app.router.add_route("*", "/{rest:.*}", unknown)
    return app


async def show(request: web.Request) -> web.Response:
    name, version = request.match_info["name"], request.match_info["version"]
    found = request.app[KEYS].get(name, version)
    return _missing() if found is None else _bundle(request, name, *found)


async def rotate(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    return _bundle(request, name, *request.app[KEYS].rotate(name))


async def unwrap(request: web.Request) -> web.Response:
    name, version = request.match_info["name"], request.match_info["version"]
    found = request.app[KEYS].get(name, version)
    if found is None:
        return _missing()
    asked = await request.json()
    if asked.get("alg") != "RSA-OAEP-256":
        return _refused(400, "BadParameter", "This vault knows RSA-OAEP-256 only.")
    try:
        plain = found[1].decrypt(_bytes(asked["value"]), OAEP_256)
    except ValueError:
        return _refused(400, "BadParameter", "The value cannot be unwrapped.")
    return web.json_response({"kid": _kid(request, name, version), "value": _text(plain)})


async def unknown(request: web.Request) -> web.Response:
    return _refused(400, "NotHere", f"The local vault has no {request.method} {request.path}.")


def _bundle(request: web.Request, name: str, version: str, key: rsa.RSAPrivateKey) -> web.Response:
    public, now = key.public_key().public_numbers(), int(time.time())
    return web.json_response(
        {
            "key": {
                "kid": _kid(request, name, version),
                "kty": "RSA",
                "key_ops": ["wrapKey", "unwrapKey"],
                "n": _number(public.n),
                "e": _number(public.e),
            },
            "attributes": {"enabled": True, "created": now, "updated": now},
        }
    )


def _kid(request: web.Request, name: str, version: str) -> str:
    return f"https://{request.host}/keys/{name}/{version}"


def _missing() -> web.Response:
    return _refused(404, "KeyNotFound", "There is no such key, or no such version of it.")


def _refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8))


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

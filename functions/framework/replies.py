"""Replies of HTTP doors, with the security headers that every one carries."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

import azure.functions as func

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def reply(
    body: bytes = b"",
    *,
    status: int = HTTPStatus.OK,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
    cookies: Iterable[str] = (),
) -> func.HttpResponse:
    """Answer with the security headers; private and uncached unless `headers` says otherwise.

    `cookies` are Set-Cookie values, the only header that may repeat.
    """
    merged = {**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})}
    # The worker adds a wrong default; a 304 would carry it into caches.
    merged["Content-Type"] = content_type
    response = func.HttpResponse(body, status_code=status, headers=merged)
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


def redirect(location: str, *, cookies: Iterable[str] = ()) -> func.HttpResponse:
    """Redirect with 303, which browsers follow with GET."""
    return reply(
        status=HTTPStatus.SEE_OTHER,
        content_type="text/plain",
        headers={"Location": location},
        cookies=cookies,
    )

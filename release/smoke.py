"""`make smoke URL=…`: smoke test of a running iZwop along the public path, without leaving any data.

Needs only Python. Its user agent is a robot's, so that no visit is counted; it stops at the identity
provider's sign-in page.
"""

import argparse
import base64
import hashlib
import http.client
import json
import re
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

SECONDS = 15
MOST_BYTES = 2_000_000
# Plain http to another machine is a fault and is not followed.
_ORIGIN = re.compile(r"(https://[a-z0-9.:-]+|http://(localhost|127\.0\.0\.1)(:\d+)?)/?")
USER_AGENT = "izwop-smoke/1 (bot)"
_SECURITY = {
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=()",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "frame-ancestors 'none'",
}
_NOBODY = "smoke-nobody-has-this-handle"


@dataclass(frozen=True)
class Answer:
    """Answer of the server, with header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


Fetch = Callable[[str, str, bytes | None], Answer]
"""Method, path or whole URL, form; the answer, redirects not followed."""


class Wrong(Exception):
    """Fault of a step, in one sentence."""


def must(holds: object, sentence: str) -> None:
    if not holds:
        raise Wrong(sentence)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release.smoke", description=__doc__)
    parser.add_argument("url", help="the origin, such as https://izwop.example")
    parser.add_argument("--card", help="the handle of a published card")
    parser.add_argument("--version", help="the version that must answer, such as 0.1.0+5f3a2c1d9e8b")
    arguments = parser.parse_args()
    if not _ORIGIN.fullmatch(arguments.url):
        parser.error("the URL must be an origin, such as URL=https://izwop.example; http is for this machine")
    origin = arguments.url.rstrip("/")
    return report(origin, walk(origin, fetch_from(origin), card=arguments.card, version=arguments.version))


def report(origin: str, results: Iterator[tuple[str, str]]) -> int:
    """Print each step with its fault; return the exit code."""
    failed = total = 0
    print(f"Walking {origin}")
    for step, fault in results:
        total += 1
        failed += bool(fault)
        print(f"  {'FAIL' if fault else 'ok  '}  {step}{': ' + fault if fault else ''}", flush=True)
    print(f"{failed} of {total} steps failed." if failed else f"All {total} steps are well.")
    return 1 if failed else 0


def fetch_from(origin: str) -> Fetch:
    """Return a client that opens a connection for each request, so that each tests the whole way in."""

    def fetch(method: str, path: str, form: bytes | None) -> Answer:
        url = urlsplit(path if "://" in path else origin + path)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.netloc, timeout=SECONDS)
        accept = "application/json" if url.path.startswith(("/api/", "/health")) else "text/html"
        headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "identity"}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        try:
            connection.request(method, f"{url.path or '/'}{url.query and '?' + url.query}", form, headers)
            answer = connection.getresponse()
            given = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, given, _body(answer))
        except ssl.SSLError as exc:
            raise Wrong(f"{url.netloc} has no trusted certificate ({exc.reason})") from None
        except (OSError, ValueError, OverflowError, http.client.HTTPException) as exc:
            raise Wrong(f"{url.netloc} does not answer ({type(exc).__name__})") from None
        finally:
            connection.close()

    return fetch


def _body(answer: http.client.HTTPResponse) -> bytes:
    """Whole body; refuses one that is larger or slower than any of ours, as the server is untrusted."""
    body, limit = b"", time.monotonic() + SECONDS
    while part := answer.read1(65536):
        body += part
        must(len(body) <= MOST_BYTES, f"sends more than {MOST_BYTES} bytes")
        must(time.monotonic() < limit, f"is not done sending after {SECONDS} seconds")
    must(not answer.length, "breaks off")
    return body


def walk(
    origin: str, fetch: Fetch, *, card: str | None = None, version: str | None = None
) -> Iterator[tuple[str, str]]:
    """Yield each step with its fault, or nothing."""
    steps: dict[str, Callable[[], None]] = {
        "GET /health: all is well": lambda: health(fetch, version),
        "GET /: the home page": lambda: home(fetch),
        "GET /robots.txt": lambda: robots(fetch),
        "GET /c/…: a card that does not exist": lambda: no_card(fetch),
        "GET /…: a page that does not exist": lambda: missing_page(fetch),
        "GET /api/v1/…: an unknown path": lambda: unknown_api(fetch),
        "GET /api/v1/cards: without signing in": lambda: closed_api(fetch),
        "GET /api/v1/openapi.json": lambda: openapi(fetch, origin),
        "GET /my: sends strangers to sign in": lambda: private(fetch),
        "GET /auth/login: asks for the age": lambda: sign_in_page(fetch),
        "POST /auth/login: leads to the identity provider": lambda: to_provider(fetch, origin),
    }
    known = _ORIGIN.fullmatch(origin)
    if known is None or known[2] is None:  # not this machine
        steps["GET http://…: leads to https"] = lambda: plain_http(fetch, origin)
    if card:
        steps[f"GET /c/{card}"] = lambda: card_page(fetch, card)
        steps[f"GET /c/{card}.vcf"] = lambda: vcard(fetch, card, origin)
        steps[f"GET /c/{card}.qr.svg"] = lambda: code(fetch, card)
    for step, check in steps.items():
        try:
            check()
            yield step, ""
        except Wrong as wrong:
            yield step, str(wrong)


def _get(fetch: Fetch, path: str, status: int, content_type: str) -> Answer:
    """Fetch a path and check its status, content type and security headers."""
    answer = fetch("GET", path, None)
    must(answer.status == status, f"answers {answer.status}, not {status}")
    given = answer.headers.get("content-type", "")
    must(given.split(";")[0] == content_type, f"is {given or 'without a type'}, not {content_type}")
    _secure(answer)
    return answer


def _secure(answer: Answer) -> None:
    for name, part in _SECURITY.items():
        must(name in answer.headers, f"has no {name} header")
        must(part in answer.headers[name], f"has {name} without {part}")


def _json(answer: Answer) -> dict[str, object]:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Wrong("is not JSON") from None
    must(isinstance(document, dict), "is not a JSON object")
    return dict(document)


def _problem(answer: Answer, code: str) -> None:
    said = _json(answer).get("code")
    must(said == code, f"has the code {said}, not {code}")


def health(fetch: Fetch, version: str | None) -> None:
    answer = fetch("GET", health_path(version), None)
    must(answer.status in (200, 503), f"answers {answer.status}, not 200")
    said = _json(answer)
    well = answer.status == 200 and said.get("status") == "ok"  # noqa: PLR2004
    must(well, "says that it is not well; /health/details says why")
    must(version is None or said.get("version") is True, f"does not run {version}")
    _secure(answer)


def health_path(version: str | None) -> str:
    return "/health" if version is None else f"/health?{urlencode({'version': version})}"


def home(fetch: Fetch) -> None:
    must("iZwop" in _get(fetch, "/", 200, "text/html").text, "does not say iZwop")


def robots(fetch: Fetch) -> None:
    must("Disallow: /my" in _get(fetch, "/robots.txt", 200, "text/plain").text, "lets robots into /my")


def no_card(fetch: Fetch) -> None:
    _get(fetch, f"/c/{_NOBODY}", 404, "text/html")


def missing_page(fetch: Fetch) -> None:
    _get(fetch, "/smoke/there-is-no-such-page", 404, "text/html")


def unknown_api(fetch: Fetch) -> None:
    _problem(_get(fetch, "/api/v1/smoke", 404, "application/problem+json"), "not_found")


def closed_api(fetch: Fetch) -> None:
    _problem(_get(fetch, "/api/v1/cards", 401, "application/problem+json"), "unauthenticated")


def openapi(fetch: Fetch, origin: str) -> None:
    document = _json(_get(fetch, "/api/v1/openapi.json", 200, "application/json"))
    must(str(document.get("openapi", "")).startswith("3.1"), "is not OpenAPI 3.1")
    servers = document.get("servers")
    must(servers == [{"url": origin}], f"says that it is at {servers}: PUBLIC_ORIGIN is another origin")


def private(fetch: Fetch) -> None:
    answer = fetch("GET", "/my", None)
    must(answer.status == 303, f"answers {answer.status}, not 303")  # noqa: PLR2004
    location = answer.headers.get("location", "")
    must(location.partition("?")[0] == "/auth/login", "does not lead to /auth/login")


def sign_in_page(fetch: Fetch) -> None:
    text = _get(fetch, "/auth/login", 200, "text/html").text
    must('name="birthYear"' in text, "has no field for the year of birth")


def to_provider(fetch: Fetch, origin: str) -> None:
    form = urlencode({"birthYear": "1985", "birthMonth": "12", "returnTo": "/my"}).encode()
    answer = fetch("POST", "/auth/login", form)
    must(answer.status == 303, f"answers {answer.status}, not 303")  # noqa: PLR2004
    try:
        location = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        raise Wrong("leads nowhere") from None
    local = location.hostname in ("localhost", "127.0.0.1")
    must(location.scheme == "https" or local, "leads to a provider without https")
    query = {name: values[0] for name, values in parse_qs(location.query).items()}
    for name, right in {
        "response_type": "code",
        "code_challenge_method": "S256",
        "redirect_uri": f"{origin}/auth/callback",
    }.items():
        must(query.get(name) == right, f"asks the provider with {name}={query.get(name)}, not {right}")
    for name in ("state", "nonce", "client_id", "code_challenge"):
        must(query.get(name), f"asks the provider without {name}")
    # Hosts write the attributes' names in letters of their own choice.
    cookie = answer.headers.get("set-cookie", "").lower()
    for part in ("__Host-flow=", "Secure", "HttpOnly", "SameSite=Lax"):
        must(part.lower() in cookie, f"sets its cookie without {part}")


def plain_http(fetch: Fetch, origin: str) -> None:
    answer = fetch("GET", origin.replace("https:", "http:", 1) + "/", None)
    must(answer.status == 308, f"answers {answer.status}, not 308")  # noqa: PLR2004
    must(answer.headers.get("location", "").startswith(f"{origin}/"), f"does not lead to {origin}")


def card_page(fetch: Fetch, card: str) -> None:
    answer = _get(fetch, f"/c/{card}", 200, "text/html")
    must(f"/c/{card}.vcf" in answer.text, "does not offer the contact")
    policy = answer.headers.get("content-security-policy", "")
    for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL):
        if attributes == ' type="application/ld+json"':
            continue
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        must(not attributes and f"'sha256-{digest}'" in policy, "has a script that its policy does not allow")


def vcard(fetch: Fetch, card: str, origin: str) -> None:
    answer = _get(fetch, f"/c/{card}.vcf", 200, "text/vcard")
    must(answer.body.startswith(b"BEGIN:VCARD\r\n"), "does not begin a vCard")
    must(answer.body.endswith(b"END:VCARD\r\n"), "does not end a vCard")
    unfolded = answer.text.replace("\r\n ", "")
    must(f"{origin}/c/{card}" in unfolded, "does not name the card's address")


def code(fetch: Fetch, card: str) -> None:
    must("<path" in _get(fetch, f"/c/{card}.qr.svg", 200, "image/svg+xml").text, "draws nothing")


if __name__ == "__main__":
    sys.exit(main())

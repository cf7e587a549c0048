"""One Deploy: publish a package to a function app on Flex Consumption, and wait until it is deployed.

`az functionapp deployment source config-zip` does not fit. It makes Azure build every Python package anew,
with another Python than the one that runs it. It then polls the app itself, which answers only its edge, so
that some versions of az never end.
"""

import http.client
import json
import ssl
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

# The package is sent whole, to a machine that has to start first.
_SECONDS = 300
_TRIES = 4
# The status of a new deployment may be unknown for a moment.
_UNKNOWN_AT_MOST = 10
_SUCCESS = 4
_ENDED = {-1: "was cancelled", 3: "failed", 5: "met another one under way", 6: "succeeded in part only"}
_NO_ANSWER = 0
_REFUSALS = {
    401: "it does not know who signs in",
    403: "who signs in may not publish",
    409: "another deployment is under way",
}


class NotPublished(Exception):
    """Reason why the package was not published, in one sentence."""


def publish(origin: str, token: str, package: bytes, *, pause: float = 5, patience: float = 900) -> None:
    """Send the package unchanged to the publishing endpoint of `origin`, and wait until it is deployed.

    `pause` and `patience` are the seconds between two polls and until it must be done.
    """
    number = _send(origin, token, package, pause)
    limit, seen, unknown = time.monotonic() + patience, False, 0
    while time.monotonic() < limit:
        status, answer = _ask(origin, "GET", f"/api/deployments/{number}", token)
        if status == HTTPStatus.NOT_FOUND:
            # The record may disappear with its machine once the package is deployed.
            if seen:
                return
            unknown += 1
            if unknown > _UNKNOWN_AT_MOST:
                raise NotPublished(f"the deployment {number} is not to be found")
        elif status in _REFUSALS:
            raise NotPublished(f"{origin} answered {status} when asked for the deployment {number}")
        elif isinstance(answer, dict) and "status" in answer:
            seen = True
            if _is_in(number, answer):
                return
        time.sleep(pause)
    raise NotPublished(f"the deployment {number} was not done after {patience:.0f} seconds")


def _is_in(number: str, answer: dict[str, Any]) -> bool:
    ended = _ENDED.get(answer["status"])
    if ended:
        said = answer.get("status_text") or answer.get("message") or "it says no more"
        raise NotPublished(f"the deployment {number} {ended}: {said}")
    return bool(answer["status"] == _SUCCESS)


def _send(origin: str, token: str, package: bytes, pause: float) -> str:
    """Send the package; return the deployment's number. The first try may fail while the machine starts."""
    status: int = _NO_ANSWER
    for tried in range(_TRIES):
        if tried:
            time.sleep(pause)
        status, answer = _ask(origin, "POST", "/api/publish?RemoteBuild=false", token, package)
        if status == HTTPStatus.ACCEPTED and isinstance(answer, str) and answer.isprintable():
            return answer
        if _NO_ANSWER < status < HTTPStatus.INTERNAL_SERVER_ERROR:
            break
    if status == _NO_ANSWER:
        raise NotPublished(f"{origin} does not answer")
    reason = _REFUSALS.get(status, "that is not the number of a deployment")
    raise NotPublished(f"{origin} answered {status} to the package: {reason}")


def _ask(origin: str, method: str, path: str, token: str, body: bytes | None = None) -> tuple[int, Any]:
    """Status and parsed JSON of an answer; no status without an answer. The token is sent over TLS only."""
    url = urlsplit(origin)
    if url.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(url.netloc, timeout=_SECONDS)
    elif url.scheme == "http" and url.hostname == "127.0.0.1":
        connection = http.client.HTTPConnection(url.netloc, timeout=_SECONDS)
    else:
        raise NotPublished(f"{origin} is not an https:// origin")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/zip"
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, _json(answer.read())
    except ssl.SSLError as exc:
        raise NotPublished(f"{origin} has no trusted certificate ({exc.reason})") from None
    except (OSError, http.client.HTTPException):
        return _NO_ANSWER, None
    finally:
        connection.close()


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None

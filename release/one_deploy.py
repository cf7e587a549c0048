"""Send a package to a function app on Flex Consumption as it is (One Deploy).

`az functionapp deployment source config-zip` does not: for Python it has Azure build everything anew, and
then waits for the app at its own address, where ours answers nobody but the edge.
"""

import http.client
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

PUBLISH = "/api/publish?RemoteBuild=false"
_DONE = 4
_ENDED = {-1: "was cancelled", 3: "failed", 5: "was ended by another one", 6: "was done in part"}
_SECONDS = 300
_MOST_BYTES = 1_000_000


class NotPublished(Exception):
    """Why Azure did not take the package, in one sentence. The one before may run or not: look."""


def send(address: str, token: str, package: Path, *, patience: float = 900, pause: float = 5) -> None:
    """Publish at the address of the app's deployment site (`https://….scm.…`) and wait until it is done.

    Raises `NotPublished`, also when it is not done after `patience` seconds.
    """
    status, body = _ask(address, token, "POST", PUBLISH, package)
    if status == http.client.OK:
        return
    if status != http.client.ACCEPTED:
        raise NotPublished(f"{address} answers {status} to the package{_because(status)}.")
    deployment, limit, seen = _text(body), time.monotonic() + patience, False
    if not deployment.replace("-", "").isalnum():
        raise NotPublished(f"{address} took the package and does not say as what.")
    while time.monotonic() < limit:
        status, body = _ask(address, token, "GET", f"/api/deployments/{deployment}", None)
        if status == http.client.NOT_FOUND and seen:
            return  # Azure forgets a deployment soon after it is done
        state = _state(body)
        if state == _DONE:
            return
        if state in _ENDED:
            raise NotPublished(f"The deployment {deployment} {_ENDED[state]}.")
        seen = seen or state is not None
        time.sleep(pause)
    raise NotPublished(f"The deployment {deployment} is not done after {patience:.0f} seconds.")


def _ask(address: str, token: str, method: str, path: str, package: Path | None) -> tuple[int, bytes]:
    url = urlsplit(address)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/zip"}
    body = None if package is None else package.read_bytes()
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST_BYTES)
    except (OSError, http.client.HTTPException) as exc:
        raise NotPublished(f"{address} does not answer ({type(exc).__name__}).") from None
    finally:
        connection.close()


def _because(status: int) -> str:
    return {
        401: ": sign in again",
        403: ": this identity may not publish here",
        409: ": another deployment is under way",
    }.get(status, "")


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace").strip().strip('"')


def _state(body: bytes) -> int | None:
    """The state of a deployment; None while the site, which may just start anew, says nothing of it."""
    try:
        state = json.loads(body)["status"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return state if isinstance(state, int) else None

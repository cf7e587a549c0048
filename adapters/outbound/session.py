"""A connector's calls to its vendor, with the credentials of one source."""

import json as json_module
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

import httpx

from domain.integrations.credentials import Credentials
from domain.integrations.errors import AccessLost, VendorRefused, VendorUnavailable

# Renewed so long before they expire, so that none expires on its way.
_EARLY: Final = timedelta(minutes=1)
_DENIED: Final = (401,)
_LONGEST_WORDS: Final = 500


class Answer(NamedTuple):
    """`data` is the JSON of the answer; None if it has none."""

    status: int
    headers: Mapping[str, str]
    data: Any


class Sends(Protocol):
    """Sends a request: with time-outs, a limit of size, retries of what is `safe`, and the vendor's budget."""

    async def __call__(self, request: httpx.Request, *, safe: bool) -> httpx.Response: ...


# The headers that give access, and new credentials for those that expired.
Authorize = Callable[[Credentials], Mapping[str, str]]
Renew = Callable[[Credentials], Awaitable[Credentials]]
# The vendor's own words in an answer that refuses.
Words = Callable[[Any], str]


class Session:
    """`base` is the vendor's address, without a slash at its end. `name` tells the vendor who calls, and under
    which instruction of the client.
    """

    def __init__(
        self,
        base: str,
        credentials: Credentials,
        *,
        send: Sends,
        name: str,
        authorize: Authorize,
        words: Words,
        renew: Renew | None,
        now: Callable[[], datetime],
    ) -> None:
        self.base, self.credentials = base, credentials
        self._send, self._name, self._authorize, self._words = send, name, authorize, words
        self._renew, self._now = renew, now

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        allow: Collection[int] = (),
        safe: bool | None = None,
    ) -> Answer:
        """The answer of a call. Statuses other than 2xx raise, but for those that `allow` names.

        `safe` says that doing it twice does no harm; GET is. `path` may be a whole address of the vendor's own.
        """
        expires = self.credentials.expires_at
        if self._renew is not None and expires is not None and expires - _EARLY <= self._now():
            await self._renewed()
        response = await self._sent(method, path, params, json, form, headers, safe)
        if response.status_code in _DENIED and _DENIED[0] not in allow and self._renew is not None:
            await self._renewed()
            response = await self._sent(method, path, params, json, form, headers, safe)
        return self._read(response, allow)

    async def _renewed(self) -> None:
        if self._renew is not None:
            self.credentials = await self._renew(self.credentials)

    async def _sent(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        json: Any,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        safe: bool | None,  # noqa: FBT001 - passed on
    ) -> httpx.Response:
        address = path if path.startswith("https://") or path.startswith(self.base) else f"{self.base}{path}"
        request = httpx.Request(
            method,
            address,
            params=dict(params) if params else None,
            json=json,
            data=dict(form) if form else None,
            headers={"User-Agent": self._name, **self._authorize(self.credentials), **(headers or {})},
        )
        return await self._send(request, safe=method == "GET" if safe is None else safe)

    def _read(self, response: httpx.Response, allow: Collection[int]) -> Answer:
        data: Any = None
        if response.content:
            try:
                data = json_module.loads(response.content)
            except ValueError:
                if response.is_success:
                    raise VendorUnavailable from None
        if response.is_success or response.status_code in allow:
            return Answer(response.status_code, response.headers, data)
        if response.status_code in (401, 403):
            raise AccessLost(self._words(data)[:_LONGEST_WORDS])
        raise VendorRefused(response.status_code, self._words(data)[:_LONGEST_WORDS])


def bearer(credentials: Credentials) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {credentials.access_token.get_secret_value()}"}

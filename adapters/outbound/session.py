"""A connector's calls to its vendor: JSON over the calls of one source."""

import json as json_module
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from adapters.outbound.client import Answer as Sent
from adapters.outbound.client import Call
from domain.integrations.errors import VendorRefused, VendorUnavailable


class Answer(NamedTuple):
    """`data` is the JSON of the answer; None if it has none."""

    status: int
    headers: Mapping[str, str]
    data: Any


class Sends(Protocol):
    async def send(self, call: Call) -> Sent: ...


class Session:
    """`base` is the vendor's address, without a slash at its end. `name` tells who calls, by which order."""

    def __init__(self, base: str, calls: Sends, name: str) -> None:
        self.base, self._calls, self._name = base, calls, name

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
        """The answer of a call. Statuses other than 2xx raise, but for those that `allow` names: they have no
        data.

        `safe` says that doing it twice does no harm; GET is. `path` may be a whole address below `base`, such
        as that of a next page: credentials go nowhere else.
        """
        if "://" in path and not path.startswith(f"{self.base}/"):
            raise VendorUnavailable
        call = Call(
            method=method,
            url=path if "://" in path else f"{self.base}{path}",
            params=params,
            json=json,
            form=form,
            headers={"User-Agent": self._name, **(headers or {})},
            repeatable=method == "GET" if safe is None else safe,
        )
        try:
            sent = await self._calls.send(call)
        except VendorRefused as refusal:
            if refusal.status not in allow:
                raise
            return Answer(refusal.status, {}, None)
        return Answer(sent.status, sent.headers, _read(sent.body))


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json_module.loads(body)
    except ValueError:
        raise VendorUnavailable from None

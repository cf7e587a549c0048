"""Cost of each operation in Cosmos DB: calls, by the local server's records, and estimated request units.

The app runs inside this process, on the host but without its listeners, so that nothing else calls the store.
"""

from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from adapters.storage.queue_names import MAIL
from bench.lines import Line, Target
from bench.samples import CONTENT
from local.functions_host import FunctionsHost
from local.identity.sign_in import sign_in

ROOT = Path(__file__).parent.parent
HTML = {"Accept": "text/html"}
ONE_READ = (Target("<=", 1, "calls"), Target("<=", 0, "queries"))


class OperationFailed(Exception):
    """An operation did not answer as it should; its count would mean nothing."""


@dataclass(frozen=True)
class Counted:
    """The calls of one operation, in their order. `session` is the read that says who is calling."""

    calls: tuple[str, ...]
    request_units: float

    @classmethod
    def of(cls, records: list[dict[str, Any]]) -> "Counted":
        words = tuple(
            "session" if call["operation"] == "read" and "/session-" in call["path"] else call["operation"]
            for call in records
        )
        return cls(words, round(sum(call["charge"] for call in records), 2))

    def line(self, name: str, targets: tuple[Target, ...] = ()) -> Line:
        kinds = Counter(self.calls)
        shown = " + ".join(f"{kind} x{times}" if times > 1 else kind for kind, times in kinds.items())
        counts = {
            "calls": len(self.calls),
            "queries": kinds["query"],
            "callsAfterSession": len(self.calls) - kinds["session"],
            "requestUnits": self.request_units,
            "operations": list(self.calls),
        }
        ours = f"{shown or 'no calls'}: {self.request_units:g} RU"
        return Line(name, ours, "point read: 1 RU", self.request_units, targets, counts)


@dataclass
class Counting:
    """A browser at the app, and the local Cosmos server's record of what the app asked of it."""

    browser: httpx.AsyncClient
    stranger: httpx.AsyncClient
    store: httpx.AsyncClient
    lines: list[Line] = field(default_factory=list)

    async def count[T](self, name: str, work: Awaitable[T], targets: tuple[Target, ...] = ()) -> T:
        """Add a line for all the calls that `work` makes."""
        (await self.store.delete("calls")).raise_for_status()
        done = await work
        records = (await self.store.get("calls")).raise_for_status().json()
        self.lines.append(Counted.of(records).line(name, targets))
        return done

    async def request(
        self, name: str, method: str, path: str, targets: tuple[Target, ...] = (), **options: Any
    ) -> httpx.Response:
        """Count one request, which has to succeed. Public pages are asked for by a stranger."""
        by = self.stranger if path.startswith("/c/") else self.browser
        answer = await self.count(name, by.request(method, path, **options), targets)
        if answer.is_error:
            raise OperationFailed(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """Walk one person from the sign-in to an unpublished card. `settings` are those of a running cloud."""
    host = await FunctionsHost.load(ROOT, settings)
    store = httpx.AsyncClient(
        base_url=f"{settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/",
        headers={"x-local-key": settings["COSMOS_KEY"]},
        trust_env=False,
    )
    try:
        async with store:
            # The first walk opens clients and fills their caches, as the first requests of a worker do.
            for person in ("Bench Early", "Bench Late"):
                browser, stranger = (
                    httpx.AsyncClient(
                        transport=httpx.ASGITransport(app=host.asgi), base_url=settings["PUBLIC_ORIGIN"]
                    )
                    for _ in range(2)
                )
                async with browser, stranger:
                    counting = Counting(browser, stranger, store)
                    await _walk(counting, host, person)
        return counting.lines
    finally:
        await host.stop()


async def _walk(counting: Counting, host: FunctionsHost, person: str) -> None:
    await _sign_in(counting, "sign in, first time", person)
    await counting.count("welcome mail (queue)", host.drain_queue(MAIL))
    await _sign_in(counting, "sign in again", person)
    csrf = (await counting.browser.get("/api/v1/session")).json()["csrfToken"]
    counting.browser.headers["X-CSRF-Token"] = csrf
    await _card(counting, handle=person.lower().replace(" ", "-"))
    await counting.count("housekeeping (timer)", host.run_timer("operations_tidy_up"))
    await counting.request("sign out everywhere", "DELETE", "/api/v1/sessions")


async def _sign_in(counting: Counting, name: str, person: str) -> None:
    """Count the callback: the step before only redirects."""
    age = {"birthYear": "1985", "birthMonth": "12", "returnTo": "/my"}
    counting.browser.cookies.clear()
    begun = await counting.browser.post("/auth/login", data=age)
    async with httpx.AsyncClient(trust_env=False) as provider:
        callback = await sign_in(provider, begun.headers.get("location", ""), person)
    await counting.request(name, "GET", callback)


async def _card(counting: Counting, handle: str) -> None:
    api, page = "/api/v1/cards", f"/c/{handle}"
    content = CONTENT.model_dump(mode="json", by_alias=True)
    made = await counting.request("make a profile", "POST", "/api/v1/profiles", json={"name": "Work"})
    new = {"profileId": made.json()["id"], "handle": handle, "content": content}
    key = {"Idempotency-Key": handle}
    card = await counting.request("make a card", "POST", api, json=new, headers=key)
    place = card.headers["location"]
    await counting.request("list cards", "GET", api)
    await counting.request("/my page", "GET", "/my", headers=HTML)
    sought = {"csrf": counting.browser.headers["X-CSRF-Token"], "q": "ada"}
    await counting.request("/my/cards, searched", "POST", "/my/cards", data=sought, headers=HTML)
    draft = {"profileId": new["profileId"], "content": {**content, "title": "Countess"}}
    card = await counting.request("edit a card", "PUT", place, json=draft, headers=_as_read(card))

    publication, three = f"{place}/publication", (Target("<=", 3, "callsAfterSession"),)
    card = await counting.request("publish, first time", "PUT", publication, three, headers=_as_read(card))
    await counting.request("/my page, a live card", "GET", "/my", headers=HTML)
    await counting.request("card page, never seen", "GET", page, ONE_READ, headers=HTML)
    await counting.request("card page, warm", "GET", page, (Target("<=", 0, "calls"),), headers=HTML)
    card = await counting.request("publish again", "PUT", publication, three, headers=_as_read(card))
    await counting.request("vCard, never seen", "GET", f"{page}.vcf", ONE_READ)
    await counting.request("unpublish", "DELETE", publication, three, headers=_as_read(card))


def _as_read(card: httpx.Response) -> dict[str, str]:
    return {"If-Match": card.headers["etag"]}

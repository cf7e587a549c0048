"""`GET /health` for probes: ok or not. `GET /health/details` for operators: dependencies and waiting work."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import azure.functions as func

import wiring.images
import wiring.notifications
import wiring.operations
import wiring.sign_in
import wiring.visits
from domain.operations.health import Dependency, Health, Waiting, for_everybody, judge
from functions.framework.clock import now
from functions.framework.replies import reply

log = logging.getLogger("izwop.health")


CHECK_SECONDS = 2.0
# Lifetime of a cached result: the endpoint is public and must not load the dependencies.
KEPT_SECONDS = 5.0

Check = Callable[[], Awaitable[list[Waiting]]]


async def get_health(req: func.HttpRequest) -> func.HttpResponse:
    """200 while all needed dependencies answer, 503 otherwise; delayed work changes only `status`.

    With `?version=` the answer tells whether that version is the running one. It never names the version.
    """
    health = await _seen()
    said = for_everybody(health, req.params.get("version"))
    return _answer(health, said.model_dump_json(exclude_none=True))


async def get_details(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the trigger's binding
    health = await _seen()
    return _answer(health, health.model_dump_json(by_alias=True))


def _answer(health: Health, body: str) -> func.HttpResponse:
    failing = health.status == "failing"
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    headers = {"Retry-After": str(int(KEPT_SECONDS))} if failing else {}
    return reply(body.encode(), status=status, headers=headers)


@dataclass
class _Kept:
    health: Health | None = None
    until: float = 0.0


_kept = _Kept()
_looking = asyncio.Lock()


async def _seen() -> Health:
    async with _looking:
        if _kept.health is None or time.monotonic() >= _kept.until:
            _kept.health = await _look()
            _kept.until = time.monotonic() + KEPT_SECONDS
        return _kept.health


async def _look() -> Health:
    at = now()

    async def store() -> list[Waiting]:
        await wiring.operations.store_health().look()
        return []

    async def accounts() -> list[Waiting]:
        return await wiring.operations.store_health().waiting(at)

    async def queues() -> list[Waiting]:
        all_queues = (
            wiring.notifications.queue(),
            wiring.images.queue(),
            wiring.visits.queue(),
            wiring.operations.work_queue(),
            wiring.operations.order_queue(),
        )
        return list(await asyncio.gather(*(queue.waiting() for queue in all_queues)))

    async def pictures() -> list[Waiting]:
        await wiring.images.blobs().look()
        return []

    async def identity() -> list[Waiting]:
        # A sign-in may wait for the same document, so that the timeout must not cancel its download.
        await asyncio.shield(wiring.sign_in.provider().discovery(at))
        return []

    checks: dict[str, Check] = {
        "store": store, "accounts": accounts, "queues": queues, "pictures": pictures, "identity": identity,
    }  # fmt: skip
    found = await asyncio.gather(*(_checked(name, check) for name, check in checks.items()))
    waiting = [work for _, works in found for work in works]
    dependencies = [*(dependency for dependency, _ in found), _settings()]
    return judge(dependencies, waiting, version=wiring.operations.version(), at=at)


def _settings() -> Dependency:
    """Check of all settings, also of those not yet used."""
    wrong = wiring.operations.wrong_settings()
    if wrong:
        log.warning("settings_wrong %s", " ".join(wrong))
    return Dependency(name="settings", reachable=not wrong, milliseconds=0)


async def _checked(name: str, check: Check) -> tuple[Dependency, list[Waiting]]:
    began, waiting, reachable = time.monotonic(), list[Waiting](), True
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            waiting = await check()
    except Exception as exc:  # noqa: BLE001 - any failure means unreachable
        log.warning("health_check_failed dependency=%s error=%s", name, type(exc).__name__)
        reachable = False
    took = int((time.monotonic() - began) * 1000)
    return Dependency(name=name, reachable=reachable, milliseconds=took), waiting

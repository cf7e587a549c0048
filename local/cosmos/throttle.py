"""Throttling by the RU/s of a container or of the database that shares its throughput."""

import math

from local.cosmos.errors import Refusal
from local.cosmos.model import Container
from local.cosmos.store import Store

TOO_MANY = 3200  # the sub status of a request rate that is too large


class Budgets:
    """Token buckets of request units, each with the capacity of one second.

    A request runs while anything is left and may leave a debt, so that one that costs more than a second's
    units is followed by a longer wait, as in the service.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left: dict[str, tuple[float, float]] = {}  # by the offer's resource: units, and when

    def check(self, container: Container) -> None:
        """429 while the container's units are used up."""
        resource, rate = self._offer(container)
        left = self._refilled(resource, rate)
        if left > 0:
            return
        wait = max(1, math.ceil((1 - left) / rate * 1000))
        raise Refusal(
            429,
            f"Request rate is large: the {rate} RU/s of '{container.link}' are used up. Nothing was changed; "
            f"try again after {wait} ms.",
            substatus=TOO_MANY,
            charge=0.0,
            headers={"x-ms-retry-after-ms": str(wait)},
        )

    def spend(self, container: Container, charge: float) -> None:
        resource, rate = self._offer(container)
        self._left[resource] = (self._refilled(resource, rate) - charge, self._store.clock.now())

    def forget(self) -> None:
        """Fill every budget."""
        self._left.clear()

    def _refilled(self, resource: str, rate: int) -> float:
        now = self._store.clock.now()
        left, then = self._left.get(resource, (float(rate), now))
        return min(float(rate), left + (now - then) * rate)

    def _offer(self, container: Container) -> tuple[str, int]:
        """The container's own offer, or else its database's; autoscale counts with its most."""
        offers = {offer["resource"]: offer["content"] for offer in self._store.offers.values()}
        own = container.body["_self"]
        resource = own if own in offers else container.database.body["_self"]
        content = offers[resource]
        settings = content.get("offerAutopilotSettings")
        return resource, int(settings["maxThroughput"] if settings else content["offerThroughput"])

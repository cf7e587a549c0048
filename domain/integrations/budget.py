"""Calls that a vendor allows a source, and what it says is left of them."""

from typing import NamedTuple, Protocol


class Room(NamedTuple):
    """What an answer said: calls left today and in the present window, with the seconds until that ends."""

    today: int | None = None
    today_of: int | None = None
    now: int | None = None
    window_seconds: float | None = None


class Budget(Protocol):
    async def spend(self) -> None:
        """Count one call before it is made; `VendorLimited` if it must not be made now."""
        ...

    async def told(self, room: Room) -> None:
        """What the vendor said with its answer."""
        ...

"""What HubSpot says of its limits."""

import json
from http import HTTPStatus
from typing import Final

from adapters.outbound.client import Answer
from domain.integrations.budget import Room
from domain.integrations.errors import VendorLimited

_HEADER: Final = "x-hubspot-ratelimit-"
# Nobody says when the day of the account ends.
_DAILY_WAIT: Final = 60 * 60


def room_of(answer: Answer) -> Room | None:
    """What is left, as far as the headers tell. Answers of searches have none."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and _is_of_the_day(answer.body):
        raise VendorLimited(retry_after=_DAILY_WAIT)
    length = _number(answer, "interval-milliseconds")
    room = Room(
        today=_number(answer, "daily-remaining"),
        today_of=_number(answer, "daily"),
        now=_number(answer, "remaining"),
        window_seconds=None if length is None else length / 1000,
    )
    return None if room == Room() else room


def _number(answer: Answer, name: str) -> int | None:
    text = answer.headers.get(f"{_HEADER}{name}", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _is_of_the_day(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("policyName") == "DAILY"

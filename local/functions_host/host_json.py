"""The settings of host.json that the local host obeys; defaults are Azure's, in development."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.functions_host.refused import RefusedApp

# In a development environment the queue extension replaces its default of a minute.
_AZURE_POLLING = 60
_DEVELOPMENT_POLLING = 2
_UNLIMITED = "-1"


@dataclass(frozen=True)
class QueueSettings:
    """Seconds where a time; `new_batch_threshold` None means half the batch for each core."""

    batch_size: int = 16
    new_batch_threshold: int | None = None
    max_dequeue_count: int = 5
    visibility_timeout: float = 0
    max_polling_interval: float = _DEVELOPMENT_POLLING
    base64: bool = True


@dataclass(frozen=True)
class HostJson:
    route_prefix: str
    queues: QueueSettings
    has_extension_bundle: bool

    @classmethod
    def read(cls, app_dir: Path) -> "HostJson":
        """Read host.json; an absent file means the defaults, as in Azure. Faults raise `RefusedApp`."""
        path = app_dir / "host.json"
        try:
            text = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"version": "2.0"}
        except ValueError as exc:
            raise RefusedApp([f"host.json: not JSON: {exc}"]) from exc
        if not isinstance(text, dict) or text.get("version") != "2.0":
            raise RefusedApp(['host.json: "version" must be "2.0"'])
        extensions = text.get("extensions", {})
        faults: list[str] = []
        queues = _queue_settings(extensions.get("queues", {}), faults)
        if not _is_function_timeout(text.get("functionTimeout", _UNLIMITED)):
            faults.append(
                'host.json: functionTimeout must be a time like "00:10:00", a second or more, or "-1"'
            )
        if faults:
            raise RefusedApp(faults)
        bundle = text.get("extensionBundle", {})
        return cls(
            route_prefix=str(extensions.get("http", {}).get("routePrefix", "api")).strip("/"),
            queues=queues,
            has_extension_bundle=bundle.get("id") == "Microsoft.Azure.Functions.ExtensionBundle",
        )


def _queue_settings(section: Mapping[str, Any], faults: list[str]) -> QueueSettings:
    def number(name: str, default: int | None, low: int, high: int) -> int | None:
        value = section.get(name, default)
        if value is not default and not (type(value) is int and low <= value <= high):
            faults.append(f"host.json: extensions.queues.{name} must be a whole number {low} to {high}")
            return default
        return value

    def span(name: str, default: float, low: float, high: float) -> float:
        value = section.get(name)
        if value is None:
            return default
        seconds = _seconds(value)
        if seconds is None or not low <= seconds <= high:
            faults.append(f'host.json: extensions.queues.{name} must be a time like "00:00:30"')
            return default
        return seconds

    polling = span("maxPollingInterval", _AZURE_POLLING, 0.1, 86400)
    encoding = str(section.get("messageEncoding", "base64")).lower()
    if encoding not in ("base64", "none"):
        faults.append('host.json: extensions.queues.messageEncoding must be "base64" or "none"')
    return QueueSettings(
        batch_size=number("batchSize", 16, 1, 32) or 16,
        new_batch_threshold=number("newBatchThreshold", None, 0, 1000),
        max_dequeue_count=number("maxDequeueCount", 5, 1, 2**31 - 1) or 5,
        visibility_timeout=span("visibilityTimeout", 0, 0, 7 * 86400),
        max_polling_interval=_DEVELOPMENT_POLLING if polling == _AZURE_POLLING else polling,
        base64=encoding == "base64",
    )


def _is_function_timeout(value: object) -> bool:
    return str(value) == _UNLIMITED or (isinstance(value, str) and (_time_span(value) or 0) >= 1)


def _seconds(value: object) -> float | None:
    """The seconds of a .NET TimeSpan; the queue extension also takes a number of milliseconds."""
    return value / 1000 if type(value) is int else _time_span(str(value))


def _time_span(text: str) -> float | None:
    """The seconds of a .NET TimeSpan ("hh:mm:ss", "d.hh:mm:ss", either with a fraction)."""
    match = re.fullmatch(
        r"(?:(\d{1,8})\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)", text, re.ASCII
    )
    if match is None:
        return None
    days, hours, minutes, seconds = match.groups(default="0")
    return int(days) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)

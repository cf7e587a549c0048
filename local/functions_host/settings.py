"""App settings as bindings refer to them."""

import re
from collections.abc import Mapping


class UnsetSetting(LookupError):
    """A binding refers to an app setting that is not set."""


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace each `%NAME%` by the app setting of that name, as Azure does for schedules and queue names."""

    def value(match: re.Match[str]) -> str:
        if not settings.get(match[1]):
            raise UnsetSetting(f"the app setting {match[1]} is not set")
        return settings[match[1]]

    return re.sub("%([^%]+)%", value, text)


def connection_string(name: str, settings: Mapping[str, str]) -> str:
    """The storage connection a binding names: the setting itself, or with `AzureWebJobs` before it."""
    for key in (f"AzureWebJobs{name}", name):
        if settings.get(key):
            return settings[key]
    if settings.get(f"{name}__queueServiceUri") or settings.get(f"{name}__accountName"):
        raise UnsetSetting(f"{name} is an identity-based connection; the local host takes connection strings")
    raise UnsetSetting(f"the connection setting {name} is not set")

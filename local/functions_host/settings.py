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


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether a setting such as `AzureWebJobs.show_card.Disabled` turns a function off."""
    return settings.get(f"AzureWebJobs.{function}.Disabled", "").lower() in ("true", "1")


def storage_account(name: str, settings: Mapping[str, str]) -> str:
    """The storage account a binding's connection names: a connection string, or the queue service's URL.

    The setting may have `AzureWebJobs` before its name. A URL is for identity-based connections
    (`NAME__queueServiceUri` or `NAME__accountName`).
    """
    for key in (f"AzureWebJobs{name}", name):
        if settings.get(key):
            return settings[key]
        if settings.get(f"{key}__queueServiceUri"):
            return settings[f"{key}__queueServiceUri"]
        if settings.get(f"{key}__accountName"):
            return f"https://{settings[f'{key}__accountName']}.queue.core.windows.net"
    raise UnsetSetting(f"the connection setting {name} is not set")


def is_connected(name: str, settings: Mapping[str, str]) -> bool:
    """Whether the connection `name` of any service is set, as a text or in parts such as `NAME__endpoint`."""
    names = (f"AzureWebJobs{name}", name)
    return any(settings.get(each) for each in names) or any(
        value and key.startswith(tuple(f"{each}__" for each in names)) for key, value in settings.items()
    )

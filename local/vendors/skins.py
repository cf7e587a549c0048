"""The skins that are served. A new one is a line here."""

from importlib import import_module
from typing import Final

from local.vendors.skin import Skin, World

SKINS: Final = ("local.vendors.hubspot.skin:HubSpot",)


def make_all(world: World) -> dict[str, Skin]:
    """Each skin, by the first part of its path."""
    made = []
    for place in SKINS:
        module, _, name = place.partition(":")
        made.append(getattr(import_module(module), name)(world))
    return {skin.name: skin for skin in made}

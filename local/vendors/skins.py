"""The skins that are served, by the first part of their paths. A new one is a line here."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from local.vendors.skin import Skin, World

SKINS: Final = {
    "hubspot": "local.vendors.hubspot.skin:HubSpot",
    "mailchimp": "local.vendors.mailchimp.skin:Mailchimp",
    "ga4": "local.vendors.ga4.skin:GoogleAnalytics",
}


def make_all(world: "World") -> "dict[str, Skin]":
    made = {}
    for skin, place in SKINS.items():
        module, _, name = place.partition(":")
        made[skin] = getattr(import_module(module), name)(world)
    return made

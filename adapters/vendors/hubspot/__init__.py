"""HubSpot, API version 2026-09."""

from adapters.outbound.calls import bearer as authorised
from adapters.vendors.hubspot.connector import opened
from adapters.vendors.hubspot.description import BASE, DESCRIPTION
from adapters.vendors.hubspot.limits import room_of
from domain.integrations.credentials import Credentials

__all__ = ["DESCRIPTION", "authorised", "base", "opened", "room_of"]


def base(_: Credentials) -> str:
    return BASE

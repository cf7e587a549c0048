"""Webhooks of HubSpot: events of contacts and companies, many in a message, signed by version 3."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from local.vendors import CLIENT_SECRET
from local.vendors.clock import Clock
from local.vendors.deliveries import Event, Line, Message
from local.vendors.hubspot.access import APP_ID, portal
from local.vendors.hubspot.definitions import TYPES
from local.vendors.skin import World
from local.vendors.store import PERSON, Account, Change

MOST: Final = 100
KINDS: Final = ("creation", "propertyChange", "deletion", "merge", "restore")
_OF: Final[Mapping[str, str]] = {
    "created": "creation",
    "changed": "propertyChange",
    "deleted": "deletion",
    "merged": "merge",
    "restored": "restore",
}


class Webhooks:
    """Sends what happens in an account to the address that the app has set."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last = 0
        world.store.listeners["hubspot"].append(self.happened)

    def happened(self, account: Account, change: Change) -> None:
        address = account.kept("webhook")
        if address is None or change.record.type not in {"contacts", "companies"}:
            return
        line = Line("hubspot", account.name, address["url"], _packer(self._world.clock, address), MOST)
        for event in self._events(account, change):
            if event["subscriptionType"] in address["subscriptions"]:
                self._world.deliveries.add(line, event)

    def _events(self, account: Account, change: Change) -> list[Event]:
        record = change.record
        by_person = change.by == PERSON
        common = {
            "subscriptionType": f"{TYPES[record.type].singular}.{_OF[change.kind]}",
            "portalId": portal(account.name),
            "appId": APP_ID,
            "occurredAt": int(change.at.timestamp() * 1000),
            "objectId": int(record.id),
            "changeSource": "CRM_UI" if by_person else "INTEGRATION",
            "sourceId": "userId:70001" if by_person else str(APP_ID),
        }
        match change.kind:
            case "changed":
                own = [
                    {"propertyName": name, "propertyValue": record.fields.get(name, "")}
                    for name in change.before
                ]
            case "merged":
                winner, *losers = change.merged
                ids = {"primaryObjectId": int(winner), "mergedObjectIds": [int(loser) for loser in losers]}
                own = [ids | {"newObjectId": int(record.id), "numberOfPropertiesMoved": len(record.fields)}]
            case kind:
                own = [{"changeFlag": kind.upper()}]
        return [self._numbered(common | each) for each in own]

    def _numbered(self, event: Event) -> Event:
        self._last += 1
        return {"eventId": self._last, "subscriptionId": 1} | event


def subscriptions() -> list[str]:
    return [f"{TYPES[kind].singular}.{what}" for kind in ("contacts", "companies") for what in KINDS]


def _packer(clock: Clock, address: dict[str, Any]) -> Any:
    """What signs a message for its address: `signedUri` is what the receiver is called where that differs."""
    uri = address.get("signedUri") or address["url"]

    def pack(events: list[Event], attempt: int) -> Message:
        body = json.dumps([event | {"attemptNumber": attempt} for event in events]).encode()
        stamp = str(int(clock.now().timestamp() * 1000))
        headers = {
            "Content-Type": "application/json",
            "X-HubSpot-Request-Timestamp": stamp,
            "X-HubSpot-Signature-v3": signature("POST", uri, body, stamp),
        }
        return Message(body, headers)

    return pack


def signature(method: str, uri: str, body: bytes, stamp: str) -> str:
    signed = f"{method}{uri}".encode() + body + stamp.encode()
    return base64.b64encode(hmac.new(CLIENT_SECRET.encode(), signed, hashlib.sha256).digest()).decode()

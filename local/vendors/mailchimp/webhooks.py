"""Webhooks of Mailchimp: one event in a message, as a form, not signed."""

from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from local.vendors.deliveries import TIMEOUT_SECONDS, Event, Line, Message
from local.vendors.mailchimp.shapes import code, invalid, not_found, unserved
from local.vendors.skin import Reply, World
from local.vendors.store import PERSON, Account, Change, Record

EVENTS: Final = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES: Final = ("user", "admin", "api")


class Webhooks:
    """Sends what happens to members to the addresses that are set for their list."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.store.listeners["mailchimp"].append(self.happened)

    async def answer(self, account: Account, of: Record, method: str, rest: list[str], given: Any) -> Reply:
        known = account.kept(f"webhooks {of.id}", [])
        one = next((each for each in known if [each["id"]] == rest), None)
        match method:
            case "GET" if not rest:
                return Reply(200, {"webhooks": known, "list_id": code(of), "total_items": len(known)})
            case "POST" if not rest:
                made = await _made(of, given, len(known))
                account.keep(f"webhooks {of.id}", [*known, made])
                return Reply(200, made)
            case "GET" | "DELETE" if one is None:
                raise not_found()
            case "GET":
                return Reply(200, one)
            case "DELETE":
                account.keep(f"webhooks {of.id}", [each for each in known if each is not one])
                return Reply(204)
        raise unserved(f"{method} of webhooks")

    def happened(self, account: Account, change: Change) -> None:
        member = change.record
        of = account.get("lists", str(member.fields.get("list"))) if member.type == "members" else None
        event = None if of is None else _event(of, change)
        if of is None or event is None:
            return
        source = "user" if change.by == PERSON else "api"
        for hook in account.kept(f"webhooks {of.id}", []):
            if hook["events"].get(event["type"]) and hook["sources"].get(source):
                self._world.deliveries.add(Line("mailchimp", account.name, hook["url"], _pack), event)


async def _made(of: Record, given: Any, number: int) -> dict[str, Any]:
    """A webhook, once its address has answered a GET."""
    url = str(given.get("url", "")) if isinstance(given, dict) else ""
    limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            reached = answer.status
    except (aiohttp.ClientError, ValueError, TimeoutError):
        reached = None
    if reached != 200:  # noqa: PLR2004
        raise invalid("url", f"We couldn't validate this address: it answered {reached or 'nothing'}.")
    events = {name: bool(given.get("events", {}).get(name)) for name in EVENTS}
    sources = {name: bool(given.get("sources", {}).get(name)) for name in SOURCES}
    ref = f"{code(of)[:6]}{number:04x}"
    return {"id": ref, "url": url, "events": events, "sources": sources, "list_id": code(of)}


def _event(of: Record, change: Change) -> Event | None:
    """The event of a change of a member; None for what Mailchimp does not tell."""
    member = change.record
    status, before = member.fields["status"], change.before.get("status")
    data = {
        "id": f"{int(member.id):010x}",
        "list_id": code(of),
        "email": member.fields["email_address"],
        "email_type": "html",
        "ip_opt": "127.0.0.1",
        "web_id": member.id,
    }
    merges = {"EMAIL": member.fields["email_address"]} | member.fields.get("merge_fields", {})
    kind = None
    if change.kind == "created":
        kind = "subscribe" if status == "subscribed" else None
    elif change.kind == "changed" and before is not None:
        kind = {"subscribed": "subscribe", "cleaned": "cleaned"}.get(status, "unsubscribe")
        data |= {"action": "unsub", "reason": "manual"} if kind == "unsubscribe" else {}
    elif change.kind == "changed" and "email_address" in change.before:
        kind = "upemail"
        data |= {"old_email": change.before["email_address"], "new_email": member.fields["email_address"]}
    elif change.kind == "changed":
        kind = "profile"
    fired = change.at.strftime("%Y-%m-%d %H:%M:%S")
    return None if kind is None else {"type": kind, "fired_at": fired, "data": data, "merges": merges}


def _pack(events: list[Event], attempt: int) -> Message:  # noqa: ARG001 - every attempt is the same
    [event] = events
    form = {"type": event["type"], "fired_at": event["fired_at"]}
    form |= {f"data[{name}]": value for name, value in event["data"].items()}
    form |= {f"data[merges][{name}]": value for name, value in event["merges"].items()}
    return Message(urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

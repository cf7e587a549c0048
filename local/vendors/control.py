"""Control endpoints for tests and scripts, below `/_local`. Bodies and answers are JSON.

- `POST|DELETE /_local/faults`: order rules (`faults.py`), or delete them all.
- `GET|DELETE /_local/calls`, `GET|DELETE /_local/webhooks`: what was asked, and what was sent to webhooks.
- `POST /_local/retries`: `{"seconds": [0.1, 0.5]}`, the waits between attempts of a webhook.
- `POST /_local/clock`: `{"advanceSeconds": 60}`, `{"stopAt": "2026-11-27T12:00:00Z"}` or `{"go": true}`.
- `/_local/{vendor}/{account}/records/{type}[/{id}]`: GET, POST (one or a list), PATCH and DELETE, as a person
  on the vendor's own pages; `POST …/{id}/merge` with `{"into": "7"}`.
- `POST /_local/{vendor}/{account}/fill`, `…/clear`: data for an account, or none.
- `POST /_local/{vendor}/{account}/{what}`: what is special to a vendor (`control` of its skin), like a token.
"""

from datetime import datetime
from typing import Any

from aiohttp import web

from local.vendors.faults import WrongRule
from local.vendors.skin import Refused, Skin, World
from local.vendors.store import PERSON, Account, NoSuchRecord


class Control:
    def __init__(self, world: World, made: dict[str, Skin]) -> None:
        self._world = world
        self._skins = made

    async def answer(self, asked: web.Request) -> web.Response:
        parts = [part for part in asked.match_info["path"].split("/") if part]
        given = await asked.json() if asked.can_read_body else None
        try:
            done = self._done(asked.method, parts, given)
        except Refused as refused:
            return web.json_response(refused.reply.body, status=refused.reply.status)
        except (WrongRule, ValueError) as exc:
            return web.json_response({"message": str(exc)}, status=400)
        except (KeyError, NoSuchRecord) as exc:
            return web.json_response({"message": f"There is no {exc}."}, status=404)
        return web.Response(status=204) if done is None else web.json_response(done)

    def _done(self, method: str, parts: list[str], given: Any) -> Any:
        match parts:
            case [vendor, account, *rest] if rest:
                skin = self._skins[vendor]
                return self._in_account(skin, skin.account(account), method, rest, given)
            case [what]:
                return self._of_all(method, what, given)
        raise KeyError("/".join(parts))

    def _of_all(self, method: str, what: str, given: Any) -> Any:
        faults, deliveries = self._world.faults, self._world.deliveries
        match (method, what):
            case ("POST", "faults"):
                faults.order(given)
            case ("DELETE", "faults"):
                faults.ordered.clear()
            case ("GET", "calls"):
                return faults.calls
            case ("DELETE", "calls"):
                faults.calls.clear()
            case ("GET", "webhooks"):
                return deliveries.sent
            case ("DELETE", "webhooks"):
                deliveries.sent.clear()
            case ("POST", "retries"):
                deliveries.retry_seconds = tuple(map(float, given["seconds"]))
            case ("POST", "clock"):
                self._set_clock(given)
            case _:
                raise KeyError(what)
        return None

    def _set_clock(self, given: dict[str, Any]) -> None:
        clock = self._world.clock
        if given.get("go"):
            clock.go()
        if "stopAt" in given:
            clock.stop(given["stopAt"] and datetime.fromisoformat(given["stopAt"]))
        clock.advance(float(given.get("advanceSeconds", 0)))

    def _in_account(self, skin: Skin, account: Account, method: str, rest: list[str], given: Any) -> Any:
        match (method, rest):
            case (_, ["records", _, *_]):
                return _records(skin, account, method, rest[1:], given)
            case ("POST", ["fill"]):
                skin.fill(account, **(given or {}))
            case ("POST", ["clear"]):
                account.clear()
            case ("POST", [what]):
                return skin.control(account, what, given)
            case _:
                raise KeyError("/".join(rest))
        return None


def _records(skin: Skin, account: Account, method: str, path: list[str], given: Any) -> Any:
    kind, *ref = path
    match (method, ref):
        case ("GET", []):
            return [record.as_json() for record in account.everything(kind)]
        case ("GET", [one]):
            found = account.get(kind, one)
            if found is None:
                raise NoSuchRecord(one)
            return found.as_json()
        case ("POST", []) if isinstance(given, list):
            return [skin.create(account, kind, each, by=PERSON) for each in given]
        case ("POST", []):
            return skin.create(account, kind, given, by=PERSON)
        case ("PATCH", [one]):
            skin.change(account, kind, one, given, by=PERSON)
        case ("DELETE", [one]):
            skin.delete(account, kind, one, by=PERSON)
        case ("POST", [one, "merge"]):
            return skin.merge(account, kind, given["into"], one, by=PERSON)
        case _:
            raise KeyError("/".join((kind, *ref)))
    return None

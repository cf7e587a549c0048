"""The skin of HubSpot: which path is answered by what."""

from collections.abc import Callable
from typing import Any, ClassVar

from local.vendors.hubspot import around, fill, shapes, webhooks
from local.vendors.hubspot.access import Access, expired, too_many
from local.vendors.hubspot.batch import Batch
from local.vendors.hubspot.definitions import TYPES
from local.vendors.hubspot.objects import Objects
from local.vendors.hubspot.search import Search
from local.vendors.skin import Refused, Reply, Request, Skin, World
from local.vendors.store import Account, Fields

API = "api"  # who changes a record through the API


class HubSpot(Skin):
    name = "hubspot"
    title = "HubSpot"
    tables: ClassVar = {
        "contacts": (
            "firstname",
            "lastname",
            "email",
            "phone",
            "jobtitle",
            "company",
            "city",
            "hubspot_owner_id",
        ),
        "companies": ("name", "domain", "phone", "city", "country", "industry"),
        "meetings": ("hs_meeting_title", "hs_timestamp", "hubspot_owner_id"),
        "calls": ("hs_call_title", "hs_timestamp", "hubspot_owner_id"),
        "emails": ("hs_email_subject", "hs_timestamp", "hubspot_owner_id"),
    }
    merges = frozenset({"contacts", "companies"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.access = Access(world)
        self.objects = Objects(world)
        self.search = Search(world)
        webhooks.Webhooks(world)

    def account_name(self, request: Request) -> str | None:
        held = self.access.tokens.known(request.bearer())
        return str(held["account"]) if held else None

    async def answer(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except (ValueError, UnicodeDecodeError):
            raise shapes.invalid("Invalid input JSON.") from None

    def _answer(self, request: Request) -> Reply:
        match request.method, request.segments:
            case ("GET" | "POST", ("oauth", "authorize")):
                return self.access.authorize(request)
            case ("POST", ("oauth", "2026-09", "token", *rest)):
                return self._oauth(request, rest)
            case (_, ("crm" | "account-info", *_)):
                return self._of_account(request)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _oauth(self, request: Request, rest: list[str]) -> Reply:
        doors: dict[tuple[str, ...], Callable[[Request], Reply]] = {
            (): self.access.token,
            ("introspect",): self.access.introspect,
            ("revoke",): self.access.revoke,
        }
        if tuple(rest) not in doors:
            raise shapes.unserved(request.path)
        return doors[tuple(rest)](request)

    def _of_account(self, request: Request) -> Reply:
        """Let the request in, count it, and answer it with what is left of the limits."""
        account = self.access.entered(request, _scope(request))
        headers = self.access.counted(account, searches=request.segments[-1] == "search")
        try:
            reply = self._served(request, account)
        except Refused as refused:
            refused.reply.headers |= headers
            raise
        reply.headers |= headers
        return reply

    def _served(self, request: Request, account: Account) -> Reply:
        match request.method, request.segments:
            case (_, ("crm", "objects", "2026-09", kind, *rest)) if kind in TYPES:
                return self._objects(request, account, kind, rest)
            case ("POST", ("crm", "associations", "2026-03", of, to, "batch", "read")):
                return around.associations(self.world, account, of, to, request.members())
            case ("GET", ("crm", "owners", "2026-09", *rest)):
                return around.owners(account, request, rest)
            case (_, ("crm", "properties", "2026-09", kind, *rest)) if kind in TYPES:
                return around.properties(account, request, kind, rest)
            case ("GET", ("account-info", "2026-09", "details")):
                return around.details(account)
            case ("GET", ("account-info", "2026-09", "api-usage", "daily", "private-apps")):
                return around.usage(self.world, account)
        raise shapes.unserved(f"{request.method} {request.path}")

    def _objects(self, request: Request, account: Account, kind: str, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", []:
                return self.objects.page(account, kind, request)
            case "POST", ["search"]:
                return self.search.answer(account, kind, request)
            case "POST", ["batch", operation]:
                batch = Batch(self.objects, account, kind, self.world.clock, API)
                return batch.answer(operation, request.members())
            case "GET", [ref]:
                return self.objects.read(account, kind, ref, request)
        return self._written(request, account, kind, rest)

    def _written(self, request: Request, account: Account, kind: str, rest: list[str]) -> Reply:
        match request.method, rest:
            case "POST", []:
                record = self.objects.create(account, kind, request.json(), by=API)
                return Reply(201, shapes.as_json(record, answers="all"))
            case "POST", ["merge"] if kind in self.merges:
                given = request.members()
                refs = str(given.get("primaryObjectId")), str(given.get("objectIdToMerge"))
                merged = self.objects.merge(account, kind, *refs, by=API)
                return Reply(200, shapes.as_json(merged, answers="all"))
            case "PATCH", [ref]:
                found = self.objects.find(account, kind, ref, request.first("idProperty"))
                fields = request.members().get("properties")
                changed = self.objects.change(account, kind, found.id, fields, by=API)
                return Reply(200, shapes.as_json(changed, answers="all"))
            case "DELETE", [ref]:
                self.objects.archive(account, kind, ref, by=API)
                return Reply(204)
        raise shapes.unserved(f"{request.method} {request.path}")

    def fault(self, status: int, retry_after: float | None) -> Reply:
        match status:
            case 401:
                reply = expired().reply
            case 429:
                reply = too_many("TEN_SECONDLY_ROLLING", "ten_secondly_rolling").reply
            case _:
                reply = shapes.refusal(status, "INTERNAL_ERROR", "internal error").reply
        if retry_after is not None:
            reply.headers["Retry-After"] = f"{retry_after:g}"
        return reply

    # A person's page, and tests

    def accepted(self, account: Account, kind: str, fields: Fields) -> Fields:
        return self.objects.accepted(account, kind, fields, None) if kind in TYPES else fields

    def change(self, account: Account, kind: str, ref: str, fields: Fields, *, by: str) -> None:
        if kind in TYPES:
            self.objects.change(account, kind, ref, fields, by=by)
        else:
            account.change(kind, ref, fields, by=by)

    def merge(self, account: Account, kind: str, winner: str, loser: str, *, by: str) -> str:
        return self.objects.merge(account, kind, winner, loser, by=by).id

    def fill(self, account: Account, **how: Any) -> None:
        fill.fill(self, account, **how)

    def control(self, account: Account, what: str, given: Any) -> Any:
        """Do one of these for an account.

        `token`: a private token, with all scopes or those given. `expire`, `revoke`: end, take away tokens.
        `limits`: other limits of requests. `multistatus`: whether every batch refuses its records one by one.
        `webhook`: where events go (`url`, `subscriptions`, `signedUri`).
        """
        match what:
            case "token":
                return {"token": self.access.private(account.name, (given or {}).get("scopes"))}
            case "expire":
                self.access.tokens.expire(account.name)
            case "revoke":
                self.access.tokens.revoke_all(account.name)
            case "limits" | "multistatus":
                account.keep(what, given)
            case "webhook":
                account.keep("webhook", given and {"subscriptions": webhooks.subscriptions()} | given)
            case _:
                raise KeyError(what)
        return None


def _scope(request: Request) -> str | None:
    """The scope that a request needs."""
    rest = request.segments[4:]
    reads = request.method == "GET" or rest[-1:] in (("search",), ("read",))
    right = "read" if reads else "write"
    match request.segments:
        case ("crm", "objects" | "properties" as place, _, kind, *_) if kind in TYPES:
            part = "schemas" if place == "properties" else "objects"
            scope = TYPES[kind].scope
            return f"crm.{part}.{scope}.{right}"
        case ("crm", "associations", _, of, *_) if of in TYPES:
            return f"crm.objects.{TYPES[of].scope}.read"
        case ("crm", "owners", *_):
            return "crm.objects.owners.read"
    return None

"""The skin of Google Analytics 4: service accounts, the Data API, and which properties there are."""

import hashlib
import json
from datetime import timedelta
from itertools import islice
from typing import Any, ClassVar, Final

from local.vendors.ga4 import fill
from local.vendors.ga4.fields import DIMENSIONS, METRICS, show_dimension, show_metric
from local.vendors.ga4.report import MOST_DIMENSIONS, MOST_METRICS, VIEWS, named, refusal, run
from local.vendors.skin import Reply, Request, Skin, World, objects
from local.vendors.store import Account
from local.vendors.tokens import Held, Tokens

SCOPE: Final = "https://www.googleapis.com/auth/analytics.readonly"
AUDIENCE: Final = "https://oauth2.googleapis.com/token"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_SECONDS, LONGEST_ASSERTION = 3600, timedelta(hours=1)
MOST_IN_BATCH = 5
SIMULTANEOUS = 10
QUOTA: Final = {"tokensPerDay": 200_000, "tokensPerHour": 40_000}


class GoogleAnalytics(Skin):
    name = "ga4"
    title = "Google Analytics"
    tables: ClassVar = {
        VIEWS: ("at", "page", "source", "medium", "browser", "system", "device", "session", "user", "first"),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tokens = Tokens(world, self.name, self.title)

    def account_name(self, request: Request) -> str | None:
        held = self._held(request)
        return str(held["account"]) if held else None

    def _held(self, request: Request) -> Held | None:
        held = self.tokens.known(request.bearer())
        return (
            held if held and held["kind"] in {"access", "private"} and not self.tokens.is_over(held) else None
        )

    async def answer(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except (ValueError, UnicodeDecodeError):
            raise refusal(400, "Invalid JSON payload received.") from None

    def _answer(self, request: Request) -> Reply:
        if (request.method, request.segments) == ("POST", ("token",)):
            return self._token(request)
        held = self._held(request)
        if held is None:
            message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
            raise refusal(401, message)
        if SCOPE not in held["scopes"]:
            raise refusal(403, "Request had insufficient authentication scopes.")
        account = self.account(held["account"])
        match request.method, request.segments:
            case "GET", ("v1beta", "accountSummaries"):
                return self._summaries(request, account)
            case "GET", ("v1beta", "properties", number, "metadata"):
                _let_in(account, number)
                return Reply(200, _metadata(number))
            case "POST", ("v1beta", "properties", what) if ":" in what:
                number, _, operation = what.partition(":")
                _let_in(account, number)
                return self._reported(request, account, operation)
        raise refusal(
            404, f"The stand-in of Google Analytics does not serve {request.method} {request.path}."
        )

    # Access

    def _token(self, request: Request) -> Reply:
        """An access token for the assertion of a service account, which a key of the account has signed."""
        import jwt  # noqa: PLC0415 - heavy

        given = request.form()
        if given.get("grant_type") != GRANT:
            return Reply(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})
        assertion = given.get("assertion", "")
        try:
            claimed = jwt.decode(assertion, options={"verify_signature": False}).get("iss", "")
            account = self.account(str(claimed).partition("@")[0])
            key = account.kept("public key")
            if key is None:
                return Reply(400, {"error": "invalid_grant", "error_description": "account not found"})
            # Times are checked below by the stand-ins' clock.
            untimed: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "aud", "iss"]}
            audience = [f"{request.base}/token", AUDIENCE]
            claims = jwt.decode(assertion, key, ["RS256"], audience=audience, options=untimed)
        except jwt.InvalidTokenError as wrong:
            return Reply(400, {"error": "invalid_grant", "error_description": f"Invalid JWT: {wrong}"})
        now = self.tokens.now()
        if (
            not claims["iat"] - 300
            <= now
            < claims["exp"]
            <= claims["iat"] + LONGEST_ASSERTION.total_seconds()
        ):
            message = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            )
            return Reply(400, {"error": "invalid_grant", "error_description": message})
        scopes = str(claims.get("scope", "")).split()
        made = self.tokens.issue("access", account.name, scopes, seconds=TOKEN_SECONDS)
        return Reply(200, {"access_token": made, "expires_in": TOKEN_SECONDS - 1, "token_type": "Bearer"})

    def _service_account(self, account: Account, base: str) -> dict[str, str]:
        """A key file as Google Cloud gives it out; an earlier one of the account ends."""
        from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415 - heavy
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - heavy

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
        account.keep("public key", public.decode())
        private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
        return {
            "type": "service_account",
            "project_id": "izwop-on-this-machine",
            "private_key_id": hashlib.sha256(public).hexdigest()[:40],
            "private_key": private.decode(),
            "client_email": f"{account.name}@izwop-on-this-machine.iam.gserviceaccount.example",
            "client_id": "1",
            "token_uri": f"{base}/token",
        }

    # Reports

    def _reported(self, request: Request, account: Account, operation: str) -> Reply:
        if request.simultaneous > SIMULTANEOUS:
            raise refusal(
                429, "Exhausted concurrent requests quota. Please send fewer requests concurrently."
            )
        asked = request.members()
        match operation:
            case "runReport":
                return Reply(200, self._report(account, asked))
            case "batchRunReports":
                requests = objects(asked.get("requests") or [])
                if not 1 <= len(requests) <= MOST_IN_BATCH:
                    raise refusal(400, f"A batch has between 1 and {MOST_IN_BATCH} requests.")
                reports = [self._report(account, each) for each in requests]
                return Reply(200, {"reports": reports, "kind": "analyticsData#batchRunReports"})
            case "checkCompatibility":
                return Reply(200, _compatibility(asked))
        raise refusal(404, f"The stand-in of Google Analytics does not serve {operation}.")

    def _report(self, account: Account, asked: Any) -> dict[str, Any]:
        used = self._used(account)
        answer = run(account, self.world.clock, asked)
        tokens = 1 + len(answer.get("rows", ())) // 1000
        used = {name: count + tokens for name, count in used.items()}
        account.keep("used", [self._hour(), used])
        if asked.get("returnPropertyQuota"):
            quota = QUOTA | account.kept("quota", {})
            answer["propertyQuota"] = {
                name: {"consumed": tokens, "remaining": quota[name] - used[name]} for name in quota
            }
        return answer

    def _used(self, account: Account) -> dict[str, int]:
        """Tokens that were used in this day and hour; refuses when one of them is used up."""
        hour, counts = account.kept("used", ["", {}])
        used = {
            "tokensPerDay": counts.get("tokensPerDay", 0) if hour[:10] == self._hour()[:10] else 0,
            "tokensPerHour": counts.get("tokensPerHour", 0) if hour == self._hour() else 0,
        }
        quota = QUOTA | account.kept("quota", {})
        for name, words in (("tokensPerDay", "day"), ("tokensPerHour", "hour")):
            if used[name] >= quota[name]:
                message = f"Exhausted property tokens per {words}. These quota tokens will return later."
                raise refusal(429, message)
        return used

    def _hour(self) -> str:
        return self.world.clock.now().strftime("%Y-%m-%dT%H")

    def _summaries(self, request: Request, account: Account) -> Reply:
        """The one property of an account, in as many summaries as a test wants."""
        most, after = int(request.first("pageSize", "50")), int(request.first("pageToken", "0"))
        numbers = range(account.kept("settings", {}).get("properties", 1))
        found = list(islice(numbers, after, after + min(most, 200) + 1))
        shown = [_summary(account, number) for number in found[:most]]
        more = {"nextPageToken": str(after + most)} if len(found) > most else {}
        return Reply(200, {"accountSummaries": shown} | more)

    # A person's page, and tests

    def fault(self, status: int, retry_after: float | None) -> Reply:
        words = {
            429: "Exhausted property tokens per hour.",
            401: "Request had invalid authentication credentials.",
        }
        reply = refusal(status, words.get(status, "Internal error encountered.")).reply
        if retry_after is not None:
            reply.headers["Retry-After"] = f"{retry_after:g}"
        return reply

    def fill(self, account: Account, **how: Any) -> None:
        fill.fill(account, **how)

    def key(self, account: Account, base: str) -> str:
        return json.dumps(self._service_account(account, base), indent=2)

    def control(self, account: Account, what: str, given: Any) -> Any:
        """Do one of these for an account.

        `token`: an access token. `key`: the key file of a service account, for the address of the stand-in.
        `property`: the number of its property. `expire`, `revoke`: end its tokens.
        `settings`: `threshold`, `cardinality`, `truncated`, `properties`. `quota`: tokens per day and hour.
        """
        match what:
            case "token":
                return {"token": self.tokens.issue("private", account.name, [SCOPE])}
            case "key":
                return self._service_account(account, given["base"])
            case "property":
                return {"property": f"properties/{number_of(account)}"}
            case "expire":
                self.tokens.expire(account.name)
            case "revoke":
                self.tokens.revoke_all(account.name)
                account.keep("public key", None)
            case "settings" | "quota":
                account.keep(what, given)
            case _:
                raise KeyError(what)
        return None


def number_of(account: Account, place: int = 0) -> int:
    return 300_000_000 + int.from_bytes(hashlib.sha256(account.name.encode()).digest()[:3]) + place


def _let_in(account: Account, number: str) -> None:
    if number != str(number_of(account)):
        raise refusal(403, "User does not have sufficient permissions for this property.")


def _metadata(number: str) -> dict[str, Any]:
    return {
        "name": f"properties/{number}/metadata",
        "dimensions": [show_dimension(name) for name in DIMENSIONS],
        "metrics": [show_metric(name) for name in METRICS],
    }


def _compatibility(asked: dict[str, Any]) -> dict[str, Any]:
    """All fields that the stand-in knows go together."""
    dimensions = named(asked, "dimensions", DIMENSIONS, MOST_DIMENSIONS)
    metrics = named(asked, "metrics", METRICS, MOST_METRICS)
    fine = {"compatibility": "COMPATIBLE"}
    return {
        "dimensionCompatibilities": [
            fine | {"dimensionMetadata": show_dimension(name)} for name in dimensions
        ],
        "metricCompatibilities": [fine | {"metricMetadata": show_metric(name)} for name in metrics],
    }


def _summary(account: Account, place: int) -> dict[str, Any]:
    number = number_of(account, place)
    parent = f"accounts/{number - 100_000_000}"
    one = {
        "property": f"properties/{number}",
        "displayName": f"{account.name} website",
        "propertyType": "PROPERTY_TYPE_ORDINARY",
        "parent": parent,
    }
    name = parent.replace("accounts", "accountSummaries")
    return {"name": name, "account": parent, "displayName": account.name, "propertySummaries": [one]}

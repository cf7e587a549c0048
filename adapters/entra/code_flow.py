"""The authorization code flow with PKCE, through MSAL, which blocks and therefore runs in a thread."""

import asyncio
import logging
import warnings
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.entra.documents import ProviderDocuments
from adapters.entra.provider_client import ProviderClient
from domain.base.errors import Unavailable
from domain.sign_in.flow import Flow, SignInDeclined

if TYPE_CHECKING:
    from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

log = logging.getLogger("izwop.entra")

TIMEOUT_SECONDS = 10
_SCOPES = ["email"]


class Attempt(NamedTuple):
    """Sign-in to begin by a redirect to `url`; the other values belong to its answer."""

    url: str
    state: str
    nonce: str
    verifier: str


class CodeFlow:
    """Authorization code flow; one per worker. `redirect_uri` is the address of our callback."""

    def __init__(
        self,
        documents: ProviderDocuments,
        provider: ProviderClient,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
    ) -> None:
        self._documents, self._provider, self._issuer = documents, provider, issuer
        self._client_id, self._client_secret = client_id, client_secret
        self._redirect_uri = redirect_uri
        self._opening = asyncio.Lock()
        self._client: ConfidentialClientApplication | None = None

    async def begin(self, now: datetime, *, again: bool = False) -> Attempt:
        """Begin a sign-in, or with `again` one that asks for it also of who is signed in at the provider."""
        client = await self._open(now)
        # The answer comes as a query: a form posted from another site would arrive without our Lax cookie.
        flow = client.initiate_auth_code_flow(
            _SCOPES,
            redirect_uri=self._redirect_uri,
            response_mode="query",
            # Either alone may be ignored; whether it was done is told by `auth_time`.
            **({"prompt": "login", "max_age": 0} if again else {}),
        )
        return Attempt(flow["auth_uri"], flow["state"], flow["nonce"], flow["code_verifier"])

    async def redeem(self, flow: Flow, code: str, now: datetime) -> str:
        """Exchange the code for the ID token, which is not validated here."""
        client = await self._open(now)
        begun = {
            "state": flow.state,
            "nonce": flow.nonce,
            "code_verifier": flow.verifier,
            "redirect_uri": self._redirect_uri,
            "scope": ["openid", "profile", *_SCOPES],
        }
        answer = {"state": flow.state, "code": code}
        tokens = await asyncio.to_thread(_exchange, client, begun, answer)
        token = tokens.get("id_token")
        if not isinstance(token, str):
            log.warning("code_not_redeemed error=%s", str(tokens.get("error"))[:40])
            raise SignInDeclined
        return token

    async def _open(self, now: datetime) -> "ConfidentialClientApplication":
        # Outside the lock: while the provider is down, concurrent sign-ins fail together and not in turn.
        await self._documents.discovery(now)
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._build)
        return self._client

    def _build(self) -> "ConfidentialClientApplication":
        import msal  # noqa: PLC0415

        warnings.filterwarnings("ignore", message="response_mode='form_post'")
        # MSAL logs whole token answers when they are malformed.
        logging.getLogger("msal").setLevel(logging.CRITICAL)
        try:
            return msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._client_secret,
                oidc_authority=self._issuer,
                http_client=_Http(self._provider),
                # No cache: its key is the same for all users, so one user's throttling would be everybody's.
                http_cache=_Forgetful(),
                token_cache=_keeps_nothing(),
                # No refresh token: sessions are our own, and it would be one more secret to protect.
                exclude_scopes=["offline_access"],
            )
        except ValueError as exc:
            log.warning("provider_not_understood error=%s", type(exc).__name__)
            raise Unavailable from None


class _Response(NamedTuple):
    """Answer in the form that MSAL reads."""

    status_code: int
    headers: dict[str, str]
    text: str

    def raise_for_status(self) -> None:
        if self.status_code >= HTTPStatus.BAD_REQUEST:
            raise ValueError(self.status_code)


class _Http:
    """HTTP client for MSAL. It is called in a thread of its own, so that it may block."""

    def __init__(self, provider: ProviderClient) -> None:
        self._provider = provider

    def get(self, url: str, *, params: Any = None, headers: Any = None, **_: Any) -> _Response:
        return self._send("GET", url, headers, params=params)

    def post(self, url: str, *, params: Any = None, headers: Any = None, data: Any = None) -> _Response:
        return self._send("POST", url, headers, params=params, data=data)

    def _send(self, method: str, url: str, headers: Any, **sent: Any) -> _Response:
        asked = self._provider.request(
            method, url, headers=headers or {}, timeout_seconds=TIMEOUT_SECONDS, **sent
        )
        answer = asyncio.run(asked)
        return _Response(answer.status, answer.headers, answer.body.decode())

    def close(self) -> None: ...


class _Forgetful(dict[str, Any]):
    def __setitem__(self, key: str, value: Any) -> None: ...


def _keeps_nothing() -> Any:
    """Token cache for MSAL that stores nothing: the ID token is used once, and a worker lives for days."""
    from msal import TokenCache  # noqa: PLC0415

    class Forgetful(TokenCache):  # type: ignore[misc]
        def add(self, event: Any, now: Any = None) -> None: ...

    return Forgetful()


def _exchange(client: Any, begun: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
    try:
        tokens = client.acquire_token_by_auth_code_flow(begun, answer)
    except Unavailable:
        raise
    except Exception as exc:  # noqa: BLE001 - MSAL lets out whatever its parsing of an answer stumbles over
        log.warning("code_not_redeemed error=%s", type(exc).__name__)
        raise SignInDeclined from None
    return tokens if isinstance(tokens, dict) else {}

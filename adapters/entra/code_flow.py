"""The authorization code flow with PKCE, through MSAL, which blocks and therefore runs in a thread."""

import asyncio
import functools
import logging
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.entra.documents import ProviderDocuments
from domain.base.errors import Unavailable
from domain.sign_in.flow import Flow, SignInDeclined

if TYPE_CHECKING:
    import requests
    from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

log = logging.getLogger("izwop.entra")

TIMEOUT_SECONDS = 10
_SCOPES = ["email"]


class Attempt(NamedTuple):
    """A sign-in to send the browser to `url` for; the rest comes back with the answer."""

    url: str
    state: str
    nonce: str
    verifier: str


class CodeFlow:
    """One per worker. `redirect_uri` is the one address of ours that the provider answers to."""

    def __init__(
        self,
        documents: ProviderDocuments,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        ca_file: str | None,
    ) -> None:
        self._documents, self._issuer, self._ca_file = documents, issuer, ca_file
        self._client_id, self._client_secret = client_id, client_secret
        self._redirect_uri = redirect_uri
        self._opening = asyncio.Lock()
        self._client: ConfidentialClientApplication | None = None

    async def begin(self, now: datetime) -> Attempt:
        client = await self._open(now)
        # The answer comes as a query: a form posted from another site would arrive without our Lax cookie.
        flow = client.initiate_auth_code_flow(_SCOPES, redirect_uri=self._redirect_uri, response_mode="query")
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
        # Asks the provider first, so that while it is down a crowd does not wait in line to find out.
        await self._documents.discovery(now)
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._build)
        return self._client

    def _build(self) -> "ConfidentialClientApplication":
        import msal  # noqa: PLC0415
        import requests  # noqa: PLC0415

        warnings.filterwarnings("ignore", message="response_mode='form_post'")
        # MSAL logs whole token answers when they are malformed.
        logging.getLogger("msal").setLevel(logging.CRITICAL)
        try:
            return msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._client_secret,
                oidc_authority=self._issuer,
                http_client=self._http_client(),
                token_cache=_keeps_nothing(),
                # A refresh token would only be one more secret to keep: the session is ours.
                exclude_scopes=["offline_access"],
            )
        except (requests.RequestException, ValueError) as exc:
            log.warning("provider_not_reached error=%s", type(exc).__name__)
            raise Unavailable from None

    def _http_client(self) -> "requests.Session":
        import requests  # noqa: PLC0415

        client = requests.Session()
        # Proxies, netrc and CA bundles of the environment have no say in where secrets go.
        client.trust_env = False
        client.verify = self._ca_file or True
        client.request = functools.partial(client.request, timeout=TIMEOUT_SECONDS)  # type: ignore[method-assign]
        return client


def _keeps_nothing() -> Any:
    """A token cache for MSAL that forgets: we need the ID token once, and a worker lives for days."""
    from msal import TokenCache  # noqa: PLC0415

    class Forgetful(TokenCache):  # type: ignore[misc]
        def add(self, event: Any, now: Any = None) -> None: ...

    return Forgetful()


def _exchange(client: Any, begun: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
    import requests  # noqa: PLC0415
    from msal.exceptions import MsalServiceError  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        tokens = client.acquire_token_by_auth_code_flow(begun, answer)
    except (requests.RequestException, MsalServiceError) as exc:
        log.warning("provider_not_reached error=%s", type(exc).__name__)
        raise Unavailable from None
    except Exception as exc:  # noqa: BLE001 - MSAL lets out whatever its parsing of an answer stumbles over
        log.warning("code_not_redeemed error=%s", type(exc).__name__)
        raise SignInDeclined from None
    return tokens if isinstance(tokens, dict) else {}

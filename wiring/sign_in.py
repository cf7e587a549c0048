"""Sessions, and the identity provider."""

from typing import TYPE_CHECKING

from wiring import database, once
from wiring.site import origin

if TYPE_CHECKING:
    from adapters.cosmos.accounts import CosmosSessions
    from adapters.entra.code_flow import CodeFlow
    from adapters.entra.documents import ProviderDocuments
    from adapters.entra.provider_client import ProviderClient
    from adapters.entra.tokens import Tokens
    from adapters.sealing import Sealer
    from settings.sign_in import SignIn


def chosen() -> "SignIn":
    """The settings of the identity provider."""
    import settings.sign_in

    return settings.sign_in.load()


@once
def sessions() -> "CosmosSessions":
    from adapters.cosmos.accounts import CosmosSessions

    return CosmosSessions(database())


@once
def provider_client() -> "ProviderClient":
    from adapters.entra.provider_client import ProviderClient

    return ProviderClient(chosen().oidc_ca_file)


@once
def provider() -> "ProviderDocuments":
    from adapters.entra.documents import ProviderDocuments

    return ProviderDocuments(chosen().oidc_issuer, provider_client())


@once
def code_flow() -> "CodeFlow":
    from adapters.entra.code_flow import CodeFlow

    return CodeFlow(
        provider(),
        provider_client(),
        issuer=chosen().oidc_issuer,
        client_id=chosen().oidc_client_id,
        client_secret=chosen().oidc_client_secret.get_secret_value(),
        redirect_uri=f"{origin()}/auth/callback",
    )


@once
def tokens() -> "Tokens":
    from adapters.entra.tokens import Tokens

    return Tokens(
        provider(),
        issuer=chosen().oidc_issuer,
        tenant_id=chosen().oidc_tenant_id,
        client_id=chosen().oidc_client_id,
        api_audience=chosen().oidc_api_audience,
    )


@once
def sealer() -> "Sealer":
    from adapters.sealing import Sealer

    return Sealer(chosen().session_key.get_secret_value())

"""Sessions, and the identity provider."""

import settings.sign_in
from adapters.cosmos.accounts import CosmosSessions
from adapters.entra.code_flow import CodeFlow
from adapters.entra.documents import ProviderDocuments
from adapters.entra.tokens import Tokens
from adapters.sealing import Sealer
from wiring import database, once
from wiring.site import origin


def chosen() -> settings.sign_in.SignIn:
    """The settings of the identity provider."""
    return settings.sign_in.load()


@once
def sessions() -> CosmosSessions:
    return CosmosSessions(database())


@once
def provider() -> ProviderDocuments:
    return ProviderDocuments(chosen().oidc_issuer, chosen().oidc_ca_file)


@once
def code_flow() -> CodeFlow:
    return CodeFlow(
        provider(),
        issuer=chosen().oidc_issuer,
        client_id=chosen().oidc_client_id,
        client_secret=chosen().oidc_client_secret.get_secret_value(),
        redirect_uri=f"{origin()}/auth/callback",
        ca_file=chosen().oidc_ca_file,
    )


@once
def tokens() -> Tokens:
    return Tokens(
        provider(),
        issuer=chosen().oidc_issuer,
        tenant_id=chosen().oidc_tenant_id,
        client_id=chosen().oidc_client_id,
        api_audience=chosen().oidc_api_audience,
    )


@once
def sealer() -> Sealer:
    return Sealer(chosen().session_key.get_secret_value())

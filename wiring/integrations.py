"""Integrations: the sealing of credentials, and the one client that calls systems of clients."""

from typing import TYPE_CHECKING

from wiring import closed_at_end, once

if TYPE_CHECKING:
    from adapters.outbound.client import Outbound
    from domain.integrations.credentials import Seals


@once
def seals() -> "Seals":
    import settings.integrations
    from adapters.vault.keys import VaultKey
    from adapters.vault.sealing import VaultSeals

    chosen = settings.integrations.load()
    token = chosen.vault_token.get_secret_value() if chosen.vault_token else None
    key = VaultKey(chosen.credentials_key_url, token=token, ca_file=chosen.vault_ca_file)
    return VaultSeals(closed_at_end(key))


@once
def outbound() -> "Outbound":
    import settings.integrations
    from adapters.outbound.client import Outbound
    from adapters.outbound.guard import Guard

    return closed_at_end(Outbound(Guard(settings.integrations.load().loopback_hosts)))

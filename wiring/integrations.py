"""Integrations: the sealing of credentials, and the one client that calls systems of clients."""

from typing import TYPE_CHECKING

from wiring import closed_at_end, once

if TYPE_CHECKING:
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

"""What the connector of HubSpot can do, and what it needs for it.

Creating needs a property of our own, `izwop_id`, where HubSpot has nothing unique (companies, and contacts
without an e-mail address): the scopes `crm.schemas.….write` are for that. Without them such records are
refused with words.
"""

from typing import Final

from domain.base.texts import N_
from domain.integrations.connectors import (
    Description,
    Direction,
    Limits,
    OAuthServer,
    ObjectType,
    TokenForm,
)

BASE: Final = "https://api.hubapi.com"
# A page fits into one step of the engine.
PAGE: Final = 90
# Of HubSpot's batches.
BATCH: Final = 100

_IN: Final[frozenset[Direction]] = frozenset({"in"})
_BOTH: Final[frozenset[Direction]] = frozenset({"in", "out", "both"})

DESCRIPTION: Final = Description(
    kind="hubspot",
    name="HubSpot",
    objects=(
        ObjectType("owner", _IN, "sweep", PAGE, read_scopes=("crm.objects.owners.read",)),
        ObjectType(
            "company",
            _BOTH,
            "feed",
            PAGE,
            BATCH,
            read_scopes=("crm.objects.companies.read", "crm.schemas.companies.read"),
            write_scopes=("crm.objects.companies.write", "crm.schemas.companies.write"),
        ),
        ObjectType(
            "person",
            _BOTH,
            "feed",
            PAGE,
            BATCH,
            read_scopes=("crm.objects.contacts.read", "crm.schemas.contacts.read"),
            write_scopes=("crm.objects.contacts.write", "crm.schemas.contacts.write"),
        ),
        ObjectType("activity", _IN, "feed", PAGE, read_scopes=("crm.objects.contacts.read",)),
    ),
    limits=Limits(calls=110, window=10),
    oauth=OAuthServer(
        authorize_url="https://app.hubspot.com/oauth/authorize",
        token_url=f"{BASE}/oauth/2026-09/token",
        revoke_url=f"{BASE}/oauth/2026-09/token/revoke",
        pkce=True,
        scopes=("oauth",),
    ),
    tokens=(
        TokenForm(
            "access_token",
            N_("Access token"),
            N_("HubSpot shows it under Settings, Integrations, Private Apps, once an app is made there"),
        ),
    ),
)

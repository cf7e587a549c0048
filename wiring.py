"""Builds the services once per worker: the only place that chooses adapters."""

import logging
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import settings
from adapters.cosmos.accounts import CosmosAccounts, CosmosProfiles, CosmosSessions
from adapters.cosmos.cards import CosmosCards
from adapters.cosmos.connections import CosmosConnections
from adapters.cosmos.database import Database
from adapters.cosmos.health import CosmosHealth
from adapters.cosmos.images import CosmosImages
from adapters.cosmos.migration import CosmosMigration
from adapters.cosmos.published import CosmosPublished
from adapters.cosmos.reservations import CosmosHandles, CosmosIdentities
from adapters.cosmos.visit_counts import CosmosTraffic
from adapters.drawing.pictures import PillowPictures
from adapters.drawing.qr import qr_svg
from adapters.entra.code_flow import CodeFlow
from adapters.entra.documents import ProviderDocuments
from adapters.entra.tokens import Tokens
from adapters.mail.smtp import SmtpMailer
from adapters.sealing import Sealer
from adapters.storage.blobs import Blobs
from adapters.storage.queues import IMAGE_QUEUE, MAIL_QUEUE, VISIT_QUEUE, MailQueue, Queue
from settings import Settings


class Services(NamedTuple):
    settings: Settings
    database: Database
    accounts: CosmosAccounts
    identities: CosmosIdentities
    profiles: CosmosProfiles
    sessions: CosmosSessions
    cards: CosmosCards
    handles: CosmosHandles
    connections: CosmosConnections
    published: CosmosPublished
    traffic: CosmosTraffic
    visit_queue: Queue
    images: CosmosImages
    blobs: Blobs
    pictures: PillowPictures
    image_queue: Queue
    mail_queue: MailQueue
    mailer: SmtpMailer

    async def close(self) -> None:
        await self.database.close()
        await self.blobs.close()
        await self.image_queue.close()
        await self.mail_queue.close()
        await self.visit_queue.close()

    provider: ProviderDocuments
    code_flow: CodeFlow
    tokens: Tokens
    sealer: Sealer
    store_health: CosmosHealth
    migration: CosmosMigration
    version: str


def _draw_code(origin: str, handle: str) -> str:
    return qr_svg(f"{origin}/c/{handle}")


def _version() -> str:
    """Which release this is: the package says, a checkout does not know."""
    packaged = Path(__file__).with_name("version.txt")
    return packaged.read_text("utf-8").strip() if packaged.exists() else "development"


def build(chosen: Settings) -> Services:
    # At INFO the SDKs log every URL they call, with the ids and handles in it.
    logging.getLogger("azure").setLevel(logging.WARNING)
    key = chosen.cosmos_key.get_secret_value() if chosen.cosmos_key else None
    database = Database(chosen.cosmos_endpoint, key, chosen.cosmos_database)
    connection = chosen.storage.get_secret_value() if chosen.storage else None
    queues = (connection, chosen.storage_queues)
    provider = ProviderDocuments(chosen.oidc_issuer, chosen.oidc_ca_file)
    return Services(
        settings=chosen,
        database=database,
        accounts=CosmosAccounts(database),
        identities=CosmosIdentities(database),
        profiles=CosmosProfiles(database),
        sessions=CosmosSessions(database),
        cards=CosmosCards(database),
        handles=CosmosHandles(database),
        connections=CosmosConnections(database),
        published=CosmosPublished(database, partial(_draw_code, chosen.public_origin)),
        traffic=CosmosTraffic(database),
        images=CosmosImages(database),
        blobs=Blobs(connection, chosen.media_blobs, chosen.upload_origin),
        pictures=PillowPictures(),
        image_queue=Queue(IMAGE_QUEUE, *queues),
        visit_queue=Queue(VISIT_QUEUE, *queues),
        mail_queue=MailQueue(MAIL_QUEUE, *queues),
        mailer=SmtpMailer(chosen.smtp_url.get_secret_value(), chosen.mail_from),
        provider=provider,
        code_flow=CodeFlow(
            provider,
            issuer=chosen.oidc_issuer,
            client_id=chosen.oidc_client_id,
            client_secret=chosen.oidc_client_secret.get_secret_value(),
            redirect_uri=f"{chosen.public_origin}/auth/callback",
            ca_file=chosen.oidc_ca_file,
        ),
        tokens=Tokens(
            provider,
            issuer=chosen.oidc_issuer,
            tenant_id=chosen.oidc_tenant_id,
            client_id=chosen.oidc_client_id,
            api_audience=chosen.oidc_api_audience,
        ),
        sealer=Sealer(chosen.session_key.get_secret_value()),
        store_health=CosmosHealth(database),
        migration=CosmosMigration(database),
        version=_version(),
    )


@cache
def services() -> Services:
    return build(settings.load())

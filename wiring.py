"""Builds the services once per worker: the only place that chooses adapters."""

from dataclasses import dataclass
from functools import cache

import settings
from adapters.cosmos.accounts import CosmosAccounts, CosmosProfiles, CosmosSessions
from adapters.cosmos.cards import CosmosCards
from adapters.cosmos.database import Database
from adapters.cosmos.names import CosmosHandles, CosmosIdentities
from adapters.cosmos.published import CosmosPublished
from adapters.mailer import SmtpMailer
from adapters.queues import MailQueue
from settings import Settings


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    accounts: CosmosAccounts
    identities: CosmosIdentities
    profiles: CosmosProfiles
    sessions: CosmosSessions
    cards: CosmosCards
    handles: CosmosHandles
    published: CosmosPublished
    mail_queue: MailQueue
    mailer: SmtpMailer


def build(chosen: Settings) -> Services:
    key = chosen.cosmos_key.get_secret_value() if chosen.cosmos_key else None
    database = Database(chosen.cosmos_endpoint, key, chosen.cosmos_database)
    return Services(
        settings=chosen,
        database=database,
        accounts=CosmosAccounts(database),
        identities=CosmosIdentities(database),
        profiles=CosmosProfiles(database),
        sessions=CosmosSessions(database),
        cards=CosmosCards(database),
        handles=CosmosHandles(database),
        published=CosmosPublished(database),
        mail_queue=MailQueue(
            chosen.storage.get_secret_value() if chosen.storage else None, chosen.storage_queues
        ),
        mailer=SmtpMailer(chosen.smtp_url.get_secret_value(), chosen.mail_from),
    )


@cache
def services() -> Services:
    return build(settings.load())

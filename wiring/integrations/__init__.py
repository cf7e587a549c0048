"""Integrations: the sealing of credentials, sources and their data, and how systems of clients are opened."""

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from wiring import closed_at_end, database, once, organisations, queue
from wiring.integrations import connectors

log = logging.getLogger("izwop.integrations")

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.cosmos.database import Database
    from adapters.cosmos.integrations.credentials import CosmosCredentials
    from adapters.cosmos.integrations.records import CosmosRecords, CosmosRuns
    from adapters.cosmos.integrations.sources import CosmosInstructions, CosmosSources
    from adapters.storage.queues import Queue
    from domain.integrations.connecting import ConnectPorts, Renewing
    from domain.integrations.connectors import Connector, Description, Kind
    from domain.integrations.credentials import Credentials, Seals
    from domain.integrations.mail import MailPorts
    from domain.integrations.source import Source
    from domain.integrations.sync.records import Counts
    from domain.integrations.sync.runs import Run
    from domain.integrations.sync.starting import Works
    from domain.integrations.sync.syncing import SyncPorts
    from domain.operations.slices import Job


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
def client_database() -> "Database":
    """The database as the identity opens it that works on data of clients."""
    import settings.store
    from adapters.cosmos.database import Database

    chosen = settings.store.load()
    key = chosen.cosmos_key.get_secret_value() if chosen.cosmos_key else None
    client_id = chosen.processor_client_id
    return closed_at_end(Database(chosen.cosmos_endpoint, key, chosen.cosmos_database, client_id=client_id))


@once
def sources() -> "CosmosSources":
    from adapters.cosmos.integrations.sources import CosmosSources

    return CosmosSources(database())


@once
def instructions() -> "CosmosInstructions":
    from adapters.cosmos.integrations.sources import CosmosInstructions

    return CosmosInstructions(database())


@once
def records() -> "CosmosRecords":
    from adapters.cosmos.integrations.records import CosmosRecords

    return CosmosRecords(client_database())


@once
def runs() -> "CosmosRuns":
    from adapters.cosmos.integrations.records import CosmosRuns

    return CosmosRuns(client_database())


@once
def credentials() -> "CosmosCredentials":
    from adapters.cosmos.integrations.credentials import CosmosCredentials

    return CosmosCredentials(client_database())


@once
def sync_queue() -> "Queue":
    from adapters.storage.queue_names import SYNCS

    return queue(SYNCS)


def works() -> "Works":
    from domain.integrations.sync.starting import Works
    from wiring import operations

    return Works(operations.works(), operations.work_queue())


def descriptions() -> "Mapping[Kind, Description]":
    return {kind: connectors.parts(kind).description for kind in connectors.KINDS}


def _renewing(source: "Source") -> "Renewing":
    from domain.integrations.connecting import Renewing

    return Renewing(
        credentials(), seals(), lambda held: connectors.asked_anew(source.kind, held), _rest, _now
    )


async def _rest() -> None:
    import asyncio

    await asyncio.sleep(0.2)


async def _held(source: "Source") -> "Credentials":
    """The credentials of a source."""
    from domain.integrations.connecting import held_credentials

    return await held_credentials(source.org_id, source.id, store=credentials(), seals=seals())


async def revoke(source: "Source") -> None:
    """Give up the credentials of a source at the vendor."""
    held = await _held(source)
    await (await opener().open(source, "")).revoke()
    await connectors.given_up(source.kind, held)


class _Opener:
    """Opens the system of a source (`domain/integrations/sync/syncing.py:Opener`)."""

    async def open(self, source: "Source", instruction_id: str) -> "Connector":
        async def renew(refused: "Credentials") -> "Credentials":
            from domain.integrations.connecting import renewed

            return await renewed(source.org_id, source.id, refused, by=_renewing(source))

        return await connectors.opened(
            source.kind, lambda: _held(source), renew=renew, key=source.key, order=instruction_id
        )


@once
def opener() -> _Opener:
    return _Opener()


class _People:
    async def member_at(self, org_id: str, address: str) -> str | None:
        found = await organisations.store().by_address(org_id, address)
        return None if found is None else found.id


def ports() -> "SyncPorts":
    from domain.integrations.sync.syncing import SyncPorts

    return SyncPorts(sources(), records(), runs(), instructions(), opener(), _People(), _now, _tell, _done)


def connect_ports() -> "ConnectPorts":
    from domain.integrations.connecting import ConnectPorts

    return ConnectPorts(sources(), credentials(), seals(), descriptions(), _tried_out)


async def _tried_out(kind: "Kind", given: "Credentials") -> "Connector":
    async def these() -> "Credentials":
        return given

    return await connectors.opened(kind, these)


def jobs() -> "dict[str, Job]":
    from domain.integrations.connecting import DISCONNECT
    from domain.integrations.erasing import DisconnectJob, DisconnectPorts
    from domain.integrations.sync.pulling import pull, retry, sweep
    from domain.integrations.sync.pushing import push
    from domain.integrations.sync.syncing import SYNC, SyncJob
    from domain.integrations.sync.undoing import undo

    steps = {"pull": pull, "sweep": sweep, "retry": retry, "push": push, "undo": undo}
    return {
        SYNC: SyncJob(ports(), steps),
        DISCONNECT: DisconnectJob(DisconnectPorts(sources(), records(), revoke, _now, _not_revoked)),
    }


# Of one call, 100 documents each: the work of an erasure is done in slices.
_MOST_BATCHES = 20


async def forget(org_id: str, source_id: str) -> bool:
    """Erase some of what a source has brought in; True when nothing of it is left."""
    from domain.base.errors import Refusal

    source = await sources().get(org_id, source_id)
    if source is None:
        return True
    with suppress(Refusal):
        await revoke(source)
    for _ in range(_MOST_BATCHES):
        if await records().erase(source.key, 100) == 0:
            return True
    return False


async def follow_closing(org_id: str) -> None:
    from domain.integrations.connecting import follow_closing

    organisation = await organisations.store().get(org_id)
    if organisation is not None:
        await follow_closing(org_id, closed=organisation.closed, now=_now(), sources=sources())


async def look_soon(source: "Source") -> None:
    """Have somebody look at a source now, where it is running. The timer does so later anyway."""
    from domain.base.errors import Unavailable
    from domain.integrations.sync.starting import SyncMessage

    if source.state == "running":
        with suppress(Unavailable):
            await sync_queue().send(SyncMessage(org_id=source.org_id, source_id=source.id))


async def counts_of(run: "Run") -> "Counts":
    """Counts of a run so far."""
    from domain.integrations.sync.runs import Cursor
    from domain.integrations.sync.starting import work_id
    from wiring import operations

    if run.ended_at is not None:
        return run.counts
    work = await operations.works().get(run.org_id, work_id(run.id))
    return run.counts if work is None else Cursor.read(work.cursor).counts


def _now() -> "datetime":
    from datetime import UTC, datetime

    return datetime.now(UTC)


def mailing() -> "MailPorts":
    from domain.integrations.mail import MailPorts
    from wiring import accounts, notifications

    return MailPorts(
        organisations.store(), sources(), instructions(), accounts.store(), notifications.mailer()
    )


def _done(source: "Source", run: "Run") -> None:
    log.info(
        "sync_done source=%s run=%s instruction=%s seen=%d failed=%d",
        source.id, run.id, run.instruction_id, run.counts.seen, run.counts.failed,
    )  # fmt: skip


def _not_revoked(source: "Source") -> None:
    log.warning("source_not_revoked source=%s", source.id)


async def _tell(source: "Source") -> None:
    """Tell the admins of an organisation that a source needs them, and the operators."""
    log.error("sync_failed source=%s reason=%s", source.id, source.reason or "does_not_answer")
    from domain.notifications.mail import MailOrder
    from wiring import notifications

    await notifications.queue().send(MailOrder(kind="source", account_id=source.org_id, subject_id=source.id))

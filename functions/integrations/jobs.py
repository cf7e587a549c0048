"""Jobs of integrations: sources that are due are queued, and looked at."""

import logging

import azure.functions as func

import wiring.integrations
from domain.integrations.sync.starting import SyncMessage, queue_due, sync_due
from functions.framework.clock import new_id, now

log = logging.getLogger("izwop.jobs")


async def queue_due_syncs() -> None:
    """Queue every source that is due. A source costs one write and one message."""
    sent = await queue_due(
        now(), sources=wiring.integrations.sources(), queue=wiring.integrations.sync_queue()
    )
    log.info("syncs_queued sources=%d", sent)


async def sync_source(message: func.QueueMessage) -> None:
    """Look for changes of a source, and start a run if there are any. A repetition finds its turn over."""
    wanted = SyncMessage.model_validate_json(message.get_body())
    source = await wiring.integrations.sources().get(wanted.org_id, wanted.source_id)
    if source is None:
        return
    run = await sync_due(
        source, new_id("run"), ports=wiring.integrations.ports(), works=wiring.integrations.works()
    )
    log.info("sync_looked source=%s run=%s", source.id, run.id if run else "none")

"""Who acts on a source of an organisation."""

from typing import NamedTuple

import wiring.integrations
from domain.integrations.source import Source, found_source
from domain.organisations.organisation import Acting
from domain.organisations.roles import Act
from functions.framework.operations import Call
from functions.organisations.acting import acting_in


class OnSource(NamedTuple):
    by: Acting
    source: Source


async def on_source[B, Q](call: Call[B, Q], act: Act) -> OnSource:
    """Whoever may not sees the same as for a source that never was."""
    by = await acting_in(call, act)
    source = await found_source(
        by.organisation.id, call.params["sourceId"], sources=wiring.integrations.sources()
    )
    return OnSource(by, source)

"""Changing a record here: what differs waits to be written there."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.model import Closed
from domain.base.texts import N_
from domain.integrations.source import Source
from domain.integrations.sync.merging import Value
from domain.integrations.sync.planning import LONGEST_VALUE
from domain.integrations.sync.records import Record, RecordStore

_Text = Annotated[str, Field(max_length=LONGEST_VALUE)]


class RecordChange(Closed):
    """Values of fields, by their names here. Fields that are not named stay."""

    values: dict[str, _Text] = Field(max_length=100)


async def change_record(
    source: Source,
    record: Record,
    wanted: RecordChange,
    *,
    version: int,
    now: datetime,
    records: RecordStore,
) -> Record:
    if record.version != version:
        raise StaleVersion
    flow = source.settings.flow(record.object_type)
    mapped = {each.ours: each for each in flow.fields} if flow else {}
    unknown = [name for name in wanted.values if name not in mapped]
    if unknown:
        raise InvalidInput(
            [Fault("/values/" + name, "no_such_field", N_("is not mapped")) for name in unknown]
        )
    values, pending = dict(record.values), record.pending
    for name, text in wanted.values.items():
        value = values.get(name) or Value()
        if value.ours == text.strip():
            continue
        values[name] = value.model_copy(update={"ours": text.strip(), "at": now})
        pending = pending or (flow is not None and flow.direction != "in" and mapped[name].direction != "in")
    if values == record.values:
        return record
    return await records.save(
        source.key, record.changed(now, values=values, pending=pending and not record.archived)
    )

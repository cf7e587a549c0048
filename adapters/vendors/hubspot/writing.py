"""Writing records, so that doing it twice makes one record.

A record that is known is read just before, because HubSpot compares no versions. A new one is looked for by
what is unique of it: its e-mail address, else a property of our own with our id. What is there already is
completed, and nothing of it overwritten.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from adapters.vendors.hubspot.api import Api, Filter, Row
from adapters.vendors.hubspot.description import BATCH
from adapters.vendors.hubspot.kinds import KINDS, Kind
from adapters.vendors.hubspot.words import words
from domain.base.texts import N_
from domain.integrations.connectors import ObjectName, VendorRecord, Write, Written
from domain.integrations.errors import VendorRefused, VendorUnavailable

OUR_ID: Final = "izwop_id"
_EMAILS: Final = "hs_additional_emails"
_TRACE: Final = "objectWriteTraceId"
_TWICE: Final = N_("Another record that is to be made has the same e-mail address")
_NO_KEY: Final = N_("HubSpot could find it by nothing unique: allow iZwop to make a property there")
# A batch that is refused as a whole has a bad record, which is looked for.
_BAD: Final = (400, 409, 413, 422)


class Refusal(NamedTuple):
    words: str
    gone: bool = False


class Writing:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._has_key: dict[str, bool] = {}

    async def push(self, of: ObjectName, fields: Sequence[str], writes: Sequence[Write]) -> list[Written]:
        done = list[Written]()
        kind = KINDS[of][0]
        for start in range(0, len(writes), BATCH):
            some = writes[start : start + BATCH]
            done += await self._archive(kind, fields, [each for each in some if each.id and each.archive])
            done += await self._update(kind, fields, [each for each in some if each.id and not each.archive])
            new = [each for each in some if not each.id and not each.archive]
            done += await _Creating(self, kind, fields).create(new)
        return done

    async def _archive(self, kind: Kind, fields: Sequence[str], writes: Sequence[Write]) -> list[Written]:
        if not writes:
            return []
        names = kind.properties(fields)
        there = {str(row["id"]): row for row in await self._api.read(kind.path, names, _ids(writes))}
        inputs = [{"id": each.id} for each in writes if each.id in there]
        if inputs:
            try:
                await self._api.write(kind.path, "archive", inputs)
            except VendorRefused as refusal:
                if refusal.status not in _BAD:
                    raise
                return [Written(each.key, refused=words({"message": refusal.words})) for each in writes]
        return [
            Written(each.key, kind.record(there[each.id], fields, {})._replace(archived=True))
            if each.id in there
            else Written(each.key, gone=True)
            for each in writes
        ]

    async def _update(self, kind: Kind, fields: Sequence[str], writes: Sequence[Write]) -> list[Written]:
        if not writes:
            return []
        there = _by_id(await self.records(kind, fields, _ids(writes)))
        done, inputs = list[Written](), list[Row]()
        for each in writes:
            present = there.get(each.id or "")
            if present is None:
                done.append(Written(each.key, gone=True))
            elif each.version is not None and each.version != present.version:
                done.append(Written(each.key, stale=True))
            else:
                inputs.append({"id": present.id, "properties": each.fields, _TRACE: each.key})
        refused = await self.sent(kind, "update", inputs)
        after = _by_id(await self.records(kind, fields, [each["id"] for each in inputs]))
        return done + [_written(each[_TRACE], after.get(each["id"]), refused) for each in inputs]

    async def records(
        self, kind: Kind, fields: Sequence[str], ids: Sequence[str], *, by: str | None = None
    ) -> list[VendorRecord]:
        """Records as they are now, without what is linked to them."""
        if not ids:
            return []
        rows = await self._api.read(kind.path, kind.properties(fields), list(dict.fromkeys(ids)), by=by)
        return [kind.record(row, fields, {}) for row in rows]

    async def searched(
        self, kind: Kind, fields: Sequence[str], name: str, values: Sequence[str]
    ) -> list[VendorRecord]:
        filters = [Filter(name, "IN", values)]
        found = await self._api.searched(kind.path, kind.properties(fields), filters, sort=kind.modified)
        return [kind.record(row, fields, {}) for row in found.rows]

    async def sent(self, kind: Kind, operation: str, inputs: Sequence[Row]) -> dict[str, Refusal]:
        """Write these, and tell those that were refused. A batch that is refused as a whole is halved."""
        if not inputs:
            return {}
        try:
            answer = await self._api.write(kind.path, operation, inputs)
        except VendorRefused as refusal:
            if refusal.status not in _BAD:
                raise
            if len(inputs) == 1:
                return {inputs[0][_TRACE]: Refusal(words({"message": refusal.words}))}
            half = len(inputs) // 2
            first = await self.sent(kind, operation, inputs[:half])
            return first | await self.sent(kind, operation, inputs[half:])
        return _refused(answer, inputs)

    async def has_key(self, kind: Kind) -> bool:
        """Whether there is a property for our ids."""
        if kind.path not in self._has_key:
            self._has_key[kind.path] = await self._api.has_property(
                kind.path,
                {
                    "name": OUR_ID,
                    "label": "iZwop ID",
                    "description": "The id of this record in iZwop.",
                    "type": "string",
                    "fieldType": "text",
                    "groupName": f"{_GROUPS[kind.path]}information",
                    "hasUniqueValue": True,
                    "formField": False,
                },
            )
        return self._has_key[kind.path]


_GROUPS: Final = {"contacts": "contact", "companies": "company"}


class _Creating:
    """New records of one type."""

    def __init__(self, writing: Writing, kind: Kind, fields: Sequence[str]) -> None:
        self._writing, self._kind, self._shown = writing, kind, fields
        self._fields = [*fields, *_KEYS[kind.path]]

    async def create(self, writes: Sequence[Write]) -> list[Written]:
        by_email = dict[str, Write]()
        by_id, done = dict[str, Write](), list[Written]()
        for each in writes:
            email = each.fields.get("email", "").strip().lower() if self._kind.path == "contacts" else ""
            if not email:
                by_id[each.key] = each
            elif email in by_email:
                done.append(Written(each.key, refused=_TWICE))
            else:
                by_email[email] = each
        if by_id and not await self._writing.has_key(self._kind):
            done += [Written(key, refused=_NO_KEY) for key in by_id]
            by_id = {}
        done += await self._made("email", by_email) if by_email else []
        return done + (await self._made(OUR_ID, by_id) if by_id else [])

    async def _made(self, key: str, wanted: Mapping[str, Write]) -> list[Written]:
        """Complete what is there, and make the others. Whatever was sent is read once more."""
        found = await self._found(key, wanted)
        completed: list[Row] = [
            {"id": found[value].id, "properties": blanks, _TRACE: each.key}
            for value, each in wanted.items()
            if value in found and (blanks := _blanks(each, found[value]))
        ]
        made: list[Row] = [
            {
                "id": value,
                "idProperty": key,
                "properties": {name: text for name, text in each.fields.items() if text},
                _TRACE: each.key,
            }
            for value, each in wanted.items()
            if value not in found
        ]
        refused = await self._writing.sent(self._kind, "update", completed)
        refused |= await self._writing.sent(self._kind, "upsert", made)
        known = [each.id for each in found.values()]
        after = _by_id(await self._writing.records(self._kind, self._fields, known))
        there = {value: after[each.id] for value, each in found.items() if each.id in after}
        sent = [str(each["id"]) for each in made if each[_TRACE] not in refused]
        there |= await self._by_key(key, sent)
        if not there.keys() >= set(sent):
            # Made, and not to be seen yet: it is found the next time.
            raise VendorUnavailable
        return [
            _written(each.key, self._as_asked(there.get(value)), refused) for value, each in wanted.items()
        ]

    async def _found(self, key: str, wanted: Mapping[str, Write]) -> dict[str, VendorRecord]:
        found = await self._by_key(key, list(wanted))
        domains = {
            domain: value
            for value, each in wanted.items()
            if value not in found and (domain := each.fields.get("domain", "").strip().lower())
        }
        if self._kind.path == "companies" and domains:
            records = await self._writing.searched(self._kind, self._fields, "domain", list(domains))
            for each in records:
                value = domains.get(each.fields["domain"].lower())
                # One that was made for another record of ours is another company.
                if value is not None and not each.fields[OUR_ID]:
                    found.setdefault(value, each)
        return found

    async def _by_key(self, key: str, values: Sequence[str]) -> dict[str, VendorRecord]:
        """Records by their unique values; contacts by their other addresses as well."""
        records = await self._writing.records(self._kind, self._fields, values, by=key)
        found = dict[str, VendorRecord]()
        for each in records:
            texts = [each.fields[key], *each.fields.get(_EMAILS, "").split(";")]
            found |= {text.strip() if key == OUR_ID else text.strip().lower(): each for text in texts}
        return {value: found[value] for value in values if value in found}

    def _as_asked(self, record: VendorRecord | None) -> VendorRecord | None:
        if record is None:
            return None
        return record._replace(fields={name: record.fields.get(name, "") for name in self._shown})


_KEYS: Final = {"contacts": ("email", _EMAILS, OUR_ID), "companies": ("domain", OUR_ID)}


def _blanks(write: Write, there: VendorRecord) -> dict[str, str]:
    return {name: text for name, text in write.fields.items() if text and not there.fields.get(name)}


def _ids(writes: Sequence[Write]) -> list[str]:
    return list(dict.fromkeys(each.id for each in writes if each.id))


def _by_id(records: Sequence[VendorRecord]) -> dict[str, VendorRecord]:
    """By the present id and all former ones."""
    return {id_: each for each in records for id_ in (*each.merged, each.id)}


def _written(key: str, record: VendorRecord | None, refused: Mapping[str, Refusal]) -> Written:
    refusal = refused.get(key)
    if refusal is not None:
        return Written(key, gone=True) if refusal.gone else Written(key, refused=refusal.words)
    return Written(key, gone=True) if record is None else Written(key, record)


def _refused(answer: Row, inputs: Sequence[Row]) -> dict[str, Refusal]:
    traces = {each["id"]: each[_TRACE] for each in inputs}
    refused = dict[str, Refusal]()
    for error in answer.get("errors") or ():
        context = error.get("context") or {}
        ids = (traces[each] for each in context.get("ids", ()) if each in traces)
        named = [*context.get(_TRACE, ()), *ids]
        refused |= dict.fromkeys(named, Refusal(words(error), error.get("category") == "OBJECT_NOT_FOUND"))
    return refused

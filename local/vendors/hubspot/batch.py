"""Many records of HubSpot in one request.

A write is done as a whole or refused as a whole. Where records are created and every input has an
`objectWriteTraceId`, each is done or refused by itself, and the answer is 207 with the refusals. HubSpot
documents that of creating only; an account with the setting `multistatus` does so with every write. Unknown
ids are always told by a 207.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.vendors.clock import Clock
from local.vendors.hubspot import shapes
from local.vendors.hubspot.objects import Objects
from local.vendors.hubspot.values import definitions
from local.vendors.skin import Refused, Reply, objects
from local.vendors.store import Account, Record

MOST = 100


@dataclass
class Batch:
    """One batch request about records of one type."""

    objects: Objects
    account: Account
    kind: str
    clock: Clock
    by: str
    results: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, operation: str, given: dict[str, Any]) -> Reply:
        started = shapes.time(self.clock.now())
        inputs = objects(given.get("inputs"))
        if not all(isinstance(each.get("properties", {}), dict) for each in inputs):
            raise shapes.invalid("Invalid input JSON: 'properties' is an object.")
        if not 1 <= len(inputs) <= MOST:
            raise shapes.invalid(f"A batch has between 1 and {MOST} inputs.")
        match operation:
            case "read":
                self._read(inputs, given)
            case "create" | "update" | "upsert":
                self._write(operation, inputs)
            case "archive":
                for each in inputs:
                    self.objects.archive(self.account, self.kind, str(each.get("id")), by=self.by)
                return Reply(204)
            case _:
                raise shapes.unserved(f"batch/{operation}")
        body = {
            "status": "COMPLETE",
            "results": self.results,
            "startedAt": started,
            "completedAt": shapes.time(self.clock.now()),
        }
        if self.errors:
            return Reply(207, body | {"numErrors": len(self.errors), "errors": self.errors})
        return Reply(201 if operation == "create" else 200, body)

    def _read(self, inputs: list[dict[str, Any]], given: dict[str, Any]) -> None:
        by, names = str(given.get("idProperty") or ""), given.get("properties") or ()
        missing = []
        for each in inputs:
            try:
                record = self.objects.find(self.account, self.kind, str(each.get("id")), by)
            except Refused as refused:
                if refused.reply.status != 404:  # noqa: PLR2004
                    raise
                missing.append(str(each.get("id")))
            else:
                self.results.append(shapes.as_json(record, names))
        if missing:
            self.errors.append(self._missing(missing))

    def _write(self, operation: str, inputs: list[dict[str, Any]]) -> None:
        write = {"create": self._create, "update": self._update, "upsert": self._upsert}[operation]
        apart = operation == "create" or self.account.kept("multistatus")
        if apart and all(each.get("objectWriteTraceId") for each in inputs):
            for each in inputs:
                self._one(write, each)
            return
        self._refuse_twins(operation, inputs)
        for each in inputs:  # a refusal must come before anything is written
            self._dry(operation, each)
        for each in inputs:
            self._done(write(each), each)

    def _one(self, write: Callable[[dict[str, Any]], dict[str, Any] | None], each: dict[str, Any]) -> None:
        try:
            self._done(write(each), each)
        except Refused as refused:
            self.errors.append(_error(refused, each["objectWriteTraceId"]))

    def _done(self, done: dict[str, Any] | None, each: dict[str, Any]) -> None:
        trace = each.get("objectWriteTraceId")
        if done is None:
            self.errors.append(self._missing([str(each.get("id"))]))
        else:
            self.results.append(done | ({"objectWriteTraceId": trace} if trace else {}))

    def _dry(self, operation: str, each: dict[str, Any]) -> None:
        if operation == "create":
            self.objects.checked(self.account, self.kind, each)
            return
        if not isinstance(each.get("properties"), dict):
            raise shapes.invalid("Invalid input JSON: 'properties' is missing.")
        found = self._found(each)
        if found is not None:
            self.objects.accepted(self.account, self.kind, each["properties"], found)
        elif operation == "upsert":
            self.objects.checked(self.account, self.kind, each | {"properties": self._with_key(each)})

    def _refuse_twins(self, operation: str, inputs: list[dict[str, Any]]) -> None:
        """Two inputs about one record, or with one value of a property that is unique."""
        ids = [(each.get("idProperty"), str(each.get("id")).lower()) for each in inputs]
        if operation != "create" and len({*ids}) < len(ids):
            raise shapes.invalid("Duplicate IDs found in batch input.")
        known = definitions(self.account, self.kind).values()
        for name in [each.name for each in known if each.unique] + ["email"] * (self.kind == "contacts"):
            given = [str((each.get("properties") or {}).get(name) or "").strip().lower() for each in inputs]
            values = [each for each in given if each]
            if len({*values}) < len(values):
                raise shapes.invalid(f"Duplicate values of {name} found in batch input.")

    def _create(self, each: dict[str, Any]) -> dict[str, Any]:
        record = self.objects.create(self.account, self.kind, each, by=self.by)
        return shapes.as_json(record, answers="all")

    def _update(self, each: dict[str, Any]) -> dict[str, Any] | None:
        found = self._found(each)
        return None if found is None else self._changed(found, each)

    def _upsert(self, each: dict[str, Any]) -> dict[str, Any] | None:
        found = self._found(each)
        if found is not None:
            return self._changed(found, each) | {"new": False}
        if each.get("idProperty") in {None, "", "hs_object_id"}:
            return None
        given = each | {"properties": self._with_key(each)}
        return self._create(given) | {"new": True}

    def _found(self, each: dict[str, Any]) -> Record | None:
        try:
            return self.objects.find(
                self.account, self.kind, str(each.get("id")), str(each.get("idProperty") or "")
            )
        except Refused as refused:
            if refused.reply.status == 404:  # noqa: PLR2004
                return None
            raise

    def _changed(self, found: Record, each: dict[str, Any]) -> dict[str, Any]:
        fields = each.get("properties") or {}
        record = self.objects.change(self.account, self.kind, found.id, fields, by=self.by)
        return shapes.as_json(record, answers="all")

    def _with_key(self, each: dict[str, Any]) -> dict[str, Any]:
        """The properties of a new record, which has the value that it was looked for by."""
        key = each.get("idProperty")
        return ({key: each["id"]} if key else {}) | (each.get("properties") or {})

    def _missing(self, ids: list[str]) -> dict[str, Any]:
        kind = self.kind.upper().removesuffix("S")
        return {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": f"Could not get some {kind} objects, they may be deleted or not exist. "
            "Check that ids are valid.",
            "context": {"ids": ids},
            "errors": [],
            "links": {},
        }


def _error(refused: Refused, trace: str) -> dict[str, Any]:
    body = refused.reply.body
    return {
        "status": "error",
        "category": body["category"],
        "message": body["message"],
        "context": {"objectWriteTraceId": [trace]},
        "errors": body.get("errors", []),
        "links": {},
    }

"""Runs of a source: started, watched, taken back; and what failed."""

import secrets
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.integrations
from domain.base.errors import Conflict, NotFound, StaleVersion
from domain.integrations.instructions import ordered
from domain.integrations.source import Source
from domain.integrations.sync.runs import Run, RunKind
from domain.integrations.sync.starting import NewRun, start_run, undoable, work_id
from domain.operations.work import Change, change_work
from functions.framework.clock import id_for, now
from functions.framework.my_pages import creation_key
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.integrations.pages import at, opened_source, sent_source, source_page
from functions.integrations.words import (
    FAILURES,
    FIELDS,
    KINDS_OF_RUN,
    MATCHES,
    OBJECTS,
    RUN_STATES,
    WHATS,
)
from functions.organisations.acting import org_page

_FAILED: Final = 50
_KINDS: Final[dict[str, RunKind]] = {"sync": "sync", "dry": "dry", "replay": "replay", "undo": "undo"}
_CHANGES: Final[dict[str, Change]] = {"pause": "pause", "go-on": "resume", "stop": "cancel"}


async def start(req: func.HttpRequest) -> func.HttpResponse:
    (person, by, form), source = await sent_source(req, "run_sources")
    kind = _KINDS.get(form.get("then", ""))
    if kind is None:
        raise NotFound
    ports, works = wiring.integrations.ports(), wiring.integrations.works()
    try:
        instruction = await ordered(source, instructions=wiring.integrations.instructions())
        undoes = form.get("run") or None
        if kind == "undo":
            await undoable(source, undoes, runs=ports.runs)
        failure = form.get("failure")
        run_id = id_for("run", source.id, person.account_id, creation_key(form))
        new = NewRun(run_id, kind, by.member.id, undoes, (failure,) if failure else ())
        run = await start_run(source, instruction, new, ports=ports, works=works)
    except (Conflict, StaleVersion) as refusal:
        return await source_page(person, by, source, told=_(refusal.detail))
    return redirect(f"{at(by, source)}/runs/{run.id}")


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Pause a run, go on with it, or stop it: what it did so far stays."""
    (person, by, form), source = await sent_source(req, "run_sources")
    wanted, run_id = _CHANGES.get(form.get("then", "")), req.route_params["runId"]
    if wanted is None:
        raise NotFound
    works, queue = wiring.integrations.works()
    try:
        await change_work(
            source.org_id,
            work_id(run_id),
            wanted,
            now=now(),
            works=works,
            queue=queue,
        )
    except Conflict as refusal:
        return await source_page(person, by, source, told=_(refusal.detail))
    return redirect(f"{at(by, source)}/runs/{run_id}")


async def _run_of(req: func.HttpRequest, source: Source) -> Run:
    run = await wiring.integrations.runs().get(source.key, req.route_params["runId"])
    if run is None:
        raise NotFound
    return run


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "see_client_data")
    run = await _run_of(req, source)
    steps, following = await wiring.integrations.records().steps(
        source.key, run.id, 1, req.params.get("cursor") or None
    )
    changes = [each for step in steps for each in step.changes]
    found = await wiring.integrations.records().these(source.key, [each.record_id for each in changes])
    names = {each.id: name_of(each.values) for each in found}
    works, _queue = wiring.integrations.works()
    values: dict[str, Any] = {
        "source": source,
        "run": run,
        "counts": await wiring.integrations.counts_of(run),
        "work": await works.get(source.org_id, work_id(run.id)),
        "kind": _(KINDS_OF_RUN[run.kind]),
        "words": _(run.words),
        "run_state": RUN_STATES[run.state],
        "changes": [_change_row(each, names) for each in changes],
        "following": following,
        "can_undo": run.kind in ("sync", "replay") and run.state in ("done", "stopped"),
        "key": secrets.token_urlsafe(16),
    }
    return org_page("organisations/integrations/run.html", person, by, **values)


def name_of(values: Any) -> str:
    """What a record is called in lists."""
    said = {name: each.ours for name, each in values.items()}
    whole = " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))
    return said.get("name") or whole or said.get("title") or said.get("email") or _("Without a name")


def _change_row(change: Any, names: dict[str, str]) -> dict[str, Any]:
    fields = [_(FIELDS[each]) if each in FIELDS else each.removeprefix("custom.") for each in change.fields]
    words, kind = WHATS[change.what]
    before = name_of(change.before.values) if change.before else ""
    return {
        "record_id": change.record_id,
        "known": change.record_id in names,
        "name": names.get(change.record_id) or before or change.vendor_id or change.record_id,
        "what": _(words),
        "kind": kind,
        "fields": ", ".join(fields),
        "match": _(MATCHES[change.match]) if change.match and change.what == "linked" else "",
        "sent": ", ".join(sorted(change.sent)),
    }


async def show_failures(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "see_client_data")
    found, following = await wiring.integrations.records().failed(
        source.key, _FAILED, req.params.get("cursor") or None
    )
    values: dict[str, Any] = {
        "source": source,
        "failures": found,
        "following": following,
        "reasons": FAILURES,
        "fields": FIELDS,
        "objects": OBJECTS,
        "key": secrets.token_urlsafe(16),
    }
    return org_page("organisations/integrations/failures.html", person, by, status=HTTPStatus.OK, **values)

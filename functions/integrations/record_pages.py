"""Records of a source: what is known of them here, changed here, and what a rule gave up."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, get_args

import azure.functions as func

import wiring.integrations
from domain.base.errors import InvalidInput, NotFound, StaleVersion
from domain.integrations.connectors import ObjectName
from domain.integrations.source import Source
from domain.integrations.sync.editing import RecordChange, change_record
from domain.integrations.sync.records import Record
from domain.organisations.organisation import Acting
from domain.organisations.roles import may
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.integrations.pages import at, opened_source, sent_source
from functions.integrations.run_pages import name_of
from functions.integrations.words import FIELDS, MATCHES, OBJECTS
from functions.organisations.acting import org_page

_LISTED: Final = 50
_DONE: Final = {"saved": N_("Saved. It is written there in a moment, where its fields flow that way.")}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "see_client_data")
    chosen = req.params.get("of", "person")
    if chosen not in get_args(ObjectName):
        raise NotFound
    found, following = await wiring.integrations.records().list(
        source.key, vet_object(chosen), _LISTED, req.params.get("cursor") or None
    )
    flows = [each.object_type for each in source.settings.flows]
    values: dict[str, Any] = {
        "source": source,
        "chosen": chosen,
        "kinds": [(each, _(OBJECTS[each])) for each in flows],
        "records": [(each, name_of(each.values), _small(each)) for each in found],
        "following": following,
    }
    return org_page("organisations/integrations/records.html", person, by, **values)


def vet_object(text: str) -> ObjectName:
    return next(each for each in get_args(ObjectName) if each == text)


def _small(record: Record) -> str:
    said = [record.ours(name) for name in ("title", "company", "email", "at")]
    return " · ".join(dict.fromkeys(filter(None, said)))


async def _record_of(req: func.HttpRequest, source: Source) -> Record:
    record = await wiring.integrations.records().get(source.key, req.route_params["recordId"])
    if record is None:
        raise NotFound
    return record


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "see_client_data")
    return await _page(person, by, source, await _record_of(req, source), done=done_in(req, _DONE))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    (person, by, form), source = await sent_source(req, "change_client_data")
    record = await _record_of(req, source)
    typed = {name: form[f"values-{name}"] for name in _mapped(source, record) if f"values-{name}" in form}
    try:
        wanted = vet(RecordChange, {"values": typed})
        records = wiring.integrations.records()
        await change_record(source, record, wanted, version=version_in(form), now=now(), records=records)
    except InvalidInput as refusal:
        labels = {f"/values/{name}": label for name, label in _labels(source, record).items()}
        return await _page(person, by, source, record, typed=typed, faults=sentences(refusal.faults, labels))
    except StaleVersion:
        said = _("It changed meanwhile. What you typed is below, and not saved yet")
        return await _page(person, by, source, await _record_of(req, source), typed=typed, told=said)
    await wiring.integrations.look_soon(source)
    return redirect(f"{at(by, source)}/records/{record.id}?done=saved")


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("values-"): text for name, text in form.items() if name.startswith("values-")}


def _mapped(source: Source, record: Record) -> list[str]:
    flow = source.settings.flow(record.object_type)
    return [each.ours for each in flow.fields] if flow else list(record.values)


def _labels(source: Source, record: Record) -> dict[str, str]:
    return {
        name: _(FIELDS[name]) if name in FIELDS else name.removeprefix("custom.")
        for name in _mapped(source, record)
    }


async def _page(
    person: SignedIn,
    by: Acting,
    source: Source,
    record: Record,
    *,
    typed: Mapping[str, str] | None = None,
    faults: dict[str, str] | None = None,
    told: str = "",
    done: str | None = None,
) -> func.HttpResponse:
    labels = _labels(source, record)
    lost = await wiring.integrations.records().lost_of(source.key, record.id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.CONFLICT if told else HTTPStatus.OK
    values: dict[str, Any] = {
        "source": source,
        "record": record,
        "name": name_of(record.values),
        "match": _(MATCHES[record.match]) if record.match else "",
        "rows": [
            (f"/values/{name}", label, (typed or {}).get(name, record.ours(name)))
            for name, label in labels.items()
        ],
        "lost": [(labels.get(each.field, each.field), each) for each in lost],
        "can_change": may(by.member.role, "change_client_data") and not record.archived,
        "faults": faults or {},
        "told": told,
        "done": done,
    }
    return org_page("organisations/integrations/record.html", person, by, status=status, **values)

"""`/org/{organisationId}/integrations`: systems are connected, watched, paused and let go."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, get_args

import azure.functions as func

import wiring.integrations
import wiring.integrations.connectors
from domain.base.errors import Conflict, InvalidInput, NotFound
from domain.integrations.connecting import (
    Connecting,
    NewSource,
    connect,
    disconnect,
    pause,
    resume,
    tokens_of,
)
from domain.integrations.connectors import Description, Kind
from domain.integrations.errors import VendorUnavailable
from domain.integrations.instructions import Instruction
from domain.integrations.source import Source, found_source
from domain.organisations.organisation import Acting
from domain.organisations.roles import Act
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import id_for, now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import creation_key, done_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.integrations.words import KINDS_OF_RUN, OBJECTS, REASONS, RUN_STATES, STATES
from functions.organisations.acting import Sent, opened, org_page, sent

_DONE: Final = {
    "connected": N_("Connected. Choose what flows, and order it. Nothing flows before."),
    "ordered": N_("Ordered. The first sync begins now."),
    "withdrawn": N_("The order is taken back. Nothing flows any more."),
    "disconnected": N_("Disconnected. What was imported is being erased."),
    "saved": N_("Saved. Order it to let it flow."),
    "paused": N_("Paused."),
    "resumed": N_("It goes on."),
    "refused": N_("The system gave no access. Nothing is connected."),
}
_RUNS: Final = 5


def at(by: Acting, source: Source | None = None) -> str:
    place = f"/org/{by.organisation.id}/integrations"
    return place if source is None else f"{place}/{source.id}"


async def source_of(req: func.HttpRequest, by: Acting) -> Source:
    return await found_source(
        by.organisation.id, req.route_params["sourceId"], sources=wiring.integrations.sources()
    )


async def opened_source(req: func.HttpRequest, act: Act) -> tuple[SignedIn, Acting, Source]:
    person, by = await opened(req, act)
    return person, by, await source_of(req, by)


async def sent_source(req: func.HttpRequest, act: Act) -> tuple[Sent, Source]:
    found = await sent(req, act)
    return found, await source_of(req, found.by)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_sources")
    found = await wiring.integrations.sources().of(by.organisation.id)
    return org_page(
        "organisations/integrations/sources.html",
        person,
        by,
        sources=[each for each in found if each.state != "disconnected"],
        offered=list(wiring.integrations.descriptions().values()),
        names={kind: each.name for kind, each in wiring.integrations.descriptions().items()},
        states=STATES,
        done=done_in(req, _DONE),
    )


def described(req: func.HttpRequest) -> Description:
    kind = req.route_params["vendor"]
    if kind not in get_args(Kind) or kind not in wiring.integrations.descriptions():
        raise NotFound
    return wiring.integrations.descriptions()[kind]


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "connect_sources")
    return _new_page(person, by, described(req))


def _new_page(
    person: SignedIn,
    by: Acting,
    description: Description,
    *,
    typed: Mapping[str, str] | None = None,
    faults: dict[str, str] | None = None,
    told: str = "",
) -> func.HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.CONFLICT if told else HTTPStatus.OK
    return org_page(
        "organisations/integrations/new.html",
        person,
        by,
        status=status,
        described=description,
        by_oauth=description.oauth is not None
        and wiring.integrations.connectors.app_of(description.kind) is not None,
        scopes=description.scopes,
        name=(typed or {}).get("name", description.name),
        faults=faults or {},
        told=told,
        key=secrets.token_urlsafe(16),
    )


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Connect a system with the texts that were typed. Tokens are never shown again."""
    person, by, form = await sent(req, "connect_sources")
    description = described(req)
    require_fresh(person, N_("Connect a system"))
    tokens = {each.name: form.get(f"tokens-{each.name}", "") for each in description.tokens}
    labels = {f"/tokens/{each.name}": _(each.label) for each in description.tokens}
    labels |= {"/name": _("Name"), "/tokens": _("Access")}
    try:
        new = vet(NewSource, {"kind": description.kind, "name": form.get("name", ""), "tokens": tokens})
        ports = wiring.integrations.connect_ports()
        credentials = tokens_of(new, description)
        source_id = id_for("source", by.organisation.id, by.member.id, creation_key(form))
        connecting = Connecting(source_id, new.kind, new.name, credentials, now())
        source = await connect(by, connecting, ports=ports)
    except InvalidInput as refusal:
        return _new_page(person, by, description, typed=form, faults=sentences(refusal.faults, labels))
    except (Conflict, VendorUnavailable) as refusal:
        return _new_page(person, by, description, typed=form, told=_(refusal.detail))
    return redirect(f"{at(by, source)}?done=connected")


def new_texts_in(form: Mapping[str, str]) -> dict[str, str]:
    return {_("Name"): form.get("name", "")}


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "see_sources")
    return await source_page(person, by, source, done=done_in(req, _DONE))


async def source_page(
    person: SignedIn, by: Acting, source: Source, *, done: str | None = None, told: str = ""
) -> func.HttpResponse:
    runs, _more = await wiring.integrations.runs().list(source.key, _RUNS, None)
    counts = {each.id: await wiring.integrations.counts_of(each) for each in runs}
    description = wiring.integrations.descriptions()[source.kind]
    ordered = await wiring.integrations.instructions().of(source.org_id, source.id)
    flows = {each.object_type: each for each in source.settings.flows}
    in_force = next(
        (each for each in ordered if isinstance(each, Instruction) and each.id == source.instruction_id), None
    )
    values: dict[str, Any] = {
        "source": source,
        "described": description,
        "runs": runs,
        "counts": counts,
        "goes_on": any(each.ended_at is None for each in runs),
        "flows": flows,
        "in_force": in_force,
        "changed": in_force is not None and in_force.flows != source.settings.flows,
        "objects": OBJECTS,
        "states": STATES,
        "reasons": REASONS,
        "run_kinds": KINDS_OF_RUN,
        "run_states": RUN_STATES,
        "done": done,
        "told": told,
        "key": secrets.token_urlsafe(16),
    }
    status = HTTPStatus.CONFLICT if told else HTTPStatus.OK
    return org_page("organisations/integrations/source.html", person, by, status=status, **values)


async def change_state(req: func.HttpRequest) -> func.HttpResponse:
    """Pause it, or go on."""
    (person, by, form), source = await sent_source(req, "run_sources")
    change = {"pause": pause, "resume": resume}.get(form.get("then", ""))
    if change is None:
        raise NotFound
    try:
        await change(source, now=now(), sources=wiring.integrations.sources())
    except Conflict as refusal:
        return await source_page(person, by, source, told=_(refusal.detail))
    return redirect(f"{at(by, source)}?done={form['then']}d")


async def ask_disconnect(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "connect_sources")
    return org_page("organisations/integrations/disconnect.html", person, by, source=source)


async def let_go(req: func.HttpRequest) -> func.HttpResponse:
    (person, by, _form), source = await sent_source(req, "connect_sources")
    require_fresh(person, N_("Disconnect a system"))
    works, sources = wiring.integrations.works(), wiring.integrations.sources()
    await disconnect(source, now=now(), sources=sources, works=works)
    return redirect(f"{at(by)}?done=disconnected")

"""What flows of a system: the fields of an object and their rules, and the order of an admin."""

import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.integrations
from domain.base.errors import Conflict, InvalidInput, NotFound, Refusal, StaleVersion, Unavailable
from domain.integrations.connecting import change_settings, refuse_unfit
from domain.integrations.connectors import Connector, ObjectName, ObjectType, VendorField, VendorRecord
from domain.integrations.errors import AccessLost, VendorRefused
from domain.integrations.instructions import TEXT_VERSION, Order
from domain.integrations.ordering import order, take_back
from domain.integrations.source import FieldMap, Flow, Source
from domain.organisations.organisation import Acting
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import id_for, now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import creation_key, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.integrations.pages import at, opened_source, sent_source, source_page
from functions.integrations.words import DIRECTIONS, FIELDS, OBJECTS, RULES
from functions.organisations.acting import org_page

_EXAMPLES: Final = 3


def _object_of(req: func.HttpRequest, source: Source) -> ObjectType:
    name = req.route_params["objectType"]
    described = wiring.integrations.descriptions()[source.kind]
    found = next((each for each in described.objects if each.name == name), None)
    if found is None:
        raise NotFound
    return found


async def show_flow(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "connect_sources")
    return await _flow_page(person, by, source, _object_of(req, source))


async def save_flow(req: func.HttpRequest) -> func.HttpResponse:
    (person, by, form), source = await sent_source(req, "connect_sources")
    of = _object_of(req, source)
    try:
        connector = await wiring.integrations.opener().open(source, source.instruction_id or "")
        fields = await connector.describe(of.name)
        flow = _flow_in(form, of.name, fields)
        others = [each for each in source.settings.flows if each.object_type != of.name]
        await refuse_unfit(flow, connector)
        flows = [*others, flow] if flow.fields else others
        await change_settings(
            source,
            source.settings.model_copy(update={"flows": flows}),
            wiring.integrations.descriptions()[source.kind],
            version=version_in(form),
            now=now(),
            sources=wiring.integrations.sources(),
        )
    except InvalidInput as refusal:
        return await _flow_page(person, by, source, of, typed=form, faults=sentences(refusal.faults, {}))
    except (AccessLost, VendorRefused, Unavailable) as refusal:
        return await source_page(person, by, source, told=_(refusal.detail))
    except StaleVersion:
        said = _("Somebody changed this meanwhile. Your choices are below, and not saved yet")
        return await _flow_page(person, by, source, of, typed=form, told=said)
    return redirect(f"{at(by, source)}?done=saved")


def _flow_in(form: Mapping[str, str], of: ObjectName, fields: Sequence[VendorField]) -> Flow:
    """The flow that a form chooses. A field flows if a direction is chosen for it."""
    maps = list[FieldMap]()
    for number, field in enumerate(fields):
        direction = form.get(f"direction-{number}", "")
        if form.get(f"field-{number}") == field.name and direction in DIRECTIONS:
            rule = form.get(f"rule-{number}", "theirs")
            values = {"ours": ours_of(field), "theirs": field.name, "direction": direction, "rule": rule}
            maps.append(vet(FieldMap, values))
    ways = {each.direction for each in maps}
    way = "both" if "both" in ways or ways == {"in", "out"} else next(iter(ways), "in")
    return Flow(object_type=of, direction=way, create=form.get("create") == "1", fields=maps)


def ours_of(field: VendorField) -> str:
    """The field here of one there: a custom one keeps its name."""
    return field.ours or f"custom.{field.name}"


async def _flow_page(
    person: SignedIn,
    by: Acting,
    source: Source,
    of: ObjectType,
    *,
    typed: Mapping[str, str] | None = None,
    faults: dict[str, str] | None = None,
    told: str = "",
) -> func.HttpResponse:
    try:
        connector = await wiring.integrations.opener().open(source, source.instruction_id or "")
        fields = await connector.describe(of.name)
        examples = await _examples(connector, of, fields)
    except (AccessLost, VendorRefused, Unavailable) as refusal:
        return await source_page(person, by, source, told=_(refusal.detail))
    flow = source.settings.flow(of.name)
    rows = [
        _row(number, each, of, flow, typed) | {"examples": _shown(each, examples)}
        for number, each in enumerate(fields)
    ]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.CONFLICT if told else HTTPStatus.OK
    values: dict[str, Any] = {
        "source": source,
        "of": of,
        "title": _(OBJECTS[of.name]),
        "rows": rows,
        "rules": [(key, _(text)) for key, text in RULES.items()],
        "may_create": "both" in of.directions or "out" in of.directions,
        "create": bool(flow and flow.create) if typed is None else typed.get("create") == "1",
        "faults": faults or {},
        "told": told,
    }
    return org_page("organisations/integrations/flow.html", person, by, status=status, **values)


async def _examples(
    connector: Connector, of: ObjectType, fields: Sequence[VendorField]
) -> list[VendorRecord]:
    page = await connector.pull(of.name, [each.name for each in fields], "", now())
    return list(page.records)[:_EXAMPLES]


def _shown(field: VendorField, examples: Sequence[VendorRecord]) -> list[str]:
    return [text for each in examples if (text := each.fields.get(field.name))]


def _row(
    number: int,
    field: VendorField,
    of: ObjectType,
    flow: Flow | None,
    typed: Mapping[str, str] | None,
) -> dict[str, Any]:
    known = next((each for each in flow.fields if each.theirs == field.name), None) if flow else None
    ways = [
        way for way in ("in", "both", "out") if way in of.directions and (way == "in" or not field.read_only)
    ]
    proposed = "in" if flow is None and field.ours and "in" in ways else ""
    direction = known.direction if known else proposed
    rule: str = known.rule if known else "theirs"
    if typed is not None:
        direction, rule = typed.get(f"direction-{number}", ""), typed.get(f"rule-{number}", rule)
    return {
        "number": number,
        "usual": field.ours is not None,
        "name": field.name,
        "label": field.label,
        "ours": _(FIELDS[field.ours]) if field.ours in FIELDS else field.ours or _("A field of your own"),
        "ways": [(way, _(DIRECTIONS[way])) for way in ways],
        "direction": direction,
        "rule": rule,
    }


async def show_order(req: func.HttpRequest) -> func.HttpResponse:
    person, by, source = await opened_source(req, "connect_sources")
    return await _order_page(person, by, source)


async def save_order(req: func.HttpRequest) -> func.HttpResponse:
    (person, by, form), source = await sent_source(req, "connect_sources")
    require_fresh(person, N_("Order what flows"))
    labels = {"/purpose": _("Purpose"), "/attested": _("Statement"), "/flows": _("What flows")}
    try:
        wanted = vet(
            Order,
            {
                "purpose": form.get("purpose", ""),
                "attested": form.get("attested") == "1",
                "textVersion": form.get("text", ""),
            },
        )
        await order(
            by,
            source,
            wanted,
            id_for("instruction", source.id, str(source.version), creation_key(form)),
            version=version_in(form),
            now=now(),
            connector=await wiring.integrations.opener().open(source, ""),
            description=wiring.integrations.descriptions()[source.kind],
            instructions=wiring.integrations.instructions(),
        )
    except InvalidInput as refusal:
        return await _order_page(person, by, source, typed=form, faults=sentences(refusal.faults, labels))
    except (Conflict, Unavailable, StaleVersion, VendorRefused) as refusal:
        return await _order_page(person, by, source, typed=form, refusal=refusal)
    ordered = await wiring.integrations.sources().get(source.org_id, source.id)
    await wiring.integrations.look_soon(ordered or source)
    return redirect(f"{at(by, source)}?done=ordered")


def order_texts_in(form: Mapping[str, str]) -> dict[str, str]:
    return {_("Purpose"): form.get("purpose", "")}


async def _order_page(
    person: SignedIn,
    by: Acting,
    source: Source,
    *,
    typed: Mapping[str, str] | None = None,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> func.HttpResponse:
    found = dict(faults or {})
    if refusal is not None and refusal.field:
        found[refusal.field] = _(refusal.detail)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found else HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    values: dict[str, Any] = {
        "source": source,
        "described": wiring.integrations.descriptions()[source.kind],
        "flows": [(_(OBJECTS[each.object_type]), each) for each in source.settings.flows],
        "directions": {key: _(text) for key, text in DIRECTIONS.items()},
        "rules": {key: _(text) for key, text in RULES.items()},
        "fields": FIELDS,
        "purpose": (typed or {}).get("purpose", ""),
        "text": TEXT_VERSION,
        "faults": found,
        "told": _(refusal.detail) if refusal is not None and not refusal.field else "",
        "key": secrets.token_urlsafe(16),
    }
    return org_page("organisations/integrations/order.html", person, by, status=status, **values)


async def withdraw(req: func.HttpRequest) -> func.HttpResponse:
    (person, by, form), source = await sent_source(req, "connect_sources")
    try:
        await take_back(
            by,
            source,
            version=version_in(form),
            now=now(),
            instructions=wiring.integrations.instructions(),
        )
    except (Conflict, StaleVersion) as refusal:
        return await source_page(person, by, source, told=_(refusal.detail))
    return redirect(f"{at(by, source)}?done=withdrawn")

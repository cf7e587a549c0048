"""`/org/{organisationId}/settings`: the name of an organisation."""

from collections.abc import Mapping
from http import HTTPStatus

import azure.functions as func

import wiring.organisations
import wiring.organisations.domains
from domain.base.errors import InvalidInput, StaleVersion
from domain.organisations.organisation import Acting, Settings, change_settings
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent

_LABELS = {"/name": N_("Name of the organisation"), "/joining": N_("How people come in")}
_DONE = {"saved": N_("Saved.")}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(label_of("/name", _LABELS), name)] if name else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_settings")
    return org_page(
        "organisations/settings.html",
        person,
        by,
        name=by.organisation.name,
        joining=by.organisation.joining,
        proven=await _proven(by),
        version=by.organisation.version,
        faults={},
        done=done_in(req, _DONE),
    )


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "change_settings")
    version, faults, status = form.get("version", ""), {}, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        settings = vet(Settings, {"name": form.get("name", ""), "joining": _joining(form, by)})
        await change_settings(
            by,
            settings,
            version=version_in(form),
            now=now(),
            organisations=wiring.organisations.store(),
            domains=wiring.organisations.domains.store(),
            settle=wiring.organisations.settle,
        )
    except InvalidInput as refusal:
        faults = sentences(refusal.faults, _LABELS)
    except StaleVersion:
        faults = {
            "/name": _(
                "It was changed somewhere else meanwhile. Save again to replace that with what is below"
            )
        }
        version, status = str(by.organisation.version), HTTPStatus.PRECONDITION_FAILED
    if not faults:
        return redirect(f"/org/{by.organisation.id}/settings?done=saved")
    return org_page(
        "organisations/settings.html",
        person,
        by,
        status=status,
        name=form.get("name", ""),
        joining=_joining(form, by),
        proven=await _proven(by),
        version=version,
        faults=faults,
        done=None,
    )


def _joining(form: Mapping[str, str], by: Acting) -> str:
    """What was chosen. Without a proven domain there is nothing to choose."""
    return form.get("joining", by.organisation.joining)


async def _proven(by: Acting) -> list[str]:
    return [
        each.written for each in (await wiring.organisations.domains.store().get(by.organisation.id)).proven
    ]

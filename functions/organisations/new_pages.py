"""`/my/new-organisation`: make an organisation."""

import secrets
from collections.abc import Mapping

import azure.functions as func

import wiring.organisations
from domain.base.errors import InvalidInput, KeyReused
from domain.base.limits import LimitReached
from domain.organisations.founding import NewOrganisation, create_organisation
from domain.organisations.organisation import Creating
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import person_behind

_LABELS = {"/name": N_("Name of the organisation")}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(label_of("/name", _LABELS), name)] if name else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return _page(await person_of(req), "", secrets.token_urlsafe(16), {})


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Make the organisation of this form once, however often the form is sent."""
    person, form = await person_and_form(req)
    try:
        made = await create_organisation(
            await person_behind(person.account_id),
            vet(NewOrganisation, {"name": form.get("name", "")}),
            Creating(creation_key(form), now()),
            organisations=wiring.organisations.store(),
            memberships=wiring.organisations.memberships(),
            settle=wiring.organisations.settle,
        )
    except InvalidInput as refusal:
        return _page(person, form.get("name", ""), form.get("key", ""), sentences(refusal.faults, _LABELS))
    except KeyReused:
        fault = {"/name": _("This form has made an organisation already. Send it again to make one more")}
        return _page(person, form.get("name", ""), secrets.token_urlsafe(16), fault)
    except LimitReached as refusal:
        return _page(person, form.get("name", ""), form.get("key", ""), {"/name": _(refusal.detail)})
    return redirect(f"/org/{made.id}?done=made")


def _page(person: SignedIn, name: str, key: str, faults: dict[str, str]) -> func.HttpResponse:
    return my_page(
        "organisations/new.html", person, status=422 if faults else 200, name=name, key=key, faults=faults
    )

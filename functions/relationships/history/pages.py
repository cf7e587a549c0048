"""The press that takes the latest change of a contact back."""

import azure.functions as func

import wiring.relationships
from domain.base.errors import StaleVersion
from domain.relationships.contacts import NothingToUndo, undo_change
from functions.framework.clock import now
from functions.framework.my_pages import person_and_form
from functions.framework.replies import redirect
from functions.relationships.contact_pages import version_of


async def undo(req: func.HttpRequest) -> func.HttpResponse:
    """Take it back; what was changed since stays, and the page shows how it is."""
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    try:
        await undo_change(of, now=now(), book=wiring.relationships.book())
    except (StaleVersion, NothingToUndo):
        return redirect(f"/my/contacts/{of.contact_id}?done=kept")
    return redirect(f"/my/contacts/{of.contact_id}?done=taken-back")

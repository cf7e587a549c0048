"""`/my/contacts/{contactId}/photo`: choose a photo of a contact; and the small photo that lists show."""

from http import HTTPStatus

import azure.functions as func

import wiring.images
import wiring.relationships
from domain.base.errors import ImageTooLarge, InvalidInput, NotFound
from domain.images.image import MAX_BYTES, PROBLEMS, read_image
from domain.relationships.contacts import ContactVersion
from domain.relationships.photos.photo import set_photo
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.forms import read_sent
from functions.framework.my_pages import my_page, person_of, version_in
from functions.framework.replies import redirect, reply
from functions.framework.texts import _
from functions.images.form_uploads import send_picture
from functions.relationships.contact_pages import contact_of

_PRIVATE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    # The image of an id never changes.
    "Cache-Control": "private, max-age=86400",
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _page(req, await person_of(req), {})


async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Take the chosen picture as the photo, or take the photo away."""
    person = await person_of(req)
    form, files = read_sent(req)
    check_form(req, person, form)
    await count_change(person.account_id)
    contact = await contact_of(req, person)  # an absent contact is refused before any picture is made
    of = ContactVersion(person.account_id, contact.id, version_in(form))
    content, photo = files.get("photo-file"), None
    if form.get("then") != "remove":
        if content is None or len(content) > MAX_BYTES:
            fault = (
                _("%(fault)s; choose a smaller one", fault=_(ImageTooLarge.title))
                if content
                else _("Choose a file first")
            )
            return await _page(req, person, {"/photo": fault})
        photo = await send_picture(person.account_id, "contact", content)
    try:
        await set_photo(
            of,
            photo,
            now=now(),
            contacts=wiring.relationships.contacts(),
            images=wiring.images.store(),
        )
    except InvalidInput as refusal:
        return await _page(req, person, {"/photo": _(refusal.faults[0].detail)})
    if photo is None:
        return redirect(f"/my/contacts/{contact.id}")
    return redirect(f"/my/contacts/{contact.id}/photo")


async def _page(req: func.HttpRequest, person: SignedIn, faults: dict[str, str]) -> func.HttpResponse:
    contact = await contact_of(req, person)
    image = contact.photo and await wiring.images.store().get(person.account_id, contact.photo)
    return my_page(
        "relationships/photos/photo.html",
        person,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        contact=contact,
        image=image or None,
        problems=PROBLEMS,
        faults=faults,
    )


async def show_small(req: func.HttpRequest) -> func.HttpResponse:
    """The small photo, to its owner alone."""
    person = await person_of(req)
    image = await read_image(person.account_id, req.route_params["imageId"], images=wiring.images.store())
    found = await wiring.images.blobs().open_media(image.files.get("small", ""))
    if found is None:
        raise NotFound
    return reply(found[0], content_type=found[1], headers=_PRIVATE)

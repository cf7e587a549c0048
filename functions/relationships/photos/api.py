"""`/api/v1/contacts/{contactId}/photo`: a picture of a contact, for its owner only."""

import wiring.images
import wiring.relationships
from domain.base.fields import ImageId
from domain.base.model import Closed
from domain.relationships.contacts import ContactVersion
from domain.relationships.photos.photo import set_photo
from functions.framework.operations import Answer, Call, operation
from functions.relationships.api import ContactOut, contact_out


class PhotoIn(Closed):
    """An image that was made for the purpose `contact`; it may still be worked on."""

    image_id: ImageId


@operation(
    "Give a contact a photo, which only the caller sees", body=PhotoIn, answer=ContactOut, versioned=True
)
async def put_photo(call: Call[PhotoIn]) -> Answer:
    return await _set(call, call.body.image_id)


@operation("Take the photo of a contact away", answer=ContactOut, versioned=True)
async def delete_photo(call: Call) -> Answer:
    return await _set(call, None)


async def _set[B](call: Call[B], photo: str | None) -> Answer:
    contact = await set_photo(
        ContactVersion(call.account_id, call.params["contactId"], call.version),
        photo,
        now=call.now,
        contacts=wiring.relationships.contacts(),
        images=wiring.images.store(),
    )
    return Answer(contact_out(contact), contact.version)

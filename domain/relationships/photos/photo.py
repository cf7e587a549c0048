"""The photo of a contact: an image of the owner, which nobody else sees."""

from datetime import datetime
from typing import Protocol

from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.images.image import Image
from domain.images.shown import why_not_shown
from domain.relationships.contact import Contact
from domain.relationships.contacts import ContactStore, ContactVersion, read_contact

_COMING = "image_not_ready"


class Images(Protocol):
    async def get(self, account_id: str, image_id: str) -> Image | None: ...


async def set_photo(
    of: ContactVersion, photo: str | None, *, now: datetime, contacts: ContactStore, images: Images
) -> Contact:
    """Give the contact a photo, which may still be worked on, or none."""
    contact = await read_contact(of.owner_id, of.contact_id, contacts=contacts)
    if contact.photo == photo:
        return contact
    if contact.version != of.version:
        raise StaleVersion
    if photo is not None:
        fault = why_not_shown(await images.get(of.owner_id, photo), "contact")
        if fault is not None and fault[0] != _COMING:
            raise InvalidInput([Fault("/imageId", *fault)])
    return await contacts.save(contact.changed(now, photo=photo))

"""Uploads of pictures by form: each becomes an image that is sent to work.

A form keeps the picture it has until the new one is ready, so that one that is refused takes nothing away.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import wiring.accounts
import wiring.images
from domain.base.errors import ImageTooLarge
from domain.cards.content import IMAGE_PURPOSES, Purpose
from domain.images.image import MAX_BYTES, ImagePurpose, NewImage, start_image, upload_image
from domain.images.shown import why_not_shown
from functions.framework.clock import new_id, now
from functions.framework.filters import continued
from functions.framework.texts import _

PURPOSES: Final = tuple(IMAGE_PURPOSES.values())
_NOT_READY: Final = "image_not_ready"


class Pictures(NamedTuple):
    """Pictures of a form, by field: the ids it has, those of new ones that are not ready, and faults."""

    chosen: dict[str, str]
    coming: dict[str, str]
    faults: dict[str, str]

    @property
    def unready(self) -> dict[str, str]:
        """Faults of the new pictures, for a form that is to be saved now."""
        text = _("The new picture is not ready yet. Save again in a moment; the one you had stays until then")
        return {f"/{field}": text for field in self.coming}


async def settle_pictures(
    account_id: str, had: Mapping[str, Any], stored: Mapping[str, Any], new: Mapping[str, str]
) -> Pictures:
    """Take each new picture that is ready; keep the one that the form `had` where it is not.

    Where that is not ready itself, the `stored` draft's picture is kept. A field without a good picture takes
    the new one at once.
    """
    found = Pictures({}, {}, {})
    for field in PURPOSES:
        newest = new.get(field) or had.get(field)
        if not newest:
            continue
        fault = await _fault(account_id, field, newest)
        good = await _first_good(account_id, field, newest, had, stored) if fault else None
        found.chosen[field] = good or newest
        if fault and good:
            code, detail = fault
            if code == _NOT_READY:
                found.coming[field] = newest
            else:
                why = _(detail)
                why = _("it %(fault)s", fault=why) if code == "unknown_image" else continued(why)
                found.faults["/" + field] = _("Not taken: %(why)s. The picture you had stays", why=why)
    return found


async def _first_good(account_id: str, field: Purpose, newest: str, *known: Mapping[str, Any]) -> str | None:
    """The first picture of the field that can be shown, other than the newest."""
    for values in known:
        image_id: str | None = values.get(field)
        if image_id and image_id != newest and await _fault(account_id, field, image_id) is None:
            return image_id
    return None


async def _fault(account_id: str, field: Purpose, image_id: str) -> tuple[str, str] | None:
    return why_not_shown(await wiring.images.store().get(account_id, image_id), field)


async def send_pictures(
    account_id: str, files: Mapping[str, bytes], sender: str | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Send every picture of the form to work; return the ids of the new images, and the faults, by field.

    `sender` is the member who sends those of an organisation.
    """
    made: dict[str, str] = {}
    faults: dict[str, str] = {}
    for purpose in PURPOSES:
        content = files.get(f"{purpose}-file")
        if content is None:
            continue
        if len(content) > MAX_BYTES:
            faults[f"/{purpose}"] = _("%(fault)s; choose a smaller one", fault=_(ImageTooLarge.title))
        else:
            made[purpose] = await send_picture(account_id, purpose, content, sender)
    return made, faults


async def send_picture(
    account_id: str, purpose: ImagePurpose, content: bytes, sender: str | None = None
) -> str:
    """Send a picture to work; return the id of its new image."""
    at = now()
    image = await start_image(
        account_id,
        NewImage(purpose=purpose),
        image_id=new_id("img"),
        key=None,
        now=at,
        images=wiring.images.store(),
        limiter=wiring.accounts.limiter(),
        sender=sender,
    )
    await upload_image(
        account_id,
        image.id,
        content,
        now=at,
        images=wiring.images.store(),
        uploads=wiring.images.blobs(),
        orders=wiring.images.queue(),
    )
    return image.id

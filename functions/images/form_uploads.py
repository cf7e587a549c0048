"""Uploads of pictures by form: each becomes an image that is sent to work."""

from collections.abc import Mapping
from typing import Final

import wiring.accounts
import wiring.images
from domain.base.errors import ImageTooLarge
from domain.cards.content import IMAGE_PURPOSES, Purpose
from domain.images.image import MAX_BYTES, NewImage, start_image, upload_image
from functions.framework.clock import new_id, now
from functions.framework.texts import _

PURPOSES: Final = tuple(IMAGE_PURPOSES.values())


async def send_pictures(account_id: str, files: Mapping[str, bytes]) -> tuple[dict[str, str], dict[str, str]]:
    """Send every picture of the form to work; return the ids of the new images, and the faults, by field."""
    made: dict[str, str] = {}
    faults: dict[str, str] = {}
    for purpose in PURPOSES:
        content = files.get(f"{purpose}-file")
        if content is None:
            continue
        if len(content) > MAX_BYTES:
            faults[f"/{purpose}"] = _("%(fault)s; choose a smaller one", fault=_(ImageTooLarge.title))
        else:
            made[purpose] = await _send(account_id, purpose, content)
    return made, faults


async def _send(account_id: str, purpose: Purpose, content: bytes) -> str:
    at = now()
    image = await start_image(
        account_id,
        NewImage(purpose=purpose),
        image_id=new_id("img"),
        key=None,
        now=at,
        images=wiring.images.store(),
        limiter=wiring.accounts.limiter(),
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

"""`/api/v1/organisations/{organisationId}/images`: pictures of brands and of staff cards."""

import hashlib

import wiring.accounts
import wiring.images
from domain.base.errors import AlreadyUploaded, ImageTooLarge, KeyReused, UploadMissing, UploadUnusable
from domain.base.limits import LimitReached
from domain.images.image import (
    MEDIA_TYPES,
    Image,
    NewImage,
    complete_upload,
    start_image,
    upload_image,
)
from domain.organisations.brand.pictures import picture_for
from domain.organisations.roles import NotAllowed
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, operation
from functions.images.api import ImageOut, content_of, image_out
from functions.organisations.acting import acting_in


async def _picture(call: Call) -> Image:
    by = await acting_in(call, "send_pictures")
    return await picture_for(by, call.params["imageId"], images=wiring.images.store())


@operation(
    "Make an image of the organisation that waits for its picture; the answer says where to send it",
    body=NewImage,
    answer=ImageOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_image(call: Call[NewImage]) -> Answer:
    by = await acting_in(call, "send_pictures")
    org_id, sender = by.organisation.id, by.member.id
    image = await start_image(
        org_id,
        call.body,
        image_id=new_id("img"),
        # Of two members with the same key, each makes an image of their own.
        key=hashlib.sha256(f"{sender} {call.key}".encode()).hexdigest() if call.key else None,
        now=call.now,
        images=wiring.images.store(),
        limiter=wiring.accounts.limiter(),
        sender=sender,
    )
    signed = await wiring.images.blobs().sign_upload(org_id, image.id, call.now)
    return Answer(
        image_out(image, signed), image.version, location=f"organisations/{org_id}/images/{image.id}"
    )


@operation("One image of the organisation and how far it is", answer=ImageOut, conflicts=(NotAllowed,))
async def get_image(call: Call) -> Answer:
    image = await _picture(call)
    return Answer(image_out(image), image.version)


@operation(
    "Send the picture itself, at most 5 MB",
    takes=MEDIA_TYPES,
    answer=ImageOut,
    conflicts=(AlreadyUploaded, ImageTooLarge, NotAllowed),
)
async def put_image_content(call: Call) -> Answer:
    image = await _picture(call)
    sent = await upload_image(
        image.account_id,
        image.id,
        call.content,
        now=call.now,
        images=wiring.images.store(),
        uploads=wiring.images.blobs(),
        orders=wiring.images.queue(),
    )
    return Answer(image_out(sent), sent.version)


@operation(
    "Say that the picture was sent to its signed URL",
    answer=ImageOut,
    conflicts=(UploadMissing, UploadUnusable, ImageTooLarge, NotAllowed),
)
async def post_image_complete(call: Call) -> Answer:
    image = await _picture(call)
    done = await complete_upload(
        image.account_id,
        image.id,
        now=call.now,
        images=wiring.images.store(),
        uploads=wiring.images.blobs(),
        orders=wiring.images.queue(),
    )
    return Answer(image_out(done), done.version)


@operation(
    "The picture for those who have to do with it, once it is ready",
    gives="image/webp",
    conflicts=(NotAllowed,),
)
async def get_image_content(call: Call) -> Answer:
    return await content_of(await _picture(call))

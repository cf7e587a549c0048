"""Pictures in forms: reading a multipart body, and sending what is in it to work."""

from collections.abc import Buffer, Mapping
from io import BytesIO
from typing import IO, Final

import azure.functions as func

import wiring
from domain.content import Purpose
from domain.errors import ImageTooLarge
from domain.images import MAX_BYTES, NewImage, start_image, upload_image
from functions.chance import new_id, now
from functions.http import MAX_BODY, BadBody, read_binary
from functions.identity import MAX_FORM_FIELDS, read_form

MULTIPART: Final = "multipart/form-data"
# The picture's file stands in the field of this name.
FILE_OF: Final = {"photo": "photo-file", "logo": "logo-file", "companyImage": "companyImage-file"}
PURPOSES: Final[tuple[Purpose, ...]] = ("photo", "logo", "companyImage")
# Room to say kindly that a picture is too large, without losing what was typed beside it.
_MAX_UPLOAD: Final = 32 * 1024 * 1024


class _Bounded(BytesIO):
    """Keeps one byte more than a picture may have, which tells that it is too large; drops the rest."""

    def write(self, data: Buffer) -> int:
        piece = bytes(data)
        super().write(piece[: MAX_BYTES + 1 - self.tell()])
        return len(piece)


def _keep(
    total_content_length: int | None,  # noqa: ARG001 - the library passes four names
    content_type: str | None,  # noqa: ARG001
    filename: str | None,  # noqa: ARG001
    content_length: int | None = None,  # noqa: ARG001
) -> IO[bytes]:
    # In memory, because the library would put a large one into a file of everybody's folder.
    return _Bounded()


def read_sent(req: func.HttpRequest) -> tuple[dict[str, str], dict[str, bytes]]:
    """The fields of a form, in either of the ways a browser sends one, and the files that came with it."""
    given: str = req.headers.get("content-type", "")
    return _read_multipart(req) if given.lower().startswith(MULTIPART) else (read_form(req), {})


def _read_multipart(req: func.HttpRequest) -> tuple[dict[str, str], dict[str, bytes]]:
    """The fields of a multipart form, of a repeated name the last, and the files that have any bytes."""
    from werkzeug.exceptions import HTTPException  # noqa: PLC0415
    from werkzeug.formparser import MultiPartParser  # noqa: PLC0415
    from werkzeug.http import parse_options_header  # noqa: PLC0415

    body = read_binary(req, (MULTIPART,))
    if len(body) > _MAX_UPLOAD:
        raise ImageTooLarge
    _, options = parse_options_header(req.headers["content-type"])
    parser = MultiPartParser(
        stream_factory=_keep,
        max_form_memory_size=MAX_BODY,
        max_form_parts=MAX_FORM_FIELDS + len(FILE_OF),
    )
    try:
        fields, files = parser.parse(BytesIO(body), options["boundary"].encode("ascii"), len(body))
    except (KeyError, ValueError, HTTPException):
        raise BadBody("The body is not a form.") from None
    # A part without a name belongs to no field.
    sent = {name: file.read() for name, file in files.items() if name}
    named = {name: text for name, text in fields.items() if name}
    return named, {name: content for name, content in sent.items() if content}


async def send_pictures(account_id: str, files: Mapping[str, bytes]) -> tuple[dict[str, str], dict[str, str]]:
    """Send every picture of the form to work: the ids of the new images, and what is wrong, by field."""
    made: dict[str, str] = {}
    faults: dict[str, str] = {}
    for purpose in PURPOSES:
        content = files.get(FILE_OF[purpose])
        if content is None:
            continue
        if len(content) > MAX_BYTES:
            faults[f"/{purpose}"] = f"{ImageTooLarge.title}; choose a smaller one"
        else:
            made[purpose] = await _send(account_id, purpose, content)
    return made, faults


async def _send(account_id: str, purpose: Purpose, content: bytes) -> str:
    services, at = wiring.services(), now()
    image = await start_image(
        account_id,
        NewImage(purpose=purpose),
        image_id=new_id("img"),
        key=None,
        now=at,
        images=services.images,
    )
    await upload_image(
        account_id,
        image.id,
        content,
        now=at,
        images=services.images,
        uploads=services.blobs,
        orders=services.image_queue,
    )
    return image.id

"""Reading and vetting of sent forms, and sentences about their faults."""

import re
from collections.abc import Buffer, Iterable, Mapping
from io import BytesIO
from typing import IO, Any, Final

import azure.functions as func
from pydantic import BaseModel, ValidationError

from domain.base.errors import Fault, ImageTooLarge, InvalidInput
from domain.images.image import MAX_BYTES
from functions.framework.callers import MAX_FORM_FIELDS, read_form
from functions.framework.problems import MAX_BODY, BadBody, faults_of
from functions.framework.requests import read_binary

Values = dict[str, Any]
# What the fields of a form are called, by JSON Pointer.
Labels = Mapping[str, str]


def vet[M: BaseModel](model: type[M], values: Values, *, field: str | None = None) -> M:
    """The values as `model`, or every fault they have; with `field`, all of them are faults of that one."""
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        faults = faults_of(exc)
        if field is not None:
            faults = [Fault(field, fault.code, fault.detail) for fault in faults]
        raise InvalidInput(faults) from None


def label_of(pointer: str, labels: Labels) -> str:
    """What a page calls the field at a pointer: `/emails/1/address` is `E-mail 2`."""
    match = re.match(r"(/[A-Za-z]+)/([0-9]{1,3})", pointer)
    if match:
        return f"{labels.get(match[1], match[1])} {int(match[2]) + 1}"
    return labels.get(pointer) or labels.get("/" + pointer.split("/")[1], "This form")


def sentences(faults: list[Fault], labels: Labels) -> dict[str, str]:
    """One sentence for each field with a fault, by pointer, in the order of the faults."""
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(fault.field, f"{label_of(fault.field, labels)} {fault.detail}")
    return found


def by_label(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by their labels; those of one label stand under each other."""
    found: dict[str, str] = {}
    for label, text in texts:
        found[label] = f"{found[label]}\n{text}" if label in found else text
    return found


MULTIPART: Final = "multipart/form-data"
# Room to say kindly that a picture is too large, without losing what was typed beside it.
_MAX_UPLOAD: Final = 32 * 1024 * 1024
# A browser sends a part for each field for files, also for those in which nobody chose one.
_MAX_FILES: Final = 10


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
        max_form_parts=MAX_FORM_FIELDS + _MAX_FILES,
    )
    try:
        fields, files = parser.parse(BytesIO(body), options["boundary"].encode("ascii"), len(body))
    except (KeyError, ValueError, HTTPException):
        raise BadBody("The body is not a form.") from None
    # A part without a name belongs to no field.
    sent = {name: file.read() for name, file in files.items() if name}
    named = {name: text for name, text in fields.items() if name}
    return named, {name: content for name, content in sent.items() if content}

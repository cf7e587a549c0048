"""Reading and vetting of sent forms, and sentences about their faults."""

import re
from collections.abc import Buffer, Mapping
from io import BytesIO
from typing import IO, Any, Final

import azure.functions as func
from pydantic import BaseModel, ValidationError

from domain.base.errors import Fault, ImageTooLarge, InvalidInput
from domain.images.image import MAX_BYTES
from functions.framework.callers import MAX_FORM_FIELDS, read_form
from functions.framework.filters import countries, language
from functions.framework.problems import MAX_BODY, BadBody, faults_of
from functions.framework.requests import read_binary

# Fields whose value is the id of an image.
PICTURES: Final = ("photo", "logo", "companyImage")
_LABELS: Final = {
    "/name": "Name",
    "/photo": "Photo",
    "/logo": "Logo",
    "/pronouns": "Pronouns",
    "/title": "Title",
    "/organisation": "Organisation",
    "/bio": "About you",
    "/languages": "Language",
    "/emails": "E-mail",
    "/phones": "Phone",
    "/website": "Website",
    "/socialLinks": "Social link",
    "/companyText": "About the company",
    "/companyImage": "Company picture",
    "/videoLink": "Video link",
    "/officeAddress/street": "Street",
    "/officeAddress/city": "City",
    "/officeAddress/region": "Region",
    "/officeAddress/postalCode": "Postal code",
    "/officeAddress/country": "Country",
    "/officeAddress": "Office address",
    "/mapLink": "Map link",
    "/productLinks": "Product or service",
    "/handle": "Handle",
    "/profileId": "Profile",
    "/profileName": "Profile",
    "/profiles": "Profile name",
    "/audiences": "Who sees it",
}
_NOT_WRITTEN: Final = frozenset({"csrf", "key", "version", "then", "profileId", "as", *PICTURES})
Values = dict[str, Any]


def vet[M: BaseModel](model: type[M], values: Values, *, field: str | None = None) -> M:
    """The values as `model`, or every fault they have; with `field`, all of them are faults of that one."""
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        faults = faults_of(exc)
        if field is not None:
            faults = [Fault(field, fault.code, fault.detail) for fault in faults]
        raise InvalidInput(faults) from None


def label_of(pointer: str) -> str:
    """What the page calls the field at a pointer: `/emails/1/address` is `E-mail 2`."""
    match = re.match(r"(/[A-Za-z]+)/([0-9]{1,3})", pointer)
    if match:
        return f"{_LABELS.get(match[1], match[1])} {int(match[2]) + 1}"
    return _LABELS.get(pointer) or _LABELS.get("/" + pointer.split("/")[1], "This form")


def sentences(faults: list[Fault]) -> dict[str, str]:
    """One sentence for each field with a fault, in the order of the faults, by pointer into the content."""
    found: dict[str, str] = {}
    for fault in faults:
        pointer = fault.field.removeprefix("/content")
        found.setdefault(pointer, f"{label_of(pointer)} {fault.detail}")
    return found


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """What somebody wrote into a form, by label, so that it can be shown when it cannot be kept."""
    found: dict[str, str] = {}
    for name, text in form.items():
        row, _, part = name.rpartition("-")
        if not text.strip() or name in _NOT_WRITTEN or part in ("kind", "audience", "file"):
            continue
        if row == "audiences":
            continue
        if name == "officeAddress-country":
            said = countries().get(text, text)
        elif row == "languages":
            said = language(text)
        else:
            kind = "" if part == "label" else form.get(f"{row}-kind")
            said = f"{text} ({kind})" if kind else text
        label = label_of("/" + name.replace("-", "/"))
        found[label] = f"{found[label]}\n{said}" if label in found else said
    return found


MULTIPART: Final = "multipart/form-data"
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
        max_form_parts=MAX_FORM_FIELDS + len(PICTURES),
    )
    try:
        fields, files = parser.parse(BytesIO(body), options["boundary"].encode("ascii"), len(body))
    except (KeyError, ValueError, HTTPException):
        raise BadBody("The body is not a form.") from None
    # A part without a name belongs to no field.
    sent = {name: file.read() for name, file in files.items() if name}
    named = {name: text for name, text in fields.items() if name}
    return named, {name: content for name, content in sent.items() if content}

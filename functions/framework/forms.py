"""Reading and vetting of sent forms, their rows, and sentences about their faults."""

import re
from collections.abc import Buffer, Iterable, Mapping
from io import BytesIO
from typing import Any, Final

import azure.functions as func
from pydantic import BaseModel, ValidationError

from domain.base.errors import Fault, ImageTooLarge, InvalidInput
from domain.images.image import MAX_BYTES
from functions.framework.callers import MAX_FORM_FIELDS, read_form
from functions.framework.problems import MAX_BODY, WRONG_TYPE, BadBody, faults_of
from functions.framework.requests import read_binary
from functions.framework.texts import N_, _

Values = dict[str, Any]
# Labels of a form's fields, by JSON Pointer, not yet translated.
Labels = Mapping[str, str]
_ROW_NUMBER = re.compile("[0-9]{1,2}")


def vet[M: BaseModel](model: type[M], values: Values, *, field: str | None = None) -> M:
    """Validate the values as `model`, or raise all their faults; `field` replaces the faults' fields."""
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        faults = faults_of(exc)
        if field is not None:
            faults = [Fault(field, fault.code, fault.detail) for fault in faults]
        raise InvalidInput(faults) from None


def label_of(pointer: str, labels: Labels) -> str:
    """Label of the field at a pointer, translated: `/emails/1/address` is `E-mail 2`."""
    match = re.match(r"(/[A-Za-z]+)/([0-9]{1,3})", pointer)
    if match:
        return f"{_(labels.get(match[1], match[1]))} {int(match[2]) + 1}"
    return _(labels.get(pointer) or labels.get("/" + pointer.split("/")[1], N_("This form")))


def sentences(faults: list[Fault], labels: Labels) -> dict[str, str]:
    """One sentence for each field with a fault, by pointer, in the order of the faults."""
    found: dict[str, str] = {}
    for fault in faults:
        # Pydantic's own messages are for programs.
        detail = N_("does not have the right form") if fault.code == WRONG_TYPE else fault.detail
        found.setdefault(fault.field, f"{label_of(fault.field, labels)} {_(detail)}")
    return found


def by_label(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by label; those of one label are joined by line breaks."""
    found: dict[str, str] = {}
    for label, text in texts:
        found[label] = f"{found[label]}\n{text}" if label in found else text
    return found


def parts_in(form: Mapping[str, str], name: str, parts: Iterable[str]) -> Values | None:
    """A value that a form asks for in parts, such as an address; None if all of them are blank."""
    typed = {part: form.get(f"{name}-{part}", "").strip() or None for part in parts}
    return typed if any(typed.values()) else None


def rows_in(form: Mapping[str, str], marks: Mapping[str, str], order: str, most: int) -> dict[str, int]:
    """Number of rows of each list in the form, plus one where a button such as `add phones` was pressed.

    `marks` are the names of a field that every row has, by list, with `{}` for the number of the row.
    """
    return {
        name: sum(mark.format(index) in form for index in range(most)) + (order == f"add {name}")
        for name, mark in marks.items()
    }


def arranged(form: Mapping[str, str], marks: Mapping[str, str], order: str, most: int) -> dict[str, str]:
    """The form after a button that only arranges it: `up phones 1`, `down phones 0`, `remove phones 0`.

    An unknown button changes nothing.
    """
    what, _, target = order.partition(" ")
    name, _, index = target.partition(" ")
    if name not in marks or not _ROW_NUMBER.fullmatch(index):
        return dict(form)
    places = moved(what, list(range(rows_in(form, marks, "", most)[name])), int(index))
    row = re.compile(f"{name}-([0-9]{{1,2}})-(.+)")
    found = {key: match for key in form if (match := row.fullmatch(key))}
    in_place = {
        f"{name}-{places.index(int(match[1]))}-{match[2]}": form[key]
        for key, match in found.items()
        if int(match[1]) in places
    }
    return {key: text for key, text in form.items() if key not in found} | in_place


def moved[T](what: str, rows: list[T], at: int) -> list[T]:
    """The rows after `up`, `down` or `remove` of the one at this place; another word changes nothing."""
    to = {"up": at - 1, "down": at + 1}.get(what, -1)
    if what == "remove":
        return rows[:at] + rows[at + 1 :]
    if max(at, to) < len(rows) and to >= 0:
        rows = list(rows)
        rows[at], rows[to] = rows[to], rows[at]
    return rows


MULTIPART: Final = "multipart/form-data"
# Above the limit of a picture, so that a page can refuse it and still show the typed texts.
_MAX_UPLOAD: Final = 32 * 1024 * 1024
# A browser sends a part for each file input, even without a chosen file.
_MAX_FILES: Final = 10


class _Bounded(BytesIO):
    """Buffer that keeps one byte more than a file may have, to detect a larger one, and drops the rest."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Buffer) -> int:
        piece = bytes(data)
        super().write(piece[: self._most + 1 - self.tell()])
        return len(piece)


def read_sent(req: func.HttpRequest, most: int = MAX_BYTES) -> tuple[dict[str, str], dict[str, bytes]]:
    """Fields and files of a form, in either encoding of browsers; a file of more than `most` bytes is cut."""
    given: str = req.headers.get("content-type", "")
    return _read_multipart(req, most) if given.lower().startswith(MULTIPART) else (read_form(req), {})


def _read_multipart(req: func.HttpRequest, most: int) -> tuple[dict[str, str], dict[str, bytes]]:
    """Fields of a multipart form, of a repeated name the last, and its files that are not empty."""
    from werkzeug.exceptions import HTTPException  # noqa: PLC0415
    from werkzeug.formparser import MultiPartParser  # noqa: PLC0415
    from werkzeug.http import parse_options_header  # noqa: PLC0415

    body = read_binary(req, (MULTIPART,))
    if len(body) > max(_MAX_UPLOAD, most + MAX_BODY):
        raise ImageTooLarge
    options = parse_options_header(req.headers["content-type"])[1]
    parser = MultiPartParser(
        # In memory, because the library would put a large one into a file of everybody's folder.
        stream_factory=lambda *_, **__: _Bounded(most),
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

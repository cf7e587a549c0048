"""Refusals: what the product says no to, each with a stable code.

A refusal is expected behaviour and is told to the caller; anything else that is raised is our bug.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input. `field` is a JSON Pointer into the body, or a header or query name."""

    field: str
    code: str
    detail: str


class Refusal(Exception):
    """Base of all refusals. `code` never changes once published; `title` is for people."""

    code = "refused"
    title = "The request was refused"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)


class InvalidInput(Refusal):
    """The input breaks rules; `faults` lists every one of them at once."""

    code = "invalid_input"
    title = "The input has faults"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.detail}" for fault in faults))
        self.faults = faults


class NotFound(Refusal):
    """Absent, foreign, unpublished or forbidden: all look the same."""

    code = "not_found"
    title = "There is nothing here"


class Unauthenticated(Refusal):
    code = "unauthenticated"
    title = "Sign in first"


class Forbidden(Refusal):
    code = "forbidden"
    title = "This is not allowed"


class NoAccount(Forbidden):
    code = "no_account"
    title = "This person has not signed in to iZwop yet"


class ForgedRequest(Forbidden):
    code = "forged_request"
    title = "The request did not come from our own pages"


class Conflict(Refusal):
    code = "conflict"
    title = "The request conflicts with what is stored"


class HandleTaken(Conflict):
    code = "handle_taken"
    title = "This handle is taken"


class HandleLookalike(Conflict):
    code = "handle_lookalike"
    title = "This handle looks like one that is taken"


class UploadMissing(Conflict):
    code = "upload_missing"
    title = "The picture has not been uploaded yet"


class AlreadyUploaded(Conflict):
    code = "already_uploaded"
    title = "This image has its picture; make another image for another picture"


class ImageTooLarge(Refusal):
    code = "image_too_large"
    title = "The picture is larger than 5 MB"


class StaleVersion(Refusal):
    code = "stale_version"
    title = "It has changed since it was read"


class VersionRequired(Refusal):
    code = "version_required"
    title = "If-Match with the ETag that was read is required"


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


class Unavailable(Refusal):
    """A part we depend on is busy or down; trying again after `retry_after` seconds helps."""

    code = "unavailable"
    title = "iZwop is busy; try again shortly"
    retry_after = 2

"""Refusals: the expected errors of the product, each with a stable code.

A refusal is reported to the caller; any other exception is a bug of ours.
"""

from typing import NamedTuple

from domain.base.texts import N_


class Fault(NamedTuple):
    """One thing wrong with an input. `field` is a JSON Pointer into the body, or a header or query name."""

    field: str
    code: str
    detail: str


class Refusal(Exception):
    """Base of all refusals. `code` never changes once published; `title` is for people.

    `field` names what is at fault, as in `Fault`, where it is always the same. Trying again helps after
    `retry_after` seconds, if at all.
    """

    code = "refused"
    title = N_("The request was refused")
    field = ""
    retry_after: int | None = None

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)

    @property
    def detail(self) -> str:
        """What happened: `str` of the refusal, as a message that can be translated."""
        said: str = self.args[0]
        return said


class InvalidInput(Refusal):
    """The input breaks rules; `faults` lists every one of them at once."""

    code = "invalid_input"
    title = N_("The input has faults")

    def __init__(self, faults: list[Fault]) -> None:
        first = faults[0]
        more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
        super().__init__(f"{first.field}: {first.detail}{more}")
        self.faults = faults


class NotFound(Refusal):
    """Absent, foreign, unpublished or forbidden: all get the same answer."""

    code = "not_found"
    title = N_("There is nothing here")


class Unauthenticated(Refusal):
    code = "unauthenticated"
    title = N_("Sign in first")


class Forbidden(Refusal):
    code = "forbidden"
    title = N_("This is not allowed")


class NoAccount(Forbidden):
    code = "no_account"
    title = N_("This person has not signed in to iZwop yet")


class ForgedRequest(Forbidden):
    code = "forged_request"
    title = N_("The request did not come from our own pages")


class Conflict(Refusal):
    code = "conflict"
    title = N_("The request conflicts with what is stored")


class HandleTaken(Conflict):
    code = "handle_taken"
    field = "/handle"
    title = N_("This handle is taken")


class HandleLookalike(Conflict):
    code = "handle_lookalike"
    field = "/handle"
    title = N_("This handle looks like one that is taken")


class ProfileInUse(Conflict):
    code = "profile_in_use"
    title = N_("This profile still has cards")


class UploadMissing(Conflict):
    code = "upload_missing"
    title = N_("The picture has not been uploaded yet")


class UploadUnusable(Conflict):
    code = "upload_unusable"
    title = N_("The upload cannot be read; send it again with the headers of `upload` and no others")


class AlreadyUploaded(Conflict):
    code = "already_uploaded"
    title = N_("This image has its picture; make another image for another picture")


class ImageTooLarge(Refusal):
    code = "image_too_large"
    title = N_("The picture is larger than 5 MB")


class StaleVersion(Refusal):
    code = "stale_version"
    field = "If-Match"
    title = N_("It has changed since it was read")


class VersionRequired(Refusal):
    code = "version_required"
    field = "If-Match"
    title = N_("If-Match with the ETag that was read is required")


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    field = "Idempotency-Key"
    title = N_("This Idempotency-Key was used for another request")


class InternalError(Refusal):
    """A bug of ours; its cause is in the log only."""

    code = "internal_error"
    title = N_("Something went wrong on our side; trying again may help")


class Unavailable(Refusal):
    """A part we depend on is busy or down."""

    code = "unavailable"
    title = N_("iZwop is busy; try again shortly")
    retry_after = 2

    def __init__(self, detail: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after or self.retry_after

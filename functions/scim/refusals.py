"""Refusals as errors of SCIM (RFC 7644 §3.12)."""

import json
from typing import Final

import azure.functions as func

from domain.base import errors
from domain.organisations.directory.groups import TeamNameTaken
from domain.organisations.organisation import KnownAlready
from functions.framework.problems import status_of
from functions.framework.replies import reply

MEDIA_TYPE: Final = "application/scim+json"
_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_TYPES: Final[dict[type[errors.Refusal], str]] = {
    errors.InvalidInput: "invalidValue",
    KnownAlready: "uniqueness",
    TeamNameTaken: "uniqueness",
}
# What a fault is about, as SCIM calls it.
_NAMES: Final = {
    "/formatted": "name.formatted",
    "/given": "name.givenName",
    "/family": "name.familyName",
    "/display": "displayName",
    "/email": "emails",
    "/phone": 'phoneNumbers[type eq "work"]',
    "/mobile": 'phoneNumbers[type eq "mobile"]',
    "/number": "employeeNumber",
    "/name": "displayName",
}


async def refuse(
    req: func.HttpRequest,  # noqa: ARG001 - as pages do
    refusal: errors.Refusal,
) -> func.HttpResponse:
    status = status_of(type(refusal))
    if isinstance(refusal, errors.InvalidInput):
        # SCIM has 400 for what is wrong with a value.
        status = status.BAD_REQUEST
    headers = {}
    if status == status.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="izwop"'
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return told(status, _detail(refusal), scim_type_of(refusal), headers)


def scim_type_of(refusal: errors.Refusal) -> str:
    return next((_TYPES[family] for family in type(refusal).__mro__ if family in _TYPES), "")


def told(
    status: int, detail: str, scim_type: str = "", headers: dict[str, str] | None = None
) -> func.HttpResponse:
    said = {"schemas": [_ERROR], "status": str(int(status)), "detail": detail}
    if scim_type:
        said["scimType"] = scim_type
    return reply(json.dumps(said).encode(), status=status, content_type=MEDIA_TYPE, headers=headers)


def _detail(refusal: errors.Refusal) -> str:
    """Each fault with its attribute. Never a value."""
    if not isinstance(refusal, errors.InvalidInput):
        return str(refusal)
    return "; ".join(f"{_NAMES.get(at, at.lstrip('/'))} {detail}" for at, _, detail in refusal.faults)

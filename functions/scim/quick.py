"""What directories ask most, answered without the library: a person by id, and a person by one filter.

The answers are the library's, byte for byte. Whatever is asked in another way is the library's to answer.
"""

import re
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import azure.functions as func
from scim2_server.responses import ScimResponse

import wiring.site
from domain.organisations.directory.connection import PersonKey
from domain.organisations.directory.people import is_known, known_by
from domain.organisations.organisation import KeyKind, Member
from functions.scim.resources import told_of

_ONE: Final = re.compile("Users/(mem_[a-z2-7]{26})")
_FILTER: Final = re.compile(r'(userName|externalId) eq "([^"\\\x00-\x1f]+)"')
_KEYS: Final[dict[str, KeyKind]] = {"userName": "user_name", "externalId": "external_id"}
_CONDITIONS: Final = ("if-match", "if-none-match")
_LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def base_url() -> str:
    return f"{wiring.site.origin()}/scim/v2"


def person_asked(req: func.HttpRequest) -> PersonKey | None:
    """Whom a request is about, so that they are read with the token."""
    path = req.route_params.get("path") or ""
    if one := _ONE.fullmatch(path):
        return "id", one[1]
    query = parse_qsl(req.url.partition("?")[2], keep_blank_values=True)
    if path != "Users" or req.method != "GET" or [name for name, _ in query] != ["filter"]:
        return None
    asked = _FILTER.fullmatch(query[0][1])
    return (_KEYS[asked[1]], asked[2]) if asked else None


def quick_answer(
    req: func.HttpRequest, about: PersonKey | None, person: Member | None
) -> ScimResponse | None:
    """The answer, if it is one of these."""
    if about is None or req.method != "GET" or any(name in req.headers for name in _CONDITIONS):
        return None
    kind, value = about
    if kind != "id":
        found = known_by(person, kind, value)
        return ScimResponse(HTTPStatus.OK, _listed([told_of(found, base_url())] if found else []))
    if "?" in req.url or person is None or not is_known(person):
        return None
    told = told_of(person, base_url())
    meta = told["meta"]
    return ScimResponse(HTTPStatus.OK, told, {"Content-Location": meta["location"], "ETag": meta["version"]})


def _listed(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schemas": [_LIST],
        "totalResults": len(found),
        "startIndex": 1,
        "itemsPerPage": len(found),
        "Resources": found,
    }

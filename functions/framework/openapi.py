"""`/api/v1/openapi.json`: the API's description, made from the operations that serve it."""

import json
import re
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import wiring.site
from domain.base import errors
from domain.base.ids import ID_PREFIXES
from domain.base.limits import TooManyRequests
from domain.sign_in.fresh import FreshSignInNeeded
from functions.framework import doors
from functions.framework.doors import API, resolve
from functions.framework.operations import MAX_LIMIT, Operation
from functions.framework.problems import (
    BadBody,
    BodyTooLarge,
    LengthRequired,
    MediaTypeRefused,
    Problem,
    status_of,
)

_BINARY = {"type": "string", "format": "binary"}
_ALWAYS: tuple[type[errors.Refusal], ...] = (
    errors.Unauthenticated,
    errors.NoAccount,
    errors.ForgedRequest,
    errors.Unavailable,
    TooManyRequests,
)


class _Described(NamedTuple):
    """A door of the API and the operation behind it."""

    name: str
    method: str
    path: str
    operation: Operation


@cache
def _described() -> tuple[_Described, ...]:
    """Every operation of the API. Imports the modules of all of them."""
    return tuple(
        _Described(door.name, door.method, door.path, resolve(door.handler))
        for door in doors.REGISTERED.values()
        if isinstance(door, doors.Operation)
    )


def _refusals(path: str, operation: Operation) -> list[type[errors.Refusal]]:
    refusals = [*_ALWAYS, *operation.conflicts]
    if "{" in path:
        refusals.append(errors.NotFound)
    if operation.body:
        refusals += [BadBody, MediaTypeRefused, BodyTooLarge, LengthRequired]
    if operation.takes:
        refusals += [MediaTypeRefused, LengthRequired]
    if operation.body or operation.takes or operation.query or operation.lists or operation.creates:
        refusals.append(errors.InvalidInput)
    if operation.fresh:
        refusals.append(FreshSignInNeeded)
    if operation.versioned:
        refusals += [errors.StaleVersion, errors.VersionRequired]
    return refusals


def _kind_in(name: str) -> str:
    """The kind of thing that a parameter names: `otherContactId` is the id of a contact."""
    return re.split("(?=[A-Z])", name.removesuffix("Id"))[-1].lower()


def _parameters(path: str, operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {
                "type": "string",
                "pattern": f"^{ID_PREFIXES[_kind_in(name)]}_[a-z2-7]{{26}}$",
            },
        }
        for name in re.findall(r"{(\w+)}", path)
    ]
    if operation.versioned:
        found.append(
            {"name": "If-Match", "in": "header", "required": True,
             "schema": {"type": "string", "pattern": '^"[0-9]{1,15}"$'},
             "description": "The ETag that was read.", "example": '"1"'}
        )  # fmt: skip
    if operation.creates:
        found.append(
            {"name": "Idempotency-Key", "in": "header",
             "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
             "description": "Repeating a create with the same key, within a day, answers the same."}
        )  # fmt: skip
    if operation.lists:
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 25}
        found.append({"name": "limit", "in": "query", "schema": limit})
        found.append(
            {"name": "cursor", "in": "query",
             "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{0,100}$"},
             "description": "`page.next` of the page before."}
        )  # fmt: skip
    if operation.query:
        described = operation.query.model_json_schema(by_alias=True)
        for name, schema in described["properties"].items():
            required = name in described.get("required", [])
            found.append({"name": name, "in": "query", "required": required, "schema": schema})
    return found


def _collection(described: _Described) -> str:
    """Path of the collection that the answer is of: long work, a part of another thing, or a thing itself."""
    path, answer = described.path, described.operation.answer
    if answer is not None and answer.__name__ == "WorkOut":
        return "work"
    if _gives_several(described.operation) and _leads_on(path):
        return path
    if not described.operation.creates:
        return path[: path.rindex("/{")] if re.search("{.*{", path) else path.partition("/{")[0]
    places = (path, path.rpartition("/")[2], path.partition("/{")[0])
    return next(filter(_leads_on, places), path)


def _leads_on(path: str) -> bool:
    """Whether one of a collection at this path is the subject of an operation."""
    return any(target.path.startswith(f"{path}/{{") for target in _described())


def _links(described: _Described) -> dict[str, Any]:
    """Links from the answer that is one thing of a collection to the operations on that thing."""
    operation = described.operation
    if operation.answer is None or operation.lists or (operation.query and not operation.creates):
        return {}
    if not _has_id(operation.answer):
        return {}
    links = {}
    collection = _collection(described)
    above = {f"path.{name}": f"$request.path.{name}" for name in re.findall(r"{(\w+)}", collection)}
    for target in _described():
        found = re.match(f"{re.escape(collection)}/{{(\\w+)}}", target.path)
        if found is None:
            continue
        place = "data/0/id" if _gives_several(operation) else "id"
        values = above | {f"path.{found[1]}": f"$response.body#/{place}"}
        if target.operation.versioned and not _gives_several(operation):
            values["header.If-Match"] = "$response.header.ETag"
        links[target.name] = {"operationId": target.name, "parameters": values}
    return links


def _has_id(answer: type[BaseModel]) -> bool:
    """Whether what is answered, or the first of several, says its id."""
    several = answer.model_fields.get("data")
    one = get_args(several.annotation)[0] if several is not None else answer
    return "id" in getattr(one, "model_fields", {})


def _gives_several(operation: Operation) -> bool:
    """Whether the answer is a list, which has no version of its own."""
    return operation.answer is not None and "data" in operation.answer.model_fields


def _answer(described: _Described) -> dict[str, Any]:
    operation = described.operation
    answer: dict[str, Any] = {"description": operation.summary}
    headers: dict[str, Any] = {}
    if operation.answer:
        schema = _schemas()[0][operation.answer]
        answer["content"] = {"application/json": {"schema": schema}}
    elif operation.gives:
        answer["content"] = {operation.gives: {"schema": _BINARY}}
    if operation.answer and (operation.creates or operation.versioned) and not _gives_several(operation):
        headers["ETag"] = {"required": True, "schema": {"type": "string"}}
    if operation.creates:
        headers["Location"] = {"required": True, "schema": {"type": "string"}}
    if headers:
        answer["headers"] = headers
    if links := _links(described):
        answer["links"] = links
    return answer


def _describe(described: _Described) -> dict[str, Any]:
    name, method, path, operation = described
    responses: dict[str, Any] = {str(int(operation.status)): _answer(described)}
    by_status: dict[str, list[str]] = {}
    for refusal in _refusals(path, operation):
        by_status.setdefault(str(int(status_of(refusal))), []).append(f"`{refusal.code}`: {refusal.title}.")
    for status, sentences in sorted(by_status.items()):
        responses[status] = {
            "description": " ".join(sentences),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    shown: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "security": [
            {"bearer": []},
            {"session": []} if method == "GET" else {"session": [], "csrf": []},
        ],
        "parameters": _parameters(path, operation),
        "responses": responses,
    }
    if operation.body:
        schema = _schemas()[0][operation.body]
        shown["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif operation.takes:
        content = {media_type: {"schema": _BINARY} for media_type in operation.takes}
        shown["requestBody"] = {"required": True, "content": content}
    return shown


@cache
def _schemas() -> tuple[dict[type[BaseModel], dict[str, Any]], dict[str, Any]]:
    """References to the models of all operations, and the schemas that they lead to."""
    operations = [described.operation for described in _described()]
    inputs = {operation.body for operation in operations if operation.body}
    outputs = {operation.answer for operation in operations if operation.answer} | {Problem}
    references, schemas = models_json_schema(
        sorted([(model, "validation") for model in inputs | outputs], key=lambda pair: pair[0].__qualname__),
        ref_template="#/components/schemas/{model}",
        by_alias=True,
    )
    found = {model: schema for (model, _mode), schema in references.items() if issubclass(model, BaseModel)}
    return found, schemas["$defs"]


@cache
def document() -> bytes:
    paths: dict[str, Any] = {}
    for described in _described():
        paths.setdefault(f"/{API}/{described.path}", {})[described.method.lower()] = _describe(described)
    paths[f"/{API}/openapi.json"] = {"get": _own_description()}
    written = {
        "openapi": "3.1.0",
        "info": {
            "title": "iZwop",
            "version": "1",
            "description": "Profiles, cards and contacts of the signed-in person. Refusals are problem"
            " details: their `code` is stable, and `errors` lists every fault at once.",
        },
        "servers": [{"url": wiring.site.origin()}],
        "paths": paths,
        "components": {
            "schemas": _schemas()[1],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }
    return json.dumps(written, ensure_ascii=False).encode()


def _own_description() -> dict[str, Any]:
    answer = {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": "site_openapi",
        "summary": "This document",
        "security": [],
        "responses": {"200": answer},
    }

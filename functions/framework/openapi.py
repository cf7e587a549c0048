"""`/api/v1/openapi.json`: the API's description, made from the operations that serve it."""

import json
import re
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

import wiring
from domain.base import errors
from functions.framework.operations import MAX_LIMIT, OPERATIONS, PREFIX, Operation
from functions.framework.problems import (
    BadBody,
    BodyTooLarge,
    LengthRequired,
    MediaTypeRefused,
    Problem,
    status_of,
)

_PARAMETER = {"cards": "cardId", "profiles": "profileId", "images": "imageId"}
_ID_PREFIX = {"cardId": "crd", "profileId": "prf", "imageId": "img"}
_BINARY = {"type": "string", "format": "binary"}
_ALWAYS: tuple[type[errors.Refusal], ...] = (
    errors.Unauthenticated,
    errors.NoAccount,
    errors.ForgedRequest,
    errors.Unavailable,
)


def _refusals(operation: Operation) -> list[type[errors.Refusal]]:
    refusals = [*_ALWAYS, *operation.conflicts]
    if "{" in operation.path or operation.name == "get_account":
        refusals.append(errors.NotFound)
    if operation.body:
        refusals += [BadBody, MediaTypeRefused, BodyTooLarge, LengthRequired]
    if operation.takes:
        refusals += [BadBody, MediaTypeRefused, LengthRequired]
    if operation.body or operation.query or operation.lists or operation.creates:
        refusals.append(errors.InvalidInput)
    if operation.versioned:
        refusals += [errors.StaleVersion, errors.VersionRequired]
    return refusals


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{_ID_PREFIX[name]}_[a-z2-7]{{26}}$"},
        }
        for name in re.findall(r"{(\w+)}", operation.path)
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
            required = name in described["required"]
            found.append({"name": name, "in": "query", "required": required, "schema": schema})
    return found


def _links(operation: Operation) -> dict[str, Any]:
    """How what a create or a change answers leads to the next operations on the same thing."""
    if (
        operation.answer is None
        or operation.lists
        or operation.query
        or operation.name in ("get_account", "get_session")
    ):
        return {}
    parameter = _PARAMETER[operation.path.partition("/")[0]]
    links = {}
    for target in OPERATIONS:
        if f"{{{parameter}}}" not in target.path:
            continue
        values = {f"path.{parameter}": "$response.body#/id"}
        if target.versioned:
            values["header.If-Match"] = "$response.header.ETag"
        links[target.name] = {"operationId": target.name, "parameters": values}
    return links


def _answer(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": operation.summary}
    headers: dict[str, Any] = {}
    if operation.answer:
        schema = {"$ref": f"#/components/schemas/{operation.answer.__name__}"}
        described["content"] = {"application/json": {"schema": schema}}
    elif operation.gives:
        described["content"] = {operation.gives: {"schema": _BINARY}}
    if operation.answer and (operation.creates or operation.versioned):
        headers["ETag"] = {"required": True, "schema": {"type": "string"}}
    if operation.creates:
        headers["Location"] = {"required": True, "schema": {"type": "string"}}
    if headers:
        described["headers"] = headers
    if links := _links(operation):
        described["links"] = links
    return described


def _describe(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {str(int(operation.status)): _answer(operation)}
    by_status: dict[str, list[str]] = {}
    for refusal in _refusals(operation):
        by_status.setdefault(str(int(status_of(refusal))), []).append(f"`{refusal.code}`: {refusal.title}.")
    for status, sentences in sorted(by_status.items()):
        responses[status] = {
            "description": " ".join(sentences),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [
            {"bearer": []},
            {"session": []} if operation.method == "GET" else {"session": [], "csrf": []},
        ],
        "parameters": _parameters(operation),
        "responses": responses,
    }
    if operation.body:
        schema = {"$ref": f"#/components/schemas/{operation.body.__name__}"}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif operation.takes:
        content = {media_type: {"schema": _BINARY} for media_type in operation.takes}
        described["requestBody"] = {"required": True, "content": content}
    return described


@cache
def document() -> bytes:
    inputs = {operation.body for operation in OPERATIONS if operation.body}
    outputs = {operation.answer for operation in OPERATIONS if operation.answer} | {Problem}
    _, schemas = models_json_schema(
        sorted([(model, "validation") for model in inputs | outputs], key=lambda pair: pair[0].__name__),
        ref_template="#/components/schemas/{model}",
        by_alias=True,
    )
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/{PREFIX}/{operation.path}", {})[operation.method.lower()] = _describe(operation)
    paths[f"/{PREFIX}/openapi.json"] = {"get": _own_description()}
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "iZwop",
            "version": "1",
            "description": "Profiles and cards of the signed-in person. Refusals are problem details: their"
            " `code` is stable, and `errors` lists every fault at once.",
        },
        "servers": [{"url": wiring.services().settings.public_origin}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }
    return json.dumps(described, ensure_ascii=False).encode()


def _own_description() -> dict[str, Any]:
    answer = {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": "get_openapi",
        "summary": "This document",
        "security": [],
        "responses": {"200": answer},
    }

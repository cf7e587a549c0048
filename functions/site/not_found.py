"""Fallback for every path without a function of its own."""

import re

import azure.functions as func

from domain.base.errors import NotFound
from functions.framework.doors import API, REGISTERED, Operation
from functions.framework.problems import MethodNotAllowed, problem


async def show_not_found(req: func.HttpRequest) -> func.HttpResponse:
    path = req.route_params.get("path", "")
    if allowed := _allowed_methods(path):
        return problem(MethodNotAllowed(), {"Allow": ", ".join(allowed)})
    raise NotFound


def _allowed_methods(path: str) -> list[str]:
    """Methods of the API's operations at a path, the OpenAPI document included."""
    if path == f"{API}/openapi.json":
        return ["GET"]
    return sorted(
        door.method
        for door in REGISTERED.values()
        if isinstance(door, Operation)
        and re.fullmatch(f"{API}/" + re.sub(r"{\w+}", "[^/]+", door.path), path)
    )

"""What no other function answers. The host takes routes by function name, so this one comes last."""

import re

import azure.functions as func

from domain.base.errors import NotFound
from functions.framework.operations import OPERATIONS, PREFIX
from functions.framework.pages import page_endpoint
from functions.framework.problems import MethodNotAllowed, problem

bp = func.Blueprint()


@bp.function_name("zz_unknown_path")
@bp.route(route="{*path}")
@page_endpoint
async def zz_unknown_path(req: func.HttpRequest) -> func.HttpResponse:
    path = req.route_params.get("path", "")
    if allowed := _allowed_methods(path):
        return problem(MethodNotAllowed(), {"Allow": ", ".join(allowed)})
    raise NotFound


def _allowed_methods(path: str) -> list[str]:
    if path == f"{PREFIX}/openapi.json":
        return ["GET"]
    return sorted(
        operation.method
        for operation in OPERATIONS
        if re.fullmatch(f"{PREFIX}/" + re.sub(r"{\w+}", "[^/]+", operation.path), path)
    )

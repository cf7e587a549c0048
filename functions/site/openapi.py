"""The door of the API's description."""

import azure.functions as func

from functions.framework.openapi import document
from functions.framework.operations import PREFIX
from functions.framework.problems import endpoint
from functions.framework.replies import reply

bp = func.Blueprint()


@bp.function_name("get_openapi")
@bp.route(route=f"{PREFIX}/openapi.json", methods=["GET"])
@endpoint
async def get_openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the trigger's binding
    return reply(document(), headers={"Cache-Control": "public, max-age=300"})

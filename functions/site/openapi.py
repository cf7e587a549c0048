"""Handler of the OpenAPI document."""

import azure.functions as func

from functions.framework.openapi import document
from functions.framework.replies import reply


async def show_openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the door passes it
    return reply(document(), headers={"Cache-Control": "public, max-age=300"})

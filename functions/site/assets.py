"""The door of hashed assets."""

import azure.functions as func

from domain.base.errors import NotFound
from functions.framework.assets import scripts
from functions.framework.pages import page_endpoint
from functions.framework.replies import reply

bp = func.Blueprint()


@bp.function_name("site_asset")
@bp.route(route="assets/{name}", methods=["GET", "HEAD"])
@page_endpoint
async def site_asset(req: func.HttpRequest) -> func.HttpResponse:
    text = scripts().get(req.route_params["name"])
    if text is None:
        raise NotFound
    return reply(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )

"""Test app that shows the requests that the host passes on, and the host's treatment of replies."""

import functools
import json

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
blueprint = func.Blueprint()


def traced(handler):
    @functools.wraps(handler)
    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        return await handler(req)

    return wrapped


def described(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode("latin-1"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route(route="echo/{part?}")
@traced
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@app.route()
def named_by_itself(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return func.HttpResponse(f"{context.function_name} {context.invocation_id}")


@blueprint.route(route="numbers/{number:int}", methods=["GET"])
async def number(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@blueprint.route(route="files/{*path}", methods=["GET"])
async def files(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@blueprint.route(route="Cards/{handle:regex(^[a-z-]+$)}", methods=["GET", "HEAD"])
async def card_page(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("page of " + req.route_params["handle"])


@blueprint.route(route="Cards/{handle}.vcf", methods=["GET"])
async def card_vcf(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("vcf of " + req.route_params["handle"])


@app.route(route="fails", methods=["POST"])
async def fails(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("the reason of the failure")


@app.route(route="returns/{what}")
async def returns(req: func.HttpRequest):
    return {"none": None, "dict": {"a": 1}, "bytes": b"x", "str": '{"body": "x", "status": 201}'}[
        req.route_params["what"]
    ]


@app.route(route="headers")
async def headers(req: func.HttpRequest) -> func.HttpResponse:
    reply = func.HttpResponse(b"", status_code=204)
    for name, value in req.get_json():
        reply.headers.add(name, value)
    return reply


@app.route(route="status/{code:int}")
async def status(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("some text", status_code=int(req.route_params["code"]))


@app.route(route="secret", auth_level=func.AuthLevel.FUNCTION)
async def secret(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("let in")


app.register_functions(blueprint)

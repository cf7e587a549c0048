"""Check of requests and answers by Mailchimp's own description of its API.

The description is closed: a member that it does not name is an error.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

FILE = Path(__file__).parent / "data/mailchimp/marketing-3.0.55.json"
HOST = "https://server.api.mailchimp.com"


@cache
def description() -> OpenAPI:
    problems = {"application/problem+json": json.loads}
    config = Config(spec_validator_cls=None, extra_media_type_deserializers=problems)
    return OpenAPI.from_dict(_closed(json.loads(FILE.read_text())), config=config)


def check(answer: httpx.Response) -> Any:
    """The JSON of an answer, once the description has accepted it and its request."""
    asked = answer.request
    path = "/3.0" + (asked.url.path.partition("/3.0")[2] or "/")
    request = MockRequest(
        HOST,
        asked.method.lower(),
        path,
        args=dict(asked.url.params),
        headers=dict(asked.headers),
        data=asked.content or None,
        content_type="application/json",
    )
    description().validate_request(request)
    content_type = answer.headers.get("content-type", "application/json").partition(";")[0]
    response = MockResponse(data=answer.content, status_code=answer.status_code, content_type=content_type)
    description().validate_response(request, response)
    return answer.json() if answer.content else None


def _closed(held: Any) -> Any:
    if isinstance(held, list):
        return [_closed(each) for each in held]
    if not isinstance(held, dict):
        return held
    # A discriminator leads to schemas by name, of which this description has none.
    closed = {name: _closed(value) for name, value in held.items() if name != "discriminator"}
    if isinstance(held.get("properties"), dict) and held.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed

"""Check of requests and answers by the schemas of Google's discovery documents, closed to unknown members."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent / "data/google"


@cache
def document(name: str) -> dict[str, Any]:
    found = json.loads((FOLDER / f"{name}.json").read_text())
    found["$defs"] = {schema: _closed(body) for schema, body in found["schemas"].items()}
    return found


def check(answer: httpx.Response, method: str, of: str = "analyticsdata.v1beta") -> Any:
    """The JSON of an answer, once the schemas of a method have accepted it and its request."""
    asked = document(of)["methods"][method]
    assert answer.request.method == asked["httpMethod"]
    if "request" in asked:
        fits(json.loads(answer.request.content), asked["request"]["$ref"], of)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), asked["response"]["$ref"], of)
    return answer.json()


def fits(body: Any, schema: str, of: str = "analyticsdata.v1beta") -> None:
    """Raise ValidationError where it does not."""
    Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": document(of)["$defs"]}).validate(body)


def _closed(held: Any) -> Any:
    """A schema of JSON Schema: references lead to `$defs`, and numbers of 64 bits may be texts only."""
    if isinstance(held, list):
        return [_closed(each) for each in held]
    if not isinstance(held, dict):
        return held
    if isinstance(held.get("$ref"), str):
        return {"$ref": f"#/$defs/{held['$ref']}"}
    closed = {name: _closed(value) for name, value in held.items() if name not in ("id", "readOnly")}
    if isinstance(held.get("properties"), dict):
        closed["additionalProperties"] = False
    return closed

"""Check of requests: bodies by the models that HubSpot generated for its own client, paths by a list of ours.

The models have the shapes of an earlier version of the API, so its paths would be wrong.
"""

import json
import re
from collections.abc import Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

_OBJECTS = r"/crm/objects/2026-09/(contacts|companies|calls|emails|meetings)"
_NAMED = r"/crm/properties/2026-09/(contacts|companies)"
_BATCH = "BatchInputSimplePublicObject"
# The bodies of POST, by path: package and model.
_BODIES = {
    f"{_OBJECTS}/search": ("crm.contacts", "PublicObjectSearchRequest"),
    f"{_OBJECTS}/batch/read": ("crm.contacts", "BatchReadInputSimplePublicObjectId"),
    f"{_OBJECTS}/batch/update": ("crm.contacts", f"{_BATCH}BatchInput"),
    f"{_OBJECTS}/batch/upsert": ("crm.contacts", f"{_BATCH}BatchInputUpsert"),
    f"{_OBJECTS}/batch/archive": ("crm.contacts", f"{_BATCH}Id"),
    r"/crm/associations/2026-03/(contacts|calls|emails|meetings)/(companies|contacts)/batch/read": (
        "crm.associations.v4",
        "BatchInputPublicFetchAssociationsBatchRequest",
    ),
    _NAMED: ("crm.properties", "PropertyCreate"),
}
# The queries of GET, by path.
_QUERIES = {
    _OBJECTS: {"limit", "after", "properties", "archived"},
    "/crm/owners/2026-09": {"limit", "after"},
    rf"{_NAMED}(/izwop_id)?": set(),
    "/account-info/2026-09/details": set(),
}
# Members that the models add by themselves.
_DEFAULTS = {"objectTypeId", "dataSensitivity"}


def check(method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> None:
    if method == "GET":
        allowed = next((known for pattern, known in _QUERIES.items() if re.fullmatch(pattern, path)), None)
        assert allowed is not None, f"GET {path} is no path of the API"
        assert {*(params or ())} <= allowed, params
        return
    found = next((known for pattern, known in _BODIES.items() if re.fullmatch(pattern, path)), None)
    assert method == "POST", f"{method} {path} is no path of the API"
    assert found is not None, f"POST {path} is no path of the API"
    # Search turns no page beyond 10,000 results, and moves others out of sight: the filters move on instead.
    assert not (path.endswith("/search") and "after" in body)
    check_body(*found, body)


def check_body(api: str, model: str, body: Any) -> None:
    """Whether the model takes the whole body: what it does not know would be missing when it writes it."""
    package = import_module(f"hubspot.{api}")
    settings = package.Configuration()
    settings.client_side_validation = True
    package.Configuration.set_default(settings)
    client = package.ApiClient(settings)
    read = client.deserialize(SimpleNamespace(data=json.dumps(body)), model)
    written = client.sanitize_for_serialization(read)
    assert _without(written) == body


def _without(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if name not in _DEFAULTS}

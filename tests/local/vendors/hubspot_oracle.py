"""Check of answers by the models that HubSpot generated for its own client."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx


def shown(model: str, answer: httpx.Response, api: str = "crm.contacts") -> Any:
    """The answer as an object of a model; raises ValueError where it does not fit."""
    assert answer.is_success, answer.text
    return as_model(model, answer, api)


def as_model(model: str, answer: httpx.Response, api: str = "crm.contacts") -> Any:
    """As `shown`, also for refusals."""
    package = import_module(f"hubspot.{api}")
    settings = package.Configuration()
    settings.client_side_validation = True
    package.Configuration.set_default(settings)
    return package.ApiClient(settings).deserialize(SimpleNamespace(data=answer.text), model)

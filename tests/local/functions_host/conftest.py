"""Apps for the host: those kept under `apps/`, and one-off ones written to a temporary folder."""

import json
from pathlib import Path

import pytest

from local.azurite import Azurite
from local.functions_host import FunctionsHost

APPS = Path(__file__).parent / "apps"
STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
HOST_JSON = {
    "version": "2.0",
    "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
}


@pytest.fixture(scope="session")
def apps():
    return APPS


@pytest.fixture
def write_app(tmp_path):
    def write(source: str, host_json: dict | str | None = HOST_JSON) -> Path:
        tmp_path.joinpath("function_app.py").write_text(source)
        if host_json is not None:
            text = host_json if isinstance(host_json, str) else json.dumps(host_json)
            tmp_path.joinpath("host.json").write_text(text)
        return tmp_path

    return write


@pytest.fixture
async def load_app(write_app):
    """Load a one-off app; stopped again after the test."""
    hosts = []

    async def load(source: str, host_json=HOST_JSON, settings=STORAGE) -> FunctionsHost:
        hosts.append(await FunctionsHost.load(write_app(source, host_json), settings))
        return hosts[-1]

    yield load
    for host in hosts:
        await host.stop()


@pytest.fixture(scope="session")
def azurite():
    with Azurite() as running:
        yield running.connection_string

"""The local key vault, as the app and its SDK see it."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from adapters.vault.keys import VaultKey
from adapters.vault.sealing import VaultSeals
from domain.integrations.credentials import Credentials
from local import vault as local_vault
from local.vault import KEY

GIVEN = Credentials(kind="token", access_token="made-up-access")


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    started = await local_vault.start(logs=tmp_path, folder=tmp_path, token="made-up-token", memory=True)
    tls = ssl.create_default_context(cafile=started.ca_file)
    async with httpx.AsyncClient(verify=tls, trust_env=False, base_url=started.url) as client:
        yield client
    await started.child.stop()


async def test_it_refuses_by_name_what_it_does_not_have(http: httpx.AsyncClient) -> None:
    stranger = await http.get(f"/keys/{KEY}/?api-version=7.6")
    assert stranger.status_code == 401
    assert 'resource="https://vault.azure.net"' in stranger.headers["www-authenticate"]
    headers = {"Authorization": "Bearer made-up-token"}
    assert (await http.get(f"/keys/{KEY}/", headers=headers)).status_code == 400
    assert (await http.get(f"/keys/{KEY}/{'0' * 32}?api-version=7.6", headers=headers)).status_code == 404
    refused = await http.post(f"/keys/{KEY}/sign?api-version=7.6", headers=headers)
    assert refused.status_code == 400
    assert f"POST /keys/{KEY}/sign" in refused.text


async def test_it_unwraps_by_one_algorithm_and_only_what_its_key_wrapped(http: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer made-up-token"}
    key = (await http.get(f"/keys/{KEY}/?api-version=7.6", headers=headers)).json()["key"]
    assert key.keys() == {"kid", "kty", "key_ops", "n", "e"}
    for asked in ({"alg": "RSA1_5", "value": "AAAA"}, {"alg": "RSA-OAEP-256", "value": "AAAA"}):
        path = f"{key['kid']}/unwrapkey?api-version=7.6"
        assert (await http.post(path, headers=headers, json=asked)).status_code == 400


async def test_it_keeps_its_keys_across_a_restart(tmp_path: Path) -> None:
    sealed = None
    for _ in range(2):
        started = await local_vault.start(logs=tmp_path / "logs", folder=tmp_path, token="made-up-token")
        key = VaultKey(f"{started.url}/keys/{KEY}", token=started.token, ca_file=str(started.ca_file))
        seals = VaultSeals(key)
        sealed = sealed or await seals.seal("org_1", "src_1", 1, GIVEN)
        assert await seals.open("org_1", "src_1", sealed) == GIVEN
        await key.close()
        await started.child.stop()
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


async def test_the_app_seals_with_the_vault_of_the_local_cloud(host) -> None:
    import wiring.integrations  # noqa: PLC0415 - only once the host has set the environment

    seals = wiring.integrations.seals()
    sealed = await seals.seal("org_1", "src_1", 1, GIVEN)
    assert sealed.kid.startswith(f"{KEY}/")
    assert await seals.open("org_1", "src_1", sealed) == GIVEN


async def test_the_app_may_call_this_machine_where_it_runs_locally(host, cloud) -> None:
    import wiring.integrations.connectors  # noqa: PLC0415
    from adapters.outbound.client import Call  # noqa: PLC0415

    place = cloud.settings["COSMOS_ENDPOINT"]
    answer = await wiring.integrations.connectors.outbound().exchange(
        Call(method="GET", url=f"{place}/nothing")
    )
    assert answer.status >= 400

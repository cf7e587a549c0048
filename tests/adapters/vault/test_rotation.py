"""The key of the vault turns while credentials are stored: in the real store, by the local vault."""

import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from adapters.vault.keys import VaultKey
from adapters.vault.sealing import VaultSeals
from domain.integrations.connecting import StoredCredentials, held_credentials
from domain.integrations.credentials import Credentials
from domain.integrations.errors import AccessLost, CredentialsUnreadable

GIVEN = Credentials(kind="token", access_token="made-up-access")


@pytest.fixture
async def store(host):
    import wiring.integrations  # noqa: PLC0415 - only once the host has set the environment

    return wiring.integrations.credentials()


@pytest.fixture
async def workers(cloud):
    """Make the sealing of a worker that has just started."""
    given, made = cloud.settings, []

    def make() -> VaultSeals:
        key = VaultKey(
            given["CREDENTIALS_KEY_URL"], token=given["VAULT_TOKEN"], ca_file=given["VAULT_CA_FILE"]
        )
        made.append(key)
        return VaultSeals(key)

    yield make
    for each in made:
        await each.close()


async def turn(cloud) -> None:
    tls = ssl.create_default_context(cafile=cloud.settings["VAULT_CA_FILE"])
    headers = {"Authorization": f"Bearer {cloud.settings['VAULT_TOKEN']}"}
    async with httpx.AsyncClient(verify=tls, trust_env=False, headers=headers) as http:
        url = f"{cloud.settings['CREDENTIALS_KEY_URL']}/rotate?api-version=7.6"
        assert (await http.post(url)).status_code == 200


async def test_who_reads_them_after_a_turn_leaves_nothing_on_the_old_key(cloud, store, workers) -> None:
    sources = [f"src_turn{number}" for number in range(5)]
    for source in sources:
        sealed = await workers().seal("org_1", source, 1, GIVEN)
        await store.create(f"org_1:{source}", StoredCredentials(sealed=sealed))
    old = sealed.kid
    await turn(cloud)
    seals = workers()
    for source in sources:
        assert await held_credentials("org_1", source, store=store, seals=seals) == GIVEN
    kept = [await store.get(f"org_1:{source}") for source in sources]
    assert old not in {each.sealed.kid for each in kept}
    assert len({each.sealed.kid for each in kept}) == 1
    # A second look writes nothing.
    etags = [each.etag for each in kept]
    for source in sources:
        assert await held_credentials("org_1", source, store=store, seals=workers()) == GIVEN
    assert [(await store.get(f"org_1:{source}")).etag for source in sources] == etags


async def test_who_gets_new_ones_meanwhile_is_not_in_the_way(cloud, store, workers) -> None:
    sealed = await workers().seal("org_1", "src_busy", 1, GIVEN)
    until = datetime.now(UTC) + timedelta(seconds=30)
    await store.create("org_1:src_busy", StoredCredentials(sealed=sealed, renewing_until=until))
    before = await store.get("org_1:src_busy")
    await turn(cloud)
    assert await held_credentials("org_1", "src_busy", store=store, seals=workers()) == GIVEN
    assert (await store.get("org_1:src_busy")).etag == before.etag
    new = await workers().seal("org_1", "src_busy", 2, GIVEN)
    await store.save("org_1:src_busy", before.model_copy(update={"sealed": new, "renewing_until": None}))


async def test_an_older_sealing_that_is_put_back_does_not_open_as_the_present_one(store, workers) -> None:
    seals = workers()
    old = await seals.seal("org_1", "src_back", 1, GIVEN)
    forged = old.model_copy(update={"version": 2})
    await store.create("org_1:src_back", StoredCredentials(sealed=forged))
    with pytest.raises(CredentialsUnreadable):
        await held_credentials("org_1", "src_back", store=store, seals=workers())


async def test_a_source_without_credentials_has_lost_its_access(store, workers) -> None:
    with pytest.raises(AccessLost):
        await held_credentials("org_1", "src_none", store=store, seals=workers())

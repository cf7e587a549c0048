"""Sealed credentials against the local key vault, through the real SDK."""

import json
import logging
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adapters.vault.keys import NEWEST_SECONDS, VaultKey
from adapters.vault.sealing import MOST_OPENED, OPENED_SECONDS, VaultSeals
from domain.base.errors import Unavailable
from domain.integrations.credentials import Credentials, Sealed
from domain.integrations.errors import CredentialsUnreadable
from local import vault as local_vault
from local.vault import KEY, KeyVault

CANARY = "canary-4f1c9a"
GIVEN = Credentials(
    kind="oauth",
    access_token=f"access-{CANARY}",
    refresh_token=f"refresh-{CANARY}",
    expires_at=datetime(2026, 11, 27, 12, 30, tzinfo=UTC),
    extra={"instance_url": f"https://{CANARY}.example"},
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
async def running(tmp_path_factory) -> AsyncIterator[KeyVault]:
    folder = tmp_path_factory.mktemp("vault")
    started = await local_vault.start(logs=folder / "logs", folder=folder, token="made-up-token", memory=True)
    yield started
    await started.child.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def vault(running: KeyVault, clock: Clock) -> AsyncIterator[VaultSeals]:
    opened = worker(running, clock=clock)
    yield opened
    await opened._key.close()


def worker(running: KeyVault, *, clock: Clock | None = None, **changed: str) -> VaultSeals:
    """The sealing of another worker, which has nothing in its memory."""
    given = {"token": running.token, "ca_file": str(running.ca_file)} | changed
    clock = clock or Clock()
    return VaultSeals(
        VaultKey(given.pop("url", f"{running.url}/keys/{KEY}"), clock=clock, **given), clock=clock
    )


async def rotate(running: KeyVault) -> str:
    """Make the next version of the key, as `az keyvault key rotate` does; return its name."""
    tls = ssl.create_default_context(cafile=running.ca_file)
    async with httpx.AsyncClient(verify=tls, trust_env=False) as http:
        answer = await http.post(
            f"{running.url}/keys/{KEY}/rotate?api-version=7.6",
            headers={"Authorization": f"Bearer {running.token}"},
        )
    return f"{KEY}/{answer.json()['key']['kid'].rpartition('/')[2]}"


async def test_what_was_sealed_opens_as_it_was(vault: VaultSeals) -> None:
    sealed = await vault.seal("org_1", "src_1", 1, GIVEN)
    assert await vault.open("org_1", "src_1", sealed) == GIVEN


async def test_another_worker_opens_it_too(vault: VaultSeals, running: KeyVault) -> None:
    sealed = await vault.seal("org_1", "src_1", 1, GIVEN)
    stored = json.loads(sealed.model_dump_json())
    other = worker(running)
    assert await other.open("org_1", "src_1", Sealed.model_validate(stored)) == GIVEN
    await other._key.close()


async def test_each_sealing_has_a_key_of_its_own(vault: VaultSeals) -> None:
    first, second = [await vault.seal("org_1", "src_1", number, GIVEN) for number in (1, 1)]
    keys = [await vault._key.unwrap(each.wrapped_key, each.kid) for each in (first, second)]
    assert keys[0] != keys[1]
    assert [len(set(key)) > 20 for key in keys] == [True, True]
    assert first.ciphertext != second.ciphertext


@pytest.mark.parametrize(
    ("org", "source", "changed"),
    [
        ("org_2", "src_1", {}),
        ("org_1", "src_2", {}),
        ("org_1", "src_1", {"version": 4}),
        ("org_1", "src_1", {"ciphertext": "AAAA"}),
        ("org_1", "src_1", {"ciphertext": "not base64"}),
        ("org_1", "src_1", {"wrapped_key": "AAAA"}),
        ("org_1", "src_1", {"wrapped_key": "not base64"}),
        ("org_1", "src_1", {"kid": f"another/{'0' * 32}", "wrapped_key": "AAAA"}),
        ("org_1", "src_1", {"kid": f"{KEY}/../secrets", "wrapped_key": "AAAA"}),
        ("org_1", "src_1", {"kid": "", "wrapped_key": "AAAA"}),
    ],
    ids=str,
)
async def test_what_belongs_elsewhere_or_was_changed_does_not_open(vault, org, source, changed) -> None:
    sealed = await vault.seal("org_1", "src_1", 3, GIVEN)
    with pytest.raises(CredentialsUnreadable):
        await vault.open(org, source, sealed.model_copy(update=changed))


async def test_after_a_rotation_old_ones_open_and_new_ones_use_the_new_key(
    vault: VaultSeals, running: KeyVault, clock: Clock
) -> None:
    old = await vault.seal("org_1", "src_1", 1, GIVEN)
    newest = await rotate(running)
    assert old.kid != newest
    clock.now += max(NEWEST_SECONDS, OPENED_SECONDS)
    assert await vault.open("org_1", "src_1", old) == GIVEN
    new = await vault.seal("org_1", "src_1", 2, GIVEN)
    assert new.kid == newest


async def test_rewrapped_it_needs_the_old_key_no_more(
    vault: VaultSeals, running: KeyVault, clock: Clock
) -> None:
    sealed = [await vault.seal("org_1", f"src_{number}", 1, GIVEN) for number in range(3)]
    newest = await rotate(running)
    clock.now += NEWEST_SECONDS
    again = [await vault.rewrap("org_1", f"src_{number}", each) for number, each in enumerate(sealed)]
    assert {each.kid for each in again} == {newest}
    assert [each.ciphertext for each in again] == [each.ciphertext for each in sealed]
    other = worker(running)
    for number, each in enumerate(again):
        assert await other.open("org_1", f"src_{number}", each) == GIVEN
        assert await vault.rewrap("org_1", f"src_{number}", each) is each
    await other._key.close()


async def test_what_does_not_open_is_not_rewrapped(vault: VaultSeals) -> None:
    sealed = await vault.seal("org_1", "src_1", 1, GIVEN)
    with pytest.raises(CredentialsUnreadable):
        await vault.rewrap("org_1", "src_2", sealed)


async def test_a_worker_needs_the_vault_once_in_five_minutes_for_a_source(tmp_path: Path) -> None:
    clock = Clock()
    started = await local_vault.start(logs=tmp_path, folder=tmp_path, token="made-up-token", memory=True)
    first, second = worker(started), worker(started, clock=clock)
    sealed = await first.seal("org_1", "src_1", 1, GIVEN)
    assert await second.open("org_1", "src_1", sealed) == GIVEN
    await started.child.stop()
    clock.now += OPENED_SECONDS - 1
    assert await second.open("org_1", "src_1", sealed) == GIVEN
    clock.now += 1
    with pytest.raises(Unavailable):
        await second.open("org_1", "src_1", sealed)
    for each in (first, second):
        await each._key.close()


async def test_a_worker_keeps_a_bounded_number_of_keys(vault: VaultSeals) -> None:
    for number in range(MOST_OPENED + 5):
        vault._remember(str(number), b"")
    assert len(vault._opened) == MOST_OPENED
    assert "0" not in vault._opened


async def test_without_the_vault_nothing_is_sealed_or_opened(
    vault: VaultSeals, running: KeyVault, caplog
) -> None:
    sealed = await vault.seal("org_1", "src_1", 1, GIVEN)
    for away in (
        worker(running, token="another-token"),
        worker(running, url="https://localhost:9/keys/credentials"),
    ):
        with pytest.raises(Unavailable):
            await away.open("org_1", "src_1", sealed)
        with pytest.raises(Unavailable):
            await away.seal("org_1", "src_1", 1, GIVEN)
        await away._key.close()
    assert "vault_" in caplog.text


async def test_a_certificate_of_nobody_is_not_trusted(running: KeyVault) -> None:
    away = worker(running, ca_file="")
    with pytest.raises(Unavailable):
        await away.seal("org_1", "src_1", 1, GIVEN)
    await away._key.close()


async def test_a_dump_of_the_stores_tells_no_token(vault: VaultSeals, running: KeyVault) -> None:
    """Without the vault it is neither in plain text there, nor opened by any stored value as the key."""
    from base64 import urlsafe_b64decode  # noqa: PLC0415

    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    sealed = [await vault.seal("org_1", f"src_{number}", 1, GIVEN) for number in range(20)]
    dump = json.dumps([each.model_dump(mode="json") for each in sealed])
    raw = b"".join(
        urlsafe_b64decode(each.ciphertext) + urlsafe_b64decode(each.wrapped_key) for each in sealed
    )
    assert CANARY not in dump
    assert CANARY.encode() not in raw
    for number, each in enumerate(sealed):
        ciphertext = urlsafe_b64decode(each.ciphertext)
        for key in (raw[at : at + 32] for at in range(0, 2000, 32)):
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt(ciphertext[:12], ciphertext[12:], f"org_1:src_{number}:1".encode())


async def test_no_log_no_error_and_no_repr_tells_a_token(vault: VaultSeals, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    sealed = await vault.seal("org_1", "src_1", 1, GIVEN)
    with pytest.raises(CredentialsUnreadable) as refused:
        await vault.open("org_2", "src_1", sealed)
    said = [caplog.text, repr(GIVEN), str(GIVEN), GIVEN.model_dump_json(), str(GIVEN.model_dump())]
    said += [repr(sealed), repr(refused.value), repr(vault), repr(vault._key)]
    assert not [text for text in said if CANARY in text]
    assert CANARY in GIVEN.to_bytes().decode()
    assert all(CANARY in secret for secret in GIVEN.secrets())


@pytest.mark.parametrize(
    "url", ["http://v.example/keys/k", "https://v.example", "https://v.example/keys/k/1"]
)
def test_an_address_that_is_no_key_of_a_vault_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address of a key"):
        VaultKey(url)

"""Signing keys of the provider: times of fetching, and duration of use."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.entra.documents import ProviderDocuments
from adapters.entra.provider_client import MAX_BYTES, ProviderClient
from domain.base.errors import Unavailable
from tests.own_provider import OwnProvider, new_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = new_key()


@pytest.fixture(scope="module")
async def running(tmp_path_factory):
    provider = OwnProvider(tmp_path_factory.mktemp("provider"))
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture
def provider(running):
    running.reset()
    return running


@pytest.fixture
def documents(provider):
    return ProviderDocuments(provider.issuer, ProviderClient(provider.ca_file))


def after(**span):
    return NOW + timedelta(**span)


async def test_keys_and_discovery_are_fetched_once(provider, documents):
    for seconds in range(0, 3000, 60):
        assert await documents.signing_key("first", after(seconds=seconds))
    assert provider.calls == {"discovery": 1, "keys": 1}


async def test_a_new_key_is_accepted_after_one_fetch(provider, documents):
    await documents.signing_key("first", NOW)
    provider.keys["second"] = SECOND
    assert await documents.signing_key("second", after(seconds=1))
    assert provider.calls["keys"] == 2


async def test_a_thousand_unknown_keys_cause_one_fetch_in_five_minutes(provider, documents):
    await documents.signing_key("first", NOW)
    for number in range(1000):
        assert await documents.signing_key(f"unknown-{number}", after(seconds=number * 0.29)) is None
    assert provider.calls["keys"] == 2
    assert await documents.signing_key("unknown", after(minutes=5)) is None
    assert provider.calls["keys"] == 3


async def test_a_thousand_unknown_keys_at_once_cause_one_fetch(provider, documents):
    await asyncio.gather(*(documents.signing_key(f"unknown-{number}", NOW) for number in range(1000)))
    assert provider.calls == {"discovery": 1, "keys": 1}


async def test_during_a_flood_known_keys_go_on_working(provider, documents):
    await documents.signing_key("first", NOW)
    provider.gate = asyncio.Event()
    flood = [asyncio.create_task(documents.signing_key(f"unknown-{n}", after(hours=2))) for n in range(50)]
    async with asyncio.timeout(2):
        await provider.waiting.wait()
        assert await documents.signing_key("first", after(hours=2))
    provider.gate.set()
    assert await asyncio.gather(*flood) == [None] * 50
    assert provider.calls["keys"] == 2


async def test_the_last_good_keys_serve_for_a_day_while_the_provider_is_down(provider, documents):
    await documents.signing_key("first", NOW)
    provider.down = True
    for minutes in range(0, 24 * 60, 7):
        assert await documents.signing_key("first", after(minutes=minutes))
    assert provider.calls["keys"] <= 1 + 23 * 60 / 7 + 1
    with pytest.raises(Unavailable):
        await documents.signing_key("first", after(hours=24))
    provider.down = False
    assert await documents.signing_key("first", after(hours=24, seconds=10))


async def test_without_any_keys_nobody_is_believed_and_the_provider_is_spared(provider, documents):
    provider.down = True
    for second in range(60):
        with pytest.raises(Unavailable):
            await documents.signing_key("first", after(seconds=second))
    assert provider.calls["discovery"] <= 6
    provider.down = False
    assert await documents.signing_key("first", after(seconds=70))


async def test_a_withdrawn_key_is_refused_within_the_hour(provider, documents):
    provider.keys["second"] = SECOND
    await documents.signing_key("first", NOW)
    del provider.keys["first"]
    assert await documents.signing_key("first", after(minutes=59))
    assert await documents.signing_key("first", after(minutes=60)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'{"keys": null}',
        b'{"keys": [1, {}, {"kty": "RSA", "kid": 5}]}',
        b'{"keys": [{"kty": "RSA", "kid": "first", "n": "AQAB", "e": "AQAB"}]}',
        b'{"keys": [{"kty": "RSA", "kid": "first", "n": "!", "e": "%"}]}',
        b'{"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}]}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:24].decode() + f" ({len(body)})",
)
async def test_a_broken_key_set_is_no_key_set(provider, documents, body):
    provider.jwks_body = body
    with pytest.raises(Unavailable):
        await documents.signing_key("first", NOW)


async def test_a_key_set_that_is_too_large_is_not_read(provider, documents):
    good = json.dumps({"keys": [provider.jwk("first", provider.signer)]})
    provider.jwks_body = good.encode() + b" " * (MAX_BYTES - len(good))
    assert await documents.signing_key("first", NOW)
    provider.jwks_body += b" "
    with pytest.raises(Unavailable):
        await ProviderDocuments(provider.issuer, ProviderClient(provider.ca_file)).signing_key("first", NOW)


async def test_a_key_too_short_to_be_safe_is_passed_over(provider, documents):
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    provider.keys["short"] = short
    assert await documents.signing_key("short", NOW) is None
    assert await documents.signing_key("first", NOW)


async def test_a_broken_key_set_does_not_replace_a_good_one(provider, documents):
    await documents.signing_key("first", NOW)
    provider.jwks_body = json.dumps({"keys": []}).encode()
    assert await documents.signing_key("unknown", after(minutes=10)) is None
    assert await documents.signing_key("first", after(minutes=10))


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://thief.example/v2.0"},
        {"issuer": ""},
        {"jwks_uri": "http://localhost/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "//thief.example"},
    ],
    ids=str,
)
async def test_a_discovery_document_that_is_not_the_issuers_own_is_refused(provider, documents, changes):
    provider.discovery_changes = changes
    with pytest.raises(Unavailable):
        await documents.discovery(NOW)


async def test_a_crowd_finds_the_provider_down_with_one_request(provider, documents):
    provider.down = True
    answers = await asyncio.gather(*(documents.discovery(NOW) for _ in range(100)), return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert provider.calls == {"discovery": 1}


async def test_a_provider_with_an_unknown_certificate_is_not_believed(provider):
    with pytest.raises(Unavailable):
        await ProviderDocuments(provider.issuer, ProviderClient(None)).discovery(NOW)

"""Storage as in Azure: signed in with an identity, over https, without any account key."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
import trustme
from azure.storage.blob.aio import BlobClient

from adapters.storage.blobs import Blobs
from domain.base.errors import Unavailable
from local import processes
from local.azurite import Azurite

ROOT = Path(__file__).parents[3]
# OpenSSL reads which authorities to trust only once, so what trusts the test's own is a process of its own.
CHILD = """
import asyncio, json, os, sys
from datetime import UTC, datetime, timedelta
import azure.identity.aio, httpx, ssl
from domain.base.errors import Unavailable
from azure.core.credentials import AccessToken
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient
from adapters.storage.blobs import Blobs
from adapters.storage.queues import Queue
from domain.notifications.mail import MailOrder

class Identity:
    async def get_token(self, *scopes, **options):
        return AccessToken(os.environ["TOKEN"], 4102444800)
    async def close(self): pass
    async def __aenter__(self): return self
    async def __aexit__(self, *exc): pass

azure.identity.aio.DefaultAzureCredential = Identity

async def deploy(url, queues):
    async with BlobServiceClient(url, Identity()) as service:
        for name in ("uploads", "media"):
            await service.create_container(name)
    async with QueueServiceClient(queues, Identity()) as service:
        await service.create_queue("mail")

async def main(url, queues):
    blobs, mail, now, found = Blobs(None, url), Queue("mail", None, queues), datetime.now(UTC), {}
    try:
        await mail.send(MailOrder(kind="welcome", account_id="acc_a"))
    except Unavailable:
        found["queue before"] = "missing"
    signed = await blobs.sign_upload("acc_a", "img_a", now)
    async with BlobServiceClient(url, Identity()) as service:
        found["containers before"] = [container.name async for container in service.list_containers()]
    await deploy(url, queues)
    await mail.send(MailOrder(kind="welcome", account_id="acc_a"))
    waiting = await mail.waiting()
    found["mail"] = [waiting.count, waiting.set_aside]
    await mail.close()
    tls = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    async with httpx.AsyncClient(trust_env=False, verify=tls) as browser:
        found["put"] = (await browser.put(signed.url, content=b"photo", headers=signed.headers)).status_code
        found["again"] = (await browser.put(signed.url, content=b"other", headers=signed.headers)).status_code
        found["get"] = (await browser.get(signed.url)).status_code
        late = await blobs.sign_upload("acc_a", "img_b", now - timedelta(minutes=11))
        found["late"] = (await browser.put(late.url, content=b"late", headers=late.headers)).status_code
    found["read"] = (await blobs.read_upload("acc_a", "img_a", 100)).decode()
    found["signed"] = "skoid=" in signed.url and "spr=https" in signed.url
    await blobs.close()
    print(json.dumps(found))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def https_storage(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    port, queue_port = processes.free_port(), processes.free_port()
    azurite = Azurite(blob_port=port, queue_port=queue_port)
    command = [*azurite.command(), "--oauth", "basic", "--cert", str(tmp_path / "cert.pem"),
               "--key", str(tmp_path / "key.pem")]  # fmt: skip
    child = await processes.start("https storage", command, logs=tmp_path)
    await child.listens(port)
    await child.listens(queue_port)
    account = "devstoreaccount1"
    yield (
        f"https://localhost:{port}/{account}",
        f"https://localhost:{queue_port}/{account}",
        tmp_path / "ca.pem",
    )
    await child.stop()


def token() -> str:
    now = datetime.now(UTC)
    claims = {
        "aud": "https://storage.azure.com", "iss": "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
        "oid": "11111111-2222-3333-4444-666666666666", "tid": "11111111-2222-3333-4444-555555555555",
        "iat": now, "nbf": now - timedelta(minutes=1), "exp": now + timedelta(hours=1), "ver": "1.0",
    }  # fmt: skip
    return jwt.encode(claims, "k" * 32, algorithm="HS256")


async def test_an_identity_signs_with_a_delegated_key_sends_and_makes_nothing(https_storage) -> None:
    url, queues, authority = https_storage
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, queues,
        cwd=ROOT, env=os.environ | {"SSL_CERT_FILE": str(authority), "TOKEN": token()},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, faults = await process.communicate()
    assert process.returncode == 0, faults.decode()
    found = json.loads(told)
    assert found.pop("again") in (403, 409)
    assert found == {
        "queue before": "missing", "containers before": [], "mail": [1, 0],
        "put": 201, "get": 403, "late": 403, "read": "photo", "signed": True,
    }  # fmt: skip


async def test_storage_that_is_away_is_told_as_busy() -> None:
    place = f"BlobEndpoint=http://127.0.0.1:{processes.free_port()}/a;AccountName=a;AccountKey=a2V5"
    blobs = Blobs(place, None)
    with pytest.raises(Unavailable):
        await blobs.open_media(f"{'0' * 32}.webp")
    await blobs.close()


async def test_an_upload_that_was_worked_on_while_the_next_came_is_told_as_there(cloud, monkeypatch) -> None:
    properties = BlobClient.get_blob_properties

    async def just_gone(blob: BlobClient) -> object:
        await blob.delete_blob()
        return await properties(blob)

    monkeypatch.setattr(BlobClient, "get_blob_properties", just_gone)
    blobs = Blobs(cloud.settings["AzureWebJobsStorage"], None)
    try:
        assert await blobs.put_upload("acc_x", "img_z", b"first")
        assert not await blobs.put_upload("acc_x", "img_z", b"second")
    finally:
        await blobs.close()


async def test_an_upload_goes_where_browsers_reach_the_store(cloud) -> None:
    blobs = Blobs(cloud.settings["AzureWebJobsStorage"], None, "https://izwop.test")
    try:
        signed = await blobs.sign_upload("acc_x", "img_y", datetime.now(UTC))
    finally:
        await blobs.close()
    assert signed.url.startswith("https://izwop.test/uploads/acc_x/img_y?")
    assert "sig=" in signed.url

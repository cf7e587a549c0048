"""A copy of every store, and every log, after a system was connected and synced: no token is in them."""

import json
import logging
import os
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.functions.integrations.crm import Crm
from tests.functions.organisations.test_organisations import an_organisation
from tests.stored import each_of


async def in_storage(connection: str) -> AsyncIterator[tuple[str, bytes]]:
    """Every blob and every message of the storage account."""
    from azure.storage.blob.aio import BlobServiceClient  # noqa: PLC0415
    from azure.storage.queue.aio import QueueServiceClient  # noqa: PLC0415

    async with BlobServiceClient.from_connection_string(connection) as blobs:
        async for container in blobs.list_containers():
            place = blobs.get_container_client(container.name)
            async for blob in place.list_blobs():
                yield blob.name, await (await place.download_blob(blob.name)).readall()
    async with QueueServiceClient.from_connection_string(connection) as queues:
        async for queue in queues.list_queues():
            for message in await queues.get_queue_client(queue.name).peek_messages(max_messages=32):
                yield queue.name, message.content.encode()


async def places_in_stores(storage: str, words: list[str]) -> set[str]:
    import wiring  # noqa: PLC0415 - only once the host has set the environment

    found = set()
    async for container, document in each_of(wiring.database()):
        if any(word in json.dumps(document) for word in words):
            found.add(f"{container}/{document['id']}")
    async for name, content in in_storage(storage):
        if any(word.encode() in content for word in words):
            found.add(name)
    return found


async def test_a_copy_of_the_stores_and_the_logs_hold_no_token(
    host: Any, cloud: Any, signed_in: Any, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    storage = cloud.settings["AzureWebJobsStorage"]
    ada = await signed_in()
    org = await an_organisation(ada)
    origin = os.environ["VENDOR_ADDRESSES"].partition("hubspot=")[2].partition("/hubspot")[0]
    async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=30) as control:
        crm = Crm(host, ada, control, f"account-{secrets.token_hex(6)}", org["id"])
        token = (await crm.there("token"))["token"]
        body = {"kind": "hubspot", "name": "Our CRM", "tokens": {"access_token": token}}
        connected = await ada.api("POST", f"organisations/{org['id']}/sources", json=body)
        crm.source = connected.json()["id"]
        grace = await crm.contact(firstname="Grace", email="grace@example.com")
        await crm.map(direction="both", rule="newest")
        await crm.order()
        await crm.run()
        await crm.change((await crm.people())[grace], title="Rear admiral")
        await crm.fault(action="status", status=500, times=2)
        await crm.run()
    answers = [connected.text, json.dumps(await crm.get()), json.dumps(await crm.get("/runs"))]
    words = [token, b64encode(token.encode()).decode().rstrip("=")]
    assert await places_in_stores(storage, words) == set()
    assert not [word for word in words if word in caplog.text or word in "".join(answers)]
    # It was looked at where it is kept, and it opens with the vault.
    assert any("client_data" in place for place in await places_in_stores(storage, ["wrapped_key"]))
    import wiring.integrations  # noqa: PLC0415

    key = f"{org['id']}:{crm.source}"
    stored = await wiring.integrations.credentials().get(key)
    opened = await wiring.integrations.seals().open(org["id"], crm.source, stored.sealed)
    assert opened.access_token.get_secret_value() == token


@pytest.mark.parametrize("planted", ["document", "blob"])
async def test_a_token_that_is_kept_somewhere_is_noticed(host: Any, cloud: Any, planted: str) -> None:
    import wiring  # noqa: PLC0415

    word, storage = f"pat-{secrets.token_hex(12)}", cloud.settings["AzureWebJobsStorage"]
    if planted == "document":
        container = await wiring.database().container("work")
        await container.create_item({"id": word, "key": word, "note": word, "ttl": 60})
        assert await places_in_stores(storage, [word]) == {f"work/{word}"}
    else:
        from azure.storage.blob.aio import BlobServiceClient  # noqa: PLC0415

        async with BlobServiceClient.from_connection_string(storage) as blobs:
            container = await blobs.create_container(word)
            await container.upload_blob(word, word.encode())
            assert await places_in_stores(storage, [word]) == {word}
            await container.delete_container()

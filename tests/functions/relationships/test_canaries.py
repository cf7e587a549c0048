"""Names of contacts, notes, tags and what is searched for stay where they belong, whatever an owner does."""

import io
import logging
import secrets
import zipfile
import zlib
from contextlib import suppress

import wiring.images
import wiring.relationships
import wiring.relationships.search
from functions.framework.clock import now
from tests.functions.exchange.strangers import a_card_with_form, inbox, keep, leave
from tests.functions.privacy.test_copy import account_of, copied
from tests.functions.relationships.search.test_search import found
from tests.functions.relationships.test_contacts import a_contact, change
from tests.functions.relationships.transfer.test_exports import exported
from tests.functions.relationships.transfer.test_imports import imported
from tests.stored import everything

# In names, which the store sorts by; and in what is sealed, wherever it is.
NAME, SEALED = f"numbat{secrets.token_hex(6)}", f"quokka{secrets.token_hex(6)}"
VCARD = f"BEGIN:VCARD\nVERSION:3.0\nFN:{NAME} import\nCATEGORIES:{SEALED} import\nNOTE:{SEALED}\nEND:VCARD\n"


async def blobs() -> dict[str, bytes]:
    """All blobs by container and name, as whoever reads the store can unpack them."""
    stored = {}
    for name in ("uploads", "media", "exports", "search"):
        container = await wiring.images.blobs().container(name)
        async for blob in container.list_blob_names():
            content = await (await container.download_blob(blob)).readall()
            stored[f"{name}/{blob}"] = content + _unpacked(content)
    return stored


def _unpacked(content: bytes) -> bytes:
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as opened:
        return b"".join(opened.read(name) for name in opened.namelist())
    with suppress(zlib.error):
        return zlib.decompress(content)
    return b""


async def _keeps_much(host, ada, stranger) -> None:
    """Everything by which words of an owner get anywhere."""
    contact = await a_contact(
        ada,
        f"{NAME} one",
        tags=[f"{SEALED} tag"],
        groups=[f"{SEALED} group"],
        customFields=[{"label": f"{SEALED} label", "text": f"{SEALED} text"}],
        emails=[{"address": f"{NAME}@example.com"}],
    )
    await change(ada, contact, name=f"{NAME} two", tags=[f"{SEALED} other"])
    path = f"contacts/{contact['id']}"
    for kind, said in (("notes", {}), ("reminders", {"silentWeeks": 2})):
        made = await ada.api(
            "POST", f"{path}/{kind}", json={"text": SEALED, **said}, headers={"Idempotency-Key": SEALED}
        )
        assert made.status_code == 201, made.text
    await leave(stranger, await a_card_with_form(ada), name=f"{NAME} guest")
    await keep(ada, (await inbox(ada))[0])
    await imported(host, ada, VCARD)
    await ada.api("POST", "contact-duplicates")
    await host.drain_queue("work")
    await host.drain_queue("orders")
    assert await found(ada, SEALED)
    await ada.http.post("/my/contact-search", data={"csrf": ada.csrf, "q": NAME})
    ports = wiring.relationships.search.ports()
    from domain.relationships.search.upkeep import compact  # noqa: PLC0415 - the module that the host loaded

    await compact(await account_of(ada), now(), ports=ports)
    await exported(host, ada, "vcard4")
    assert (await copied(host, await account_of(ada))).state == "done"


async def test_words_of_an_owner_are_in_no_blob_queue_log_or_address(
    host, signed_in, client, caplog, monkeypatch
) -> None:
    from adapters.storage.queues import Queue  # noqa: PLC0415

    ada, send, told = await signed_in(), Queue.send, []

    async def sent(queue, order, **options) -> None:
        told.append(order.model_dump_json())
        await send(queue, order, **options)

    async def asked(answer) -> None:
        told.append(f"{answer.request.url} {answer.headers.get('location')}")

    monkeypatch.setattr(Queue, "send", sent)
    ada.http.event_hooks["response"].append(asked)
    before = set(await blobs())
    with caplog.at_level(logging.DEBUG):
        await _keeps_much(host, ada, client())
    for canary in (NAME, SEALED):
        assert canary not in caplog.text.lower()
        assert not [each for each in told if canary in each.lower()]
        stored = {name: content for name, content in (await blobs()).items() if name not in before}
        assert {name.partition("/")[0] for name in stored} >= {"exports", "search"}
        assert not [name for name, content in stored.items() if canary.encode() in content.lower()]
    documents = (await everything()).items()
    assert not [where for where, text in documents if SEALED in text.lower()]
    assert {where[0] for where, text in documents if NAME in text.lower()} == {"relations"}

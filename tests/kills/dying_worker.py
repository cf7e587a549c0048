"""Worker that kills itself with SIGKILL at a chosen call to a dependency.

The process has loaded the app and forks for each order that it reads, so that a kill costs a fork and not a
start. An order is a line of JSON: the action, the time, and the call at which to die, before the request or
after the response; the step `any` counts all calls that read or change something. The answer is a line:
`killed`, or the result.
"""

import asyncio
import importlib
import itertools
import json
import os
import re
import secrets
import signal
import sys
from collections import Counter
from datetime import datetime
from typing import Any

import aiohttp

import wiring.accounts
import wiring.cards
import wiring.connections
import wiring.notifications
import wiring.operations
import wiring.publishing
import wiring.relationships.reminders
from domain.base.errors import NotFound
from domain.cards.card import CardVersion
from domain.connections.answering import LinkVersion, answer, read_link
from domain.notifications.mail import MailOrder
from domain.notifications.reminders import remind
from domain.operations.orders import OrderMessage, carry_out, send_due_orders
from domain.operations.slices import Slice, do_slice, send_due_work
from domain.operations.work import WorkMessage
from domain.publishing.deletion import delete_card, erase_card, restore_card
from domain.publishing.publication import change_publication
from domain.relationships.duplicates.merge import (
    MergeOver,
    Merging,
    Wanted,
    merge_contacts,
    read_merge,
    undo_merge,
)
from domain.relationships.reminders.ringing import ring_of
from functions.framework.texts import in_language
from tests.kills.directory_acts import DIRECTORY_ACTS
from tests.kills.invitation_acts import INVITATION_ACTS
from tests.kills.organisation_acts import ORGANISATION_ACTS
from wiring.relationships import duplicates

# Imported once here, or each fork would import them anew.
for _heavy in ("azure.cosmos.aio", "azure.storage.blob.aio", "azure.storage.queue.aio", "sqlite3",
               "azure.core.pipeline.transport", "cryptography.hazmat.primitives.ciphers.aead"):  # fmt: skip
    importlib.import_module(_heavy)

# Purpose of a call to a dependency, by its method and address.
STEPS = [
    ("read work", "GET", r"/docs/job_"),
    ("write work", "PUT", r"/docs/job_"),
    ("read order", "GET", r"/docs/order-"),
    ("write order", "PUT", r"/docs/order-"),
    ("delete order", "DELETE", r"/docs/order-"),
    ("show card", "PATCH", r"/colls/published/docs"),
    ("show card", "POST", r"/colls/published/docs"),
    ("change account", "PATCH", r"/colls/accounts/docs"),
    ("write old document", "PUT", r"/docs/"),
    ("read data", "GET", r"/docs/|/media/"),
    ("write piece", "PUT", r"/pieces/"),
    ("read piece", "GET", r"/pieces/"),
    ("delete piece", "DELETE", r"/pieces/"),
    ("stage volume", "PUT", r"\.zip\?comp=block&|\.zip\?.*comp=block(&|$)"),
    ("commit volume", "PUT", r"comp=blocklist"),
    ("list pieces", "GET", r"comp=list"),
    ("send message", "POST", r"/messages"),
    ("read data", "POST", r"/docs"),
]

# Of a call that only connects, nothing is different before and after.
SOMETHING = r"/docs|/messages|/(search|pieces|media)/|comp=(list|block)"


def step_of(method: str, url: str) -> str:
    return next((name for name, verb, form in STEPS if verb == method and re.search(form, url)), "other")


class Killer:
    """Counter of calls by step, which kills this process at the chosen one."""

    def __init__(self, die: list[Any] | None) -> None:
        self._die, self._seen = die, Counter[str]()
        self._request = aiohttp.ClientSession._request

    def install(self) -> None:
        killer = self

        async def request(session: Any, method: str, url: Any, **given: Any) -> Any:
            step = killer._counted(step_of(method, str(url)))
            killer._seen["any"] += re.search(SOMETHING, str(url)) is not None
            killer._look(step, "before")
            answer = await killer._request(session, method, url, **given)
            killer._look(step, "after")
            return answer

        aiohttp.ClientSession._request = request  # type: ignore[method-assign]

    def _counted(self, step: str) -> str:
        self._seen[step] += 1
        if step == "write work":
            # A slice writes its work twice: when it takes it, and when it saves it.
            step = "take work" if self._seen[step] % 2 else "save work"
            self._seen[step] += 1
        return step

    def _look(self, step: str, side: str) -> None:
        if self._die in ([step, side, self._seen[step]], ["any", side, self._seen["any"]]):
            os.kill(os.getpid(), signal.SIGKILL)


async def act(order: dict[str, Any]) -> str:
    at = datetime.fromisoformat(order["at"])
    for place, number in order.get("bounds", {}).items():
        # Less than usual at once, so that there are more steps to die at.
        module, _, name = place.partition(":")
        setattr(importlib.import_module(module), name, number)
    try:
        if order["do"] == "work":
            return await _work(order, at)
        if order["do"] == "order":
            container = order.get("container", "accounts")
            message = OrderMessage(container=container, owner_id=order["owner"], order_id=order["id"])
            return str(
                await carry_out(
                    message, effects=wiring.operations.effects(), orders=wiring.operations.orders()
                )
            )
        if order["do"] == "ring":
            ports = wiring.relationships.reminders.ringing()
            return str(await ring_of(order["owner"], at, ports=ports))
        if order["do"] == "timer":
            await send_due_orders(
                at, orders=wiring.operations.orders(), queue=wiring.operations.order_queue()
            )
            await send_due_work(at, works=wiring.operations.works(), queue=wiring.operations.work_queue())
            return "sent"
        return await _ACTS.get(order["do"], _change)(order, at)
    finally:
        await wiring.close()


async def _mail(order: dict[str, Any], at: datetime) -> str:
    """Send the mail of reminders that a message orders."""
    again = await remind(
        MailOrder.model_validate(order["message"]),
        by=order["by"],
        origin="https://izwop.test",
        now=at,
        translate=in_language,
        accounts=wiring.accounts.store(),
        mailer=wiring.notifications.mailer(),
    )
    return "done" if again is None else "later"


async def _change(order: dict[str, Any], at: datetime) -> str:
    """Publish, delete, restore or erase a card; "nothing" where that is done."""
    ports = wiring.publishing.ports()
    card = await ports.cards.get_with_deleted(order["owner"], order["id"])
    assert card is not None
    of = CardVersion(card.account_id, card.id, card.version)
    if order["do"] == "publish":
        await change_publication(of, "publish", now=at, ports=ports)
    elif order["do"] == "delete" and not card.deleted:
        await delete_card(of, now=at, ports=ports)
    elif order["do"] == "restore" and card.deleted:
        await restore_card(of, now=at, ports=ports, profiles=wiring.accounts.profiles())
    elif order["do"] == "erase" and card.kept is not None:
        await erase_card(of, now=at, ports=ports)
    else:
        return "nothing"
    return order["do"]


async def _answer(order: dict[str, Any], at: datetime) -> str:
    """Accept a request, or disconnect; "nothing" where that is done."""
    ports = wiring.connections.ports()
    link = await read_link(order["owner"], order["id"], links=ports.links)
    if link.state != order["in"]:
        return "nothing"
    await answer(LinkVersion(link.owner_id, link.id, link.version), order["act"], now=at, ports=ports)
    return order["act"]


async def _merge(order: dict[str, Any], at: datetime) -> str:
    """Merge two contacts, or take that back; "nothing" where that is done."""
    owner, merge, ports = order["owner"], order["id"], duplicates.merges()
    if order["do"] == "merge":
        wanted = Wanted(order["kept"], order["gone"])
        await merge_contacts(Merging(owner, merge, at), wanted, merges=ports, mover=duplicates.moves())
        return "merge"
    try:
        version = (await read_merge(owner, merge, now=at, merges=ports)).kept.version
    except (NotFound, MergeOver):
        return "nothing"
    tags = wiring.relationships.tags()
    await undo_merge(owner, merge, version, now=at, merges=ports, mover=duplicates.moves(), tags=tags)
    return "unmerge"


async def _work(order: dict[str, Any], at: datetime) -> str:
    """Do slices of few items until nothing is due."""
    message = WorkMessage(owner_id=order["owner"], work_id=order["id"])
    while True:
        done = await do_slice(
            message,
            jobs=wiring.operations.jobs(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
            lease=secrets.token_hex(8),
            bound=Slice(itertools.repeat(0.0).__next__, items=order["items"]),
            now=lambda: at,
        )
        if done is None:
            return "nothing"
        if done.error is not None:
            return f"failed: {done.error!r}"
        if done.work.due_at is None:
            return done.work.state


_OWN = {"answer": _answer, "mail": _mail, "merge": _merge, "unmerge": _merge}
_ACTS = {**_OWN, **INVITATION_ACTS, **DIRECTORY_ACTS, **ORGANISATION_ACTS}


def fork(order: dict[str, Any]) -> str:
    if order.get("warm"):
        # In this process, so that later forks need not load the same modules again.
        return asyncio.run(act(order))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            Killer(order.get("die")).install()
            said = asyncio.run(act(order))
        except BaseException as exc:  # noqa: BLE001 - reported to the test
            said = f"raised: {exc!r}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else said


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{fork(json.loads(line))}\n")
        sys.stdout.flush()

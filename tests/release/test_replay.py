"""Poison messages are replayed unchanged, once each, and processed by the real host."""

import asyncio
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient

import wiring.notifications
from domain.notifications.mail import MailOrder
from release import replay

ROOT = Path(__file__).parents[2]


@pytest.fixture
def connect(cloud, host):
    made = replay.by_connection(cloud.settings["AzureWebJobsStorage"])
    yield made
    for name in ("mail-poison", "mail"):
        try:
            made(name).clear_messages()
        except ResourceNotFoundError:
            continue


async def set_aside(connect, orders: list[str]) -> QueueClient:
    """Message of the app itself, moved to the poison queue as the host moves it."""
    queue, poison = connect("mail"), connect("mail-poison")
    # The people whom other tests signed in are welcomed another time.
    with suppress(ResourceNotFoundError):
        queue.clear_messages()
    for account in orders:
        await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account))
    try:
        poison.create_queue()
    except Exception:  # noqa: BLE001 - a test before made it
        poison.clear_messages()
    for message in queue.receive_messages():
        poison.send_message(message.content)
        queue.delete_message(message)
    return poison


async def test_messages_go_back_as_they_were_and_are_done(connect, host) -> None:
    poison = await set_aside(connect, ["acc_one", "acc_two"])
    before = sorted(message.content for message in poison.peek_messages(max_messages=10))
    assert await asyncio.to_thread(replay.replay, "mail", connect, most=100) == 2
    assert sorted(m.content for m in connect("mail").peek_messages(max_messages=10)) == before
    assert poison.peek_messages() == []
    assert await host.drain_queue("mail") == 2
    assert poison.peek_messages() == []


async def test_no_more_go_back_than_were_asked_for(connect) -> None:
    poison = await set_aside(connect, ["acc_one", "acc_two", "acc_three"])
    assert await asyncio.to_thread(replay.replay, "mail", connect, most=2) == 2
    assert len(poison.peek_messages(max_messages=10)) == 1


async def test_a_message_is_taken_only_when_it_is_sent(connect, monkeypatch) -> None:
    poison = await set_aside(connect, ["acc_one"])

    def refuse(self, content):
        raise ResourceNotFoundError("no such queue")

    with monkeypatch.context() as patch:
        patch.setattr(QueueClient, "send_message", refuse)
        with pytest.raises(ResourceNotFoundError):
            await asyncio.to_thread(replay.replay, "mail", connect, most=1)
    assert poison.get_queue_properties().approximate_message_count == 1


def test_a_queue_that_was_never_poisoned_has_nothing(connect) -> None:
    assert replay.replay("visits", connect, most=5) == 0


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "release.replay", *arguments]
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)


async def test_the_list_counts_and_says_nothing_of_what_they_say(connect, cloud) -> None:
    await set_aside(connect, ["acc_secret"])
    storage = cloud.settings["AzureWebJobsStorage"]
    done = await asyncio.to_thread(run, "--list", AzureWebJobsStorage=storage)
    assert done.returncode == 0, done.stderr
    assert "mail-poison: 1, the first since 20" in done.stdout
    assert "images-poison: 0\n" in done.stdout
    assert "acc_secret" not in done.stdout


@pytest.mark.parametrize("arguments", [("--list",), ("mail",)])
def test_a_connection_string_that_is_none_is_not_repeated(arguments) -> None:
    done = run(*arguments, AzureWebJobsStorage="AccountKey=c2VjcmV0")
    assert (done.returncode, done.stderr) == (1, "AzureWebJobsStorage is not a connection string.\n")


def test_a_process_that_is_killed_loses_nothing_and_doubles_one_at_most(connect, cloud, monkeypatch) -> None:
    """Killed between sending and deleting, as often as can be."""
    monkeypatch.setattr(replay, "_MINE_SECONDS", 1)
    poison, queue = connect("images-poison"), connect("images")
    for each in (poison, queue):
        with suppress(ResourceExistsError):
            each.create_queue()
        each.clear_messages()
    for number in range(3):
        poison.send_message(f"message-{number}")

    class Killed(BaseException):
        pass

    def die(self, message) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(QueueClient, "delete_message", die)
        with pytest.raises(Killed):
            replay.replay("images", connect, most=10)
    while poison.get_queue_properties().approximate_message_count:
        replay.replay("images", connect, most=10)
    there = Counter(message.content for message in queue.peek_messages(max_messages=10))
    queue.clear_messages()
    assert sorted(there) == ["message-0", "message-1", "message-2"]
    assert there.total() == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "name a queue, or ask for --list"),
        (("mail",), "name the storage account with --account"),
        (("sales", "--account", "stizwop"), "invalid choice: 'sales'"),
        (
            ("mail", "--account", "evil.example/"),
            "a storage account's name is 3 to 24 small letters and digits",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(arguments, sentence) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr

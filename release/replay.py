"""Poison queues: list and replay messages that failed five times.

    python -m release.replay --list
    python -m release.replay mail --most 10

Signs in as you (`az login`) to `--account`, or uses the connection string in `AzureWebJobsStorage`. Mend the
cause first: a message that fails again returns to the poison queue.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueClient

from adapters.storage.queue_names import IMAGES, MAIL, VISITS

QUEUES = (MAIL, IMAGES, VISITS)
# Lease of a message while it is moved; after it a message of a dead process is on the poison queue again.
_MINE_SECONDS = 60

# An account name with a slash or a dot would send our token to another host.
_ACCOUNT = re.compile("[a-z0-9]{3,24}")

Connect = Callable[[str], QueueClient]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release.replay", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("queue", nargs="?", choices=QUEUES, help="the queue whose messages go back")
    parser.add_argument("--list", action="store_true", help="only say what was set aside")
    parser.add_argument("--most", type=int, default=sys.maxsize, help="at most so many messages")
    parser.add_argument("--account", help="the storage account's name")
    arguments = parser.parse_args()
    connection = os.environ.get("AzureWebJobsStorage")  # noqa: SIM112 - the name that the host has for it
    if not arguments.list and arguments.queue is None:
        parser.error("name a queue, or ask for --list")
    if arguments.account is None and not connection:
        parser.error("name the storage account with --account, or set AzureWebJobsStorage")
    if arguments.account is not None and not _ACCOUNT.fullmatch(arguments.account):
        parser.error("a storage account's name is 3 to 24 small letters and digits")
    connect = as_you(arguments.account) if arguments.account else by_connection(str(connection))
    try:
        if arguments.list:
            for queue in QUEUES:
                print(listed(queue, connect))
        else:
            moved = replay(arguments.queue, connect, most=arguments.most)
            print(f"{moved} messages of {arguments.queue}-poison are back on {arguments.queue}.")
    except AzureError as exc:
        print(f"The storage account did not do it: {exc.message.partition('\n')[0]}", file=sys.stderr)
        return 1
    except ValueError:
        print("AzureWebJobsStorage is not a connection string.", file=sys.stderr)
        return 1
    return 0


def by_connection(connection: str) -> Connect:
    return lambda name: QueueClient.from_connection_string(connection, name)


def as_you(account: str) -> Connect:
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415

    credential: Any = DefaultAzureCredential()
    return lambda name: QueueClient(f"https://{account}.queue.core.windows.net", name, credential=credential)


def listed(queue: str, connect: Connect) -> str:
    """Number of poison messages and time of the oldest, without their contents."""
    with connect(f"{queue}-poison") as poison:
        try:
            count = poison.get_queue_properties().approximate_message_count or 0
            first = poison.peek_messages()
        except ResourceNotFoundError:
            count, first = 0, []
    at: datetime | None = first[0].inserted_on if first else None
    return f"{queue}-poison: {count}" + (f", the first since {at:%Y-%m-%d %H:%M} UTC" if at else "")


def replay(queue: str, connect: Connect, *, most: int) -> int:
    """Send each message again unchanged, then delete it from the poison queue; return the number.

    If this process ends in between, the message is processed twice, which every handler tolerates.
    """
    moved = 0
    with connect(f"{queue}-poison") as poison, connect(queue) as working:
        try:
            # Only the messages present at the start: one that fails again meanwhile must not loop.
            most = min(most, poison.get_queue_properties().approximate_message_count or 0)
        except ResourceNotFoundError:
            return 0
        while moved < most:
            message = poison.receive_message(visibility_timeout=_MINE_SECONDS)
            if message is None:
                break
            working.send_message(message.content)
            poison.delete_message(message)
            moved += 1
    return moved


if __name__ == "__main__":
    sys.exit(main())

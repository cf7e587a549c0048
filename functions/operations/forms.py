"""The buttons that pause, resume and cancel long work."""

from contextlib import suppress
from typing import get_args

import wiring.operations
from domain.operations.work import Change, WrongWorkState, change_work
from functions.framework.clock import now


def change_said(text: str) -> Change | None:
    """What a button says, if it is one of these."""
    return next((change for change in get_args(Change) if change == text), None)


async def do_change(account_id: str, work_id: str, change: Change) -> None:
    """Do what the button says. What has ended meanwhile stays as it is."""
    with suppress(WrongWorkState):
        await change_work(
            account_id,
            work_id,
            change,
            now=now(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
        )

"""Jobs of contacts: the rotation of the keys by which private things are sealed."""

import wiring.operations
from domain.operations.work import SYSTEM, new_work, start_work
from domain.relationships.rotation import ROTATE
from functions.framework.clock import now


async def rotate_keys() -> None:
    """Start to take every key that is due one step further."""
    at = now()
    work = new_work(ROTATE, SYSTEM, f"job_{ROTATE}-{at:%Y-%m-%d-%H%M}", at)
    await start_work(work, works=wiring.operations.works(), queue=wiring.operations.work_queue())

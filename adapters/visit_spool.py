"""Spool of visits on the worker's disk, from before the reply until they are in the queue.

Each worker writes its own files: `<worker>.lock`, locked while the worker lives, and parts
`<worker>-<number>`. A worker that gets the lock of another takes over the parts, since their owner is dead. A
part that is closed, or whose worker is dead, never changes again: its name is the id by which its visits are
counted once.
"""

import errno
import fcntl
import logging
import os
import re
import secrets
import stat
from collections import Counter
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from domain.base.ids import ID_BYTES, make_id
from domain.visits.counting import Visit

log = logging.getLogger("izwop.visits")

_WORKER = re.compile("wrk_[a-z2-7]{26}")
_PART = re.compile("wrk_[a-z2-7]{26}-[0-9]{1,12}")
# Each holds a file open, of which a process may have no more than 1,024.
_MOST_ADOPTED = 64
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# Another worker may take the lock between its creation and its locking, which is rare.
_TRIES = 5


class VisitSpool:
    """Spool of one worker in `folder`, which the workers of one instance share.

    Any call may raise `OSError`: the disk may be full, read-only or gone, or the folder not ours alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worker = ""
        self._number = 0
        self._open: int | None = None
        self._ended: list[str] = []
        # Locks of this worker and of dead ones: a lock is held as long as its file is open.
        self._locks: dict[str, int] = {}
        # The parts of workers that are gone, as long as they are not forgotten.
        self._adopted: dict[str, set[str]] = {}

    def append(self, visit: Visit) -> None:
        """Append a visit to the open part. A partial record is recognised and skipped when it is read."""
        record = f"{visit.subject_id} {visit.kind} {visit.day.isoformat()} {visit.link or ''}\n".encode()
        if self._open is None:
            self._open = self._new_part()
        written = 0
        try:
            written = os.write(self._open, record)
        finally:
            if written < len(record):
                # A partial record ends its part.
                self._end_part()
        if written < len(record):
            raise OSError(errno.ENOSPC, "no room for a visit")

    def closed(self) -> list[str]:
        """Close the open part, and return the parts closed since the last call."""
        if self._open is not None:
            self._end_part()
        ended, self._ended = self._ended, []
        return ended

    def read(self, part: str) -> Counter[Visit]:
        """Visits of a part with their numbers. A partial record is skipped."""
        records = Counter((self._folder / part).read_bytes().split(b"\n")[:-1])
        visits: Counter[Visit] = Counter()
        for record, number in records.items():
            visit = _visit(record)
            if visit is None:
                log.warning("visits_unreadable part=%s count=%d", part, number)
            else:
                visits[visit] += number
        return visits

    def forget(self, part: str) -> None:
        """Delete a part, and with the last part of a dead worker its lock."""
        (self._folder / part).unlink(missing_ok=True)
        worker = part.partition("-")[0]
        if (left := self._adopted.get(worker)) is not None:
            left.discard(part)
            if not left:
                self._release(worker)

    def adopt(self) -> list[str]:
        """Take over and return the parts of dead workers, each part once.

        The number of workers at a time is limited, because each lock keeps a file open.
        """
        if not self._folder.exists():
            return []
        self._refuse_shared()
        gone: list[str] = []
        for worker in self._workers():
            if len(self._adopted) + len(gone) >= _MOST_ADOPTED:
                break
            if worker not in self._locks and self._take_lock(worker):
                gone.append(worker)
        # Listed once they are locked, and so write no more.
        parts = self._parts_of(gone)
        for worker in gone:
            self._adopted[worker] = set(parts[worker])
            if not parts[worker]:
                self._release(worker)
        return [part for worker in gone for part in parts[worker]]

    def _workers(self) -> list[str]:
        stems = (path.stem for path in self._folder.glob("*.lock"))
        return [stem for stem in stems if _WORKER.fullmatch(stem)]

    def _take_lock(self, worker: str) -> bool:
        """Take the lock of a dead worker; False if it is alive or its lock cannot be opened."""
        with suppress(OSError):
            lock = os.open(self._folder / f"{worker}.lock", os.O_RDWR)
            if _locked(lock):
                self._locks[worker] = lock
                return True
            os.close(lock)
        return False

    def _parts_of(self, workers: list[str]) -> dict[str, list[str]]:
        """The parts of these workers, which are locked. Without a listing their locks are given back."""
        found: dict[str, list[str]] = {worker: [] for worker in workers}
        try:
            with os.scandir(self._folder) as listing:
                for entry in listing:
                    worker = entry.name.partition("-")[0]
                    ours = worker in found and _PART.fullmatch(entry.name)
                    if ours and entry.is_file(follow_symlinks=False):
                        found[worker].append(entry.name)
        except OSError:
            for worker in workers:
                os.close(self._locks.pop(worker))
            raise
        return found

    def _release(self, worker: str) -> None:
        del self._adopted[worker]
        (self._folder / f"{worker}.lock").unlink(missing_ok=True)
        os.close(self._locks.pop(worker))

    def _new_part(self) -> int:
        # The system may have emptied the temporary folder.
        if not self._worker or not (self._folder / f"{self._worker}.lock").exists():
            self._begin()
        self._number += 1
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND
        return os.open(self._folder / f"{self._worker}-{self._number}", flags, 0o600)

    def _end_part(self) -> None:
        """Close the open part. One with nothing in it, on a disk without room, is deleted."""
        opened, self._open = self._open, None
        if opened is None:
            return
        part = f"{self._worker}-{self._number}"
        if os.fstat(opened).st_size:
            self._ended.append(part)
        else:
            (self._folder / part).unlink(missing_ok=True)
        os.close(opened)

    def _begin(self) -> None:
        """Choose a unique name and lock it before any part is written."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_shared()
        if (deleted := self._locks.pop(self._worker, None)) is not None:
            os.close(deleted)
        for _ in range(_TRIES):
            worker = make_id("wrk", secrets.token_bytes(ID_BYTES))
            lock = os.open(self._folder / f"{worker}.lock", os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            if _locked(lock):
                self._worker, self._locks[worker] = worker, lock
                return
            os.close(lock)
        raise OSError(errno.EAGAIN, "no lock for the spool of visits")

    def _refuse_shared(self) -> None:
        """Refuse a folder to which others write: they could have visits counted that never were."""
        about = self._folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & _OTHERS_WRITE:
            raise PermissionError(errno.EPERM, "the folder for visits is not this app's alone")


def _locked(lock: int) -> bool:
    """Lock the file; False if another worker holds it or the file was deleted meanwhile."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(lock).st_nlink > 0


def _visit(record: bytes) -> Visit | None:
    try:
        subject_id, kind, day, link = record.decode("ascii").split(" ")
        values = {"subject_id": subject_id, "kind": kind, "day": day, "link": link or None}
        return Visit.model_validate(values)
    except (ValueError, ValidationError):
        return None

"""Spool of visits: written visits survive any end of the process, are read once, and nothing else is read."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from adapters.visit_spool import VisitSpool
from domain.base.ids import make_id
from domain.visits.counting import Visit

ROOT = Path(__file__).parent.parent.parent
DAY = date(2026, 11, 26)
VIEW = Visit(subject_id=make_id("crd", bytes(16)), kind="view", day=DAY)
CLICK = Visit(subject_id=make_id("crd", b"1" * 16), kind="click", day=DAY, link="0a1b2c")

# Writes three visits in a separate worker, which is then killed as by the out-of-memory killer.
DYING = """
import os, signal, sys
from pathlib import Path
from adapters.visit_spool import VisitSpool
from domain.visits.counting import Visit

spool = VisitSpool(Path(sys.argv[1]))
for line in sys.argv[2:]:
    spool.append(Visit.model_validate_json(line))
os.kill(os.getpid(), signal.SIGKILL)
"""

# Many workers begin and die while another takes over whatever it can.
CROWD = """
import os, signal, sys
from pathlib import Path
from adapters.visit_spool import VisitSpool
from domain.visits.counting import Visit

folder, visit = Path(sys.argv[1]), Visit.model_validate_json(sys.argv[2])
VisitSpool(folder).append(visit)  # makes the folder and builds the model
taken, children = 0, set()
keeper = VisitSpool(folder)
for turn in range(200):
    child = os.fork()
    if child == 0:
        spool = VisitSpool(folder)
        for _ in range(3):
            spool.append(visit)
        os.kill(os.getpid(), signal.SIGKILL)
    children.add(child)
    for part in keeper.adopt():
        taken += keeper.read(part).total()
        keeper.forget(part)
for child in children:
    os.waitpid(child, 0)
for part in keeper.adopt():
    taken += keeper.read(part).total()
    keeper.forget(part)
print(taken, *os.listdir(folder))
"""


def run(program: str, folder: Path, *visits: Visit) -> subprocess.CompletedProcess:
    given = [visit.model_dump_json() for visit in visits]
    command = [sys.executable, "-c", program, str(folder), *given]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def spooled(folder: Path) -> Counter[Visit]:
    spool = VisitSpool(folder)
    return sum((spool.read(part) for part in spool.adopt()), Counter())


def test_what_was_written_is_read_by_part(tmp_path) -> None:
    spool = VisitSpool(tmp_path / "spool")
    for visit in (VIEW, CLICK, VIEW):
        spool.append(visit)
    [first] = spool.closed()
    spool.append(CLICK)
    [second] = spool.closed()
    assert spool.closed() == []
    assert spool.read(first) == {VIEW: 2, CLICK: 1}
    assert spool.read(second) == {CLICK: 1}
    spool.forget(first)
    spool.forget(second)
    assert [path.suffix for path in (tmp_path / "spool").iterdir()] == [".lock"]


def test_a_worker_that_lives_keeps_its_own(tmp_path) -> None:
    living = VisitSpool(tmp_path)
    living.append(VIEW)
    assert VisitSpool(tmp_path).adopt() == []
    assert living.adopt() == []


def test_the_parts_of_a_killed_worker_are_taken_over_once(tmp_path) -> None:
    assert run(DYING, tmp_path, VIEW, VIEW, CLICK).returncode == -signal.SIGKILL
    first, second = VisitSpool(tmp_path), VisitSpool(tmp_path)
    [part] = first.adopt()
    assert second.adopt() == first.adopt() == []
    assert first.read(part) == {VIEW: 2, CLICK: 1}
    first.forget(part)
    assert list(tmp_path.iterdir()) == []


def test_what_was_taken_over_by_a_worker_that_dies_is_taken_over_again(tmp_path) -> None:
    run(DYING, tmp_path, CLICK)
    program = DYING.replace("for line", "assert len(spool.adopt()) == 1\nfor line")
    assert run(program, tmp_path, VIEW).returncode == -signal.SIGKILL
    assert spooled(tmp_path) == {VIEW: 1, CLICK: 1}


def test_workers_that_begin_while_others_are_taken_over_lose_nothing(tmp_path) -> None:
    done = run(CROWD, tmp_path, VIEW)
    taken, *left = done.stdout.split()
    assert int(taken) == 600, done.stderr
    assert len(left) == 2, "the lock and the part of the first, who lives"


def test_a_record_that_was_cut_off_anywhere_is_none(tmp_path) -> None:
    run(DYING, tmp_path, VIEW, CLICK)
    [part] = [path for path in tmp_path.iterdir() if path.suffix != ".lock"]
    whole = part.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(len(whole)):
        part.write_bytes(whole[:end])
        assert VisitSpool(tmp_path).read(part.name) == ({VIEW: 1} if end >= first else {}), end


@pytest.mark.parametrize(
    "end", [b"", b"\n", b"\n\0\0\0\n", b" x\n", b"\ncrd_x view 2026-11-26 \n", b"\n\xff\n"], ids=repr
)
def test_what_is_no_record_is_left_out_and_told(tmp_path, caplog, end) -> None:
    run(DYING, tmp_path, VIEW, CLICK)
    [part] = [path for path in tmp_path.iterdir() if path.suffix != ".lock"]
    part.write_bytes(part.read_bytes() + b"192.0.2.7 was here" + end)
    assert spooled(tmp_path) == {VIEW: 1, CLICK: 1}
    assert ("visits_unreadable" in caplog.text) == (end != b"")
    assert "192.0.2.7" not in caplog.text


def test_a_disk_that_is_full_refuses_a_visit_and_keeps_those_before(tmp_path) -> None:
    spool = VisitSpool(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (170, before[1]))
    try:
        spool.append(VIEW)
        spool.append(CLICK)
        spool.append(VIEW)
        with pytest.raises(OSError, match="room"):
            spool.append(VIEW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    spool.append(CLICK)
    full, later = spool.closed()
    assert spool.read(full) == {VIEW: 2, CLICK: 1}
    assert spool.read(later) == {CLICK: 1}


def test_a_disk_without_any_room_is_not_filled_with_empty_parts(tmp_path) -> None:
    spool = VisitSpool(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        for _ in range(3):
            with pytest.raises(OSError, match="large"):
                spool.append(VIEW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert spool.closed() == []
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_made_refuses(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        VisitSpool(tmp_path / "file" / "spool").append(VIEW)
    assert VisitSpool(tmp_path / "nothing").adopt() == []


def test_a_folder_that_somebody_deletes_is_made_again(tmp_path) -> None:
    spool = VisitSpool(tmp_path / "spool")
    spool.append(VIEW)
    [gone] = spool.closed()
    shutil.rmtree(tmp_path / "spool")
    spool.append(CLICK)
    with pytest.raises(FileNotFoundError):
        spool.read(gone)
    spool.forget(gone)
    [part] = spool.closed()
    assert spool.read(part) == {CLICK: 1}
    assert VisitSpool(tmp_path / "spool").adopt() == []


def test_a_spool_is_for_its_owner_alone(tmp_path) -> None:
    VisitSpool(tmp_path / "spool").append(VIEW)
    modes = {path.stat().st_mode & 0o077 for path in [tmp_path / "spool", *(tmp_path / "spool").iterdir()]}
    assert modes == {0}


def dead_workers(folder: Path, number: int) -> list[str]:
    """Leave what as many workers left that died before their visits were sent."""
    folder.mkdir(mode=0o700, exist_ok=True)
    names = [make_id("wrk", number.to_bytes(16)) for number in range(number)]
    for name in names:
        (folder / f"{name}.lock").touch()
        (folder / f"{name}-1").write_text(f"{VIEW.subject_id} view {DAY} \n")
    return names


# Takes over all there is, with few files that may be open, and shows that it may still open some.
TAKING_OVER = """
import resource, sys
from pathlib import Path
from adapters.visit_spool import VisitSpool

resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
spool, taken = VisitSpool(Path(sys.argv[1])), 0
while parts := spool.adopt():
    with open("/dev/null"):
        taken += sum(spool.read(part).total() for part in parts)
    for part in parts:
        spool.forget(part)
print(taken)
"""


def test_a_thousand_dead_workers_are_taken_over_without_using_up_the_files_of_the_living(tmp_path) -> None:
    dead_workers(tmp_path / "spool", 1000)
    done = run(TAKING_OVER, tmp_path / "spool")
    assert done.stdout == "1000\n", done.stderr
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_lock_that_cannot_be_opened_keeps_no_other_worker_from_being_taken_over(tmp_path) -> None:
    names = dead_workers(tmp_path, 8)
    (tmp_path / f"{names[3]}.lock").unlink()
    (tmp_path / f"{names[3]}.lock").mkdir()
    assert spooled(tmp_path) == {VIEW: 7}


def test_only_parts_are_taken_for_parts(tmp_path) -> None:
    [name] = dead_workers(tmp_path, 1)
    (tmp_path / f"{name}-2.bak").write_bytes((tmp_path / f"{name}-1").read_bytes())
    (tmp_path / f"{name}-3").symlink_to(tmp_path / f"{name}-1")
    os.mkfifo(tmp_path / f"{name}-4")
    (tmp_path / f"{name}-5").mkdir()
    assert VisitSpool(tmp_path).adopt() == [f"{name}-1"]


def test_a_worker_whose_lock_somebody_deleted_is_taken_over_when_it_is_gone(tmp_path) -> None:
    program = DYING.replace(
        "for line", "spool.append(Visit.model_validate_json(sys.argv[2]))\nspool.closed()\n"
        "[lock.unlink() for lock in Path(sys.argv[1]).glob('*.lock')]\nfor line",
    )  # fmt: skip
    run(program, tmp_path, VIEW)
    assert spooled(tmp_path) == {VIEW: 1}, "what came after"


@pytest.mark.parametrize("fault", ["anybody may write", "somebody else's", "link"])
def test_a_folder_that_others_write_to_is_not_used(tmp_path, fault) -> None:
    folder = tmp_path / "spool"
    dead_workers(folder, 1)
    if fault == "anybody may write":
        folder.chmod(0o777)
    elif fault == "link":
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    elif os.geteuid() == 0:
        os.chown(folder, 12345, -1)
    else:
        pytest.skip("only root can give a folder away")
    with pytest.raises(PermissionError):
        VisitSpool(folder).append(VIEW)
    with pytest.raises(PermissionError):
        VisitSpool(folder).adopt()

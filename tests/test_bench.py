"""Arithmetic and texts of the bench; its timings are measured by `make bench`."""

import asyncio
import json

import pytest

from bench import sizes
from bench.lines import Line, Target, as_json, median_ratio, table
from bench.load import LoadFailed, get, seconds_for
from bench.operations import Counted
from bench.outputs import our_vcard, vobject_vcard
from bench.samples import view

FASTER = Target(">=", 2)


def test_a_ratio_is_the_median_of_the_rounds_so_that_one_bad_round_does_not_count() -> None:
    assert median_ratio([(2, 1), (4, 2), (300, 1)]) == 2


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(">=", 0.6), 0.6, True),
        (Target(">=", 0.6), 0.59, False),
        (Target("<=", 1.25), 1.25, True),
        (Target("<=", 1.25), 1.26, False),
    ],
)
def test_a_target_holds_at_its_limit_and_not_beyond(target: Target, value: float, met: bool) -> None:
    assert target.met(value) is met


def test_a_line_passes_only_when_every_target_is_met() -> None:
    one_read = (Target("<=", 1, "calls"), Target("<=", 0, "queries"))
    assert Line("page", "", "", 9, one_read, {"calls": 1, "queries": 0}).verdict == "pass"
    assert Line("page", "", "", 9, one_read, {"calls": 1, "queries": 1}).verdict == "MISS"
    assert Line("page", "", "", 9).verdict == "-"


def test_the_table_has_every_column_and_shows_a_miss() -> None:
    shown = table(
        [
            Line("quick", "1 us", "3 us", 3.0, (FASTER,)),
            Line("slow", "3 us", "3 us", 1.0, (FASTER,)),
            Line("publish", "a", "b", 7.1, (Target("<=", 3, "callsAfterSession"),), {"callsAfterSession": 3}),
        ]
    ).splitlines()
    assert shown[0].split() == ["name", "ours", "reference", "ratio", "target", "verdict"]
    assert shown[2].split() == ["quick", "1", "us", "3", "us", "3.00", ">=", "2", "pass"]
    assert shown[3].endswith("MISS")
    assert shown[4].endswith("<= 3 calls after session  pass")
    assert len({line.index(word) for line, word in zip(shown[2:], (">=", ">=", "<="), strict=True)}) == 1


def test_the_json_holds_ratios_and_counts_but_no_times() -> None:
    lines = [Line("quick", "1 us", "3 us", 3.00049, (FASTER,)), Line("calls", "a", "b", 1, (), {"calls": 1})]
    written = json.loads(json.dumps(as_json(lines, date="2026-01-02", python="3.13.0")))
    assert written == {
        "date": "2026-01-02",
        "python": "3.13.0",
        "lines": [
            {
                "name": "quick",
                "ratio": 3.0,
                "targets": [{"sign": ">=", "limit": 2, "of": ""}],
                "passed": True,
            },
            {"name": "calls", "ratio": 1, "targets": [], "passed": None, "counts": {"calls": 1}},
        ],
    }


def test_the_read_of_the_session_is_counted_apart() -> None:
    docs = "/dbs/izwop/colls/accounts/docs"
    counted = Counted.of(
        [
            {"operation": "read", "path": f"{docs}/session-abc", "charge": 1.0},
            {"operation": "read", "path": f"{docs}/crd_abc", "charge": 1.1},
            {"operation": "query", "path": docs, "charge": 2.85},
        ]
    )
    line = counted.line("publish")
    assert line.counts == {
        "calls": 3,
        "queries": 1,
        "callsAfterSession": 2,
        "requestUnits": 4.95,
        "operations": ["session", "read", "query"],
    }


def test_vobject_is_given_the_same_properties() -> None:
    ours, theirs = (
        sorted(text.replace("\r\n ", "").upper().split("\r\n"))
        for text in (our_vcard(view("ada")).decode(), vobject_vcard(view("ada")))
    )
    assert ours == theirs


async def _serve(answers: bytes) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            for half in (answers[:20], answers[20:]):
                writer.write(half)
                await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1")


async def test_the_load_generator_waits_for_whole_answers() -> None:
    async with await _serve(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello") as server:
        assert await seconds_for(server.sockets[0].getsockname()[1], [get("/")] * 7, connections=2) > 0


async def test_an_answer_that_is_not_200_stops_the_load() -> None:
    async with await _serve(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n") as server:
        with pytest.raises(LoadFailed, match="404"):
            await seconds_for(server.sockets[0].getsockname()[1], [get("/")], connections=1)


def test_the_map_of_packages_gets_the_figures_of_today() -> None:
    files = sizes.packages()["domain/visibility"]
    gone = "| `domain/gone` | nothing | 1 | `a.py`, 2 |"
    told = f"| `domain/visibility` | the rule | 99 | `old.py`, 1 |\n{gone}"
    assert sizes.with_figures(told) == (
        f"| `domain/visibility` | the rule | {len(files)} | `{files[0].name}`, {files[0].lines} |\n{gone}"
    )

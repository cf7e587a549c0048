"""The local DNS, asked by the app's own adapter."""

import secrets
import subprocess
import sys

import pytest

from adapters.dns import MOST_RECORDS, DnsTexts
from local import dns, processes
from local.dns.zone import set_name, set_texts


@pytest.fixture
async def zone(tmp_path):
    return tmp_path / dns.ZONE


@pytest.fixture
async def texts(zone, tmp_path):
    child, resolver = await dns.start(logs=tmp_path / "logs", zone=zone)
    yield DnsTexts(resolver).texts
    await child.stop()


async def test_a_record_is_read_as_it_was_set_and_until_it_goes(texts, zone) -> None:
    assert await texts("a.example") == (frozenset(), True)
    set_texts(zone, "A.example", ["one", 'with "quotes" and \\', "x" * 600])
    assert await texts("a.EXAMPLE") == (frozenset({"one", 'with "quotes" and \\', "x" * 600}), True)
    set_texts(zone, "a.example", [])
    assert await texts("a.example") == (frozenset(), True)


async def test_more_than_a_packet_holds_comes_by_tcp_and_too_much_is_cut(texts, zone) -> None:
    set_texts(zone, "many.example", [f"{n}{'x' * 100}" for n in range(MOST_RECORDS)])
    found = await texts("many.example")
    assert (len(found.values), found.answered) == (MOST_RECORDS, True)
    set_texts(zone, "flood.example", [f"{n}{'x' * 100}" for n in range(MOST_RECORDS + 1)])
    found = await texts("flood.example")
    assert (len(found.values), found.answered) == (MOST_RECORDS, False)
    set_texts(zone, "long.example", ["x" * 5000])
    assert max(len(each) for each in (await texts("long.example")).values) == 1000


@pytest.mark.parametrize("entry", [{"rcode": "SERVFAIL"}, {"cname": "b.example"}, {"silent": True}], ids=str)
async def test_what_is_no_answer_is_none_in_seconds(texts, zone, entry) -> None:
    set_name(zone, "a.example", entry)
    set_name(zone, "b.example", {"cname": "a.example"})
    assert await texts("a.example") == (frozenset(), False)


async def test_a_resolver_that_is_not_there_gives_no_answer() -> None:
    nobody = DnsTexts(f"127.0.0.1:{processes.free_port()}")
    assert await nobody.texts("a.example") == (frozenset(), False)


async def test_a_name_that_dns_cannot_hold_gives_no_answer(texts) -> None:
    for name in ("a" * 64 + ".example", "a..example", ".".join(["a" * 60] * 6)):
        assert await texts(name) == (frozenset(), False)


async def test_records_are_set_by_the_command(texts, tmp_path) -> None:
    name = f"{secrets.token_hex(8)}.example"
    command = [sys.executable, "-m", "local.dns", name, "one", "two", "--data", str(tmp_path)]
    subprocess.run(command, check=True, cwd=processes.PROJECT, capture_output=True)  # noqa: ASYNC221 - a tool
    assert await texts(name) == (frozenset({"one", "two"}), True)

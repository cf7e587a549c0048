"""The client against servers that are slow, huge, cut off, or want to be remembered."""

import asyncio
import gzip
import logging
import traceback
import tracemalloc

import pytest

from adapters.outbound import client
from adapters.outbound.client import Answer, Call, NotSent, Outbound, TooSlow
from adapters.outbound.guard import Guard
from domain.integrations.errors import NotSendable, VendorRefused, VendorUnavailable
from tests.adapters.outbound.servers import Served, answer


def get(server: Served, path: str = "/", **given) -> Call:
    return Call(method="GET", url=f"{server.url}{path}", **given)


async def test_an_answer_comes_as_it_was_sent(outbound, server) -> None:
    server.answers = [answer(207, b'{"a": [1]}', X_RateLimit_Left="7")]
    said = await outbound.exchange(get(server, "/x?a=1", params={"b": "ä b"}, headers={"X-One": "1"}))
    assert (said.status, said.json(), said.headers["x-ratelimit-left"]) == (207, {"a": [1]}, "7")
    [asked] = server.seen
    assert asked.startswith(b"GET /x?a=1&b=%C3%A4+b HTTP/1.1\r\n")
    assert b"X-One: 1" in asked


@pytest.mark.parametrize(
    ("given", "media", "body"),
    [
        ({"json": {"a": "ä"}}, b"application/json", '{"a":"ä"}'.encode()),
        ({"form": {"a": "b c"}}, b"application/x-www-form-urlencoded", b"a=b+c"),
        ({"body": b"\x00raw", "headers": {"Content-Type": "application/x"}}, b"application/x", b"\x00raw"),
    ],
)
async def test_a_body_is_sent_as_json_as_a_form_or_as_it_is(outbound, server, given, media, body) -> None:
    await outbound.exchange(Call(method="POST", url=server.url, **given))
    assert b"content-type: " + media in server.seen[0].lower()
    assert server.seen[0].endswith(b"\r\n\r\n" + body)


async def test_connections_are_used_again(outbound, server) -> None:
    for _ in range(5):
        await outbound.exchange(get(server))
    assert (server.connections, len(server.seen)) == (1, 5)


async def test_no_cookie_is_kept(outbound, server) -> None:
    server.answers = [answer(Set_Cookie="session=of-the-first-client; Path=/")]
    for _ in range(2):
        await outbound.exchange(get(server))
    assert b"cookie" not in server.seen[1].lower()


@pytest.mark.parametrize("size", [1000, 1001])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("told", [False, True])
async def test_an_answer_has_a_largest_size(outbound, server, size, packed, told) -> None:
    body = gzip.compress(b"x" * size) if packed else b"x" * size
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    if told:
        server.answers = [answer(200, body, **encoding)]
    else:
        chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[at : at + 1]) for at in range(len(body))) + b"0\r\n\r\n"
        fields = "".join(f"{name}: {text}\r\n" for name, text in encoding.items())
        server.answers = [f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{fields}\r\n".encode() + chunks]
    if size == 1000:
        assert (await outbound.exchange(get(server, most_bytes=1000))).body == b"x" * size
    else:
        with pytest.raises(VendorRefused) as refused:
            await outbound.exchange(get(server, most_bytes=1000))
        assert refused.value.status == 200


async def test_what_unpacks_to_very_much_takes_no_memory(outbound, server) -> None:
    server.answers = [answer(200, gzip.compress(b"\0" * 100_000_000), Content_Encoding="gzip")]
    tracemalloc.start()
    with pytest.raises(VendorRefused):
        await outbound.exchange(get(server, most_bytes=1_000_000))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


async def test_an_answer_without_end_is_cut(outbound, server) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    server.answers = [endless]
    with pytest.raises(VendorRefused):
        await outbound.exchange(get(server))


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        answer(200, gzip.compress(b"x" * 1000)[:-9], Content_Encoding="gzip"),
        answer(200, b"no gzip", Content_Encoding="gzip"),
        answer(200, b"{}", Content_Encoding="br"),
    ],
    ids=range(8),
)
async def test_an_answer_that_is_not_whole_is_none(outbound, server, said) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    server.answers = [cut]
    with pytest.raises(VendorUnavailable) as refused:
        await outbound.exchange(get(server))
    assert refused.type is VendorUnavailable


@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"Authorization": "Bearer pasted\n"}},
        {"headers": {"Authorization": "Bearer t\u00f6ken"}},
        {"headers": {"Authorization": "a\r\nX-Other: b"}},
        {"headers": {"X y": "z"}},
        {"json": {"name": "\ud800"}},
        {"json": {"amount": float("nan")}},
        {"form": {"name": "\ud800"}},
        {"params": {"name": "\ud800"}},
    ],
    ids=str,
)
async def test_what_no_request_can_carry_is_told_and_not_tried_again(outbound, server, given) -> None:
    with pytest.raises(NotSendable):
        await outbound.exchange(Call(method="POST", url=server.url, **given))
    assert server.seen == []


async def test_who_waits_for_a_connection_gives_up_before_the_call_is_slow(
    server, usual_tls, monkeypatch
) -> None:
    monkeypatch.setattr(client, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    outbound = Outbound(Guard(frozenset({"127.0.0.1"})), usual_tls)
    entered = asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        entered.set()
        await asyncio.sleep(60)

    server.answers = [silent]
    first = asyncio.create_task(outbound.exchange(get(server)))
    await entered.wait()
    with pytest.raises(NotSent):
        await outbound.exchange(get(server))
    first.cancel()
    await outbound.close()


def test_a_body_that_is_no_json_was_cut_off() -> None:
    for body in (b'{"a": [1, 2', b"", b"<html>", b"\xff", b"[" * 1_000_000, b"9" * 10_000):
        with pytest.raises(VendorUnavailable):
            Answer(200, {}, body).json()


async def test_a_call_has_a_longest_time_however_it_is_slow(outbound, server, monkeypatch) -> None:
    monkeypatch.setattr(client, "CALL_SECONDS", 0.3)

    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def drips(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    for slow in (silent, drips):
        server.answers = [slow]
        with pytest.raises(TooSlow):
            await outbound.exchange(get(server))


async def test_who_does_not_listen_has_seen_nothing(outbound) -> None:
    with pytest.raises(NotSent):
        await outbound.exchange(Call(method="POST", url="http://127.0.0.1:9"))


async def test_a_closed_client_opens_again(server) -> None:
    outbound = Outbound(Guard(frozenset({"127.0.0.1"})))
    for _ in range(2):
        assert (await outbound.exchange(get(server))).status == 200
        await outbound.close()


CANARY = "canary-7b2e"


@pytest.mark.parametrize("fate", ["fine", "refused", "cut", "gone"])
async def test_nothing_of_a_call_but_method_and_host_is_logged_or_raised(
    outbound, server, caplog, fate
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers = {
        "fine": [answer(200, CANARY.encode(), X_Token=CANARY)],
        "refused": [answer(400, CANARY.encode(), X_Token=CANARY)],
        "cut": [f"HTTP/1.1 200 OK\r\nX-Token: {CANARY}\r\nContent-Length: 99\r\n\r\n{CANARY}".encode()],
        "gone": [b"x"],
    }[fate]
    url = f"http://127.0.0.1:9/{CANARY}" if fate == "gone" else f"{server.url}/{CANARY}?key={CANARY}"
    call = Call(
        method="POST",
        url=url,
        headers={"Authorization": f"Bearer {CANARY}"},
        params={"email": CANARY},
        json={"name": CANARY},
    )
    told = [repr(call), str(call)]
    if fate == "cut":
        server.answers = [_closing(server.answers[0])]
    try:
        told.append(repr(await outbound.exchange(call, {"X-More": CANARY})))
    except VendorUnavailable as exc:
        told += [str(exc), repr(exc), "".join(traceback.format_exception(exc))]
    assert "host=127.0.0.1" in caplog.text
    assert not [text for text in [caplog.text, *told] if CANARY in text]


def _closing(said: bytes):
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    return write

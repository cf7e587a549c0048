"""What a connector hears of a vendor's answers: statuses, limits, lost access, words."""

import json
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.outbound.calls import MOST_RETRY_AFTER, Calls
from adapters.outbound.client import Answer, Call
from domain.integrations.budget import Room
from domain.integrations.credentials import Credentials
from domain.integrations.errors import AccessLost, VendorLimited, VendorRefused, VendorUnavailable
from tests.adapters.outbound.servers import answer

CANARY = "canary-9d41c7"


class Keyring:
    """Access that renews as often as it has newer credentials."""

    def __init__(self, *newer: str) -> None:
        self._now, self._newer = credentials(f"old-{CANARY}"), list(newer)
        self.asked = 0

    async def current(self) -> Credentials:
        return self._now

    async def renewed(self, refused: Credentials) -> Credentials:
        assert refused == self._now
        self.asked += 1
        if not self._newer:
            raise AccessLost
        self._now = credentials(self._newer.pop(0))
        return self._now


class Purse:
    """A budget of so many calls."""

    def __init__(self, calls: int = 1000) -> None:
        self.left, self.told_of = calls, []

    async def spend(self) -> None:
        if not self.left:
            raise VendorLimited(retry_after=600)
        self.left -= 1

    async def told(self, room: Room) -> None:
        self.told_of.append(room)


def credentials(token: str) -> Credentials:
    return Credentials(kind="oauth", access_token=token, refresh_token=f"refresh-{CANARY}")


def calls(outbound, *, access=None, budget=None, **options) -> Calls:
    return Calls(outbound, access or Keyring(), budget or Purse(), pauses=(0, 0), **options)


async def test_a_call_carries_the_credentials(outbound, server) -> None:
    said = await calls(outbound).send(Call(method="GET", url=server.url))
    assert said.json() == {}
    assert f"authorization: bearer old-{CANARY}".encode() in server.seen[0].lower()


async def test_a_connector_has_its_own_way_to_show_them(outbound, server) -> None:
    def key(given: Credentials) -> dict[str, str]:
        return {"x-api-token": given.access_token.get_secret_value()}

    await calls(outbound, authorised=key).send(Call(method="GET", url=server.url))
    assert b"authorization" not in server.seen[0].lower()
    assert f"x-api-token: old-{CANARY}".encode() in server.seen[0].lower()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408])
async def test_a_fault_of_the_vendor_is_tried_three_times_where_that_does_no_harm(
    outbound, server, status
) -> None:
    server.answers = [answer(status)]
    for call, tries in (
        (Call(method="GET", url=server.url), 3),
        (Call(method="PUT", url=server.url), 3),
        (Call(method="DELETE", url=server.url), 3),
        (Call(method="POST", url=server.url), 1),
        (Call(method="PATCH", url=server.url), 1),
        (Call(method="POST", url=server.url, repeatable=True), 3),
        (Call(method="PUT", url=server.url, repeatable=False), 1),
    ):
        server.seen.clear()
        with pytest.raises(VendorUnavailable):
            await calls(outbound).send(call)
        assert len(server.seen) == tries, call


async def test_a_fault_that_passes_is_not_noticed(outbound, server) -> None:
    server.answers = [answer(502), answer(503), answer(200, b'{"a": 1}')]
    assert (await calls(outbound).send(Call(method="GET", url=server.url))).json() == {"a": 1}


async def test_an_answer_that_was_cut_off_is_asked_for_again(outbound, server) -> None:
    async def cut(writer) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a"')
        await writer.drain()

    server.answers = [cut, answer(200, b'{"a": 1}')]
    assert (await calls(outbound).send(Call(method="GET", url=server.url))).json() == {"a": 1}
    server.answers, server.seen = [cut], []
    with pytest.raises(VendorUnavailable):
        await calls(outbound).send(Call(method="POST", url=server.url))
    assert len(server.seen) == 1


async def test_whoever_did_not_listen_is_called_again_with_anything(outbound) -> None:
    purse = Purse()
    with pytest.raises(VendorUnavailable):
        await calls(outbound, budget=purse).send(Call(method="POST", url="http://127.0.0.1:9"))
    assert purse.left == 997


async def test_a_moment_that_the_vendor_asks_for_is_waited(outbound, server) -> None:
    server.answers = [answer(429, Retry_After="1"), answer(200)]
    assert (await calls(outbound).send(Call(method="POST", url=server.url))).status == 200
    assert len(server.seen) == 2


def in_seconds(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        (lambda: "60", 60, 60),
        (lambda: "0060", 60, 60),
        (lambda: "9" * 400, MOST_RETRY_AFTER, MOST_RETRY_AFTER),
        (lambda: in_seconds(90), 88, 91),
        (lambda: in_seconds(90).replace("GMT", "-0000"), 88, 91),
        (lambda: in_seconds(10_000_000), MOST_RETRY_AFTER, MOST_RETRY_AFTER),
        (lambda: "soon", 10, 10),
        (lambda: "-5", 10, 10),
        (lambda: "12.5", 10, 10),
        (lambda: "", 10, 10),
        (lambda: "Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 10, 10),
        (lambda: "Fri, 31 Feb 2026 23:59:59 GMT", 10, 10),
        (None, 10, 10),
    ],
    ids=range(13),
)
async def test_a_longer_wait_is_told_to_the_engine(outbound, server, said, least, most) -> None:
    headers = {"Retry_After": said()} if said else {}
    server.answers = [answer(429, **headers)]
    with pytest.raises(VendorLimited) as limited:
        await calls(outbound).send(Call(method="GET", url=server.url))
    assert least <= limited.value.retry_after <= most
    assert len(server.seen) == 1


async def test_a_date_that_has_passed_is_a_moment(outbound, server) -> None:
    server.answers = [answer(429, Retry_After=in_seconds(-900)), answer(200)]
    assert (await calls(outbound).send(Call(method="GET", url=server.url))).status == 200


async def test_a_storm_of_limits_ends_after_three_tries(outbound, server) -> None:
    server.answers = [answer(429, Retry_After="1")]
    with pytest.raises(VendorLimited) as limited:
        await calls(outbound).send(Call(method="GET", url=server.url))
    assert (limited.value.retry_after, len(server.seen)) == (1, 3)


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_are_renewed_once_and_the_call_goes_on(outbound, server, status) -> None:
    server.answers = [answer(status), answer(200)]
    access = Keyring("new")
    assert (await calls(outbound, access=access).send(Call(method="POST", url=server.url))).status == 200
    assert access.asked == 1
    assert b"bearer new" in server.seen[1].lower()


@pytest.mark.parametrize("status", [401, 403])
async def test_access_is_lost_where_renewing_does_not_help(outbound, server, status) -> None:
    server.answers = [answer(status, b'{"message": "The app lacks the scope crm.objects.contacts.read"}')]
    access = Keyring("new", "newer")
    with pytest.raises(AccessLost, match="lacks the scope"):
        await calls(outbound, access=access).send(Call(method="GET", url=server.url))
    assert (access.asked, len(server.seen)) == (1, 2)
    with pytest.raises(AccessLost):
        await calls(outbound, access=Keyring()).send(Call(method="GET", url=server.url))


async def test_a_connector_knows_limits_that_look_like_lost_access(outbound, server) -> None:
    server.answers = [answer(403, b'[{"errorCode": "REQUEST_LIMIT_EXCEEDED"}]')]

    def room_of(said: Answer) -> Room | None:
        if b"REQUEST_LIMIT_EXCEEDED" in said.body:
            raise VendorLimited(retry_after=3600)
        return None

    access = Keyring("new")
    with pytest.raises(VendorLimited) as limited:
        await calls(outbound, access=access, room_of=room_of).send(Call(method="GET", url=server.url))
    assert (limited.value.retry_after, access.asked) == (3600, 0)


async def test_the_budget_is_asked_before_each_try_and_told_after_it(outbound, server) -> None:
    server.answers = [answer(503, X_Left="9"), answer(200, X_Left="8")]
    purse = Purse(2)
    sending = calls(outbound, budget=purse, room_of=lambda said: Room(today=int(said.headers["x-left"])))
    await sending.send(Call(method="GET", url=server.url))
    assert purse.told_of == [Room(today=9), Room(today=8)]
    with pytest.raises(VendorLimited) as limited:
        await sending.send(Call(method="GET", url=server.url))
    assert (limited.value.retry_after, len(server.seen)) == (600, 2)


@pytest.mark.parametrize("status", [301, 302, 304, 307, 400, 404, 405, 409, 410, 412, 415, 422])
async def test_all_else_is_a_refusal_with_the_words_of_the_vendor(outbound, server, status) -> None:
    body = b"" if status == 304 else b'{"message": "Property foo does not exist"}'
    server.answers = [answer(status, body)]
    with pytest.raises(VendorRefused) as refused:
        await calls(outbound).send(Call(method="GET", url=server.url))
    assert refused.value.status == status
    assert refused.value.words == ("" if status == 304 else "Property foo does not exist")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
async def test_a_vendor_that_repeats_the_token_gives_it_to_nobody(outbound, server, caplog, status) -> None:
    caplog.set_level(logging.DEBUG)
    words = f"Bearer old-{CANARY} or refresh-{CANARY} at https://x.example/?token={CANARY} is wrong"
    server.answers = [answer(status, json.dumps({"message": words}).encode(), X_Echo=CANARY)]
    with pytest.raises((VendorRefused, AccessLost, VendorLimited, VendorUnavailable)) as refused:
        await calls(outbound, access=Keyring(f"old-{CANARY}", f"old-{CANARY}")).send(
            Call(method="POST", url=f"{server.url}/{CANARY}?key={CANARY}", json={"token": CANARY})
        )
    said = [caplog.text, str(refused.value), repr(refused.value), str(refused.value.args)]
    assert not [text for text in said if CANARY in text]
    if status == 400:
        assert refused.value.words == "Bearer […] or […] at https://x.example/ is wrong"

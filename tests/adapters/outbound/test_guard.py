"""Where the guard lets a call go. What counts is the sockets that were opened, not what was said."""

import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from adapters.outbound.addresses import REFUSED, is_public
from adapters.outbound.client import Call, Outbound
from adapters.outbound.guard import MOST_ADDRESSES, Guard
from domain.integrations.errors import AddressRefused, VendorUnavailable
from tests.adapters.outbound.servers import answer, serving

# One address or more of each network that is refused, in the forms in which a resolver may tell it.
INSIDE = [
    "0.0.0.0", "10.0.0.4", "100.64.0.1", "127.0.0.1", "127.8.9.1", "169.254.169.254",  # noqa: S104
    "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::7f00:1", "::ffff:10.0.0.4", "::ffff:168.63.129.16", "::ffff:127.0.0.1",
    "64:ff9b::a00:4", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:4::1",
    "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "not an address", "",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1",
    "20.60.1.1",
    "168.63.129.17",
    "192.88.98.255",
    "2606:4700::1111",
    "2a00:1450::1",
    "::ffff:1.1.1.1",
]


@pytest.fixture(scope="module")
def watch() -> Callable[[], list[object]]:
    """Everything that this process connects to, from now on."""
    connected: list[object] = []
    active = True

    def hook(event: str, given: tuple) -> None:
        if active and event in ("socket.connect", "socket.sendto"):
            connected.append(given[1])

    sys.addaudithook(hook)

    def begin() -> list[object]:
        connected.clear()
        return connected

    yield begin
    active = False


def telling(*addresses: str) -> tuple[Outbound, list[str]]:
    asked: list[str] = []

    async def resolve(host: str) -> list[str]:
        asked.append(host)
        return list(addresses)

    return Outbound(Guard(resolve=resolve)), asked


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_opens_no_socket(address: str, watch) -> None:
    outbound, asked = telling(address)
    connected = watch()
    with pytest.raises(AddressRefused):
        await outbound.exchange(Call(method="POST", url="https://crm.example/hook"))
    assert connected == []
    assert asked == ["crm.example"]
    await outbound.close()


@pytest.mark.parametrize("address", INSIDE)
async def test_one_address_inside_among_public_ones_is_enough(address: str, watch) -> None:
    for addresses in (["1.1.1.1", address], [address, "1.1.1.1"]):
        outbound, _ = telling(*addresses)
        connected = watch()
        with pytest.raises(AddressRefused):
            await outbound.exchange(Call(method="GET", url="https://crm.example"))
        assert connected == []
        await outbound.close()


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


def test_each_network_that_python_takes_for_public_has_a_case() -> None:
    cases = [ip_address(text) for text in INSIDE[:-2]]
    for network in REFUSED:
        assert any(case in network for case in cases if case.version == network.version), network


@pytest.mark.parametrize(
    "literal",
    [
        "127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "0", "10.0.0.4", "localhost",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:4]", "169.254.169.254", "168.63.129.16", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
async def test_an_address_inside_in_any_writing_opens_no_socket(literal: str, watch) -> None:
    """With the machine's own resolver, which knows these without asking anybody."""
    outbound = Outbound(Guard())
    connected = watch()
    with pytest.raises(AddressRefused):
        await outbound.exchange(Call(method="GET", url=f"https://{literal}/"))
    assert connected == []
    await outbound.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/", "https://crm.example:8443/", "https://crm.example:22/", "https://crm.example:0/",
        "https://ada@crm.example/", "https://ada:secret@crm.example/", "ftp://crm.example/",
        "file:///etc/passwd", "gopher://crm.example/", "//crm.example/", "crm.example", "", "https://",
        "https://[", "https://[]/", "https://crm%2eexample/", "https://crm.example\\@inside/",
        "https://crm.example:99999/", "https:///path", "javascript:alert(1)", "unix:///run/x.sock",
    ],
)  # fmt: skip
async def test_an_address_of_another_form_is_refused_before_its_name_is_looked_up(url: str, watch) -> None:
    outbound, asked = telling("1.1.1.1")
    connected = watch()
    with pytest.raises(AddressRefused):
        await outbound.exchange(Call(method="GET", url=url))
    assert (connected, asked) == ([], [])
    await outbound.close()


async def test_a_name_with_very_many_addresses_is_refused(watch) -> None:
    outbound, _ = telling(*(f"1.1.1.{number}" for number in range(MOST_ADDRESSES + 1)))
    connected = watch()
    with pytest.raises(AddressRefused):
        await outbound.exchange(Call(method="GET", url="https://crm.example"))
    assert connected == []


async def test_a_name_that_is_unknown_is_no_answer() -> None:
    async def resolve(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(VendorUnavailable):
        await Outbound(Guard(resolve=resolve)).exchange(Call(method="GET", url="https://crm.example"))
    outbound, _ = telling()
    with pytest.raises(VendorUnavailable):
        await outbound.exchange(Call(method="GET", url="https://crm.example"))


async def test_a_name_that_changes_after_it_was_judged_leads_nowhere_else(watch) -> None:
    """The name says another address each time: what is connected to is what was judged, by one question."""
    asked: list[str] = []

    async def resolve(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    judged: list[str] = []

    def judge(address: str) -> bool:
        judged.append(address)
        return address == "127.0.0.1"

    async with serving() as good:
        guard = Guard(resolve=resolve, judge=judge)
        connected = watch()
        stream = await guard.connect_tcp("crm.example", good.port)
        assert connected == [("127.0.0.1", good.port)]
        await stream.aclose()
        assert (asked, judged) == (["crm.example"], ["127.0.0.1"])
        connected = watch()
        with pytest.raises(AddressRefused):
            await guard.connect_tcp("crm.example", good.port)
        assert connected == []


async def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    async def resolve(host: str) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with serving() as good:
        guard = Guard(resolve=resolve, judge=lambda _: True)
        stream = await guard.connect_tcp("crm.example", good.port)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        await stream.aclose()


async def test_the_certificate_is_that_of_the_name(tls_of, trusting) -> None:
    names: list[str | None] = []
    tls = tls_of("crm.test")
    tls.sni_callback = lambda _, name, __: names.append(name)
    async with serving(tls=tls) as served:
        outbound = Outbound(Guard(frozenset({"crm.test", "other.test"})), trusting)
        said = await outbound.exchange(Call(method="GET", url=f"https://crm.test:{served.port}/"))
        assert said.status == 200
        assert names == ["crm.test"]
        with pytest.raises(VendorUnavailable):
            await outbound.exchange(Call(method="GET", url=f"https://other.test:{served.port}/"))
        await outbound.close()
        stranger = Outbound(Guard(frozenset({"crm.test"})))
        with pytest.raises(VendorUnavailable):
            await stranger.exchange(Call(method="GET", url=f"https://crm.test:{served.port}/"))
        await stranger.close()
    assert len(served.seen) == 1


async def test_a_redirect_is_an_answer_and_not_followed(outbound, server, watch) -> None:
    server.answers = [answer(302, Location="http://169.254.169.254/latest/meta-data")]
    connected = watch()
    said = await outbound.exchange(Call(method="GET", url=f"{server.url}/"))
    assert said.status == 302
    assert connected == [("127.0.0.1", server.port)]


async def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch, server, tmp_path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    outbound = Outbound(Guard(frozenset({"127.0.0.1"})))
    assert (await outbound.exchange(Call(method="GET", url=f"{server.url}/"))).status == 200
    assert b"authorization" not in server.seen[0].lower()
    await outbound.close()


async def test_loopback_is_reached_under_its_named_hosts_only(server) -> None:
    for loopback, url in (
        (frozenset(), server.url),
        (frozenset({"localhost"}), server.url),
        (frozenset({"127.0.0.1"}), f"http://localhost:{server.port}"),
        (frozenset({"127.0.0.1"}), f"http://ada:secret@127.0.0.1:{server.port}"),
    ):
        with pytest.raises(AddressRefused):
            await Outbound(Guard(loopback)).exchange(Call(method="GET", url=url))
    assert server.connections == 0

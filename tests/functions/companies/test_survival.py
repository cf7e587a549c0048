"""Connections with companies survive workers that die between any two writes, late orders, and erasures."""

import itertools
import secrets
from contextlib import suppress
from datetime import timedelta

import pytest

import wiring.companies
import wiring.operations
import wiring.organisations
from domain.base.errors import NotFound, StaleVersion
from domain.base.limits import UNDO_TIME
from domain.companies.connected import delete_connected
from domain.companies.connecting import Wish, carry_out_link, company_at, connect, end
from domain.companies.link import COMPANY_LINK, company_link_id, exchange_id_of
from domain.exchange.details import Details
from domain.exchange.exchange import Consent, order_for
from domain.exchange.receipt import Parties
from domain.operations.orders import OrderMessage
from domain.organisations.organisation import Acting
from domain.relationships.contacts import Filter
from functions.framework.clock import new_id, now
from tests.functions.companies.companies import a_company, own
from tests.functions.companies.companies import connect as connected
from tests.functions.companies.companies import end as ended
from tests.functions.organisations.test_closing import close
from tests.functions.organisations.test_erasure import stored_of, the_timer
from tests.functions.privacy.test_copy import account_of
from tests.stored import places_of

MOST_WRITES = 6


class Killed(BaseException):
    """The worker dies here."""


class Life:
    """How many more writes a worker does; it dies before or after the next one."""

    def __init__(self, writes: int, *, after: bool) -> None:
        self.left, self.after = writes, after

    def around(self, store):
        return Fragile(store, self)


class Fragile:
    def __init__(self, store, life: Life) -> None:
        self._store, self._life = store, life

    def __getattr__(self, name: str):
        found = getattr(self._store, name)
        return self._writing(found) if name in ("save", "create") else found

    def _writing(self, write):
        async def written(*what):
            self._life.left -= 1
            if self._life.left < 0 and not self._life.after:
                raise Killed
            done = await write(*what)
            if self._life.left < 0:
                raise Killed
            return done

        return written


class One:
    """A person, and the company that they have to do with."""

    def __init__(self, org_id: str, handle: str) -> None:
        self.account, self.org_id, self.handle = new_id("acc"), org_id, handle
        self.ports = wiring.companies.ports()

    def dying(self, life: Life):
        store = life.around(self.ports.exchanges)
        book = self.ports.book._replace(contacts=life.around(self.ports.book.contacts))
        return self.ports._replace(links=life.around(self.ports.links), exchanges=store, book=book)

    async def do(self, act: str, ports=None) -> None:
        ports = ports or self.ports
        if act == "connect":
            company = await company_at(self.handle, ports)
            wish = Wish(Details(name="Grace"), Consent(text="Yes", version="1", language="en"), PARTIES)
            await connect(self.account, company, wish, now=now(), ports=ports)
        elif act == "end":
            link = await self.link()
            await end(self.account, link.id, None, now=now(), ports=ports)
        else:
            await self.delete(ports)

    async def delete(self, ports) -> None:
        organisation = await wiring.organisations.store().get(self.org_id)
        exchange = await self.exchange()

        async def settle(order) -> None:
            await carry_out_link(order, now=now(), ports=ports)

        await delete_connected(
            Acting(organisation, None), exchange.id, exchange.version,
            now=now(), exchanges=ports.exchanges, settle=settle,
        )  # fmt: skip

    async def link(self):
        return await self.ports.links.get(self.account, company_link_id(self.account, self.org_id))

    async def exchange(self, number: int = 1):
        return await self.ports.exchanges.get(self.org_id, exchange_id_of(self.account, self.org_id, number))

    async def orders(self, number: int = 1) -> None:
        """What the timer has done of the order, twice."""
        exchange_id = exchange_id_of(self.account, self.org_id, number)
        order = order_for(COMPANY_LINK, self.org_id, exchange_id, now())
        message = OrderMessage(container="organisations", owner_id=self.org_id, order_id=order.id)
        assert bool(await self.exchange(number)) == bool(await wiring.operations.orders().get(message))
        for _ in range(2):
            await carry_out_link(order, now=now(), ports=self.ports)

    async def contacts(self) -> int:
        wanted = Filter(None, None, archived=False)
        return len((await self.ports.book.contacts.by_name(self.account, wanted, 10, None))[0])


PARTIES = Parties("urn:x", "Company", None, "https://x/c/x", "iZwop", "a@example.com", "https://x")


@pytest.fixture
async def company(signed_in):
    return await a_company(signed_in)


STATES = {"kept": "connected", "withdrawn": "ended", "dismissed": "removed"}


@pytest.mark.parametrize("act", ["connect", "end", "delete"])
async def test_whoever_dies_between_two_writes_loses_and_doubles_nothing(company, act) -> None:
    deaths = 0
    for writes, after in itertools.product(range(MOST_WRITES), (False, True)):
        one = One(company.org["id"], company.handle)
        if act != "connect":
            await one.do("connect")
        with suppress(Killed):
            await one.do(act, one.dying(Life(writes, after=after)))
            deaths -= 1
        deaths += 1
        await one.orders()
        exchange, link = await one.exchange(), await one.link()
        assert (link and link.state) == (exchange and STATES[exchange.state]), (writes, after)
        assert await one.contacts() == (1 if exchange else 0)
        # They press once more.
        with suppress(NotFound, StaleVersion):
            await one.do(act)
        exchange, link = await one.exchange(), await one.link()
        assert (exchange.state, link.state) == {
            "connect": ("kept", "connected"),
            "end": ("withdrawn", "ended"),
            "delete": ("dismissed", "removed"),
        }[act]
        assert await one.contacts() == 1
    assert deaths >= 4


async def test_an_order_that_comes_late_changes_nothing(company) -> None:
    one = One(company.org["id"], company.handle)
    for act in ("connect", "end", "connect"):
        await one.do(act)
    before = (await one.link(), await one.exchange(1), await one.exchange(2), await one.contacts())
    await one.orders(1)
    await one.orders(2)
    await one.orders(1)
    assert (await one.link(), await one.exchange(1), await one.exchange(2), await one.contacts()) == before
    assert (before[0].state, before[1].state, before[2].state) == ("connected", "withdrawn", "kept")


@pytest.mark.parametrize("times", [1, 2])
async def test_a_contact_that_was_erased_is_not_made_again(company, signed_in, times: int) -> None:
    grace = await signed_in()
    for _ in range(times - 1):
        await ended(grace, await connected(grace, company))
    link = await connected(grace, company)
    path = f"contacts/{link['contactId']}"
    etag = (await grace.api("GET", path)).headers["etag"]
    assert (await grace.api("DELETE", path, headers={"If-Match": etag})).is_success
    account = await account_of(grace)
    exchange_id = exchange_id_of(account, company.org["id"], times)
    await wiring.companies.effects()[COMPANY_LINK](
        order_for(COMPANY_LINK, company.org["id"], exchange_id, now())
    )
    assert (await grace.api("GET", path)).status_code == 404
    contacts = (await grace.api("GET", "contacts")).json()["data"]
    assert company.org["name"] not in [each["content"]["name"] for each in contacts]
    assert [each["state"] for each in await own(grace)] == ["connected"]


async def test_the_erasure_of_an_organisation_takes_all_that_it_got(company, host, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    link = await connected(grace, company, name=f"Grace {word}")
    assert (await close(company.owner, company.org)).status_code == 204
    store = wiring.organisations.store()
    closed = await store.get(company.org["id"])
    ago = closed.updated_at - UNDO_TIME - timedelta(minutes=1)
    await store.save_with(closed.model_copy(update={"updated_at": ago}), [])
    await the_timer(host)
    assert [each["kind"] for each in await stored_of(company.org["id"])] == ["erased-organisation"]
    assert await places_of(word) == []
    [there] = await own(grace)
    assert (there["id"], there["state"]) == (link["id"], "closed")
    account, org_id = await account_of(grace), company.org["id"]
    order = order_for(COMPANY_LINK, org_id, exchange_id_of(account, org_id, 1), now())
    await wiring.companies.effects()[COMPANY_LINK](order)
    assert [each["kind"] for each in await stored_of(org_id)] == ["erased-organisation"]
    assert (await ended(grace, there)).status_code == 204
    assert await own(grace) == []

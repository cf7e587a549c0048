"""Random things that happen to an organisation: to its people, teams, templates, imports and directory.

What follows a change happens as elsewhere: often at once, sometimes later, because the worker has died, and
long work goes on a little at a time between the other steps.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import wiring.operations
import wiring.organisations
import wiring.organisations.imports
from domain.base.errors import Refusal, Unavailable
from tests.functions.organisations.imported import Imports, a_word, table
from tests.functions.organisations.joined import do, joined
from tests.functions.organisations.test_assignments import Firm, go_on
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_known_people import added, details
from tests.functions.organisations.test_staff_cards import RULES
from tests.functions.scim.directories import Sender, a_token, somebody

TEMPLATES = TEAMS = 3
OF_BRAND: Final = {
    "companyText": {"mode": "locked", "value": {"brand": "companyText"}},
    "bio": {"mode": "optional"},
}
# Later than everything that is due now.
LATER: Final = timedelta(hours=2)


class History:
    """An organisation, and what has happened to it."""

    def __init__(self, firm: Firm, client: Any, signed_in: Any, seed: int) -> None:
        self.firm, self.client, self.signed_in = firm, client, signed_in
        self.random, self.word = Random(seed), a_word()
        self.deaths: Random | None = Random(seed + 1)
        self.number, self.happened = 0, list[str]()
        self.people, self.known, self.files = dict[str, Any](), list[dict](), list[dict]()
        self.templates, self.teams, self.broken = list[str](), list[dict](), list[str]()

    @property
    def at(self) -> str:
        return f"organisations/{self.firm.id}"

    def next(self) -> int:
        self.number += 1
        return self.number

    def somebody(self) -> dict:
        number = self.next()
        known = {"name": f"Person {number:03} {self.word}", "email": f"{self.word}{number}@example.com"}
        self.known.append(known | {"externalId": f"{self.word}-{number}", "details": {"title": "Staff"}})
        return self.known[-1]

    async def begin(self) -> None:
        await change_brand(self)
        for number in range(TEMPLATES):
            rules = OF_BRAND if number != 1 else {}
            self.templates.append(await self.firm.template(f"Template {number}", **rules))
        self.teams = [await self.firm.company.team(f"Team {number}") for number in range(TEAMS)]
        for number in range(4):
            there = await added(self.firm.owner, self.firm.made, self.somebody())
            await self.firm.card(there["id"], self.templates[number % TEMPLATES])
        self.imports = Imports(self.firm.host, self.firm.owner, self.firm.made)
        self.directory = Sender(self.client(), await a_token(self.firm.owner, self.firm.made))
        self.of_directory = [await self.directory.made() for _ in range(2)]
        for http in (self.firm.owner.http, self.directory.http):
            http.event_hooks = {"response": [self._seen]}

    async def _seen(self, answer: Any) -> None:
        if answer.status_code >= 500:
            await answer.aread()
            self.broken.append(f"{answer.request.method} {answer.request.url} {answer.text}")

    async def members(self) -> list[Any]:
        """Everybody who is there but the owner, in the order of their names."""
        from domain.organisations.organisation import MemberFilter  # noqa: PLC0415 - what the host loaded

        found, _ = await wiring.organisations.store().members(self.firm.id, MemberFilter(), 100, None)
        return [each for each in found if each.role != "owner"]

    async def gone(self) -> list[str]:
        """Whom somebody took out, in the order in which they can be found again."""
        since = datetime.now(UTC) - LATER
        found = await wiring.organisations.store().removed_since(self.firm.id, since, 50)
        return [each.id for each in found]

    async def works(self) -> list[Any]:
        """Long work of the organisation that is not over."""
        due = wiring.operations.works().due(datetime.now(UTC) + LATER)
        return [each async for each in due if self.firm.id in f"{each.owner_id} {each.cursor}"]

    async def orders(self) -> list[Any]:
        due = wiring.operations.orders().due(datetime.now(UTC) + LATER)
        return [each async for each in due if each.owner_id == self.firm.id]

    async def step(self, *, of_all: bool) -> None:
        weights = STEPS | OF_ALL if of_all else STEPS
        [step] = self.random.choices(list(weights), weights=list(weights.values()))
        self.happened.append(step.__name__)
        await step(self)

    async def several_at_once(self) -> None:
        """Several steps, of which some may be refused because of the others."""
        weights = STEPS | OF_ALL | {close_and_reopen: 0}
        steps = [*self.random.choices(list(weights), weights=list(weights.values()), k=3), do_some_work]
        self.happened.append(" + ".join(step.__name__ for step in steps))
        for done in await asyncio.gather(*(step(self) for step in steps), return_exceptions=True):
            # What was read for a step may be gone before it is done.
            if isinstance(done, BaseException) and not isinstance(done, AssertionError | KeyError | Refusal):
                raise done

    async def rest(self) -> None:
        """Nothing dies, and everything that is due is done."""
        deaths, self.deaths = self.deaths, None
        while (await do_some_orders(self)) or (await do_some_work(self)):
            pass
        self.deaths = deaths


def dying(history: History, carry_out: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
    """What carries orders out, by a worker that is often not there."""

    async def carried_out(message: Any, **ports: Any) -> bool:
        if history.deaths and message.owner_id == history.firm.id and history.deaths.random() < 0.3:
            raise Unavailable
        return await carry_out(message, **ports)

    return carried_out


async def version(history: History, path: str) -> dict[str, str]:
    return {"If-Match": (await history.firm.owner.api("GET", path)).headers["etag"]}


async def put(history: History, path: str, of: str = "", **body: Any) -> Any:
    """A change of what is there now."""
    options = {"json": body} if body else {}
    headers = await version(history, of or path)
    answer = await history.firm.owner.api("PUT", path, headers=headers, **options)
    assert answer.is_success, answer.text
    return answer


async def change_brand(history: History) -> None:
    await put(history, f"{history.at}/brand", companyText=f"Text {history.next()}")


async def rename(history: History) -> None:
    await put(history, history.at, name=f"Firm {history.next()}", joining="invitation")


async def release(history: History) -> None:
    template = history.random.choice(history.templates)
    path, title = f"{history.at}/templates/{template}", f"Title {history.next()} {{title?}}"
    more = OF_BRAND if history.random.random() < 0.6 else {}
    rules = RULES | {"title": {"mode": "locked", "value": title}} | more
    await put(history, path, name="Staff", rules=rules)
    await put(history, f"{path}/release", path)


async def assign(history: History) -> None:
    random, firm = history.random, history.firm
    teams = random.sample(history.teams, random.randrange(3))
    chosen = [(team, random.choice(history.templates)) for team in teams]
    default = random.choice([None, *history.templates])
    drafted = await firm.draft(chosen, default, cardsForNew=random.random() < 0.5)
    assert drafted.status_code == 200, drafted.text
    headers = {"If-Match": drafted.headers["etag"]}
    answer = await firm.owner.api("PUT", f"{firm.at}/in-force", headers=headers)
    assert answer.status_code == 200 or answer.json()["code"] == "nothing_to_assign", answer.text


async def somebody_here(history: History) -> Any:
    return history.random.choice(await history.members() or [None])


async def change_team(history: History) -> None:
    there, team = await somebody_here(history), history.random.choice(history.teams)
    if there is None:
        return
    if team["id"] not in there.teams:
        assert (await history.firm.company.add(team, there.id)).is_success
        return
    path = f"{history.firm.company.at}/{team['id']}/members/{there.id}"
    assert (await history.firm.owner.api("DELETE", path)).status_code == 204


async def move_team(history: History) -> None:
    """Below another one, or to the top again."""
    team, other = history.random.sample(history.teams, 2)
    parent = history.random.choice([None, other["id"]])
    body = {"name": team["name"], "parentId": parent}
    answer = await history.firm.company.versioned("PUT", team, json=body)
    assert answer.status_code in (200, 409, 422), answer.text


async def learn_of(history: History) -> None:
    there = await somebody_here(history)
    if there is not None:
        path = f"{history.at}/members/{there.id}/details"
        known = (await details(history.firm.owner, history.firm.made, there.id)).json()
        said = {name: known[name] for name in ("name", "email", "externalId")}
        await put(history, path, **said, details={"title": f"Learnt {history.next()}"})


async def take_out(history: History) -> None:
    if there := await somebody_here(history):
        answer = await do(history.firm.owner, "DELETE", history.firm.made, there.id)
        assert answer.status_code == 204, answer.text


async def take_back(history: History) -> None:
    if gone := await history.gone():
        await put(history, f"{history.at}/members/{history.random.choice(gone)}/restoration")


async def add(history: History) -> None:
    """Somebody new, or who was here before."""
    known = history.random.choice([*history.known, history.somebody()])
    answer = await history.firm.owner.api("POST", f"{history.at}/members", json=known)
    assert answer.status_code == 201 or answer.json()["code"] == "person_exists", answer.text


async def join(history: History) -> None:
    person = await history.signed_in()
    history.people[(await joined(history.firm.made, person))["id"]] = person


async def leave(history: History) -> None:
    here = [each for each in await history.members() if each.id in history.people]
    if here:
        person = history.people[history.random.choice(here).id]
        path = f"{history.at}/membership"
        headers = {"If-Match": (await person.api("GET", path)).headers["etag"]}
        answer = await person.api("DELETE", path, headers=headers)
        assert answer.status_code == 204, answer.text


async def close_and_reopen(history: History) -> None:
    owner, org = history.firm.owner, history.firm.made
    before = int((await version(history, history.at))["If-Match"].strip('"'))
    assert (await close(owner, org)).status_code == 204
    for _ in range(history.random.randrange(3)):
        await do_some_work(history)
    assert (await reopen(owner, org, before + 1)).status_code == 204


async def send_file(history: History) -> None:
    """People who are here or were, by their identifiers, and somebody new; some of them in a team."""
    rows = []
    for known in [*history.random.sample(history.known, 2), history.somebody()]:
        team = history.random.choice(["", *(each["name"] for each in history.teams)])
        title = f"Filed {history.next()}"
        rows.append(f"{known['name']},{known['email']},{known['externalId']},{title},{team}")
    made = await history.imports.send(table(*rows))
    assert (await history.imports.put(made, "columns", {"fields": made["fields"]})).status_code == 200
    history.files.append(made)
    await check_file(history, made)


async def check_file(history: History, made: dict) -> None:
    """The check, which changes nothing; if a worker has begun it."""
    found = await wiring.organisations.imports.store().get(history.firm.id, made["id"])
    work = await wiring.operations.works().get(history.firm.id, found.work_id)
    if work is not None:
        await go_on(work)


async def go_on_with_a_file(history: History) -> None:
    """Store it, if it was checked; take it back, if it was stored."""
    if history.files:
        made = history.random.choice(history.files)
        stage = (await history.imports.get(made))["stage"]
        if what := {"ready": "writing", "done": "undo"}.get(stage):
            answer = await history.imports.put(made, what, {} if what == "writing" else None)
            assert answer.status_code == 200, answer.text


async def tell_by_directory(history: History) -> None:
    """Another title, on or off; who was deleted is sent again."""
    random, told = history.random, history.of_directory
    each = random.choice(told)
    path = f"Users/{each['id']}"
    if random.random() < 0.2:
        assert (await history.directory.send("DELETE", path)).status_code in (204, 404)
        return
    if (await history.directory.send("GET", path)).status_code == 404:
        names = ("userName", "externalId", "displayName", "name", "emails")
        sent = somebody(**{name: each[name] for name in names})
        again = await history.directory.send("POST", "Users", sent)
        assert (again.status_code, again.json()["id"]) == (201, each["id"]), again.text
        return
    title = {"op": "Replace", "path": "title", "value": f"Told {history.next()}"}
    active = {"op": "Replace", "path": "active", "value": random.choice(["True", "False"])}
    answer = await history.directory.patch(path, *random.choice([[title], [active], [title, active]]))
    assert answer.status_code == 204, answer.text


async def do_some_work(history: History) -> bool:
    works = await history.works()
    if works:
        done = await go_on(history.random.choice(works), items=history.random.choice([1, 2, 100]))
        assert done is None or done.error is None, repr(done.error)
    return bool(works)


async def do_some_orders(history: History) -> bool:
    """As the timer does with those that are left."""
    orders = await history.orders()
    for order in history.random.sample(orders, min(3, len(orders))):
        await wiring.operations.effects()[order.kind](order)
        await wiring.operations.orders().delete(order)
    return bool(orders)


Step = Callable[[History], Awaitable[Any]]
STEPS: Final[dict[Step, int]] = {
    change_team: 5, learn_of: 4, take_out: 4, take_back: 2, add: 3, join: 2, leave: 1, send_file: 4,
    go_on_with_a_file: 8, tell_by_directory: 5, do_some_work: 12, do_some_orders: 2,
}  # fmt: skip
# Each of these brings all cards in line. What follows one person is not missed before that is over.
OF_ALL: Final[dict[Step, int]] = {
    change_brand: 2, rename: 2, release: 4, assign: 4, move_team: 1, close_and_reopen: 1,
}  # fmt: skip

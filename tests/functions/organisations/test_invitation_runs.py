"""Those who have not joined are invited many at once: counted first, once each, with their role."""

import asyncio
import secrets

import pytest

import wiring.organisations
import wiring.organisations.invitations
from domain.base import limits
from domain.base.limits import Rate
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.imported import Imports, staff, table
from tests.functions.organisations.invited import (
    expired,
    invite,
    invited,
    join,
    links_to,
    waiting,
    withdrawn,
)
from tests.functions.organisations.joined import do, give, joined
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_organisations import an_organisation


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


class Runs:
    """Runs of invitations of one organisation, by one person."""

    def __init__(self, host, person, org: dict) -> None:
        self.host, self.person, self.org = host, person, org
        self.at = f"organisations/{org['id']}/invitation-runs"
        self.word = secrets.token_hex(8)

    def address(self, number: int) -> str:
        return f"{self.word}{number}@example.com"

    async def add(self, number: int) -> dict:
        """Somebody whom the organisation knows."""
        body = {"name": f"Person {number} {self.word}", "email": self.address(number)}
        made = await self.person.api("POST", f"organisations/{self.org['id']}/members", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    async def post(self, body: dict | None = None, **headers: str):
        return await self.person.api("POST", self.at, json=body or {}, headers=headers)

    async def get(self, run: dict) -> dict:
        answer = await self.person.api("GET", f"{self.at}/{run['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def counted(self, **whom: str) -> dict:
        answer = await self.post(whom)
        assert answer.status_code == 201, answer.text
        assert answer.json()["stage"] == "counting"
        await self.host.drain_queue("work")
        run = await self.get(answer.json())
        assert run["stage"] == "ready", run
        return run

    async def change(self, run: dict, method: str = "PUT", what: str = "/sending"):
        path = f"{self.at}/{run['id']}"
        etag = (await self.person.api("GET", path)).headers["etag"]
        return await self.person.api(method, path + what, headers={"If-Match": etag})

    async def sent(self, run: dict) -> dict:
        answer = await self.change(run)
        assert answer.status_code == 200, answer.text
        await self.host.drain_queue("work")
        return await self.get(run)

    async def mails(self, mailbox: Mailbox, *numbers: int) -> list[int]:
        """How many mails each of these people got."""
        await self.host.drain_queue("mail")
        return [
            sum(mail["times"] for mail in await mailbox.to(self.address(each)) if "/join/" in mail["text"])
            for each in numbers
        ]


@pytest.fixture
async def runs(host, signed_in) -> Runs:
    ada = await signed_in()
    return Runs(host, ada, await an_organisation(ada))


async def test_who_would_be_invited_is_told_before_anybody_is(runs, mailbox) -> None:
    for number in (1, 2, 3):
        await runs.add(number)
    await invited(runs.person, runs.org["id"], runs.address(3))
    run = await runs.counted()
    assert run["counts"] == {"chosen": 2, "joined": 1, "invited": 1, "gone": 0, "limit": 0}
    assert [each["why"] for each in run["leftOut"]] == ["invited"]
    assert (run["progress"], len(await waiting(runs.person, runs.org["id"]))) == (None, 1)
    assert await runs.mails(mailbox, 1, 2) == [0, 0]


async def test_everybody_who_has_not_joined_gets_one_mail(runs, mailbox) -> None:
    for number in range(1, 4):
        await runs.add(number)
    done = await runs.sent(await runs.counted())
    assert (done["stage"], done["counts"]["chosen"]) == ("done", 3)
    assert {each["address"] for each in await waiting(runs.person, runs.org["id"])} == {
        runs.address(number) for number in range(1, 4)
    }
    assert await runs.mails(mailbox, 1, 2, 3) == [1, 1, 1]
    again = await runs.counted()
    assert (again["counts"]["chosen"], again["counts"]["invited"]) == (0, 3)
    assert await runs.mails(mailbox, 1, 2, 3) == [1, 1, 1]


async def test_who_joins_becomes_the_person_that_is_known_with_their_role(
    host, runs, mailbox, signed_in
) -> None:
    grace = await signed_in()
    email = (await grace.api("GET", "account")).json()["email"]
    body = {"name": "Grace Hopper", "email": email}
    known = (await runs.person.api("POST", f"organisations/{runs.org['id']}/members", json=body)).json()
    assert (await give(runs.person, runs.org, known["id"], "editor")).status_code == 200
    await runs.sent(await runs.counted())
    assert (await join(grace, (await links_to(host, mailbox, email))[-1])).status_code == 303
    path = f"organisations/{runs.org['id']}/members/{known['id']}"
    found = (await runs.person.api("GET", path)).json()
    assert (found["name"], found["role"]) == ("Grace Hopper", "editor")
    assert (await runs.counted())["counts"] == {"chosen": 0, "joined": 2, "invited": 0, "gone": 0, "limit": 0}


async def test_one_team_is_invited_and_nobody_else(runs, mailbox) -> None:
    one, _other = await runs.add(1), await runs.add(2)
    at = f"organisations/{runs.org['id']}/teams"
    team = (await runs.person.api("POST", at, json={"name": "Sales", "parentId": None})).json()
    put_in = await runs.person.api("POST", f"{at}/{team['id']}/members", json={"members": [one["id"]]})
    assert put_in.is_success, put_in.text
    done = await runs.sent(await runs.counted(teamId=team["id"]))
    assert done["counts"] == {"chosen": 1, "joined": 0, "invited": 0, "gone": 0, "limit": 0}
    assert await runs.mails(mailbox, 1, 2) == [1, 0]


async def test_the_people_of_an_import_are_invited_also_those_who_were_there(host, runs, mailbox) -> None:
    imports = Imports(host, runs.person, runs.org)
    await imports.written(table(staff(runs.word, 1)))
    await runs.add(9)
    made = await imports.written(table(*(staff(runs.word, number) for number in (1, 2, 3)), "No Address,,,,"))
    [gone] = [each for name, each in (await imports.people()).items() if name.startswith("Person 3")]
    assert (await do(runs.person, "DELETE", runs.org, gone["id"])).status_code == 204
    run = await runs.counted(importId=made["id"])
    assert run["counts"] == {"chosen": 2, "joined": 0, "invited": 0, "gone": 1, "limit": 0}
    await runs.sent(run)
    assert await runs.mails(mailbox, 1, 2, 3, 9) == [1, 1, 0, 0]


async def test_an_import_of_more_than_a_step_is_invited_as_a_whole(host, runs) -> None:
    made = await Imports(host, runs.person, runs.org).written(
        table(*(staff(runs.word, number) for number in range(120)))
    )
    done = await runs.sent(await runs.counted(importId=made["id"]))
    assert done["counts"]["chosen"] == 120
    everybody = await runs.counted()
    assert (everybody["counts"]["chosen"], everybody["counts"]["invited"]) == (0, 120)
    assert len(everybody["leftOut"]) == 100


async def test_what_cannot_be_chosen_is_named(host, runs) -> None:
    never = "imp_" + "a" * 26
    sent = await Imports(host, runs.person, runs.org).send(table(staff(runs.word, 1)))
    for body, field in (
        ({"importId": never}, "/importId"),
        ({"importId": sent["id"]}, "/importId"),
        ({"teamId": "tem_" + "a" * 26}, "/teamId"),
        ({"teamId": "tem_" + "a" * 26, "importId": never}, "/importId"),
        ({"everybody": True}, "/everybody"),
    ):
        answer = await runs.post(body)
        assert answer.status_code == 422, body
        assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_repetition_begins_and_sends_nothing_more(runs) -> None:
    await runs.add(1)
    key = {"Idempotency-Key": secrets.token_hex(8)}
    one, two = await asyncio.gather(runs.post(**key), runs.post(**key))
    assert (one.status_code, one.json()["id"]) == (201, two.json()["id"])
    other = await runs.post({"teamId": "tem_" + "a" * 26}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    await runs.host.drain_queue("work")
    answers = await asyncio.gather(runs.change(one.json()), runs.change(one.json()))
    assert min(each.status_code for each in answers) == 200
    assert {each.status_code for each in answers} <= {200, 409, 412}
    late = await runs.change(one.json())
    assert (late.status_code, late.json()["code"]) == (409, "wrong_work_state")


async def test_two_runs_at_once_and_a_single_invitation_send_each_one_mail(runs, mailbox) -> None:
    for number in range(8):
        await runs.add(number)
    one, two = await runs.counted(), await runs.counted()
    await asyncio.gather(runs.change(one), runs.change(two))
    await asyncio.gather(runs.host.drain_queue("work"), invite(runs.person, runs.org["id"], runs.address(0)))
    await runs.host.drain_queue("work")
    ended = [await runs.get(one), await runs.get(two)]
    assert [each["stage"] for each in ended] == ["done", "done"]
    assert 7 <= sum(each["counts"]["chosen"] for each in ended) <= 8
    assert await runs.mails(mailbox, *range(8)) == [1] * 8


async def test_a_run_is_paused_goes_on_and_is_cancelled(runs, mailbox) -> None:
    for number in range(3):
        await runs.add(number)
    run = await runs.counted()
    assert (await runs.change(run)).status_code == 200
    paused = await runs.person.api("PUT", f"{runs.at}/{run['id']}/pause")
    assert (paused.status_code, paused.json()["progress"]["state"]) == (200, "paused")
    await runs.host.drain_queue("work")
    assert await runs.mails(mailbox, 0, 1, 2) == [0, 0, 0]
    assert (await runs.person.api("DELETE", f"{runs.at}/{run['id']}/pause")).status_code == 200
    assert (await runs.change(run, "DELETE", "")).status_code == 204
    await runs.host.drain_queue("work")
    assert ((await runs.get(run))["stage"], await runs.mails(mailbox, 0, 1, 2)) == ("cancelled", [0, 0, 0])
    done = await runs.sent(await runs.counted())
    assert (done["counts"]["chosen"], await runs.mails(mailbox, 0, 1, 2)) == (3, [1, 1, 1])


async def test_a_count_that_is_given_up_invites_nobody(runs) -> None:
    await runs.add(1)
    run = (await runs.post()).json()
    assert (await runs.change(run, "DELETE", "")).status_code == 204
    await runs.host.drain_queue("work")
    assert (await runs.get(run))["stage"] == "cancelled"
    assert (await runs.change(run)).status_code == 409
    assert await waiting(runs.person, runs.org["id"]) == []


async def test_beyond_the_limit_of_a_day_people_are_left_out_and_told_of(runs, monkeypatch) -> None:
    people = [await runs.add(number) for number in range(3)]
    run = await runs.counted()
    monkeypatch.setattr(
        "domain.organisations.invitation_runs.work.RUN_INVITATIONS", Rate(secrets.token_hex(8), 2, 86400)
    )
    done = await runs.sent(run)
    assert (done["counts"]["chosen"], done["counts"]["limit"]) == (0, 3)
    assert {each["memberId"] for each in done["leftOut"]} == {each["id"] for each in people}
    monkeypatch.undo()
    monkeypatch.setattr("domain.organisations.invitation_runs.work.MOST_INVITATIONS", 2)
    done = await runs.sent(await runs.counted())
    assert (done["counts"]["chosen"], done["counts"]["limit"]) == (2, 1)
    monkeypatch.undo()
    assert (await runs.sent(await runs.counted()))["counts"]["chosen"] == 1
    assert limits.RUN_INVITATIONS.most >= limits.MOST_PEOPLE


async def test_expired_and_withdrawn_invitations_are_sent_anew(host, runs, mailbox) -> None:
    for number in range(2):
        await runs.add(number)
    [one] = await invited(runs.person, runs.org["id"], runs.address(0))
    [two] = await invited(runs.person, runs.org["id"], runs.address(1))
    assert await runs.mails(mailbox, 0, 1) == [1, 1]
    await expired(runs.org["id"], one)
    assert (await withdrawn(runs.person, runs.org["id"], two)).status_code == 204
    assert (await runs.sent(await runs.counted()))["counts"]["chosen"] == 2
    assert await runs.mails(mailbox, 0, 1) == [2, 2]


async def test_somebody_who_is_taken_out_or_renamed_meanwhile_loses_nobody_else(runs, mailbox) -> None:
    people = [await runs.add(number) for number in range(4)]
    run = await runs.counted()
    assert (await do(runs.person, "DELETE", runs.org, people[0]["id"])).status_code == 204
    await runs.add(5)
    assert (await runs.sent(run))["counts"]["chosen"] == 4
    assert await runs.mails(mailbox, 0, 1, 2, 3, 5) == [0, 1, 1, 1, 1]


async def test_a_closed_organisation_invites_nobody(runs, mailbox) -> None:
    await runs.add(1)
    run = await runs.counted()
    assert (await runs.change(run)).status_code == 200
    assert (await close(runs.person, runs.org)).status_code == 204
    await runs.host.drain_queue("work")
    assert await runs.mails(mailbox, 1) == [0]
    assert (await reopen(runs.person, runs.org)).status_code == 204
    given_up = await runs.get(run)
    assert (given_up["stage"], given_up["counts"]["chosen"]) == ("cancelled", 0)
    assert await runs.mails(mailbox, 1) == [0]


async def test_orders_and_slices_that_come_again_change_nothing(host, runs, mailbox) -> None:
    import itertools  # noqa: PLC0415

    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.organisations.invitation_runs.run import start_order  # noqa: PLC0415

    await runs.add(1)
    run = await runs.counted()
    assert (await runs.change(run)).status_code == 200
    store = wiring.organisations.invitations.runs()
    sending = await store.get(runs.org["id"], run["id"])
    work = await wiring.operations.works().get(runs.org["id"], sending.work_id)
    await host.drain_queue("work")
    done = await runs.get(run)
    await wiring.organisations.effects()["invitation-run"](start_order(sending))
    for kind in ("invitation-run-count", "invitation-run-send"):
        await wiring.operations.jobs()[kind].slice(work, Slice(itertools.repeat(0.0).__next__))
    await host.drain_queue("work")
    assert await runs.get(run) == done
    assert await runs.mails(mailbox, 1) == [1]


async def test_a_step_whose_worker_died_is_done_again_and_counts_once(
    host, runs, mailbox, monkeypatch
) -> None:
    import itertools  # noqa: PLC0415

    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    for number in range(4):
        await runs.add(number)
    run = await runs.counted()
    monkeypatch.setattr("domain.organisations.invitation_runs.whom.PAGE", 2)
    assert (await runs.change(run)).status_code == 200
    sending = await wiring.organisations.invitations.runs().get(runs.org["id"], run["id"])
    work = await wiring.operations.works().get(runs.org["id"], sending.work_id)
    job = wiring.operations.jobs()["invitation-run-send"]
    # Nothing of the first two is saved with the work.
    ends = [await job.slice(work, Slice(itertools.repeat(0.0).__next__, items=2)) for _ in range(3)]
    assert [end.over for end in ends] == [False] * 3
    assert len({end.cursor for end in ends}) == 1
    await host.drain_queue("work")
    assert (await runs.get(run))["counts"] == run["counts"]
    assert await runs.mails(mailbox, 0, 1, 2, 3) == [1] * 4


async def test_a_member_who_may_not_invite_is_told_so(host, runs, signed_in) -> None:
    editor = await signed_in()
    await joined(runs.org, editor, "editor")
    assert (await Runs(host, editor, runs.org).post()).json()["code"] == "not_allowed"

"""`/api/v1/organisations/{organisationId}/invitation-runs`: inviting those who have not joined."""

import secrets
from datetime import datetime
from typing import Any

import wiring.organisations.invitations
from domain.base.errors import KeyReused, StaleVersion
from domain.base.model import Closed
from domain.operations.work import Change, State, Work, WrongWorkState
from domain.organisations.invitation_runs.run import (
    Counts,
    LeftOut,
    Run,
    RunVersion,
    Stage,
    Whom,
    begin_run,
    cancel_run,
    read_run,
    start_sending,
)
from domain.organisations.organisation import Creating
from domain.organisations.roles import NotAllowed
from functions.framework.operations import Answer, Call, Page, operation
from functions.framework.texts import language
from functions.organisations.acting import acting_in
from functions.organisations.staged import change_work_of, started, work_of


class RunProgress(Closed):
    """Long work of the present stage."""

    state: State
    done: int
    total: int | None


class RunOut(Closed):
    """People who have not joined, counted and then invited. Without a team or an import, everybody.

    `counts.chosen` are those who would be invited or, in the stages after `ready`, who were. The others are
    left out: they have joined, have an invitation that is still valid, are out of the organisation, or came
    after the limit. `leftOut` are the first of those, without those who have joined.
    """

    id: str
    stage: Stage
    team_id: str | None
    import_id: str | None
    counts: Counts
    left_out: list[LeftOut]
    progress: RunProgress | None
    created_at: datetime
    updated_at: datetime


class RunList(Closed):
    data: list[RunOut]
    page: Page


def _out(run: Run, work: Work | None) -> RunOut:
    return RunOut(
        id=run.id,
        stage=run.stage,
        team_id=run.whom.team_id,
        import_id=run.whom.import_id,
        counts=run.counts,
        left_out=run.left_out,
        progress=RunProgress(state=work.state, done=work.done, total=work.total) if work else None,
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


async def _answer(run: Run) -> Answer:
    return Answer(_out(run, await work_of(run)), run.version)


def _version(call: Call[Any, Any]) -> RunVersion:
    return RunVersion(call.params["runId"], call.version)


async def _found(call: Call[Any, Any], *, changes: bool = True) -> Run:
    by = await acting_in(call, "invite" if changes else "see_invitations")
    return await read_run(by, call.params["runId"], runs=wiring.organisations.invitations.runs())


@operation(
    "Begin to count the people who have not joined: all, or those of a team or of an import. Nobody is"
    " invited yet",
    body=Whom,
    answer=RunOut,
    creates=True,
    conflicts=(NotAllowed, KeyReused),
)
async def post_run(call: Call[Whom]) -> Answer:
    by = await acting_in(call, "invite")
    run = await begin_run(
        by,
        call.body,
        Creating(call.key or secrets.token_hex(), call.now),
        language=language(),
        runs=wiring.organisations.invitations.runs(),
        people=wiring.organisations.invitations.whom(),
    )
    await started(run, call.now)
    place = f"organisations/{by.organisation.id}/invitation-runs/{run.id}"
    return Answer(_out(run, await work_of(run)), run.version, location=place)


@operation(
    "Runs of invitations of the last weeks, newest first", answer=RunList, lists=True, conflicts=(NotAllowed,)
)
async def list_runs(call: Call) -> Answer:
    by = await acting_in(call, "see_invitations")
    store = wiring.organisations.invitations.runs()
    found, following = await store.latest(by.organisation.id, call.limit, call.cursor)
    return Answer(RunList(data=[_out(each, None) for each in found], page=Page(next=following)))


@operation("A run of invitations and how far it is", answer=RunOut, conflicts=(NotAllowed,))
async def get_run(call: Call) -> Answer:
    return await _answer(await _found(call, changes=False))


@operation(
    "Invite those who were counted and have still not joined",
    answer=RunOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_sending(call: Call) -> Answer:
    by, store = await acting_in(call, "invite"), wiring.organisations.invitations.runs()
    run = await start_sending(by, _version(call), now=call.now, runs=store)
    return await _answer(await started(run, call.now))


@operation(
    "Give a run up. Who was invited so far stays invited",
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def remove_run(call: Call) -> Answer:
    run = await _found(call)
    if run.version != call.version:
        raise StaleVersion
    if run.stage == "sending":
        await change_work_of(run, "cancel", call.now)
        return Answer()
    by, store = await acting_in(call, "invite"), wiring.organisations.invitations.runs()
    await cancel_run(by, _version(call), now=call.now, runs=store)
    return Answer()


@operation(
    "Pause the long work of a run after the step that is under way",
    answer=RunOut,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    "Go on with the long work of a run, or try again what had failed",
    answer=RunOut,
    conflicts=(NotAllowed, WrongWorkState),
)
async def delete_pause(call: Call) -> Answer:
    return await _change(call, "resume")


async def _change(call: Call, change: Change) -> Answer:
    run = await _found(call)
    await change_work_of(run, change, call.now)
    return await _answer(run)

"""`/api/v1/organisations/{organisationId}/change-requests`: asking for other values of locked fields."""

import secrets
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue
from pydantic.alias_generators import to_camel

import wiring.organisations.templates
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.organisations.change_requests.requests import (
    AlreadyDecided,
    ChangeRequest,
    Decision,
    NewRequest,
    RequestVersion,
    State,
    ask,
    decide,
    read_request,
    withdraw,
)
from domain.organisations.change_requests.requests import Answer as Answering
from domain.organisations.organisation import Creating
from domain.organisations.roles import NotAllowed
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in
from functions.organisations.change_requests.answering import MOST_AT_ONCE, answer_all


class RequestOut(Closed):
    """A request. `granted` is the value that was approved, `says` what who decided wrote to who asked."""

    id: str
    card_id: str
    member_id: str
    field: str
    value: JsonValue
    reason: str
    state: State
    granted: JsonValue
    says: str | None
    decided_by: str | None
    created_at: datetime
    updated_at: datetime


class RequestList(Closed):
    data: list[RequestOut]
    page: Page


class VersionOf(Closed):
    id: Annotated[str, Field(max_length=40)]
    version: Annotated[int, Field(ge=1)]


class Answers(Closed):
    """One answer to several requests, each as it was read."""

    requests: Annotated[list[VersionOf], Field(min_length=1, max_length=MOST_AT_ONCE)]
    state: Decision


class Answered(Closed):
    """What became of one request; `code` says why it was not answered."""

    id: str
    code: str | None


class AnsweredList(Closed):
    data: list[Answered]


def _out(request: ChangeRequest) -> RequestOut:
    return RequestOut(
        id=request.id,
        card_id=request.card_id,
        member_id=request.member_id,
        field=to_camel(request.field),
        value=request.value,
        reason=request.reason,
        state=request.state,
        granted=request.granted,
        says=request.says,
        decided_by=request.decided_by,
        created_at=request.created_at,
        updated_at=request.updated_at,
    )


@operation(
    "Ask for another value of a locked field on one's own staff card",
    body=NewRequest,
    answer=RequestOut,
    creates=True,
    conflicts=(KeyReused, LimitReached, NotAllowed),
)
async def post_request(call: Call[NewRequest]) -> Answer:
    by = await acting_in(call, "see")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    made = await ask(
        by, call.params["cardId"], call.body, creating, wiring.organisations.templates.request_ports()
    )
    place = f"organisations/{by.organisation.id}/change-requests/{made.id}"
    return Answer(_out(made), made.version, location=place)


@operation(
    "Requests that nobody has answered, the newest first",
    answer=RequestList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_requests(call: Call) -> Answer:
    by = await acting_in(call, "decide_requests")
    store = wiring.organisations.templates.change_requests()
    found, following = await store.waiting(by.organisation.id, call.limit, call.cursor)
    return Answer(RequestList(data=[_out(each) for each in found], page=Page(next=following)))


@operation("One request and its answer", answer=RequestOut, conflicts=(NotAllowed,))
async def get_request(call: Call) -> Answer:
    by = await acting_in(call, "see")
    store = wiring.organisations.templates.change_requests()
    found = await read_request(by, call.params["requestId"], requests=store)
    return Answer(_out(found), found.version)


@operation(
    "Approve a request, with another value if one is given, or decline it; the card changes at once",
    body=Answering,
    answer=RequestOut,
    versioned=True,
    conflicts=(AlreadyDecided, NotAllowed),
)
async def put_answer(call: Call[Answering]) -> Answer:
    of = RequestVersion(await acting_in(call, "decide_requests"), call.params["requestId"], call.version)
    done = await decide(of, call.body, now=call.now, ports=wiring.organisations.templates.request_ports())
    return Answer(_out(done), done.version)


@operation("Withdraw one's own request", versioned=True, conflicts=(AlreadyDecided, NotAllowed))
async def delete_request(call: Call) -> Answer:
    of = RequestVersion(await acting_in(call, "see"), call.params["requestId"], call.version)
    await withdraw(of, now=call.now, ports=wiring.organisations.templates.request_ports())
    return Answer()


@operation(
    "Approve or decline several requests, each by itself; the answer says what became of each",
    body=Answers,
    answer=AnsweredList,
    conflicts=(NotAllowed,),
)
async def post_answers(call: Call[Answers]) -> Answer:
    by = await acting_in(call, "decide_requests")
    versions = [(each.id, each.version) for each in call.body.requests]
    done = await answer_all(by, versions, call.body.state, call.now)
    return Answer(AnsweredList(data=[Answered(id=request_id, code=code) for request_id, code in done]))

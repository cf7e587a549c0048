"""`/api/v1/contacts/{contactId}/interactions` and `…/strength`: of the caller's own contacts only."""

import hashlib
from datetime import date, datetime

import wiring.relationships.strength
from domain.base.errors import KeyReused
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.relationships.interactions.interaction import (
    Interaction,
    InteractionId,
    Said,
    Source,
)
from domain.relationships.interactions.log import (
    Logging,
    One,
    delete_interaction,
    ignore_interaction,
    log_interaction,
    read_interaction,
    restore_interaction,
)
from domain.relationships.strength.reading import Corrections, Reading, correct, read_strength
from domain.relationships.strength.rhythm import State
from domain.relationships.strength.series import end_of
from domain.relationships.strength.strength import date_of
from domain.relationships.strength.terms import MOST, Correctable, Term
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation
from functions.framework.texts import _
from functions.relationships.strength.words import state_rule, term_words


class InteractionOut(Closed):
    id: InteractionId
    contact_id: str
    said: Said
    source: Source
    ignored: bool
    created_at: datetime


class InteractionList(Closed):
    data: list[InteractionOut]
    page: Page


class TermOut(Closed):
    """A term of the score: its points, the most it may have, and why it has these."""

    term: Term | Correctable
    points: int
    most: int
    why: str


class WeekOut(Closed):
    """The score at the end of a week, a Sunday."""

    until: date
    score: int


class StrengthOut(Closed):
    """The points of all terms add up to the score. `rule` is what the state follows from."""

    score: int
    state: State
    rule: str
    terms: list[TermOut]
    corrections: Corrections
    weeks: list[WeekOut]


def _out(made: Interaction) -> InteractionOut:
    return InteractionOut(
        id=made.id,
        contact_id=made.contact_id,
        said=made.said,
        source=made.source,
        ignored=made.ignored,
        created_at=made.created_at,
    )


def _strength_out(reading: Reading) -> StrengthOut:
    score = reading.now.score
    terms = [
        TermOut(term=term, points=points, most=MOST[term], why=term_words(term, reading))
        for term, points in score.terms.items()
    ]
    corrections = [
        TermOut(term=term, points=points, most=100, why=_("Your correction"))
        for term, points in score.corrections.items()
    ]
    weeks = [WeekOut(until=date_of(end_of(each.week)), score=each.score) for each in reading.weeks]
    return StrengthOut(
        score=score.score,
        state=reading.now.state,
        rule=state_rule(reading),
        terms=[*terms, *corrections],
        corrections=Corrections(corrections=reading.strength.said.corrections),
        weeks=weeks,
    )


def _one(call: Call) -> One:
    params = call.params
    return One(call.account_id, params["contactId"], params["interactionId"], call.version)


def interaction_id(account_id: str, key: str) -> str:
    """The id of the one interaction that may be made under a key."""
    digest = hashlib.sha256(f"{account_id} {key}".encode()).digest()
    return make_id(ID_PREFIXES["interaction"], digest[:ID_BYTES])


@operation("The interactions with a contact, newest first", answer=InteractionList, lists=True)
async def list_interactions(call: Call) -> Answer:
    store = wiring.relationships.strength.interactions()
    contact = call.params["contactId"]
    await read_strength(call.account_id, contact, now=call.now, store=store)
    found, following = await store.newest(call.account_id, contact, call.limit, call.cursor)
    return Answer(InteractionList(data=[_out(each) for each in found], page=Page(next=following)))


@operation(
    "Log an interaction with a contact",
    body=Said,
    answer=InteractionOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_interaction(call: Call[Said]) -> Answer:
    made = new_id("int") if call.key is None else interaction_id(call.account_id, call.key)
    contact = call.params["contactId"]
    done = await log_interaction(
        call.account_id,
        contact,
        call.body,
        Logging(made, "typed", call.now),
        store=wiring.relationships.strength.interactions(),
    )
    return Answer(_out(done), done.version, location=f"contacts/{contact}/interactions/{done.id}")


@operation("One interaction", answer=InteractionOut)
async def get_interaction(call: Call) -> Answer:
    found = await read_interaction(_one(call), store=wiring.relationships.strength.interactions())
    return Answer(_out(found), found.version)


@operation("Delete an interaction, as if it had never been; it can be taken back for a day", versioned=True)
async def remove_interaction(call: Call) -> Answer:
    await delete_interaction(_one(call), now=call.now, store=wiring.relationships.strength.interactions())
    return Answer()


@operation("Take a deleted interaction back, as it was", answer=InteractionOut, conflicts=(LimitReached,))
async def put_restoration(call: Call) -> Answer:
    back = await restore_interaction(
        _one(call), now=call.now, store=wiring.relationships.strength.interactions()
    )
    return Answer(_out(back), back.version)


@operation("Keep an interaction without counting it", answer=InteractionOut, versioned=True)
async def put_ignored(call: Call) -> Answer:
    return await _ignored(call, ignored=True)


@operation("Count an ignored interaction again", answer=InteractionOut, versioned=True)
async def delete_ignored(call: Call) -> Answer:
    return await _ignored(call, ignored=False)


async def _ignored(call: Call, *, ignored: bool) -> Answer:
    found = await ignore_interaction(
        _one(call), ignored=ignored, now=call.now, store=wiring.relationships.strength.interactions()
    )
    return Answer(_out(found), found.version)


@operation("The strength of the relationship with a contact, and why it is so", answer=StrengthOut)
async def get_strength(call: Call) -> Answer:
    reading = await read_strength(
        call.account_id,
        call.params["contactId"],
        now=call.now,
        store=wiring.relationships.strength.interactions(),
    )
    return Answer(_strength_out(reading), reading.strength.version)


@operation(
    "Correct the strength: points by which terms, or all of it, are wrong",
    body=Corrections,
    answer=StrengthOut,
    versioned=True,
)
async def put_corrections(call: Call[Corrections]) -> Answer:
    reading = await correct(
        call.account_id,
        call.params["contactId"],
        call.body,
        version=call.version,
        now=call.now,
        store=wiring.relationships.strength.interactions(),
    )
    return Answer(_strength_out(reading), reading.strength.version)

"""`/my/contacts/duplicates`: contacts that may be the same; and all sure ones merged at once."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import azure.functions as func

import wiring.operations
import wiring.relationships
import wiring.relationships.duplicates
from domain.base.errors import NotFound
from domain.operations.work import Work
from domain.relationships.duplicates.bulk import MERGE_SURE, UNDO_MERGES, BulkCursor, start_run, start_undo
from domain.relationships.duplicates.finding import FIND, PAGE, Found, Shown, shown_pairs, start_search
from domain.relationships.duplicates.matching import REASONS
from domain.relationships.duplicates.merge import MERGE_UNDO_TIME, undoable
from functions.framework.clock import now
from functions.framework.my_pages import creation_key, done_in, my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_
from functions.relationships.duplicates.pairs_api import two_of

HERE: Final = "/my/contacts/duplicates"
_MERGES: Final = 25
_DONE: Final = {
    "apart": N_("The two are different contacts. They are not shown together any more."),
    "untold": N_("The two are shown together again."),
    "undone": N_("The merge is taken back. Both contacts are as they were."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    store = wiring.relationships.duplicates.pairs()
    found, works = await store.found(person.account_id), await _latest(person.account_id)
    at = _position(req.params.get("cursor"))
    shown = await _shown(found, at) if found else []
    merges, _more = await wiring.relationships.duplicates.merges().page(person.account_id, _MERGES, None)
    moment = now()
    return my_page(
        "relationships/duplicates/duplicates.html",
        person,
        found=found,
        pairs=shown,
        reasons=REASONS,
        cursor=at,
        following=at + PAGE if found and at + PAGE < found.pairs else None,
        merges=await undoable(merges, moment, contacts=wiring.relationships.contacts()),
        done=done_in(req, _DONE),
        apart=req.params.get("pair", "").split(".") if req.params.get("done") == "apart" else [],
        **_progress(works, moment),
        sure=0 if _was_run(works, found) else _sure(found, shown),
    )


async def _shown(found: Found, at: int) -> list[Shown]:
    return await shown_pairs(
        found,
        at,
        PAGE,
        pairs=wiring.relationships.duplicates.pairs(),
        contacts=wiring.relationships.contacts(),
    )


def _position(cursor: str | None) -> int:
    text = cursor or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0  # noqa: PLR2004


async def _latest(account_id: str) -> dict[str, Work]:
    """The latest work of each kind."""
    works = {}
    for kind in (FIND, MERGE_SURE, UNDO_MERGES):
        if found := await wiring.operations.works().of_kind(account_id, kind):
            works[kind] = found[0]
    return works


def _sure(found: Found | None, shown: list[Shown]) -> int:
    """Number of sure pairs, which come first; without the settled ones where all of them are shown."""
    there = sum(pair.tier == "sure" for pair in shown)
    return found.sure if found and there and found.sure > PAGE else there


def _was_run(works: dict[str, Work], found: Found | None) -> bool:
    """Whether the sure pairs of the latest search were merged, and that was not taken back."""
    run, undo = works.get(MERGE_SURE), works.get(UNDO_MERGES)
    if run is None or found is None or run.created_at < found.found_at:
        return False
    return undo is None or undo.created_at < run.created_at


def _progress(works: dict[str, Work], at: datetime) -> dict[str, Any]:
    """What is under way, and the latest run, unless it was taken back or is too old for that."""
    under_way = next((work for work in works.values() if not work.is_over), None)
    failed = next((work for work in works.values() if work.state == "failed"), None)
    run, undo = works.get(MERGE_SURE), works.get(UNDO_MERGES)
    undone = run is not None and undo is not None and undo.created_at > run.created_at
    old = run is not None and at > run.created_at + MERGE_UNDO_TIME
    merged = BulkCursor.of(run).merged if run is not None else 0
    shown = run is not None and run.is_over and not undone and not old
    return {
        "work": under_way or failed,
        "run": run if shown else None,
        "merged": merged,
        "undone": undo if undone and undo and undo.state == "done" else None,
    }


async def start(req: func.HttpRequest) -> func.HttpResponse:
    """Begin a search, the merging of all sure pairs, or the taking back of that."""
    person, form = await person_and_form(req)
    then, ports = form.get("then"), _Ports()
    if then == "merge":
        with suppress(NotFound):  # the search is too old: the page offers a new one
            await start_run(
                person.account_id,
                key=creation_key(form),
                now=now(),
                works=ports.works,
                queue=ports.queue,
                pairs=wiring.relationships.duplicates.pairs(),
            )
    elif then == "undo":
        await start_undo(
            person.account_id, form.get("run", ""), now=now(), works=ports.works, queue=ports.queue
        )
    else:
        await start_search(person.account_id, key=None, now=now(), works=ports.works, queue=ports.queue)
    return redirect(HERE)


class _Ports:
    def __init__(self) -> None:
        self.works, self.queue = wiring.operations.works(), wiring.operations.work_queue()


async def tell_apart(req: func.HttpRequest) -> func.HttpResponse:
    """Remember that two contacts are different, or forget it."""
    person, form = await person_and_form(req)
    one, other = req.route_params["contactId"], req.route_params["otherContactId"]
    await two_of(person.account_id, one, other)
    store = wiring.relationships.duplicates.pairs()
    if form.get("apart") == "1":
        await store.tell_apart(person.account_id, one, other)
        return redirect(f"{HERE}?done=apart&pair={one}.{other}")
    await store.untell(person.account_id, one, other)
    return redirect(f"{HERE}?done=untold")

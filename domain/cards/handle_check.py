"""Checks of wished handles while a card is made: free or not, why, and which one is."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from domain.base.errors import HandleLookalike, HandleTaken
from domain.base.fields import Name
from domain.base.limits import HANDLE_CHECKS, Limiter
from domain.base.model import Closed
from domain.cards.card import HandleClaims
from domain.cards.handles import check_handle, suggest_handles


class HandleWish(Closed):
    """A wished handle, a name to make one from, or both: then the name is what suggestions are made from."""

    handle: Annotated[str, Field(max_length=200, description="In any form; one that cannot be is told.")] = ""
    name: Name | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "HandleWish":
        if not self.handle.strip() and self.name is None:
            raise PydanticCustomError("required", "needs a handle or a name")
        return self


class HandleAnswer(Closed):
    """What a wish would meet now. Nothing is kept for the asker; making the card decides.

    `reason` says why it is not free, and `suggestion` is one that is.
    """

    handle: str
    state: Literal["free", "taken", "lookalike", "refused"]
    reason: str | None = None
    suggestion: str | None = None


async def answer_wish(
    account_id: str, wish: HandleWish, *, suffix: str, now: datetime, handles: HandleClaims, limiter: Limiter
) -> HandleAnswer:
    """Answer as making a card would, and tell nothing about whose handle it is."""
    await limiter.take(HANDLE_CHECKS, account_id, now)
    typed = wish.handle.strip()
    if not typed:
        return HandleAnswer(handle=await free_handle(wish.name or "", suffix, handles), state="free")
    answer = await _state_of(typed, handles)
    if answer.state == "free":
        return answer
    suggestion = await free_handle(wish.name or typed, suffix, handles)
    return answer.model_copy(update={"suggestion": suggestion})


async def free_handle(name: str, suffix: str, handles: HandleClaims, *, person: bool = True) -> str:
    """The best handle from a name that nobody has."""
    *wished, tailed = suggest_handles(name, suffix, person=person)
    for handle in wished:
        if await handles.find(handle) is None:
            return handle
    return tailed


async def _state_of(typed: str, handles: HandleClaims) -> HandleAnswer:
    try:
        handle = check_handle(typed)
    except PydanticCustomError as refusal:
        return HandleAnswer(handle=typed, state="refused", reason=refusal.message())
    claim = await handles.find(handle)
    if claim is None:
        return HandleAnswer(handle=handle, state="free")
    if claim.handle == handle:
        return HandleAnswer(handle=handle, state="taken", reason=HandleTaken.title)
    return HandleAnswer(handle=handle, state="lookalike", reason=HandleLookalike.title)

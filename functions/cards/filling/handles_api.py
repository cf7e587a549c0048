"""`/api/v1/handle-checks`: whether a wished handle is free."""

import wiring.accounts
import wiring.cards
from domain.cards.handle_check import HandleAnswer, HandleWish, answer_wish
from functions.framework.clock import new_suffix
from functions.framework.operations import Answer, Call, operation


# A POST, although it changes nothing: names do not belong into addresses, which are logged.
@operation("Tell whether a handle is free, and one that is", body=HandleWish, answer=HandleAnswer)
async def check_handle(call: Call[HandleWish]) -> Answer:
    answer = await answer_wish(
        call.account_id,
        call.body,
        suffix=new_suffix(),
        now=call.now,
        handles=wiring.cards.handles(),
        limiter=wiring.accounts.limiter(),
    )
    return Answer(answer)

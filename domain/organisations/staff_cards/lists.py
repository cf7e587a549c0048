"""Lists of the staff cards of an organisation, by name."""

from typing import Literal

from domain.base.model import Closed

# All of them, those that can be seen, or those that do not say all that their template wants.
Which = Literal["all", "shown", "lacking"]


class CardFilter(Closed):
    """`text` is how a name begins."""

    which: Which = "all"
    template_id: str | None = None
    text: str = ""

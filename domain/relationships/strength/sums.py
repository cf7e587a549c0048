"""The sums over a contact's interactions, from which its strength is read on any day.

Adding an interaction changes a few big integers. Taking it away gives the sums as if it had never been added,
or `NotKept` where that needs the other interactions.
"""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer

from domain.base.model import Model
from domain.relationships.interactions.interaction import Entry, Kind
from domain.relationships.strength.decay import grown

# What one interaction counts, in hundredths of a meeting. A choice, not a finding: see docs/relationships.md.
WEIGHTS: Final[dict[Kind, int]] = {
    "meeting": 100,
    "call": 70,
    "again": 60,
    "exchange": 40,
    "mail": 30,
    "message": 20,
}
# Days after which an interaction counts half.
FREQUENCY_HALF_LIFE, BALANCE_HALF_LIFE = 90, 180
# Newest interactions that are kept as they are, for what no sum can tell.
MOST_NEWEST = 16


class NotKept(Exception):
    """The sums do not hold what is needed: it has to be counted anew from all interactions."""


def _from_hex(value: Any) -> Any:
    return int(value, 16) if isinstance(value, str) else value


# Numbers of Cosmos are doubles, and these have up to some hundred bits.
Big = Annotated[
    int, BeforeValidator(_from_hex), PlainSerializer(lambda value: f"{value:x}", when_used="json")
]


class Sums(Model):
    """Forward sums of the interactions that count; `newest` are the newest of them, newest first."""

    number: int = 0
    frequency: Big = 0
    incoming: Big = 0
    outgoing: Big = 0
    kinds: dict[Kind, Big] = Field(default={})
    first: int | None = None
    newest: list[tuple[int, Kind]] = Field(default=[])

    @property
    def last(self) -> int | None:
        return self.newest[0][0] if self.newest else None

    def plus(self, entry: Entry) -> "Sums":
        newest = sorted([*self.newest, (entry.day, entry.kind)], reverse=True)[:MOST_NEWEST]
        first = entry.day if self.first is None else min(self.first, entry.day)
        return self._with(entry, 1, newest, first)

    def minus(self, entry: Entry) -> "Sums":
        """The sums without an interaction that was added."""
        newest, gone = list(self.newest), (entry.day, entry.kind)
        if self.number > len(newest) or gone not in newest:
            # More than the newest; or one that came with a merge and is not counted yet.
            raise NotKept
        newest.remove(gone)
        return self._with(entry, -1, newest, newest[-1][0] if newest else None)

    def _with(self, entry: Entry, sign: int, newest: list[tuple[int, Kind]], first: int | None) -> "Sums":
        weight = sign * WEIGHTS[entry.kind]
        balance = weight * grown(entry.day, BALANCE_HALF_LIFE)
        kinds = dict(self.kinds)
        kinds[entry.kind] = kinds.get(entry.kind, 0) + balance
        return self.model_copy(
            update={
                "number": self.number + sign,
                "frequency": self.frequency + weight * grown(entry.day, FREQUENCY_HALF_LIFE),
                "incoming": self.incoming + (balance if entry.direction != "out" else 0),
                "outgoing": self.outgoing + (balance if entry.direction != "in" else 0),
                # In one order, so that equal sums are equal bytes.
                "kinds": {kind: kinds[kind] for kind in WEIGHTS if kinds.get(kind)},
                "first": first,
                "newest": newest,
            }
        )

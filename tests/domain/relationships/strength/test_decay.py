"""The sums of strengths, made by another machine: Node's BigInt gives the same bytes."""

import random
import subprocess
from pathlib import Path

from domain.relationships.interactions.interaction import Entry
from domain.relationships.strength.decay import BITS, faded, grown
from domain.relationships.strength.sums import WEIGHTS, Sums
from local.node_runtime import NODE

PROGRAM = Path(__file__).parents[3] / "node" / "decay.mjs"


def test_node_makes_the_same_sums() -> None:
    chance = random.Random(7)
    entries = [
        Entry(chance.randrange(20_000), chance.choice(list(WEIGHTS)), chance.choice(("in", "out", "mutual")))
        for _ in range(500)
    ]
    sums = Sums()
    for entry in entries:
        sums = sums.plus(entry)
    told = "\n".join(f"{entry.day} {entry.kind} {entry.direction}" for entry in entries)
    done = subprocess.run([NODE, PROGRAM], input=told, capture_output=True, text=True, check=True)
    ours = [f"{value:x}" for value in (sums.frequency, sums.incoming, sums.outgoing)]
    assert done.stdout.split() == ours


def test_what_grows_by_a_half_life_doubles_and_what_fades_by_one_halves() -> None:
    for half_life in (60, 90, 180, 365):
        for day in (0, 1, 59, 1_000, 9_826):
            assert grown(day + half_life, half_life) == 2 * grown(day, half_life)
        assert grown(0, half_life) == 1 << BITS
        assert faded(3_000, 0, half_life) == 3_000
        assert abs(faded(3_000, half_life, half_life) - 1_500) <= 1
        assert faded(3_000, 100 * half_life, half_life) == 0

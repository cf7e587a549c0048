"""Duplicates of 5,000 contacts whose truth is known: processor time, and how many are right."""

import time
from collections import defaultdict
from itertools import combinations

from bench.lines import Line, Target
from domain.relationships.contact import ContactContent
from domain.relationships.duplicates.matching import Pair, find_pairs
from domain.relationships.duplicates.rows import Row, row_of_content
from local.demo_book import SIZE, Entry, book

ROUNDS = 3
# Of a second of the processor; of the pairs that may be merged without looking.
RIGHT = (Target("<=", 1), Target(">=", 0.98, "precision"))


def lines() -> list[Line]:
    entries = book(SIZE)
    rows = _rows(entries)
    find_pairs(rows[:20])  # loads the libraries
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        found = find_pairs(rows)
        spent.append(time.process_time() - began)
    truth = _truth(entries)
    sure, every = _right(found, truth, "sure"), _right(found, truth, "sure", "likely")
    return [
        Line(
            f"duplicates of {SIZE:,} contacts",
            f"{min(spent):.2f} s, {sure[0]:.3f} of the sure and {every[0]:.3f} of all are right",
            f"1 s; {sure[1]:.2f} and {every[1]:.2f} of {len(truth)} are found",
            min(spent),
            RIGHT,
            {"precision": round(sure[0], 3), "recall": round(every[1], 3)},
        )
    ]


def _rows(entries: list[Entry]) -> list[Row]:
    contents = [ContactContent.model_validate(entry.content) for entry in entries]
    return [row_of_content(_id(number), content) for number, content in enumerate(contents)]


def _id(number: int) -> str:
    return f"con_{number:026}"


def _truth(entries: list[Entry]) -> set[tuple[str, str]]:
    same = defaultdict(list)
    for number, entry in enumerate(entries):
        same[entry.truth].append(_id(number))
    return {pair for ids in same.values() for pair in combinations(sorted(ids), 2)}


def _right(found: list[Pair], truth: set[tuple[str, str]], *tiers: str) -> tuple[float, float]:
    """Precision and recall of the pairs of these tiers."""
    pairs = {(pair.first, pair.second) for pair in found if pair.tier in tiers}
    return len(pairs & truth) / len(pairs), len(pairs & truth) / len(truth)

"""Reads the expressions of an ARM template, such as `[format('{0}-x', parameters('name'))]`."""

import re
from functools import cache
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[()\[\].,])|(?P<end>$))"
)

Node = tuple[Any, ...]


class BadTemplate(Exception):
    """Raised with what is not understood: nothing is left out in silence."""


def expression(written: str) -> str | Node:
    """The text that a JSON string stands for, or its expression: a tuple that begins with its kind."""
    if not (written.startswith("[") and written.endswith("]")):
        return written
    return written[1:] if written.startswith("[[") else _parsed(written)


@cache
def _parsed(written: str) -> Node:
    return _Parser(written).whole()


class _Parser:
    def __init__(self, written: str) -> None:
        self._written, self._tokens, self._at = written, _tokens(written), 0

    def whole(self) -> Node:
        node = self._one()
        self._take("end")
        return node

    def _take(self, *wanted: str) -> str:
        kind, value = self._tokens[self._at]
        if kind not in wanted and value not in wanted:
            raise BadTemplate(
                f"{self._written}: {value or 'the end'!r} where {' or '.join(wanted)} should be"
            )
        self._at += 1
        return value

    def _is(self, mark: str) -> bool:
        taken = self._tokens[self._at] == ("mark", mark)
        self._at += taken
        return taken

    def _one(self) -> Node:
        kind = self._tokens[self._at][0]
        value = self._take("text", "number", "word")
        if kind == "text":
            return ("value", value[1:-1].replace("''", "'"))
        if kind == "number":
            return ("value", int(value))
        self._take("(")
        node: Node = ("call", value, self._given())
        while True:
            if self._is("."):
                node = ("index", node, ("value", self._take("word")))
            elif self._is("["):
                node = ("index", node, self._one())
                self._take("]")
            else:
                return node

    def _given(self) -> tuple[Node, ...]:
        if self._is(")"):
            return ()
        given = [self._one()]
        while not self._is(")"):
            self._take(",")
            given.append(self._one())
        return tuple(given)


def _tokens(written: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 1, len(written) - 1
    while not found or found[-1][0] != "end":
        match = TOKEN.match(written, at, end)
        if match is None:
            raise BadTemplate(f"{written}: {written[at:end]!r} is not understood")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found

"""Reads the Bicep that `infra/` is written in: enough for its own style, not the language."""

import re
from typing import Any

TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<comment>//[^\n]*|\#[^\n]*)|(?P<newline>\n)|(?P<string>')"
    r"|(?P<number>\d+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark>=>|::|\.\?|\?\?|==|!=|<=|>=|&&|\|\||[{}\[\]()@=:,.?!<>|*+\-])"
)
ESCAPES = {"n": "\n", "t": "\t", "'": "'", "\\": "\\", "$": "$"}
STEPS = {".": "member", ".?": "maybe", "::": "nested"}
BINARY = [("??",), ("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">=")]

Node = tuple[Any, ...]


class BadBicep(Exception):
    """Raised with the line of what is not understood."""


def tokens(text: str) -> list[tuple[str, Any, int]]:
    """Kind, value and line of each token; a string's value is its parts, text and expressions."""
    found: list[tuple[str, Any, int]] = []
    at, line = 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise BadBicep(f"line {line}: {text[at : at + 20]!r}")
        kind, value, at = str(match.lastgroup), match[0], match.end()
        if kind == "string":
            value, at = _string(text, at)
        if kind not in ("space", "comment"):
            found.append((kind, value, line))
        line += kind == "newline"
    return [*found, ("newline", "\n", line), ("end", "", line)]


def _string(text: str, at: int) -> tuple[list[str | Node], int]:
    parts: list[str | Node] = [""]
    while text[at] != "'":
        if text[at] == "\\":
            parts[-1] += ESCAPES[text[at + 1]]  # type: ignore[operator]
            at += 2
        elif text.startswith("${", at):
            end = _closing(text, at + 2)
            parts += [Parser(text[at + 2 : end]).expression(), ""]
            at = end + 1
        else:
            parts[-1] += text[at]  # type: ignore[operator]
            at += 1
    return parts, at + 1


def _closing(text: str, at: int) -> int:
    """Position of the brace that closes an interpolation; a string inside may have its own."""
    depth, quoted = 0, False
    while depth or quoted or text[at] != "}":
        if text[at] == "'":
            quoted = not quoted
        depth += (text[at] in "{(") - (text[at] in "})")
        at += 1
    return at


class Parser:
    """Expressions become tuples that begin with their kind; declarations become dictionaries."""

    def __init__(self, text: str) -> None:
        self._tokens, self._at = tokens(text), 0

    def _peek(self) -> Any:
        kind, value, _ = self._tokens[self._at]
        return None if kind == "string" else value

    def _take(self, wanted: str | None = None) -> Any:
        kind, value, line = self._tokens[self._at]
        if wanted is not None and (kind == "string" or value != wanted):
            raise BadBicep(f"line {line}: {wanted!r} is missing before {value!r}")
        self._at += 1
        return value

    def _took(self, *wanted: str) -> Any:
        return self._take() if self._peek() in wanted else None

    def _skip(self) -> None:
        while self._peek() in ("\n", ","):
            self._at += 1

    def file(self) -> list[dict[str, Any]]:
        declared: list[dict[str, Any]] = []
        notes: list[Node] = []
        while self._skip() or self._peek() != "":
            if self._took("@"):
                notes.append(self.expression())
                continue
            declared.append(self._declaration() | {"decorators": notes})
            notes = []
        return declared

    def _declaration(self) -> dict[str, Any]:
        kind = self._take()
        if kind in ("import", "type", "using", "targetScope"):
            return {"kind": kind, "line": self._rest()}
        name = self._take()
        declared: dict[str, Any] = {"kind": kind, "name": name}
        if kind in ("resource", "module"):
            declared["of"] = "".join(self._take())
            declared["existing"] = bool(self._took("existing"))
        elif kind in ("param", "output"):
            declared["type"] = self._type()
        if self._took("="):
            declared["body"] = self._conditional()
        return declared

    def _conditional(self) -> Node:
        """A body, or one that is there only if something holds."""
        if not self._took("if"):
            return self.expression()
        condition = self.expression()
        return ("when", condition, self.expression())

    def _rest(self) -> int:
        depth, line = 0, self._tokens[self._at][2]
        while depth or self._peek() != "\n":
            depth += (self._peek() in ("{", "[")) - (self._peek() in ("}", "]"))
            self._at += 1
        return line

    def _type(self) -> str:
        words, depth = "", 0
        while depth or self._peek() not in ("=", "\n"):
            depth += (self._peek() in ("{", "[")) - (self._peek() in ("}", "]"))
            words += str(self._take())
        return words

    def expression(self) -> Node:
        tested = self._binary(0)
        if not self._step("?"):
            return tested
        yes = self.expression()
        self._step(":")
        return ("choose", tested, yes, self.expression())

    def _step(self, mark: str) -> bool:
        """Take a mark that may stand on the next line, with what follows it on another."""
        start = self._at
        self._skip_lines()
        if self._took(mark) is None:
            self._at = start
            return False
        self._skip_lines()
        return True

    def _skip_lines(self) -> None:
        while self._peek() == "\n":
            self._at += 1

    def _binary(self, level: int) -> Node:
        if level == len(BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while mark := self._took(*BINARY[level]):
            left = ("binary", mark, left, self._binary(level + 1))
        return left

    def _unary(self) -> Node:
        if self._took("!"):
            return ("not", self._unary())
        node = self._primary()
        while mark := self._took(".", ".?", "::", "["):
            if mark == "[":
                node = ("index", node, self.expression())
                self._take("]")
            else:
                node = (STEPS[mark], node, self._take())
        return node

    def _primary(self) -> Node:
        kind, value, line = self._tokens[self._at]
        self._at += 1
        if kind == "string":
            return ("text", value)
        if kind == "number":
            return ("value", int(value))
        if kind == "word":
            return self._word(value)
        if value in ("{", "["):
            return self._object() if value == "{" else self._array()
        if value == "(":
            inner = self.expression()
            self._take(")")
            return inner
        raise BadBicep(f"line {line}: {value!r} begins nothing")

    def _word(self, word: str) -> Node:
        if word in ("true", "false", "null"):
            return ("value", {"true": True, "false": False, "null": None}[word])
        if self._took("=>"):
            return ("lambda", word, self.expression())
        if self._peek() != "(":
            return ("name", word)
        self._take("(")
        given = []
        while self._skip() or not self._took(")"):
            given.append(self.expression())
        return ("call", word, given)

    def _object(self) -> Node:
        entries: list[tuple[Node, Node]] = []
        nested: list[dict[str, Any]] = []
        notes: list[Node] = []
        while self._skip() or not self._took("}"):
            if self._took("@"):
                notes.append(self.expression())
            elif self._peek() == "resource" and self._tokens[self._at + 1][0] == "word":
                nested.append(self._declaration() | {"decorators": notes})
                notes = []
            else:
                kind, value, _ = self._tokens[self._at]
                self._at += 1
                key: Node = ("text", value) if kind == "string" else ("value", value)
                self._take(":")
                entries.append((key, self.expression()))
        return ("object", entries, nested)

    def _array(self) -> Node:
        items: list[Node] = []
        while self._skip() or not self._took("]"):
            items.append(self._loop() if self._took("for") else self.expression())
        return ("array", items)

    def _loop(self) -> Node:
        if self._took("("):
            name = self._take()
            self._take(",")
            index = self._take()
            self._take(")")
        else:
            name, index = self._take(), ""
        self._take("in")
        over = self.expression()
        self._take(":")
        return ("for", name, index, over, self._conditional())

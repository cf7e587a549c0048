"""Tokens to expressions, by precedence climbing."""

from abc import ABC, abstractmethod

from local.cosmos.errors import bad, unsupported
from local.cosmos.lexer import Cursor, number, string
from local.cosmos.syntax import (
    ArrayOf,
    Between,
    Binary,
    Conditional,
    Function,
    In,
    Like,
    Literal,
    Member,
    Name,
    Node,
    ObjectOf,
    Param,
    Select,
    SubQuery,
    Unary,
)
from local.cosmos.values import UNDEFINED

BINDING = {
    "??": 2, "OR": 3, "AND": 4, "IN": 5, "BETWEEN": 5, "LIKE": 5, "NOT": 5,
    "=": 6, "!=": 6, "<>": 6, "<": 6, "<=": 6, ">": 6, ">=": 6,
    "|": 7, "^": 8, "&": 9, "<<": 10, ">>": 10, ">>>": 10, "||": 11, "+": 12, "-": 12,
    "*": 13, "/": 13, "%": 13,
}  # fmt: skip
COMPARISON, UNARY = 6, 14
CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None, "UNDEFINED": UNDEFINED}
MAX_LISTED = 16_000


class Expressions(Cursor, ABC):
    """Reads expressions; a sub-query in one is read by the parser of clauses."""

    @abstractmethod
    def select(self) -> Select:
        """Read a SELECT with its clauses."""

    def expression(self) -> Node:
        node = self.binary(2)
        if self.accept("?"):
            yes = self.expression()
            self.expect(":")
            return Conditional(node, yes, self.expression())
        return node

    def binary(self, least: int) -> Node:
        bare_not = self.sees("NOT")
        left = self.unary()
        while self.now.kind in {"sign", "keyword"}:
            sign = self.now.text
            binding = BINDING.get(sign, 0)
            if binding < least:
                break
            if bare_not and binding >= BINDING["IN"]:
                raise unsupported("NOT before a comparison without parentheses; write NOT (a = b)")
            self.at += 1
            left = self.chain(sign, left) if sign in {"AND", "OR"} else self.rest(sign, left, binding)
        return left

    def chain(self, sign: str, first: Node) -> Node:
        """Join a run of AND or OR as a balanced tree: the SDK's `read_items` writes a thousand in a row."""
        parts = [first, self.binary(BINDING[sign] + 1)]
        while self.accept(sign):
            parts.append(self.binary(BINDING[sign] + 1))
        while len(parts) > 1:
            pairs = zip(parts[::2], parts[1::2], strict=False)
            odd = parts[-1:] if len(parts) % 2 else []
            parts = [Binary(sign, left, right) for left, right in pairs] + odd
        return parts[0]

    def rest(self, sign: str, left: Node, binding: int) -> Node:
        if sign == "NOT":
            sign = self.take().text
            if sign not in {"IN", "BETWEEN", "LIKE"}:
                self.at -= 1
                raise self.error()
            return Unary("NOT", self.rest(sign, left, binding))
        if sign == "IN":
            self.expect("(")
            choices = self.listed(")")
            if len(choices) > MAX_LISTED:
                raise bad(
                    f"The IN expression lists {len(choices)} values. The allowed limit is {MAX_LISTED}; pass "
                    "an array as a parameter to ARRAY_CONTAINS instead."
                )
            return In(left, choices)
        if sign == "BETWEEN":
            low = self.binary(COMPARISON)
            self.expect("AND")
            return Between(left, low, self.binary(COMPARISON))
        if sign == "LIKE":
            pattern = self.binary(COMPARISON)
            return Like(left, pattern, self.primary() if self.accept("ESCAPE") else None)
        return Binary("!=" if sign == "<>" else sign, left, self.binary(binding + 1))

    def unary(self) -> Node:
        if self.sees("NOT", "-", "+", "~"):
            sign = self.take().text
            return Unary(sign, self.unary())
        return self.postfix(self.primary())

    def postfix(self, node: Node) -> Node:
        while True:
            if self.accept("."):
                node = Member(node, Literal(self.name()))
            elif self.accept("["):
                node = Member(node, self.expression())
                self.expect("]")
            else:
                return node

    def primary(self) -> Node:  # noqa: C901, PLR0911 - one line per kind of token
        token = self.take()
        match token.kind:
            case "number":
                return Literal(number(token.text))
            case "string":
                return Literal(string(token, self.text))
            case "param":
                return Param(token.text)
            case "word":
                if self.accept("("):
                    return Function(token.text.upper(), self.listed(")"))
                return Name(token.text)
            case "keyword" if token.text in CONSTANTS:
                return Literal(CONSTANTS[token.text])
            case "keyword" if token.text in {"EXISTS", "ARRAY"} and self.accept("("):
                return self.subquery(token.text)
            case "keyword" if token.text == "UDF":
                raise unsupported("user-defined functions")
            case "sign":
                if (node := self.bracketed(token.text)) is not None:
                    return node
        self.at -= 1
        raise self.error()

    def bracketed(self, sign: str) -> Node | None:
        if sign == "(" and self.sees("SELECT"):
            return self.subquery("SCALAR")
        if sign == "(":
            node = self.expression()
            self.expect(")")
            return node
        if sign == "[":
            return ArrayOf(self.listed("]"))
        if sign == "{":
            return self.object()
        return None

    def subquery(self, kind: str) -> SubQuery:
        select = self.select()
        self.expect(")")
        if select.group_by or select.order_by or select.top or select.limit:
            raise unsupported("GROUP BY, ORDER BY, TOP or OFFSET LIMIT in a sub-query")
        return SubQuery(kind, select)

    def listed(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        if self.accept(closing):
            return ()
        while True:
            found.append(self.expression())
            if self.accept(closing):
                return tuple(found)
            self.expect(",")

    def object(self) -> ObjectOf:
        found: list[tuple[str, Node]] = []
        while not self.accept("}"):
            if found:
                self.expect(",")
            token = self.take()
            if token.kind not in {"string", "word"}:
                self.at -= 1
                raise self.error()
            self.expect(":")
            name = string(token, self.text) if token.kind == "string" else token.text
            found.append((name, self.expression()))
        return ObjectOf(tuple(found))

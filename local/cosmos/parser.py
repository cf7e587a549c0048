"""Tokens to a query: recursive descent for clauses, precedence climbing for expressions."""

from functools import lru_cache

from local.cosmos.errors import Refusal, bad, unsupported
from local.cosmos.lexer import Token, number, string, syntax_error, tokens
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
    Source,
    SubQuery,
    Unary,
    path_of,
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
MAX_TEXT = 512 * 1024
MAX_JOINS = 10
MAX_LISTED = 16_000


@lru_cache(maxsize=512)
def parse(text: str) -> Select:
    """Parse a whole query; 400 for what is not one."""
    return _whole(text, needs_select=True)


@lru_cache(maxsize=512)
def parse_condition(text: str) -> Select:
    """Parse `FROM c WHERE ...`, the condition of a patch."""
    return _whole(text, needs_select=False)


def _whole(text: str, *, needs_select: bool) -> Select:
    if len(text) > MAX_TEXT:
        raise Refusal(400, "The query text is longer than 512 KB.")
    parser = _Parser(text)
    try:
        select = parser.select(needs_select=needs_select)
    except RecursionError as exc:
        raise Refusal(400, "The query is nested too deeply.") from exc
    if parser.now.kind != "end":
        raise parser.error()
    return select


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.joins = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def error(self) -> Refusal:
        return syntax_error(self.text, self.now.at)

    def take(self) -> Token:
        token = self.now
        self.at += 1
        return token

    def sees(self, *texts: str) -> bool:
        return self.now.kind in {"sign", "keyword"} and self.now.text in texts

    def accept(self, *texts: str) -> bool:
        if self.sees(*texts):
            self.at += 1
            return True
        return False

    def expect(self, *texts: str) -> None:
        for text in texts:
            if not self.accept(text):
                raise self.error()

    def name(self) -> str:
        if self.now.kind != "word":
            raise self.error()
        return self.take().text

    # clauses

    def select(self, *, needs_select: bool = True) -> Select:
        distinct, top, is_value, columns = False, None, False, None
        if needs_select:
            self.expect("SELECT")
            distinct = self.accept("DISTINCT")
            top = self.primary() if self.accept("TOP") else None
            is_value = self.accept("VALUE")
            columns = self.columns(is_value=is_value)
        sources = self.sources() if self.accept("FROM") else ()
        if not sources and not (needs_select and columns):
            raise Refusal(400, "'SELECT *' is not valid if FROM clause is omitted.")
        if columns is None and len(sources) > 1:
            raise Refusal(400, "'SELECT *' is only valid with a single input set.")
        where = self.expression() if self.accept("WHERE") else None
        group_by = self.group_by() if self.accept("GROUP") else ()
        order_by = self.order_by() if self.accept("ORDER") else ()
        offset = limit = None
        if self.accept("OFFSET"):
            offset = self.primary()
            self.expect("LIMIT")
            limit = self.primary()
        if top is not None and limit is not None:
            raise Refusal(400, "'TOP' cannot be used together with 'OFFSET LIMIT'.")
        return Select(columns, is_value, distinct, top, sources, where, group_by, order_by, offset, limit)

    def columns(self, *, is_value: bool) -> tuple[tuple[str, Node], ...] | None:
        if is_value:
            return (("", self.expression()),)
        if self.accept("*"):
            return None
        found: dict[str, Node] = {}
        unnamed = 0
        while True:
            node = self.expression()
            path = path_of(node)
            if self.accept("AS") or self.now.kind == "word":
                alias = self.name()
            elif path:
                alias = path[-1]
            else:
                unnamed += 1
                alias = f"${unnamed}"
            if alias in found:
                raise Refusal(
                    400, f"Cannot add property '{alias}': it was already specified in the SELECT list."
                )
            found[alias] = node
            if not self.accept(","):
                return tuple(found.items())

    def sources(self) -> tuple[Source, ...]:
        found = [self.source(root=True)]
        while True:
            if self.accept("JOIN"):
                self.joins += 1
                if self.joins > MAX_JOINS:
                    raise bad(
                        "The SQL query exceeded the maximum number of joins. The allowed limit is "
                        f"{MAX_JOINS}. (SC3002)"
                    )
                found.append(self.source(root=False))
            elif self.sees(","):
                raise unsupported("a comma in FROM; use JOIN ... IN")
            else:
                break
        if len({source.alias for source in found}) != len(found):
            raise Refusal(400, "The same alias is given twice in FROM.")
        return tuple(found)

    def source(self, *, root: bool) -> Source:
        if self.sees("("):
            raise unsupported("a sub-query in FROM")
        first = self.name()
        if self.accept("IN"):
            return Source(first, self.postfix(Name(self.name())), iterates=True)
        if not root or self.sees(".", "["):
            raise unsupported("FROM or JOIN over a path without IN")
        if self.accept("AS") or self.now.kind == "word":
            return Source(self.name(), None, iterates=False)
        return Source(first, None, iterates=False)

    def group_by(self) -> tuple[Node, ...]:
        self.expect("BY")
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        return tuple(found)

    def order_by(self) -> tuple[tuple[Node, bool], ...]:
        self.expect("BY")
        found = []
        while True:
            if self.now.kind == "word" and self.now.text.upper() == "RANK":
                raise unsupported("ORDER BY RANK")
            node = self.expression()
            found.append((node, self.accept("DESC")))
            if not found[-1][1]:
                self.accept("ASC")
            if not self.accept(","):
                return tuple(found)

    # expressions

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

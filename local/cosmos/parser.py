"""Text to a query, by recursive descent through its clauses."""

from functools import lru_cache

from local.cosmos.errors import Refusal, bad, unsupported
from local.cosmos.expressions import Expressions
from local.cosmos.syntax import Name, Node, Select, Source, path_of

MAX_TEXT = 512 * 1024
MAX_JOINS = 10


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


class _Parser(Expressions):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.joins = 0

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

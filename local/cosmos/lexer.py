"""Query text to tokens."""

import json
import re
from typing import NamedTuple

from local.cosmos.errors import Refusal
from local.cosmos.values import as_number

# Words the service does not take as a name after a dot or as an alias.
RESERVED = frozenset(
    {
        "AND", "ARRAY", "AS", "ASC", "BETWEEN", "BY", "DESC", "DISTINCT", "ESCAPE", "EXISTS", "FALSE", "FROM",
        "GROUP", "IN", "JOIN", "LIKE", "LIMIT", "NOT", "NULL", "OFFSET", "OR", "ORDER", "SELECT", "TOP",
        "TRUE", "UDF", "UNDEFINED", "VALUE", "WHERE",
    }
)  # fmt: skip
TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<param>@\w+)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>>>>|\?\?|\|\||<<|>>|<=|>=|<>|!=|[-+*/%=<>&|^~?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """`kind` is number, string, param, word, keyword, sign or end; a keyword's text is upper-case."""

    kind: str
    text: str
    at: int


def syntax_error(text: str, at: int) -> Refusal:
    near = text[at : at + 20] or "end of query"
    return Refusal(400, f"Syntax error, incorrect syntax near '{near}'. (SC1001, character {at})")


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise syntax_error(text, at)
        kind, piece = str(match.lastgroup), match.group()
        if kind == "word" and piece.upper() in RESERVED:
            kind, piece = "keyword", piece.upper()
        if kind != "space":
            found.append(Token(kind, piece, at))
        at = match.end()
    return [*found, Token("end", "", at)]


def number(text: str) -> int | float:
    if text[:2].lower() == "0x":
        return int(text, 16)
    return int(text) if text.isdigit() else as_number(float(text))


def string(token: Token, query: str) -> str:
    """Return the value of a quoted text; the escapes are JSON's plus the single quote."""
    inner = token.text[1:-1].replace("\\'", "'")
    inner = re.sub(r'\\.|"', lambda m: '\\"' if m[0] == '"' else m[0], inner, flags=re.DOTALL)
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError as exc:
        raise syntax_error(query, token.at) from exc


class Cursor:
    """A place in the tokens of a query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0

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

"""Property tests of the query language's values."""

# ruff: noqa: S608 - queries are made here
import contextlib
import functools
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from local.cosmos import paging, patch, values
from local.cosmos.definitions import container_definition
from local.cosmos.errors import Refusal

NUMBERS = st.integers(-5, 5) | st.floats(-5, 5)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text("abä", max_size=3)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)
VALUES = JSON | st.just(values.UNDEFINED)
TRUTHS = st.sampled_from([True, False, values.UNDEFINED])


def evaluate(text: str, **params):
    """The one value of `SELECT VALUE text`; an undefined parameter is one that the item lacks."""
    doc = {name: value for name, value in params.items() if value is not values.UNDEFINED}
    for name in params:
        text = text.replace(f"@{name}", f"c.{name}")
    page = paging.run(paging.Request(f"SELECT VALUE {text} FROM c"), lambda _: [(1, doc)])
    return json.loads(page.rows[0]) if page.rows else values.UNDEFINED


@settings(deadline=None)
@given(a=VALUES, b=VALUES, c=VALUES)
def test_the_sort_order_is_total(a, b, c):
    assert values.compare(a, a) == 0
    assert (values.compare(a, b) < 0) == (values.compare(b, a) > 0)
    if values.compare(a, b) <= 0 and values.compare(b, c) <= 0:
        assert values.compare(a, c) <= 0


@settings(deadline=None)
@given(a=VALUES, b=VALUES)
def test_types_never_mix_in_comparisons(a, b):
    outcome = {sign: evaluate(f"@a {sign} @b", a=a, b=b) for sign in ("=", "!=", "<", ">=")}
    if values.rank(a) != values.rank(b) or a is values.UNDEFINED:
        assert set(outcome.values()) == {values.UNDEFINED}
    else:
        assert outcome["="] is not outcome["!="]
        assert outcome["<"] is values.UNDEFINED or outcome["<"] is not outcome[">="]


@settings(deadline=None)
@given(a=TRUTHS, b=TRUTHS, c=TRUTHS)
def test_and_or_not_follow_three_valued_logic(a, b, c):
    assert evaluate("@a AND @b", a=a, b=b) is evaluate("@b AND @a", a=a, b=b)
    assert evaluate("NOT (@a AND @b)", a=a, b=b) is evaluate("(NOT @a) OR (NOT @b)", a=a, b=b)
    left = evaluate("@a AND (@b OR @c)", a=a, b=b, c=c)
    assert left is evaluate("(@a AND @b) OR (@a AND @c)", a=a, b=b, c=c)


@settings(deadline=None)
@given(value=JSON)
def test_any_json_survives_a_projection(value):
    assert evaluate("@a", a=value) == value
    assert evaluate("[@a][0]", a=value) == value


WORDS = st.sampled_from(
    [
        "SELECT",
        "VALUE",
        "FROM",
        "WHERE",
        "ORDER",
        "BY",
        "c",
        "c.a",
        "c.b[0]",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        ":",
        "?",
        "??",
        "=",
        "!=",
        "<",
        ">",
        "AND",
        "OR",
        "NOT",
        "IN",
        "BETWEEN",
        "LIKE",
        "JOIN",
        "EXISTS",
        "ARRAY",
        "TOP",
        "OFFSET",
        "LIMIT",
        "DISTINCT",
        "COUNT",
        "SUM",
        "LEFT",
        "POWER",
        "LIKE",
        "'x'",
        '"y"',
        "'%['",
        "1",
        "-2",
        "1e99",
        "@p",
        "null",
        "*",
        "+",
        "/",
        "%",
        "||",
        "&",
        "<<",
        "undefined",
        "true",
        "GROUP",
        "GROUP BY c.a",
        "COUNTIF",
        "ESCAPE",
        "AS",
        "DESC",
    ]
)


@settings(max_examples=300, deadline=None)
@given(words=st.lists(WORDS, max_size=12), doc=JSON)
def test_any_query_is_answered_or_refused(words, doc):
    for text in (
        " ".join(words),
        "SELECT VALUE " + " ".join(words),
        "SELECT * FROM c WHERE " + " ".join(words),
    ):
        request = paging.Request(text, {"@p": doc})
        with contextlib.suppress(Refusal):
            paging.run(request, lambda _: [(1, {"a": doc, "b": [doc]})])


@settings(deadline=None)
@given(document=JSON, path=st.sampled_from(["/a", "/a/b", "/a/0", "/a/-", "/", ""]), value=JSON, op=JSON)
def test_any_patch_is_applied_or_refused(document, path, value, op):
    for kind in ("add", "set", "replace", "remove", "incr", "move", op):
        request = {"operations": [{"op": kind, "path": path, "from": "/b", "value": value}]}
        with contextlib.suppress(Refusal):
            patch.apply({"id": "1", "a": document, "b": 1}, request, key_paths=(("owner",),))


@settings(deadline=None)
@given(policy=JSON, key=JSON)
def test_any_container_definition_is_taken_or_refused(policy, key):
    for body in (policy, {"id": "x", "partitionKey": key}, {"id": "x", "partitionKey": {"paths": ["/a"]}}):
        for part in ("indexingPolicy", "uniqueKeyPolicy", "defaultTtl"):
            with contextlib.suppress(Refusal):
                container_definition(body | {part: policy} if isinstance(body, dict) else body)


@settings(max_examples=50, deadline=None)
@given(keys=st.lists(JSON, max_size=8), size=st.integers(1, 4), descending=st.booleans())
def test_pages_of_an_order_are_the_sorted_whole(keys, size, descending):
    docs = [(number, {"k": key, "n": number}) for number, key in enumerate(keys, 1)]
    text = f"SELECT VALUE c.n FROM c ORDER BY c.k {'DESC' if descending else 'ASC'}"
    found, token = [], ""
    for _ in range(len(docs) + 1):
        request = paging.Request(text, page_size=size, continuation=token)
        page = paging.run(request, lambda after: [doc for doc in docs if doc[0] > after])
        found += [int(row) for row in page.rows]
        token = page.continuation
        if not token:
            break
    by_key = functools.cmp_to_key(lambda a, b: values.compare(a[1]["k"], b[1]["k"]))
    assert found == [n for n, _ in sorted(docs, key=by_key, reverse=descending)]

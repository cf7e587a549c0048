"""The query language, paging and what is refused, through the real SDK."""

# ruff: noqa: E501, S608 - tables of queries read best with one on a line; they are made here
import pytest
import pytest_asyncio
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from tests.local.cosmos.running import fresh

POLICY = {
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": "/hidden/?"}],
    "compositeIndexes": [
        [{"path": "/city", "order": "ascending"}, {"path": "/n", "order": "descending"}],
    ],
}
PEOPLE = [
    {"id": "1", "n": 1, "city": "Ulm", "tags": ["a", "b"], "deep": {"x": 1}, "mail": None},
    {"id": "2", "n": 2, "city": "Bonn", "tags": ["b"], "deep": {"x": 2}, "mail": "2@x"},
    {"id": "3", "n": 3, "city": "Ulm", "tags": [], "deep": {"x": None}},
    {"id": "4", "n": "3", "city": "ulm", "flag": True},
    {"id": "5", "n": 2.5, "city": "Bonn", "flag": False, "tags": ["a", {"k": 1, "v": 2}]},
]


@pytest_asyncio.fixture(scope="module")
async def people(database: DatabaseProxy):
    made = await database.create_container(fresh("people"), PartitionKey("/owner"), indexing_policy=POLICY)
    for person in PEOPLE:
        await made.create_item({"owner": "a", **person})
    await made.create_item({"owner": "b", "id": "1", "n": 100, "city": "Köln"})
    yield made
    await database.delete_container(made)


async def ask(container: ContainerProxy, text: str, key: str | None = "a", **params) -> list:
    parameters = [{"name": f"@{name}", "value": value} for name, value in params.items()]
    options = {"partition_key": key} if key else {}
    return [row async for row in container.query_items(text, parameters=parameters, **options)]


async def refusal(container: ContainerProxy, text: str, key: str | None = "a") -> str:
    with pytest.raises(CosmosHttpResponseError) as caught:
        await ask(container, text, key)
    assert caught.value.status_code == 400, caught.value
    return caught.value.message


GONE = "no row, because the value is undefined"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 / 2", 3.5), ("4 / 2", 2), ("7 % 4", 3), ("-7 % 4", -3),
        ("1 / 0", GONE), ("1 + 'a'", GONE), ("-(2)", -2), ("+2", 2), ("1 + null", GONE), ("1e3", 1000),
        ("6 & 3", 2), ("6 | 3", 7), ("6 ^ 3", 5), ("~6", -7), ("1 << 4", 16), ("-16 >> 2", -4),
        ("-1 >>> 28", 15), ("'a' || 'b'", "ab"), ("'a' || 1", GONE), ("0x1F", 31),
        ("1 = 1.0", True), ("1 = '1'", GONE), ("1 != '1'", GONE), ("null = null", True), ("1 = null", GONE),
        ("1 <> 2", True), ("true = true", True), ("1 = true", GONE), ("[1, 2] = [1, 2]", True),
        ("{'a': 1, 'b': 2} = {'b': 2, 'a': 1}", True), ("[1] < [2]", GONE), ("'a' < 'b'", True),
        ("'a' < 1", GONE), ("2 >= 2", True), ("false < true", True), ("undefined = undefined", GONE),
        ("true AND undefined", GONE), ("false AND undefined", False), ("undefined AND false", False),
        ("true OR undefined", True), ("undefined OR true", True), ("false OR undefined", GONE),
        ("NOT true", False), ("NOT undefined", GONE), ("NOT 1", GONE), ("1 AND true", GONE),
        ("1 IN (1, 2)", True), ("3 IN (1, 2)", False), ("3 NOT IN (1, 2)", True), ("undefined IN (1)", GONE),
        ("2 BETWEEN 1 AND 3", True), ("4 NOT BETWEEN 1 AND 3", True), ("'b' BETWEEN 'a' AND 'c'", True),
        ("2 BETWEEN 'a' AND 3", GONE), ("'abc' LIKE 'a%'", True), ("'abc' LIKE 'a_c'", True),
        ("'a%c' LIKE 'a!%c' ESCAPE '!'", True), ("'abc' LIKE 'a!%c' ESCAPE '!'", False),
        ("'abc' NOT LIKE 'b%'", True), ("'abc' LIKE '[a-b]bc'", True), ("'abc' LIKE '[^a]bc'", False),
        ("1 LIKE '1'", GONE), ("'a.c' LIKE 'a.c'", True), ("'abc' LIKE 'a.c'", False),
        ("undefined ?? 1", 1), ("null ?? 1", None), ("1 = 1 ? 'y' : 'n'", "y"), ("1 ? 'y' : 'n'", "n"),
        ("undefined ? 1 : 2", 2), ("true ? false ? 1 : 2 : 3", 2), ("1 + 1 = 2 AND NOT (2 = 3)", True),
        ("CONCAT('a', 'b', 'c')", "abc"), ("CONCAT('a', 1)", GONE), ("CONTAINS('Hello', 'ell')", True),
        ("CONTAINS('Hello', 'ELL')", False), ("CONTAINS('Hello', 'ELL', true)", True),
        ("STARTSWITH('Hello', 'he', true)", True), ("ENDSWITH('Hello', 'lo')", True), ("LOWER('ÄB')", "äb"),
        ("UPPER('äb')", "ÄB"), ("LENGTH('äb')", 2), ("LENGTH(12)", GONE), ("SUBSTRING('hello', 1, 3)", "ell"),
        ("INDEX_OF('hello', 'l')", 2), ("INDEX_OF('hello', 'l', 3)", 3), ("INDEX_OF('hello', 'x')", -1),
        ("REPLACE('aXa', 'a', 'b')", "bXb"), ("TRIM('  a ')", "a"), ("LTRIM(' a ')", "a "),
        ("RTRIM(' a ')", " a"), ("LEFT('hello', 2)", "he"), ("RIGHT('hello', 2)", "lo"), ("RIGHT('a', 5)", "a"),
        ("REVERSE('abc')", "cba"), ("STRINGEQUALS('a', 'A', true)", True), ("ToString(1.5)", "1.5"),
        ("ToString(true)", "true"), ("StringToNumber('1.5')", 1.5), ("REPLICATE('ab', 2)", "abab"),
        ("ARRAY_CONTAINS([1, 2], 2)", True), ("ARRAY_CONTAINS([1, 2], '2')", False),
        ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1})", False), ("ARRAY_CONTAINS('x', 1)", GONE),
        ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1}, true)", True), ("ARRAY_LENGTH([1, 2, 3])", 3),
        ("ARRAY_CONCAT([1], [2, 3])", [1, 2, 3]), ("ARRAY_SLICE([1, 2, 3], 1)", [2, 3]),
        ("ARRAY_SLICE([1, 2, 3], -2, 1)", [2]), ("ARRAY_CONTAINS_ANY([1, 2], 5, 2)", True),
        ("ARRAY_CONTAINS_ALL([1, 2], 1, 5)", False), ("ABS(-2)", 2), ("CEILING(1.2)", 2), ("FLOOR(-1.2)", -2),
        ("ROUND(2.5)", 3), ("ROUND(-2.5)", -3), ("TRUNC(-1.7)", -1), ("SIGN(-3)", -1), ("SQRT(9)", 3),
        ("SQRT(-1)", GONE), ("POWER(2, 10)", 1024), ("ABS('x')", GONE), ("IIF(true, 1, 2)", 1),
        ("IS_DEFINED(undefined)", False), ("IS_DEFINED(null)", True), ("IS_NULL(null)", True),
        ("IS_NULL(undefined)", False), ("IS_BOOL(false)", True), ("IS_NUMBER(1)", True), ("IS_NUMBER(true)", False),
        ("IS_STRING('')", True), ("IS_ARRAY([])", True), ("IS_OBJECT({})", True), ("IS_PRIMITIVE(null)", True),
        ("IS_PRIMITIVE([])", False), ("IS_INTEGER(1.5)", False), ("IS_INTEGER(2.0)", True),
        ("'it\\'s \\u00e4 \\n'", "it's ä \n"), ('"quote \' \\" inside"', 'quote \' " inside'),
        ('DateTimeAdd("yyyy", 1, "2020-07-03T00:00:00.0000000")', "2021-07-03T00:00:00.0000000Z"),
        ('DateTimeAdd("mm", -1, "2020-07-03T00:00:00.0000000")', "2020-06-03T00:00:00.0000000Z"),
        ('DateTimeAdd("month", 1, "2023-01-31T01:02:03.1234567Z")', "2023-02-28T01:02:03.1234567Z"),
        ('DateTimeAdd("year", -1, "2024-02-29T00:00:00Z")', "2023-02-28T00:00:00.0000000Z"),
        ('DateTimeAdd("ss", 5 * -5, "2020-07-03T00:00:00.0000000")', "2020-07-02T23:59:35.0000000Z"),
        ('DateTimeAdd("ns", 250, "2020-07-03T00:00:00Z")', "2020-07-03T00:00:00.0000002Z"),
        ('DateTimeAdd("yyyy", 9000, "2020-07-03T00:00:00Z")', GONE),
        ('DateTimeAdd("yyyy", 1.5, "2020-07-03T00:00:00Z")', GONE),
        ('DateTimeAdd("week", 1, "2020-07-03T00:00:00Z")', GONE),
        ('DateTimeAdd("dd", 1, "2020-02-30T00:00:00Z")', GONE),
        ('DateTimeAdd("dd", 1, "2020-07-03")', GONE),
        ('DateTimeAdd("dd", 1, 5)', GONE),
        ('DateTimeDiff("yyyy", "2019-02-04T16:00:00.0000000", "2018-03-05T05:00:00.0000000")', -1),
        ('DateTimeDiff("mm", "2018-03-05T05:00:00.0000000", "2019-02-04T16:00:00.0000000")', 11),
        ('DateTimeDiff("dd", "2018-03-05T05:00:00.0000000", "2019-02-04T16:00:00.0000000")', 336),
        ('DateTimeDiff("hh", "2019-02-04T16:00:00.0000000", "2018-03-05T05:00:00.0000000")', -8075),
        ('DateTimeDiff("ss", "2018-03-05T05:00:00.0000000", "2019-02-04T16:00:00.0000000")', 29070000),
        ('DateTimeDiff("dd", "2020-01-01T23:59:59Z", "2020-01-02T00:00:00Z")', 1),
        ('DateTimeDiff("ns", "2020-01-01T00:00:00.0000001Z", "2020-01-01T00:00:00.0000003Z")', 200),
        ('DateTimePart("yyyy", "2016-05-29T08:30:00.1301617")', 2016),
        ('DateTimePart("mi", "2016-05-29T08:30:00.1301617")', 30),
        ('DateTimePart("dd", "2016-05-29T08:30:00.1301617")', 29),
        ('DateTimePart("hh", "2016-05-29T08:30:00.1301617")', 8),
        ('DateTimePart("ms", "2016-05-29T08:30:00.1301617")', 130),
        ('DateTimePart("mcs", "2016-05-29T08:30:00.1301617")', 130161),
        ('DateTimePart("ns", "2016-05-29T08:30:00.1301617")', 130161700),
        ('DateTimePart("mm", "no date")', GONE),
        ('DateTimeBin("2021-01-08T18:35:00.0000000", "dd")', "2021-01-08T00:00:00.0000000Z"),
        ('DateTimeBin("2021-01-08T18:35:00.0000000", "hh", 5)', "2021-01-08T15:00:00.0000000Z"),
        ('DateTimeBin("2021-01-08T18:35:00.0000000", "dd", 7)', "2021-01-07T00:00:00.0000000Z"),
        ('DateTimeBin("2021-01-08T18:35:00.0000000", "dd", 7, "1601-01-01T00:00:00.0000000")', "2021-01-04T00:00:00.0000000Z"),
        ('DateTimeBin("2021-01-08T18:35:00.0000000", "dd", 0)', GONE),
        ("DateTimeFromParts(2017, 4, 20)", "2017-04-20T00:00:00.0000000Z"),
        ("DateTimeFromParts(2017, 4, 20, 13, 15, 20, 3456789)", "2017-04-20T13:15:20.3456789Z"),
        ("DateTimeFromParts(-2000, -1, -1)", GONE),
        ('DateTimeToTicks("2015-05-19T12:00:00.0000000")', 14320368000000000),
        ('DateTimeToTimestamp("2015-05-19T12:00:00.0000000")', 1432036800000),
        ("TicksToDateTime(15973607943002652)", "2020-08-13T23:19:54.3002652Z"),
        ("TicksToDateTime(-116444736000000000)", "1601-01-01T00:00:00.0000000Z"),
        ('TicksToDateTime("1")', GONE),
        ("TimestampToDateTime(1597360794300)", "2020-08-13T23:19:54.3000000Z"),
        ("TimestampToDateTime(-62135596800000)", "0001-01-01T00:00:00.0000000Z"),
        ("TimestampToDateTime(1e300)", GONE),
        ("[1, undefined, {'a': undefined, b: 2}]", [1, {"b": 2}]), ("{'a': [1, 2]}.a[1]", 2),
    ],
)  # fmt: skip
async def test_an_expression_has_the_services_value(people: ContainerProxy, expression, value):
    expected = [] if value == GONE else [value]
    found = await ask(people, f"SELECT VALUE {expression}")
    assert found == expected
    assert [type(f) for f in found] == [type(e) for e in expected]


async def test_the_current_time_is_the_servers_which_a_test_may_push_forward(server, people: ContainerProxy):
    text = "SELECT VALUE [GetCurrentTimestamp(), DateTimeToTimestamp(GetCurrentDateTimeStatic()), FLOOR(GetCurrentTicks() / 10000)]"
    [(first, *others)] = await ask(people, text)
    assert others == [first, first]
    await server.door("POST", "clock", {"advanceSeconds": 3600})
    [(later, *_)] = await ask(people, text)
    assert 3_600_000 <= later - first < 3_700_000


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("c.n > 1", "235"),
        ("c.n >= 3", "3"),
        ("c.n = '3'", "4"),
        ("c.mail = null", "1"),
        ("c.mail != null", ""),
        ("IS_DEFINED(c.mail)", "12"),
        ("NOT IS_DEFINED(c.mail)", "345"),
        ("NOT (c.n > 1)", "1"),
        ("c.deep.x > 0 OR c.flag", "124"),
        ("c['deep']['x'] = 2", "2"),
        ("c.tags[0] = 'a'", "15"),
        ("ARRAY_CONTAINS(c.tags, 'b')", "12"),
        ("ARRAY_CONTAINS(c.tags, {'k': 1}, true)", "5"),
        ("c.city LIKE 'u%' OR c.city = @city", "134"),
        ("STRINGEQUALS(c.city, @city, true)", "134"),
        ("c.n IN (1, 2, '3')", "124"),
        ("c.n BETWEEN 2 AND 3", "235"),
        ("EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'b')", "12"),
        ("c.missing = c.missing", ""),
        ("c.flag", "4"),
        ("'text'", ""),
        ("c._ts > 0 AND c.id = @id", "2"),
        ("true", "12345"),
    ],
)
async def test_where_keeps_what_is_true(people: ContainerProxy, where, ids):
    assert await ask(people, f"SELECT VALUE c.id FROM c WHERE {where}", city="Ulm", id="2") == list(ids)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT c.id, c.mail FROM c WHERE c.n < 3", [{"id": "1", "mail": None}, {"id": "2", "mail": "2@x"}, {"id": "5"}]),
        ("SELECT c.id AS a, c.n + 1 b, c.n FROM c WHERE c.id = '1'", [{"a": "1", "b": 2, "n": 1}]),
        ("SELECT c.n * 2, c['deep'], c.tags[0] FROM c WHERE c.id = '1'", [{"$1": 2, "deep": {"x": 1}, "$2": "a"}]),
        ("select value {'i': r.id, 't': ARRAY_LENGTH(r.tags)} from root r where r.id = '1'", [{"i": "1", "t": 2}]),
        ("SELECT VALUE x.id FROM people AS x WHERE x.id < '3' -- comment", ["1", "2"]),
        ("SELECT VALUE c.mail FROM c", [None, "2@x"]),
        ("SELECT VALUE t FROM t IN c.tags", ["a", "b", "b", "a", {"k": 1, "v": 2}]),
        ("SELECT c.id, t FROM c JOIN t IN c.tags WHERE t = 'b'", [{"id": "1", "t": "b"}, {"id": "2", "t": "b"}]),
        ("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags WHERE t = 'a') FROM c WHERE c.id = '1'", [["a"]]),
        ("SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c WHERE c.id < '4'", [2, 1, 0]),
        ("SELECT TOP 2 VALUE c.id FROM c", ["1", "2"]),
        ("SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2", ["2", "3"]),
        ("SELECT DISTINCT VALUE c.city FROM c", ["Ulm", "Bonn", "ulm"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.n", ["1", "2", "5", "3", "4"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.deep.x DESC", ["2", "1", "3", "4", "5"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.city, c.n DESC", ["5", "2", "3", "1", "4"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.city DESC, c.n ASC", ["4", "1", "3", "2", "5"]),
        ("SELECT TOP 1 VALUE c.id FROM c ORDER BY c.n DESC", ["4"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.id DESC OFFSET 1 LIMIT 2", ["4", "3"]),
        ("SELECT VALUE COUNT(1) FROM c", [5]),
        ("SELECT COUNT(1) FROM c WHERE c.n > 1", [{"$1": 3}]),
        ("SELECT COUNT(c.mail) AS mails, MAX(c.id) AS last FROM c", [{"mails": 2, "last": "5"}]),
        ("SELECT VALUE SUM(c.n) FROM c WHERE IS_NUMBER(c.n)", [8.5]),
        ("SELECT VALUE SUM(c.n) FROM c", []),
        ("SELECT VALUE AVG(c.deep.x) FROM c WHERE c.deep.x > 0", [1.5]),
        ("SELECT MIN(c.n) AS low, MAX(c.n) AS high FROM c WHERE c.n < 100", [{"low": 1, "high": 3}]),
        ("SELECT VALUE MIN(c.n) FROM c WHERE c.id = 'none'", []),
        ("SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags", [5]),
        ("SELECT VALUE {'n': COUNT(1), 'two': MAX(c.n) - MIN(c.n)} FROM c WHERE c.n < 9", [{"n": 4, "two": 2}]),
        ("SELECT VALUE COUNTIF(c.n > 1) FROM c", [3]),
        ("SELECT COUNTIF(c.flag) AS yes, COUNTIF(NOT c.flag) AS no, COUNTIF(c.n) AS none FROM c", [{"yes": 1, "no": 1, "none": 0}]),
        ("SELECT c.city, COUNT(1) AS n FROM c GROUP BY c.city", [{"city": "Bonn", "n": 2}, {"city": "Ulm", "n": 2}, {"city": "ulm", "n": 1}]),
        ("SELECT COUNT(1) AS n, c.deep.x FROM c GROUP BY c.deep.x", [{"n": 2}, {"n": 1, "x": None}, {"n": 1, "x": 1}, {"n": 1, "x": 2}]),
        ("SELECT c.city, MAX(c.n) AS high, COUNTIF(c.n > 2) AS big, 'x' AS mark FROM c WHERE IS_NUMBER(c.n) GROUP BY c.city", [{"city": "Bonn", "high": 2.5, "big": 1, "mark": "x"}, {"city": "Ulm", "high": 3, "big": 1, "mark": "x"}]),
        ("SELECT LOWER(c.city) AS city, SUM(1) AS n FROM c GROUP BY LOWER(c.city)", [{"city": "bonn", "n": 2}, {"city": "ulm", "n": 3}]),
        ("SELECT VALUE {'city': c.city, 'first': MIN(c.id)} FROM c GROUP BY c.city, IS_STRING(c.n)", [{"city": "Bonn", "first": "2"}, {"city": "Ulm", "first": "1"}, {"city": "ulm", "first": "4"}]),
        ("SELECT t, COUNT(1) AS n FROM c JOIN t IN c.tags WHERE IS_STRING(t) GROUP BY t", [{"t": "a", "n": 2}, {"t": "b", "n": 2}]),
        ("SELECT TOP 1 VALUE c.city FROM c GROUP BY c.city", ["Bonn"]),
        ("SELECT VALUE c.city FROM c GROUP BY c.city OFFSET 1 LIMIT 1", ["Ulm"]),
        ("SELECT COUNT(1) FROM c WHERE c.id = 'none' GROUP BY c.city", []),
        ("SELECT DISTINCT VALUE c.city FROM c ORDER BY c.city DESC", ["ulm", "Ulm", "Bonn"]),
        ("SELECT DISTINCT c.city FROM c ORDER BY c.n", [{"city": "Ulm"}, {"city": "Bonn"}, {"city": "ulm"}]),
        ("SELECT DISTINCT c.flag, c.city FROM c ORDER BY c.city OFFSET 1 LIMIT 2", [{"flag": False, "city": "Bonn"}, {"city": "Ulm"}]),
        ("SELECT DISTINCT TOP 2 VALUE c.city FROM c ORDER BY c.city", ["Bonn", "Ulm"]),
        (f"SELECT VALUE c.id FROM c WHERE c.n IN ({', '.join(['0'] * 15_999)}, 2)", ["2"]),
        (f"SELECT VALUE COUNT(1) FROM c {' '.join(f'JOIN t{n} IN c.tags' for n in range(10))} WHERE c.id = '2'", [1]),
    ],
)  # fmt: skip
async def test_a_query_answers_as_the_service_does(people: ContainerProxy, text, rows):
    assert await ask(people, text) == rows


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT c.city, COUNT(1) FROM c GROUP BY c.city ORDER BY c.city", "'ORDER BY' is not supported in"),
        ("SELECT c.city FROM c ORDER BY c.city GROUP BY c.city", "Syntax error"),
        ("SELECT * FROM c GROUP BY c.city", "'SELECT *' cannot be used with GROUP BY"),
        ("SELECT DISTINCT c.city FROM c GROUP BY c.city", "DISTINCT together with GROUP BY"),
        ("SELECT c.id, COUNT(1) FROM c GROUP BY c.city", "'c' is invalid in the select list"),
        ("SELECT LOWER(c.city) FROM c GROUP BY c.city", "group by the whole expression"),
        ("SELECT COUNT(1) FROM c GROUP BY COUNT(1)", "neither an aggregate nor a sub-query"),
        ("SELECT COUNT(1) FROM c GROUP BY (SELECT VALUE 1)", "neither an aggregate nor a sub-query"),
        ("SELECT COUNT(1) FROM c GROUP BY 1", "needs a property"),
        (f"SELECT {', '.join(['COUNT(1)'] * 22)} FROM c GROUP BY c.city", "at most 21 aggregates"),
        ("SELECT COUNT(1), (SELECT VALUE c.id) FROM c", "sub-query in the select list"),
        ("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags GROUP BY t) FROM c", "in a sub-query"),
        (
            f"SELECT VALUE 1 FROM c {' '.join(f'JOIN t{n} IN c.tags' for n in range(11))}",
            "allowed limit is 10. (SC3002)",
        ),
        (
            f"SELECT VALUE 1 FROM c {' '.join(f'JOIN t{n} IN c.tags' for n in range(10))} WHERE EXISTS(SELECT VALUE 1 FROM u IN c.tags JOIN v IN c.tags)",
            "allowed limit is 10. (SC3002)",
        ),
        (
            f"SELECT * FROM c WHERE c.n IN ({', '.join(['0'] * 16_001)})",
            "lists 16001 values. The allowed limit is 16000",
        ),
        ("SELECT VALUE COUNT(1), c.id FROM c", "Syntax error"),
        ("SELECT COUNT(1), c.id FROM c", "aggregate"),
        ("SELECT * FROM c ORDER BY c.n + 1", "could not be mapped"),
        ("SELECT * FROM c ORDER BY c.n, c.city", "composite index"),
        ("SELECT * FROM c ORDER BY c.city, c.n", "composite index"),
        ("SELECT * FROM c ORDER BY c.hidden", "excluded"),
        ("SELECT * FROM c WHERE RegexMatch(c.city, 'U')", "REGEXMATCH"),
        ("SELECT * FROM c WHERE udf.f(c.x)", "user-defined"),
        ("SELECT * FROM c WHERE c.order = 1", "Syntax error"),
        ("SELECT * FROM c WHERE c.n = ", "Syntax error"),
        ("SELECT * FROM c WHERE NOT c.n = 1", "parentheses"),
        ("SELECT * FROM c WHERE d.n = 1", "'d' could not be resolved"),
        ("SELECT * FROM c WHERE c.n = @missing", "@missing"),
        ("SELECT * FROM c WHERE COUNT(1) > 1", "COUNT"),
        ("SELECT * FROM c JOIN t IN c.tags", "single input set"),
        ("SELECT *", "FROM clause is omitted"),
        ("SELECT TOP -1 * FROM c", "Syntax error"),
        ("SELECT c.id, c.n AS id FROM c", "already specified"),
        ("SELECT * FROM (SELECT VALUE c FROM c)", "sub-query in FROM"),
        ("DELETE FROM c", "Syntax error"),
        ("SELECT * FROM c; SELECT 1", "Syntax error"),
        ("SELECT LENGTH() FROM c", "LENGTH"),
        ("SELECT VALUE DateTimeBin('2021-01-08T18:35:00Z', 'month')", "DateTimeBin by month"),
        ("SELECT VALUE GetCurrentDateTime(1)", "GETCURRENTDATETIME"),
        ("SELECT c.id FROM t IN c.tags", "'c' could not be resolved"),
        ("SELECT VALUE COUNT(1) FROM c ORDER BY c.n", "together with an aggregate"),
    ],
)
async def test_what_is_not_supported_is_named(people: ContainerProxy, text, named):
    assert named in await refusal(people, text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT * FROM c ORDER BY c.n", "ORDER BY"),
        ("SELECT TOP 1 * FROM c", "TOP"),
        ("SELECT * FROM c OFFSET 0 LIMIT 1", "OFFSET LIMIT"),
        ("SELECT DISTINCT c.city FROM c", "DISTINCT"),
        ("SELECT VALUE COUNT(1) FROM c", "aggregate"),
        ("SELECT c.city FROM c GROUP BY c.city", "GROUP BY"),
        ("SELECT COUNT(1) FROM c GROUP BY c.city", "GROUP BY"),
    ],
)
async def test_across_partitions_only_a_plain_stream_is_served(people: ContainerProxy, text, named):
    assert named in await refusal(people, text, key=None)


async def test_a_plain_filter_streams_across_partitions_in_pages(people: ContainerProxy):
    query = people.query_items("SELECT c.owner, c.id FROM c WHERE c.n > 1", max_item_count=2)
    pages = [[row async for row in page] async for page in query.by_page()]
    assert [len(page) for page in pages] == [2, 2]
    assert {(row["owner"], row["id"]) for page in pages for row in page} == {
        ("a", "2"),
        ("a", "3"),
        ("a", "5"),
        ("b", "1"),
    }


def test_without_a_key_a_query_must_say_that_it_fans_out(server, people: ContainerProxy):
    from azure.cosmos import CosmosClient  # noqa: PLC0415 - only here is the sync client needed

    from tests.local.cosmos.running import KEY  # noqa: PLC0415

    with CosmosClient(server.url, KEY) as client:
        sync = client.get_database_client("main").get_container_client(people.id)
        with pytest.raises(CosmosHttpResponseError) as refused:
            list(sync.query_items("SELECT * FROM c"))
        assert "Cross partition query is required but disabled" in refused.value.message
        assert len(list(sync.query_items("SELECT * FROM c WHERE c.owner = 'b' AND c.n > 1"))) == 1
        assert len(list(sync.query_items("SELECT * FROM c", enable_cross_partition_query=True))) == 6


@pytest.mark.parametrize(
    "text",
    [
        "SELECT VALUE c.id FROM c",
        "SELECT VALUE c.id FROM c ORDER BY c.n DESC",
        "SELECT VALUE c.id FROM c ORDER BY c.city, c.n DESC",
        "SELECT DISTINCT VALUE c.city FROM c",
        "SELECT VALUE c.id FROM c OFFSET 1 LIMIT 3",
        "SELECT TOP 3 VALUE c.id FROM c ORDER BY c.id DESC",
        "SELECT VALUE t FROM c JOIN t IN c.tags",
        "SELECT VALUE c.id FROM c ORDER BY c.missing",
        "SELECT DISTINCT VALUE c.city FROM c ORDER BY c.city DESC",
        "SELECT DISTINCT c.city FROM c ORDER BY c.n",
        "SELECT c.city, COUNT(1) FROM c GROUP BY c.city",
        "SELECT COUNT(1), c.deep.x, c.city FROM c GROUP BY c.city, c.deep.x",
    ],
)
async def test_pages_put_together_are_the_whole_answer(people: ContainerProxy, text):
    whole = await ask(people, text)
    found, token = [], None
    for _ in range(len(whole) + 1):
        pages = people.query_items(text, partition_key="a", max_item_count=1).by_page(token)
        page = [row async for row in await anext(pages)]
        assert len(page) == 1
        found += page
        token = pages.continuation_token
        if not token:
            break
    assert found == whole


async def test_a_continuation_neither_skips_nor_repeats_when_rows_come_and_go(container: ContainerProxy):
    for number in range(0, 10, 2):
        await container.create_item({"id": str(number), "owner": "a", "n": number})
    pages = container.query_items("SELECT VALUE c.n FROM c ORDER BY c.n", partition_key="a", max_item_count=2)
    pages = pages.by_page()
    assert [row async for row in await anext(pages)] == [0, 2]
    await container.delete_item("0", "a")  # an offset would now skip a row
    await container.create_item({"id": "1", "owner": "a", "n": 1})
    await container.create_item({"id": "5", "owner": "a", "n": 5})
    assert [row async for page in pages async for row in page] == [4, 5, 6, 8]


async def test_a_foreign_continuation_is_refused(people: ContainerProxy):
    for token in ("nonsense", "bm9uc2Vuc2U="):
        with pytest.raises(CosmosHttpResponseError) as refused:
            await anext(people.query_items("SELECT * FROM c", partition_key="a").by_page(token))
        assert "Invalid Continuation Token" in refused.value.message


async def test_a_count_of_everything_reads_no_item(people: ContainerProxy):
    headers = []
    query = people.query_items(
        "SELECT VALUE COUNT(1) FROM c",
        partition_key="a",
        populate_query_metrics=True,
        response_hook=lambda h, _: headers.append(h),
    )
    assert [row async for row in query] == [5]
    metrics = dict(part.split("=") for part in headers[0]["x-ms-documentdb-query-metrics"].split(";"))
    assert (metrics["retrievedDocumentCount"], metrics["retrievedDocumentSize"]) == ("0", "0")
    assert float(metrics["indexUtilizationRatio"]) == 1


@pytest.mark.parametrize(
    ("where", "read"),
    [("c.id = '1'", 1), ("c.city = 'Ulm' AND c.n > 1", 1), ("c.hidden = 1 OR c.id = '1'", 5)],
)
async def test_metrics_and_charge_show_a_scan(people: ContainerProxy, where, read):
    headers = []
    query = people.query_items(
        f"SELECT * FROM c WHERE {where}",
        partition_key="a",
        populate_query_metrics=True,
        response_hook=lambda h, _: headers.append(h),
    )
    assert len([row async for row in query]) == 1
    assert f"retrievedDocumentCount={read};" in headers[0]["x-ms-documentdb-query-metrics"]
    assert "outputDocumentCount=1;" in headers[0]["x-ms-documentdb-query-metrics"]
    assert float(headers[0]["x-ms-request-charge"]) > 2.8


async def test_index_metrics_name_what_served_and_what_would_have(people: ContainerProxy):
    for text, served, lacking, composite in [
        (
            "SELECT * FROM c WHERE c.city = 'Ulm' AND c.hidden = 1 OR c.id = '1'",
            ["/city/?", "/id/?", "/owner/?"],
            ["/hidden/?"],
            [],
        ),
        ("SELECT * FROM c WHERE c.id = '1' OR c.hidden = 1", ["/owner/?"], ["/hidden/?"], []),
        ("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 'b')", ["/owner/?", "/tags/[]/?"], [], []),
        ("SELECT * FROM c ORDER BY c.city, c.n DESC", ["/owner/?"], [], [["/city ASC", "/n DESC"]]),
    ]:
        query = people.query_items(text, partition_key="a", populate_index_metrics=True)
        assert [row async for row in query]
        found = query.get_response_headers()["x-ms-cosmos-index-utilization"]
        assert [each["IndexSpec"] for each in found["UtilizedSingleIndexes"]] == served
        assert [each["IndexSpec"] for each in found["PotentialSingleIndexes"]] == lacking
        assert [each["IndexSpecs"] for each in found["UtilizedCompositeIndexes"]] == composite

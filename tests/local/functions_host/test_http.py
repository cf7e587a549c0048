"""HTTP through the real worker runtime, in process."""

import json

import httpx
import pytest

from local.functions_host import FunctionsHost


@pytest.fixture(scope="module")
async def host(apps):
    host = await FunctionsHost.load(apps / "http", {})
    yield host
    await host.stop()


@pytest.fixture(scope="module")
async def client(host):
    transport = httpx.ASGITransport(host.asgi, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def cookie(client, value):
    reply = await client.post("/api/headers", json=[["Set-Cookie", value]])
    return reply.status_code, reply.headers.get_list("set-cookie")


async def test_a_function_sees_method_url_parameters_and_body(client):
    reply = await client.put("/api/echo/one?a=b", content=b"\x00\xff")
    seen = reply.json()
    assert reply.headers["content-type"] == "application/json"
    assert (seen["method"], seen["url"]) == ("PUT", "http://localhost/api/echo/one?a=b")
    assert (seen["route"], seen["params"], seen["body"]) == ({"part": "one"}, {"a": "b"}, "\x00\xff")


async def test_an_absent_optional_parameter_is_missing(client):
    assert (await client.get("/api/echo")).json()["route"] == {}
    assert (await client.get("/api/echo/")).json()["route"] == {}


async def test_a_function_without_route_is_found_by_its_name(client):
    name, invocation_id = (await client.get("/api/named_by_itself")).text.split()
    assert name == "named_by_itself"
    assert len(invocation_id) == 36


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/echo/one"),  # without the prefix
        ("GET", "/api/echo/one/two"),
        ("GET", "/api/echo//"),
        ("GET", "/api/numbers/one"),
        ("GET", "/api/numbers/9999999999"),
        ("GET", "/api/numbers"),
        ("POST", "/api/numbers/1"),
        ("HEAD", "/api/numbers/1"),
        ("OPTIONS", "/api/fails"),
        ("BREW", "/api/echo"),
        ("GET", "/api/Cards/ADA1"),
    ],
)
async def test_a_path_constraint_or_method_that_does_not_match_is_404(client, method, path):
    reply = await client.request(method, path)
    assert (reply.status_code, reply.content) == (404, b"")


async def test_literals_ignore_case_and_values_keep_it(client):
    assert (await client.get("/API/ECHO/One")).json()["route"] == {"part": "One"}


async def test_values_are_decoded_except_the_slash(client):
    assert (await client.get("/api/echo/a%20%C3%A9%2Fb")).json()["route"] == {"part": "a é%2Fb"}


async def test_a_catch_all_takes_the_rest_of_the_path(client):
    assert (await client.get("/api/files/a/b//c/")).json()["route"] == {"path": "a/b//c/"}
    assert (await client.get("/api/files")).json()["route"] == {}


async def test_dot_segments_are_resolved_first(client):
    assert (await client.get("/api/files/a/%2e%2e/%2E./echo/x")).json()["route"] == {"part": "x"}


async def test_text_and_parameter_may_share_a_segment(client):
    assert (await client.get("/api/cards/ada")).text == "page of ada"
    assert (await client.get("/api/cards/ada.x.vcf")).text == "vcf of ada.x"


async def test_repeated_query_values_are_joined_and_empty_ones_dropped(client):
    seen = (await client.get("/api/echo?a=1&A=2&b=&c&d=x+%26y&e=&e=1")).json()
    assert seen["params"] == {"a": "1,2", "d": "x &y", "e": ",1"}


async def test_header_names_are_lower_case_and_repeated_values_joined(client):
    seen = (await client.get("/api/echo", headers=[("X-One", "a"), ("x-one", "b"), ("X-Empty", "")])).json()
    assert (seen["headers"]["x-one"], seen["headers"]["x-empty"]) == ("a,b", "")


async def test_an_exception_is_500_without_body_and_named_in_the_log(client, caplog):
    reply = await client.post("/api/fails?token=hidden", content=b"private")
    assert (reply.status_code, reply.content) == (500, b"")
    (record,) = [r for r in caplog.records if r.name == "functions_host"]
    text = record.getMessage()
    assert "function fails failed, invocation " in text
    assert "ValueError: the reason of the failure" in text
    assert "hidden" not in text
    assert "private" not in text


@pytest.mark.parametrize("what", ["none", "dict", "bytes", "str"])
async def test_anything_but_a_response_is_500(client, what):
    reply = await client.get(f"/api/returns/{what}")
    assert (reply.status_code, reply.content) == (500, b"")


async def test_of_a_repeated_response_header_the_last_wins(client):
    reply = await client.post("/api/headers", json=[["Link", "one"], ["Link", "two"], ["X-Other", "1"]])
    assert (reply.headers.get_list("link"), reply.headers["x-other"]) == (["two"], "1")


@pytest.mark.parametrize("value", ["é", "a\x07b"])
async def test_a_header_that_kestrel_refuses_is_500(client, value):
    assert (await client.post("/api/headers", json=[["X-Name", value]])).status_code == 500


async def test_a_reply_without_content_has_no_body(client):
    reply = await client.get("/api/status/304")
    assert (reply.status_code, reply.content) == (304, b"")
    assert (await client.get("/api/status/418")).text == "some text"


async def test_head_is_routed_like_any_method_and_has_no_body(host):
    scope = {"type": "http", "method": "HEAD", "path": "/api/Cards/ada", "query_string": b"", "headers": []}
    sent = []

    async def send(message):
        sent.append(message)

    await host.asgi(scope | {"scheme": "http", "server": None}, None, send)
    start, body = sent
    assert (start["status"], (b"content-length", b"11") in start["headers"]) == (200, True)
    assert body["body"] == b""


async def test_a_cookie_is_written_anew_with_its_value_encoded(client):
    assert await cookie(client, "id=a+/=b_c-d.e; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60") == (
        204,
        ["id=a%2B%2F%3Db_c-d.e; max-age=60; path=/; secure; samesite=lax; httponly"],
    )


async def test_a_cookie_keeps_domain_and_expires(client):
    value = "id=1; Domain=example.com; Path=/x; Expires=Wed, 21 Oct 2026 07:28:00 GMT"
    assert await cookie(client, value) == (
        204,
        ["id=1; expires=Wed, 21 Oct 2026 07:28:00 GMT; domain=example.com; path=/x"],
    )


async def test_cookies_may_repeat(client):
    reply = await client.post(
        "/api/headers", json=[["Set-Cookie", "a=1; Path=/"], ["Set-Cookie", "b=2; Path=/"]]
    )
    assert [value.split(";")[0] for value in reply.headers.get_list("set-cookie")] == ["a=1", "b=2"]


@pytest.mark.parametrize("value", ["id=1; Path=/; Partitioned", 'id={"a"}; Path=/'])
async def test_cookies_that_the_worker_cannot_parse_vanish(client, value):
    assert await cookie(client, value) == (204, [])


@pytest.mark.parametrize("value", ["id=1; Expires=Wed, 21-Oct-2026 07:28:00 GMT", "id=1; Max-Age=soon"])
async def test_a_cookie_attribute_the_worker_refuses_is_500(client, value):
    assert (await cookie(client, value))[0] == 500


async def test_a_function_with_a_key_is_401_without_it(client):
    for refused in (await client.get("/api/secret"), await client.get("/api/secret?code=no")):
        assert (refused.status_code, refused.content) == (401, b"")
    key = "local-master-key"
    assert (await client.get("/api/secret", headers={"x-functions-key": key})).text == "let in"
    assert (await client.get("/api/secret", params={"code": key})).text == "let in"


async def test_a_body_over_100_mb_is_413_before_it_is_read(client):
    reply = await client.post(
        "/api/echo", headers={"content-length": str(100 * 1024 * 1024 + 1)}, content=b""
    )
    assert reply.status_code == 413


async def test_the_root_is_the_hosts_own_page(client):
    assert (await client.get("/")).status_code == 200


async def test_the_host_tells_its_status(client):
    assert (await client.get("/admin/host/status")).json()["state"] == "Running"
    assert (await client.get("/admin/other")).status_code == 404
    assert (await client.get("/admin/functions/echo")).status_code == 404


async def test_two_apps_with_equal_names_live_side_by_side(client, load_app):
    other = await load_app("""
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
@app.route(route="echo")
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("the other")
""")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(other.asgi), base_url="http://localhost"
    ) as second:
        assert (await second.get("/api/echo")).text == "the other"
    assert json.loads((await client.get("/api/echo")).text)["method"] == "GET"

"""Invalid input: all faults are reported at once, and nothing is changed."""

import pytest

from tests.functions.cards.test_api_cards import CONTENT, a_card, a_profile, handle


def faults(answer) -> set[tuple[str, str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"urn:izwop:problem:{problem['code']}"
    return {(fault["field"], fault["code"]) for fault in problem["errors"]}


@pytest.fixture(scope="module")
async def ada(signed_in):
    return await signed_in()


@pytest.fixture(scope="module")
async def profile(ada) -> str:
    return await a_profile(ada)


@pytest.fixture
async def unchanged(ada):
    """Check that refused requests leave the account unchanged."""
    before = (await ada.api("GET", "cards?limit=100")).text, (await ada.api("GET", "profiles?limit=100")).text
    yield
    after = (await ada.api("GET", "cards?limit=100")).text, (await ada.api("GET", "profiles?limit=100")).text
    assert after == before


@pytest.mark.usefixtures("unchanged")
async def test_every_fault_of_a_card_is_named_at_once(ada, profile) -> None:
    content = {
        "name": "Ada\u0007",
        "title": "x" * 121,
        "organisation": 5,
        "emails": [{"address": "not an address"}, {"kind": "fax", "address": "a@example.com"}],
        "phones": [{"number": "12"}],
        "website": "javascript:alert(1)",
        "videoLink": "not a link",
        "officeAddress": {"country": "Sverige"},
        "productLinks": [{"url": "https://example.com"}],
        "a~b/c": 1,
    }
    answer = await ada.api(
        "POST", "cards", json={"profileId": profile, "handle": "no_good", "content": content}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert faults(answer) == {
        ("/handle", "invalid_handle"),
        ("/content/name", "control_characters"),
        ("/content/title", "too_long"),
        ("/content/organisation", "wrong_type"),
        ("/content/emails/0/address", "invalid_email"),
        ("/content/emails/1/kind", "invalid_choice"),
        ("/content/phones/0/number", "invalid_phone"),
        ("/content/website", "url_scheme"),
        ("/content/videoLink", "invalid_url"),
        ("/content/officeAddress/country", "invalid_choice"),
        ("/content/productLinks/0/label", "required"),
        ("/content/a~0b~1c", "unknown_field"),
    }
    assert "not an address" not in answer.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "/content", "required"),
        ({"handle": "admin"}, "/handle", "handle_reserved"),
        ({"handle": "5upp0rt"}, "/handle", "handle_reserved"),
        ({"handle": "x" * 41}, "/handle", "too_long"),
        ({"profileId": "prf_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, "/profileId", "unknown_profile"),
        ({"profileId": None}, "/profileId", "wrong_type"),
        ({"ownerId": "acc_1"}, "/ownerId", "unknown_field"),
        ({"version": 7}, "/version", "unknown_field"),
    ],
)
async def test_a_fault_names_its_field(ada, profile, body: dict, field: str, code: str) -> None:
    whole = {"profileId": profile, "content": CONTENT} | body if body else {"profileId": profile}
    answer = await ada.api("POST", "cards", json=whole)
    assert answer.status_code == 422
    assert (field, code) in faults(answer)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", {}, 400, "malformed_body"),
        (b"", {}, 400, "malformed_body"),
        (b'{"name": "\xff"}', {}, 400, "malformed_body"),
        (b'{"name": NaN}', {}, 422, "invalid_input"),
        (b"[" * 100_000, {}, 400, "malformed_body"),
        (b"[]", {}, 422, "invalid_input"),
        (b'"text"', {}, 422, "invalid_input"),
        (b'{"name": "x"}', {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b"name=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        (b'{"name": "' + b"x" * 262_144 + b'"}', {}, 413, "body_too_large"),
        (b'{"name": "x"}', {"Idempotency-Key": "k" * 256}, 422, "invalid_input"),
        (b'{"name": "x"}', {"Idempotency-Key": "with space"}, 422, "invalid_input"),
    ],
)
async def test_a_body_that_cannot_be_taken_is_refused(ada, content, headers, status, code) -> None:
    answer = await ada.api(
        "POST", "profiles", content=content, headers={"Content-Type": "application/json"} | headers
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    faults(answer)


@pytest.mark.usefixtures("unchanged")
async def test_a_chunked_body_is_asked_for_with_its_length(ada) -> None:
    async def pieces():
        yield b'{"name": "x"}'

    answer = await ada.api("POST", "profiles", content=pieces(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        (None, 428, "version_required"),
        ("", 428, "version_required"),
        ('"99"', 412, "stale_version"),
        ("1", 412, "stale_version"),
        ('W/"1"', 412, "stale_version"),
        ("*", 412, "stale_version"),
        ('"1", "2"', 412, "stale_version"),
        ('"' + "9" * 400 + '"', 412, "stale_version"),
    ],
)
async def test_a_write_without_the_version_that_was_read_changes_nothing(ada, if_match, status, code) -> None:
    made = await a_card(ada)
    card = made.json()
    headers = {} if if_match is None else {"If-Match": if_match}
    body = {"profileId": card["profileId"], "content": CONTENT | {"title": "Overwritten"}}
    for method, path, sent in (
        ("PUT", f"cards/{card['id']}", body),
        ("PUT", f"cards/{card['id']}/publication", None),
        ("DELETE", f"cards/{card['id']}/publication", None),
        ("PUT", f"profiles/{card['profileId']}", {"name": "Overwritten"}),
    ):
        answer = await ada.api(method, path, json=sent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
    assert (await ada.api("GET", f"cards/{card['id']}")).json() == card


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=ten", "limit=1e1", "limit=٣"])
async def test_a_limit_out_of_range_is_refused(ada, query: str) -> None:
    answer = await ada.api("GET", f"cards?{query}")
    assert faults(answer) == {("limit", "out_of_range")}


@pytest.mark.parametrize("cursor", ["x", "AAAA", "eyJhIjoxfQ", "~~~", "%00", "a" * 3000, "é"])
async def test_a_made_up_cursor_is_refused(ada, cursor: str) -> None:
    answer = await ada.api("GET", f"profiles?cursor={cursor}")
    assert faults(answer) == {("cursor", "invalid_cursor")}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": f"__Host-session=acc_{'a' * 26}.{'a' * 43}"},
    ],
)
async def test_whoever_is_not_signed_in_is_told_nothing_more(client, headers: dict) -> None:
    answer = await client().get("/api/v1/account", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.usefixtures("unchanged")
async def test_another_site_cannot_make_a_browser_write(ada, headers: dict) -> None:
    answer = await ada.api("POST", "profiles", json={"name": "Planted"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forged_request")


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("PATCH", "/api/v1/cards", 405, "GET, POST"),
        ("DELETE", "/api/v1/account", 405, "GET"),
        ("POST", "/api/v1/openapi.json", 405, "GET"),
        ("GET", "/api/v1/nothing", 404, None),
        ("GET", "/api/v2/cards", 404, None),
        ("POST", "/c/somebody", 404, None),
    ],
)
async def test_an_unknown_address_or_method_answers_like_everything_else(
    client, method, path, status, allow
) -> None:
    answer = await client().request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("allow") == allow


async def test_every_answer_has_the_security_headers(ada, client) -> None:
    card = (await a_card(ada)).json()
    answers = [
        await client().get("/api/v1/openapi.json"),
        await client().get("/nothing"),
        await client().get("/c/nobody-at-all"),
        await client().get("/auth/login"),
        await ada.api("GET", "account"),
        await ada.api("GET", f"cards/{card['id']}"),
        await ada.api("PUT", f"cards/{card['id']}"),
        await ada.api("POST", "cards", json={}),
    ]
    for answer in answers:
        headers = answer.headers
        assert "max-age=63072000; includeSubDomains" in headers["strict-transport-security"], answer.url
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers
        assert "x-powered-by" not in headers
        assert "access-control-allow-origin" not in headers


async def test_a_taken_handle_is_a_conflict_that_tells_nothing_of_its_card(ada, profile) -> None:
    made = await a_card(ada)
    body = {"profileId": profile, "handle": made.json()["handle"], "content": CONTENT}
    answer = await ada.api("POST", "cards", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "handle_taken")
    assert made.json()["id"] not in answer.text
    assert (await ada.api("POST", "cards", json=body | {"handle": handle()})).status_code == 201

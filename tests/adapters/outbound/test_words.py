"""Sentences in the answers of vendors."""

import json

import pytest

from adapters.outbound.words import MOST_LETTERS, words_of

SHAPES = [
    # HubSpot, Salesforce, Dataverse, Pipedrive, Mailchimp, Slack, Google, OAuth, RFC 9457, JSON:API.
    ({"status": "error", "message": "No such property", "correlationId": "x"}, "No such property"),
    ([{"message": "No such column", "errorCode": "INVALID_FIELD"}], "No such column"),
    ({"error": {"code": "0x80040217", "message": "No such entity"}}, "No such entity"),
    ({"success": False, "error": "Person not found", "error_info": "x"}, "Person not found"),
    ({"type": "x", "title": "Invalid Resource", "status": 400, "detail": "Not an address"}, "Not an address"),
    ({"ok": False, "error": "missing_scope"}, "missing_scope"),
    ({"error": {"code": 400, "message": "Bad dimension", "status": "INVALID_ARGUMENT"}}, "Bad dimension"),
    (
        {"error": "invalid_grant", "error_description": "The refresh token is over"},
        "The refresh token is over",
    ),
    ({"errors": [{"detail": "Too long"}]}, "Too long"),
    ({"errors": ["Too short"]}, "Too short"),
    ({"error": {}}, ""),
    ({}, ""),
    ([], ""),
    (7, ""),
    ({"message": {"message": {"message": {"message": {"message": "deep"}}}}}, ""),
]


@pytest.mark.parametrize(("said", "words"), SHAPES, ids=str)
def test_the_sentence_is_found_where_vendors_put_it(said, words) -> None:
    assert words_of(json.dumps(said).encode(), []) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Not allowed", "Not allowed"),
        (b"<html><body>502</body></html>", ""),
        (b"", ""),
        (b"\xff\xfe", "��"),
        (b"[" * 100_000, "[" * (MOST_LETTERS - 1) + "…"),
        (json.dumps({"message": "a\x00b\n\tc\u202ed  e"}).encode(), "a b c d e"),
        (json.dumps({"message": "x " * 400}).encode(), ("x " * 400)[: MOST_LETTERS - 1] + "…"),
        (
            json.dumps({"message": "see https://a.example/p?code=abc&state=1 now"}).encode(),
            "see https://a.example/p now",
        ),
        (json.dumps({"message": "key " + "A1b2" * 12 + " is wrong"}).encode(), "key […] is wrong"),
    ],
    ids=range(9),
)
def test_words_are_short_and_plain(body: bytes, words: str) -> None:
    assert words_of(body, []) == words


def test_secrets_are_taken_out_whole() -> None:
    said = json.dumps({"message": "pat-eu1-12 and pat-eu1-1234 and ab"}).encode()
    assert words_of(said, ["pat-eu1-12", "pat-eu1-1234", "ab", ""]) == "[…] and […] and ab"

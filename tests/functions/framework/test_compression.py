"""Replies are compressed as the client accepts, with the headers that caches need."""

import gzip
import re
import weakref

import brotli
import pytest

from functions.cards.outputs import Output
from functions.framework.callers import masked, unmasked
from functions.framework.compression import coding_for
from functions.framework.replies import reply
from tests.functions.cards.test_api_cards import published

TEXTS = "Never written as an attacker would like it. " * 30


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0.1", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("*", ""),
        ("deflate", ""),
        ("," * 5000 + "br", ""),
        ("gzip, " + "x" * 490 + ", br;q=0", "gzip"),
        ("x" * 5000, ""),
    ],
)
def test_the_coding_is_one_that_the_client_takes(accepted: str, coding: str) -> None:
    assert coding_for(accepted) == coding


async def raw(browser, path: str, accepted: str, **headers: str):
    """The reply as it is on the wire."""
    asked = {"Accept-Encoding": accepted, **headers}
    async with browser.stream("GET", path, headers=asked) as answer:
        body = b"".join([piece async for piece in answer.aiter_raw()])
    return answer, body


DECODED = {"br": brotli.decompress, "gzip": gzip.decompress, "": lambda body: body}


@pytest.mark.parametrize("form", ["", ".vcf", ".json", ".jscontact", ".qr.svg"])
async def test_every_text_form_of_a_card_is_the_same_in_each_coding(signed_in, client, form: str) -> None:
    card = (await published(await signed_in(), companyText=TEXTS)).json()
    path, tags, plain = f"/c/{card['handle']}{form}", set(), None
    for coding, decode in DECODED.items():
        answer, body = await raw(client(), path, coding or "identity", Accept="text/html")
        assert answer.headers.get("content-encoding", "") == coding
        assert "Accept-Encoding" in answer.headers["vary"]
        assert plain in (None, decode(body)) or coding
        plain = decode(body)
        tags.add(answer.headers["etag"])
        kept, nothing = await raw(
            client(),
            path,
            coding or "identity",
            Accept="text/html",
            **{"If-None-Match": answer.headers["etag"]},
        )
        assert (kept.status_code, nothing) == (304, b"")
        assert "content-encoding" not in kept.headers
    assert len(tags) == 3, "another representation has another ETag"


@pytest.mark.parametrize("path", ["/", "/auth/login", "/my", "/api/v1/openapi.json", "/no/such/page"])
async def test_pages_and_documents_are_compressed(signed_in, path: str) -> None:
    ada = await signed_in()
    answer, body = await raw(ada.http, path, "br", Accept="text/html")
    if answer.status_code == 303:  # who is signed in need not sign in
        return
    assert answer.headers["content-encoding"] == "br"
    plain, whole = await raw(ada.http, path, "identity", Accept="text/html")
    assert "content-encoding" not in plain.headers
    assert len(body) < len(whole) / 2


async def test_pictures_and_short_answers_are_sent_as_they_are(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    for path in (f"/c/{card['handle']}.qr.png", "/api/v1/session"):
        answer, _ = await raw(ada.http, path, "br, gzip")
        assert "content-encoding" not in answer.headers


async def test_an_anti_forgery_token_is_never_the_same_text_on_two_pages_and_works(signed_in) -> None:
    ada = await signed_in()
    tokens = [
        re.search(r'name="csrf" value="([^"]+)"', (await ada.http.get("/my/account")).text)[1]
        for _ in range(2)
    ]
    assert tokens[0] != tokens[1]
    assert unmasked(tokens[0]) == unmasked(tokens[1]) == ada.csrf
    answer = await ada.http.post("/my/account/sessions", data={"csrf": tokens[1], "session": "none"})
    assert answer.status_code == 303


@pytest.mark.parametrize("text", ["", "short", "z" * 128, "0" * 128, masked("ab" * 32)[:-1] + "x"])
async def test_a_token_that_we_did_not_make_changes_nothing(signed_in, text: str) -> None:
    ada = await signed_in()
    answer = await ada.http.post("/my/account/sessions", data={"csrf": text, "session": "none"})
    assert answer.status_code == 403


@pytest.mark.parametrize("coding", DECODED)
@pytest.mark.parametrize("body", [b"", TEXTS.encode()], ids=["short", "long"])
def test_an_output_that_nobody_keeps_is_gone_at_once(coding: str, body: bytes) -> None:
    """Not with the next full collection: until that comes, they would fill the memory of a worker."""
    output = Output('"tag"', reply(body, content_type="text/html"))
    gone = weakref.ref(output)
    assert output.encoded(coding).etag
    del output
    assert gone() is None

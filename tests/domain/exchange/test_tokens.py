"""Tokens of forms and links: for one card and some time, from a key that only the server has."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.tokens import (
    LATEST,
    SOONEST,
    digest_of,
    form_token,
    is_link,
    link_again,
    link_of,
    read_form_token,
)

NOW, CARD, NONCE = datetime(2026, 11, 26, 12, tzinfo=UTC), "crd_" + "a" * 26, "b" * 26
KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_form_may_be_sent_from_three_seconds_on_for_two_hours() -> None:
    token = form_token(CARD, NONCE, NOW, KEY)
    for after, early in ((timedelta(0), True), (SOONEST, False), (LATEST, False)):
        read = read_form_token(token, CARD, NOW + after, [KEY])
        assert read is not None
        assert (read.nonce, read.is_too_early(NOW + after)) == (NONCE, early)
    assert read_form_token(token, CARD, NOW + LATEST + timedelta(seconds=1), [KEY]) is None


def test_a_token_is_for_its_card_and_of_one_of_the_keys() -> None:
    token = form_token(CARD, NONCE, NOW, OTHER)
    assert read_form_token(token, CARD, NOW, [KEY]) is None
    assert read_form_token(token, CARD, NOW, [KEY, OTHER]) is not None
    assert read_form_token(token, "crd_" + "c" * 26, NOW, [OTHER]) is None
    assert len(token) < 72


@given(st.integers(0, 69), st.characters())
def test_no_character_of_a_token_can_be_changed(at: int, char: str) -> None:
    token = form_token(CARD, NONCE, NOW, KEY)
    changed = token[:at] + char + token[at + 1 :]
    assert (read_form_token(changed, CARD, NOW, [KEY]) is not None) == (changed == token)


@given(st.text())
def test_no_other_text_is_a_token(text: str) -> None:
    assert read_form_token(text, CARD, NOW, [KEY]) is None
    assert not is_link(text)


def test_a_link_is_found_again_by_its_hash_as_long_as_its_key_is_there() -> None:
    link = link_of("exc_" + NONCE, OTHER)
    assert is_link(link)
    assert link_again("exc_" + NONCE, digest_of(link), [KEY, OTHER]) == link
    assert link_again("exc_" + NONCE, digest_of(link), [KEY]) is None


@pytest.mark.parametrize("stamp", ["0000000000", "9999999999"])
def test_a_time_that_was_not_signed_is_refused(stamp: str) -> None:
    token = form_token(CARD, NONCE, NOW, KEY)
    nonce, _stamp, mac = token.split(".")
    assert read_form_token(f"{nonce}.{stamp}.{mac}", CARD, NOW, [KEY]) is None

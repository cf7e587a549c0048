"""The texts that people agree to: never changed once they are out, and the same in both languages."""

import hashlib
from itertools import product

import pytest

from domain.base.texts import LANGUAGES
from domain.cards.content import CardContent
from domain.cards.exchange_form import PURPOSES
from domain.exchange.exchange import KEEP
from functions.exchange.consent import CURRENT, TEXTS, consent_for


def sums(folder) -> dict[str, str]:
    """The hash of each text, as it was written down."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def changed(folder) -> set[str]:
    """Texts that are not what they were, or whose hash was not written down."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.txt")}
    return {name for name, _ in found.items() ^ sums(folder).items()}


def test_no_text_was_changed_and_none_is_missing() -> None:
    assert changed(TEXTS) == set()
    assert CURRENT.keys() == set(PURPOSES)


def test_a_changed_text_is_noticed(tmp_path) -> None:
    for path in TEXTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    one = next(tmp_path.glob("contact.*.en.txt"))
    one.write_text(one.read_text().replace("at any time", "within a week"))
    assert changed(tmp_path) == {one.name}


@pytest.mark.parametrize(("purpose", "language"), list(product(PURPOSES, LANGUAGES)))
def test_a_text_names_who_gets_the_details_and_how_long(purpose, language) -> None:
    consent = consent_for(purpose, CardContent(name="{name} %s <b>"), language)
    assert consent.text.count("{name} %s <b>") >= 3
    assert f"{KEEP.days} " in consent.text
    assert "\n" not in consent.text
    assert consent.sha256 == hashlib.sha256(consent.text.encode()).hexdigest()

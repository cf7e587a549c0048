"""Sealed values open for their purpose only, also during a key rotation."""

import base64

import pytest

from adapters.sealing import Sealer

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))


@pytest.mark.parametrize(
    ("sealed_by", "opened_by"),
    [
        (OLD, f"{OLD},{NEW}"),
        (f"{OLD},{NEW}", OLD),
        (f"{OLD},{NEW}", f"{NEW},{OLD}"),
        (f"{NEW},{OLD}", f"{OLD},{NEW}"),
        (f"{NEW},{OLD}", NEW),
        (NEW, f"{NEW},{OLD}"),
    ],
)
def test_each_step_of_a_change_opens_what_its_neighbours_seal(sealed_by, opened_by) -> None:
    """Workers of two settings answer at once while one is rolled out."""
    assert Sealer(opened_by).unseal(Sealer(sealed_by).seal(b"flow", "a"), "a") == b"flow"


def test_the_old_key_opens_nothing_once_it_is_gone() -> None:
    assert Sealer(NEW).unseal(Sealer(OLD).seal(b"flow", "a"), "a") is None


@pytest.mark.parametrize("changed", ["", "!", "AAAA", "x" * 40])
def test_what_we_did_not_seal_opens_as_nothing(changed) -> None:
    assert Sealer(f"{NEW},{OLD}").unseal(changed, "a") is None


def test_another_purpose_opens_nothing() -> None:
    sealer = Sealer(NEW)
    assert sealer.unseal(sealer.seal(b"flow", "a"), "b") is None


@pytest.mark.parametrize("keys", ["", "short", f"{NEW},", f"{NEW},short"])
def test_a_key_of_another_size_is_refused(keys) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        Sealer(keys)

"""Valid, reserved and suggested handles, and handles that look alike."""

import pytest
from pydantic_core import PydanticCustomError

from domain.cards.handles import check_handle, is_handle, skeleton, suggest_handles


@pytest.mark.parametrize(("given", "handle"), [("ada", "ada"), ("  Ada-99 ", "ada-99"), ("a" * 40, "a" * 40)])
def test_a_good_handle_is_taken_in_lower_case(given: str, handle: str) -> None:
    assert check_handle(given) == handle


@pytest.mark.parametrize(
    "given",
    ["", "ab", "a" * 41, "-ada", "ada-", "ad--a", "ada.l", "ada lovelace", "ádá", "\u0430da", "ad\na", "a/b"],
)
def test_a_malformed_handle_is_refused(given: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        check_handle(given)
    assert refused.value.type == "invalid_handle"


@pytest.mark.parametrize(
    "given", ["admin", "Support", "adm1n", "log-in", "5upport", "well-known", "official"]
)
def test_a_name_that_speaks_for_the_product_is_reserved(given: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        check_handle(given)
    assert refused.value.type == "handle_reserved"


@pytest.mark.parametrize(
    ("one", "other"),
    [("paypal", "paypa1"), ("paypal", "pay-pal"), ("modern", "modem"), ("will", "w1l1"), ("boss", "b055")],
)
def test_handles_that_look_alike_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_different_handles_have_different_skeletons() -> None:
    assert len({skeleton(handle) for handle in ("ada", "grace", "alan", "edsger", "barbara")}) == 5


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Åsa Öberg-Ek", "林語堂", "🎩", "x" * 200, "a--b  c", "..", "O'Neil"]
)
def test_a_suggested_handle_is_a_handle(name: str) -> None:
    suggested = suggest_handles(name, "k2x7pq")
    assert all(is_handle(each) and check_handle(each) == each for each in suggested)
    assert suggested[-1].endswith("-k2x7pq")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Ada Lovelace", "ada-lovelace"),
        ("Åsa Öberg-Ek", "asa-oberg-ek"),
        ("O'Neil", "o-neil"),
        ("O\u2019Neil", "o-neil"),
        ("Søren Łukasz Groß", "soren-lukasz-gross"),
        ("Noor", "noor"),
        ("x" * 200, "x" * 40),
        ("林語堂", None),
        ("Al", None),
        ("Support", None),
        ("iZwop Team", None),
    ],
)
def test_a_name_alone_is_suggested_first_where_it_can_be_a_handle(name: str, plain: str | None) -> None:
    suggested = suggest_handles(name, "k2x7pq")
    assert suggested[:-1][:1] == ([plain] if plain else [])


def test_what_follows_is_the_name_turned_around_and_numbered() -> None:
    turned = ["ada-lovelace", "lovelace-ada", "ada-lovelace-2", "ada-lovelace-3", "ada-lovelace-k2x7pq"]
    assert suggest_handles("Ada Lovelace", "k2x7pq") == turned
    assert suggest_handles("Noor", "k2x7pq") == ["noor", "noor-2", "noor-3", "noor-k2x7pq"]

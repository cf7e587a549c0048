"""Which contacts may be the same: judged pair by pair, and measured on a book whose truth is known."""

import time
from collections import defaultdict
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.relationships.contact import ContactContent
from domain.relationships.duplicates.matching import find_pairs, grouped, in_order, pairs_of
from domain.relationships.duplicates.rows import Row, compared, row_of_content
from local.demo_book import book

ANNA = {"name": "Anna Öberg", "organisation": "Acme AB"}


def a_row(row_id: str, **content) -> Row:
    return row_of_content(row_id, ContactContent.model_validate(ANNA | content))


def judged(one: dict, other: dict) -> tuple | None:
    pairs = find_pairs([a_row("con_a", **one), a_row("con_b", **other)])
    assert len(pairs) <= 1
    return (pairs[0].tier, pairs[0].reasons) if pairs else None


def mails(*addresses: str) -> dict:
    return {"emails": [{"address": address} for address in addresses]}


def phones(*numbers: str) -> dict:
    return {"phones": [{"number": number} for number in numbers]}


def lives(country: str, number: str) -> dict:
    return phones(number) | {"addresses": [{"country": country}]}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (mails("anna@a.example"), mails("ANNA@a.example"), ("same_email", "same_name", "same_company")),
        (
            mails("an.na+x@gmail.com"),
            mails("anna@googlemail.com"),
            ("same_email", "same_name", "same_company"),
        ),
        (
            phones("+46 70 174 06 05"),
            phones("0046701740605", "+46701740605"),
            ("same_phone", "same_name", "same_company"),
        ),
        (
            phones("+46 70 174 06 05"),
            lives("SE", "070-174 06 05"),
            ("same_phone", "same_name", "same_company"),
        ),
        (
            mails("a@a.example") | {"name": "Bob Stone"},
            mails("a@a.example") | {"name": "Stone, Robert"},
            ("same_email", "same_name", "same_company"),
        ),
        (
            phones("+46 70 174 06 05"),
            phones("+46 70 174 06 05") | {"name": "A. Oberg"},
            ("same_phone", "like_name", "same_company"),
        ),
    ],
)
def test_the_same_address_or_number_and_a_like_name_is_sure(one, other, told) -> None:
    assert judged(one, other) == ("sure", told)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({}, {"name": "ANNA OBERG", "organisation": "ACME"}, ("same_name", "same_company")),
        ({}, {"name": "Anna Öbreg"}, ("like_name", "same_company")),
        (
            mails("x@a.example"),
            mails("x@a.example") | {"name": "Zacharias Quist"},
            ("same_email", "other_name", "same_company"),
        ),
        (mails("info@a.example"), mails("info@a.example"), ("same_email", "same_name", "same_company")),
    ],
)
def test_what_is_to_be_looked_at_is_likely(one, other, told) -> None:
    assert judged(one, other) == ("likely", told)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"organisation": None}, {"organisation": None}),
        ({"organisation": None}, {}),
        ({}, {"organisation": "Other Ltd"}),
        ({}, {"kind": "entity"}),
        (mails("info@a.example"), mails("info@a.example") | {"name": "Zoe Quist"}),
        (phones("555 1234"), phones("555 1234") | {"organisation": None}),
        (
            mails("a@a.example") | phones("+46701740605"),
            mails("b@a.example") | phones("+46701740606"),
        ),
        # Two of a family.
        (
            phones("+46701740605") | {"organisation": None},
            phones("+46701740605") | {"name": "Göran Öberg", "organisation": None},
        ),
    ],
)
def test_a_name_alone_or_a_shared_desk_makes_no_pair(one, other) -> None:
    assert judged(one, other) is None


def test_companies_are_the_same_by_their_site_or_address_whatever_their_legal_form() -> None:
    one = Row("con_a", "entity", "Zenith Foods Ltd", links=("https://www.zenith.example/about",))
    other = Row("con_b", "entity", "ZENITH FOODS", links=("http://zenith.example",))
    assert find_pairs([one, other])[0][2:] == ("likely", ("same_link", "same_name"))


def test_a_page_on_a_portal_is_one_persons() -> None:
    def at(link: str, row_id: str) -> Row:
        return Row(row_id, "person", "Anna Öberg", links=(link,))

    same = [at("https://www.linkedin.com/in/anna", "con_a"), at("https://linkedin.com/in/Anna/", "con_b")]
    assert find_pairs(same)[0][2:] == ("likely", ("same_link", "same_name"))
    assert find_pairs([same[0], at("https://linkedin.com/in/other", "con_c")]) == []


rows = st.builds(
    Row,
    st.integers(0, 10**6).map(lambda number: f"con_{number:026}"),
    st.sampled_from(("person", "entity")),
    st.sampled_from(("Anna Öberg", "A. Oberg", "Öberg Anna", "王小明", "x", "!", "Bob", "Robert")),
    st.sampled_from((None, "Acme AB", "acme")),
    st.lists(st.sampled_from(("a@x.example", "A@x.example", "info@x.example")), max_size=2).map(tuple),
    st.lists(st.sampled_from(("+46701740605", "070-1740605", "12", "+")), max_size=2).map(tuple),
)


@settings(deadline=None)
@given(st.lists(rows, max_size=6, unique_by=lambda row: row.id))
def test_the_order_of_the_rows_and_the_shares_they_are_done_in_change_nothing(given_rows) -> None:
    expected = find_pairs(given_rows)
    for order in list(permutations(given_rows))[:6]:
        assert find_pairs(order) == expected
    ready = [compared(row) for row in given_rows]
    shared = [
        pair for share in range(4) for pair in pairs_of(ready, grouped(ready, share=share, shares=4).values())
    ]
    assert in_order(shared) == expected


def test_a_crowd_with_one_key_is_not_compared_all_with_all() -> None:
    crowd = [
        Row(f"con_{number:04}", "person", f"Person {number:04}", emails=("x@a.example",))
        for number in range(3000)
    ]
    began = time.process_time()
    find_pairs(crowd)
    assert time.process_time() - began < 5


def test_sure_pairs_of_a_book_of_5000_are_right_and_take_less_than_a_second() -> None:
    entries = book()
    ids = [f"con_{number:026}" for number in range(len(entries))]
    contents = [ContactContent.model_validate(entry.content) for entry in entries]
    group = defaultdict(list)
    for row_id, entry in zip(ids, entries, strict=True):
        group[entry.truth].append(row_id)
    truth = {pair for same in group.values() for pair in combinations(sorted(same), 2)}
    given_rows = [row_of_content(row_id, content) for row_id, content in zip(ids, contents, strict=True)]
    find_pairs(given_rows[:20])  # loads the libraries
    began = time.process_time()
    found = find_pairs(given_rows)
    seconds = time.process_time() - began
    sure = {pair[:2] for pair in found if pair.tier == "sure"}
    every = {pair[:2] for pair in found}
    assert len(entries) == 5000
    assert len(sure & truth) / len(sure) >= 0.98
    assert len(every & truth) / len(every) >= 0.9
    assert len(every & truth) / len(truth) >= 0.9
    assert seconds <= 1, seconds


def test_the_book_is_the_same_each_time_and_reaches_nobody() -> None:
    entries = book(500)
    assert [entry.content for entry in entries] == [entry.content for entry in book(500)]
    assert len(entries) - len({entry.truth for entry in entries}) == 38
    assert all(address.endswith(".example") for entry in entries for address in entry.emails)

"""Two contents united: whatever either said is in the result or among what gave way."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.base.errors import InvalidInput
from domain.base.folding import fold
from domain.relationships.contact import VALUE_LISTS, ContactContent
from domain.relationships.duplicates.merging import CHOICES, differing, lost_by_undo, merged
from domain.relationships.history.history import PAST_FIELDS, text_of

TODAY = date(2026, 11, 26)
words = st.sampled_from(("Ann", "ANN", "Öberg", "Acme", "王小明"))
perhaps = st.none() | words
days = st.none() | st.dates(date(2000, 1, 1), TODAY)
mails = st.builds(
    lambda address, label, since, source: {
        "address": address,
        "label": label,
        "since": since,
        "source": source,
    },
    st.sampled_from(("a@x.example", "A@x.example", "b@x.example")),
    perhaps,
    days,
    st.sampled_from((None, "card", "import")),
)
contents = st.fixed_dictionaries(
    {
        "name": words,
        "nickname": perhaps,
        "title": perhaps,
        "organisation": perhaps,
        "entity_id": st.sampled_from((None, "con_" + "a" * 26, "con_" + "b" * 26)),
        "importance": st.integers(0, 5),
        "met": st.none() | st.builds(lambda place: {"place": place}, words),
        "name_parts": st.none() | st.builds(lambda given_name: {"given": given_name}, words),
        "emails": st.lists(mails, max_size=3),
        "tags": st.lists(words, max_size=3),
        "groups": st.lists(words, max_size=3),
        "custom_fields": st.lists(st.builds(lambda a, b: {"label": a, "text": b}, words, words), max_size=3),
        "archived": st.booleans(),
    }
).map(ContactContent.model_validate)


def texts(content: ContactContent) -> set[tuple[str, str]]:
    """Everything that a content says, by field; labels and own fields as people see them."""
    said = set()
    for name in PAST_FIELDS:
        value = getattr(content, name)
        values = value if isinstance(value, list) else [value]
        said |= {(name, fold(text_of(each))) for each in values if text_of(each)}
    said |= {(name, each.label) for name in VALUE_LISTS for each in getattr(content, name) if each.label}
    return said


@given(contents, contents, st.sets(st.sampled_from(list(CHOICES))))
def test_nothing_that_either_said_is_lost(kept, gone, take) -> None:
    content, past = merged(kept, gone, take, TODAY)
    there = texts(content) | {(each.field, fold(each.text)) for each in past}
    labels = "\n".join(each.text for each in past)
    for field, text in texts(kept) | texts(gone):
        assert (field, text) in there or text in labels, (field, text)


@given(contents, contents)
def test_values_are_there_once_and_the_older_date_stays(kept, gone) -> None:
    content, _past = merged(kept, gone, (), TODAY)
    for name in VALUE_LISTS:
        said = [value.said for value in getattr(content, name)]
        assert len(set(said)) == len(said)
        for value in getattr(content, name):
            dates = [
                each.since for of in (kept, gone) for each in getattr(of, name)
                if each.said == value.said and each.since
            ]  # fmt: skip
            assert value.since == min(dates, default=None)
    assert content.archived == (kept.archived and gone.archived)


@given(contents, contents, st.sets(st.sampled_from(list(CHOICES))))
def test_what_was_chosen_is_taken_where_both_differ(kept, gone, take) -> None:
    content, _past = merged(kept, gone, take, TODAY)
    for choice in differing(kept, gone):
        first = CHOICES[choice][0]
        assert getattr(content, first) == getattr(gone if choice in take else kept, first)


@given(contents)
def test_a_content_with_itself_is_itself_and_says_nothing_before(content) -> None:
    once = merged(content, content, (), TODAY).content
    again, past = merged(once, once, (), TODAY)
    assert again == once
    assert past == []
    assert lost_by_undo(once, again) == []


def test_a_person_and_a_company_are_not_merged() -> None:
    with pytest.raises(InvalidInput):
        merged(ContactContent(name="Ann"), ContactContent(name="Ann", kind="entity"), (), TODAY)

"""The index says what a plain search through everything would say, whatever came in which order."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.relationships.contact import Contact, ContactContent
from domain.relationships.search.entry import Change, change_of, note_change
from domain.relationships.search.head import padded_length
from domain.relationships.search.index import Index
from domain.relationships.search.looked import Looked
from domain.relationships.search.reasons import snippet
from domain.relationships.search.words import phone_words, question, words_of

AT = datetime(2026, 11, 26, tzinfo=UTC)
NAMES = ("Anna Berg", "Ánna Bo", "Bo Anker", "berg bo", "王小明")
TAGS = ("anna", "Bergen", "Navy")
NOTES = ("met Anna at the fair", "likes bergs", "王先生", "")
QUESTIONS = (
    "a",
    "an",
    "anna",
    "bo",
    "ber",
    "anna berg",
    "bo nav",
    "fair bo",
    "fair nav",
    "王",
    "小 王",
    "x",
    "likes met",
)


def a_contact(number: int, version: int, **content) -> Contact:
    return Contact(
        id=f"con_{'abcdefgh'[number] * 26}",
        owner_id="acc_a",
        content=ContactContent.model_validate(content),
        version=version,
        created_at=AT,
        updated_at=AT,
    )


def found(index: Index, text: str, **looked) -> list[str]:
    """The ids of all that is found, in pages of two."""
    ids: list[str] = []
    after = None
    while True:
        hits, after = index.find(Looked(text, limit=2, after=after, **looked))
        ids += [hit.id for hit in hits]
        if after is None:
            return ids


class Model:
    """Contacts and notes as they are, searched one by one."""

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.notes: dict[str, tuple[str, str, int]] = {}
        self.versions: dict[str, int] = {}

    def version(self, item: str) -> int:
        self.versions[item] = self.versions.get(item, 0) + 1
        return self.versions[item]

    def found(self, text: str, *, archived: bool = False, tag: str | None = None) -> list[str]:
        asked = question(text)
        hits = []
        for contact in self.contacts.values():
            content = contact.content
            if contact.deleted or content.archived != archived or (tag and tag not in content.tags):
                continue
            rows = [words_of(" ".join([content.name, *content.tags]))]
            rows += [words_of(note) for at, note, _ in self.notes.values() if at == contact.id]
            if all(any(_has(row, part) for row in rows) for part in asked):
                named = all(_has(words_of(content.name), part) for part in asked)
                hits.append((not named, content.sort, contact.id))
        return [contact for _, _, contact in sorted(hits)]

    def rebuilt(self) -> Index:
        index = Index.empty()
        there = sorted(self.contacts.values(), key=lambda each: (each.content.sort, each.id))
        for archived in (False, True):
            run = [each for each in there if not each.deleted and each.content.archived == archived]
            index.apply(map(change_of, run), by_name=True)
        index.apply(note_change(at, note, version, text) for note, (at, text, version) in self.notes.items())
        index.settle()
        return index


def _has(words: list[str], part: list[list[str]]) -> bool:
    return any(all(any(word.startswith(each) for word in words) for each in spelled) for spelled in part)


ACTS = st.tuples(
    st.sampled_from(
        ("put", "put", "archive", "delete", "restore", "erase", "note", "note", "unnote", "move")
    ),
    st.integers(0, 5),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(TAGS), max_size=2),
    st.sampled_from(NOTES),
)


def act(model: Model, done: tuple[str, int, str, list[str], str]) -> Change | None:
    """Do it in the model; return the change that the index is told."""
    what, number, name, tags, text = done
    contact_id, note_id = f"con_{'abcdefgh'[number] * 26}", f"nte_{number}"
    contact = model.contacts.get(contact_id)
    if what in ("note", "unnote", "move"):
        return _note(model, what, contact_id, note_id, text)
    if what == "put" and (contact is None or not contact.deleted):
        archived = contact is not None and contact.content.archived
        new = a_contact(number, model.version(contact_id), name=name, tags=tags, archived=archived)
    elif contact is None:
        return None
    elif what == "archive" and not contact.deleted:
        content = contact.content.model_copy(update={"archived": not contact.content.archived})
        new = contact.model_copy(update={"content": content, "version": model.version(contact_id)})
    elif what in ("delete", "restore") and contact.deleted != (what == "delete"):
        until = AT if what == "delete" else None
        update = {"deleted": what == "delete", "until": until, "version": model.version(contact_id)}
        new = contact.model_copy(update=update)
    elif what == "erase" and contact.deleted:
        del model.contacts[contact_id]
        model.notes = {note: kept for note, kept in model.notes.items() if kept[0] != contact_id}
        return Change(contact=contact_id, version=model.version(contact_id), state="erased")
    else:
        return None
    model.contacts[contact_id] = new
    return change_of(new)


def _note(model: Model, what: str, contact_id: str, note_id: str, text: str) -> Change | None:
    if what == "note" and contact_id in model.contacts:
        version = model.version(note_id)
        at = model.notes[note_id][0] if note_id in model.notes else contact_id
        model.notes[note_id] = (at, text, version)
        return note_change(at, note_id, version, text)
    if note_id not in model.notes:
        return None
    at, kept, version = model.notes[note_id]
    if what == "unnote":
        del model.notes[note_id]
        return note_change(at, note_id, model.version(note_id), None)
    others = [each for each in sorted(model.contacts) if each != at]
    if what == "move" and others:
        # As a merge does it: the note keeps its version.
        model.notes[note_id] = (others[0], kept, version)
        return note_change(others[0], note_id, version, kept)
    return None


@settings(deadline=None, max_examples=150)
@given(st.lists(ACTS, max_size=30), st.integers(0, 30), st.integers(0, 8))
def test_every_history_is_found_as_it_is(acts, built_after, told_again) -> None:
    """The index is built anew somewhere, dumped and loaded, and told some changes a second time."""
    model, index, told = Model(), Index.empty(), []
    for number, each in enumerate(acts):
        if number == built_after:
            index.close()
            index = Index.load(model.rebuilt().dump())
            # What came while it was built is told again on top.
            index.apply(told[len(told) - told_again :])
        change = act(model, each)
        if change is not None:
            told.append(change)
            index.apply([change])
    for text in QUESTIONS:
        assert found(index, text) == model.found(text), text
        assert found(index, text, archived=True) == model.found(text, archived=True), text
        for tag in TAGS:
            assert found(index, text, tag=tag) == model.found(text, tag=tag), (text, tag)
    index.close()


def test_changes_told_twice_or_late_change_nothing() -> None:
    index = Index.empty()
    first, second = (
        change_of(a_contact(0, version, name=name)) for version, name in ((1, "Ann"), (2, "Bob"))
    )
    index.apply([first, second, first, second])
    assert (found(index, "ann"), len(found(index, "bob"))) == ([], 1)
    assert index.facts.dead == 1


def test_a_label_narrows_what_is_found_and_is_the_whole_label_in_its_own_field() -> None:
    index = Index.empty()
    said = (
        {"name": "Anna", "tags": ["Ä Team", "★"], "groups": ["Fair"]},
        {"name": "Anna a team", "tags": ["Team"], "groups": ["★"]},
        {"name": "Anna Ltd", "kind": "entity", "tags": ["a  TEAM"], "nickname": "Fair"},
    )
    index.apply(change_of(a_contact(n, 1, **content)) for n, content in enumerate(said))
    ids = [a_contact(n, 1, name="-").id for n in range(3)]
    for looked, places in {
        (("tag", "ä team"),): [0, 2],
        (("tag", "Team"),): [1],
        (("tag", "★"),): [0],
        (("group", "★"),): [1],
        (("tag", "a team"), ("group", "fair")): [0],
        (("tag", "a team"), ("kind", "entity")): [2],
        (("tag", 'a" OR "b'),): [],
    }.items():
        assert found(index, "anna", **dict(looked)) == [ids[n] for n in places], looked
    index.close()


def test_an_erased_contact_is_gone_with_its_notes_and_asks_for_a_new_index() -> None:
    index, contact = Index.empty(), a_contact(0, 1, name="Ann")
    index.apply([change_of(contact), note_change(contact.id, "nte_1", 1, "secret word")])
    assert len(found(index, "secret")) == 1
    index.apply([Change(contact=contact.id, version=3, state="erased")])
    assert (found(index, "secret"), found(index, "ann")) == ([], [])
    assert index.facts.erased == 2


def test_a_contact_that_changed_a_thousand_times_is_found_until_its_room_is_full_and_then_asks() -> None:
    index = Index.empty()
    index.apply(change_of(a_contact(0, version, name=f"Ann {version}")) for version in range(1, 1025))
    assert len(found(index, "1024")) == 1
    index.apply([change_of(a_contact(0, 1025, name="Ann 1025"))])
    assert index.facts.erased > 0


def test_a_hit_says_why_and_names_the_notes() -> None:
    index = Index.empty()
    long = {"label": "Long", "text": "y " * 200 + "hidden"}
    contact = a_contact(0, 1, name="Ann Lee", tags=["Navy"], customFields=[long])
    index.apply([change_of(contact), note_change(contact.id, "nte_1", 1, "Promised a book")])
    (hit,), _ = index.find(Looked("ann navy book"))
    assert ([each.field for each in hit.reasons], hit.notes) == (["tags"], ["nte_1"])
    (hit,), _ = index.find(Looked("hidden"))
    assert [each.field for each in hit.reasons] == ["customFields"]


def test_a_snippet_is_the_part_around_the_word() -> None:
    text = "One two three four five six seven eight. She promised\na Book about compilers. " + "more " * 60
    assert snippet(text, "book") == snippet(text, "BÓOK")
    part = snippet(text, "book")
    assert part.startswith("… four five six seven eight. She promised a Book") or "promised a Book" in part
    assert part.endswith(" …")
    assert len(part) < 180
    assert snippet("王先生来了", "先") == "王先生来了"
    assert snippet("", "x") == ""


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_a_question(text) -> None:
    index = Index.empty()
    index.apply([change_of(a_contact(0, 1, name="Ann")), note_change("con_x", "nte_1", 1, text)])
    index.find(Looked(text))
    snippet(text, text)
    index.close()


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40).filter(lambda text: bool(words_of(text))))
def test_a_name_is_found_by_itself_in_capitals_and_by_the_beginnings_of_its_words(name) -> None:
    index = Index.empty()
    index.apply([note_change("con_" + "a" * 26, "nte_1", 1, name), change_of(a_contact(0, 1, name="Ann"))])
    for text in (name, name.upper(), " ".join(word[:2] for word in words_of(name)[:12])):
        assert len(found(index, text)) == 1, text
    index.close()


@pytest.mark.parametrize(
    ("number", "typed"),
    [
        (
            "+46701740605",
            ("070-174 06 05", "+46 70 174", "0046701740605", "701740605", "+46 (0)70-174", "0605"),
        ),
        ("+12025550123", ("(202) 555-0123", "1 202 555", "5550123", "001 202")),
        ("extension 4711", ("4711", "ext 47")),
    ],
)
def test_a_phone_is_found_as_people_write_it(number, typed) -> None:
    words = list(phone_words(number))
    for text in typed:
        assert all(_has(words, part) for part in question(text)), text


@given(st.integers(0, 50_000_000))
def test_lengths_are_rounded_up_a_little(length) -> None:
    padded = padded_length(length)
    assert length <= padded <= length * 1.12 + 1

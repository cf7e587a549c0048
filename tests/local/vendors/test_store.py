"""The store of the stand-ins."""

from datetime import UTC, datetime

import pytest

from local.vendors.clock import Clock
from local.vendors.store import NoSuchRecord, Store


@pytest.fixture
def clock():
    stopped = Clock()
    stopped.stop(datetime(2026, 11, 27, 12, tzinfo=UTC))
    return stopped


@pytest.fixture
def opened(tmp_path, clock):
    """Open the store on the same folder, any number of times."""
    stores = []

    def again():
        for store in stores:
            store.close()
        stores[:] = [Store(clock, tmp_path)]
        return stores[0].account("vendor", "mine")

    yield again
    stores[0].close()


def test_everything_is_the_same_after_a_restart(opened, clock):
    before = opened()
    one, two, three, gone = (before.create("people", {"n": n}, by="api").id for n in range(4))
    firm = before.create("firms", {"n": "firm"}, by="api").id
    before.associate(("people", one), ("firms", firm))
    clock.advance(60)
    before.change("people", three, {"n": "changed"}, by="person")
    before.delete("people", gone, by="person")
    merged = before.merge("people", one, two, {"more": "x"}, new_id=True, by="person").id
    before.keep("note", {"a": 1})
    after = opened()
    assert after is not before
    for kind in ("people", "firms"):
        assert [each.as_json() for each in after.everything(kind)] == [
            each.as_json() for each in before.everything(kind)
        ]
    assert [each.id for each in after.after("people")] == [three, merged]
    assert [each.id for each in after.after("people", deleted=True)] == [gone]
    assert after.live("people", two).id == merged
    assert after.associated("people", merged, "firms") == [firm]
    assert (after.revision, after.kept("note")) == (before.revision, {"a": 1})
    assert after.create("people", {}, by="api").id not in {one, two, three, gone, firm, merged}


def test_what_is_purged_is_gone_after_a_restart_too(opened):
    account = opened()
    one = account.create("people", {"n": 1}, by="api").id
    two = account.create("people", {"n": 2}, by="api").id
    account.purge("people", one)
    assert [each.id for each in account.everything("people")] == [two]
    assert [each.id for each in opened().everything("people")] == [two]
    with pytest.raises(NoSuchRecord):
        opened().purge("people", one)


def test_revisions_rise_with_changes_and_only_with_them(opened, clock):
    account = opened()
    record = account.create("people", {"n": 1, "m": 1}, by="api")
    first, at = record.revision, record.modified
    clock.advance(1)
    account.change("people", record.id, {"n": 1}, by="api")
    assert (record.revision, record.modified) == (first, at)
    account.change("people", record.id, {"n": 2}, by="api")
    assert record.revision == account.revision > first
    assert (record.fields, record.modified > at) == ({"n": 2, "m": 1}, True)


def test_a_value_is_found_as_long_as_a_record_has_it(opened):
    account = opened()
    one, two = (account.create("people", {"email": "a"}, by="api").id for _ in range(2))

    def found(value):
        return [each.id for each in account.with_value("people", "email", value)]

    assert found("a") == [one, two]
    account.change("people", one, {"email": "b"}, by="api")
    assert (found("a"), found("b")) == ([two], [one])
    account.delete("people", two, by="api")
    assert found("a") == []
    account.restore("people", two, by="api")
    assert found("a") == [two]
    merged = account.merge("people", two, one, {"email": "c"}, new_id=True, by="api").id
    assert (found("a"), found("b"), found("c")) == ([], [], [merged])


def test_a_record_that_is_gone_is_neither_changed_nor_merged(opened):
    account = opened()
    one, two = (account.create("people", {}, by="api").id for _ in range(2))
    account.delete("people", one, by="api")
    with pytest.raises(NoSuchRecord):
        account.change("people", one, {"n": 1}, by="api")
    with pytest.raises(NoSuchRecord):
        account.merge("people", two, one, {}, new_id=False, by="api")
    with pytest.raises(NoSuchRecord):
        account.restore("people", two, by="api")
    assert account.live("people", "no number") is None


def test_a_merge_without_a_new_id_keeps_the_winner(opened):
    account = opened()
    one, two = (account.create("people", {"n": n}, by="api").id for n in range(2))
    assert account.merge("people", one, two, {"m": 1}, new_id=False, by="api").id == one
    assert account.live("people", two) is account.live("people", one)
    assert account.live("people", one).fields == {"n": 0, "m": 1}


def test_accounts_do_not_meet_and_listeners_hear_of_every_change(opened, clock, tmp_path):
    store = Store(clock)
    heard = []
    store.listeners["vendor"].append(lambda account, change: heard.append((account.name, change.kind)))
    mine, other = store.account("vendor", "mine"), store.account("vendor", "other")
    record = mine.create("people", {"n": 1}, by="api")
    mine.change("people", record.id, {"n": 2}, by="api")
    mine.delete("people", record.id, by="api")
    store.account("elsewhere", "mine").create("people", {}, by="api")
    assert heard == [("mine", kind) for kind in ("created", "changed", "deleted")]
    assert other.everything("people") == []
    store.close()
    opened()

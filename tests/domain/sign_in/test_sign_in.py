"""Sign-in: minimum age, redirect targets, and the end of sessions."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.base.errors import InvalidInput, Unauthenticated
from domain.sign_in.flow import (
    BirthMonth,
    Claims,
    EmailMissing,
    Flow,
    finish_sign_in,
    is_old_enough,
    own_path,
    read_birth_month,
    sign_out,
)
from domain.sign_in.sessions import (
    ABSOLUTE,
    IDLE,
    Session,
    Span,
    begin_session,
    csrf_token,
    keep_session,
    resume_session,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
ACCOUNT = "acc_" + "a" * 26
PLAIN, KEPT = Span(IDLE, ABSOLUTE), Span(timedelta(days=14), timedelta(days=30))


FLOW = Flow(
    state="s", nonce="n", verifier="v", return_to="/my", began_at=NOW, asked=True, keep=False, fresh_for=None
)


async def begin(secret, sessions, *, span=PLAIN, kept=False):
    return await begin_session(
        ACCOUNT, secret, now=NOW, span=span, kept=kept, authenticated_at=NOW, sessions=sessions
    )


class Sessions:
    """The store of sessions, as its port describes it."""

    def __init__(self):
        self.stored = {}

    async def get(self, account_id, session_id):
        return self.stored.get((account_id, session_id))

    async def put(self, session):
        self.stored[session.account_id, session.id] = session

    touch = put

    async def delete(self, account_id, session_id):
        self.stored.pop((account_id, session_id), None)

    async def delete_all(self, account_id):
        self.stored = {key: value for key, value in self.stored.items() if key[0] != account_id}


@pytest.mark.parametrize(
    ("year", "month", "enough"),
    [
        (2013, 10, True),  # turned 13 last month
        (2013, 11, False),  # turns 13 this month: the day is unknown, so not yet
        (2013, 12, False),
        (2012, 12, True),
        (2014, 1, False),
        (2026, 11, False),
        (1906, 1, True),
    ],
)
def test_the_month_of_the_thirteenth_birthday_must_be_over(year, month, enough):
    assert is_old_enough(BirthMonth(year, month), TODAY) is enough


def test_a_december_birthday_counts_from_january():
    born = BirthMonth(2013, 12)
    assert not is_old_enough(born, date(2026, 12, 31))
    assert is_old_enough(born, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("year", "month", "fields"),
    [
        ("", "", ["birthYear", "birthMonth"]),
        ("85", "3", ["birthYear"]),
        ("1985", "13", ["birthMonth"]),
        ("1985", "0", ["birthMonth"]),
        ("1905", "1", ["birthYear"]),
        ("2027", "1", ["birthYear"]),
        ("2026", "12", ["birthMonth"]),
        ("abcd", "May", ["birthYear", "birthMonth"]),
        ("١٩٨٥", "5", ["birthYear"]),
        ("1985\n", "5", ["birthYear"]),
        ("19850", "5", ["birthYear"]),
    ],
)
def test_an_odd_answer_is_refused_with_every_fault_at_once(year, month, fields):
    with pytest.raises(InvalidInput) as refused:
        read_birth_month(year, month, today=TODAY)
    assert [fault.field for fault in refused.value.faults] == fields


@pytest.mark.parametrize("month", ["5", "05"])
def test_a_plain_answer_is_read(month):
    assert read_birth_month("1985", month, today=TODAY) == BirthMonth(1985, 5)


def test_no_fault_tells_which_age_is_asked_for():
    with pytest.raises(InvalidInput) as refused:
        read_birth_month("x", "x", today=TODAY)
    assert not {"13", "age", "old enough", "teen"} & set(str(refused.value).split())


@pytest.mark.parametrize(
    "path", ["/", "/my", "/my/", "/my/cards/crd_abc", "/my?tab=share&page=2", "/c/ada-l.ovelace~1"]
)
def test_a_path_of_our_own_is_kept(path):
    assert own_path(path) == path


ELSEWHERE = [
    None, "", " ", "my", "//e", "//e.com", "///e.com", "////e.com", "/\\e.com", "\\/e.com", "\\\\e.com",
    "/\\/e.com",
    "https:e.com", "https://e.com", "http://e.com", "https:/e.com", "https:///e.com", "HTTPS://e.com",
    "hTTp:e",
    "%2f%2fe.com", "/%2f%2fe.com", "/%2fe.com", "/%5ce.com", "/%09/e.com", "%252f%252fe.com", "/\t/e.com",
    "/\n/e.com", "/\r/e.com", "\t//e.com", "\n//e.com", " //e.com", "/ /e.com", "/\x00/e.com", "\x00//e.com",
    "@e.com", "/@e.com", "//me@e.com", "https://izwop.test@e.com", "/my@e.com", "https://izwop.test.e.com",
    "//ⓔ.com", "/ⓔ", "//\u0435.com", "https://xn--e-0fa.com", "/。e.com", "//e。com", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "/javascript:alert(1)", "data:text/html,x", "vbscript:x",
    "mailto:x@e.com", "ftp://e.com", "file:///etc/passwd", "blob:https://e.com/x", "about:blank",
    "?next=//e.com",
    "#//e.com", "/my#//e.com", "/../e.com", "/./e.com", "/.", "/my/../../e", "/my//e.com", "/my?to=//e.com",
    "/my?to=https://e.com", "/my;e", "/my\r\nSet-Cookie: x=1", "/my%0d%0aX: 1", "/<script>", "/" + "a" * 400,
]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_any_other_address_becomes_the_start_page(wanted):
    assert own_path(wanted) == "/my"


def test_a_sign_in_under_way_is_over_after_ten_minutes():
    assert FLOW.is_live(NOW + timedelta(minutes=9, seconds=59))
    assert not FLOW.is_live(NOW + timedelta(minutes=10))


async def test_a_session_nobody_uses_ends():
    sessions = Sessions()
    token = await begin(b"x" * 32, sessions)
    assert await resume_session(token, now=NOW + IDLE - timedelta(seconds=1), sessions=sessions)
    later = NOW + 2 * IDLE
    with pytest.raises(Unauthenticated):
        await resume_session(token, now=later, sessions=sessions)


async def test_a_session_in_constant_use_ends_after_its_longest_time():
    sessions = Sessions()
    token = await begin(b"x" * 32, sessions)
    at = NOW
    while at + timedelta(hours=1) < NOW + ABSOLUTE:
        at += timedelta(hours=1)
        await resume_session(token, now=at, sessions=sessions)
    with pytest.raises(Unauthenticated):
        await resume_session(token, now=NOW + ABSOLUTE, sessions=sessions)


async def test_a_kept_session_ends_by_its_own_times():
    sessions = Sessions()
    token = await begin(b"x" * 32, sessions, span=KEPT, kept=True)
    assert await resume_session(token, now=NOW + timedelta(days=14, seconds=-1), sessions=sessions)
    assert await resume_session(token, now=NOW + timedelta(days=27), sessions=sessions)
    assert await resume_session(token, now=NOW + timedelta(days=30, seconds=-1), sessions=sessions)
    with pytest.raises(Unauthenticated):
        await resume_session(token, now=NOW + timedelta(days=30), sessions=sessions)


async def test_a_kept_session_that_nobody_uses_ends():
    sessions = Sessions()
    token = await begin(b"x" * 32, sessions, span=KEPT, kept=True)
    with pytest.raises(Unauthenticated):
        await resume_session(token, now=NOW + timedelta(days=14), sessions=sessions)


async def test_keeping_a_session_replaces_it_once_and_counts_from_the_sign_in():
    sessions = Sessions()
    former = await begin(b"x" * 32, sessions)
    later = NOW + timedelta(hours=1)
    token = await keep_session(former, b"y" * 32, now=later, span=KEPT, sessions=sessions)
    with pytest.raises(Unauthenticated):
        await resume_session(former, now=later, sessions=sessions)
    kept = await resume_session(token, now=later, sessions=sessions)
    assert kept.ends_at == NOW + timedelta(days=30)
    again = await keep_session(token, b"z" * 32, now=later, span=KEPT, sessions=sessions)
    assert again is None
    assert len(sessions.stored) == 1


def test_a_session_stored_before_there_were_spans_has_the_usual_one():
    stored = {"id": "s", "account_id": ACCOUNT, "created_at": NOW, "seen_at": NOW}
    session = Session.model_validate(stored)
    assert (session.expires_at, session.ends_at, session.kept) == (NOW + IDLE, NOW + ABSOLUTE, False)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "-_"[t[-1] == "-"], lambda t: t.upper(), lambda t: t + "a"]
)
async def test_a_cookie_with_another_secret_is_nobodys(change):
    sessions = Sessions()
    token = await begin(b"x" * 32, sessions)
    with pytest.raises(Unauthenticated):
        await resume_session(change(token), now=NOW, sessions=sessions)


async def test_what_is_stored_cannot_be_used_as_a_cookie():
    sessions = Sessions()
    token = await begin(b"x" * 32, sessions)
    stored = next(iter(sessions.stored.values()))
    assert token.split(".")[1] not in stored.model_dump_json()
    assert csrf_token(token) not in stored.model_dump_json()


async def test_signing_out_ends_one_session_or_all():
    sessions = Sessions()
    tokens = [await begin(bytes([n]) * 32, sessions) for n in range(3)]
    await sign_out(tokens[0], everywhere=False, now=NOW, sessions=sessions)
    assert len(sessions.stored) == 2
    await sign_out(tokens[0], everywhere=True, now=NOW, sessions=sessions)
    assert len(sessions.stored) == 2, "an ended session orders nothing"
    await sign_out(tokens[1], everywhere=True, now=NOW, sessions=sessions)
    assert not sessions.stored


@pytest.mark.parametrize(
    "email", [None, "", "ada", "ada@", "a b@example.com", "ada@example.com\nBcc: x@e.com"]
)
async def test_without_a_usable_address_nothing_is_made(email):
    claims = Claims(iss="https://idp", sub="ada", email=email, name=None)
    with pytest.raises(EmailMissing):
        # Stores that are never reached need not exist.
        await finish_sign_in(
            claims,
            FLOW,
            account_id=ACCOUNT,
            secret=b"",
            now=NOW,
            span=PLAIN,
            language="en",
            accounts=None,
            identities=None,
            sessions=None,
        )

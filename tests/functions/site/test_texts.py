"""The written texts say what the code does: every figure, every cookie and every word of a page in them."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from adapters.cosmos.accounts import _FORGOTTEN_AFTER
from adapters.cosmos.documents import DELETED_TTL
from adapters.cosmos.exchange.exchanges import _PROOF_TTL
from adapters.cosmos.visit_counts import _MARKER_TTL, _ROLL_UP_TTL
from domain.base.limits import RATES, UNDO_TIME
from domain.exchange.exchange import CONFIRM_WITHIN
from domain.exchange.exchange import KEEP as EXCHANGE_KEPT
from domain.images.image import MAX_BYTES, PROBLEMS
from domain.images.sweep import KEEP as UNUSED_KEPT
from domain.privacy.copy import KEEP as COPY_KEPT
from domain.privacy.copy import MOST_A_DAY
from domain.relationships.duplicates.merge import MERGE_UNDO_TIME
from domain.relationships.transfer.imports import UNDO_IMPORT
from domain.sign_in.flow import FLOW_LIFETIME, KNOWN_FOR, MINIMUM_AGE
from domain.sign_in.fresh import ACT_LIFETIME
from functions.accounts.language import _SECONDS as LANGUAGE_SECONDS
from functions.accounts.signed_out import _SECONDS as DONE_SECONDS
from functions.site.text_files import read, versions
from settings.sign_in import SignIn

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "web/texts").rglob("*.html"))
LANGUAGES = ("en", "sv")
# A unit in English and Swedish.
UNITS = {
    "minutes": ("minutes", "minuter"), "hours": ("hours", "timmar"), "days": ("days", "dagar"),
    "months": ("months", "månader"), "years": ("years", "år"), "MB": ("MB", "MB"),
    "million": ("million", "miljoner"), "": ("", ""),
}  # fmt: skip


def default(setting: str) -> int:
    return int(SignIn.model_fields[setting].default)


def in_bicep(file: str, pattern: str) -> int:
    return max(int(found) for found in re.findall(pattern, (ROOT / "infra" / file).read_text()))


def figures() -> dict[str, tuple[int, str]]:
    """Each figure that a text may name, as the code has it, with its unit."""
    kept = default("kept_session_days")
    return {
        "session-record": (kept + _FORGOTTEN_AFTER.days, "days"),
        "copy": (COPY_KEPT.days, "days"),
        "copies": (MOST_A_DAY, ""),
        "counters": (max(rate.seconds for rate in RATES) // 3600, "hours"),
        "counts": (_ROLL_UP_TTL // (31 * 24 * 3600), "months"),
        "batches": (_MARKER_TTL // (24 * 3600), "days"),
        "session-longest": (default("session_hours"), "hours"),
        "session-idle": (default("session_idle_hours"), "hours"),
        "kept-longest": (kept, "days"),
        "kept-idle": (default("kept_session_idle_days"), "days"),
        "flow": (FLOW_LIFETIME // timedelta(minutes=1), "minutes"),
        "known": (KNOWN_FOR.days, "days"),
        "act": (ACT_LIFETIME // timedelta(minutes=1), "minutes"),
        "done": (DONE_SECONDS // 60, "minutes"),
        "language": (LANGUAGE_SECONDS // (24 * 3600), "days"),
        "import-undo": (UNDO_IMPORT.days, "days"),
        "merge-undo": (MERGE_UNDO_TIME.days, "days"),
        "exchange": (EXCHANGE_KEPT.days, "days"),
        "unconfirmed": (CONFIRM_WITHIN.days, "days"),
        "proof": (_PROOF_TTL // (365 * 24 * 3600), "years"),
        "undo": (UNDO_TIME // timedelta(hours=1), "hours"),
        "deleted": (DELETED_TTL // (24 * 3600), "days"),
        "backups": (in_bicep("app/data.bicep", r"Continuous(\d+)Days"), "days"),
        "blobs": (in_bicep("app/storage.bicep", r"recoveryDays: (\d+)"), "days"),
        "logs": (in_bicep("parameters/prod.bicepparam", r"retentionDays = (\d+)"), "days"),
        "age": (MINIMUM_AGE, "years"),
        # What the notice promises, and the product has no part in.
        "answer": (30, "days"),
        "picture-bytes": (MAX_BYTES // 1_000_000, "MB"),
        "picture-pixels": (int(re.search(r"(\d+) million", PROBLEMS["image_too_many_pixels"])[1]), "million"),
        "picture-least": (int(re.search(r"(\d+) x", PROBLEMS["image_too_small"])[1]), ""),
        "logo-least": (int(re.search(r"or (\d+) x", PROBLEMS["image_too_small"])[1]), ""),
    }


def in_words(key: str, language: str) -> str:
    if key == "unused-picture":
        assert timedelta(days=1) == UNUSED_KEPT
        return ("a day", "en dag")[LANGUAGES.index(language)]
    number, unit = figures()[key]
    return f"{number} {UNITS[unit][LANGUAGES.index(language)]}".strip()


def wrong_figures(text: str, language: str) -> list[str]:
    """Figures that the code does not have, and those that nobody compares with it."""
    named = re.findall(r'<data value="([\w-]+)">([^<]+)</data>', text)
    rest = re.sub(r"<data.*?</data>|<[^>]+>|\d{4}-\d\d-\d\d|\d+ cm|6\(1\)\([abcf]\)|6\.1 [abcf]", "", text)
    wrong = [f"{key}: {said}" for key, said in named if said != in_words(key, language)]
    return wrong + re.findall(r".{0,30}\d+.{0,10}", rest)


def newest(path: Path) -> bool:
    """Whether a text has to agree with the code: earlier versions say what was true in their time."""
    shelf, name = path.parent.name, path.name.partition(".")[0]
    return shelf == "help" or name == versions(shelf)[-1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_figure_of_a_text_is_the_codes(path) -> None:
    if newest(path):
        assert wrong_figures(path.read_text("utf-8"), path.suffixes[-2][1:]) == []


@pytest.mark.parametrize(
    "planted",
    ['<data value="copy">8 days</data>', "It is kept for 3 weeks.", '<data value="flow">10 minuter</data>'],
)
def test_a_wrong_figure_would_be_seen(planted) -> None:
    assert len(wrong_figures(planted, "en")) == 1


def cookies_set(sources: str) -> set[str]:
    """Names of the cookies that code sets, each by its constant."""
    names = dict(re.findall(r'(\w*COOKIE)(?:: Final)? = "(__Host-\w+)"', sources))
    return {names[constant] for constant in re.findall(r"set_cookie\(\s*(?:\w+\.)?(\w*COOKIE)", sources)}


def test_every_cookie_is_in_the_notice_and_no_other() -> None:
    found = cookies_set("".join(path.read_text() for path in (ROOT / "functions").rglob("*.py")))
    assert found >= {"__Host-session", "__Host-flow"}
    for language in LANGUAGES:
        body = read("privacy", versions("privacy")[-1], language).body
        assert set(re.findall(r"<code>(__Host-\w+)</code>", body)) == found


def test_a_cookie_that_nobody_tells_would_be_seen() -> None:
    planted = (
        'NEW_COOKIE: Final = "__Host-new"\nOLD_COOKIE = "__Host-old"\nset_cookie(cookies.NEW_COOKIE, "1")'
    )
    assert cookies_set(planted) == {"__Host-new"}


def storage_in(scripts: str) -> set[str]:
    """Keys under which scripts store something in a browser; a script that hides its key counts as "?"."""
    if re.search(r"sessionStorage|indexedDB|document\.cookie|caches\.", scripts):
        return {"?"}
    return set(re.findall(r'"(izwop-[\w-]+)"', scripts)) or {"?"} if "localStorage" in scripts else set()


def test_what_scripts_store_in_a_browser_is_in_the_notice() -> None:
    own = (ROOT / "web/scripts").glob("*.js")
    found = {key for path in own for key in storage_in(path.read_text("utf-8"))}
    for language in LANGUAGES:
        body = read("privacy", versions("privacy")[-1], language).body
        assert set(re.findall(r"<code>(izwop-[\w-]+)</code>", body)) == found


@pytest.mark.parametrize(
    "planted", ['localStorage["a"] = 1', "sessionStorage.clear()", 'localStorage.setItem("izwop-new", 1)']
)
def test_a_script_that_stores_something_new_would_be_seen(planted) -> None:
    assert storage_in(planted) in ({"?"}, {"izwop-new"})


def test_both_languages_say_the_same() -> None:
    assert {path.suffixes[-2] for path in FILES} == {".en", ".sv"}
    for path in FILES:
        other = path.with_name(path.name.replace(".en.", ".sv."))
        pairs = [
            [re.findall(pattern, each.read_text("utf-8")) for each in (path, other)]
            for pattern in (
                r"</?(?:h[1-3]|p|ul|ol|li|table|tr|th|td|dl|dt|dd|strong|b)\b",
                'data value="([^"]+)"',
                r'href="(/[^"]+)"',
            )
        ]
        for one, two in pairs:
            assert one == two, path.name


def test_no_text_claims_what_cannot_be_kept() -> None:
    for path in FILES:
        text = path.read_text("utf-8").lower()
        for claim in (
            "privacy shield",
            "100 %",
            "100%",
            "bank-level",
            "completely secure",
            "helt säkert system",
        ):
            assert claim not in text, path.name


def spoken() -> str:
    """Every word of the product's own pages."""
    pages = [*(ROOT / "web/templates").rglob("*.html"), *(ROOT / "web/parts").glob("*.html")]
    sources = [*pages, *(ROOT / "functions").rglob("*.py"), *(ROOT / "domain").rglob("*.py")]
    return unescape("\n".join(path.read_text("utf-8") for path in sources))


def test_words_that_the_help_names_are_on_the_pages() -> None:
    words = spoken()
    english = "".join(path.read_text("utf-8") for path in FILES if path.name.endswith(".en.html"))
    named = set(re.findall("<b>([^<]+)</b>", english))
    assert len(named) > 10
    assert {word for word in named if word not in words} == set()


def test_swedish_help_names_the_words_of_the_swedish_pages() -> None:
    with (ROOT / "web/locale/sv/LC_MESSAGES/izwop.po").open("rb") as file:
        catalogue = read_po(file)
    for path in FILES:
        if path.name.endswith(".en.html"):
            other = path.with_name(path.name.replace(".en.", ".sv."))
            named = [re.findall("<b>([^<]+)</b>", each.read_text("utf-8")) for each in (path, other)]
            for english, swedish in zip(*named, strict=True):
                message = catalogue.get(english)
                # A word of a page that is not translated yet has no Swedish to agree with.
                told = message.string if message else ""
                assert swedish == (told or swedish), path.name

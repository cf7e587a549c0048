"""Texts in the language of the request: the person's choice, else the browser's, else English."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import domain
import functions
from domain.base.errors import Refusal
from functions.framework.pages import environment
from functions.framework.texts import LANGUAGES, N_, _, language, ngettext, pgettext, speaking

ROOT = Path(__file__).parents[3]
PAGE = {"accept": "text/html"}


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("sv", "sv"), ("sv-FI", "sv"), ("SV-fi,en;q=0.5", "sv"), ("en-GB,sv;q=0.9", "en"),
        ("en;q=0.2, sv;q=0.3", "sv"), ("de, fr;q=0.9", "en"), ("de, sv;q=0.1", "sv"),
        ("sv;q=0, en;q=0.1", "en"),
        ("sv;q=0", "en"), ("*", "en"), ("", "en"), (";;q=, ,", "en"), ("sv;q=x", "en"), ("x" * 9000, "en"),
    ],
)  # fmt: skip
async def test_a_page_speaks_the_language_that_the_browser_likes_best(client, accepted, spoken) -> None:
    async with client() as stranger:
        answer = await stranger.get("/nowhere", headers=PAGE | {"accept-language": accepted})
    assert answer.headers["content-language"] == spoken
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["vary"].split(", "))
    assert f'<html lang="{spoken}">' in answer.text
    assert ("Det finns inget här" if spoken == "sv" else "There is nothing here") in answer.text


@pytest.mark.parametrize(("cookie", "spoken"), [("sv", "sv"), ("en", "en"), ("xx", "sv"), ("", "sv")])
async def test_a_choice_that_we_know_beats_the_browser(client, cookie, spoken) -> None:
    headers = PAGE | {"accept-language": "sv", "cookie": f"other=1; __Host-lang={cookie}"}
    async with client() as stranger:
        answer = await stranger.get("/nowhere", headers=headers)
    assert answer.headers["content-language"] == spoken


async def test_programs_get_english(client) -> None:
    async with client() as program:
        answer = await program.get("/api/v1/nowhere", headers={"accept-language": "sv"})
    assert answer.json()["title"] == "There is nothing here"


def test_a_message_takes_its_values_in_every_language() -> None:
    with speaking("sv"):
        assert language() == "sv"
        assert _("Go to the start page") == "Gå till startsidan"
        assert _("Nobody says %(this)s", this="this") == "Nobody says this"
        assert [ngettext("%(num)s cat", "%(num)s cats", number) for number in (1, 2)] == ["1 cat", "2 cats"]
        assert pgettext("a month", "May") == "May"
    assert language() == "en"
    assert _("Go to the start page") == "Go to the start page"


def test_a_value_in_a_translated_message_is_escaped() -> None:
    page = environment().from_string(
        '{{ _("Hello %(name)s", name=name) }} {% trans name %}Bye {{ name }}{% endtrans %}'
    )
    assert page.render(name="<b>") == "Hello &lt;b&gt; Bye &lt;b&gt;"


def test_the_language_of_one_request_is_not_that_of_another() -> None:
    """A catalogue is looked up with each text: compiled templates and macros are shared."""
    page = environment().get_template("site/missing.html")

    def shown(tag: str) -> str:
        with speaking(tag):
            return page.render(lang=tag, style="")

    assert "Det finns inget här" in shown("sv")
    assert "There is nothing here" in shown("en")


def test_every_refusal_can_be_told_in_every_language() -> None:
    for package in (domain, functions):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)

    def below(refusal: type[Refusal]) -> set[type[Refusal]]:
        return {refusal}.union(*map(below, refusal.__subclasses__()))

    known = {refusal for refusal in below(Refusal) if not refusal.__module__.startswith("test")}
    for tag in LANGUAGES.keys() - {"en"}:
        with speaking(tag):
            assert [refusal for refusal in known if _(refusal.title) == refusal.title] == []


def test_a_message_with_its_values_is_english_for_programs_and_translated_for_people() -> None:
    detail = N_("takes at most %(most)s characters", most=120)
    assert detail == "takes at most 120 characters"
    with speaking("sv"):
        assert _(detail) == "får ha högst 120 tecken"
        assert _(Refusal(detail).detail) == "får ha högst 120 tecken"
        assert _("") == ""


def test_at_run_time_nothing_of_babel_is_needed() -> None:
    program = (
        "import sys; sys.modules['babel'] = None; import function_app; "
        "from functions.framework import pages, texts\n"
        "with texts.speaking('sv'): print(pages.render('site/missing.html', style='site').decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Det finns inget här" in done.stdout

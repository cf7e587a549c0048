"""The language that a person chose: it beats the browser's, and comes along to other browsers at sign-in."""

import secrets

import pytest

from tests.conftest import walk_in
from tests.forms import Fields, fields_at, send

LANGUAGE = "/my/account/language"
SWEDISH, ENGLISH = {"Accept-Language": "sv"}, {"Accept-Language": "en"}


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


async def choose(person, language: str):
    fields = await fields_at(person, "/my/account", LANGUAGE)
    return await send(person, LANGUAGE, {**fields, "language": language})


async def shown(person, **headers: str) -> str:
    answer = await person.http.get("/my/account", headers=headers)
    return answer.headers["content-language"]


async def test_the_choice_beats_the_browser_until_it_is_taken_back(ada) -> None:
    assert (await shown(ada), await shown(ada, **SWEDISH)) == ("en", "sv")
    answer = await choose(ada, "sv")
    assert answer.headers["location"] == "/my/account?done=language-chosen#language"
    page = await ada.http.get(answer.headers["location"], headers=ENGLISH)
    assert '<html lang="sv">' in page.text
    assert "iZwop talar det språk som du valde." in page.text
    assert "Var du är inloggad" in page.text
    assert Fields(page.text, LANGUAGE).values["language"] == "sv"
    assert (await ada.api("GET", "account")).json()["language"] == "sv"
    await choose(ada, "")
    assert (await shown(ada, **ENGLISH), await shown(ada, **SWEDISH)) == ("en", "sv")
    assert (await ada.api("GET", "account")).json()["language"] is None


async def test_the_choice_comes_along_at_the_next_sign_in_and_leaves_with_the_next_person(ada) -> None:
    await choose(ada, "sv")
    ada.http.cookies.clear()
    await walk_in(ada.http, ada.name)
    assert await shown(ada, **ENGLISH) == "sv"
    await walk_in(ada.http, f"Grace {secrets.token_hex(4)}")
    assert await shown(ada, **ENGLISH) == "en"


@pytest.mark.parametrize("language", ["xx", "SV", "sv ", "<b>", "sv; Domain=evil.example"])
async def test_a_language_that_we_do_not_speak_is_refused(ada, language) -> None:
    answer = await choose(ada, language)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert (await ada.api("GET", "account")).json()["language"] is None


async def test_a_forged_choice_changes_nothing(ada) -> None:
    assert (await send(ada, LANGUAGE, {"language": "sv"})).status_code == 403
    assert (await ada.api("GET", "account")).json()["language"] is None


async def test_a_program_chooses_the_language_of_its_person(ada, bearer, client) -> None:
    headers, path = await bearer(ada.name), "/api/v1/account/language"
    async with client() as program:
        assert (await program.put(path, json={"language": "sv"}, headers=headers)).status_code == 204
        assert (await ada.api("GET", "account")).json()["language"] == "sv"
        for wrong in ({}, {"language": "xx"}, {"language": "sv", "more": 1}):
            assert (await program.put(path, json=wrong, headers=headers)).status_code == 422
        assert (await program.put(path, json={"language": None}, headers=headers)).status_code == 204
        assert (await program.get("/api/v1/account", headers=headers)).json()["language"] is None


async def test_faults_are_told_in_the_language_of_the_page(ada) -> None:
    await choose(ada, "sv")
    fields = await fields_at(ada, "/my/account", "/my/account/profiles")
    answer = await send(ada, "/my/account/profiles", {**fields, "profileName": "x" * 121})
    assert "Profil får ha högst 120 tecken" in answer.text
    answer = await send(ada, "/my/account/profiles", {**fields, "csrf": "", "profileName": "Arbete"})
    assert "Det här formuläret går inte längre att använda" in answer.text
    assert "Det du skrev" in answer.text


async def test_programs_get_faults_in_english(ada) -> None:
    await choose(ada, "sv")
    answer = await ada.api("POST", "profiles", json={"name": "x" * 121}, headers=SWEDISH)
    assert answer.json()["errors"][0]["detail"] == "takes at most 120 characters"
    assert answer.json()["title"] == "The input has faults"

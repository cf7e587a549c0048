"""The language that a person chose: kept on the account, and in a cookie for the pages of this browser."""

from typing import Final

import azure.functions as func

import wiring.accounts
from domain.accounts.account import LanguageChoice
from domain.base.texts import Language
from functions.framework.forms import vet
from functions.framework.my_pages import person_and_form
from functions.framework.replies import redirect
from functions.framework.requests import read_cookies, set_cookie
from functions.framework.texts import COOKIE

# As long as browsers keep a cookie at most.
_SECONDS: Final = 400 * 24 * 60 * 60


def language_cookies(req: func.HttpRequest, language: Language | None) -> list[str]:
    """The Set-Cookie values of a choice; without one the browser forgets another's."""
    if language is not None:
        return [set_cookie(COOKIE, language, max_age=_SECONDS)]
    return [set_cookie(COOKIE, "", max_age=0)] if COOKIE in read_cookies(req) else []


async def choose(req: func.HttpRequest) -> func.HttpResponse:
    """Keep the choice; none lets pages follow the browser again."""
    person, form = await person_and_form(req)
    language = vet(LanguageChoice, {"language": form.get("language") or None}).language
    await wiring.accounts.store().choose_language(person.account_id, language)
    return redirect("/my/account?done=language-chosen#language", cookies=language_cookies(req, language))

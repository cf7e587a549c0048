"""`/my/account`: the account, its profiles and its sessions."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.organisations
import wiring.sign_in
from domain.accounts.profiles import (
    ProfileInput,
    create_profile,
    delete_profile,
    rename_profile,
    restore_profile,
)
from domain.base.errors import InvalidInput, KeyReused, NotFound, ProfileInUse, StaleVersion
from domain.sign_in.sessions import SECRET_BYTES, is_of
from domain.sign_in.sessions import keep_session as keep
from functions.accounts.profile_choices import MOST_PROFILES
from functions.framework.callers import SignedIn, require_fresh, session_cookie
from functions.framework.clock import new_id, now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import (
    creation_key,
    done_in,
    my_page,
    person_and_form,
    person_of,
    version_in,
)
from functions.framework.pages import wait_until
from functions.framework.replies import redirect
from functions.framework.texts import LANGUAGES, N_, _

_LABELS: Final = {"/profileName": N_("Profile"), "/profiles": N_("Profile name")}
# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "session-ended": N_("That browser is signed out."),
    "session-kept": N_("You stay signed in on this device."),
    "profile-deleted": N_("The profile is deleted. You can take it back for a day."),
    "profile-restored": N_("The profile is back."),
    "profile-added": N_("The profile is added."),
    "profile-renamed": N_("The profile has its new name."),
    "organisation-left": N_(
        "You have left the organisation. Your own cards, contacts and notes are still yours."
    ),
    "organisation-closed": N_("The organisation is closed. You can take it back for a day."),
    "mails-chosen": N_("You get the mails that you chose."),
    "language-chosen": N_("iZwop speaks the language that you chose."),
}
# Parts of the page that say themselves what was done in them.
_PLACES: Final = {
    "session-kept": "sessions",
    "session-ended": "sessions",
    "language-chosen": "language",
    "mails-chosen": "mails",
    "organisation-left": "organisations",
    "organisation-closed": "organisations",
}


def _place(profile_id: str) -> str:
    return f"profile-{profile_id}"


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """Names of profiles in a form, by label, to show them again when they cannot be saved."""
    names = ((f"/{name.replace('-', '/')}", text) for name, text in form.items())
    return by_label(
        (label_of(at, _LABELS), text) for at, text in names if at.startswith("/profile") and text.strip()
    )


async def show(req: func.HttpRequest) -> func.HttpResponse:
    done, profile_id = req.params.get("done", ""), req.params.get("profile", "")
    return await _account_page(
        await person_of(req),
        done=done_in(req, _DONE),
        done_at=_place(profile_id) if done == "profile-renamed" else _PLACES.get(done),
        just_deleted=profile_id,
    )


async def add_profile(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    typed = form.get("profileName", "")
    key, kept = form.get("key", ""), {"new": typed}
    try:
        new = vet(ProfileInput, {"name": typed}, field="/profileName")
        await create_profile(
            person.account_id,
            new,
            profile_id=new_id("prf"),
            key=creation_key(form),
            now=now(),
            profiles=wiring.accounts.profiles(),
        )
    except InvalidInput as refusal:
        return await _account_page(person, faults=sentences(refusal.faults, _LABELS), typed=kept, key=key)
    except KeyReused:
        fault = {"/profileName": _("This form has added a profile already. Send it again to add one more")}
        return await _account_page(person, faults=fault, typed=kept)
    return redirect("/my/account?done=profile-added")


async def change_profile(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    profile_id = req.route_params["profileId"]
    typed = form.get(f"profiles-{profile_id}", "")
    try:
        new = vet(ProfileInput, {"name": typed}, field=f"/profiles/{profile_id}")
        await rename_profile(
            person.account_id,
            profile_id,
            new,
            version=version_in(form),
            now=now(),
            profiles=wiring.accounts.profiles(),
        )
    except InvalidInput as refusal:
        return await _account_page(
            person, faults=sentences(refusal.faults, _LABELS), typed={profile_id: typed}
        )
    except StaleVersion:
        return await _stale_page(person, profile_id, {profile_id: typed})
    return redirect(f"/my/account?done=profile-renamed&profile={profile_id}#{_place(profile_id)}")


async def remove_profile(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    require_fresh(person, N_("Delete the profile"))
    profile_id = req.route_params["profileId"]
    try:
        await delete_profile(
            person.account_id,
            profile_id,
            version=version_in(form),
            now=now(),
            cards=wiring.cards.store(),
            profiles=wiring.accounts.profiles(),
        )
    except ProfileInUse:
        fault = {
            f"/profiles/{profile_id}": _("This profile has cards. Delete them or move them to another first")
        }
        return await _account_page(person, faults=fault, status=HTTPStatus.CONFLICT)
    except StaleVersion:
        return await _stale_page(person, profile_id, {})
    return redirect(f"/my/account?done=profile-deleted&profile={profile_id}")


async def bring_profile_back(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    await restore_profile(
        person.account_id,
        req.route_params["profileId"],
        version=version_in(form),
        now=now(),
        profiles=wiring.accounts.profiles(),
    )
    return redirect("/my/account?done=profile-restored")


async def choose_mails(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    await wiring.accounts.store().choose_mails(person.account_id, reminders=form.get("reminders") == "1")
    return redirect("/my/account?done=mails-chosen#mails")


async def end_session(req: func.HttpRequest) -> func.HttpResponse:
    """Sign another browser out. A session that has already ended is no error."""
    person, form = await person_and_form(req)
    live = await wiring.sign_in.sessions().list(person.account_id, now())
    if form.get("session") in {session.id for session in live}:
        await wiring.sign_in.sessions().delete(person.account_id, form["session"])
    return redirect("/my/account?done=session-ended#sessions")


async def keep_session(req: func.HttpRequest) -> func.HttpResponse:
    """Keep this browser signed in for longer: a new session, so that no copy of the former lives on."""
    person, _form = await person_and_form(req)
    require_fresh(person, N_("Keep me signed in on this device"))
    token = await keep(
        person.token,
        secrets.token_bytes(SECRET_BYTES),
        now=now(),
        span=wiring.sign_in.session_span(kept=True),
        sessions=wiring.sign_in.sessions(),
    )
    cookies = [session_cookie(token, kept=True)] if token else []
    return redirect("/my/account?done=session-kept#sessions", cookies=cookies)


async def _stale_page(person: SignedIn, profile_id: str, typed: dict[str, str]) -> func.HttpResponse:
    """The page of a form whose profile was renamed somewhere else meanwhile."""
    profile = await wiring.accounts.profiles().get(person.account_id, profile_id)
    if profile is None:
        raise NotFound
    said = _(
        "This profile was renamed to %(name)s somewhere else meanwhile. Rename again to replace it",
        name=profile.name,
    )
    fault = {f"/profiles/{profile_id}": said}
    return await _account_page(person, faults=fault, typed=typed, status=HTTPStatus.PRECONDITION_FAILED)


async def _account_page(
    person: SignedIn,
    *,
    faults: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    key: str | None = None,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    done: str | None = None,
    done_at: str | None = None,
    just_deleted: str | None = None,
) -> func.HttpResponse:
    """Account page. `typed` has unsaved names by profile id or `new`; `done` is said in part `done_at`."""
    account = await wiring.accounts.store().get(person.account_id)
    if account is None:
        raise NotFound
    if not faults:
        status = HTTPStatus.OK
    profiles, _following = await wiring.accounts.profiles().list(person.account_id, MOST_PROFILES, None)
    at = now()
    gone, _following = await wiring.accounts.profiles().list_deleted(person.account_id, MOST_PROFILES, None)
    gone = [profile for profile in gone if profile.can_come_back(at)]
    sessions = await wiring.sign_in.sessions().list(person.account_id, at)
    closed = (await wiring.organisations.memberships().get(person.account_id)).closed
    return my_page(
        "accounts/account.html",
        person,
        status=status,
        account=account,
        languages=LANGUAGES.items(),
        profiles=profiles,
        deleted=[(profile, wait_until(profile.kept.until, at)) for profile in gone if profile.kept],
        just_deleted=next((profile for profile in gone if profile.id == just_deleted), None),
        days=wiring.sign_in.chosen().kept_session_days,
        sessions=[(session, is_of(session, person.token)) for session in sessions],
        closed=[(each, wait_until(each.until, at)) for each in closed if at < each.until],
        typed=typed or {},
        faults=faults or {},
        key=key or secrets.token_urlsafe(16),
        done=done,
        done_at=done_at,
    )

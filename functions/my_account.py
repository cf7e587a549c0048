"""`/my/account`: the account, and its profiles."""

import hashlib
import secrets
from http import HTTPStatus

import azure.functions as func

import wiring
from domain.accounts import ProfileInput, create_profile, rename_profile
from domain.errors import InvalidInput, KeyReused, NotFound, StaleVersion
from functions.chance import new_id, now
from functions.forms import sentences, vet
from functions.http import redirect
from functions.identity import SignedIn
from functions.my_pages import (
    MOST_PROFILES,
    done,
    my_page,
    on_my_page,
    person_and_form,
    person_of,
    version_in,
)
from functions.pages import page_endpoint

bp = func.Blueprint()


@bp.function_name("my_account")
@bp.route(route="my/account", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_account(req: func.HttpRequest) -> func.HttpResponse:
    return await _account_page(await person_of(req), done=done(req))


@bp.function_name("my_profile_add")
@bp.route(route="my/account/profiles", methods=["POST"])
@page_endpoint
@on_my_page
async def my_profile_add(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    typed = form.get("profileName", "")
    key, kept = form.get("key", ""), {"new": typed}
    try:
        new = vet(ProfileInput, {"name": typed}, field="/profileName")
        await create_profile(
            person.account_id,
            new,
            profile_id=new_id("prf"),
            key=hashlib.sha256(f"form {key}".encode()).hexdigest(),
            now=now(),
            profiles=wiring.services().profiles,
        )
    except InvalidInput as refusal:
        return await _account_page(person, faults=sentences(refusal.faults), typed=kept, key=key)
    except KeyReused:
        fault = {"/profileName": "This form has added a profile already. Send it again to add one more"}
        return await _account_page(person, faults=fault, typed=kept)
    return redirect("/my/account?done=profile-added")


@bp.function_name("my_profile_rename")
@bp.route(route="my/account/profiles/{profileId}", methods=["POST"])
@page_endpoint
@on_my_page
async def my_profile_rename(req: func.HttpRequest) -> func.HttpResponse:
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
            profiles=wiring.services().profiles,
        )
    except InvalidInput as refusal:
        return await _account_page(person, faults=sentences(refusal.faults), typed={profile_id: typed})
    except StaleVersion:
        return await _account_page(person, stale=profile_id, typed={profile_id: typed})
    return redirect("/my/account?done=profile-renamed")


async def _account_page(
    person: SignedIn,
    *,
    faults: dict[str, str] | None = None,
    stale: str | None = None,
    typed: dict[str, str] | None = None,
    key: str | None = None,
    done: str | None = None,
) -> func.HttpResponse:
    """The page with what was `typed`, by profile id or `new`. `stale` is a profile renamed meanwhile."""
    services = wiring.services()
    account = await services.accounts.get(person.account_id)
    if account is None:
        raise NotFound
    status = HTTPStatus.OK
    if faults:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    if stale:
        status = HTTPStatus.PRECONDITION_FAILED
    profiles, _ = await services.profiles.list(person.account_id, MOST_PROFILES, None)
    return my_page(
        "account",
        person,
        section="account",
        status=status,
        account=account,
        profiles=profiles,
        typed=typed or {},
        faults=faults or {},
        stale=stale,
        key=key or secrets.token_urlsafe(16),
        done=done,
    )

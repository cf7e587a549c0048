"""`/org/{organisationId}/directory-sync`: a directory is connected, told what it may write, and watched."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, get_args

import azure.functions as func

import wiring.organisations.directory
from domain.base.errors import InvalidInput, NotFound, StaleVersion
from domain.base.limits import MOST_DIRECTORY_TOKENS, LimitReached
from domain.organisations.directory.connection import (
    DirectorySettings,
    NewToken,
    TokenMade,
    change_directory,
    make_token,
    revoke_token,
)
from domain.organisations.directory.log import Entry
from domain.organisations.directory.rules import FieldRules, NeededRule, Rule
from domain.organisations.organisation import Acting
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import now
from functions.framework.forms import Values, sentences, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.directory.api import SECRET_BYTES, directory_out

_DONE: Final = {
    "saved": N_("Saved. The next request of the directory follows it."),
    "revoked": N_("The token is revoked. It opens nothing any more."),
}
_RULES: Final = {
    "always": N_("Always: the directory decides"),
    "once": N_("Once: only while it is empty"),
    "never": N_("Never: stays as it is here"),
}
_LABELS: Final = {
    "/rules/name": N_("Name"),
    "/rules/email": N_("E-mail at work"),
    "/rules/title": N_("Job title"),
    "/rules/department": N_("Department"),
    "/rules/phone": N_("Phone at work"),
    "/rules/mobile": N_("Mobile at work"),
    "/rules/number": N_("Staff number"),
}
_NEEDED: Final = ("/rules/name", "/rules/email")
_WHAT: Final = {
    "create": N_("Made"),
    "link": N_("Linked"),
    "change": N_("Changed"),
    "deactivate": N_("Taken out"),
    "activate": N_("Brought back"),
    "delete": N_("Deleted"),
    "refused": N_("Refused"),
}
_FIELDS: Final = {
    "name": N_("Name"),
    "name_parts": N_("Parts of the name"),
    "email": N_("E-mail at work"),
    "title": N_("Job title"),
    "department": N_("Department"),
    "phone": N_("Phone at work"),
    "mobile": N_("Mobile at work"),
    "number": N_("Staff number"),
    "user_name": N_("User name"),
    "external_id": N_("Identifier in the directory"),
    "active": N_("Whether they are here"),
    "members": N_("People"),
    "teams": N_("Teams"),
}
# Of these there is nothing to look at.
_GONE: Final = ("deactivate", "delete", "refused")
_PER_PAGE: Final = 50
_LATEST: Final = 5


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "connect_directory")
    return await _page(person, by, done=done_in(req, _DONE))


async def show_log(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "connect_directory")
    entries, following = await wiring.organisations.directory.store().entries(
        by.organisation.id, _PER_PAGE, req.params.get("cursor") or None
    )
    return org_page(
        "organisations/directory/log.html",
        person,
        by,
        entries=[_told(by, each) for each in entries],
        following=following,
    )


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "connect_directory")
    store = wiring.organisations.directory.store()
    try:
        wanted = vet(DirectorySettings, _typed(form))
        await change_directory(by, wanted, version=version_in(form), now=now(), store=store)
    except InvalidInput as refusal:
        return await _page(person, by, faults=sentences(refusal.faults, _LABELS), typed=form)
    except StaleVersion:
        said = _("Somebody changed this meanwhile. This is how it is now. Your choices are not saved yet")
        return await _page(person, by, stale=said, typed=form)
    return redirect(f"/org/{by.organisation.id}/directory-sync?done=saved")


async def make(req: func.HttpRequest) -> func.HttpResponse:
    """Make a token, and show it: on this page and never again."""
    person, by, form = await sent(req, "connect_directory")
    require_fresh(person, N_("Make a token for the directory"))
    new = NewToken(creation_key(form), secrets.token_urlsafe(SECRET_BYTES), now())
    try:
        _saved, text, _token = await make_token(by, new, store=wiring.organisations.directory.store())
    except (TokenMade, LimitReached) as refusal:
        return await _page(person, by, stale=_(refusal.detail))
    return await _page(person, by, secret=text)


async def revoke(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "connect_directory")
    token_id, store = req.route_params["tokenId"], wiring.organisations.directory.store()
    if (await store.get(by.organisation.id)).token(token_id) is None:
        raise NotFound
    try:
        await revoke_token(by, token_id, version=version_in(form), now=now(), store=store)
    except StaleVersion:
        said = _("Somebody changed this meanwhile. Look at it, and revoke the token again")
        return await _page(person, by, stale=said)
    return redirect(f"/org/{by.organisation.id}/directory-sync?done=revoked")


def _typed(form: Mapping[str, str]) -> Values:
    rules = {name: form[f"rules-{name}"] for name in FieldRules.model_fields if f"rules-{name}" in form}
    return {"preview": form.get("preview") == "1", "rules": rules}


def _told(by: Acting, entry: Entry) -> dict[str, Any]:
    """An entry of the log in words, with a link to whom it is about."""
    place = "teams" if entry.kind == "team" else "people"
    made = entry.what not in _GONE and not (entry.what == "create" and entry.preview)
    return {
        "at": entry.at,
        "what": _(_WHAT[entry.what]),
        "kind": _("Team") if entry.kind == "team" else _("Person"),
        "fields": ", ".join(_(_FIELDS.get(each, each)) for each in entry.fields),
        "refusal": entry.refusal,
        "preview": entry.preview,
        "href": f"/org/{by.organisation.id}/{place}/{entry.subject_id}" if made else "",
    }


async def _page(
    person: SignedIn,
    by: Acting,
    *,
    typed: Mapping[str, str] | None = None,
    faults: dict[str, str] | None = None,
    stale: str = "",
    secret: str = "",
    done: str | None = None,
) -> func.HttpResponse:
    store = wiring.organisations.directory.store()
    found = await store.get(by.organisation.id)
    told = await directory_out(found)
    entries, _more = await store.entries(by.organisation.id, _LATEST, None)
    chosen = {f"/rules/{name}": rule for name, rule in told.rules}
    preview = told.preview
    if typed is not None:
        chosen = {at: typed.get(at[1:].replace("/", "-"), rule) for at, rule in chosen.items()}
        preview = typed.get("preview") == "1"
    return org_page(
        "organisations/directory/directory.html",
        person,
        by,
        status=_status(faults, stale),
        directory=told,
        version=found.version,
        fields=[(at, _(label), chosen[at], _choices(at)) for at, label in _LABELS.items()],
        preview=preview,
        most=MOST_DIRECTORY_TOKENS,
        entries=[_told(by, each) for each in entries],
        faults=faults or {},
        stale=stale,
        secret=secret,
        done=done,
        key=secrets.token_urlsafe(16),
    )


def _status(faults: dict[str, str] | None, stale: str) -> HTTPStatus:
    if faults:
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.CONFLICT if stale else HTTPStatus.OK


def _choices(at: str) -> list[tuple[str, str]]:
    rules = get_args(NeededRule if at in _NEEDED else Rule)
    return [(rule, _(text)) for rule, text in _RULES.items() if rule in rules]

"""`/my/new-card`: make a card, the first one without a word about profiles."""

import secrets
from http import HTTPStatus

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.site
from domain.accounts.profiles import ProfileInput, create_profile
from domain.base.errors import Fault, HandleLookalike, HandleTaken, InvalidInput, KeyReused, StaleVersion
from domain.cards.card import Card
from domain.cards.create import Creating, NewCard, create_card
from domain.cards.handle_check import free_handle
from functions.accounts.profile_choices import profile_choices
from functions.cards.form import content_of, sentences
from functions.cards.frame import change
from functions.framework.callers import SignedIn
from functions.framework.clock import new_id, new_suffix, now
from functions.framework.forms import Values, vet
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import _

# Placeholder for the id of a profile that is made together with the card.
_UNMADE = "unmade"


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    account = await wiring.accounts.store().get(person.account_id)
    values: Values = {"emails": [{"kind": "work", "address": account.email}]} if account else {}
    form = {"key": secrets.token_urlsafe(16)}
    if account and account.name and not await wiring.cards.store().count(person.account_id):
        values["name"] = account.name
        form["handle"] = form["suggested"] = await _free(account.name)
    return await _page(person, form, values, {})


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Make the card of this form once, however often the form is sent; publish it if that was the button."""
    person, form = await person_and_form(req)
    values = content_of(form, new=True)
    try:
        card = await _make(person.account_id, form, values)
    except InvalidInput as refusal:
        return await _page(person, form, values, sentences(refusal.faults, values))
    except (HandleTaken, HandleLookalike) as refusal:
        other = await _free(values["name"] or form.get("handle", ""))
        taken = isinstance(refusal, HandleTaken)
        said = _("This handle is taken.") if taken else _("This handle looks like one that is taken.")
        fault = {"/handle": f"{said} {_('Free instead:')} {other}"}
        return await _page(person, form, values, fault, HTTPStatus.CONFLICT)
    except KeyReused:
        fault = {"/name": _("This form has made a card already. Send it again to make one more")}
        again = {**form, "key": secrets.token_urlsafe(16)}
        return await _page(person, again, values, fault)
    if form.get("then") != "publish":
        return redirect(f"/my/cards/{card.id}?done=created")
    try:
        await change("publish", person, card.id, card.version)
    except StaleVersion:
        # The form was sent again after the card it had made was changed.
        return redirect(f"/my/cards/{card.id}")
    return redirect(f"/my/cards/{card.id}/share?done=made-and-published")


async def _free(name: str) -> str:
    return await free_handle(name, new_suffix(), wiring.cards.handles())


async def _make(account_id: str, form: dict[str, str], values: Values) -> Card:
    at = now()
    key = creation_key(form)
    new, profile = await _read(account_id, form, values)
    if profile is not None:
        made = await create_profile(
            account_id,
            profile,
            profile_id=new_id("prf"),
            key=key,
            now=at,
            profiles=wiring.accounts.profiles(),
        )
        new = new.model_copy(update={"profile_id": made.id})
    creating = Creating(new_id("crd"), new_suffix(), key, at)
    return await create_card(account_id, new, creating, wiring.cards.ports())


async def _read(account_id: str, form: dict[str, str], values: Values) -> tuple[NewCard, ProfileInput | None]:
    """The card, and the profile to make with it; or every fault of both at once."""
    profile_id, profile_name = form.get("profileId", ""), form.get("profileName", "").strip()
    if not profile_id and not profile_name:
        known, _following = await wiring.accounts.profiles().list(account_id, 1, None)
        profile_id, profile_name = (known[0].id, "") if known else ("", _("Work"))
    wished = form.get("handle", "").strip()
    given = {
        "profileId": _UNMADE if profile_name else profile_id,
        # A suggestion follows the name that was typed after it.
        "handle": wished if wished and wished != form.get("suggested") else None,
        "content": values,
    }
    faults: list[Fault] = []
    try:
        profile = vet(ProfileInput, {"name": profile_name}, field="/profileName") if profile_name else None
    except InvalidInput as refusal:
        faults = refusal.faults
    try:
        new = vet(NewCard, given)
    except InvalidInput as refusal:
        faults = refusal.faults + faults
    if faults:
        raise InvalidInput(faults)
    return new, profile


async def _page(
    person: SignedIn,
    form: dict[str, str],
    values: Values,
    faults: dict[str, str],
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> func.HttpResponse:
    profiles = await profile_choices(person.account_id)
    several = len(profiles) > 1 or await wiring.cards.store().count(person.account_id) > 0
    return my_page(
        "cards/new.html",
        person,
        status=status if faults else HTTPStatus.OK,
        values={"name": "", "title": "", "organisation": "", "emails": [], **values},
        faults=faults,
        key=form.get("key", ""),
        handle=form.get("handle", ""),
        suggested=form.get("suggested", ""),
        profile_id=form.get("profileId", ""),
        profile_name=form.get("profileName", ""),
        # The first card goes into a profile that nobody needs to know of yet.
        profiles=profiles if several else [],
        origin=wiring.site.origin(),
    )

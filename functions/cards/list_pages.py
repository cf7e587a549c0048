"""`/my`: a person's cards, and making a new one."""

import hashlib
import secrets
from http import HTTPStatus

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.site
from domain.accounts.profiles import ProfileInput, create_profile
from domain.base.errors import Fault, HandleLookalike, HandleTaken, InvalidInput, KeyReused
from domain.cards.card import Card
from domain.cards.create import Creating, NewCard, create_card
from functions.accounts.profile_choices import profile_choices
from functions.cards.form import content_of, sentences
from functions.cards.frame import done
from functions.framework.callers import SignedIn
from functions.framework.clock import new_id, new_suffix, now
from functions.framework.forms import Values, vet
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import _

_PAGE_OF_CARDS = 50
# Placeholder for the id of a profile that is made together with the first card.
_UNMADE = "unmade"


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    cards, following = await wiring.cards.store().list(
        person.account_id, _PAGE_OF_CARDS, req.params.get("cursor")
    )
    profiles = dict(await profile_choices(person.account_id, *(card.profile_id for card in cards)))
    return my_page(
        "cards/cards.html", person, cards=cards, following=following, profiles=profiles, done=done(req)
    )


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    account = await wiring.accounts.store().get(person.account_id)
    values: Values = {"emails": [{"kind": "work", "address": account.email}]} if account else {}
    if account and account.name and not await wiring.cards.store().count(person.account_id):
        values["name"] = account.name
    return await _new_card_page(person, {"key": secrets.token_urlsafe(16)}, values, {})


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Make the card of this form once, however often the form is sent."""
    person, form = await person_and_form(req)
    values = content_of(form, new=True)
    try:
        card = await _make(person.account_id, form, values)
    except InvalidInput as refusal:
        return await _new_card_page(person, form, values, sentences(refusal.faults))
    except (HandleTaken, HandleLookalike) as refusal:
        fault = {"/handle": _("%(fault)s; choose another", fault=_(refusal.title))}
        return await _new_card_page(person, form, values, fault, HTTPStatus.CONFLICT)
    except KeyReused:
        fault = {"/name": _("This form has made a card already. Send it again to make one more")}
        again = {**form, "key": secrets.token_urlsafe(16)}
        return await _new_card_page(person, again, values, fault)
    return redirect(f"/my/cards/{card.id}?done=created")


async def _make(account_id: str, form: dict[str, str], values: Values) -> Card:
    at = now()
    profile_name = form.get("profileName")
    given = {
        "profileId": form.get("profileId", "") if profile_name is None else _UNMADE,
        "handle": form.get("handle", "").strip() or None,
        "content": values,
    }
    new, profile = _read(given, profile_name)
    # Hashed like the API's, under a name of its own: a form and a program never share a key.
    key = hashlib.sha256(f"form {form.get('key', '')}".encode()).hexdigest()
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


def _read(given: Values, profile_name: str | None) -> tuple[NewCard, ProfileInput | None]:
    """The card and the profile to make with it, or every fault of both at once."""
    if profile_name is None:
        return vet(NewCard, given), None
    faults: list[Fault] = []
    try:
        profile = vet(ProfileInput, {"name": profile_name}, field="/profileName")
    except InvalidInput as refusal:
        faults = refusal.faults
    try:
        new = vet(NewCard, given)
    except InvalidInput as refusal:
        faults = refusal.faults + faults
    if faults:
        raise InvalidInput(faults)
    return new, profile


async def _new_card_page(
    person: SignedIn,
    form: dict[str, str],
    values: Values,
    faults: dict[str, str],
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> func.HttpResponse:
    return my_page(
        "cards/new.html",
        person,
        status=status if faults else HTTPStatus.OK,
        values={"name": "", "title": "", "organisation": "", "emails": [], **values},
        faults=faults,
        key=form.get("key", ""),
        handle=form.get("handle", ""),
        profile_id=form.get("profileId", ""),
        profile_name=form.get("profileName", _("Work")),
        profiles=await profile_choices(person.account_id),
        origin=wiring.site.origin(),
    )

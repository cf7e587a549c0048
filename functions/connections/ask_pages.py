"""`/my/connect/{handle}`: asking the owner of a card to connect."""

import asyncio

import azure.functions as func

import wiring.connections
from domain.base.errors import InvalidInput, NotFound
from domain.cards.handles import is_handle
from domain.connections.asking import BlockedByYou, NoPublishedCard, OwnCard, ask, live_cards
from domain.connections.link import Link, link_id
from domain.connections.ports import card_to_ask
from domain.visibility.view import view_for, viewer_of
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_

_LABELS = {"/cardId": N_("Your card")}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _page(req, await person_of(req))


async def send(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    ports = wiring.connections.ports()
    try:
        link = await ask(person.account_id, _handle(req), form.get("cardId"), now=now(), ports=ports)
    except InvalidInput as refusal:
        return await _page(req, person, sentences(refusal.faults, _LABELS))
    except (OwnCard, NoPublishedCard, BlockedByYou):
        # The page says so.
        return redirect(f"/my/connect/{_handle(req)}")
    if link.state == "connected":
        return redirect(f"/my/connections/{link.id}?done=connected")
    return redirect("/my/requests?show=asked&done=asked")


def _handle(req: func.HttpRequest) -> str:
    handle: str = req.route_params["handle"].lower()
    if not is_handle(handle):
        raise NotFound
    return handle


async def _page(
    req: func.HttpRequest, person: SignedIn, faults: dict[str, str] | None = None
) -> func.HttpResponse:
    ports = wiring.connections.ports()
    card = await card_to_ask(_handle(req), ports.take)
    view = view_for(card, await viewer_of(card, person.account_id, connections=ports.links))
    own = await live_cards(person.account_id, ports.cards)
    profiles = list(dict.fromkeys(each.profile_id for each in own))
    ids = [link_id(each, card.profile_id) for each in profiles]
    found = await asyncio.gather(*(ports.links.get(person.account_id, each) for each in ids))
    known = dict(zip(profiles, found, strict=True))
    free = [each for each in own if _can_ask(known[each.profile_id])]
    return my_page(
        "connections/ask.html",
        person,
        status=422 if faults else 200,
        view=view,
        is_own=card.owner_id == person.account_id,
        has_card=bool(own),
        choices=[(each.id, each.published.name, f"/c/{each.handle}") for each in free if each.published],
        links=[link for link in known.values() if not _can_ask(link)],
        said=_SAID,
        faults=faults or {},
    )


def _can_ask(link: Link | None) -> bool:
    return link is None or link.state in ("declined", "ended")


_SAID = {
    "asked": N_("You have asked to connect. They have not answered yet."),
    "waiting": N_("They have asked you. It is for you to answer."),
    "connected": N_("You are connected."),
    "blocked": N_("You have blocked this person."),
}

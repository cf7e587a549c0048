"""`/exchange/{link}`: what somebody left on a card, for them to see, correct and withdraw without an account.

The link is the only secret. A GET changes nothing, because programs that look at mail open links. The pages
send no referrer, so that the link goes nowhere else; browsers then say that they come from nowhere, too.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.exchange
from domain.base.errors import InvalidInput, NotFound, Refusal
from domain.exchange.effects import agree, prove
from domain.exchange.exchange import Exchange, Proof
from domain.exchange.giving import confirm, correct, of_link, withdraw
from domain.exchange.receipt import payload_of
from domain.exchange.tokens import is_link
from functions.exchange.details_form import details_in, questions_of, sentences_of, typed_from
from functions.framework.callers import read_form
from functions.framework.clock import now
from functions.framework.my_pages import done_in
from functions.framework.pages import page
from functions.framework.replies import redirect, reply
from functions.framework.texts import N_

# Of every page that has or gives a link.
UNSEEN: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_DONE: Final = {
    "shared": N_("Your details are passed on. Keep the address of this page: it is your receipt."),
    "confirmed": N_("Your details are passed on. Keep the address of this page: it is your receipt."),
    "corrected": N_("Your details are corrected, also where they were kept."),
    "withdrawn": N_("Your consent is withdrawn, and your details are erased."),
}
_ONE_CLICK: Final = {"List-Unsubscribe": "One-Click"}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    link = _link_of(req)
    proof, exchange = await _found(link)
    if exchange is None or not exchange.is_there:
        return _over(proof, exchange, req)
    return link_page(exchange, link, done=done_in(req, _DONE))


async def correct_details(req: func.HttpRequest) -> func.HttpResponse:
    link, typed, at = _link_of(req), read_form(req), now()
    proof, exchange = await _found(link)
    if exchange is None or not exchange.is_there:
        return _over(proof, exchange, req, status=HTTPStatus.CONFLICT)
    try:
        details = details_in(req, typed, exchange.asked, consents=False)
    except InvalidInput as refusal:
        faults = sentences_of(refusal.faults)
        return link_page(exchange, link, typed=typed, faults=faults, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    corrected = await correct(link, details, now=at, giver=wiring.exchange.giver())
    await agree(corrected.owner_id, corrected.id, ports=wiring.exchange.in_contact())
    return _back(link, "corrected")


async def confirm_details(req: func.HttpRequest) -> func.HttpResponse:
    link = _link_of(req)
    proof, exchange = await _found(link)
    if exchange is None or not exchange.is_there:
        return _over(proof, exchange, req, status=HTTPStatus.CONFLICT)
    await confirm(link, now=now(), giver=wiring.exchange.giver())
    return _back(link, "confirmed")


async def ask_withdraw(req: func.HttpRequest) -> func.HttpResponse:
    """Where a mail program leads that only opens addresses: to the page with the button."""
    return redirect(f"/exchange/{_link_of(req)}#withdraw")


async def withdraw_details(req: func.HttpRequest) -> func.HttpResponse:
    """Withdraw at once; a mail program that asks with one click is not led anywhere (RFC 8058)."""
    link = _link_of(req)
    await remember_signing_key()
    gone = await withdraw(link, now=now(), giver=wiring.exchange.giver())
    if gone is not None:
        await prove(gone, proofs=wiring.exchange.proofs())
        await agree(gone.owner_id, gone.id, ports=wiring.exchange.in_contact())
    if _form_or_nothing(req).items() >= _ONE_CLICK.items():
        return reply(content_type="text/plain", headers=UNSEEN)
    return _back(link, "withdrawn")


async def show_receipt(req: func.HttpRequest) -> func.HttpResponse:
    """The signed receipt, as long as the exchange is stored."""
    _proof, exchange = await _found(_link_of(req))
    if exchange is None:
        raise NotFound
    headers = {**UNSEEN, "Content-Disposition": 'attachment; filename="receipt.jws"'}
    return reply(exchange.receipt.encode(), content_type="application/jose", headers=headers)


async def show_keys(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the door passes it
    """Every public key that receipts were signed with, as a JWK set (RFC 7517)."""
    known = await wiring.exchange.proofs().keys() + wiring.exchange.signer().public_keys
    keys = {key["kid"]: key for key in known}
    headers = {"Cache-Control": "public, max-age=3600"}
    body = json.dumps({"keys": list(keys.values())}).encode()
    return reply(body, content_type="application/jwk-set+json", headers=headers)


async def remember_signing_key() -> None:
    """Publish the key that signs now for as long as its receipts can be checked."""
    await wiring.exchange.proofs().remember_key(wiring.exchange.signer().public_keys[0])


def link_page(
    exchange: Exchange,
    link: str,
    *,
    done: str | None = None,
    notice: str = "",
    typed: Mapping[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    """What the person gave. It does not tell whether the owner has kept it."""
    if exchange.details is None:
        raise NotFound
    receipt = payload_of(exchange.receipt)
    return page(
        "exchange/link.html",
        status=status,
        headers=UNSEEN,
        link=link,
        handle=exchange.handle,
        name=receipt["party_identification"][0]["party_name"],
        held=exchange.state == "unconfirmed",
        exchange=exchange,
        questions=questions_of(exchange.asked),
        typed=typed or typed_from(exchange.details),
        faults=faults or {},
        done=done,
        notice=notice,
    )


def _over(
    proof: Proof, exchange: Exchange | None, req: func.HttpRequest, *, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    """What is left of an exchange that was withdrawn or was not kept."""
    values: dict[str, Any] = {"proof": proof, "receipt": exchange is not None, "link": _link_of(req)}
    return page("exchange/over.html", status=status, headers=UNSEEN, done=done_in(req, _DONE), **values)


def _link_of(req: func.HttpRequest) -> str:
    link: str = req.route_params["link"]
    if not is_link(link):
        raise NotFound
    return link


async def _found(link: str) -> tuple[Proof, Exchange | None]:
    return await of_link(
        link, now=now(), exchanges=wiring.exchange.all_exchanges(), proofs=wiring.exchange.proofs()
    )


def _form_or_nothing(req: func.HttpRequest) -> dict[str, str]:
    with suppress(Refusal):
        return read_form(req)
    return {}


def _back(link: str, done: str) -> func.HttpResponse:
    answer = redirect(f"/exchange/{link}?done={done}")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer

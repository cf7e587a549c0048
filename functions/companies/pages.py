"""`/org/{organisationId}/connections`: who connected with the organisation, or left details on its page."""

import csv
import io
from collections.abc import Sequence
from typing import Final

import azure.functions as func

import wiring.companies
from domain.base.cells import cell
from domain.cards.exchange_form import QUESTIONS
from domain.companies.connected import delete_connected, read_connected
from domain.exchange.exchange import Exchange
from domain.organisations.organisation import Acting
from functions.exchange.details_form import LABELS
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect, reply
from functions.framework.texts import N_
from functions.organisations.acting import opened, org_page, sent

_DONE: Final = {"deleted": N_("Deleted for good.")}
_ON_A_PAGE: Final = 50
_LONGEST: Final = 120
# Of one file. More would be in memory at once.
_IN_A_FILE: Final = 1000
_COLUMNS: Final = ("name", *QUESTIONS, "given", "corrected", "by", "consent", "consentVersion")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The newest first: one query, whatever their number."""
    person, by = await opened(req, "handle_connections")
    found, following = await wiring.companies.exchanges().list(
        by.organisation.id, "kept", _ON_A_PAGE, req.params.get("after") or None
    )
    return _page(person, by, found, following, done=done_in(req, _DONE))


async def search(req: func.HttpRequest) -> func.HttpResponse:
    """Those whose names begin so. No name stands in an address, so the next pages are forms as well."""
    person, by, form = await sent(req, "handle_connections")
    text = form.get("text", "").strip()[:_LONGEST]
    if not text:
        return redirect(f"/org/{by.organisation.id}/connections")
    found, following = await wiring.companies.exchanges().called(
        by.organisation.id, text, _ON_A_PAGE, form.get("after") or None
    )
    return _page(person, by, found, following, text=text)


def _page(
    person: SignedIn,
    by: Acting,
    found: Sequence[Exchange],
    following: str | None,
    *,
    text: str = "",
    done: str | None = None,
) -> func.HttpResponse:
    return org_page(
        "companies/connections.html",
        person,
        by,
        found=found,
        following=following,
        text=text,
        longest=_LONGEST,
        done=done,
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    return await _one(req, "companies/one.html")


async def ask_delete(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before it is deleted for good."""
    return await _one(req, "companies/delete.html")


async def _one(req: func.HttpRequest, template: str) -> func.HttpResponse:
    person, by = await opened(req, "handle_connections")
    store = wiring.companies.exchanges()
    exchange = await read_connected(by, req.route_params["exchangeId"], store)
    return org_page(template, person, by, exchange=exchange, details=exchange.details, labels=LABELS)


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "handle_connections")
    exchanges, settle = wiring.companies.exchanges(), wiring.companies.settle
    exchange_id = req.route_params["exchangeId"]
    await delete_connected(by, exchange_id, version_in(form), now=now(), exchanges=exchanges, settle=settle)
    return redirect(f"/org/{by.organisation.id}/connections?done=deleted")


async def show_files(req: func.HttpRequest) -> func.HttpResponse:
    """One of the files that have all of them, and where the next one begins."""
    person, by = await opened(req, "handle_connections")
    after = req.params.get("after") or None
    store = wiring.companies.exchanges()
    rows, following = await store.places(by.organisation.id, _IN_A_FILE, after)
    return org_page(
        "companies/files.html",
        person,
        by,
        after=after,
        following=following,
        rows=rows,
        most=_IN_A_FILE,
    )


async def fetch(req: func.HttpRequest) -> func.HttpResponse:
    """One of the files, made of what is there now: no copy is kept that a withdrawal would not reach."""
    _person, by = await opened(req, "handle_connections")
    found, _following = await wiring.companies.exchanges().list(
        by.organisation.id, "kept", _IN_A_FILE, req.params.get("after") or None
    )
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow(_COLUMNS)
    table.writerows([cell(text) for text in _told(exchange)] for exchange in found)
    # With the mark by which spreadsheets know that it is UTF-8.
    content = b"\xef\xbb\xbf" + target.getvalue().encode()
    file = f'attachment; filename="connections-{now():%Y-%m-%d}.csv"'
    headers = {"Content-Disposition": file, "Cache-Control": "no-store"}
    return reply(content, content_type="text/csv; charset=utf-8", headers=headers)


def _told(exchange: Exchange) -> list[str]:
    details = exchange.details
    return [
        *((getattr(details, name) or "") if details else "" for name in ("name", *QUESTIONS)),
        exchange.given_at.isoformat(timespec="seconds"),
        exchange.corrected_at.isoformat(timespec="seconds") if exchange.corrected_at else "",
        "connection" if exchange.given_by else "form",
        exchange.consent.text,
        exchange.consent.version,
    ]

"""`/org/{organisationId}/visits`: how often the organisation's cards are visited, and one's own card."""

import csv
import io
from datetime import timedelta
from typing import Final, NamedTuple

import azure.functions as func

import wiring.cards
import wiring.organisations.teams
import wiring.organisations.visits
import wiring.visits
from domain.base.cells import cell
from domain.base.errors import NotFound
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.making import staff_card_id
from domain.organisations.teams.team import Teams
from domain.organisations.visits.report import GONE, Period, Report, VisitPeriods, read_report
from domain.organisations.visits.rule import LEAST_CARDS, LEAST_VISITS, NO_TEAM, OTHERS
from domain.organisations.visits.sums import KINDS, UNITS, Numbers, Unit
from domain.visits.counting import Period as Days
from domain.visits.counting import read_counts
from functions.cards.counts_pages import HEIGHT, PERIODS, WIDTH, Bar, bars_of, draw
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.filters import day, months
from functions.framework.replies import reply
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page
from functions.organisations.teams.shown import path_of

_UNITS: Final[dict[Unit, str]] = {
    "day": N_("30 days"),
    "week": N_("12 weeks"),
    "month": N_("12 months"),
}
_KINDS: Final = {"views": N_("Views"), "saves": N_("Contacts saved"), "clicks": N_("Links followed")}
_TOO_FEW: Final = N_("too few")


class _Opened(NamedTuple):
    person: SignedIn
    by: Acting
    report: Report
    teams: Teams


class Chart(NamedTuple):
    """Bar chart of one kind of visits, a bar for each period of which there is a number."""

    name: str
    total: str
    top: int
    bars: list[Bar]
    summary: str


async def _opened(req: func.HttpRequest) -> _Opened:
    """Who opens the page, and what they are told of the period in the address."""
    person, by = await opened(req, "see_visits")
    unit = next((each for each in UNITS if each == req.params.get("by")), VisitPeriods().by)
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    found = await read_report(by, unit, teams, sums=wiring.organisations.visits.store())
    if found is None:
        raise NotFound
    return _Opened(person, by, found, teams)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Three point reads and one query, however many cards there are."""
    person, by, report, teams = await _opened(req)
    return org_page(
        "organisations/visits/visits.html",
        person,
        by,
        unit=report.unit,
        units=[(each, _(text)) for each, text in _UNITS.items()],
        charts=[_chart(_(name), report, kind) for kind, name in _KINDS.items()],
        teams=[(name, *map(_shown, numbers)) for name, numbers in _rows(report.teams, teams)],
        rows=[(_named(period, report.unit), *map(_shown, period.total)) for period in report.periods[::-1]],
        is_empty=not any(report.total),
        counted_to=report.counted_to,
        first=_named(report.periods[0], report.unit),
        last=_named(report.periods[-1], report.unit),
        width=WIDTH,
        height=HEIGHT,
        least_cards=LEAST_CARDS,
        least_visits=LEAST_VISITS,
    )


def _chart(name: str, report: Report, kind: str) -> Chart:
    numbers = [getattr(period.total, kind) for period in report.periods]
    total, top = sum(numbers), max(numbers)
    if not total:
        return Chart(name, _shown(0), 0, [], _("%(name)s: too few to show", name=name))
    best = _named(report.periods[numbers.index(top)], report.unit)
    summary = _(
        "%(name)s: %(total)s, most in %(period)s with %(most)s", name=name, total=total, period=best, most=top
    )
    return Chart(name, str(total), top, bars_of(numbers), summary)


def _shown(number: int) -> str:
    return str(number) if number else _(_TOO_FEW)


def _named(period: Period, unit: Unit) -> str:
    if unit == "day":
        return day(period.first, year=True)
    if unit == "week":
        return _("week from %(day)s", day=day(period.first, year=True))
    return f"{months()[period.first.month - 1]} {period.first.year}"


def _rows(rows: dict[str, Numbers], teams: Teams) -> list[tuple[str, Numbers]]:
    """The rows with what each is called: a team after those that it belongs to."""
    others = {
        NO_TEAM: _("People without a team"),
        OTHERS: _("Small teams, together"),
        GONE: _("Teams that are gone"),
    }
    return [(others.get(team) or path_of(teams.find(team), teams), numbers) for team, numbers in rows.items()]


async def fetch(req: func.HttpRequest) -> func.HttpResponse:
    """The numbers as a table for spreadsheets: a row for each period and team. Too few is an empty cell."""
    _person, _by, report, teams = await _opened(req)
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow(["first", "last", "team", *KINDS])
    for period in report.periods:
        for name, numbers in _rows(period.teams, teams):
            table.writerow([period.first, period.last, cell(name), *(number or "" for number in numbers)])
    # With the mark by which spreadsheets know that it is UTF-8.
    content = b"\xef\xbb\xbf" + target.getvalue().encode()
    file = f'attachment; filename="visits-{report.unit}s-{report.counted_to}.csv"'
    return reply(content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": file})


async def show_own(req: func.HttpRequest) -> func.HttpResponse:
    """The visits of one's own card, which nobody else in the organisation sees."""
    person, by = await opened(req, "see")
    org_id, today = by.organisation.id, now().date()
    card = await wiring.cards.store().get(org_id, staff_card_id(org_id, by.member.id))
    days = next((each for each in PERIODS if str(each) == req.params.get("days")), PERIODS[0])
    period = Days.model_validate({"from": today - timedelta(days=days - 1), "to": today})
    counted = (await read_counts(card.id, period, traffic=wiring.visits.traffic())).data if card else []
    clicks = [sum(each.clicks.values()) for each in counted]
    return org_page(
        "organisations/visits/own.html",
        person,
        by,
        card=card,
        days=days,
        periods=PERIODS,
        charts=[
            draw(_("Views"), counted, [each.views for each in counted]),
            draw(_("Contacts saved"), counted, [each.saves for each in counted]),
            draw(_("Links followed"), counted, clicks),
        ]
        if counted
        else [],
        rows=[
            (day(each.day, year=True), each.views, each.saves, followed)
            for each, followed in zip(counted[::-1], clicks[::-1], strict=True)
        ],
        first=period.first,
        width=WIDTH,
        height=HEIGHT,
    )

"""`/my/cards/{cardId}/counts`: how often a card was viewed and saved, and its links followed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

import azure.functions as func
from markupsafe import Markup

import wiring.visits
from domain.cards.card import Card
from domain.cards.links import links_of
from domain.visits.counting import DayCounts, Period, read_counts
from functions.cards.frame import card_of
from functions.framework.clock import now
from functions.framework.filters import day, link_text
from functions.framework.my_pages import my_page, person_of
from functions.framework.texts import N_, _

# Periods to choose from, in days.
PERIODS: Final = (30, 90)
# Size of a chart in its own units; the page scales it.
WIDTH, HEIGHT = 720, 160
_GONE: Final = N_("Links that are no longer on the card")


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float


class Chart(NamedTuple):
    """Bar chart of one count, a bar for each day, oldest first. `top` is the value at full height."""

    name: str
    total: int
    top: int
    bars: list[Bar]
    summary: str


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    days = next((each for each in PERIODS if str(each) == req.params.get("days")), PERIODS[0])
    today = now().date()
    period = Period.model_validate({"from": today - timedelta(days=days - 1), "to": today})
    counted = (await read_counts(card.id, period, traffic=wiring.visits.traffic())).data
    clicks = [sum(each.clicks.values()) for each in counted]
    return my_page(
        "cards/counts.html",
        person,
        card=card,
        days=days,
        periods=PERIODS,
        charts=[
            draw(_("Views"), counted, [each.views for each in counted]),
            draw(_("Contacts saved"), counted, [each.saves for each in counted]),
            draw(_("Links followed"), counted, clicks),
        ],
        first=period.first,
        last=period.last,
        rows=[
            (day(each.day, year=True), each.views, each.saves, followed)
            for each, followed in zip(counted[::-1], clicks[::-1], strict=True)
        ],
        links=[
            (Markup('<bdi dir="ltr">{}</bdi>').format(link_text(link)) if link else _(_GONE), number)
            for link, number in clicks_by_link(card, counted)
        ],
        width=WIDTH,
        height=HEIGHT,
    )


def draw(name: str, counted: Sequence[DayCounts], numbers: Sequence[int]) -> Chart:
    """Draw a bar for each day with a count above zero; the highest fills the chart."""
    top, bars = max(numbers), bars_of(numbers)
    return Chart(name, sum(numbers), top, bars, _summary(name, counted, numbers))


def bars_of(numbers: Sequence[int]) -> list[Bar]:
    """A bar for each number above zero; the highest fills the chart."""
    top, step = max(numbers), WIDTH / len(numbers)
    return [
        Bar(
            x=round(index * step + step * 0.1, 1),
            y=round(HEIGHT - number / top * HEIGHT, 1),
            width=round(step * 0.8, 1),
            height=round(number / top * HEIGHT, 1),
        )
        for index, number in enumerate(numbers)
        if number
    ]


def _summary(name: str, counted: Sequence[DayCounts], numbers: Sequence[int]) -> str:
    if not any(numbers):
        return _("%(name)s: none in %(days)s days", name=name, days=len(numbers))
    best = max(range(len(numbers)), key=numbers.__getitem__)
    return _(
        "%(name)s: %(total)s in %(days)s days, most on %(day)s with %(most)s",
        name=name,
        total=sum(numbers),
        days=len(numbers),
        day=day(counted[best].day),
        most=numbers[best],
    )


def clicks_by_link(card: Card, counted: Sequence[DayCounts]) -> list[tuple[str | None, int]]:
    """Clicks of each link, most clicked first; None stands for links no longer on the card."""
    known: dict[str, str] = {}
    for content in (card.previous, card.draft, card.published):
        known |= links_of(content) if content else {}
    found: Counter[str | None] = Counter()
    for each in counted:
        for key, number in each.clicks.items():
            found[known.get(key)] += number
    return found.most_common()

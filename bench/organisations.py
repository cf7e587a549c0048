"""Lists of people and the release of a template in an organisation of 10,000, against one of 200 or 1,000."""

import statistics
import time
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import batched
from typing import Any, Final, NamedTuple

import wiring
import wiring.accounts
import wiring.cards
import wiring.organisations
import wiring.organisations.brand
import wiring.organisations.templates
from adapters.cosmos.cards import card_document
from adapters.cosmos.organisations.organisations import CONTAINER, member_document
from bench.books import Charges, charges
from bench.lines import Line, Target
from domain.accounts.account import Account
from domain.cards.card import Card
from domain.operations.slices import Slice
from domain.operations.work import Work, new_work
from domain.organisations.founding import NewOrganisation, create_organisation
from domain.organisations.known_people import added_id
from domain.organisations.organisation import Acting, Creating, Member, MemberFilter, Person, acting
from domain.organisations.staff_cards.applying import ApplyJob, apply_id
from domain.organisations.staff_cards.making import (
    NewStaffCard,
    make_staff_card,
    staff_card_id,
)
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.templates import (
    APPLYING,
    Template,
    TemplateVersion,
    change_template,
    make_template,
    release_template,
)
from functions.framework.clock import new_id

SMALL, FEW, MANY = 200, 1_000, 10_000
PAGE, ROUNDS, BATCH, AT_ONCE = 50, 20, 100, 20
GROWS: Final = (Target("<=", 1.2), Target("<=", 1.2, "requestUnitsRatio"))
CALLS: Final = Target("<=", 2, "callsPerCard")
FLAT: Final = Target("<=", 1.5)


class Office(NamedTuple):
    """An organisation whose people all have cards, and the template that these follow."""

    by: Acting
    people: list[Member]
    template: Template
    cards: list[Card]


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """Compare organisations of three sizes. `settings` are those of a running cloud."""
    small, few, many = [await office(size) for size in (SMALL, FEW, MANY)]
    async with charges(settings) as counted:
        return [await _page(small, many, counted), *await _releases(few, many, counted)]


async def office(size: int) -> Office:
    """An organisation of so many people, with their cards."""
    now, owner = datetime.now(UTC), new_id("acc")
    await wiring.accounts.store().create(
        Account(id=owner, iss="bench", sub=owner, email="ada@example.com", created_at=now)
    )
    made = await create_organisation(
        Person(owner, "Ada Lovelace", "ada@example.com"),
        NewOrganisation(name="Analytical Engines"),
        Creating("bench", now),
        organisations=wiring.organisations.store(),
        memberships=wiring.organisations.memberships(),
        settle=wiring.organisations.settle,
    )
    by = await acting(made.id, owner, "see", organisations=wiring.organisations.store())
    people = [_person(made.id, number, now) for number in range(size)]
    await _store(made.id, [member_document(each) for each in people])
    template = await _released(by, None, "{title?}", now)
    cards = await _cards(by, people, template, now)
    await _store(made.id, [card_document(each) for each in cards])
    for some in batched(cards, AT_ONCE, strict=False):
        await wiring.organisations.templates.show_all(some)
    return Office(by, people, template, cards)


def _person(org_id: str, number: int, now: datetime) -> Member:
    return Member(
        id=added_id(org_id, f"{number}"),
        org_id=org_id,
        account_id="",
        # Not in the order in which they are stored.
        name=f"Person {number * 7_919 % MANY:05}",
        email=f"{number}@example.com",
        role="member",
        added=True,
        since=now,
        updated_at=now,
    )


async def _store(org_id: str, documents: list[dict[str, Any]]) -> None:
    container = await wiring.database().container(CONTAINER)
    for some in batched(documents, BATCH, strict=False):
        await container.execute_item_batch([("upsert", (each,)) for each in some], partition_key=org_id)


async def _released(by: Acting, template: Template | None, title: str, now: datetime) -> Template:
    content = TemplateContent.model_validate(
        {
            "name": "Staff",
            "rules": {"name": {"mode": "required"}, "title": {"mode": "locked", "value": title}},
        }
    )
    store, brands = wiring.organisations.templates.store(), wiring.organisations.brand.store()
    if template is None:
        template = await make_template(by, content, Creating("bench", now), templates=store, brands=brands)
    else:
        of = TemplateVersion(by, template.id, template.version)
        template = await change_template(of, content, now=now, templates=store, brands=brands)
    of = TemplateVersion(by, template.id, template.version)
    return await release_template(of, now=now, templates=store, settle=wiring.organisations.settle)


async def _cards(by: Acting, people: list[Member], template: Template, now: datetime) -> list[Card]:
    """A card for each of the people, after the pattern of one that is made as the product makes them."""
    new = NewStaffCard(member_id=people[0].id, template_id=template.id)
    ports = wiring.organisations.templates.staff_ports()
    made = await make_staff_card(by, new, now, ports)
    return [_like(made, each) for each in people]


def _like(made: Card, person: Member) -> Card:
    card_id = staff_card_id(person.org_id, person.id)
    staff = made.staff and made.staff.model_copy(update={"member_id": person.id})
    own = {"id": card_id, "profile_id": person.id, "handle": f"bench-{card_id[4:]}", "staff": staff}
    return made.model_copy(update=own)


async def _page(small: Office, many: Office, counted: Charges) -> Line:
    spent: dict[int, list[float]] = {SMALL: [], MANY: []}
    charged: dict[int, float] = {}
    for _ in range(ROUNDS):
        for office in (small, many):
            size, middle = len(office.people), sorted(office.people, key=lambda each: each.name)
            cursor = middle[len(middle) // 2].id
            await counted.reset()
            began = time.perf_counter()
            await wiring.organisations.store().members(
                office.by.organisation.id, MemberFilter(), PAGE, cursor
            )
            spent[size].append(time.perf_counter() - began)
            charged[size] = await counted.spent()
    quick = {size: statistics.quantiles(each)[0] for size, each in spent.items()}
    return Line(
        f"page of {PAGE} people of an organisation: {MANY:,} / {SMALL:,} people",
        f"{quick[MANY] * 1000:.1f} ms, {charged[MANY]:g} RU",
        f"{quick[SMALL] * 1000:.1f} ms, {charged[SMALL]:g} RU",
        quick[MANY] / quick[SMALL],
        GROWS,
        {"requestUnits": charged[MANY], "requestUnitsRatio": round(charged[MANY] / charged[SMALL], 2)},
    )


async def _releases(few: Office, many: Office, counted: Charges) -> list[Line]:
    """A release over all cards. Both sizes fill the same bounded caches, such as that of QR codes."""
    paces, calls, peaks = dict[int, float](), dict[int, float](), dict[int, int]()
    for office in (few, many):
        size = len(office.people)
        template = await _released(office.by, office.template, "{title?Staff}", datetime.now(UTC))
        await counted.reset()
        tracemalloc.start()
        began = time.perf_counter()
        await _applied(template)
        paces[size] = size / (time.perf_counter() - began)
        calls[size] = round(await counted.calls() / size, 2)
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return [
        Line(
            f"release of a template, cards a second: {MANY:,} / {FEW:,} cards",
            f"{paces[MANY]:,.0f} a second, {calls[MANY]:g} calls a card",
            f"{paces[FEW]:,.0f} a second, {calls[FEW]:g} calls a card",
            paces[MANY] / paces[FEW],
            (Target(">=", 0.7), CALLS),
            {"callsPerCard": calls[MANY]},
        ),
        Line(
            f"memory of a release: {MANY:,} / {FEW:,} cards",
            f"{peaks[MANY] / 1e6:.1f} MB",
            f"{peaks[FEW] / 1e6:.1f} MB",
            peaks[MANY] / peaks[FEW],
            (FLAT,),
        ),
    ]


async def _applied(template: Template) -> None:
    """All slices of the work of a release, one after the other."""
    job = ApplyJob(wiring.organisations.templates.applying())
    release = await wiring.organisations.templates.store().get_release(
        template.org_id, template.id, template.number
    )
    if release is None:
        raise RuntimeError("the template is not released")
    work_id = apply_id(template.org_id, template.id, release.number)
    work: Work = new_work(APPLYING, template.org_id, work_id, release.released_at)
    work = work.model_copy(update={"cursor": f"{template.id} {release.number} "})
    while True:
        progress = await job.slice(work, Slice(time.monotonic))
        if progress.over:
            return
        work = work.model_copy(update={"cursor": progress.cursor, "total": progress.total})

"""A member asks for another value of a locked field on their card, and leaders of the organisation decide.

What is approved is granted to this card: it says that value as long as the field is locked, also by later
releases. Who asked finds the answer beside their request.
"""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple, Protocol

from pydantic import Field, JsonValue
from pydantic.alias_generators import to_camel

from domain.base.errors import Conflict, Fault, InvalidInput, KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.fields import Text
from domain.base.idempotency import request_hash
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_CHANGE_REQUESTS, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.cards.card import Card, CardStore
from domain.cards.content import FIELDS
from domain.operations.orders import Order, new_order
from domain.organisations.brand.brand import BrandStore
from domain.organisations.organisation import Acting, Creating, Organisation, OrganisationStore, Settle
from domain.organisations.roles import NotAllowed, may
from domain.organisations.staff_cards.branding import in_brand
from domain.organisations.staff_cards.following import restated, said
from domain.organisations.templates.rules import FieldRule
from domain.organisations.templates.staff_content import NotValid, valid
from domain.organisations.templates.templates import Release, TemplateStore
from domain.publishing.publication import Ports as PublicationPorts
from domain.publishing.publication import show

# Orders of mails: to those who decide, whose subject is the organisation, and to who asked.
DIGEST: Final = "request-digest"
ANSWER_MAIL: Final = "request-answer-mail"

State = Literal["waiting", "approved", "declined", "withdrawn"]
Decision = Literal["approved", "declined"]
_TRIES = 5


class AlreadyDecided(Conflict):
    code = "already_decided"
    title = N_("The request has been answered or withdrawn already")


class NewRequest(Closed):
    """`value` is the field's as a card has it in the API; null for none."""

    field: Annotated[str, Field(max_length=40)]
    value: JsonValue = None
    reason: Annotated[Text, Field(max_length=500)]


class Answer(Closed):
    """`value` is approved in place of what was asked for, where it is given."""

    state: Decision
    value: JsonValue = None
    says: Annotated[Text | None, Field(max_length=500)] = None


class ChangeRequest(Model):
    """`seen`: who asked has looked at the answer."""

    id: str
    org_id: str
    card_id: str
    member_id: str
    field: str
    value: JsonValue = None
    reason: str
    state: State = "waiting"
    granted: JsonValue = None
    says: str | None = None
    decided_by: str | None = None
    seen: bool = False
    version: int = 1
    request: str = ""
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def is_decided(self) -> bool:
        return self.state in ("approved", "declined")

    def changed(self, at: datetime, **update: object) -> "ChangeRequest":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class RequestStore(Protocol):
    async def get(self, org_id: str, request_id: str) -> ChangeRequest | None: ...
    async def create(self, request: ChangeRequest, order: Order) -> bool: ...
    async def save(self, request: ChangeRequest, order: Order | None = None) -> ChangeRequest: ...
    async def decide(self, request: ChangeRequest, card: Card, order: Order) -> tuple[ChangeRequest, Card]:
        """Store an approved request, its card, the order to project it and this one, all or none."""
        ...

    async def count_waiting(self, org_id: str) -> int: ...
    async def waiting(
        self, org_id: str, limit: int, cursor: str | None
    ) -> tuple[list[ChangeRequest], str | None]:
        """Requests that nobody has answered, the newest first."""
        ...

    async def of_card(self, org_id: str, card_id: str, limit: int) -> list[ChangeRequest]:
        """The latest requests for a card, waiting or not, the newest first."""
        ...


class RequestPorts(NamedTuple):
    requests: RequestStore
    cards: CardStore
    templates: TemplateStore
    organisations: OrganisationStore
    publication: PublicationPorts
    brands: BrandStore
    settle: Settle


class RequestVersion(NamedTuple):
    by: Acting
    request_id: str
    version: int


async def ask(
    by: Acting, card_id: str, new: NewRequest, creating: Creating, ports: RequestPorts
) -> ChangeRequest:
    """Ask for another value of a locked field on one's own card. A repetition returns the first request."""
    org_id = by.organisation.id
    card, release = await _card_of(org_id, card_id, ports)
    if card.staff is None or card.staff.member_id != by.member.id:
        raise NotFound
    field = _field(new.field)
    rule: FieldRule = getattr(release.content.rules, field)
    if rule.mode != "locked":
        raise InvalidInput([Fault("/field", "not_locked", N_("is yours to change on the card itself"))])
    _check("/value", field, new.value)
    text = f"change request {org_id} {by.member.id} {creating.key}"
    request_id = make_id(ID_PREFIXES["request"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
    if (done := await ports.requests.get(org_id, request_id)) is not None:
        return _repeated(done, new)
    if await ports.requests.count_waiting(org_id) >= MOST_CHANGE_REQUESTS:
        raise LimitReached(N_("So many requests wait in this organisation that no more are taken."))
    request = ChangeRequest(
        id=request_id,
        org_id=org_id,
        card_id=card.id,
        member_id=by.member.id,
        field=field,
        value=new.value,
        reason=new.reason,
        request=request_hash(new),
        created_at=creating.now,
        updated_at=creating.now,
    )
    order = _order(DIGEST, org_id, org_id, creating.now)
    if await ports.requests.create(request, order):
        await ports.settle(order)
        return request
    if (done := await ports.requests.get(org_id, request_id)) is None:
        raise Unavailable
    return _repeated(done, new)


def _order(kind: str, org_id: str, subject_id: str, at: datetime) -> Order:
    return new_order(kind, org_id, subject_id, at, container="organisations")


def _repeated(done: ChangeRequest, new: NewRequest) -> ChangeRequest:
    if done.request != request_hash(new):
        raise KeyReused
    return done


def field_called(name: str) -> str | None:
    """The field of this name in the API and in forms."""
    return next((field for field in FIELDS if to_camel(field) == name), None)


def _field(name: str) -> str:
    found = field_called(name)
    if found is None:
        raise InvalidInput([Fault("/field", "invalid_choice", N_("is not one of the choices"))])
    return found


def _check(at: str, field: str, value: JsonValue) -> None:
    if value is None:
        return
    try:
        valid(field, json.dumps(value, sort_keys=True))
    except NotValid as wrong:
        raise InvalidInput([Fault(at, wrong.code, wrong.detail)]) from None


async def _card_of(org_id: str, card_id: str, ports: RequestPorts) -> tuple[Card, Release]:
    card = await ports.cards.get(org_id, card_id)
    if card is None or card.staff is None:
        raise NotFound
    release = await ports.templates.get_release(org_id, card.staff.template_id, card.staff.number)
    if release is None:
        raise NotFound
    return card, release


async def read_request(by: Acting, request_id: str, *, requests: RequestStore) -> ChangeRequest:
    """A request, for who made it and for those who decide."""
    found = await requests.get(by.organisation.id, request_id)
    if found is None:
        raise NotFound
    if found.member_id != by.member.id and not may(by.member.role, "decide_requests"):
        raise NotAllowed
    return found


async def withdraw(of: RequestVersion, *, now: datetime, ports: RequestPorts) -> ChangeRequest:
    found = await read_request(of.by, of.request_id, requests=ports.requests)
    if found.member_id != of.by.member.id:
        raise NotAllowed
    _open(found, of.version)
    return await ports.requests.save(found.changed(now, state="withdrawn"))


async def put_aside(of: RequestVersion, *, now: datetime, ports: RequestPorts) -> ChangeRequest:
    """Who asked has seen the answer. Repeating it changes nothing."""
    found = await read_request(of.by, of.request_id, requests=ports.requests)
    if found.member_id != of.by.member.id:
        raise NotAllowed
    if found.seen or found.state == "waiting":
        return found
    return await ports.requests.save(found.changed(now, seen=True))


def _open(request: ChangeRequest, version: int) -> None:
    if request.state != "waiting":
        raise AlreadyDecided
    if request.version != version:
        raise StaleVersion


async def decide(of: RequestVersion, answer: Answer, *, now: datetime, ports: RequestPorts) -> ChangeRequest:
    """Approve a request, with another value if one is given, or decline it. The card changes at once."""
    if not may(of.by.member.role, "decide_requests"):
        raise NotAllowed
    found = await read_request(of.by, of.request_id, requests=ports.requests)
    _open(found, of.version)
    order = _order(ANSWER_MAIL, found.org_id, found.id, now)
    if answer.state == "declined":
        declined = found.changed(now, state="declined", says=answer.says, decided_by=of.by.member.id)
        saved = await ports.requests.save(declined, order)
        await ports.settle(order)
        return saved
    value = found.value if answer.value is None else answer.value
    _check("/value", found.field, value)
    decided = found.changed(
        now, state="approved", says=answer.says, decided_by=of.by.member.id, granted=value
    )
    for _ in range(_TRIES):
        try:
            saved, card = await ports.requests.decide(
                decided, await _granted(found, value, of.by.organisation, now, ports), order
            )
        except StaleVersion:
            # The card may have changed, which is not the request's fault.
            present = await ports.requests.get(found.org_id, found.id)
            if present is None or present.etag != found.etag:
                raise
            continue
        await show(card, ports.publication, first=False)
        await ports.settle(order)
        return saved
    raise Unavailable


async def _granted(
    request: ChangeRequest, value: JsonValue, organisation: Organisation, now: datetime, ports: RequestPorts
) -> Card:
    """The card with the value that it is granted."""
    card, release = await _card_of(request.org_id, request.card_id, ports)
    member = await ports.organisations.member(request.org_id, request.member_id)
    if card.staff is None or member is None:
        raise NotFound
    release = in_brand(release, await ports.brands.get(request.org_id))
    granted = card.staff.granted | {request.field: value}
    content, staff = said(member, release, organisation, card.staff.model_copy(update={"granted": granted}))
    return restated(card, content, staff, now)

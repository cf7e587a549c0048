"""Connecting a system, what people choose about it, pausing it, and letting go of it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.fields import Name
from domain.base.limits import MOST_SOURCES, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.integrations.connectors import Connector, Description, Kind
from domain.integrations.credentials import Credentials, Sealed, Seals
from domain.integrations.errors import AccessLost, VendorRefused, VendorUnavailable
from domain.integrations.source import (
    Flow,
    Source,
    SourceConnected,
    SourceSettings,
    SourceStore,
    WrongSourceState,
    source_key,
)
from domain.integrations.sync.starting import Works
from domain.operations.work import new_work, start_work
from domain.organisations.organisation import Acting

DISCONNECT: Final = "disconnect-source"
# As long as a vendor may take to answer.
RENEWING: Final = timedelta(seconds=30)
# With their rests, longer than that.
_TRIES: Final = 200


class StoredCredentials(Model):
    """`renewing_until` is set while a worker gets new ones, so that only one does."""

    sealed: Sealed
    renewing_until: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)


class CredentialStore(Protocol):
    """Credentials of sources, sealed, in the partition of each source."""

    async def get(self, key: str) -> StoredCredentials | None: ...
    async def create(self, key: str, stored: StoredCredentials) -> bool: ...
    async def save(self, key: str, stored: StoredCredentials) -> StoredCredentials: ...


class NewSource(Closed):
    """`tokens` are the texts that the system's description asks for."""

    kind: Kind
    name: Name
    tokens: dict[str, Annotated[str, Field(max_length=4096)]] = Field(default={}, max_length=10)


class ConnectPorts(NamedTuple):
    """`try_out` opens a system with credentials that no source has yet."""

    sources: SourceStore
    credentials: CredentialStore
    seals: Seals
    descriptions: Mapping[Kind, Description]
    try_out: Callable[[Kind, Credentials], Awaitable[Connector]]


class Connecting(NamedTuple):
    """`source_id` is the same for each repetition of one request."""

    source_id: str
    kind: Kind
    name: str
    credentials: Credentials
    now: datetime


def tokens_of(new: NewSource, description: Description | None) -> Credentials:
    """The credentials that a person typed. `InvalidInput` names what is missing."""
    if description is None or not description.tokens:
        raise InvalidInput([Fault("/kind", "not_offered", N_("cannot be connected with a token"))])
    missing = [
        Fault(f"/tokens/{each.name}", "required", N_("is required"))
        for each in description.tokens
        if not new.tokens.get(each.name, "").strip()
    ]
    known = {each.name for each in description.tokens}
    unknown = [Fault(f"/tokens/{name}", "unknown", N_("is not asked for")) for name in {*new.tokens} - known]
    if missing or unknown:
        raise InvalidInput([*missing, *unknown])
    first, *others = description.tokens
    return Credentials.model_validate(
        {
            "kind": "token",
            "access_token": new.tokens[first.name].strip(),
            "extra": {each.name: new.tokens[each.name].strip() for each in others},
        }
    )


async def connect(by: Acting, new: Connecting, *, ports: ConnectPorts) -> Source:
    """Make a source after its credentials have proved to work. A repetition finds the same source."""
    org_id = by.organisation.id
    present = await ports.sources.of(org_id)
    made = next((each for each in present if each.id == new.source_id), None)
    if made is not None:
        return made
    live = [each for each in present if each.state != "disconnected"]
    if len(live) >= MOST_SOURCES:
        raise LimitReached(N_("An organisation may connect %(most)s systems.", most=MOST_SOURCES))
    try:
        account = await (await ports.try_out(new.kind, new.credentials)).account()
    except (AccessLost, VendorRefused) as refusal:
        raise InvalidInput([Fault("/tokens", "not_accepted", refusal.detail)]) from None
    if any(each.kind == new.kind and each.account_id == account.id for each in live):
        raise SourceConnected
    sealed = await ports.seals.seal(org_id, new.source_id, 1, new.credentials)
    await ports.credentials.create(source_key(org_id, new.source_id), StoredCredentials(sealed=sealed))
    source = Source(
        id=new.source_id,
        org_id=org_id,
        kind=new.kind,
        account_id=account.id,
        account_name=account.name,
        settings=SourceSettings(name=new.name),
        created_at=new.now,
        updated_at=new.now,
    )
    await ports.sources.create(source)
    return await ports.sources.get(org_id, source.id) or source


async def change_settings(
    source: Source, wanted: SourceSettings, description: Description, *, version: int, now: datetime,
    sources: SourceStore,
) -> Source:  # fmt: skip
    """Change what people choose. The flows take effect with the next order of an admin."""
    if source.version != version:
        raise StaleVersion
    faults = list[Fault]()
    for number, flow in enumerate(wanted.flows):
        known = description.object_type(flow.object_type)
        if known is None:
            faults.append(
                Fault(f"/flows/{number}/objectType", "not_offered", N_("does not flow from this system"))
            )
        elif flow.direction not in known.directions:
            faults.append(Fault(f"/flows/{number}/direction", "not_offered", N_("does not flow this way")))
    if faults:
        raise InvalidInput(faults)
    return await sources.save(source.changed(now, settings=wanted))


async def check_mapping(flow: Flow, connector: Connector, place: str) -> list[Fault]:
    """What is wrong with a mapping, by the fields that the system has now."""
    there = {each.name: each for each in await connector.describe(flow.object_type)}
    faults = list[Fault]()
    for number, each in enumerate(flow.fields):
        field = there.get(each.theirs)
        at = f"{place}/fields/{number}/theirs"
        if field is None:
            faults.append(Fault(at, "no_such_field", N_("is no field there")))
        elif field.read_only and each.direction != "in":
            faults.append(Fault(at, "read_only", N_("can only be read there. Choose the direction in")))
    return faults


async def refuse_unfit(flow: Flow, connector: Connector) -> None:
    faults = await check_mapping(flow, connector, "")
    if faults:
        raise InvalidInput(faults)


async def pause(source: Source, *, now: datetime, sources: SourceStore) -> Source:
    if source.state == "paused":
        return source
    if source.state != "running":
        raise WrongSourceState
    return await sources.save(source.paused("person", now))


async def resume(source: Source, *, now: datetime, sources: SourceStore) -> Source:
    if source.state == "running":
        return source
    if source.state != "paused" or source.instruction_id is None:
        raise WrongSourceState
    return await sources.save(source.changed(now, state="running", reason=None, due_at=now, failing=0))


async def disconnect(source: Source, *, now: datetime, sources: SourceStore, works: Works) -> Source:
    """Let go: nothing flows any more, and what was imported is erased by long work that starts at once."""
    if source.state not in ("disconnecting", "disconnected"):
        source = await sources.save(
            source.changed(now, state="disconnecting", reason=None, due_at=None, instruction_id=None)
        )
    work = new_work(DISCONNECT, source.org_id, disconnect_id(source.id), now, key=source.id)
    await start_work(work, works=works.works, queue=works.queue)
    return source


def disconnect_id(source_id: str) -> str:
    return f"job_{source_id.removeprefix('src_')}"


async def held_credentials(
    org_id: str, source_id: str, *, store: CredentialStore, seals: Seals
) -> Credentials:
    """The credentials of a source. Where the key in the vault has turned, they are wrapped anew."""
    key = source_key(org_id, source_id)
    found = await store.get(key)
    if found is None:
        raise AccessLost
    sealed = await seals.rewrap(org_id, source_id, found.sealed)
    # Who gets new ones must be able to store them, and seals them anew anyway.
    if sealed.kid != found.sealed.kid and found.renewing_until is None:
        with suppress(StaleVersion):
            await store.save(key, found.model_copy(update={"sealed": sealed}))
    return await seals.open(org_id, source_id, sealed)


class Renewing(NamedTuple):
    """`ask` gets new credentials from the vendor, and `rest` lets a short time pass."""

    store: CredentialStore
    seals: Seals
    ask: Callable[[Credentials], Awaitable[Credentials]]
    rest: Callable[[], Awaitable[None]]
    clock: Callable[[], datetime]


async def renewed(org_id: str, source_id: str, old: Credentials, *, by: Renewing) -> Credentials:
    """New credentials in place of old ones. Of several who ask at once, one asks the vendor."""
    key = source_key(org_id, source_id)
    for _ in range(_TRIES):
        found = await by.store.get(key)
        if found is None:
            raise AccessLost
        present = await by.seals.open(org_id, source_id, found.sealed)
        if present.access_token != old.access_token:
            return present
        at = by.clock()
        if found.renewing_until is not None and at < found.renewing_until:
            await by.rest()
            continue
        try:
            held = await by.store.save(key, found.model_copy(update={"renewing_until": at + RENEWING}))
        except StaleVersion:
            continue
        new = await by.ask(present)
        sealed = await by.seals.seal(org_id, source_id, found.sealed.version + 1, new)
        await by.store.save(key, held.model_copy(update={"sealed": sealed, "renewing_until": None}))
        return new
    raise VendorUnavailable


async def follow_closing(org_id: str, *, closed: bool, now: datetime, sources: SourceStore) -> None:
    """Pause the systems of an organisation that was closed; let them go on when it is taken back."""
    for source in await sources.of(org_id):
        if closed and source.state == "running":
            await sources.save(source.paused("closed", now))
        elif not closed and source.state == "paused" and source.reason == "closed":
            await sources.save(source.changed(now, state="running", reason=None, due_at=now))

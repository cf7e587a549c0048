"""`/api/v1/organisations/{organisationId}/directory`: tokens, what the directory may write, and its log."""

import secrets
from datetime import datetime
from typing import Final

import wiring.organisations.directory
import wiring.site
from domain.base.errors import NotFound
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.organisations.directory.connection import (
    Directory,
    DirectorySettings,
    NewToken,
    Token,
    TokenMade,
    change_directory,
    make_token,
    revoke_token,
)
from domain.organisations.directory.log import Entry, What
from domain.organisations.directory.rules import FieldRules
from domain.organisations.roles import NotAllowed
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in

SECRET_BYTES: Final = 32


class DirectoryTokenOut(Closed):
    """`usedAt` is written once in an hour at most."""

    id: str
    made_by: str
    made_at: datetime
    used_at: datetime | None


class DirectoryOut(Closed):
    """`address` is where the directory sends to."""

    address: str
    preview: bool
    rules: FieldRules
    tokens: list[DirectoryTokenOut]


class NewDirectoryTokenOut(Closed):
    """`secret` is what the directory sends. It is told this once."""

    id: str
    secret: str


class DirectoryEntryOut(Closed):
    """One request that changed something, or was refused. `fields` are names, without values."""

    at: datetime
    kind: str
    what: What
    subject_id: str | None
    fields: list[str]
    people: int
    refusal: str
    preview: bool


class DirectoryLog(Closed):
    data: list[DirectoryEntryOut]
    page: Page


def address() -> str:
    return f"{wiring.site.origin()}/scim/v2"


def token_out(token: Token, used: dict[str, datetime]) -> DirectoryTokenOut:
    return DirectoryTokenOut(
        id=token.id, made_by=token.made_by, made_at=token.made_at, used_at=used.get(token.id)
    )


async def directory_out(directory: Directory) -> DirectoryOut:
    store = wiring.organisations.directory.store()
    used = await store.last_used(directory.org_id, [each.id for each in directory.tokens])
    return DirectoryOut(
        address=address(),
        preview=directory.preview,
        rules=directory.rules,
        tokens=[token_out(each, used) for each in directory.tokens],
    )


def entry_out(entry: Entry) -> DirectoryEntryOut:
    return DirectoryEntryOut(**entry.model_dump(exclude={"id", "org_id", "source_id"}))


@operation(
    "How the directory is connected, and what it may write", answer=DirectoryOut, conflicts=(NotAllowed,)
)
async def get_directory(call: Call) -> Answer:
    by = await acting_in(call, "connect_directory")
    found = await wiring.organisations.directory.store().get(by.organisation.id)
    return Answer(await directory_out(found), found.version)


@operation(
    "Change what the directory may write, and whether it only tries",
    body=DirectorySettings,
    answer=DirectoryOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_directory(call: Call[DirectorySettings]) -> Answer:
    by = await acting_in(call, "connect_directory")
    store = wiring.organisations.directory.store()
    changed = await change_directory(by, call.body, version=call.version, now=call.now, store=store)
    return Answer(await directory_out(changed), changed.version)


@operation(
    "Make a token for the directory. Its secret is told in this answer only",
    answer=NewDirectoryTokenOut,
    creates=True,
    fresh=True,
    conflicts=(NotAllowed, TokenMade, LimitReached),
)
async def post_token(call: Call) -> Answer:
    by = await acting_in(call, "connect_directory")
    new = NewToken(call.key or secrets.token_hex(), secrets.token_urlsafe(SECRET_BYTES), call.now)
    directory, text, token = await make_token(by, new, store=wiring.organisations.directory.store())
    place = f"organisations/{by.organisation.id}/directory/tokens/{token.id}"
    return Answer(NewDirectoryTokenOut(id=token.id, secret=text), directory.version, location=place)


@operation("A token of the directory", answer=DirectoryTokenOut, conflicts=(NotAllowed,))
async def get_token(call: Call) -> Answer:
    by, store = await acting_in(call, "connect_directory"), wiring.organisations.directory.store()
    found = await store.get(by.organisation.id)
    token = found.token(call.params["tokenId"])
    if token is None:
        raise NotFound
    used = await store.last_used(by.organisation.id, [token.id])
    return Answer(token_out(token, used), found.version)


@operation(
    "Revoke a token of the directory. The version is that of the directory",
    versioned=True,
    conflicts=(NotAllowed,),
)
async def delete_token(call: Call) -> Answer:
    by, token_id = await acting_in(call, "connect_directory"), call.params["tokenId"]
    store = wiring.organisations.directory.store()
    await revoke_token(by, token_id, version=call.version, now=call.now, store=store)
    return Answer()


@operation(
    "What the directory changed or was refused, the latest first. Kept for 35 days",
    answer=DirectoryLog,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_log(call: Call) -> Answer:
    by = await acting_in(call, "connect_directory")
    store = wiring.organisations.directory.store()
    found, following = await store.entries(by.organisation.id, call.limit, call.cursor)
    return Answer(DirectoryLog(data=[entry_out(each) for each in found], page=Page(next=following)))

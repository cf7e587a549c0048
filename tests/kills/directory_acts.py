"""What a dying worker does for the directory of an organisation: make, change and delete a person."""

import secrets
from datetime import datetime
from typing import Any

import wiring.organisations
import wiring.organisations.directory
from domain.base.errors import NotFound
from domain.organisations.directory.connection import DirectoryCaller, Token
from domain.organisations.directory.people import (
    Request,
    change_person,
    create_person,
    delete_person,
    find_person,
    read_person,
)
from domain.organisations.directory.rules import Said, says
from domain.organisations.organisation import KnownAlready
from functions.framework.clock import new_id


async def request_of(org_id: str, at: datetime) -> Request:
    organisation = await wiring.organisations.store().get(org_id)
    assert organisation is not None
    directory = await wiring.organisations.directory.store().get(org_id)
    token = Token(id=new_id("tok"), secret=secrets.token_hex(), made_by="", made_at=at)
    caller = DirectoryCaller(organisation, directory, token)
    return Request(caller, new_id("log"), at, wiring.organisations.directory.ports())


async def _make(order: dict[str, Any], at: datetime) -> str:
    """Make somebody; who is there already is found, as directories do."""
    request, said = await request_of(order["org"], at), Said(**order["said"])
    try:
        return (await create_person(request, said, new_id("mem"))).id
    except KnownAlready:
        found = await find_person(request, "user_name", said.user_name)
        return "nobody" if found is None else found.id


async def _change(order: dict[str, Any], at: datetime) -> str:
    request = await request_of(order["org"], at)
    before = await read_person(request, order["id"])
    said = says(before).model_copy(update=order["said"])
    await change_person(request, before, said)
    return "done"


async def _delete(order: dict[str, Any], at: datetime) -> str:
    request = await request_of(order["org"], at)
    try:
        before = await read_person(request, order["id"])
    except NotFound:
        return "nothing"
    await delete_person(request, before.id, before.version)
    return "done"


DIRECTORY_ACTS = {"directory makes": _make, "directory changes": _change, "directory deletes": _delete}

"""The SCIM library's handler, with what it has to do otherwise here.

Without `If-Match`, a change that meets another one is made again. Members of a group are added and removed
without reading all the others.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from scim2_models import PatchOp, PreconditionFailedException, Resource, ResourceType
from scim2_server.conditions import Conditions
from scim2_server.handler import AsyncScimHandler
from scim2_server.service import ScimService

from domain.base.errors import NotFound
from domain.organisations.directory.groups import Membership, change_group, read_group
from domain.organisations.directory.people import Request
from functions.scim.resources import group_said_in, payload_of
from functions.scim.storage import Storage

_TRIES: Final = 5


class Handler(AsyncScimHandler):
    def __init__(self, service: ScimService, storage: Storage, request: Request) -> None:
        super().__init__(service, storage)
        self._own, self._request = storage, request

    async def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        if resource_type.name == "Group" and not conditions.if_match:
            people, others = _split(patch_op)
            if people.joining or people.leaving:
                return await self._patch_group(resource_type, resource_id, people, others)

        async def once() -> Resource[Any]:
            again = patch_op.model_copy(deep=True)
            return await super(Handler, self).patch_resource(resource_type, resource_id, again, conditions)

        return await _repeated(once, conditions)

    async def replace_resource(
        self,
        resource_type: ResourceType,
        current: Resource[Any],
        replacement: Resource[Any],
        conditions: Conditions,
    ) -> Resource[Any]:
        read = [current]

        async def once() -> Resource[Any]:
            now = read.pop() if read else await self._own.get(resource_type, str(current.id))
            again = replacement.model_copy(deep=True)
            return await super(Handler, self).replace_resource(resource_type, now, again, conditions)

        return await _repeated(once, conditions)

    async def delete_resource(
        self, resource_type: ResourceType, resource_id: str, conditions: Conditions
    ) -> None:
        async def once() -> None:
            await super(Handler, self).delete_resource(resource_type, resource_id, conditions)

        await _repeated(once, conditions)

    async def _patch_group(
        self, resource_type: ResourceType, team_id: str, people: Membership, others: "PatchOp[Any] | None"
    ) -> Resource[Any]:
        try:
            team = await read_group(self._request, team_id)
            group = await self._own.group(team, resource_type, members=False)
            if others is not None:
                others.patch(group)
            changed = await change_group(self._request, team_id, group_said_in(payload_of(group)), people)
        except NotFound:
            return await self._own.get(resource_type, team_id)
        return await self._own.group(changed, resource_type, members=False)


async def _repeated[T](change: Callable[[], Awaitable[T]], conditions: Conditions) -> T:
    for left in reversed(range(_TRIES)):
        try:
            return await change()
        except PreconditionFailedException:
            if conditions.if_match or not left:
                raise
    raise PreconditionFailedException


def _split(patch_op: "PatchOp[Any]") -> "tuple[Membership, PatchOp[Any] | None]":
    """Who is added and removed by name, and what else is to be done.

    Nobody if members are replaced, all of them removed, or one added and removed: then all are read.
    """
    joining, leaving, others = list[str](), list[str](), []
    for operation in patch_op.operations or ():
        path, op = str(operation.path or "").lower(), str(operation.op).lower()
        if not path.rpartition(":")[2].startswith("members"):
            if _names_members(operation.value):
                return Membership(), patch_op
            others.append(operation)
            continue
        named = _named(operation)
        if not named or op not in ("add", "remove"):
            return Membership(), patch_op
        (joining if op == "add" else leaving).extend(named)
    if set(joining) & set(leaving):
        return Membership(), patch_op
    left = patch_op.model_copy(update={"operations": others}) if others else None
    return Membership(joining, leaving), left


def _names_members(value: Any) -> bool:
    return isinstance(value, dict) and any(
        str(name).lower().rpartition(":")[2].startswith("members") for name in value
    )


def _named(operation: Any) -> list[str]:
    """Ids of the members that an operation names, in its values or in the filter of its path."""
    path = str(operation.path)
    if path.lower().rpartition(":")[2] == "members":
        given = operation.value if isinstance(operation.value, list) else [operation.value]
        named = [each.get("value") for each in given if isinstance(each, dict)]
        return [str(each) for each in named] if named and all(named) and len(named) == len(given) else []
    inside = path[path.find("[") + 1 : path.rfind("]")] if path.endswith("]") else ""
    name, _, value = inside.partition(" eq ")
    if name.strip().lower() == "value" and value.startswith('"') and value.endswith('"') and " " not in value:
        return [value.strip('"')]
    return []

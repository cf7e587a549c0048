"""Where the SCIM library reads and writes: the people and teams of one organisation."""

import secrets
from collections.abc import Sequence
from typing import Any, Final

from scim2_models import (
    InvalidFilterException,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    UniquenessException,
)
from scim2_models.path import CompareOperator, Comparison, FilterVisitor, LogicalExpr, LogicalOperator
from scim2_server.storage import AsyncScimStorage, SearchPage

from domain.base.errors import NotFound, StaleVersion
from domain.base.folding import fold
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.organisations.directory.groups import (
    Membership,
    TeamNameTaken,
    change_group,
    create_group,
    delete_group,
    read_group,
)
from domain.organisations.directory.people import (
    Request,
    change_person,
    create_person,
    delete_person,
    find_named,
    find_person,
    is_known,
    read_person,
)
from domain.organisations.organisation import KeyKind, KnownAlready, Member
from domain.organisations.teams.team import Team
from functions.scim.resources import group_of, group_said_in, members_in, payload_of, said_in, user_of

_USER_KEYS: Final[dict[str, KeyKind]] = {
    "username": "user_name",
    "externalid": "external_id",
    "emails.value": "address",
    "emails": "address",
}
# How a filter may name the members of a group.
_IN_GROUP: Final = ("members", "members.value")


class _Equals(FilterVisitor[list[tuple[str, str]]]):
    """A filter as what has to equal what; whatever is not made of `eq` and `and` is refused."""

    def visit_comparison(self, node: Comparison) -> list[tuple[str, str]]:
        if node.op != CompareOperator.eq or not isinstance(node.value, str):
            raise InvalidFilterException(detail="A filter here compares texts with eq, joined by and")
        parts = [node.attr_path.attr, *([node.attr_path.sub_attr] if node.attr_path.sub_attr else [])]
        return [(".".join(parts).lower(), node.value)]

    def visit_logical_expr(self, node: LogicalExpr) -> list[tuple[str, str]]:
        if node.op != LogicalOperator.and_:
            raise InvalidFilterException(detail="A filter here compares texts with eq, joined by and")
        return [pair for term in node.terms for pair in self.visit(term)]

    def visit(self, node: Any) -> list[tuple[str, str]]:
        if not isinstance(node, Comparison | LogicalExpr):
            raise InvalidFilterException(detail="A filter here compares texts with eq, joined by and")
        return super().visit(node)


def _version(resource: Resource[Any]) -> str:
    assert resource.meta is not None  # noqa: S101 - the library fills it
    return (resource.meta.version or "").removeprefix('W/"').removesuffix('"')


class Storage(AsyncScimStorage):
    def __init__(self, request: Request, ahead: Member | None = None) -> None:
        """`ahead` is who was read with the token, and is taken for the first read."""
        self._request, self._ahead = request, ahead
        # What was read last, and is changed next.
        self._read: Member | None = None

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        try:
            if resource_type.name == "User":
                self._read = self._taken(resource_id) or await read_person(self._request, resource_id)
                return user_of(self._read, resource_type)
            team = await read_group(self._request, resource_id)
        except NotFound:
            raise NotFoundException(detail=f"There is no {resource_type.name} of this id") from None
        return await self.group(team, resource_type, members=_wants_members(response_parameters))

    def _taken(self, person_id: str) -> Member | None:
        ahead, self._ahead = self._ahead, None
        return ahead if ahead and ahead.id == person_id and is_known(ahead) else None

    async def group(self, team: Team, resource_type: ResourceType, *, members: bool = True) -> Resource[Any]:
        store, org_id = self._request.ports.store, self._request.org_id
        mark = await store.team_mark(org_id, team.id)
        people = await store.in_team(org_id, team.id) if members else []
        return group_of(team, mark, resource_type, people)

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """One page of all of these types, one type after the other."""
        _ = position
        wanted = None if search_request.filter is None else _Equals().visit(search_request.filter.ast)
        first, count = search_request.start_index or 1, search_request.count or 0
        total, page = 0, list[Resource[Any]]()
        members = _wants_members(search_request)
        for resource_type in resource_types:
            found, some = await self._page(
                resource_type, wanted, (max(first - total, 1), count - len(page)), members=members
            )
            total += found
            page += some
        return SearchPage(total, page)

    async def _page(
        self,
        resource_type: ResourceType,
        wanted: Sequence[tuple[str, str]] | None,
        place: tuple[int, int],
        *,
        members: bool,
    ) -> tuple[int, list[Resource[Any]]]:
        first, count = place
        if resource_type.name == "User":
            total, people = await self._people(wanted, first, count)
            return total, [user_of(each, resource_type) for each in people]
        found = await self._teams(wanted)
        return len(found), [
            await self.group(each, resource_type, members=members)
            for each in found[first - 1 : first - 1 + count]
        ]

    async def _people(
        self, wanted: Sequence[tuple[str, str]] | None, first: int, count: int
    ) -> tuple[int, list[Member]]:
        if wanted is None:
            return await self._request.ports.store.people(self._request.org_id, first, count)
        if len(wanted) == 1 and wanted[0][0] == "displayname":
            named = await find_named(self._request, wanted[0][1])
            return len(named), named[first - 1 : first - 1 + count]
        found: Member | None = None
        for place, (name, value) in enumerate(wanted):
            match = await self._person(name, value)
            if match is None or (place and match.id != (found.id if found else None)):
                return 0, []
            found = match
        return 1, [found] if found and count and first == 1 else []

    async def _person(self, name: str, value: str) -> Member | None:
        if name == "id":
            try:
                return await read_person(self._request, value)
            except NotFound:
                return None
        if name not in _USER_KEYS:
            known = "id, userName, externalId and emails.value, and by displayName alone"
            raise InvalidFilterException(detail=f"People are found by {known}")
        return await find_person(self._request, _USER_KEYS[name], value)

    async def _teams(self, wanted: Sequence[tuple[str, str]] | None) -> list[Team]:
        found = (await self._request.ports.teams.get(self._request.org_id)).by_name()
        for name, value in wanted or ():
            if name in _IN_GROUP:
                member = await self._request.ports.organisations.member(self._request.org_id, value)
                of_them = member.teams if member else []
                found = [team for team in found if team.id in of_them]
            elif name == "displayname":
                found = [team for team in found if fold(team.name) == fold(value)]
            elif name == "externalid":
                found = [team for team in found if team.external_id == value]
            elif name == "id":
                found = [team for team in found if team.id == value]
            else:
                raise InvalidFilterException(detail="Groups are found by id, displayName and externalId")
        return found

    async def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        payload = payload_of(resource)
        try:
            if resource_type.name == "User":
                new_id = make_id(ID_PREFIXES["member"], secrets.token_bytes(ID_BYTES))
                return user_of(await create_person(self._request, said_in(payload), new_id), resource_type)
            team = await create_group(self._request, group_said_in(payload), members_in(payload))
        except (KnownAlready, TeamNameTaken) as refusal:
            raise UniquenessException(detail=str(refusal)) from refusal
        return await self.group(team, resource_type)

    async def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        payload, item, version = payload_of(resource), str(resource.id), _version(resource)
        try:
            if resource_type.name == "User":
                read = self._as_read(item, version)
                return user_of(await change_person(self._request, read, said_in(payload)), resource_type)
            return await self._update_group(resource_type, item, payload, expected_version)
        except (KnownAlready, TeamNameTaken) as refusal:
            raise UniquenessException(detail=str(refusal)) from refusal
        except NotFound:
            raise NotFoundException from None
        except StaleVersion:
            raise PreconditionFailedException from None

    def _as_read(self, member_id: str, version: str) -> Member:
        """Who is changed, as they were read for it."""
        if self._read is None or (self._read.id, str(self._read.version)) != (member_id, version):
            raise StaleVersion
        return self._read

    async def _update_group(
        self, resource_type: ResourceType, team_id: str, payload: dict[str, Any], version: str | None
    ) -> Resource[Any]:
        """Replace a group, whose members are all named."""
        store, org_id = self._request.ports.store, self._request.org_id
        now = await store.in_team(org_id, team_id)
        wanted = members_in(payload)
        there, named = set(now), set(wanted)
        people = Membership(
            [each for each in wanted if each not in there], [each for each in now if each not in named]
        )
        read = int((version or 'W/"0-"').removeprefix('W/"').partition("-")[0])
        team = await change_group(self._request, team_id, group_said_in(payload), people, read)
        return await self.group(team, resource_type)

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        try:
            if resource_type.name == "User":
                read = int((expected_version or 'W/"0"').removeprefix('W/"').removesuffix('"'))
                await delete_person(self._request, resource_id, read)
            else:
                await delete_group(self._request, resource_id)
        except NotFound:
            raise NotFoundException from None
        except StaleVersion:
            raise PreconditionFailedException from None


def _wants_members(parameters: ResponseParameters[Any] | None) -> bool:
    """Whether a group is asked for with its members, which is the more work the more they are."""
    if parameters is None:
        return True
    left_out = {str(each).lower() for each in parameters.excluded_attributes or ()}
    if any(each.rpartition(":")[2] == "members" for each in left_out):
        return False
    asked = {str(each).lower().rpartition(":")[2].partition(".")[0] for each in parameters.attributes or ()}
    return not asked or "members" in asked

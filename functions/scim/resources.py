"""People and teams as resources of SCIM, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from scim2_models import Context, Resource, ResourceType

from domain.organisations.directory.groups import SaidGroup
from domain.organisations.directory.rules import Said, says
from domain.organisations.organisation import Member
from domain.organisations.teams.team import Team
from functions.framework.forms import vet
from functions.scim.protocol import ENTERPRISE, GROUP, USER, service

_PHONES: Final = {"work": "phone", "mobile": "mobile"}
_TEXTS: Final = {
    "userName": "user_name",
    "externalId": "external_id",
    "displayName": "display",
    "title": "title",
}
_NAMES: Final = {"formatted": "formatted", "givenName": "given", "familyName": "family"}
_ENTERPRISE: Final = {"employeeNumber": "number", "department": "department"}


class _Meta(NamedTuple):
    created: datetime
    changed: datetime
    version: str


def payload_of(resource: Resource[Any]) -> dict[str, Any]:
    return dict(resource.model_dump(scim_ctx=Context.DEFAULT))


def said_in(payload: Mapping[str, Any]) -> Said:
    """What a directory says about a person, vetted. Empty texts say nothing."""
    values: dict[str, Any] = {ours: payload.get(theirs) for theirs, ours in _TEXTS.items()}
    values |= {ours: (payload.get("name") or {}).get(theirs) for theirs, ours in _NAMES.items()}
    values |= {ours: (payload.get(ENTERPRISE) or {}).get(theirs) for theirs, ours in _ENTERPRISE.items()}
    for phone in payload.get("phoneNumbers") or []:
        if (ours := _PHONES.get((phone.get("type") or "work").lower())) and not values.get(ours):
            values[ours] = phone.get("value")
    email = _address(payload.get("emails") or [])
    values["email"] = email.get("value")
    found = {name: text.strip() or None for name, text in values.items() if isinstance(text, str)}
    active = payload.get("active")
    flags = {"active": True if active is None else active, "primary": email.get("primary")}
    return vet(Said, {**found, **flags})


def _address(emails: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The main one, else the first one at work, else the first."""
    ranked = sorted(
        (each for each in emails if each.get("value")),
        key=lambda each: (not each.get("primary"), (each.get("type") or "").lower() != "work"),
    )
    return ranked[0] if ranked else {}


def user_of(member: Member, resource_type: ResourceType) -> Resource[Any]:
    said = says(member)
    payload: dict[str, Any] = {
        "schemas": [USER, ENTERPRISE],
        **_present({theirs: getattr(said, ours) for theirs, ours in _TEXTS.items()}),
        "active": said.active,
        "emails": [_present({"value": said.email, "type": "work", "primary": said.primary})],
    }
    if name := _present({theirs: getattr(said, ours) for theirs, ours in _NAMES.items()}):
        payload["name"] = name
    if phones := [
        {"value": number, "type": kind} for kind, ours in _PHONES.items() if (number := getattr(said, ours))
    ]:
        payload["phoneNumbers"] = phones
    if known := _present({theirs: getattr(said, ours) for theirs, ours in _ENTERPRISE.items()}):
        payload[ENTERPRISE] = known
    meta = _Meta(member.since, member.updated_at, str(member.version))
    return _built(resource_type, payload, member.id, meta)


def group_said_in(payload: Mapping[str, Any]) -> SaidGroup:
    found = {"name": payload.get("displayName") or "", "external_id": payload.get("externalId") or None}
    return vet(SaidGroup, found)


def members_in(payload: Mapping[str, Any]) -> list[str]:
    return [str(each["value"]) for each in payload.get("members") or [] if each.get("value")]


def group_of(
    team: Team, mark: str, resource_type: ResourceType, members: Sequence[str] = ()
) -> Resource[Any]:
    """`mark` changes with who is in the team."""
    payload: dict[str, Any] = {
        "schemas": [GROUP],
        **_present({"displayName": team.name, "externalId": team.external_id}),
    }
    if members:
        payload["members"] = [{"value": each, "$ref": f"Users/{each}"} for each in members]
    version = f"{team.version}-{mark.strip(chr(34))}"
    return _built(resource_type, payload, team.id, _Meta(team.created_at, team.updated_at, version))


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _built(resource_type: ResourceType, payload: dict[str, Any], item: str, meta: _Meta) -> Resource[Any]:
    told = {
        "resourceType": resource_type.name,
        "created": meta.created.isoformat(),
        "lastModified": meta.changed.isoformat(),
        "version": f'W/"{meta.version}"',
    }
    model = service().get_model(resource_type)
    return model.model_validate({**payload, "id": item, "meta": told}, scim_ctx=Context.DEFAULT)

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
_IDENTIFIERS: Final = {"userName": "user_name", "externalId": "external_id"}
_TEXTS: Final = {"displayName": "display", "title": "title"}
_NAMES: Final = {"formatted": "formatted", "familyName": "family", "givenName": "given"}
_ENTERPRISE: Final = {"employeeNumber": "number", "department": "department"}


class _Meta(NamedTuple):
    resource_type: str
    created: datetime
    changed: datetime
    version: str

    def told(self, location: str | None = None) -> dict[str, str]:
        return {
            "resourceType": self.resource_type,
            "created": _instant(self.created),
            "lastModified": _instant(self.changed),
            **({"location": location} if location else {}),
            "version": f'W/"{self.version}"',
        }


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def payload_of(resource: Resource[Any]) -> dict[str, Any]:
    return dict(resource.model_dump(scim_ctx=Context.DEFAULT))


def said_in(payload: Mapping[str, Any]) -> Said:
    """What a directory says about a person, vetted. Empty texts say nothing."""
    values: dict[str, Any] = {ours: payload.get(theirs) for theirs, ours in (_IDENTIFIERS | _TEXTS).items()}
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
    return _built(resource_type, told_of(member))


def told_of(member: Member, base_url: str = "") -> dict[str, Any]:
    """A person as an answer tells them, in its order; with where they are, below a `base_url`."""
    said = says(member)
    texts, name, known = (
        {theirs: text for theirs, ours in names.items() if (text := getattr(said, ours)) is not None}
        for names in (_TEXTS, _NAMES, _ENTERPRISE)
    )
    phones = [
        {"value": number, "type": kind} for kind, ours in _PHONES.items() if (number := getattr(said, ours))
    ]
    primary = {} if said.primary is None else {"primary": said.primary}
    meta = _Meta("User", member.since, member.updated_at, str(member.version))
    return {
        "schemas": [USER, *([ENTERPRISE] if known else [])],
        "id": member.id,
        **({"externalId": said.external_id} if said.external_id is not None else {}),
        "meta": meta.told(f"{base_url}/Users/{member.id}" if base_url else None),
        "userName": said.user_name,
        **({"name": name} if name else {}),
        **texts,
        "active": said.active,
        "emails": [{"value": said.email, "type": "work", **primary}],
        **({"phoneNumbers": phones} if phones else {}),
        **({ENTERPRISE: known} if known else {}),
    }


def group_said_in(payload: Mapping[str, Any]) -> SaidGroup:
    found = {"name": payload.get("displayName") or "", "external_id": payload.get("externalId") or None}
    return vet(SaidGroup, found)


def members_in(payload: Mapping[str, Any]) -> list[str]:
    return [str(each["value"]) for each in payload.get("members") or [] if each.get("value")]


def group_of(
    team: Team, mark: str, resource_type: ResourceType, members: Sequence[str] = ()
) -> Resource[Any]:
    """`mark` changes with who is in the team."""
    version = f"{team.version}-{mark.strip(chr(34))}"
    payload: dict[str, Any] = {
        "schemas": [GROUP],
        "id": team.id,
        "meta": _Meta("Group", team.created_at, team.updated_at, version).told(),
        "displayName": team.name,
    }
    if team.external_id is not None:
        payload["externalId"] = team.external_id
    if members:
        payload["members"] = [{"value": each, "$ref": f"Users/{each}"} for each in members]
    return _built(resource_type, payload)


def _built(resource_type: ResourceType, payload: dict[str, Any]) -> Resource[Any]:
    return service().get_model(resource_type).model_validate(payload, scim_ctx=Context.DEFAULT)

"""What the directory may write, field by field, and what a member becomes by what it says."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.base.fields import EmailAddress, ShortLine
from domain.base.model import Closed
from domain.organisations.details import Details, ExternalId, Linked
from domain.organisations.organisation import Member

# The directory does not write it; writes it while it is empty; or always has the last word.
Rule = Literal["never", "once", "always"]
# Nobody is without one, so somebody new has it from the directory.
NeededRule = Literal["once", "always"]


class FieldRules(Closed):
    name: NeededRule = "always"
    email: NeededRule = "always"
    title: Rule = "always"
    department: Rule = "always"
    phone: Rule = "always"
    mobile: Rule = "always"
    number: Rule = "always"


class Said(Closed):
    """What a directory says about a person."""

    user_name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
    external_id: ExternalId | None = None
    formatted: ShortLine | None = None
    given: ShortLine | None = None
    family: ShortLine | None = None
    display: ShortLine | None = None
    email: EmailAddress
    primary: bool | None = None
    title: ShortLine | None = None
    department: ShortLine | None = None
    phone: ShortLine | None = None
    mobile: ShortLine | None = None
    number: ShortLine | None = None
    active: bool = True


_DETAILS: Final = ("title", "department", "phone", "mobile", "number")
_MOST: Final = 120


def decided[T](rule: Rule, now: T | None, said: T | None) -> T | None:
    """The value that a field has after the directory has said this one."""
    if rule == "never" or (rule == "once" and now):
        return now
    return said


def name_said(user_name: str, linked: Linked) -> str:
    """What a person is called by what the directory says."""
    both = " ".join(each for each in (linked.given, linked.family) if each)
    return (linked.display or linked.formatted or both or user_name)[:_MOST].strip()


def written(said: Said, member: Member, rules: FieldRules, *, new: bool = False) -> dict[str, Any]:
    """The properties of a member after the directory has said this.

    The parts of a name are kept as they were said. They make the name where the rule lets them.
    """
    linked = Linked(
        formatted=said.formatted,
        given=said.given,
        family=said.family,
        display=said.display,
        primary=said.primary,
    )
    name, email = name_said(said.user_name, linked), said.email
    if not new:
        # Who was known before keeps a name that the directory has never given.
        name = decided(rules.name, member.name, name) or name
        email = decided(rules.email, member.email, email) or email
    details = {
        field: decided(getattr(rules, field), getattr(member.details, field), getattr(said, field))
        for field in _DETAILS
    }
    return {
        "name": name,
        "email": email,
        "added": True,
        "external_id": said.external_id,
        "user_name": said.user_name,
        "linked": linked,
        "details": member.details.model_copy(update=details),
    }


def says(member: Member) -> Said:
    """What is true of a person, as the directory reads it."""
    linked = member.linked or Linked()
    own = name_said(member.user_name or "", linked)
    return Said.model_construct(
        user_name=member.user_name or "",
        external_id=member.external_id,
        formatted=linked.formatted,
        given=linked.given,
        family=linked.family,
        display=linked.display if own == member.name else member.name,
        email=member.email,
        primary=linked.primary,
        active=member.ended is None,
        **{field: getattr(member.details, field) for field in _DETAILS},
    )


def changes(before: Member, after: dict[str, Any]) -> list[str]:
    """Names of the fields that differ, without their values."""
    found = [
        field
        for field in ("user_name", "external_id", "name", "email", "linked")
        if getattr(before, field) != after[field]
    ]
    details: Details = after["details"]
    found += [field for field in _DETAILS if getattr(before.details, field) != getattr(details, field)]
    return ["name_parts" if field == "linked" else field for field in found]


def blank(org_id: str, member_id: str, said: Said, now: datetime) -> Member:
    """Somebody whom nobody knew before."""
    return Member(
        id=member_id,
        org_id=org_id,
        account_id="",
        name=said.user_name,
        email=said.email,
        role="member",
        since=now,
        updated_at=now,
    )

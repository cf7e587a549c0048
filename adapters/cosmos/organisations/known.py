"""By what people of an organisation are known: a document for each such value, with the id of the person.

It is stored in the batch of its person, so that of two people who are to have the same value one is refused.
Of a former member it stays as long as their record does, and leads to it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from adapters.cosmos.database import Document
from adapters.cosmos.documents import DELETED_TTL, document
from domain.base.folding import fold
from domain.base.model import Model
from domain.organisations.organisation import KeyKind, KnownAlready, Member, member_id

KIND: Final = "member-key"


class _Key(Model):
    member_id: str
    by: KeyKind


def key_id(org_id: str, kind: KeyKind, value: str) -> str:
    """Of an account it is the id of a member who came by themselves, whose document then stands there."""
    if kind == "account":
        return member_id(org_id, value)
    wanted = fold(value) if kind in ("address", "user_name") else value
    return f"key-{kind}-{hashlib.sha256(f'{org_id} {wanted}'.encode()).hexdigest()[:40]}"


def keys_of(member: Member) -> Iterator[tuple[str, KeyKind]]:
    """Ids of the documents of what a person is known by, besides their own id."""
    values: list[tuple[KeyKind, str | None]] = [
        ("account", member.account_id),
        ("address", member.email if member.added else None),
        ("external_id", member.external_id),
        ("user_name", member.user_name),
    ]
    for kind, value in values:
        if value and (found := key_id(member.org_id, kind, value)) != member.id:
            yield found, kind


def known_alike(member: Member, before: Member) -> bool:
    """Whether a change leaves what a member is known by, and their teams, as they are stored."""
    same = dict(keys_of(member)) == dict(keys_of(before)) and member.teams == before.teams
    return same and member.etag is not None and member.etag == before.etag


def leads_to(stored: Document) -> str:
    return _Key.model_validate(stored["body"]).member_id


def key_operations(
    member: Member, before: Member | None, there: dict[str, Document], place: int = 0
) -> Iterator[tuple[Any, ...]]:
    """Operations that make the keys of a person those of now. `there` are key documents that are stored."""
    wanted = dict(keys_of(member))
    for item, kind in wanted.items():
        stored, new = there.get(item), _document(member, item, kind)
        if stored is None:
            yield ("create", (new,))
        elif leads_to(stored) != member.id and kind != "account":
            raise KnownAlready(kind, place)
        elif leads_to(stored) != member.id or "ttl" in stored:
            yield ("replace", (item, new), {"if_match_etag": stored["_etag"]})
    for item, _ in keys_of(before) if before else ():
        if item not in wanted and item in there and leads_to(there[item]) == member.id:
            yield ("delete", (item,), {"if_match_etag": there[item]["_etag"]})


def kept_keys(member: Member, *, ended: bool) -> list[tuple[Any, ...]]:
    """Operations that keep the keys of who goes as long as their record, and of who comes back for good."""
    ttl = DELETED_TTL if ended else None
    return [("upsert", (_document(member, item, kind, ttl),)) for item, kind in keys_of(member)]


def _document(member: Member, item: str, kind: KeyKind, ttl: int | None = None) -> Document:
    key = _Key(member_id=member.id, by=kind)
    extra = {} if ttl is None else {"ttl": ttl}
    return document(KIND, item, member.org_id, key, partition="orgId", **extra)


def ids_of(people: Sequence[Member | None]) -> list[str]:
    return list(dict.fromkeys(item for each in people if each for item, _ in keys_of(each)))

"""A zip of photos as it comes in: checked, and each file told whose it is. Nothing is set yet."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Final, NamedTuple, Protocol

from domain.base.errors import KeyReused, Unavailable
from domain.base.folding import fold
from domain.base.limits import IMPORTS, Limiter
from domain.organisations.imports.imports import Aside, Found
from domain.organisations.organisation import Acting, Creating, Member
from domain.organisations.photos.archive import Packed, check_archive
from domain.organisations.photos.photos import (
    FITS,
    PAGE_ROWS,
    CardRule,
    Photos,
    PhotosStore,
    Row,
    Rows,
    Uploads,
    photos_id,
)
from domain.organisations.staff_cards.making import staff_card_id
from domain.organisations.templates.rules import FieldRule, Mode, TemplateContent
from domain.organisations.templates.templates import TemplateStore

# Of a rule by which nobody chooses their photo, what is told of it.
NOT_THEIRS: Final[Mapping[Mode, str]] = {"off": "photo_off", "locked": "photo_locked"}


def photo_rule(template: TemplateContent) -> FieldRule:
    rule: FieldRule = getattr(template.rules, "photo")  # noqa: B009 - a field that is made from the table
    return rule


class KnownPeople(Protocol):
    async def find(self, org_id: str, external_ids: Sequence[str], addresses: Sequence[str]) -> Found: ...


class Intake(NamedTuple):
    """What an uploaded zip goes to."""

    photos: PhotosStore
    people: KnownPeople
    templates: TemplateStore
    uploads: Uploads
    limiter: Limiter
    aside: Aside


async def receive_zip(by: Acting, content: bytes, creating: Creating, *, to: Intake) -> Photos:
    """The photos of a zip. A repetition under the same key returns the first ones."""
    org_id = by.organisation.id
    digest = await to.aside(lambda: hashlib.sha256(content).hexdigest())
    new = Photos(
        id=photos_id(org_id, creating.key),
        org_id=org_id,
        request=digest,
        created_at=creating.now,
        updated_at=creating.now,
    )
    if (done := await _there(new, to.photos)) is not None:
        return done
    await to.limiter.take(IMPORTS, by.member.account_id, creating.now)
    files: list[Packed] = await to.aside(check_archive, content)
    rows = await _matched(org_id, files, to)
    if not await to.uploads.put_upload(org_id, new.id, content):
        raise KeyReused
    pages = [list(some) for some in batched(rows, PAGE_ROWS, strict=False)]
    await to.photos.put(
        [Rows(org_id=org_id, photos_id=new.id, page=page, rows=some) for page, some in enumerate(pages)]
    )
    new = new.model_copy(update={"effects": "".join(row.effect for row in rows)})
    found = (
        await to.photos.get(org_id, new.id) if await to.photos.create(new) else await _there(new, to.photos)
    )
    if found is None:
        raise Unavailable
    return found


async def _there(new: Photos, photos: PhotosStore) -> Photos | None:
    """The photos that this key has made."""
    found = await photos.get(new.org_id, new.id)
    if found is not None and found.request != new.request:
        raise KeyReused
    return found


async def _matched(org_id: str, files: Sequence[Packed], to: Intake) -> list[Row]:
    rows, first = list[Row](), dict[str, Row]()
    modes = dict[CardRule, Mode | None]()
    for some in batched(enumerate(files), PAGE_ROWS, strict=False):
        whose = await _people_of(org_id, [file.key for _, file in some if file.is_picture], to.people)
        cards = {member.id: staff_card_id(org_id, member.id) for member in whose.values()}
        rules = await to.photos.rules(org_id, list(cards.values()))
        for rule in set(rules.values()) - modes.keys():
            modes[rule] = await _mode(org_id, rule, to.templates)
        for number, file in some:
            row = Row(number=number, name=file.name)
            member = whose.get(file.key)
            if not file.is_picture:
                rows.append(row.left("not_a_picture"))
            elif member is None:
                rows.append(row.left("unknown_person"))
            else:
                row = row.model_copy(update={"member_id": member.id, "person": member.name})
                rows.append(_of_person(row, first, rules.get(cards[member.id]), modes))
    return rows


def _of_person(
    row: Row, first: dict[str, Row], rule: CardRule | None, modes: Mapping[CardRule, Mode | None]
) -> Row:
    """A file of somebody who is there, and why it cannot be their photo."""
    earlier = first.setdefault(row.member_id or "", row)
    if earlier.number != row.number:
        return row.left("same_person", earlier.name)
    mode = modes.get(rule) if rule else None
    if mode is None:
        return row.left("no_card")
    fault = NOT_THEIRS.get(mode)
    return row.left(fault) if fault else row.model_copy(update={"effect": FITS})


async def _mode(org_id: str, rule: CardRule, templates: TemplateStore) -> Mode | None:
    release = await templates.get_release(org_id, rule.template_id, rule.number)
    return photo_rule(release.content).mode if release else None


async def _people_of(org_id: str, keys: Sequence[str], people: KnownPeople) -> dict[str, Member]:
    """Whom these names of files mean: by an identifier as it is or in one case, else by an address."""
    spelt = {key: dict.fromkeys((key, key.lower(), key.upper())) for key in keys if key}
    if not spelt:
        return {}
    external_ids = list(dict.fromkeys(text for texts in spelt.values() for text in texts))
    addresses = {key: fold(key) for key in spelt if "@" in key}
    found = await people.find(org_id, external_ids, list(dict.fromkeys(addresses.values())))
    whose = dict[str, Member]()
    for key, texts in spelt.items():
        ids = [found.external_ids.get(text) for text in texts]
        ids.append(found.addresses.get(addresses.get(key, "")))
        member = next((found.members[each] for each in ids if each in found.members), None)
        if member is not None:
            whose[key] = member
    return whose

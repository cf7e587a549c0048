"""Setting of photos as long work, and putting the earlier ones back.

A photo becomes what the person has sent, within what the template of their card leaves to them. Before it
does, the one that was there is stored: so a slice that is done again, after a worker died, sets what is left,
doubles nothing, and overwrites nothing that somebody has chosen since.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.base.model import Model
from domain.cards.card import Card
from domain.images.image import Image, Media, Pictures, made_image
from domain.images.image import ImageStore as NewImages
from domain.images.shown import shown_image
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work
from domain.organisations.imports.imports import Aside, Together
from domain.organisations.organisation import Organisation
from domain.organisations.photos.archive import MOST_ZIP, Archive
from domain.organisations.photos.matching import NOT_THEIRS, photo_rule
from domain.organisations.photos.photos import (
    FITS,
    PAGE_ROWS,
    STAYED,
    TAKEN_BACK,
    WAS_SET,
    Photos,
    PhotosStore,
    Row,
    Rows,
    Uploads,
)
from domain.organisations.staff_cards.branding import in_brand
from domain.organisations.staff_cards.following import restated, said
from domain.organisations.staff_cards.making import StaffPorts, staff_card_id
from domain.publishing.publication import show

_TRIES: Final = 5
# Files that are worked on between two looks at the clock; it divides a page.
_GROUP: Final = 5


class SetPorts(NamedTuple):
    photos: PhotosStore
    uploads: Uploads
    images: NewImages
    media: Media
    pictures: Pictures
    staff: StaffPorts
    aside: Aside
    together: Together


class Cursor(Model):
    """The letter of each file that was worked on."""

    effects: str = ""

    @classmethod
    def of(cls, work: Work) -> "Cursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()


class _Refused(Exception):
    """A photo that is not set, with the reason."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


async def _open(work: Work, stage: str, ports: SetPorts) -> tuple[Photos, Organisation] | None:
    """The photos that a work is about, if they are at this stage and their organisation is there."""
    found = await ports.photos.get(work.owner_id, work.key or "")
    organisation = await ports.staff.organisations.get(work.owner_id)
    if found is None or found.stage != stage or found.work_id != work.id:
        return None
    return None if organisation is None or organisation.erasing else (found, organisation)


class _Page(NamedTuple):
    """Files of a page, some of which are worked on together from a place in it."""

    rows: Rows
    first: int

    @property
    def group(self) -> list[Row]:
        return self.rows.rows[self.first : self.first + _GROUP]

    def having(self, group: Sequence[Row]) -> Rows:
        return self.rows.having(self.first, group)


async def _page_at(found: Photos, at: int, photos: PhotosStore) -> _Page:
    """The page with the file that is the next."""
    rows = await photos.page(found, at // PAGE_ROWS)
    if rows is None:
        raise Unavailable
    return _Page(rows, at % PAGE_ROWS)


class SetJob:
    def __init__(self, ports: SetPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        ports = self._ports
        opened = await _open(work, "setting", ports)
        if opened is None:
            return Progress(work.cursor, 0, over=True)
        found, organisation = opened
        cursor, failures = Cursor.of(work), list[Failure]()
        content = await ports.uploads.read_upload(found.org_id, found.id, MOST_ZIP)
        archive: Archive | None = None if content is None else await ports.aside(Archive, content)
        setting = _Setting(found, organisation, archive, work.updated_at, ports)
        while len(cursor.effects) < len(found.effects) and not bound.is_over:
            page = await setting.begun(await _page_at(found, len(cursor.effects), ports.photos))
            rows: list[Row] = await ports.together([setting.set_photo(row) for row in page.group])
            await ports.photos.replace(page.having(rows))
            failures += [
                Failure(item=str(row.number), code=row.fault)
                for row, was in zip(rows, found.effects[len(cursor.effects) :], strict=False)
                if row.fault and was == FITS
            ]
            bound.spend(len(rows))
            cursor = Cursor(effects=cursor.effects + "".join(row.effect for row in rows))
        over = len(cursor.effects) == len(found.effects)
        if over:
            await _end_setting(found, cursor.effects, work.updated_at, ports)
        return Progress(
            cursor.model_dump_json(), len(cursor.effects) - work.done, over=over, total=len(found.effects),
            failures=tuple(failures),
        )  # fmt: skip

    async def discard(self, work: Work) -> None:
        """What is set so far stays, and can be undone; the rest is not set."""
        opened = await _open(work, "setting", self._ports)
        if opened is not None:
            found, done = opened[0], Cursor.of(work).effects
            rest = found.effects[len(done) :]
            await _end_setting(found, done + rest, work.updated_at, self._ports)


async def _end_setting(found: Photos, effects: str, at: datetime, ports: SetPorts) -> None:
    await ports.photos.save(found.changed(at, stage="done", effects=effects, set_at=at))
    await ports.uploads.delete_upload(found.org_id, found.id)


class _Setting(NamedTuple):
    """Setting of the photos of one slice."""

    of: Photos
    organisation: Organisation
    archive: Archive | None
    now: datetime
    ports: SetPorts

    async def begun(self, page: _Page) -> _Page:
        """The page, in which each file of the group has the photo from before, stored with its new image.

        All in one batch: so an organisation that is erased meanwhile gets no image any more.
        """
        group: list[Row] = await self.ports.together([self._begun(row) for row in page.group])
        new = [
            self._new_image(row)
            for row, was in zip(group, page.group, strict=True)
            if row.tried and not was.tried
        ]
        if not new:
            return page
        return page._replace(rows=await self.ports.photos.replace(page.having(group), new))

    async def _begun(self, row: Row) -> Row:
        if row.effect != FITS or row.tried:
            return row
        card = await _card_of(self.of, row, self.ports)
        before = card.staff.own.photo if card and card.staff else None
        return row.model_copy(update={"tried": True, "before": before})

    def _new_image(self, row: Row) -> Image:
        return Image(
            id=self.of.image_id(row.number), account_id=self.of.org_id, sender=row.member_id, purpose="photo",
            state="processing", created_at=self.now, updated_at=self.now,
        )  # fmt: skip

    async def set_photo(self, row: Row) -> Row:
        if row.effect != FITS:
            return row
        try:
            await self._make_image(row)
            await change_photo(self.of, row, self.organisation, self.now, self.ports, back=False)
        except _Refused as refusal:
            return row.left(refusal.fault)
        return row.model_copy(update={"effect": WAS_SET})

    async def _make_image(self, row: Row) -> None:
        """Make the picture of a file, unless it is made."""
        ports = self.ports
        image = await ports.images.get(self.of.org_id, self.of.image_id(row.number))
        if image is None:
            raise _Refused("image_failed")
        if not image.over:
            if self.archive is None:
                raise _Refused("no_longer_kept")
            content: bytes = await ports.aside(self.archive.read, row.number)
            made = await made_image(image, content, self.now, ports.media, ports.pictures)
            image = await ports.images.save(made)
        if image.state == "refused":
            raise _Refused(image.problem or "image_failed")


async def _card_of(of: Photos, row: Row, ports: SetPorts) -> Card | None:
    return await ports.staff.cards.get(of.org_id, staff_card_id(of.org_id, row.member_id or ""))


async def change_photo(
    of: Photos, row: Row, organisation: Organisation, now: datetime, ports: SetPorts, *, back: bool
) -> None:
    """Make the photo that of the file, or `back` the one from before. Once it is, nothing happens.

    Refused if it is neither: somebody has chosen another one.
    """
    pair = (of.image_id(row.number), row.before)
    there, wanted = pair if back else pair[::-1]
    for _ in range(_TRIES):
        card = await _card_of(of, row, ports)
        if card is None or card.staff is None:
            raise _Refused("no_card")
        if (photo := card.staff.own.photo) == wanted:
            await show(card, ports.staff.publication, first=False)
            return
        if photo != there:
            raise _Refused("changed_since")
        changed = await _with_photo(card, wanted, organisation, now, ports, back=back)
        with suppress(StaleVersion):
            saved = await ports.staff.cards.save_and_order_projection(changed)
            await show(saved, ports.staff.publication, first=False)
            return
    raise Unavailable


async def _with_photo(
    card: Card, photo: str | None, organisation: Organisation, now: datetime, ports: SetPorts, *, back: bool
) -> Card:
    """The card with another photo, as its template has it."""
    if card.staff is None:
        raise NotFound
    staff, org_id = card.staff, organisation.id
    member = await ports.staff.organisations.member(org_id, staff.member_id)
    release = await ports.staff.templates.get_release(org_id, staff.template_id, staff.number)
    if member is None or release is None:
        raise _Refused("no_card")
    fault = NOT_THEIRS.get(photo_rule(release.content).mode)
    if fault and not back:
        raise _Refused(fault)
    if back and photo is not None:
        await _keep(org_id, photo, now, ports)
    release = in_brand(release, await ports.staff.brands.get(org_id))
    own = staff.own.model_copy(update={"photo": photo})
    content, newer = said(member, release, organisation, staff.model_copy(update={"own": own}))
    return restated(card, content, newer, now)


async def _keep(org_id: str, photo: str, now: datetime, ports: SetPorts) -> None:
    """A photo that is to be shown again: a sweep that is about to delete it fails."""
    image = await ports.images.get(org_id, photo)
    if image is None or shown_image(image, "photo") is None:
        raise _Refused("photo_gone")
    if image.unused_since is not None:
        await ports.images.save(image.changed(now, unused_since=None))


class UndoJob:
    def __init__(self, ports: SetPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        ports = self._ports
        opened = await _open(work, "undoing", ports)
        if opened is None:
            return Progress(work.cursor, 0, over=True)
        found, organisation = opened
        cursor = Cursor.of(work)

        async def take_back(row: Row) -> Row:
            if row.effect != WAS_SET:
                return row
            try:
                await change_photo(found, row, organisation, work.updated_at, ports, back=True)
            except _Refused as refusal:
                return row.model_copy(update={"effect": STAYED, "fault": refusal.fault})
            return row.model_copy(update={"effect": TAKEN_BACK})

        while len(cursor.effects) < len(found.effects) and not bound.is_over:
            page = await _page_at(found, len(cursor.effects), ports.photos)
            rows: list[Row] = await ports.together([take_back(row) for row in page.group])
            await ports.photos.replace(page.having(rows))
            bound.spend(len(rows))
            cursor = Cursor(effects=cursor.effects + "".join(row.effect for row in rows))
        over = len(cursor.effects) == len(found.effects)
        if over:
            await self._end(found, cursor.effects, work)
        return Progress(
            cursor.model_dump_json(), len(cursor.effects) - work.done, over=over, total=len(found.effects)
        )

    async def discard(self, work: Work) -> None:
        """What was put back stays so; the other photos stay, too."""
        opened = await _open(work, "undoing", self._ports)
        if opened is not None:
            done = Cursor.of(work).effects
            await self._end(opened[0], done + opened[0].effects[len(done) :], work)

    async def _end(self, found: Photos, effects: str, work: Work) -> None:
        await self._ports.photos.save(found.changed(work.updated_at, stage="undone", effects=effects))

"""SIGKILL of the worker at each call of setting photos from a zip and of putting the earlier ones back."""

import itertools
from datetime import UTC, datetime

import pytest

import wiring.cards
import wiring.images
import wiring.operations
import wiring.organisations
import wiring.organisations.photos
from tests.functions.organisations.imported import a_word
from tests.functions.organisations.photographed import Album, face, packed
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.privacy.test_copy import account_of
from tests.kills.test_kills import KILLS
from tests.kills.test_people_import_kills import NoLimit
from tests.kills.test_staff_card_kills import Worker, dying

pytestmark = pytest.mark.kills

# Calls of each with four people, two at a time. In no order, so that few kills are spread over all of it.
ORDERING = [(3 * call) % 7 + 1 for call in range(7)]
SETTING = [(23 * call) % 71 + 1 for call in range(71)]
BACK = [(11 * call) % 47 + 1 for call in range(47)]
BOUNDS = {"domain.organisations.photos.setting:_GROUP": 2}


class Zips:
    """Zips of the same people's photos, which workers set and put back while they die."""

    def __init__(self, worker, by, cards: dict[str, str], client) -> None:
        self.by, self.org_id, self.cards, self.client = by, by.organisation.id, cards, client
        self.dies = Worker(worker, self.org_id, BOUNDS)
        self.photos = wiring.organisations.photos.store()

    async def send(self, width: int):
        from domain.organisations.organisation import Creating  # noqa: PLC0415 - what the host loaded
        from domain.organisations.photos.matching import receive_zip  # noqa: PLC0415

        content = packed(*((f"{key}.jpg", face(width)) for key in self.cards))
        to = wiring.organisations.photos.intake()._replace(limiter=NoLimit())
        return await receive_zip(self.by, content, Creating(a_word(), datetime.now(UTC)), to=to)

    async def stage(self, start, found, ordering, working):
        """A stage by workers that die; the zip after it."""
        from domain.organisations.photos.photos import PhotosVersion  # noqa: PLC0415 - what the host loaded

        of = PhotosVersion(found.id, found.version)
        begun = await start(self.by, of, now=datetime.now(UTC), photos=self.photos)
        await self.dies.order("org-photos", found.id, ordering)
        await self.dies.work(self.org_id, begun.work_id, working)
        return await self.photos.get(self.org_id, found.id)

    async def shown(self) -> list[str | None]:
        """The photo of each card, which is on what everybody sees as well."""
        cards = [await wiring.cards.store().get(self.org_id, each) for each in self.cards.values()]
        assert [card.draft.photo for card in cards] == [card.published.photo for card in cards]
        async with self.client() as stranger:
            for card in cards:
                page = (await stranger.get(f"/c/{card.handle}")).text
                assert ("u-photo" in page) == (card.draft.photo is not None)
        return [card.draft.photo for card in cards]


@pytest.mark.timeout(900)
async def test_photos_are_set_and_put_back_once_through_the_death_of_workers(
    worker, host, signed_in, client
) -> None:
    from domain.organisations.organisation import acting  # noqa: PLC0415 - what the host loaded
    from domain.organisations.photos.photos import start_setting, start_undo  # noqa: PLC0415

    ada = await signed_in()
    album = Album(host, ada, await an_organisation(ada))
    await album.office.template()
    _, cards = await album.colleagues(4)
    account, store = await account_of(ada), wiring.organisations.store()
    by = await acting(album.org["id"], account, "change_staff_cards", organisations=store)
    zips = Zips(worker, by, cards, client)
    ordering, setting, back = dying(ORDERING), dying(SETTING), dying(BACK)
    before, turns = [None] * len(cards), itertools.count(100)
    while zips.dies.kills < KILLS:
        sent = await zips.send(next(turns))
        done = await zips.stage(start_setting, sent, ordering, setting)
        photos = [done.image_id(number) for number in range(len(cards))]
        assert (done.stage, done.effects, await zips.shown()) == ("done", "s" * len(cards), photos)
        images = [await wiring.images.store().get(zips.org_id, photo) for photo in photos]
        assert [image.state for image in images] == ["ready"] * len(cards)
        assert await wiring.images.blobs().upload_size(zips.org_id, done.id) is None
        undone = await zips.stage(start_undo, done, ordering, back)
        assert (undone.stage, undone.effects) == ("undone", "t" * len(cards))
        assert await zips.shown() == before
        # The next ones come in place of photos.
        again = await zips.send(next(turns))
        done = await zips.stage(start_setting, again, ordering, setting)
        before = [done.image_id(number) for number in range(len(cards))]
        assert await zips.shown() == before

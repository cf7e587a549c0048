"""A person's rights to their data."""

from typing import TYPE_CHECKING

from wiring import accounts, cards, database, images, once, operations, sign_in, visits
from wiring.site import origin

if TYPE_CHECKING:
    from adapters.storage.copies import Copies
    from domain.privacy.sections import Section


@once
def copies() -> "Copies":
    from adapters.storage.copies import Copies

    return Copies(images.blobs())


@once
def sections() -> list["Section"]:
    """Sections of a copy of one's data, in their order."""
    from adapters.cosmos.documents import CosmosCounts
    from domain.privacy.copy_of_accounts import AccountSection, ProfilesSection, SessionsSection, WorkSection
    from domain.privacy.copy_of_cards import CardsSection, VisitsSection
    from domain.privacy.copy_of_images import ImagesSection

    counts = CosmosCounts(database())
    return [
        AccountSection(accounts.store()),
        ProfilesSection(accounts.profiles(), counts),
        CardsSection(cards.store(), counts, origin()),
        ImagesSection(images.store(), images.blobs(), counts),
        VisitsSection(cards.store(), visits.traffic(), counts),
        SessionsSection(sign_in.sessions(), counts),
        WorkSection(operations.works(), counts),
    ]

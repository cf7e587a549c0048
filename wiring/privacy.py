"""A person's rights to their data."""

from typing import TYPE_CHECKING

from wiring import (
    accounts,
    cards,
    companies,
    database,
    exchange,
    images,
    once,
    operations,
    organisations,
    relationships,
    sign_in,
    visibility,
    visits,
)
from wiring.organisations import templates
from wiring.relationships import notes
from wiring.site import origin

if TYPE_CHECKING:
    from adapters.storage.copies import Copies
    from adapters.storage.sealed_copies import SealedCopies
    from domain.privacy.sections import Section


@once
def pieces() -> "Copies":
    """Where copies, imports and exports are stored, each sealed by whoever writes it."""
    from adapters.storage.copies import Copies

    return Copies(images.blobs())


@once
def copies() -> "SealedCopies":
    from adapters.storage.sealed_copies import SealedCopies

    return SealedCopies(pieces(), relationships.keys())


@once
def sections() -> list["Section"]:
    """Sections of a copy of one's data, in their order."""
    from adapters.cosmos.documents import CosmosCounts
    from domain.privacy.copy_of_accounts import (
        AccountSection,
        MembershipsSection,
        ProfilesSection,
        SessionsSection,
        WorkSection,
    )
    from domain.privacy.copy_of_cards import CardsSection, VisitsSection
    from domain.privacy.copy_of_connections import CompaniesSection, ConnectionsSection
    from domain.privacy.copy_of_contacts import ContactsSection
    from domain.privacy.copy_of_exchanges import ExchangesSection
    from domain.privacy.copy_of_images import ImagesSection, OwnPhotos
    from domain.privacy.copy_of_imports import ImportsSection
    from domain.privacy.copy_of_interactions import InteractionsSection
    from domain.privacy.copy_of_merges import MergesSection
    from domain.privacy.copy_of_notes import NotesSection
    from domain.privacy.copy_of_reminders import DismissalsSection, RemindersSection
    from domain.privacy.sections import WithDeleted
    from wiring.relationships import duplicates, refine, reminders, strength, transfer

    counts = CosmosCounts(database())
    all_cards = WithDeleted(cards.store(), counts, "card", "deleted-card")
    all_profiles = WithDeleted(accounts.profiles(), counts, "profile", "deleted-profile")
    related = CosmosCounts(database(), "relations")
    all_contacts = WithDeleted(relationships.contacts(), related, "contact", "deleted-contact")
    all_notes = WithDeleted(notes.store(), related, "note", "deleted-note")
    all_reminders = WithDeleted(reminders.reminders(), related, "reminder", "deleted-reminder")
    return [
        AccountSection(accounts.store()),
        ProfilesSection(all_profiles),
        MembershipsSection(
            organisations.memberships(),
            templates.staff_cards(),
            OwnPhotos(images.store(), images.blobs()),
        ),
        CardsSection(all_cards, origin()),
        ImagesSection(images.store(), images.blobs(), counts),
        VisitsSection(all_cards, visits.traffic()),
        ContactsSection(all_contacts, relationships.tags(), related),
        MergesSection(duplicates.histories(), duplicates.merges(), duplicates.pairs(), related),
        NotesSection(all_notes, relationships.contacts()),
        InteractionsSection(strength.interactions(), related),
        ImportsSection(transfer.imports(), related),
        RemindersSection(all_reminders, related),
        DismissalsSection(refine.refining(), related),
        ConnectionsSection(visibility.connections(), related),
        CompaniesSection(companies.links(), companies.exchanges(), related),
        ExchangesSection(exchange.exchanges(), related),
        SessionsSection(sign_in.sessions(), counts),
        WorkSection(operations.works(), counts),
    ]

"""The contacts in a copy: the same in JSON for programs and as a table for people, a hundred in each file."""

import csv
import io
from datetime import datetime
from typing import Any, Final, Protocol

from domain.base.cells import cell
from domain.base.model import Model
from domain.privacy.archive import File
from domain.privacy.sections import Counts, Facts, Item, Page, WithDeleted, json_file, moment
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.tags import TagBook

# Contacts of one page, which becomes one part of the copy and one entry of its index.
_CONTACTS = 100
_KINDS = ("contact", "deleted-contact")
_COLUMNS: Final = (
    "name", "kind", "title", "organisation", "e-mails", "phones", "addresses", "links", "tags", "groups",
    "own fields", "importance", "met", "archived", "made", "changed", "deleted until",
)  # fmt: skip


class Tags(Protocol):
    async def book(self, owner_id: str) -> TagBook: ...


class ContactsSection:
    name, title = "contacts", "Your contacts"
    note = "What you keep about people and companies. Nobody else sees it, not even that you keep it."
    kinds: tuple[str, ...] = (*_KINDS, "contact-tags")

    def __init__(self, contacts: WithDeleted[Contact], tags: Tags, counts: Counts) -> None:
        self._contacts, self._tags, self._counts = contacts, tags, counts

    async def count(self, account_id: str) -> int:
        pages = [-(-await self._counts.count(account_id, kind) // _CONTACTS) for kind in _KINDS]
        return sum(pages) + await self._counts.count(account_id, "contact-tags")

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._contacts.page(account_id, _CONTACTS, cursor)
        items = [_contacts(found)] if found else []
        if cursor is None and (labels := (await self._tags.book(account_id)).labels):
            facts = [("Tags", ", ".join(labels.values()))]
            items.append(Item("Your tags", facts, [json_file("contacts/tags.json", labels)]))
        return Page(items, following)


def _contacts(found: list[Contact]) -> Item:
    name = f"contacts/contacts-{found[0].id}"
    facts: Facts = [
        ("Contacts", str(len(found))),
        ("Names", ", ".join(contact.content.name for contact in found)),
    ]
    if found[0].deleted:
        facts.append(("Deleted", "can be taken back for a day"))
    files = [
        json_file(f"{name}.json", [_told(contact) for contact in found]),
        File(f"{name}.csv", _table(found)),
    ]
    return Item("Deleted contacts" if found[0].deleted else "Contacts", facts, files)


def _told(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "content": contact.content.model_dump(mode="json", by_alias=True),
        "restorableUntil": contact.until and contact.until.isoformat(),
        "createdAt": contact.created_at.isoformat(),
        "updatedAt": contact.updated_at.isoformat(),
    }


def _table(found: list[Contact]) -> bytes:
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow(_COLUMNS)
    for contact in found:
        changes = [moment(contact.created_at), moment(contact.updated_at), moment(contact.until)]
        table.writerow([cell(text) for text in (*_row(contact.content), *changes)])
    return target.getvalue().encode()


def _row(content: ContactContent) -> list[str]:
    return [
        content.name,
        content.kind,
        content.title or "",
        content.organisation or "",
        "\n".join(email.address for email in content.emails),
        "\n".join(phone.number for phone in content.phones),
        "\n".join(", ".join(filter(None, address.said)) for address in content.addresses),
        "\n".join(link.url for link in content.links),
        ", ".join(content.tags),
        ", ".join(content.groups),
        "\n".join(f"{own.label}: {own.text}" for own in content.custom_fields),
        str(content.importance),
        _said(content.met),
        "yes" if content.archived else "",
    ]


def _said(value: Model | None) -> str:
    return ", ".join(str(part) for _, part in value or () if part is not None)

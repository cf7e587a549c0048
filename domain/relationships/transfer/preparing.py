"""Rows of a report as the contacts that they become: who came meanwhile, links to companies, tags."""

import json
from contextlib import suppress
from typing import Final, NamedTuple

from domain.base.limits import LimitReached
from domain.operations.work import Failure, Work
from domain.relationships.contact import MOST_VALUES, Contact, ContactContent, CustomField
from domain.relationships.keys import OwnerKey
from domain.relationships.tags import remember_tags
from domain.relationships.transfer.imports import Import
from domain.relationships.transfer.matching import Known, keys_of
from domain.relationships.transfer.ports import Ports
from domain.relationships.transfer.readers.record import FileRefused
from domain.relationships.transfer.report import Row, read_rows

_LABELS_OF_A_FIELD: Final = 2_000


class Prepared(NamedTuple):
    """The contacts of a page of the report, and what is to be told of others."""

    contacts: list[Contact]
    failures: list[Failure]


class Preparer:
    """Prepares pages of one import in one slice. `known` are the contacts that were made since the report."""

    def __init__(self, ports: Ports, work: Work, found: Import, known: Known, key: OwnerKey) -> None:
        self._ports, self._work, self._found = ports, work, found
        self._known, self._key = known, key
        self._companies: dict[str, str | None] | None = None
        self._remembered: set[str] = set()

    async def page(self, number: int) -> Prepared:
        found = self._found
        content = await self._ports.files.read(found.owner_id, found.id, found.pages[number].name)
        if content is None:
            raise FileRefused("expired")
        chosen = [row for row in read_rows(content) if found.takes(row.number)]
        late = [row for row in chosen if self._came_meanwhile(row)]
        numbers = {row.number for row in late}
        contacts = [await self._contact(row) for row in chosen if row.number not in numbers]
        contacts, untagged = await self._with_tags(contacts)
        failures = [Failure(item=str(row.number), code="came_meanwhile") for row in late]
        failures += [Failure(item=item, code="tags_kept_as_field") for item in untagged]
        return Prepared(contacts, failures)

    def _came_meanwhile(self, row: Row) -> bool:
        """Whether somebody like the row came since the report, unless its owner asked for it in any case."""
        choice = self._found.choice
        if row.content is None or self._known.is_empty or choice.everything or row.number in choice.add:
            return False
        twin = self._known.twin(keys_of(row.content, self._key), row.number)
        return twin is not None and twin.tier == "sure"

    async def _contact(self, row: Row) -> Contact:
        content = row.content
        assert content is not None  # noqa: S101 - only such rows are chosen
        if row.entity is not None:
            content = content.model_copy(update={"entity_id": await self._company(row.entity)})
        return Contact(
            id=self._found.contact_id(row.number),
            owner_id=self._found.owner_id,
            content=content,
            created_at=self._work.updated_at,
            updated_at=self._work.updated_at,
        )

    async def _company(self, name: str) -> str | None:
        """Id of the company that the file links a person to: one of the file, or else of the book."""
        if self._companies is None:
            self._companies = await self._companies_of_the_file()
        if name not in self._companies:
            entity = await self._ports.contacts.entity_called(self._found.owner_id, name)
            self._companies[name] = entity.id if entity else None
        return self._companies[name]

    async def _companies_of_the_file(self) -> dict[str, str | None]:
        found, companies = self._found, dict[str, str | None]()
        for piece in found.names:
            content = await self._ports.files.read(found.owner_id, found.id, piece)
            for name, row in json.loads(content or b"{}").items():
                if found.takes(row):
                    companies.setdefault(name, found.contact_id(row))
        return companies

    async def _with_tags(self, contacts: list[Contact]) -> tuple[list[Contact], list[str]]:
        """The contacts with tags that are in the owner's book, and ids of those whose tags are too many."""
        groups = [label for contact in contacts for label in contact.content.groups]
        with suppress(LimitReached):  # one beyond the limit is listed nowhere, and stays on its contacts
            await remember_tags(self._found.owner_id, [], groups, tags=self._ports.tags)
        if await self._remembers([label for contact in contacts for label in contact.content.tags]):
            return contacts, []
        kept, untagged = [], []
        for each in contacts:
            if await self._remembers(each.content.tags):
                kept.append(each)
            else:
                kept.append(each.model_copy(update={"content": _untagged(each.content)}))
                untagged.append(each.id)
        return kept, untagged

    async def _remembers(self, labels: list[str]) -> bool:
        new = [label for label in dict.fromkeys(labels) if label not in self._remembered]
        try:
            await remember_tags(self._found.owner_id, new, tags=self._ports.tags)
        except LimitReached:
            return False
        self._remembered.update(new)
        return True


def _untagged(content: ContactContent) -> ContactContent:
    if not content.tags or len(content.custom_fields) >= MOST_VALUES:
        return content.model_copy(update={"tags": []})
    text = ", ".join(content.tags)[:_LABELS_OF_A_FIELD]
    field = CustomField(label="Tags", text=text)
    return content.model_copy(update={"tags": [], "custom_fields": [*content.custom_fields, field]})

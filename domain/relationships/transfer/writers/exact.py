"""What an export says of a contact: its content, with the company it is linked to by name instead of by id.

Ids and times are left out: they belong to one address book, and a contact that is read back gets its own. So
an export that is read into an empty book and exported again has the same bytes.
"""

from typing import Any

from domain.relationships.contact import ContactContent


def exact(content: ContactContent, entity: str | None) -> dict[str, Any]:
    """The contact as iZwop itself reads it, without what is empty."""
    told = content.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"entity_id"})
    told = {name: value for name, value in told.items() if value not in ([], False, 0)}
    return told if entity is None else {**told, "entity": entity}

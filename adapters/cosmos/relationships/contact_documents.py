"""The document of a contact: the lists that it is in, and its part that only the owner may ever see.

What only the owner may ever see (tags, groups, own fields) is sealed in `private`, together with the ids by
which lists ask for tags and groups. It keeps the version that it was sealed for, so that a tool without keys
can delete a contact and take it back.

`byName` and `byKind` are the keys of the lists that a contact is in: the list, a colon, the folded name,
and behind a tab, which no name contains, the id; `byEntity` is that of the people of a company. So a page
of a list is one range of one index, however many contacts there are. `metOn` is the day of the event at
which a contact was met.
"""

import json
import logging
from typing import Any

from adapters.cosmos.database import Document, instant
from adapters.cosmos.documents import DELETED_TTL, document, from_document
from domain.base.fields import STORED
from domain.base.model import Model
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.keys import OwnerKey, Place, Unreadable
from domain.relationships.tags import group_id, tag_id

log = logging.getLogger("izwop.cosmos")

CONTAINER, PARTITION = "relations", "ownerId"
_PRIVATE = {"tags", "groups", "custom_fields"}
# As long as an index keeps exactly; beyond it, names are in the order of their ids.
MOST_SORTED = 200


def list_of(kind: str | None, *, archived: bool) -> str:
    """Name of a list: the contacts in use or the archived ones, of one kind or of both."""
    return f"{'archived' if archived else 'used'}{'-' if kind else ''}{kind or ''}"


def list_key(contact: Contact, kind: str | None, *, archived: bool) -> str:
    return f"{list_of(kind, archived=archived)}:{contact.content.sort[:MOST_SORTED]}\t{contact.id}"


def entity_key(contact: Contact, entity_id: str) -> str:
    return f"{entity_id}:{contact.content.sort[:MOST_SORTED]}\t{contact.id}"


class Sealed(Model):
    """Body of a document that says nothing without its owner's key."""

    text: str


def sealed_part(contact: Contact, key: OwnerKey) -> Document | None:
    """What only the owner may see of a contact, sealed; None if there is nothing."""
    private = contact.content.model_dump(mode="json", include=_PRIVATE)
    if not any(private.values()):
        return None
    plain = json.dumps(private, ensure_ascii=False).encode()
    return {
        "version": contact.version,
        "text": key.seal(plain, Place("contact", contact.id, contact.version)),
        "tags": [tag_id(key, label) for label in contact.content.tags],
        "groups": [group_id(key, label) for label in contact.content.groups],
    }


def unsealed(sealed: str, place: Place, key: OwnerKey) -> str | None:
    """A text that one of many things has; None if it cannot be read, which must not hide the others."""
    try:
        return key.unseal(sealed, place).decode()
    except Unreadable:
        log.error("sealed_unreadable kind=%s id=%s", place.kind, place.item)  # noqa: TRY400 - no values
        return None


def whole_document(kind: str, item: str, owner_id: str, body: Model, key: OwnerKey, **extra: Any) -> Document:
    """Document of which all that its model says is sealed."""
    sealed = Sealed(text=key.seal(body.model_dump_json().encode(), Place(kind, item)))
    return document(kind, item, owner_id, sealed, partition=PARTITION, **extra)


def opened_whole[M: Model](model: type[M], stored: Document, key: OwnerKey) -> M:
    """The model of such a document; `Unreadable` if it does not open."""
    plain = key.unseal(stored["body"]["text"], Place(stored["kind"], stored["id"]))
    return _with_etag(model, stored, plain)


def readable_whole[M: Model](model: type[M], stored: Document, key: OwnerKey) -> M | None:
    plain = unsealed(stored["body"]["text"], Place(stored["kind"], stored["id"]), key)
    return None if plain is None else _with_etag(model, stored, plain)


def _with_etag[M: Model](model: type[M], stored: Document, plain: str | bytes) -> M:
    return model.model_validate_json(plain, context=STORED).model_copy(update={"etag": stored["_etag"]})


def opened(stored: Document, key: OwnerKey | None) -> Contact:
    """The contact of a document; without a key, or where that is unreadable, it lacks what is private."""
    contact, private = from_document(Contact, stored), stored.get("private")
    if private is None or key is None:
        return contact
    plain = unsealed(private["text"], Place("contact", contact.id, private["version"]), key)
    if plain is None:
        return contact.model_copy(update={"unreadable": True})
    content = {**stored["body"]["content"], **json.loads(plain)}
    return contact.model_copy(update={"content": ContactContent.model_validate(content, context=STORED)})


def contact_document(contact: Contact, private: Document | None) -> Document:
    """Document of a contact, with its part that `sealed_part` sealed."""
    extra: Document = {"createdAt": instant(contact.created_at)}
    if contact.photo is not None:
        extra["photo"] = contact.photo
    if not contact.deleted or contact.until is not None:
        extra |= _found_by(contact, private)
    if not contact.deleted:
        archived, kind = contact.content.archived, contact.content.kind
        extra |= {
            "byName": list_key(contact, None, archived=archived),
            "byKind": list_key(contact, kind, archived=archived),
            "tags": private["tags"] if private else [],
        }
        return _of_kind("contact", contact, extra)
    # The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if contact.until is not None:
        extra |= {"expiresAt": instant(contact.until)}
    if contact.merged_into is not None:
        return _of_kind("merged-contact", contact, extra | {"contactId": contact.merged_into})
    return _of_kind("erased-contact" if contact.until is None else "deleted-contact", contact, extra)


def _found_by(contact: Contact, private: Document | None) -> Document:
    """What a deleted contact keeps too, because a patch that takes it back has no room for it."""
    content = contact.content
    found: Document = {
        "private": private,
        "groups": private["groups"] if private else [],
        "emails": sorted({email.address.casefold() for email in content.emails}),
    }
    if content.entity_id is not None:
        found["byEntity"] = entity_key(contact, content.entity_id)
    if content.met and content.met.event and content.met.on:
        found["metOn"] = content.met.on.isoformat()
    return found


def _of_kind(kind: str, contact: Contact, extra: Document) -> Document:
    stored = document(kind, contact.id, contact.owner_id, contact, partition=PARTITION, **extra)
    for name in _PRIVATE:
        del stored["body"]["content"][name]
    return stored

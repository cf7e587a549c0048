"""What is stored of contacts that change together: ten properties at most, as a patch takes."""

from typing import Any

from adapters.cosmos.database import Document, instant
from adapters.cosmos.documents import DELETED_TTL
from adapters.cosmos.relationships.contact_documents import list_key, sealed_part
from domain.relationships.contact import Contact
from domain.relationships.keys import OwnerKey
from domain.relationships.together import Together

_LISTED = ("byName", "byKind")


def changes_of(contact: Contact, what: Together, key: OwnerKey) -> list[dict[str, Any]]:
    """The patch of a contact that was changed so; its key seals new tags."""
    body = contact.model_dump(mode="json", include={"version", "updated_at", "deleted", "until"})
    values: Document = {f"body/{name}": body[name] for name in ("version", "updated_at")}
    removed: tuple[str, ...] = ()
    if what == "tags":
        private = sealed_part(contact, key)
        values |= {"private": private, "tags": private["tags"] if private else []}
    elif what == "archive":
        values |= _lists(contact) | {"body/content/archived": contact.content.archived}
    elif what == "deletion":
        # What else it is found by stays, because a patch has no more room; without its lists it is in none.
        values |= {"kind": "deleted-contact", "ttl": DELETED_TTL, "expiresAt": instant(_until(contact))}
        values |= {"body/deleted": True, "body/until": body["until"]}
        removed = (*_LISTED, "tags")
    else:
        private = sealed_part(contact, key)
        values |= _lists(contact) | {"kind": "contact", "tags": private["tags"] if private else []}
        values |= {"body/deleted": False, "body/until": None}
        removed = ("ttl", "expiresAt")
    changes = [{"op": "set", "path": f"/{path}", "value": value} for path, value in values.items()]
    return [*changes, *({"op": "remove", "path": f"/{path}"} for path in removed)]


def _lists(contact: Contact) -> Document:
    archived = contact.content.archived
    return {
        "byName": list_key(contact, None, archived=archived),
        "byKind": list_key(contact, contact.content.kind, archived=archived),
    }


def _until(contact: Contact) -> Any:
    if contact.until is None:
        raise ValueError("an erased contact does not come back")
    return contact.until

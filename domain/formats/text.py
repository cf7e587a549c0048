"""Plain text of a card view, a line for each value."""

from collections.abc import Iterator

from domain.cards.content import FIELDS, CardContent
from domain.formats.labels import labelled_links, paragraphs
from domain.visibility.view import CardView

_OWN = frozenset({"name", "pronouns", "title", "organisation"})


def write_text(view: CardView, url: str, _photo: bytes | None) -> bytes:
    """Return the card as text in UTF-8; empty blocks leave no gap."""
    content = view.content
    name = f"{content.name} ({content.pronouns})" if content.pronouns else content.name
    blocks = (
        [name, *filter(None, (content.title, content.organisation))],
        list(_ways(view)),
        [f"{label}: {link}" for label, link in _links(content, url)],
        list(paragraphs(content, _OWN)),
    )
    return ("\n\n".join("\n".join(block) for block in blocks if block) + "\n").encode()


def _ways(view: CardView) -> Iterator[str]:
    """Contact lines: telephone, e-mail, address."""
    content = view.content
    for phone in content.phones:
        number = view.phone_texts.get(phone.number, phone.number)
        yield f"{FIELDS['phones'].label} ({phone.label or phone.kind}): {number}"
    for email in content.emails:
        yield f"{FIELDS['emails'].label} ({email.label or email.kind}): {email.address}"
    if (place := content.office_address) is not None:
        parts = (place.street, place.postal_code, place.city, place.region, place.country)
        written = ", ".join(" ".join(part.split("\n")) for part in parts if part)
        yield f"{FIELDS['office_address'].label}: {written}"


def _links(content: CardContent, url: str) -> Iterator[tuple[str, str]]:
    if content.website:
        yield FIELDS["website"].label, content.website
    yield from labelled_links(content, url)

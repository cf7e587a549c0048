"""The visibility rule: which values of a card an audience sees."""

from domain.cards.content import LIST_FIELDS, CardContent


def shown_to(content: CardContent, audiences: frozenset[str]) -> CardContent:
    """Content without the values for other audiences than these."""
    hidden: dict[str, object] = {
        field: [] if field == "languages" else None
        for field, audience in content.audiences
        if audience not in audiences and getattr(content, field)
    }
    for field in LIST_FIELDS:
        entries = getattr(content, field)
        shown = [entry for entry in entries if entry.audience in audiences]
        if len(shown) < len(entries):
            hidden[field] = shown
    return content.model_copy(update=hidden) if hidden else content

"""The columns of iZwop's own table of contacts, which its writer and its reader share.

A cell that a spreadsheet would reckon with begins with an apostrophe, and so does one that begins with an
apostrophe already: the reader takes one away, so that every cell comes back as it was.
"""

from typing import Any, Final

FIRST: Final = "iZwop contact"
# Columns of one value, by the name of the field in JSON.
TEXTS: Final = {
    "name": "Name", "nickname": "Nickname", "title": "Title", "organisation": "Organisation",
    "entity": "Linked company",
}  # fmt: skip
PARTS: Final = {
    "nameParts": ("Name", {
        "prefix": "prefix", "given": "given", "additional": "middle", "family": "family", "suffix": "suffix",
        "phoneticGiven": "given as it sounds", "phoneticFamily": "family as it sounds",
    }),
    "met": ("Met", {"place": "place", "event": "event", "on": "date", "card": "card"}),
}  # fmt: skip
_ABOUT: Final = {"kind": "kind", "label": "label", "source": "source", "since": "since"}
# Lists, whose columns are numbered.
LISTS: Final = {
    "emails": ("E-mail", {"address": "address", **_ABOUT}),
    "phones": ("Phone", {"number": "number", **_ABOUT}),
    "addresses": ("Address", {
        "street": "street", "city": "city", "region": "region", "postalCode": "postal code",
        "country": "country", **_ABOUT,
    }),
    "links": ("Link", {"url": "address", "label": "label", "source": "source", "since": "since"}),
    "customFields": ("Field", {"label": "name", "text": "text"}),
}  # fmt: skip
# Lists of labels: one in each line of the cell.
LABELS: Final = {"tags": "Tags", "groups": "Groups"}
IMPORTANCE, ARCHIVED = "Importance", "Archived"

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


def cell_of(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def text_of(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def columns_for(most: dict[str, int]) -> list[str]:
    """The header, with as many columns for each list as the fullest contact needs."""
    columns = [FIRST, *TEXTS.values()]
    for title, parts in PARTS.values():
        columns += [f"{title} {part}" for part in parts.values()]
    for name, (title, parts) in LISTS.items():
        for number in range(1, most.get(name, 0) + 1):
            columns += [f"{title} {number} {part}" for part in parts.values()]
    return [*columns, *LABELS.values(), IMPORTANCE, ARCHIVED]


def cells_for(told: dict[str, Any], most: dict[str, int]) -> list[str]:
    """The row of a contact as `exact` tells it."""
    texts = [told["kind"], *(told.get(name, "") for name in TEXTS)]
    for name, (_, parts) in PARTS.items():
        texts += [told.get(name, {}).get(part, "") for part in parts]
    for name, (_, parts) in LISTS.items():
        rows = told.get(name, [])
        for number in range(most.get(name, 0)):
            row = rows[number] if number < len(rows) else {}
            texts += [row.get(part, "") for part in parts]
    texts += ["\n".join(told.get(name, [])) for name in LABELS]
    texts += [str(told.get("importance", "")), "yes" if told.get("archived") else ""]
    return [cell_of(text) for text in texts]

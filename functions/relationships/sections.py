"""Sections of a contact's page, in their order."""

from typing import NamedTuple


class Section(NamedTuple):
    """A template, which finds its values as `section`, and the function that reads them.

    `values` is `"module:function"`, called with the person and the contact; it returns the values as a dict.
    """

    template: str
    values: str


_STRENGTH = "functions.relationships.strength.pages"

SECTIONS: tuple[Section, ...] = (
    Section("relationships/strength/strength_section.html", f"{_STRENGTH}:strength_section"),
    Section("relationships/strength/timeline_section.html", f"{_STRENGTH}:timeline_section"),
)

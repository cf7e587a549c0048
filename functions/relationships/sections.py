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
    Section("connections/contact_section.html", "functions.connections.section:values"),
    Section("relationships/strength/strength_section.html", f"{_STRENGTH}:strength_section"),
    Section("relationships/refine/of_contact.html", "functions.relationships.refine.pictures:of_contact"),
    Section("relationships/notes/notes_section.html", "functions.relationships.notes.section:values"),
    Section("relationships/reminders/of_contact.html", "functions.relationships.reminders.section:values"),
    Section("relationships/strength/timeline_section.html", f"{_STRENGTH}:timeline_section"),
    Section("relationships/people/of_company.html", "functions.relationships.people.pages:section"),
    Section("relationships/history/of_contact.html", "functions.relationships.history.section:values"),
)

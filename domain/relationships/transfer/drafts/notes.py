"""What a report says about a row: what was not taken over, and what was kept in another place."""

from typing import Final

from domain.base.texts import N_
from domain.relationships.transfer.readers.record import Note

# Sentences by the code of a note; `what` is what it is about.
NOTES: Final = {
    "no_name": N_("has no name; it is called by what there is of it"),
    "nothing": N_("has no name, address or number, and cannot become a contact"),
    "not_a_card": N_("is not a contact"),
    "unread_line": N_("has a line that cannot be read: %(what)s"),
    "no_end": N_("does not end; what was read of it is taken"),
    "too_many_properties": N_("has more than 2,000 lines; the rest is left out"),
    "too_many": N_("has more of this than a contact may have; the rest is left out: %(what)s"),
    "too_long": N_("has a text that is too long, and is cut: %(what)s"),
    "not_taken": N_("has something that is not taken over: %(what)s"),
    "email_kept": N_("has an e-mail address that cannot be one; it becomes a field of your own: %(what)s"),
    "phone_kept": N_("has a phone number that cannot be one; it becomes a field of your own: %(what)s"),
    "link_kept": N_("has a link that cannot be opened; it becomes a field of your own: %(what)s"),
    "country_kept": N_("has a country that is not known; it becomes a field of your own: %(what)s"),
    "label_kept": N_("has a tag that cannot be one; it becomes a field of your own: %(what)s"),
    "text_kept": N_("has a text that does not fit its place; it becomes a field of your own: %(what)s"),
    "cleaned": N_("has control characters, which are left out"),
    "invalid": N_("is not a contact as iZwop wrote it: %(what)s"),
}


def sentence(note: Note) -> tuple[str, dict[str, str]]:
    """The message of a note, to be translated, and its values."""
    return NOTES[note.code], {"what": note.what}

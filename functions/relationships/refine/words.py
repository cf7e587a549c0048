"""Why a contact is suggested, in words."""

from domain.relationships.refine.suggestions import Suggestion
from functions.framework.filters import day
from functions.framework.texts import _, ngettext


def why(each: Suggestion) -> str:
    if each.event is not None:
        return _at_event(each)
    if each.weeks is None or each.last is None:
        return _("Nothing is logged yet")
    if not each.weeks:
        silent = _("No contact since %(day)s", day=day(each.last))
    else:
        silent = ngettext(
            "No contact for a week, since %(day)s",
            "No contact for %(num)s weeks, since %(day)s",
            each.weeks,
            day=day(each.last, year=True),
        )
    return (
        _("%(silent)s. That is longer than usual for the two of you.", silent=silent)
        if (each.kind == "cooling")
        else silent
    )


def _at_event(each: Suggestion) -> str:
    event = each.event
    if event is None:
        return ""
    return ngettext(
        "You met at %(event)s on %(day)s, where you met one other contact. Nothing has happened since.",
        "You met at %(event)s on %(day)s, where you met %(num)s other contacts. Nothing has happened since.",
        event.others,
        event=event.name,
        day=day(event.on, year=True),
    )

"""The form of a reminder, and when a reminder is due, in words."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from domain.base.errors import Fault, InvalidInput
from domain.relationships.reminders.reminder import Every, Reminder, ReminderContent
from functions.framework import forms
from functions.framework.filters import day
from functions.framework.forms import Values, by_label, label_of
from functions.framework.texts import N_, _, ngettext

# Ways of being due: key, label, hint.
WAYS: Final = (
    ("once", N_("On a day"), N_("Once.")),
    ("repeating", N_("Again and again"), N_("From a day on, such as a birthday.")),
    ("silent", N_("When it is silent"), N_("Nothing has happened between you for some weeks.")),
)
UNITS: Final = (
    ("days", N_("days")),
    ("weeks", N_("weeks")),
    ("months", N_("months")),
    ("years", N_("years")),
)
LABELS: Final = {
    "/text": N_("What to remember"),
    "/on": N_("Day"),
    "/every": N_("How often"),
    "/every/number": N_("How often"),
    "/every/unit": N_("Unit"),
    "/silentWeeks": N_("Weeks of silence"),
    "/until": N_("Later day"),
}


def content_of(form: Mapping[str, str]) -> Values:
    """Content of a form, not yet vetted: only what belongs to the chosen way."""
    way = form.get("way", "once")
    values: Values = {"text": form.get("text", "")}
    if way == "silent":
        return values | {"silentWeeks": _number(form.get("silentWeeks", ""))}
    values["on"] = form.get("on", "").strip() or None
    if way == "repeating":
        every = {"number": _number(form.get("every-number", "")), "unit": form.get("every-unit", "")}
        values["every"] = every
    return values


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else text  # noqa: PLR2004


def form_of(content: ReminderContent) -> dict[str, str]:
    """The fields of the form that say this content."""
    fields = {"text": content.text, "way": "once", "on": content.on.isoformat() if content.on else ""}
    if content.silent_weeks is not None:
        return fields | {"way": "silent", "silentWeeks": str(content.silent_weeks)}
    if content.every is not None:
        every = {"every-number": str(content.every.number), "every-unit": content.every.unit}
        return fields | {"way": "repeating"} | every
    return fields


def sentences(faults: list[Fault]) -> dict[str, str]:
    return forms.sentences(faults, LABELS)


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """Typed text of the form, to show it again when it cannot be saved."""
    return by_label(_written(form))


def _written(form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if text := form.get("text", "").strip():
        yield label_of("/text", LABELS), text


def when(reminder: Reminder) -> str:
    """When a reminder is due, in words."""
    content = reminder.content
    if reminder.rang_at is not None:
        return _("Due since %(day)s", day=day(reminder.rang_at.date()))
    if reminder.due_at is None:
        return _("Done")
    on = day(reminder.due_at.date(), year=True)
    if content.silent_weeks:
        silence = ngettext("After a week of silence", "After %(num)s weeks of silence", content.silent_weeks)
        return _("%(rule)s, so not before %(day)s", rule=silence, day=on)
    if content.every:
        return _("%(rule)s, next on %(day)s", rule=often(content.every), day=on)
    return _("On %(day)s", day=on)


def often(every: Every) -> str:
    number = every.number
    return {
        "days": lambda: ngettext("Every day", "Every %(num)s days", number),
        "weeks": lambda: ngettext("Every week", "Every %(num)s weeks", number),
        "months": lambda: ngettext("Every month", "Every %(num)s months", number),
        "years": lambda: ngettext("Every year", "Every %(num)s years", number),
    }[every.unit]()


def later_day_in(form: Mapping[str, str]) -> date:
    """The day until which a form puts a reminder off."""
    try:
        return date.fromisoformat(form.get("until", ""))
    except ValueError:
        raise InvalidInput([Fault("/until", "invalid_date", N_("is not a day"))]) from None

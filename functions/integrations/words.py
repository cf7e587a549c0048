"""Words of connected systems for people."""

from typing import Final

from functions.framework.texts import N_

STATES: Final = {
    "open": (N_("Not in use yet"), "wait"),
    "running": (N_("In sync"), "good"),
    "paused": (N_("Paused"), "bad"),
    "disconnecting": (N_("Being disconnected"), "wait"),
}
REASONS: Final = {
    "person": N_("Somebody of your organisation paused it."),
    "access_lost": N_("The system no longer accepts the access that was given. Connect it anew."),
    "refused": N_("The system refused what was asked of it. Its words are beside the latest run."),
    "closed": N_("Your organisation is closed."),
    "withdrawn": N_("The order was taken back. Nothing flows before there is another one."),
}
OBJECTS: Final = {
    "owner": N_("Users of the system"),
    "company": N_("Companies"),
    "person": N_("People"),
    "activity": N_("Calls, e-mails and meetings"),
    "mailing": N_("Newsletters"),
    "visit": N_("Web analytics"),
}
DIRECTIONS: Final = {
    "in": N_("Into iZwop"),
    "out": N_("Out of iZwop"),
    "both": N_("Both ways"),
}
RULES: Final = {
    "fill": N_("Only fills what is empty"),
    "theirs": N_("The system wins"),
    "ours": N_("iZwop wins"),
    "newest": N_("The newest wins"),
    "never": N_("Stays as it is"),
}
KINDS_OF_RUN: Final = {
    "sync": N_("Sync"),
    "dry": N_("Trial"),
    "replay": N_("Another try of what failed"),
    "undo": N_("Taking back"),
}
RUN_STATES: Final = {
    "running": (N_("Goes on"), "wait"),
    "done": (N_("Done"), "good"),
    "stopped": (N_("Stopped"), "bad"),
    "undone": (N_("Taken back"), ""),
}
WHATS: Final = {
    "created": (N_("New"), "good"),
    "changed": (N_("Changed"), "wait"),
    "archived": (N_("Put away"), "bad"),
    "restored": (N_("Back again"), "good"),
    "merged": (N_("Merged"), ""),
    "sent": (N_("Written there"), "wait"),
    "linked": (N_("Recognised"), "good"),
}
MATCHES: Final = {
    "id": N_("by its id"),
    "email": N_("by its e-mail address"),
    "phone": N_("by its number"),
    "person": N_("chosen by somebody"),
}
FAILURES: Final = {
    "too_long": N_("A value is too long."),
    "read_only": N_("The field can only be read there."),
    "no_such_field": N_("The field is no longer there."),
    "no_such_choice": N_("The field there does not take this value."),
    "wrong_type": N_("The field there takes numbers."),
    "ambiguous": N_("Several records here could be this one. Choose which it is."),
    "refused": N_("The system refused it."),
    "stale": N_("It changed there at the same moment. It is compared again."),
    "changed_since": N_("Somebody has changed it since, so it was not taken back."),
}
# Names of the fields here.
FIELDS: Final = {
    "name": N_("Name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "email": N_("E-mail"),
    "email2": N_("Second e-mail"),
    "phone": N_("Phone"),
    "mobile": N_("Mobile"),
    "title": N_("Job title"),
    "company": N_("Company"),
    "domain": N_("Domain"),
    "website": N_("Website"),
    "street": N_("Street"),
    "city": N_("City"),
    "region": N_("Region"),
    "postal_code": N_("Postal code"),
    "country": N_("Country"),
    "kind": N_("Kind"),
    "at": N_("Time"),
    "direction": N_("Direction"),
    "minutes": N_("Minutes"),
}

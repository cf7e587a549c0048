"""Object types and their properties, as HubSpot defines them, with three custom ones of contacts."""

from dataclasses import dataclass
from typing import Any, Final

LIFECYCLE: Final = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
    "evangelist", "other",
)  # fmt: skip


@dataclass(frozen=True)
class Property:
    name: str
    label: str
    type: str = "string"  # string, number, date, datetime, bool, enumeration
    options: tuple[str, ...] = ()
    read_only: bool = False
    unique: bool = False
    custom: bool = False


@dataclass(frozen=True)
class ObjectType:
    singular: str  # in scopes, subscriptions and messages
    scope: str
    shown: tuple[str, ...]  # properties that are answered where none are asked for
    modified: str  # property with the time of the last change
    created: str
    properties: tuple[Property, ...]


def _own(created: str, modified: str) -> tuple[Property, ...]:
    return (
        Property("hs_object_id", "Record ID", "number", read_only=True, unique=True),
        Property(created, "Create date", "datetime", read_only=True),
        Property(modified, "Last modified date", "datetime", read_only=True),
        Property("hs_merged_object_ids", "Merged record IDs", read_only=True),
        Property("hubspot_owner_id", "Owner", "enumeration"),
    )


def _texts(**labels: str) -> tuple[Property, ...]:
    return tuple(Property(name, label) for name, label in labels.items())


CONTACTS = ObjectType(
    "contact", "contacts",
    ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "lastmodifieddate", "createdate",
    (
        *_own("createdate", "lastmodifieddate"),
        *_texts(
            email="Email", firstname="First name", lastname="Last name", phone="Phone number",
            mobilephone="Mobile phone number", jobtitle="Job title", company="Company name",
            website="Website URL", address="Street address", city="City", state="State/Region",
            zip="Postal code", country="Country/Region", salutation="Salutation",
            hs_linkedin_url="LinkedIn URL", hs_additional_emails="Additional emails",
        ),
        Property("lifecyclestage", "Lifecycle stage", "enumeration", LIFECYCLE),
        Property("hs_lead_status", "Lead status", "enumeration", ("NEW", "OPEN", "IN_PROGRESS", "CONNECTED")),
        Property("notes_last_contacted", "Last contacted", "datetime", read_only=True),
        Property("hs_full_name_or_email", "Full name or email", read_only=True),
        Property("customer_number", "Customer number", "number", custom=True),
        Property("first_met_on", "First met on", "date", custom=True),
        Property("newsletter", "Newsletter", "bool", ("true", "false"), custom=True),
    ),
)  # fmt: skip

COMPANIES = ObjectType(
    "company", "companies", ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    "hs_lastmodifieddate", "createdate",
    (
        *_own("createdate", "hs_lastmodifieddate"),
        *_texts(
            name="Company name", domain="Company domain name", website="Website URL", phone="Phone number",
            address="Street address", city="City", state="State/Region", zip="Postal code",
            country="Country/Region", description="Description",
        ),
        Property("industry", "Industry", "enumeration", ("COMPUTER_SOFTWARE", "BANKING", "MEDIA", "RETAIL")),
        Property("numberofemployees", "Number of employees", "number"),
        Property("annualrevenue", "Annual revenue", "number"),
    ),
)  # fmt: skip


def _engagement(singular: str, *properties: Property) -> ObjectType:
    return ObjectType(
        singular, "contacts", ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        "hs_lastmodifieddate", "hs_createdate",
        (
            *_own("hs_createdate", "hs_lastmodifieddate"),
            Property("hs_timestamp", "Activity date", "datetime"),
            *properties,
        ),
    )  # fmt: skip


TYPES: Final = {
    "contacts": CONTACTS,
    "companies": COMPANIES,
    "calls": _engagement(
        "call",
        *_texts(hs_call_title="Call title", hs_call_body="Call notes"),
        Property("hs_call_direction", "Call direction", "enumeration", ("INBOUND", "OUTBOUND")),
        Property("hs_call_duration", "Call duration", "number"),
        Property("hs_call_status", "Call status", "enumeration", ("COMPLETED", "NO_ANSWER", "BUSY")),
    ),
    "emails": _engagement(
        "email",
        *_texts(hs_email_subject="Email subject", hs_email_text="Text body", hs_email_html="Email body"),
        Property(
            "hs_email_direction", "Direction", "enumeration", ("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL")
        ),
        Property("hs_email_status", "Send status", "enumeration", ("SENT", "BOUNCED", "FAILED")),
    ),
    "meetings": _engagement(
        "meeting",
        *_texts(
            hs_meeting_title="Meeting name", hs_meeting_body="Description", hs_meeting_location="Location"
        ),
        Property("hs_meeting_start_time", "Start time", "datetime"),
        Property("hs_meeting_end_time", "End time", "datetime"),
        Property("hs_meeting_outcome", "Outcome", "enumeration", ("SCHEDULED", "COMPLETED", "CANCELED")),
    ),
    "notes": _engagement("note", *_texts(hs_note_body="Note body")),
}

# Ids of the types of associations, from and to.
ASSOCIATIONS: Final = {
    ("contacts", "companies"): 279, ("companies", "contacts"): 280,
    ("calls", "contacts"): 194, ("contacts", "calls"): 193,
    ("calls", "companies"): 182, ("companies", "calls"): 181,
    ("emails", "contacts"): 198, ("contacts", "emails"): 197,
    ("emails", "companies"): 186, ("companies", "emails"): 185,
    ("meetings", "contacts"): 200, ("contacts", "meetings"): 199,
    ("meetings", "companies"): 188, ("companies", "meetings"): 187,
    ("notes", "contacts"): 202, ("contacts", "notes"): 201,
    ("notes", "companies"): 190, ("companies", "notes"): 189,
}  # fmt: skip


def as_json(known: Property) -> dict[str, Any]:
    """A definition as the properties API answers it."""
    fields = {"enumeration": "select", "bool": "booleancheckbox", "string": "text", "datetime": "date"}
    return {
        "name": known.name,
        "label": known.label,
        "type": known.type,
        "fieldType": "phonenumber"
        if known.name in {"phone", "mobilephone"}
        else fields.get(known.type, known.type),
        "description": "",
        "groupName": "custom" if known.custom else "information",
        "options": [
            {
                "label": option.title(),
                "value": option,
                "displayOrder": place,
                "hidden": False,
                "description": "",
            }
            for place, option in enumerate(known.options)
        ],
        "displayOrder": -1,
        "calculated": known.name == "hs_full_name_or_email",
        "externalOptions": known.name == "hubspot_owner_id",
        "hasUniqueValue": known.unique,
        "hidden": False,
        "hubspotDefined": not known.custom,
        "formField": not known.read_only,
        "archived": False,
        "modificationMetadata": {
            "archivable": known.custom,
            "readOnlyDefinition": not known.custom,
            "readOnlyValue": known.read_only,
        },
    }

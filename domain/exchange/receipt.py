"""The receipt of a consent, by ISO/IEC TS 27560:2023 as the W3C's data privacy group reads it for the GDPR.

It names who may do what with which kinds of details, and repeats the text that was agreed to, with its
version and hash; it holds none of the details. Whoever has it can check signature and hash without us.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from domain.base.ids import is_organisation
from domain.cards.exchange_form import QUESTIONS, Purpose
from domain.exchange.exchange import KEEP, Exchange

PROFILE: Final = "dpv-27560:receipt-eu-gdpr"
GIVEN, WITHDRAWN = "dpv:ConsentGiven", "dpv:ConsentWithdrawn"
_TYPES: Final = {
    "email": "e-mail address",
    "phone": "telephone number",
    "organisation": "company or organisation",
    "title": "job title",
    "message": "message",
}
_PURPOSES: Final[dict[Purpose, str]] = {
    "contact": "dpv:CommunicationManagement",
    "information": "dpv:DirectMarketing",
    "meeting": "dpv:CommunicationManagement",
}
_RIGHTS: Final = ("A7-3", "A15", "A16", "A17", "A18", "A20", "A77")


class Parties(NamedTuple):
    """Who gets the details, by a card, and who runs the form for them. `uid` is the card's public one."""

    uid: str
    name: str
    organisation: str | None
    card: str
    operator: str
    operator_email: str
    origin: str


def given_receipt(exchange: Exchange, parties: Parties) -> dict[str, Any]:
    """What is signed when somebody gives their details."""
    consent = exchange.consent
    return {
        "profile": PROFILE,
        "schema_version": "ISO/IEC TS 27560:2023",
        "receipt_id": f"rct_{exchange.id.removeprefix('exc_')}",
        "record_id": exchange.id,
        "pii_principal_id": exchange.id,
        "pii_processing": {
            "privacy_notice": f"{parties.origin}/privacy",
            "language": consent.language,
            "purposes": [_purpose(exchange, parties)],
        },
        "party_identification": _parties(parties),
        "events": [_event(GIVEN, exchange.given_at, exchange.id)],
        "textVersion": consent.version,
        "text": consent.text,
        "sha256": consent.sha256,
        "channel": "form on the page of a card" if exchange.given_by is None else "signed in, by connecting",
        "card": parties.card,
    }


def _purpose(exchange: Exchange, parties: Parties) -> dict[str, Any]:
    asked = exchange.asked
    types = [("name", False)] + [
        (_TYPES[question], asked.asks(question) == "optional")
        for question in QUESTIONS
        if asked.asks(question) != "off"
    ]
    return {
        "purpose": exchange.consent.text,
        "purpose_type": _PURPOSES[asked.purpose],
        "lawful_basis": "eu-gdpr:A6-1-a",
        "pii_information": [{"pii_type": kind, "pii_optional": optional} for kind, optional in types],
        "pii_controllers": [parties.uid],
        "collection_method": "given by the person in a form",
        "processing_method": ["dpv:Collect", "dpv:Store", "dpv:Use"],
        "storage_locations": ["EU"],
        "processing_locations": ["EU"],
        "retention_period": "until withdrawn, or until the controller deletes it"
        if is_organisation(exchange.owner_id)
        else f"until withdrawn; P{KEEP.days}D if the controller does not keep it",
        "recipient_third_parties": [],
        "withdrawal_method": "at the link that was given with this receipt, or by asking the controller"
        if exchange.given_by is None
        else "on the page of the connection in the person's account, or by asking the controller",
        "privacy_rights": [f"eu-gdpr:{right}" for right in _RIGHTS],
        "jurisdiction": "EU",
        "authority_party": "the data protection authority of the person's country",
    }


def _parties(parties: Parties) -> list[dict[str, Any]]:
    named = [parties.name, parties.organisation] if parties.organisation else [parties.name]
    return [
        {
            "party_id": parties.uid,
            "party_role": "dpv:DataController",
            "party_type": "person or organisation with a card",
            "party_name": ", ".join(named),
            "party_address": parties.card,
            "party_contact": parties.card,
        },
        {
            "party_id": parties.origin,
            "party_role": "dpv:DataProcessor",
            "party_type": "operator of the form",
            "party_name": parties.operator,
            "party_address": parties.origin,
            "party_contact": parties.operator_email,
        },
    ]


def _event(state: str, at: datetime, entity: str) -> dict[str, Any]:
    return {
        "event_time": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "validity_duration": "until withdrawn",
        "entity_id": entity,
        "event_type": "explicit",
        "event_state": state,
    }


def withdrawn_receipt(exchange: Exchange, at: datetime) -> dict[str, Any]:
    """What is signed when the consent is withdrawn: the receipt that was given, and this event."""
    given = payload_of(exchange.receipt)
    return {**given, "events": [*given["events"], _event(WITHDRAWN, at, exchange.id)]}


def payload_of(receipt: str) -> dict[str, Any]:
    """What one of our own receipts says; who checks somebody else's has to check its signature."""
    part = receipt.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said

"""Details that people leave on cards: the owner's inbox, the person's link, receipts, and what follows."""

from functools import partial
from typing import TYPE_CHECKING

from wiring import database, notifications, once, relationships
from wiring.relationships import duplicates, strength

if TYPE_CHECKING:
    from adapters.cosmos.exchange.by_owner import ExchangesByOwner
    from adapters.cosmos.exchange.exchanges import CosmosExchanges, CosmosProofs
    from adapters.receipt_signing import ReceiptSigner
    from domain.exchange.effects import InContact, Recipient
    from domain.exchange.giving import Giver
    from domain.operations.orders import Effect


@once
def exchanges() -> "CosmosExchanges":
    from adapters.cosmos.exchange.exchanges import CosmosExchanges

    return CosmosExchanges(database(), relationships.keys())


@once
def all_exchanges() -> "ExchangesByOwner":
    """Those of organisations as well, whose pages have the form, too."""
    from adapters.cosmos.exchange.by_owner import ExchangesByOwner
    from wiring import companies

    return ExchangesByOwner(exchanges(), companies.exchanges())


@once
def proofs() -> "CosmosProofs":
    from adapters.cosmos.exchange.exchanges import CosmosProofs

    return CosmosProofs(database())


@once
def signer() -> "ReceiptSigner":
    import settings.exchange
    from adapters.receipt_signing import ReceiptSigner
    from adapters.sealing import decode_key

    keys = settings.exchange.load().receipt_key.get_secret_value()
    return ReceiptSigner([decode_key(key) for key in keys.split(",")])


@once
def keys() -> list[bytes]:
    """Keys of forms and links, from those of sessions: the first makes new ones, all are accepted."""
    import hashlib

    from wiring.sign_in import chosen

    each = chosen().session_key.get_secret_value().split(",")
    return [hashlib.sha256(f"exchange {key}".encode()).digest() for key in each]


@once
def giver() -> "Giver":
    from domain.exchange.giving import Giver

    return Giver(all_exchanges(), proofs(), signer().sign, keys()[0])


@once
def in_contact() -> "InContact":
    from domain.exchange.effects import InContact

    return InContact(
        all_exchanges(),
        relationships.contacts(),
        exchanges(),
        strength.interactions(),
        duplicates.forgetting(),
    )


@once
def recipients() -> dict[str, "Recipient"]:
    """Systems that contacts go to, by their ids: each is told of a withdrawal. One line each; today none."""
    return {}


def effects() -> dict[str, "Effect"]:
    """Effects of the orders that follow changes of an exchange."""
    from domain.exchange.effects import carry_out_contact, carry_out_recall, carry_out_receipt
    from domain.exchange.exchange import CONTACT, RECALL, RECEIPT

    receipt = partial(
        carry_out_receipt, exchanges=all_exchanges(), proofs=proofs(), mails=notifications.queue()
    )
    return {
        RECEIPT: receipt,
        CONTACT: partial(carry_out_contact, ports=in_contact()),
        RECALL: partial(carry_out_recall, recipients=recipients()),
    }

"""Ways to pass a card on: links that open a mail, a WhatsApp message or an SMS with its address in it."""

from typing import NamedTuple
from urllib.parse import quote


class Ways(NamedTuple):
    mail: str
    whatsapp: str
    sms: str


def ways_to_share(name: str, url: str) -> Ways:
    """Links with the name and the address of a card, escaped as RFC 6068 and RFC 5724 want it.

    Programs differ in how they end a line break, so that the message is a single line.
    """
    message = quote(f"{name}: {url}", safe="")
    return Ways(
        mail=f"mailto:?subject={quote(name, safe='')}&body={message}",
        whatsapp=f"https://wa.me/?text={message}",
        sms=f"sms:?&body={message}",
    )

"""Addresses of networks that are called: public ones, and none that lead back inside by another form."""

from ipaddress import ip_address, ip_network
from typing import Final

# Python takes these for public, or has done so in some version; most hold an address of another network.
REFUSED: Final = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # the agent of Azure's hosts
            "192.88.99.0/24",  # 6to4 relays
            "::/96",  # IPv4-compatible
            "fec0::/10",  # site-local
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",  # NAT64 of one's own
            "2002::/16",  # 6to4
            "2001::/32",  # Teredo
        ),
    )
)


def is_public(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address.version == network.version and address in network for network in REFUSED)

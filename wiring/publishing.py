"""Publication of cards."""

from typing import TYPE_CHECKING

from wiring import cards, images, once
from wiring.site import origin

if TYPE_CHECKING:
    from domain.publishing.publication import Ports


def draw_code(handle: str) -> str:
    """The QR code of a card's address as SVG markup."""
    from adapters.drawing.qr import qr_svg

    return qr_svg(f"{origin()}/c/{handle}")


@once
def ports() -> "Ports":
    from domain.publishing.publication import Ports

    return Ports(cards.store(), cards.handles(), cards.published(), images.store(), draw_code)

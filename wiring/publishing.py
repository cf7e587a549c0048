"""Publication of cards."""

from adapters.drawing.qr import qr_svg
from domain.publishing.publication import Ports
from wiring import cards, images, once
from wiring.site import origin


def draw_code(handle: str) -> str:
    """The QR code of a card's address as SVG markup."""
    return qr_svg(f"{origin()}/c/{handle}")


@once
def ports() -> Ports:
    return Ports(cards.store(), cards.handles(), cards.published(), images.store(), draw_code)

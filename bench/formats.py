"""Every format of one full card in CPU time and bytes, against its vCard 3.0 or another library."""

import base64
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import qrcode  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]
from PIL import Image

from adapters.drawing.qr import qr_png, qr_svg
from bench.lines import Line, Target, median_ratio
from bench.samples import CONTENT, ORIGIN
from domain.formats.schema_org import script_text
from domain.formats.vcard3 import write_vcard
from domain.visibility.view import CardView
from functions.cards.formats import FORMATS

ROUNDS = 9
URL = f"{ORIGIN}/c/ada"
NAMES = {
    "vcf": "vCard 3.0",
    "v4.vcf": "vCard 4.0",
    "json": "JSON",
    "jscontact": "JSContact",
    "jcard": "jCard",
}
Make = Callable[[], bytes]


def lines() -> list[Line]:
    view = _view()
    made: dict[str, Make] = {
        name: partial(FORMATS[form].write, view, URL, None) for form, name in NAMES.items()
    }
    made["JSON-LD of the page"] = lambda: script_text(view, URL).encode()
    vcard = made["vCard 3.0"]
    photo, logo = _jpeg(300), _jpeg(200)
    read = vobject.readOne(write_vcard(view, URL, photo).decode())
    return [
        *(_line(f"{name} / vCard 3.0", make, vcard, calls=(200, 200)) for name, make in made.items()),
        _line(
            f"vCard 3.0 with a photo of {len(photo) // 1000} kB / vobject",
            lambda: write_vcard(view, URL, photo),
            lambda: read.serialize().encode(),
            calls=(50, 5),
            targets=(Target(">=", 5),),
        ),
        _line("QR code as PNG / qrcode", lambda: qr_png(URL), _qrcode_png, calls=(4, 4)),
        _line(
            "QR code as PNG with a logo / qrcode without",
            lambda: qr_png(URL, logo=logo),
            _qrcode_png,
            calls=(4, 4),
        ),
    ]


def _qrcode_png() -> bytes:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_H, border=4)
    code.add_data(URL)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def _view() -> CardView:
    """The full card as its owner sees it, whatever its audiences are."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    more = {
        "pronouns": "she/her",
        "languages": ["en", "fr"],
        "bio": "Poet of numbers; writes the first programs.",
    }
    content = CONTENT.model_copy(update=more)
    code = qr_svg(URL)
    return CardView(
        handle="ada",
        uid="urn:uuid:00000000-0000-5000-8000-000000000000",
        version=1,
        published_at=at,
        content=content,
        code=code,
        images={},
    )


def _line(
    name: str, ours: Make, theirs: Make, *, calls: tuple[int, int], targets: tuple[Target, ...] = ()
) -> Line:
    size = len(ours())
    pairs = [(_cpu_seconds(theirs, calls[1]), _cpu_seconds(ours, calls[0])) for _ in range(ROUNDS)]
    fastest = [f"{min(times) * 1e6:,.0f} us CPU" for times in zip(*pairs, strict=True)]
    ratio = median_ratio(pairs)
    return Line(name, f"{fastest[1]}, {size:,} B", fastest[0], ratio, targets, {"bytes": size})


def _jpeg(side: int) -> bytes:
    """Noise, so that it is as large as photos are; always the same."""
    pixels = base64.b85encode(bytes(at * at % 251 for at in range(side * side * 3)))[: side * side * 3]
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(out, "JPEG", quality=60)
    return out.getvalue()


def _cpu_seconds(make: Make, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        make()
    return (time.process_time() - start) / calls


if __name__ == "__main__":
    from bench.lines import table

    print(table(lines()))

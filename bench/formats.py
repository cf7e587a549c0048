"""Every format of one full card: CPU time and bytes, each against the vCard 3.0 of the same card."""

import base64
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime

import vobject  # type: ignore[import-untyped]
from PIL import Image

from adapters.qr import qr_png, qr_svg
from bench.lines import Line, Target, median_ratio
from bench.samples import CONTENT, ORIGIN
from domain.schema_org import script_text
from domain.vcard import write_vcard
from domain.views import CardView
from functions.formats import FORMATS

ROUNDS = 9
URL = f"{ORIGIN}/c/ada"
NAMES = {
    "vcf": "vCard 3.0",
    "v4.vcf": "vCard 4.0",
    "json": "JSON",
    "jscontact": "JSContact",
    "jcard": "jCard",
    "qr.svg": "QR code as SVG",
    "qr.png": "QR code as PNG",
}
# What a code costs is searching its pattern, about as long as two hundred vCards take.
SLOW = {"qr.svg", "qr.png"}


def lines() -> list[Line]:
    view = _view()
    made = {form: lambda form=form: FORMATS[form].write(view, URL, None) for form in NAMES}
    # The view brings its code along; here it is drawn, each time for another address.
    numbers = iter(range(1_000_000))
    made["qr.svg"] = lambda: qr_svg(f"{URL}-{next(numbers)}").encode()
    found = [
        _line(NAMES[form], make, made["vcf"], calls=5 if form in SLOW else 200) for form, make in made.items()
    ]
    found.append(
        _line("JSON-LD of the page", lambda: script_text(view, URL).encode(), made["vcf"], calls=200)
    )
    logo = _jpeg(200)
    found.append(_line("QR code as PNG with a logo", lambda: qr_png(URL, logo=logo), made["vcf"], calls=5))
    found.append(_with_photo(view))
    return found


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
    return CardView(handle="ada", version=1, published_at=at, content=content, code=code, images={})


def _line(name: str, ours: Callable[[], bytes], vcard: Callable[[], bytes], *, calls: int) -> Line:
    pairs = [(_cpu_seconds(vcard, 200), _cpu_seconds(ours, calls)) for _ in range(ROUNDS)]
    return Line(
        f"{name} / vCard 3.0",
        f"{min(time for _, time in pairs) * 1e6:,.1f} us CPU, {len(ours()):,} B",
        f"{min(time for time, _ in pairs) * 1e6:,.1f} us CPU",
        median_ratio(pairs),
        counts={"bytes": len(ours())},
    )


def _with_photo(view: CardView) -> Line:
    """A vCard with a photo of about 20 KB, against vobject serialising what it has read of the same file."""
    photo = _jpeg(210)
    file = write_vcard(view, URL, photo)
    read = vobject.readOne(file.decode())
    pairs = [
        (_cpu_seconds(read.serialize, 5), _cpu_seconds(lambda: write_vcard(view, URL, photo), 50))
        for _ in range(ROUNDS)
    ]
    fastest = [f"{min(times) * 1e6:,.0f} us CPU" for times in zip(*pairs, strict=True)]
    name = f"vCard 3.0 with a photo of {len(photo) // 1000} kB / vobject"
    ours = f"{fastest[1]}, {len(file):,} B"
    return Line(name, ours, fastest[0], median_ratio(pairs), (Target(">=", 5),), {"bytes": len(file)})


def _jpeg(side: int) -> bytes:
    """Noise, so that it is as large as photos are; always the same."""
    pixels = base64.b85encode(bytes(at * at % 251 for at in range(side * side * 3)))[: side * side * 3]
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(out, "JPEG", quality=60)
    return out.getvalue()


def _cpu_seconds(make: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        make()
    return (time.process_time() - start) / calls


if __name__ == "__main__":
    from bench.lines import table

    print(table(lines()))

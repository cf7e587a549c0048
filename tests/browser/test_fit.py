"""Every page fits every window, also with text of twice the size."""

import pytest

from tests.browser.layout import WIDTHS, enlarge, misplaced
from tests.browser.pages import PAGES, open_page

PLANTED = """<!doctype html><html lang="en"><title>Planted</title><style>
body { margin: 0; font: 1rem/1.5 sans-serif }
a, button { display: inline-block; min-height: 44px; min-width: 44px }
p a { display: inline; min-height: 0 }
.bar { position: fixed; inset: auto 0 0; height: 120px; background: #eee }
.wide { width: 100vw; padding: 4px }
.cut { width: 80px; overflow: hidden; white-space: nowrap }
.small { min-height: 20px; height: 20px }
.aloud { position: absolute; width: 1px; height: 1px; overflow: hidden }
.space { height: 900px }
</style><main><h1>Planted</h1>
<p>A <a href="#a">link in a sentence</a> may be small.</p>
<span class="aloud">Read aloud only, and never cut</span>
<div class="PLACE">A text that is longer than its place</div>
<button class="TARGET">Touch</button>
<div class="space"></div><button name="last">At the end</button><div class="TAIL"></div>
</main><footer class="BAR"><button>Save</button></footer></html>"""
FAULTS = {
    "none": ({}, []),
    "wide": ({"PLACE": "wide"}, ["wide: 8 pixels"]),
    "cut": ({"PLACE": "cut"}, ["cut: div.cut: A text that is longer than its place"]),
    "small": ({"TARGET": "small"}, ["small: Touch: "]),
    "covered": ({"BAR": "bar"}, ["covered: last"]),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_told(open_window, fault: str) -> None:
    planted, told = FAULTS[fault]
    html = PLANTED
    for place, name in planted.items():
        html = html.replace(place, name)
    page = (await open_window(viewport={"width": 320, "height": 600})).page
    await page.set_content(html)
    found = await misplaced(page)
    assert len(found) == len(told), found
    assert all(each.startswith(start) for each, start in zip(found, told, strict=True)), found


async def test_every_page_fits(open_window, places) -> None:
    found: dict[str, list[str]] = {shown.name: [] for shown in PAGES}
    for width in WIDTHS:
        window = await open_window(viewport={"width": width, "height": 700}, storage_state=places.state)
        for shown in PAGES:
            await open_page(window.page, shown, places)
            for size in ("plain", "large"):
                if size == "large":
                    await enlarge(window.page)
                faults = await misplaced(window.page)
                found[shown.name] += [f"{fault} ({width}, {size})" for fault in faults]
        assert window.complaints == []
    kinds = {name: {fault.partition(":")[0] for fault in faults} for name, faults in found.items()}
    assert kinds == {shown.name: shown.unfit for shown in PAGES}, found

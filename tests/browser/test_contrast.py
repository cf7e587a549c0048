"""What is written, drawn and focused can be told from what is behind it, by the pixels of each page."""

import pytest

from tests.browser.axe import violations
from tests.browser.contrast import Pale, pale, pale_focus
from tests.browser.pages import PAGES, open_page

NARROW = {"viewport": {"width": 390, "height": 844}}
STRIPES = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'>"
    "<rect width='4' height='8' fill='%23222'/><rect x='4' width='4' height='8' fill='%23ddd'/></svg>"
)
# Each piece has its id from the fault that it has, or none.
PLANTED = f"""<!doctype html><html lang="en"><title>Planted</title><style>
body {{ margin: 0; font: 16px/1.5 sans-serif; background: #fff; color: #222 }}
main > * {{ display: block; margin: 12px; padding: 8px }}
.sky {{ background: linear-gradient(90deg, #123a63, #8fb8de); color: #fff }}
.night {{ background: linear-gradient(90deg, #0c1c2c, #123a63); color: #fff }}
.photo {{ background: url("{STRIPES}") 0 0 / 48px; color: #fff }}
.hidden {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
.covered {{ position: relative }}
.covered span {{ position: absolute; inset: 0; background: #fff }}
input {{ border: 1px solid #767676; font: inherit }}
:focus-visible {{ outline: 3px solid #0b57d0 }}
.ringless:focus-visible {{ outline: none }}
.faint:focus-visible {{ outline: 3px solid #dde6f5 }}
</style><main><h1>Planted</h1>
<p class="sky" id="pale-on-gradient">These words are read where it is dark and lost where it is light</p>
<p class="night" id="fine-on-gradient">These words are read from one end to the other</p>
<p class="photo" id="pale-on-picture">Written across a picture of stripes</p>
<p id="same" style="color: #fff">Nobody sees this</p>
<p id="washed" style="opacity: .45">Half gone by opacity</p>
<p id="soft" style="color: #6b6b6b">Soft and still read</p>
<p id="large-fine" style="font-size: 24px; color: #8a8a8a">Large may be paler</p>
<p id="small-pale" style="color: #8a8a8a">Small may not</p>
<svg width="300" height="40"><text id="drawn" x="8" y="24" fill="#bbb">Drawn as a picture</text></svg>
<p>Read <span class="hidden" id="unseen">by machines only</span> by all</p>
<p class="covered" id="under">Under something<span></span></p>
<label>Fine <input id="field-fine" value="typed"></label>
<label>Faint <input id="field-faint" style="border-color: #ddd" value="typed"></label>
<label>Hint <input id="hint-pale" placeholder="A hint nobody reads"></label>
<style>#hint-pale::placeholder {{ color: #bbb }}</style>
<label>Not now <input id="field-off" disabled style="border-color: #eee; color: #ccc" value="off"></label>
<a href="#a" id="ring">With a ring</a>
<a href="#b" id="ring-none" class="ringless">Without a ring</a>
<a href="#c" id="ring-faint" class="faint">With a faint ring</a>
</main></html>"""
TEXTS = {"pale-on-gradient", "pale-on-picture", "same", "washed", "small-pale", "drawn", "hint-pale"}


def places(found: list[Pale], kind: str) -> set[str]:
    return {each.selector.partition("#")[2].partition(".")[0] for each in found if each.kind == kind}


async def test_planted_faults_are_told_and_nothing_else(open_window) -> None:
    page = (await open_window(viewport={"width": 390, "height": 500})).page
    await page.set_content(PLANTED)
    found = await pale(page)
    assert places(found, "text") == TEXTS, [*map(str, found)]
    assert places(found, "field") == {"field-faint"}, [*map(str, found)]
    assert places(await pale_focus(page, set()), "focus") == {"ring-none", "ring-faint"}


async def test_a_text_on_a_gradient_is_nothing_that_axe_decides(open_window) -> None:
    page = (await open_window(**NARROW)).page
    await page.set_content(PLANTED)
    told_by_axe = " ".join(await violations(page))
    assert "#small-pale" in told_by_axe
    assert "#pale-on-gradient" not in told_by_axe
    assert "#pale-on-picture" not in told_by_axe


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_is_told_from_its_background(open_window, places, scheme: str) -> None:
    window = await open_window(**NARROW, color_scheme=scheme, storage_state=places.state)
    found, kinds = {}, set()
    for shown in PAGES:
        await open_page(window.page, shown, places)
        told = [*await pale(window.page), *await pale_focus(window.page, kinds)]
        found[shown.name] = [str(each) for each in told]
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert window.complaints == []

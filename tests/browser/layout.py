"""Where things stand on a page: what is out of sight, cut off, too small to touch, or under a bar."""

from playwright.async_api import Page

WIDTHS = (320, 390, 1280)
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 2.5.5: 44 CSS pixels, links within sentences excepted. The label of a box is touched as well.
SMALL_TARGETS = r"""() => {
    const inSentence = e => e.localName === "a" && getComputedStyle(e).display === "inline" &&
        [...e.parentElement.childNodes].some(each => each.nodeType === 3 && /\p{L}/u.test(each.data))
    // A field for programs only, which nobody sees, hears or reaches.
    const unseen = e => e.tabIndex < 0 && e.closest("[aria-hidden='true']")
    const place = e => ["checkbox", "radio"].includes(e.type) && e.labels[0] || e
    return [...document.querySelectorAll("a, button, summary, input, select, textarea")]
        .filter(e => e.type !== "hidden" && e.checkVisibility() && !inSentence(e) && !unseen(e))
        .map(e => [e.textContent.trim() || e.name, place(e).getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([name, box]) => `${name}: ${box.width} by ${box.height}`)
}"""
# Texts in boxes that hide what they cannot hold. A box of a pixel is for machines that read aloud, and what a
# closed fold says in short it says in full when it is opened.
CUT_TEXTS = r"""() => [...document.querySelectorAll("body, body *")]
    .filter(e => e.checkVisibility() && e.clientWidth > 1 && /\S/.test(e.innerText ?? ""))
    .filter(e => {
        const {overflowX, overflowY, textOverflow} = getComputedStyle(e)
        if (textOverflow === "ellipsis" && e.closest("summary")) return false
        const hides = overflow => overflow === "hidden" || overflow === "clip"
        return hides(overflowX) && e.scrollWidth > e.clientWidth + 1 ||
            hides(overflowY) && e.scrollHeight > e.clientHeight + 1
    })
    .map(e => `${e.localName}.${e.className}: ${e.innerText.slice(0, 40)}`)"""
# What the keyboard reaches and a bar that stays in place covers, in part or whole, once it was scrolled to.
COVERED = """() => {
    const stays = e => {
        for (; e; e = e.parentElement)
            if (["fixed", "sticky"].includes(getComputedStyle(e).position)) return e
    }
    const covered = e => {
        e.focus()
        const box = e.getClientRects()[0]
        return [box.top + 2, (box.top + box.bottom) / 2, box.bottom - 2].some(y => {
            const bar = stays(document.elementFromPoint((box.left + box.right) / 2, y))
            return bar && !bar.contains(e)
        })
    }
    document.documentElement.style.scrollBehavior = "auto"
    const found = [...document.querySelectorAll("a[href], button, summary, input, select, textarea")]
        .filter(e => e.type !== "hidden" && e.checkVisibility() && e.tabIndex >= 0 && !e.disabled)
    const seen = [...found.filter(covered), ...found.reverse().filter(covered)]
    document.activeElement.blur()
    return [...new Set(seen)].map(e => e.name || e.textContent.trim())
}"""
_CHECKS = {"cut": CUT_TEXTS, "small": SMALL_TARGETS, "covered": COVERED}


async def misplaced(page: Page) -> list[str]:
    """Everything that stands badly in the window as it is, with the size of text that it has."""
    # After a click its styles may still be coming.
    await page.wait_for_load_state()
    found = []
    if beyond := await page.evaluate(OVERFLOW):
        found.append(f"wide: {beyond} pixels")
    for name, check in _CHECKS.items():
        found += [f"{name}: {each}" for each in await page.evaluate(check)]
    return found


async def enlarge(page: Page) -> None:
    """Show text at twice its size, as browsers do for people who ask for it."""
    await page.evaluate("document.documentElement.style.fontSize = '200%'")

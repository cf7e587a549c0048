"""The accessibility rules of axe-core, run inside a page."""

from functools import cache

from playwright.async_api import Page

from tests.readers import npm_packages

# Everything that WCAG 2.2 AA asks for and axe can see, and what its makers recommend besides.
_ALL = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# Rules that depend on dark mode; the others take most of the time.
_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


@cache
def _program() -> str:
    return (npm_packages() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


async def violations(page: Page, scheme: str = "light") -> list[str]:
    """Violations that axe finds on the page, with place and reason; in dark mode only those of colours."""
    # After a click its styles may still be coming.
    await page.wait_for_load_state()
    # Evaluated by the browser's debugger, to which the page's policy does not apply.
    await page.evaluate(_program())
    found = await page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']})",
        _OF_COLOURS if scheme == "dark" else _ALL,
    )
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]

"""The accessibility rules of axe-core, run inside a page."""

from functools import cache

from playwright.async_api import Page

from tests.readers import npm_packages

# Everything that WCAG 2.2 AA asks for and axe can see, and what its makers recommend besides.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _program() -> str:
    return (npm_packages() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


async def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, with its place and reason."""
    # Evaluated by the browser's debugger, to which the page's policy does not apply.
    await page.evaluate(_program())
    found = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]

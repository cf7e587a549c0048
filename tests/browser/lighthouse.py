"""How fast pages are on a phone, by Lighthouse: `python -m tests.browser.lighthouse`, or `make lighthouse`.

The median of five measurements of each page, with nothing else to do on this machine: Lighthouse simulates
a slow network and processor from what it measures. Accessibility and best practices are no matter of time:
`tests/browser/test_lighthouse.py` looks at them.
"""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import async_playwright

from local import demo, node_runtime
from tests.browser.pages import PAGES, Places, Shown, places
from tests.browser.windows import ARGUMENTS, CHROMIUM, running
from tests.readers import Program, npm_packages

JUDGED = [shown for shown in PAGES if shown.name in ("card", "home", "share")]
ENOUGH = 95
_RUNS = 5


class Judgement(NamedTuple):
    """Scores of 100 by category, and what each of them misses."""

    scores: dict[str, int]
    missed: list[str]


class Lighthouse(Program):
    """Lighthouse in a Chromium of its own."""

    def __init__(self) -> None:
        super().__init__([node_runtime.NODE, "lighthouse.mjs", CHROMIUM], npm_packages())

    def judge(self, shown: Shown, origin: str, found: Places, categories: list[str]) -> Judgement:
        url = f"{origin}{shown.address.format(card=found.card, parts=found.parts)}"
        cookies = [f"{cookie['name']}={cookie['value']}" for cookie in found.state["cookies"]]
        question = {"url": url, "categories": categories}
        answer: Any = self.ask(question | ({"cookie": "; ".join(cookies)} if shown.owned else {}))
        assert "error" not in answer, answer
        value = answer["value"]
        assert value["shown"] == url, "it was led elsewhere"
        return Judgement(value["scores"], [": ".join(each) for each in value["missed"]])


async def main() -> int:
    slow = 0
    with tempfile.TemporaryDirectory() as data:
        async with async_playwright() as playwright, running(Path(data)) as origin:
            await demo.first_start(Path(data), {"PUBLIC_ORIGIN": origin})
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            async with places(browser, origin) as found:
                await browser.close()
                lighthouse = Lighthouse()
                for shown in JUDGED:
                    runs = [
                        await asyncio.to_thread(lighthouse.judge, shown, origin, found, ["performance"])
                        for _ in range(_RUNS)
                    ]
                    scores = [run.scores["performance"] for run in runs]
                    median = statistics.median(scores)
                    slow += median < ENOUGH
                    print(f"{shown.name:8} {median:3.0f} of {sorted(scores)}")  # noqa: T201 - the answer
                    if median < ENOUGH:
                        print(*runs[-1].missed, sep="\n")  # noqa: T201
                lighthouse.close()
    return min(slow, 1)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

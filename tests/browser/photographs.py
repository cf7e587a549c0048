"""Photographs of a window, quicker and sharper than Playwright's own, which are packed as small as can be."""

import base64
import io
from typing import Any

from PIL import Image
from playwright.async_api import CDPSession, Page


class Camera:
    """Photographs what a window shows, with `scale` pixels for one of CSS."""

    def __init__(self, page: Page, session: CDPSession, scale: float) -> None:
        self._page, self._session, self.scale = page, session, scale

    @classmethod
    async def of(cls, page: Page, scale: float) -> "Camera":
        return cls(page, await page.context.new_cdp_session(page), scale)

    async def window(self) -> Image.Image:
        return await self.part(*await self._page.evaluate("[0, 0, innerWidth, innerHeight]"))

    async def part(self, left: float, top: float, right: float, bottom: float) -> Image.Image:
        """A part of the window, which reaches from edge to edge of it at most."""
        x, y, width, height = await self._page.evaluate("[scrollX, scrollY, innerWidth, innerHeight]")
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        clip = {"x": x + left, "y": y + top, "width": right - left, "height": bottom - top}
        return await self._shoot(clip, beyond=False)

    async def whole(self) -> Image.Image:
        """The whole page, however long."""
        size = await self._page.evaluate("(e => [e.scrollWidth, e.scrollHeight])(document.documentElement)")
        return await self._shoot({"x": 0, "y": 0, "width": size[0], "height": size[1]}, beyond=True)

    async def _shoot(self, clip: dict[str, Any], *, beyond: bool) -> Image.Image:
        # Until what was changed last is drawn: on a busy machine the picture would be the one before.
        await self._page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        answer = await self._session.send(
            "Page.captureScreenshot",
            {
                "format": "png",
                "optimizeForSpeed": True,
                "clip": {**clip, "scale": self.scale},
                "captureBeyondViewport": beyond,
            },
        )
        return Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB")

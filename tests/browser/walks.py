"""A walk through pages that counts what a person does: taps, and fields that are filled in."""

from dataclasses import dataclass, field

from playwright.async_api import Locator, Page


@dataclass
class Walk:
    """Somebody's way in a window, which they begin at an address and never type another one."""

    page: Page
    taps: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    async def begin(self, address: str) -> None:
        assert not self.taps
        await self.page.goto(address)

    async def tap(self, role: str, name: str) -> None:
        await self._tap(self.page.get_by_role(role, name=name, exact=True).first, name)

    async def fill(self, label: str, text: str) -> None:
        self.fields.append(label)
        await self.page.get_by_label(label).first.fill(text)

    async def choose(self, label: str, option: str) -> None:
        self.fields.append(label)
        await self.page.get_by_label(label).first.select_option(label=option)

    async def _tap(self, target: Locator, name: str) -> None:
        self.taps.append(name)
        # Reached by a finger: in the window, and under nothing.
        await target.scroll_into_view_if_needed()
        await target.click()

"""Forms of the product's pages, read and sent as a browser without script does."""

import re
from html.parser import HTMLParser

import httpx

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "https://izwop.test"}


class Fields(HTMLParser):
    """Values that the form of a page would send, and the names of the page's elements."""

    def __init__(self, html: str, action: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.invalid: set[str] = set()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self._action, self._inside, self._name, self._text = action, False, "", None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.add(tag)
        self.attributes |= given.keys()
        if tag == "form":
            self._inside = given.get("action") == self._action
        if not self._inside:
            return
        name = given.get("name") or self._name
        if "aria-invalid" in given:
            self.invalid.add(name)
        if given.get("type") in ("radio", "checkbox") and "checked" not in given:
            return
        if tag == "input":
            self.values[name] = given.get("value") or ""
        elif tag in ("textarea", "select"):
            self._name = name
            self._text = "" if tag == "textarea" else None
        elif tag == "option" and ("selected" in given or self._name not in self.values):
            self.values[self._name] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            self.values[self._name] = self._text.removeprefix("\n")
            self._text = None
        if tag == "form":
            self._inside = False


async def send(person, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    return await person.http.post(path, data=fields, headers={**SAME_SITE, **headers})


async def fields_at(person, path: str, action: str | None = None) -> dict[str, str]:
    answer = await person.http.get(path)
    assert answer.status_code == 200, answer.text
    return Fields(answer.text, action or path).values


async def new_card(person, **typed: str) -> str:
    """Make a card through the form; return the path of its page."""
    fields = await fields_at(person, "/my/new-card")
    answer = await send(person, "/my/new-card", {**fields, "name": "Ada Lovelace", **typed})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def publish(person, path: str, **typed: str) -> str:
    """Save and publish a card with what is typed; return its public path."""
    answer = await send(person, path, {**await fields_at(person, path), **typed, "then": "publish"})
    assert answer.headers["location"] == f"{path}?done=published", answer.text
    return await address_of(person, path)


async def address_of(person, path: str) -> str:
    """The public path of a published card."""
    shown = await person.http.get(f"{path}/share")
    return re.search(r'href="(/c/[a-z0-9-]+)\.vcf"', shown.text)[1]

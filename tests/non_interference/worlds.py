"""Two worlds that differ in nothing but what one person keeps for themselves, and what others see of each.

A history is run in both. Ids, times and names that differ anyhow are replaced by their place of first
appearance; what is left must be the same to the byte, so also of the same length.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

import httpx

# Part of the names of the people of each world, which differ in it only; and of all that they keep private.
NAMES = ("Quenya", "Sindar")
CANARIES = ("quokkacanary", "wombatcanary")
_WORDS = (
    "tea", "*Mark I*", "<b>bold</b>", "https://example.com/x", "# title", "- item", "Åsa", "王小明", "&amp;",
    "[a](javascript:x)", "```", "\n\n", "\t", "ليلى", "'", '"', "\\", "%s", "{{ x }}",
)  # fmt: skip
# What differs anyhow, and is as long in both worlds.
_ID = r"\b[a-z]{3}_[a-z2-7]{26}\b"
_CHANGING = (
    ("id", _ID),
    ("uuid", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ("time", r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"),
    ("hash", r"\b(?:[0-9a-f]{64}){1,2}\b"),
    # The id of a mail is made of its account and its order.
    ("mail", r"\b[0-9a-f]{32}\b"),
    ("form", r"\b[a-z2-7]{26}\.[0-9]{10}\.[\w-]{32}"),
    ("clock", r"datetime\.datetime\([^)]*\)"),
    ("token", r"(?<=\")[\w-]{22}(?=\")|(?<![\w-])[\w-]{43}(?![\w-])|(?<=value=\")[\w-]{22,86}(?=\")"),
    ("etag", r"(?<='\")[\w-]{20}(?=(-br|-gzip)?\"')"),
    ("clock", r"\b\d\d:\d\d\b"),
    ("drawn", r"\bd=\"[^\"]{200,}\""),
    ("took", r"\b\d+(\.\d+)? ?ms\b"),
)
_NOT_COMPARED = ("set-cookie", "content-length")


class Texts:
    """What the person of a world types. Both worlds are asked for the same texts, and get other ones."""

    def __init__(self, world: int, seed: int) -> None:
        self._world, self._random = world, Random(f"texts {world} {seed}")

    def line(self, most: int = 60) -> str:
        return self.some(most).replace("\n", " ").replace("\t", " ").replace(",", " ").strip()

    def some(self, most: int) -> str:
        """A text with the world's canary in it, of any length."""
        words, size = [CANARIES[self._world]], self._random.randint(13, most)
        while len(" ".join(words)) < size:
            words.append(self._random.choice(_WORDS))
        return " ".join(words)[:size].strip()


@dataclass
class Person:
    """A signed-in person, and what they may tell others of: the ids of what they made."""

    signed_in: Any
    ids: dict[str, list[str]] = field(default_factory=dict)

    async def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.signed_in.api(method, path, **options)

    async def changed(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request with the version that the thing has now."""
        etag = (await self.api("GET", path)).headers.get("etag", '"1"')
        return await self.api(method, path, headers={"If-Match": etag}, **options)

    async def get(self, path: str) -> httpx.Response:
        return await self.signed_in.http.get(path)

    async def send(self, path: str, **fields: str) -> httpx.Response:
        return await self.signed_in.http.post(path, data={"csrf": self.signed_in.csrf, **fields})

    def remember(self, kind: str, answer: httpx.Response) -> None:
        if answer.status_code == httpx.codes.CREATED:
            self.ids.setdefault(kind, []).append(answer.json()["id"])


@dataclass
class World:
    """One of the two: its people, its texts, and what everybody but the owner has seen.

    `choices` is the same in both worlds. `owner` keeps private texts, `other` is signed in, `stranger` is
    not, and has the `links` to what they left on the owner's card.
    """

    number: int
    owner: Person
    other: Person
    stranger: httpx.AsyncClient
    host: Any
    handle: str
    texts: Texts
    choices: Random
    seen: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def one_of(self, kind: str) -> str:
        """Id of one of the things that the owner made; an unknown one if there is none yet."""
        made = self.owner.ids.get(kind) or [f"{kind}_{'a' * 26}"]
        return self.choices.choice(made)

    def see(self, what: str, answer: httpx.Response) -> None:
        """Note all that an answer shows to somebody else than the owner."""
        # The body is compared to the byte, but for the code of the card's address, which is as long as it is.
        headers = {name: text for name, text in answer.headers.items() if name not in _NOT_COMPARED}
        self.seen.append(self.plain(f"{what} {answer.status_code} {sorted(headers.items())} {answer.text}"))

    def plain(self, text: str) -> str:
        text = text.replace(NAMES[self.number], "WORLD").replace(NAMES[self.number].lower(), "world")
        for kind, form in _CHANGING:
            text = re.sub(form, lambda found, kind=kind: self._name(kind, found[0]), text)
        return text

    def _name(self, kind: str, found: str) -> str:
        if kind in ("time", "clock", "took"):
            return f"<{kind}>"
        return self._names.setdefault(found, f"<{kind} {len(self._names)}>")


Step = Callable[[World], Awaitable[None]]


@contextmanager
def watched(world: World) -> Iterator[None]:
    """Note the log lines, the queue messages and the mails of a history, too."""
    from adapters.mail.smtp import SmtpMailer  # noqa: PLC0415 - the modules that the host loaded
    from adapters.storage.queues import Queue  # noqa: PLC0415

    lines: list[str] = []
    send, deliver = Queue.send, SmtpMailer.send

    async def sent(queue: Any, order: Any, **options: Any) -> None:
        # Visits are sent when a clock says so, several together.
        if queue._name != "visits":
            # Which of two works goes on first is the queue's choice.
            message = re.sub(_ID, "<id>", f"queue {queue._name} {order.model_dump_json()} {options}")
            world.seen.append(world.plain(message))
        await send(queue, order, **options)

    async def delivered(mailer: Any, *given: Any, **options: Any) -> None:
        world.seen.append(world.plain(f"mail {given} {options}"))
        await deliver(mailer, *given, **options)

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name == "httpx":  # the tests' own client
                return
            text = logging.Formatter("%(name)s %(levelname)s %(message)s").format(record)
            lines.append(world.plain(text))

    handler = Lines()
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        with patch.object(Queue, "send", sent), patch.object(SmtpMailer, "send", delivered):
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    # Several requests of one moment may log in any order.
    world.seen += sorted(f"log {line}" for line in lines)


def unlike(one: World, two: World) -> str:
    """The first thing that shows in which world one is; empty if nothing does."""
    for left, right in zip(one.seen, two.seen, strict=False):
        if left != right:
            at = next((i for i, pair in enumerate(zip(left, right, strict=False)) if len(set(pair)) > 1),
                      min(len(left), len(right)))  # fmt: skip
            return json.dumps(
                [left[max(0, at - 200) : at + 200], right[max(0, at - 200) : at + 200]], indent=1
            )
    longer = max(one.seen, two.seen, key=len)
    return (
        "" if len(one.seen) == len(two.seen) else f"only in one: {longer[min(len(one.seen), len(two.seen))]}"
    )

"""Ten demo people with published cards, made on the first start through the app's own doors."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from local import processes
from local.demo_people import CARDS, DemoCard, Draw
from local.identity.sign_in import sign_in

# People are seeded side by side, as far as two cores go.
AT_ONCE = 3
PICTURE_SECONDS = 30
LISTS = ("emails", "phones", "socialLinks", "productLinks")
# Who asks with which card, from which card, and who accepts; without anybody the request waits.
CONNECTIONS = (
    ("Ada Lovelace", "ada-lovelace", "grace-hopper", "Grace Hopper"),
    ("Katherine Johnson", "katherine-johnson", "grace-hopper", ""),
)


class Filling(NamedTuple):
    """What one of the people gets while everything else can be used, by a module that runs beside the app."""

    owner: str
    module: str
    gets: str

    def is_done(self, data: Path) -> bool:
        return self._done(data).exists()

    def _done(self, data: Path) -> Path:
        return data / f"{self.module.rpartition('.')[2].replace('_', '-')}-made"

    async def run(self, data: Path, settings: Mapping[str, str]) -> None:
        """Fill, unless this data has it. A run that was cut off is repeated."""
        if self.is_done(data):
            return
        owner = await account_of(settings["PUBLIC_ORIGIN"], self.owner)
        command = [sys.executable, "-m", self.module, "--owner", owner]
        env = os.environ | dict(settings)
        filling = await processes.start(self.module, command, logs=data / "logs", env=env)
        try:
            failed = await filling.process.wait()
        finally:
            await filling.stop()
        if failed:
            raise DemoFailed(f"\n{filling.tail()}")
        self._done(data).touch()


ORGANISATION = Filling(
    "Ada Lovelace", "local.demo_organisation", "an organisation of 200 people: some seconds"
)
RELATIONSHIPS = Filling(
    "Grace Hopper", "local.demo_relationships", "an address book of 5,000 entries: about a minute"
)
# Seen with the card by everybody.
WITHOUT_AUDIENCE = ("name", "nameParts", "look")
# The fullest of the cards, which the home page shows as an example.
EXAMPLE = CARDS[0].handle


class DemoFailed(Exception):
    """The app refused a step of the demo; the message contains the request and the answer."""


async def first_start(data: Path, settings: Mapping[str, str]) -> str:
    """Make the demo people's cards unless this data has them; return the path of a card to open.

    Every step may be repeated, so that the next start completes an interrupted one.
    """
    done = data / "demo-people-made"
    if not done.exists():
        turn = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                for name, cards in groupby(CARDS, key=lambda card: card.name):
                    group.create_task(_make_cards(settings["PUBLIC_ORIGIN"], name, list(cards), turn))
        except ExceptionGroup as failed:
            # The first failure cancelled the others, so it alone names the cause.
            raise failed.exceptions[0] from None
        for asks, own, handle, answers in CONNECTIONS:
            await _connect(settings["PUBLIC_ORIGIN"], asks, own, handle, answers)
        done.touch()
    return f"/c/{EXAMPLE}"


async def account_of(origin: str, name: str) -> str:
    """The id of the account of one of the people."""
    async with _signed_in(origin, name) as app:
        return str(_checked(await app.get("/api/v1/account")).json()["id"])


async def _make_cards(origin: str, name: str, cards: Iterable[DemoCard], turn: asyncio.Semaphore) -> None:
    async with turn, _signed_in(origin, name) as app:
        for card in cards:
            await _make_card(app, card)


@asynccontextmanager
async def _signed_in(origin: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of one of the people, for the API."""
    async with _browser(origin) as app:
        age = {"birthYear": "1985", "birthMonth": "12", "returnTo": "/api/v1/session"}
        begun = await app.post("/auth/login", data=age)
        async with httpx.AsyncClient(trust_env=False) as provider:
            callback = await sign_in(provider, begun.headers.get("location", ""), name)
        _checked(await app.get(callback, follow_redirects=True))
        session = _checked(await app.get("/api/v1/session"))
        app.headers["X-CSRF-Token"] = session.json()["csrfToken"]
        yield app


async def _connect(origin: str, asks: str, own: str, handle: str, answers: str) -> None:
    """One of the people asks from a card, and its owner accepts, if anybody `answers`."""
    async with _signed_in(origin, asks) as app:
        cards = _checked(await app.get("/api/v1/cards")).json()["data"]
        wanted = {"handle": handle, "cardId": next(card["id"] for card in cards if card["handle"] == own)}
        link = _checked(await app.post("/api/v1/connection-requests", json=wanted))
    if answers and link.json()["state"] == "asked":
        async with _signed_in(origin, answers) as app:
            at = link.json()["id"]
            asked = _checked(await app.get(f"/api/v1/connections/{at}"))
            version = {"If-Match": asked.headers["etag"]}
            _checked(await app.put(f"/api/v1/connection-requests/{at}/acceptance", headers=version, json={}))


async def _make_card(app: httpx.AsyncClient, card: DemoCard) -> None:
    # Every card has a profile of its own, so that nothing links two cards of one person.
    named = {"name": card.content.get("organisation", card.content["name"])}
    profile = await _create(app, "profiles", f"demo-{card.handle}", named)
    images = await asyncio.gather(
        *(_make_image(app, card.handle, purpose, draw) for purpose, draw in card.pictures.items())
    )
    new = {
        "profileId": profile.json()["id"],
        "handle": card.handle,
        "content": content_of(card) | dict(zip(card.pictures, images, strict=True)),
    }
    made = await _create(app, "cards", f"demo-{card.handle}", new)
    stored = _checked(await app.get(made.headers["location"]))
    if stored.json()["published"] is None:
        version = {"If-Match": stored.headers["etag"]}
        _checked(await app.put(f"{made.headers['location']}/publication", headers=version))
    if card.takes_details:
        at = f"{made.headers['location']}/exchange-form"
        version = {"If-Match": _checked(await app.get(at)).headers["etag"]}
        _checked(await app.put(at, json={"on": True, "message": "optional"}, headers=version))


async def _make_image(app: httpx.AsyncClient, handle: str, purpose: str, draw: Draw) -> str:
    """Upload a picture and wait until the app has processed it; return its id."""
    made = await _create(app, "images", f"demo-{handle}-{purpose}", {"purpose": purpose})
    image = made.json()
    if image["state"] == "waiting":
        picture = await asyncio.to_thread(draw)
        kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        _checked(await app.put(f"{made.headers['location']}/content", content=picture,
                               headers={"Content-Type": kind}))  # fmt: skip
    limit = time.monotonic() + PICTURE_SECONDS
    while image["state"] in ("waiting", "processing") and time.monotonic() < limit:
        await asyncio.sleep(0.1)
        image = _checked(await app.get(made.headers["location"])).json()
    if image["state"] != "ready":
        raise DemoFailed(f"the {purpose} of {handle} is {image['state']}: {image['problem']}")
    return str(image["id"])


async def _create(app: httpx.AsyncClient, kind: str, key: str, new: dict[str, Any]) -> httpx.Response:
    """Create an object, or get the one created under this key before."""
    return _checked(await app.post(f"/api/v1/{kind}", json=new, headers={"Idempotency-Key": key}))


def content_of(card: DemoCard) -> dict[str, Any]:
    """The card's content with the audience of everything: public where none is named."""
    entries = {
        name: [{"audience": "public"} | entry for entry in value]
        for name, value in card.content.items()
        if name in LISTS
    }
    singles = card.content.keys() - {*WITHOUT_AUDIENCE, *LISTS} | card.pictures.keys()
    audiences = {name: card.audiences.get(name, "public") for name in singles}
    return card.content | entries | {"audiences": audiences}


def _browser(origin: str) -> httpx.AsyncClient:
    """A client that returns Secure cookies to http://localhost, as browsers do and httpx does not."""
    cookies: dict[str, str] = {}

    async def send(request: httpx.Request) -> None:
        request.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())

    async def keep(answer: httpx.Response) -> None:
        for header in answer.headers.get_list("set-cookie"):
            cookies.update({name: morsel.value for name, morsel in SimpleCookie(header).items()})

    browser = httpx.AsyncClient(base_url=origin, trust_env=False, timeout=30)
    browser.event_hooks = {"request": [send], "response": [keep]}
    return browser


def _checked(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        request = f"{answer.request.method} {answer.request.url.path}"
        raise DemoFailed(f"{request} answered {answer.status_code}: {answer.text[:500]}")
    return answer

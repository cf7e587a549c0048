"""Three demo people with published cards, made on the first start through the app's own doors."""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx

from local import identity
from local.identity.sign_in import sign_in

HANDLES = ("ada-lovelace", "grace-hopper", "katherine-johnson")
CARDS: tuple[dict[str, Any], ...] = (
    {
        "title": "Analyst",
        "organisation": "Analytical Engines Ltd",
        "emails": [{"kind": "work", "address": "ada@example.com"}],
        "phones": [{"kind": "work", "number": "+44 20 7946 0958"}],
        "website": "https://analytical-engines.example/",
        "socialLinks": [{"url": "https://www.linkedin.com/in/ada-example"}],
        "companyText": "We weave algebraical patterns just as the Jacquard loom weaves flowers and leaves.",
        "videoLink": "https://video.example/analytical-engine",
        "officeAddress": {"street": "12 St James's Square", "city": "London", "country": "GB"},
        "mapLink": "https://www.openstreetmap.org/#map=17/51.5072/-0.1347",
        "productLinks": [{"label": "The first program", "url": "https://analytical-engines.example/note-g"}],
    },
    {
        "title": "Rear Admiral, Compilers",
        "organisation": "Flow-Matic Systems",
        "emails": [{"kind": "work", "address": "grace@example.com"}],
        "phones": [{"kind": "work", "number": "+1 202 555 0123"}],
        "website": "https://flow-matic.example/",
        "companyText": "The most dangerous phrase in the language is: we have always done it this way.",
        "productLinks": [{"label": "Book a lecture", "url": "mailto:lectures@example.com"}],
    },
    {
        "title": "Mathematician",
        "organisation": "Orbital Mechanics Group",
        "emails": [{"kind": "work", "address": "katherine@example.com"}],
        "website": "https://orbital-mechanics.example/",
        "companyText": "Trajectories, launch windows and return paths, checked by hand.",
        "officeAddress": {"city": "Hampton", "region": "Virginia", "country": "US"},
    },
)  # fmt: skip


class DemoFailed(Exception):
    """The app refused a step of the demo; the message holds the request and the answer."""


async def first_start(data: Path, settings: Mapping[str, str]) -> str:
    """Make the demo people's cards unless this data has them; gives the path of a card to open.

    Every step may be repeated, so a start that broke off is made good by the next one.
    """
    done = data / "demo-people-made"
    if not done.exists():
        for (name, _), handle, content in zip(identity.PEOPLE, HANDLES, CARDS, strict=True):
            await _make_card(settings["PUBLIC_ORIGIN"], name, handle, content)
        done.touch()
    return f"/c/{HANDLES[0]}"


async def _make_card(origin: str, name: str, handle: str, content: dict[str, Any]) -> None:
    async with _browser(origin) as app:
        age = {"birthYear": "1985", "birthMonth": "12", "returnTo": "/api/v1/session"}
        begun = await app.post("/auth/login", data=age)
        async with httpx.AsyncClient(trust_env=False) as provider:
            callback = await sign_in(provider, begun.headers.get("location", ""), name)
        _checked(await app.get(callback, follow_redirects=True))
        session = _checked(await app.get("/api/v1/session"))
        app.headers.update({"X-CSRF-Token": session.json()["csrfToken"], "Idempotency-Key": f"demo-{handle}"})
        profile = _checked(await app.post("/api/v1/profiles", json={"name": content["organisation"]})).json()
        new = {"profileId": profile["id"], "handle": handle, "content": {"name": name, **content}}
        made = _checked(await app.post("/api/v1/cards", json=new))
        card = _checked(await app.get(made.headers["location"]))
        if card.json()["published"] is None:
            version = {"If-Match": card.headers["etag"]}
            _checked(await app.put(f"{made.headers['location']}/publication", headers=version))


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

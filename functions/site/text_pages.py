"""Pages of the texts kept as files: help, privacy notice, terms; and where security researchers look."""

from datetime import timedelta
from typing import Any, Final

import azure.functions as func

import wiring.site
from domain.base.errors import NotFound
from functions.framework.callers import known_person
from functions.framework.clock import now
from functions.framework.pages import navigation, page
from functions.framework.replies import reply
from functions.framework.texts import LANGUAGES, language
from functions.site.text_files import SECURITY, TOPICS, Shelf, current, read, versions

SECURITY_EMAIL: Final = "security@izwop.com"
# RFC 9116 §2.5.5 recommends less than a year; the date moves with each request.
_VALID: Final = timedelta(days=180)


async def show_help(req: func.HttpRequest) -> func.HttpResponse:
    topics = [(topic, read("help", topic, language()).title) for topic in TOPICS]
    return await _page(req, "site/help.html", topics=topics)


async def show_topic(req: func.HttpRequest) -> func.HttpResponse:
    topic = req.route_params["topic"]
    if topic not in TOPICS:
        raise NotFound
    return await _page(req, "site/topic.html", text=read("help", topic, language()), topic=topic)


async def show_privacy(req: func.HttpRequest) -> func.HttpResponse:
    return await _versioned(req, "privacy")


async def show_terms(req: func.HttpRequest) -> func.HttpResponse:
    return await _versioned(req, "terms")


async def _versioned(req: func.HttpRequest, shelf: Shelf) -> func.HttpResponse:
    """The version that the address names, else the one that applies today."""
    known, applies = versions(shelf), current(shelf, now().date())
    version = req.route_params.get("version", applies)
    if version not in known:
        raise NotFound
    return await _page(
        req,
        "site/notice.html",
        text=read(shelf, version, language()),
        shelf=shelf,
        version=version,
        applies=applies,
        versions=known[::-1],
        controller=wiring.site.controller_name(),
    )


async def show_security_txt(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the door passes it
    """`security.txt` (RFC 9116), which never expires because each reply has a new date."""
    origin = wiring.site.origin()
    expires = (now() + _VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: mailto:{SECURITY_EMAIL}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {origin}/.well-known/security.txt",
        f"Policy: {origin}/help/{SECURITY}",
    )
    return reply(
        "".join(f"{line}\n" for line in lines).encode(),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "public, max-age=86400"},
    )


async def _page(req: func.HttpRequest, template: str, **values: Any) -> func.HttpResponse:
    person = await known_person(req)
    return page(template, contact=wiring.site.contact_email(), **navigation(person), **values)

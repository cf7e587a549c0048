"""Template filters of every page: display forms of links, names, days, countries and languages."""

import re
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from domain.base.hosts import as_written
from functions.framework import texts
from functions.framework.assets import asset_url, inline_script
from functions.framework.texts import N_, _

_FITS, _MAX_LINK = 20, 60
_JOINTS = re.compile(r"(?<=[@./])(?=\w)")
_WEB = Path(__file__).parent.parent.parent / "web"


def initials(name: str) -> str:
    """Initials of a name: two letters, or one in scripts without capitals, where two would mislead."""
    letters = [found[0] for word in name.split() if (found := re.search(r"[^\W\d_]", word))]
    if not letters:
        return name[:1]
    first, last = letters[0].upper()[0], letters[-1].upper()[0]
    cased = first != letters[0].lower() and last != letters[-1].lower()
    return first + last if cased and len(letters) > 1 else first


def mailto(address: str) -> str:
    """`mailto:` link of an address, with the ASCII form of its domain for mail programs (RFC 6068)."""
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

        # A stored address is shown even if the library has become stricter since it was vetted.
        with suppress(EmailNotValidError):
            domain = str(validate_email(address, check_deliverability=False).ascii_domain)
    return f"mailto:{quote(local, safe='!$*+-/=^_{|}~.')}@{domain}"


def link_text(url: str) -> str:
    """Short display form of a link: no scheme, no `www.`, no query, no closing slash."""
    parts = urlsplit(url)
    if parts.scheme in ("mailto", "tel"):
        return parts.path
    return as_written(parts.netloc.removeprefix("www.")) + parts.path.rstrip("/")


def breakable(text: str) -> Markup:
    """An address that breaks after `@`, dots and slashes, before it breaks inside its words."""
    parts = escape(text)
    # What fits the smallest phone is spared the marks.
    return parts if len(text) <= _FITS else Markup(_JOINTS.sub("<wbr>", parts))  # noqa: S704 - escaped


def short_link(url: str) -> Markup:
    """The text of a link in one line or two, also of one that is 2,000 characters long."""
    text = link_text(url)
    return breakable(text if len(text) <= _MAX_LINK else f"{text[: _MAX_LINK - 1]}…")


_MONTHS: Final = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


def months() -> list[str]:
    """Names of the months, January first."""
    return [_(name) for name in _MONTHS]


def day(on: date, *, year: bool = False) -> str:
    """A day in words: "26 November", with its year "26 November 2026"."""
    values = {"day": on.day, "month": _(_MONTHS[on.month - 1]), "year": on.year}
    if year:
        return _("%(day)s %(month)s %(year)s", **values)
    return _("%(day)s %(month)s", **values)


def moment(time: datetime, *, year: bool = False) -> str:
    """A time in words, to the minute: "26 November, 18:35"."""
    return _("%(day)s, %(time)s", day=day(time, year=year), time=time.strftime("%H:%M"))


def countries() -> dict[str, str]:
    """Country names by ISO 3166-1 code, in the order of the names."""
    return _rows(f"locale/{texts.language()}/countries")


def languages() -> dict[str, str]:
    """Native names of languages by tag (BCP 47)."""
    return _rows("languages")


@cache
def _rows(table: str) -> dict[str, str]:
    rows = (line.partition("\t") for line in (_WEB / f"{table}.tsv").read_text("utf-8").splitlines())
    return {code: name for code, _tab, name in rows}


def language(tag: str) -> str:
    """Native name of a language, by the longest known beginning of its tag; the tag if there is none."""
    known = {each.lower(): name for each, name in languages().items()}
    parts = tag.lower().split("-")
    names = (known.get("-".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next((name for name in names if name), tag)


def icon(name: str) -> Markup:
    """SVG icon that the page defines. Jinja renders a constant name once, when it compiles the page."""
    return Markup(f'<svg class="icon" aria-hidden="true"><use href="#{name}"/></svg>')  # noqa: S704 - ours


def script(plain: str) -> Markup:
    """Text of one of our scripts, inline; the page's policy allows it by its hash."""
    return Markup(inline_script(plain))  # noqa: S704 - ours


def continued(sentence: str) -> str:
    """A sentence as the end of another: its first letter is small."""
    return sentence[:1].lower() + sentence[1:]


FILTERS = {
    "asset": asset_url,
    "breakable": breakable,
    "continued": continued,
    "day": day,
    "icon": icon,
    "initials": initials,
    "language": language,
    "link_text": link_text,
    "mailto": mailto,
    "moment": moment,
    "script": script,
    "short_link": short_link,
}

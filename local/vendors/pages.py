"""Pages on which a person looks at the records of a stand-in, edits them, and breaks it."""

from html import escape
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from local.vendors.skin import DEMO, Refused, Skin, World
from local.vendors.store import PERSON, Account, NoSuchRecord, Record

ROWS = 50
LONGEST = 80  # characters of a value in a table
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
# What a person may break: the words on the button, and the rules that it orders.
BREAK: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "busy": ("Answer 429 to the next 5 requests", [{"action": "status", "times": 5, "retryAfter": 1}]),
    "down": ("Answer 503 to the next 20 requests", [{"action": "status", "status": 503, "times": 20}]),
    "lost": ("Do the next 3 requests, and lose the answers", [{"action": "lost_answer", "times": 3}]),
    "lag": ("Find changes in searches after 20 seconds only", [{"action": "search_lag", "seconds": 20}]),
}

_STYLE = """
  :root { color-scheme: light dark; }
  body { max-width: 90rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
  table { border-collapse: collapse; width: 100%; } form { margin: 1rem 0; }
  td, th { text-align: start; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
  td { max-width: 15rem; overflow-wrap: break-word; font-size: .875rem; }
  label { display: block; margin: .5rem 0; }
  input { font: inherit; min-width: 20rem; } button { font: inherit; }
  .not { border: 1px solid; padding: .5rem 1rem; }
"""


class Pages:
    def __init__(self, world: World, made: dict[str, Skin]) -> None:
        self._world = world
        self._skins = made

    async def index(self, asked: web.Request) -> web.Response:  # noqa: ARG002 - a handler of aiohttp
        links = "".join(
            f'<li><a href="/pages/{name}">{escape(skin.title)}</a></li>' for name, skin in self._skins.items()
        )
        return _page("Stand-ins", f"<ul>{links}</ul>")

    async def answer(self, asked: web.Request) -> web.Response:
        skin = self._skins.get(asked.match_info["vendor"])
        parts = [part for part in asked.match_info["path"].split("/") if part]
        if skin is None or (parts and parts[0] not in {*skin.tables, "break", "key"}):
            return _page("Not found", "<p>There is no such page.</p>", status=404)
        name = asked.query.get("account", DEMO)
        account = skin.account(name)
        try:
            if asked.method == "POST":
                return await self._posted(asked, skin, account, parts)
            return self._shown(asked, skin, account, parts)
        except Refused as refused:
            words = escape(str((refused.reply.body or {}).get("message", refused.reply.body)))
            return _page(skin.title, f"<p>{words}</p>", status=refused.reply.status)
        except NoSuchRecord as exc:
            return _page(skin.title, f"<p>There is no record {escape(str(exc))}.</p>", status=404)

    def _shown(self, asked: web.Request, skin: Skin, account: Account, parts: list[str]) -> web.Response:
        match parts if parts and parts[0] in skin.tables else []:
            case [kind, "new"]:
                body = _form(skin.tables[kind], {}, [("create", "Create")])
            case [kind, ref]:
                record = account.live(kind, ref)
                if record is None:
                    raise NoSuchRecord(ref)
                body = _record(skin, record)
            case [kind]:
                body = _table(skin, account, kind, asked.query.get("q", ""), asked.query.get("after", "0"))
            case _:
                body = self._start(skin, account)
        links = " · ".join(f'<a href="{_to(skin, account, kind)}">{escape(kind)}</a>' for kind in skin.tables)
        warning = f"This is not {skin.title}: it is a stand-in on this machine, with invented data."
        start = f'<a href="{_to(skin, account)}">{escape(skin.title)}</a>'
        top = f'<p class="not">{escape(warning)}</p><p>{start} · {links}</p>'
        return _page(f"Not {skin.title}", top + body)

    def _start(self, skin: Skin, account: Account) -> str:
        names = "".join(
            f'<li><a href="{_to(skin, each)}">{escape(each.name)}</a></li>'
            for each in self._world.store.accounts(skin.name)
            if not each.name.startswith("_")
        )
        buttons = "".join(
            f'<p><button name="do" value="{key}">{escape(words)}</button></p>'
            for key, (words, _) in BREAK.items()
        )
        ordered = "".join(
            f"<li>{escape(each.action)}, {each.times:g} times</li>"
            for each in self._world.faults.ordered
            if each.is_about(skin.name, account.name)
        )
        refuse = (
            '<p>Refuse records with a value in a field.</p><label>Field <input name="field"></label>'
            '<label>Value <input name="value"></label><button name="do" value="refuse">Refuse them</button>'
        )
        return (
            "<h2>Let iZwop in</h2><p>By a key, where that goes without OAuth: each time a new one.</p>"
            f'<form method="post" action="{_to(skin, account, "key")}"><button>Make a key</button></form>'
            f"<h2>Accounts</h2><ul>{names}</ul><h2>Break it</h2><ul>{ordered}</ul>"
            f'<form method="post" action="{_to(skin, account, "break")}">{buttons}{refuse}'
            '<p><button name="do" value="mend">Mend it</button></p></form>'
        )

    async def _posted(
        self, asked: web.Request, skin: Skin, account: Account, parts: list[str]
    ) -> web.Response:
        if asked.headers.get("Origin", _origin(asked)) != _origin(asked):
            return _page("Refused", "<p>The form came from elsewhere.</p>", status=403)
        given = {name: str(value) for name, value in (await asked.post()).items()}
        what = given.pop("do", "")
        match (what, parts):
            case (_, ["key"]):
                key = escape(skin.key(account, f"{_origin(asked)}/{skin.name}"))
                return _page(f"A key of {account.name}", f"<pre>{key}</pre>")
            case (_, ["break"]):
                self._break(skin, account, what, given)
                raise web.HTTPSeeOther(_to(skin, account))
            case ("create", [kind, "new"]):
                ref = skin.create(
                    account, kind, {name: value for name, value in given.items() if value}, by=PERSON
                )
            case ("save", [kind, ref]):
                skin.change(account, kind, ref, _edited(account, kind, ref, given), by=PERSON)
            case ("merge", [kind, ref]) if kind in skin.merges:
                ref = skin.merge(account, kind, ref, given["other"], by=PERSON)
            case ("delete", [kind, ref]):
                skin.delete(account, kind, ref, by=PERSON)
                raise web.HTTPSeeOther(_to(skin, account, kind))
            case _:
                return _page("Not found", "<p>There is no such form.</p>", status=404)
        raise web.HTTPSeeOther(_to(skin, account, kind, ref))

    def _break(self, skin: Skin, account: Account, what: str, given: dict[str, str]) -> None:
        faults = self._world.faults
        about = {"match": {"vendor": skin.name, "account": account.name}}
        if what == "mend":
            faults.ordered = [each for each in faults.ordered if not each.is_about(skin.name, account.name)]
        elif what == "refuse":
            faults.order([{"action": "refuse_record", **given} | about])
        elif what in BREAK:
            faults.order([rule | about for rule in BREAK[what][1]])


def _edited(account: Account, kind: str, ref: str, given: dict[str, str]) -> dict[str, str]:
    """What a person has changed in the form; other values may be broken and stay so."""
    record = account.live(kind, ref)
    if record is None:
        raise NoSuchRecord(ref)
    return {name: value for name, value in given.items() if value != str(record.fields.get(name) or "")}


def _origin(asked: web.Request) -> str:
    return f"{asked.scheme}://{asked.host}"


def _to(skin: Skin, account: Account, *parts: str) -> str:
    path = "/".join(("/pages", skin.name, *parts))
    return path if account.name == DEMO else f"{path}?{urlencode({'account': account.name})}"


def _table(skin: Skin, account: Account, kind: str, wanted: str, after: str) -> str:
    columns = skin.tables[kind]
    found = (
        record
        for record in account.after(kind, after if after.isdigit() else "0")
        if wanted.lower() in " ".join(str(record.fields.get(name) or "") for name in columns).lower()
    )
    rows = list(islice(found, ROWS))
    head = "".join(f"<th>{escape(name)}</th>" for name in ("id", *columns, "changed", "by"))
    cells = "".join(_row(skin, account, record, columns) for record in rows)
    following = {"q": wanted, "after": rows[-1].id if rows else "0", "account": account.name}
    more = f'<p><a href="?{escape(urlencode(following))}">More</a></p>'
    return (
        f'<h2>{escape(kind)}</h2><form><label>Search <input name="q" value="{escape(wanted)}"></label>'
        f'<input type="hidden" name="account" value="{escape(account.name)}"><button>Search</button></form>'
        f'<p><a href="{_to(skin, account, kind, "new")}">New</a></p>'
        f"<table><tr>{head}</tr>{cells}</table>{more if len(rows) == ROWS else ''}"
    )


def _row(skin: Skin, account: Account, record: Record, columns: tuple[str, ...]) -> str:
    values = [str(record.fields.get(name) or "")[:LONGEST] for name in columns]
    values += [record.modified.strftime("%Y-%m-%d %H:%M:%S"), record.by]
    link = f'<td><a href="{_to(skin, account, record.type, record.id)}">{record.id}</a></td>'
    return f"<tr>{link}{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>"


def _record(skin: Skin, record: Record) -> str:
    values = [*record.fields.items(), *((f"of {kind}", ref) for kind, ref in record.links)]
    merge = (
        '<form method="post"><label>Merge with the record <input name="other" required></label>'
        '<button name="do" value="merge">Merge</button></form>'
    )
    return (
        _form(skin.tables[record.type], record.fields, [("save", "Save"), ("delete", "Delete")])
        + (merge if record.type in skin.merges else "")
        + "<h2>All values</h2><table>"
        + "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(held))}</td></tr>" for name, held in values)
        + "</table>"
    )


def _form(columns: tuple[str, ...], values: dict[str, Any], buttons: list[tuple[str, str]]) -> str:
    inputs = "".join(
        f'<label>{name} <input name="{name}" value="{escape(str(values.get(name) or ""))}"></label>'
        for name in columns
    )
    ends = " ".join(f'<button name="do" value="{key}">{words}</button>' for key, words in buttons)
    return f'<form method="post">{inputs}{ends}</form>'


def _page(title: str, body: str, status: int = 200) -> web.Response:
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
    return web.Response(
        text=html, status=status, content_type="text/html", headers={"Content-Security-Policy": POLICY}
    )

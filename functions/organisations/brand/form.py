"""The form of a brand: what a person types, and the brand that it says."""

from collections.abc import Mapping
from typing import Any, Final

from domain.base.errors import Fault, InvalidInput
from domain.cards.look import Look
from domain.cards.mending import mended_link
from domain.organisations.brand.brand import BRAND_PICTURES, BrandContent
from functions.cards.form import FIELDS
from functions.framework import forms
from functions.framework.forms import Values, by_label, label_of
from functions.framework.texts import N_

PICTURES: Final = tuple(BRAND_PICTURES.values())
PARTS: Final = FIELDS["officeAddress"].parts
# The field that every row has.
_MARKS: Final = {"links": "links-{}-name", "addresses": "addresses-{}-name"}
_MOST_ROWS: Final = 20
LABELS: Final = {
    **{f"/{name}": FIELDS[name].label for name in (*PICTURES, "companyText", "videoLink")},
    "/theme": N_("Theme"),
    "/colour": N_("Colour"),
    "/links": N_("Link"),
    "/addresses": N_("Address"),
}
_TEXTS: Final = ("companyText", "videoLink")


def values_in(form: Mapping[str, str], stored: Look | None) -> Values:
    """The input of a brand that a form says, without its empty rows, not yet vetted.

    The order of sections is that of the `stored` look: the form does not ask for it.
    """
    links = [
        {"name": form.get(f"links-{n}-name", "").strip(), "url": _link(form.get(f"links-{n}-url", ""))}
        for n in range(_MOST_ROWS)
    ]
    addresses = [
        {
            "name": form.get(f"addresses-{n}-name", "").strip(),
            "address": forms.parts_in(form, f"addresses-{n}-address", PARTS),
        }
        for n in range(_MOST_ROWS)
    ]
    return {
        **{name: form.get(name) or None for name in PICTURES},
        "companyText": form.get("companyText", "").strip() or None,
        "videoLink": _link(form.get("videoLink", "")) or None,
        "look": _look(form, stored),
        "links": [row for row in links if any(row.values())],
        "addresses": [row | {"address": row["address"] or {}} for row in addresses if any(row.values())],
    }


def _look(form: Mapping[str, str], stored: Look | None) -> Values | None:
    """None for a brand without a look: each card then keeps its own."""
    if not form.get("theme"):
        return None
    colour = None if "plain" in form else form.get("colour") or None
    return {"theme": form["theme"], "colour": colour, "order": stored.order if stored else []}


def _link(text: str) -> str:
    """What people type of an address of the web: `example.com` is `https://example.com`."""
    return mended_link(text.strip(), "", ("mailto", "tel")) if text.strip() else ""


def values_of(content: BrandContent) -> Values:
    return content.model_dump(mode="json", by_alias=True)


def arranged(form: Mapping[str, str]) -> dict[str, str]:
    """The form after a button that only arranges it: `up links 1`, `remove addresses 0`, `drop logo`."""
    order = form.get("then", "")
    what, _, target = order.partition(" ")
    if what == "drop" and target in PICTURES:
        return {**form, target: ""}
    return forms.arranged(form, _MARKS, order, _MOST_ROWS)


def rows_of(values: Values, order: str = "") -> dict[str, int]:
    """Number of rows of each list of the page, one more where a button such as `add links` was pressed."""
    return {name: min(max(1, len(values[name]) + (order == f"add {name}")), _MOST_ROWS) for name in _MARKS}


def readable(values: Values) -> BrandContent:
    """What of the typed brand is right, for a preview."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            forms.vet(BrandContent, {name: value})
        except InvalidInput:
            continue
        found[name] = value
    return forms.vet(BrandContent, found)


def sentences(faults: list[Fault]) -> dict[str, str]:
    inside = [fault._replace(field=fault.field.removeprefix("/look")) for fault in faults]
    return forms.sentences(inside, LABELS)


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """Typed texts, by label, to show them again when they cannot be saved."""
    typed = [(label_of(f"/{name}", LABELS), form.get(name, "").strip()) for name in _TEXTS]
    for name in _MARKS:
        prefix = f"{name}-"
        rows = [text.strip() for at, text in form.items() if at.startswith(prefix) and text.strip()]
        typed += [(label_of(f"/{name}", LABELS), text) for text in rows]
    return by_label([(label, text) for label, text in typed if text])

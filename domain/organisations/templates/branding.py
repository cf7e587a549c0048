"""What a template takes from the brand of its organisation, as the brand is now.

A value `{"brand": name}` stands for something of the brand: a picture, the text of the company or its video
by the name of the field, a link or an address by the name that the organisation gave it. So a changed brand
needs no new release, and undoing a release brings no old logo back.
"""

from collections.abc import Iterator
from typing import Any, Final

from pydantic.alias_generators import to_camel

from domain.base.errors import Fault, InvalidInput
from domain.base.texts import N_
from domain.cards.content import FIELDS
from domain.organisations.brand.brand import BRAND_PICTURES, BrandContent
from domain.organisations.templates.rules import BRANDED, Cells, FieldRule, TemplateContent, Value

_TEXTS: Final = ("company_text", "video_link")
_LINKS: Final = ("website", "video_link", "map_link")
# Rows that a link can be, and whether they have its name.
_ROWS: Final = {"social_links": False, "product_links": True}
_ADDRESSES: Final = ("office_address",)


def uses_brand(content: TemplateContent) -> bool:
    return content.look_of_brand or any(
        _named(cell) is not None for field in FIELDS for cell in _cells(getattr(content.rules, field).value)
    )


def content_in_brand(content: TemplateContent, brand: BrandContent) -> TemplateContent:
    """The template with what it takes from the brand in place."""
    rules = {field: _in_brand(field, getattr(content.rules, field), brand) for field in FIELDS}
    look = brand.look if content.look_of_brand and brand.look is not None else content.look
    return content.model_copy(update={"rules": content.rules.model_copy(update=rules), "look": look})


def check_brand(content: TemplateContent, brand: BrandContent) -> None:
    """Refuse a template that takes from the brand what is not in it, with the place of each fault."""
    if faults := [fault for field in FIELDS for fault in _faults(field, content, brand)]:
        raise InvalidInput(faults)


def _faults(field: str, content: TemplateContent, brand: BrandContent) -> Iterator[Fault]:
    rule: FieldRule = getattr(content.rules, field)
    rows, at = isinstance(rule.value, list), f"/rules/{to_camel(field)}/value"
    for number, cell in enumerate(_cells(rule.value)):
        name = _named(cell)
        if name is None and FIELDS[field].kind == "picture":
            yield Fault(at, "not_of_brand", N_("takes pictures of the brand only"))
        elif name is not None and _of_brand(field, name, brand) is None:
            detail = N_("takes %(name)s from the brand, where there is none for this field", name=name)
            place = f"{at}/{number}" if rows else at
            yield Fault(place, "not_in_brand", detail)


def _cells(value: Value | None) -> list[Cells | str]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _named(cell: Cells | str) -> str | None:
    return cell[BRANDED] if isinstance(cell, dict) and cell.keys() == {BRANDED} else None


def _in_brand(field: str, rule: FieldRule, brand: BrandContent) -> FieldRule:
    """The rule with what it takes from the brand. A locked field of which the brand has nothing is empty."""
    if all(_named(cell) is None for cell in _cells(rule.value)):
        return rule
    if isinstance(rule.value, list):
        taken = [
            cell if (name := _named(cell)) is None else _of_brand(field, name, brand) for cell in rule.value
        ]
        value: Any = [cell for cell in taken if cell is not None]
    else:
        value = _of_brand(field, rule.value[BRANDED], brand) if isinstance(rule.value, dict) else None
    return rule.model_copy(update={"value": value or ("" if rule.mode == "locked" else None)})


def _of_brand(field: str, name: str, brand: BrandContent) -> Any:
    """What a template would have to say for this value of the brand; None if there is none."""
    if field in BRAND_PICTURES:
        return getattr(brand, field) if name == to_camel(field) else None
    if field in _TEXTS and name == to_camel(field):
        text = getattr(brand, field)
        return None if text is None else _plain(text)
    if field in _ADDRESSES:
        address = brand.address(name)
        said = {} if address is None else address.model_dump(by_alias=True, exclude_none=True)
        return {part: _plain(text) for part, text in said.items()} or None
    link = brand.link(name) if field in (*_LINKS, *_ROWS) else None
    if link is None:
        return None
    if field in _LINKS:
        return _plain(link.url)
    return {"url": _plain(link.url)} | ({"label": _plain(link.name)} if _ROWS[field] else {})


def _plain(text: str) -> str:
    """The text as an expression that says it."""
    return text.replace("{", "{{").replace("}", "}}")

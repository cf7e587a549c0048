"""The name of a JSContact card: by parts, beside the full one (RFC 9553 §2.2.1)."""

import unicodedata
from typing import Any

from domain.cards.content import CardContent
from domain.formats.names import StructuredName, is_generation, structured_name

# Scripts (ISO 15924) by the first word of their letters' names in Unicode.
_SCRIPTS = {
    "ARABIC": "Arab", "CYRILLIC": "Cyrl", "DEVANAGARI": "Deva", "GREEK": "Grek", "HANGUL": "Hang",
    "HEBREW": "Hebr", "HIRAGANA": "Hira", "KATAKANA": "Kana", "LATIN": "Latn", "THAI": "Thai",
}  # fmt: skip
_UNKNOWN_SCRIPT = "Zyyy"


def name_of(content: CardContent) -> dict[str, Any]:
    parts, said = structured_name(content.name, content.name_parts), content.name_parts
    heard = {"given": said.phonetic_given, "surname": said.phonetic_family} if said else {}
    components = [{"kind": kind, "value": value} for kind, value in _components(parts) if value]
    if not components:
        return {"full": content.name}
    sounds = {each["kind"]: sound for each in components if (sound := heard.get(each["kind"]))}
    order = _in_order(components, content.name)
    return {
        "full": content.name,
        "components": [
            {**each, "phonetic": sounds[each["kind"]]} if each["kind"] in sounds else each
            for each in order or components
        ],
        **({"isOrdered": True, "defaultSeparator": " "} if order else {}),
        **({"sortAs": sounds, "phoneticScript": _script("".join(sounds.values()))} if sounds else {}),
    }


def _components(parts: StructuredName) -> list[tuple[str, str]]:
    words = parts.suffix.split()
    return [
        ("title", parts.prefix),
        ("given", parts.given),
        ("given2", parts.additional),
        ("surname", parts.family),
        ("generation", " ".join(word for word in words if is_generation(word))),
        ("credential", " ".join(word for word in words if not is_generation(word))),
    ]


def _in_order(components: list[dict[str, str]], full: str) -> list[dict[str, str]]:
    """The components as they stand in the full name; none if they do not make it up with blanks between."""
    found = sorted(components, key=lambda each: full.find(each["value"]))
    return found if " ".join(each["value"] for each in found) == full else []


def _script(text: str) -> str:
    names = (unicodedata.name(sign, "").partition(" ")[0] for sign in text)
    return next((_SCRIPTS[name] for name in names if name in _SCRIPTS), _UNKNOWN_SCRIPT)

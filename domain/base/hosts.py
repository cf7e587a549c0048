"""Names of hosts as people write them, in letters of their own where that misleads nobody."""

import unicodedata

from pydantic_core import Url, ValidationError

# Scripts that one language writes together, by the first word of their letters' names in Unicode.
_JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"})
_TOGETHER = (_JAPANESE, frozenset({"CJK", "HANGUL"}), frozenset({"CJK", "BOPOMOFO"}))
# Cyrillic and Greek letters that pass for Latin ones.
_LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуҽгпѵαικνορτυωχγ")


def as_written(host: str) -> str:
    """`bücher.example` for `xn--bcher-kva.example`, but nothing that can pass for another host."""
    if "xn--" not in host:
        return host
    name, colon, port = host.partition(":")
    try:
        written = Url(f"https://{name}").unicode_host() or name
    except ValidationError:
        return host
    return host if any(_misleads(label) for label in written.split(".")) else f"{written}{colon}{port}"


def _misleads(label: str) -> bool:
    letters = [sign for sign in label if sign.isalpha()]
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in letters}
    if len(scripts) > 1:
        return not any(scripts <= together for together in _TOGETHER)
    return not label.isascii() and _LIKE_LATIN.issuperset(letters)

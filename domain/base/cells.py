"""Cells of tables that people open in a spreadsheet."""

from typing import Final

# A cell that begins so would be reckoned with.
_FORMULA: Final = ("=", "@", "-", "+", "\t", "\r")


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text

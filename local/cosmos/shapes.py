"""Shape checks of definitions: objects without unknown members, and lists of them."""

from typing import Any

from local.cosmos.errors import bad


def members(given: Any, known: set[str], what: str) -> dict[str, Any]:
    """Return the object; 400 names an unknown member, which would otherwise be ignored silently."""
    if not isinstance(given, dict):
        raise bad(f"The {what} must be an object.")
    if strange := sorted(given.keys() - known):
        raise bad(
            f"The {what} has unknown members: {', '.join(strange)}. Known are {', '.join(sorted(known))}."
        )
    return given


def entries(given: dict[str, Any], name: str, what: str) -> list[Any]:
    """Return a member that is a list; a missing one is empty."""
    found = given.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise bad(f"The {what}'s '{name}' must be a list.")
    return found

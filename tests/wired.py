"""Parts of the app built from other settings, beside those that all tests share."""

import os
import pkgutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from unittest.mock import patch

import settings
import wiring


def _modules() -> list[object]:
    """Every module of `wiring` and `settings`."""
    names = [
        module.name
        for package in (wiring, settings)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return [wiring, settings, *map(import_module, names)]


@asynccontextmanager
async def wired_with(changes: Mapping[str, str]) -> AsyncIterator[None]:
    """Rebuild all parts from the settings with these changes, until the end of the block."""
    places = [
        (module, name, value)
        for module in _modules()
        for name, value in vars(module).items()
        if hasattr(value, "cache_clear") and hasattr(value, "__wrapped__")
    ]
    anew = {id(value): wiring.once(value.__wrapped__) for _, _, value in places}
    usual, wiring._open = wiring._open, []
    for module, name, value in places:
        setattr(module, name, anew[id(value)])
    try:
        with patch.dict(os.environ, changes):
            yield
    finally:
        await wiring.close()
        wiring._open = usual
        for module, name, value in places:
            setattr(module, name, value)

"""Cookies of signing in and out, but for the session's own."""

from typing import Final

# The sign-in under way, sealed.
FLOW_COOKIE: Final = "__Host-flow"
# Somebody too young was here; it is gone with the browser.
AGE_COOKIE: Final = "__Host-age"
# The age question was answered in this browser by somebody who then signed in, sealed. It says nothing else.
KNOWN_COOKIE: Final = "__Host-known"

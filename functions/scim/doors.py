"""Doors of SCIM.

One for all of it: methods and paths that SCIM does not have are answered in its form as well, and the
libraries behind it are loaded for the first request of a directory only.
"""

from functions.framework.doors import Scim

DOORS = (Scim("scim_v2", "", "scim/v2/{*path}", "functions.scim.door:answer"),)

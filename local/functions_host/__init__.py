"""The local Azure Functions host: Microsoft's Python worker runtime, with the .NET host's rules around it."""

from local.functions_host.host import FunctionsHost
from local.functions_host.refused import RefusedApp

__all__ = ["FunctionsHost", "RefusedApp"]

"""Load and call functions through `azure_functions_runtime`, the library that Azure's own worker runs."""

import contextlib
import importlib
import inspect
import json
import logging
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime  # type: ignore[import-untyped]
from azure_functions_runtime import handle_event, native_invocation
from azure_functions_runtime.bindings.datumdef import Datum  # type: ignore[import-untyped]

from local.functions_host.load_faults import RpcException, load_fault
from local.functions_host.refused import RefusedApp

log = logging.getLogger("functions_host")


class _Message(SimpleNamespace):
    """Stand-in for any protobuf message: the runtime only sets and reads attributes."""


class _StatusResult(_Message):
    Failure, Success, Cancelled = 0, 1, 2


class _BindingInfo(_Message):
    out, inout = 1, 2
    undefined, string, binary, stream = 0, 1, 2, 3


_PROTOS = _Message(
    StatusResult=_StatusResult,
    BindingInfo=_BindingInfo,
    RpcException=RpcException,
    **{
        name: type(name, (_Message,), {})
        for name in (
            "WorkerInitResponse",
            "WorkerMetadata",
            "RpcFunctionMetadata",
            "RpcRetryOptions",
            "FunctionMetadataResponse",
        )
    },
)


__all__ = ["Datum", "Function", "Invocation", "hides_a_coroutine", "invoke", "load"]


@dataclass(frozen=True)
class Function:
    """One indexed function: its bindings as the worker reports them to the host."""

    name: str
    id: str
    bindings: tuple[Mapping[str, Any], ...]
    code: Callable[..., Any]

    @cached_property
    def trigger(self) -> Mapping[str, Any]:
        """The trigger binding, or an empty mapping when there is none."""
        return next((b for b in self.bindings if b["type"].lower().endswith("trigger")), {})

    @cached_property
    def kind(self) -> str:
        return str(self.trigger.get("type", ""))


@dataclass(frozen=True)
class Invocation:
    """Result of a call. `failure` is the traceback, or None when the function succeeded."""

    id: str
    returned: Datum | None
    outputs: Sequence[tuple[str, Datum]]
    failure: str | None


async def invoke(function: Function, value: Datum, metadata: Mapping[str, Datum]) -> Invocation:
    """Call a function with its trigger's value; failures are logged here with name and id, never raised."""
    invocation_id = str(uuid.uuid4())
    ok, returned, outputs, error, trace = await native_invocation.invocation_request_native(
        invocation_id, function.id, [(function.trigger["name"], value)], metadata
    )
    if ok:
        return Invocation(invocation_id, returned, outputs, None)
    log.error("function %s failed, invocation %s\n%s", function.name, invocation_id, trace or error)
    return Invocation(invocation_id, None, (), str(trace or error))


async def load(app_dir: Path) -> list[Function]:
    """Index `function_app.py` as Azure does; `RefusedApp` with the runtime's own message if it cannot."""
    if not (app_dir / "function_app.py").is_file():
        raise RefusedApp([f"function_app.py: not found in {app_dir.name}"])
    runtime.start_threadpool_executor()
    with _importing_from(app_dir):
        answer = await runtime.worker_init_request(
            _Message(
                request=_Message(
                    worker_init_request=_Message(capabilities={}, function_app_directory=str(app_dir))
                ),
                properties={"host": "127.0.0.1", "protos": _PROTOS},
            )
        )
    if answer.result.status != _StatusResult.Success:
        raise RefusedApp([load_fault(answer.result.exception, app_dir)])
    indexed = await runtime.functions_metadata_request(_Message())
    return [_function(each) for each in indexed.function_metadata_results or []]


def _function(metadata: Any) -> Function:
    # The runtime's registry is one per process and its ids follow from names: an id of our own
    # keeps two loaded apps with equal function names apart.
    registry = handle_event._functions._functions  # noqa: SLF001  no public way to re-register
    own_id = str(uuid.uuid4())
    info = registry[own_id] = registry.pop(metadata.function_id)
    return Function(
        name=metadata.name,
        id=own_id,
        bindings=tuple(json.loads(raw) for raw in metadata.raw_bindings),
        code=info.func,
    )


@contextlib.contextmanager
def _importing_from(app_dir: Path) -> Iterator[None]:
    """Import `function_app` anew from this folder: indexing works once for each imported FunctionApp.

    Afterwards the folder is last on the path, so that functions can still import lazily, but does not
    hide another app's modules; and another app's `function_app` is back in its place.
    """
    folder, path = str(app_dir), sys.path[:]
    previous = sys.modules.pop("function_app", None)
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = path if folder in path else [*path, folder]
        if previous is not None:
            sys.modules["function_app"] = previous
        elif folder not in path:
            sys.modules.pop("function_app", None)


def hides_a_coroutine(code: Callable[..., Any]) -> bool:
    """Whether a sync wrapper stands before an `async def`: the worker would call it and get a coroutine."""
    if inspect.iscoroutinefunction(code):
        return False
    while wrapped := getattr(code, "__wrapped__", None):
        if inspect.iscoroutinefunction(wrapped):
            return True
        code = wrapped
    return False

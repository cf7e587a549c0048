"""Reason for a failed load of an app by the Python worker, with the function that it concerns."""

import ast
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from azure.functions.decorators.function_app import Function, FunctionBuilder

_LIBRARIES = ("azure.functions", "azure_functions_runtime")


class RpcException:
    """The worker's report of a failed load, made while it handles the exception."""

    def __init__(self, message: str, stack_trace: str) -> None:
        self.message = message
        self.stack_trace = stack_trace
        self.function = _function_under_way(sys.exception())


def load_fault(reported: RpcException, app_dir: Path) -> str:
    """One line: the function's name (or the place in the app's code, or `function_app.py`) and the reason."""
    message = re.sub(r"\. Cannot find module\..*", "", reported.message, flags=re.DOTALL)
    message = re.sub(r"^FunctionLoadError: cannot load the .+? function: ", "", message)
    places = list(_places(reported.stack_trace, app_dir))
    function = reported.function or next(filter(None, (_decorated_at(*place) for place in places)), None)
    where = "function_app.py"
    if places:
        path, line = places[0]
        where = f"{path.relative_to(app_dir)}:{line}"
        message = f"{message} ({where})" if function else message
    return f"{function or where}: {message}"


def _function_under_way(exc: BaseException | None) -> str | None:
    """Function that Microsoft's libraries were processing when `exc` arose; their messages often omit it."""
    frames = [frame for frame, _ in traceback.walk_tb(exc.__traceback__)] if exc else []
    for frame in reversed(frames):
        if not str(frame.f_globals.get("__name__", "")).startswith(_LIBRARIES):
            continue
        for value in frame.f_locals.values():
            function = value._function if isinstance(value, FunctionBuilder) else value  # noqa: SLF001  no getter
            if isinstance(function, Function):
                return function.get_function_name()
    return None


def _places(stack_trace: str, app_dir: Path) -> Iterator[tuple[Path, int]]:
    """Places of a stack trace in the app's own code, the innermost first."""
    for file, line in reversed(re.findall(r'File "(.+?)", line (\d+)', stack_trace)):
        path = Path(file)
        if path.is_relative_to(app_dir) and "site-packages" not in path.parts:
            yield path, int(line)


def _decorated_at(path: Path, line: int) -> str | None:
    """The function whose decorator stands at a line: a decorator may fail before it has seen its function."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            each.lineno <= line <= (each.end_lineno or each.lineno) for each in node.decorator_list
        ):
            return node.name
    return None

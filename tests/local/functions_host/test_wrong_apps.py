# ruff: noqa: E501  a case of a table is one line
"""Apps that Azure would not run are refused at load, with the function's name and the reason."""

import os
import sys

import pytest

from local.functions_host import FunctionsHost, RefusedApp

HEAD = """
import asyncio, functools, json, typing
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
def reply(req): return func.HttpResponse("x")
"""
HTTP = "@app.route(route='x')\n"
QUEUE = "@app.queue_trigger(arg_name='msg', queue_name='work', connection='AzureWebJobsStorage')\n"
OUT = "@app.queue_output(arg_name='out', queue_name='work', connection='AzureWebJobsStorage')\n"
TIMER = "@app.timer_trigger(arg_name='timer', schedule='0 0 3 * * *')\n"


def on(decorators: str, signature: str, *, prefix: str = "", body: str = "pass") -> str:
    return f"{prefix}{decorators}{signature}\n    {body}\n"


def timer(schedule: str) -> str:
    return on(
        f"@app.timer_trigger(arg_name='timer', schedule={schedule!r})\n", "def f(timer: func.TimerRequest):"
    )


def queue(name: str, connection: str = "AzureWebJobsStorage") -> str:
    return on(
        f"@app.queue_trigger(arg_name='msg', queue_name={name!r}, connection={connection!r})\n",
        "def f(msg: func.QueueMessage):",
    )


def blob(connection: str = "AzureWebJobsStorage", source: str | None = "EventGrid") -> str:
    return on(
        f"@app.blob_trigger(arg_name='b', path='c/{{n}}', connection={connection!r}, source={source!r})\n",
        "def f(b: func.InputStream):",
    )


def route(template: str, name: str = "f", methods: str = "['GET']") -> str:
    return f"""
@app.route(route={template!r}, methods={methods})
def {name}(req: func.HttpRequest) -> func.HttpResponse: return reply(req)
"""


# Faults that the worker itself refuses.
BY_THE_WORKER = {
    "argument name": (on(HTTP, "def f(request: func.HttpRequest) -> func.HttpResponse:"), "f: ", "request"),
    "missing parameter": (on(HTTP + OUT, "def f(req: func.HttpRequest) -> func.HttpResponse:"), "f: ", "out"),
    "extra parameter": (on(HTTP, "def f(req: func.HttpRequest, db) -> func.HttpResponse:"), "f: ", "db"),
    "extra with default": (on(HTTP, "def f(req: func.HttpRequest, db=1) -> func.HttpResponse:"), "f: ", "db"),
    "request is int": (on(HTTP, "def f(req: int) -> func.HttpResponse:"), "f: ", "int"),
    "request is dict": (on(HTTP, "def f(req: dict) -> func.HttpResponse:"), "f: ", "dict"),
    "request is a timer": (on(HTTP, "def f(req: func.TimerRequest) -> func.HttpResponse:"), "f: ", "TimerRequest"),
    "message is a request": (on(QUEUE, "def f(msg: func.HttpRequest):"), "f: ", "HttpRequest"),
    "timer is a message": (on(TIMER, "def f(timer: func.QueueMessage):"), "f: ", "QueueMessage"),
    "output without Out": (on(HTTP + OUT, "def f(req: func.HttpRequest, out: str) -> func.HttpResponse:"), "f: ", "Out"),
    "Out on an input": (on(HTTP, "def f(req: func.Out[func.HttpRequest]) -> func.HttpResponse:"), "f: ", "Out"),
    "Out of int": (on(HTTP + OUT, "def f(req: func.HttpRequest, out: func.Out[int]) -> func.HttpResponse:"), "f: ", "int"),
    "returns dict": (on(HTTP, "def f(req: func.HttpRequest) -> dict:"), "f: ", "dict"),
    "returns None": (on(HTTP, "def f(req: func.HttpRequest) -> None:"), "f: ", "NoneType"),
    "returns or None": (on(HTTP, "def f(req: func.HttpRequest) -> func.HttpResponse | None:"), "f: ", "None"),
    "optional request": (on(HTTP, "def f(req: typing.Optional[func.HttpRequest]) -> func.HttpResponse:"), "f: ", "req"),
    "list of documents": (
        on(
            "@app.cosmos_db_trigger(arg_name='d', connection='C', database_name='a', container_name='b')\n",
            "def f(d: list[dict]):",
        ),
        "f: ",
        "list",
    ),
    "context type": (on(HTTP, "def f(req: func.HttpRequest, context: dict) -> func.HttpResponse:"), "f: ", "context"),
    "type-checking import": (
        "if typing.TYPE_CHECKING:\n    from somewhere import Request\n" + on(HTTP, "def f(req: 'Request') -> func.HttpResponse:"),
        "f: ",
        "Request",
    ),
    "decorator without wraps": (
        "def bare(handler):\n    def inner(*args): return handler(*args)\n    return inner\n"
        + on(HTTP + "@bare\n", "def f(req: func.HttpRequest) -> func.HttpResponse:"),
        "inner: ",
        "args",
    ),
    "retry interval": (
        on(TIMER + "@app.retry(strategy='fixed_delay', max_retry_count='3', delay_interval='soon')\n", "def f(timer: func.TimerRequest):"),
        "f: ",
        "soon",
    ),
    "retry count": (
        on(TIMER + "@app.retry(strategy='fixed_delay', max_retry_count='many', delay_interval='00:00:10')\n", "def f(timer: func.TimerRequest):"),
        "f: ",
        "many",
    ),
    "method": (route("x", methods="['FETCH']"), "f: ", "FETCH"),
    "authorization level": (on("@app.route(route='x', auth_level='nobody')\n", "def f(req: func.HttpRequest) -> func.HttpResponse:"), "f: ", "nobody"),
    "blob path that is no text": (
        on(HTTP + "@app.blob_input(arg_name='b', path=pathlib.Path('c/x'), connection='AzureWebJobsStorage')\n", "def f(req: func.HttpRequest, b: str) -> func.HttpResponse:", prefix="import pathlib\n"),
        "f: ",
        "PosixPath",
    ),
    "decorator without its argument": (on("@app.timer_trigger(arg_name='timer')\n", "def f(timer: func.TimerRequest):"), "f: ", "schedule' (function_app.py:6)"),
    "two apps": ("other = func.FunctionApp()\n" + route("x"), "function_app.py", "More than one"),
    "no app": ("del app", "function_app.py", "top level function app"),
    "no trigger": (on("@app.function_name('f')\n", "def f(req):"), "f: ", "trigger"),
    "two triggers": (on(HTTP + TIMER, "def f(req: func.HttpRequest, timer: func.TimerRequest):"), "f: ", "trigger"),
    "equal names": (route("x") + route("y"), "f: ", "unique"),
    "missing module": ("import not_there_at_all", "function_app.py:6", "not_there_at_all"),
    "syntax error": ("def f(:", "function_app.py", "SyntaxError"),
    "error at import": ("1 / 0", "function_app.py:6", "ZeroDivisionError"),
}  # fmt: skip

# Faults that only the .NET host refuses.
BY_THE_HOST = {
    "schedule": (timer("0 0 25 * * *"), "f: ", "hour 25"),
    "schedule dialect": (timer("@daily"), "f: ", "five or six fields"),
    "schedule setting": (timer("%NIGHTLY%"), "f: ", "NIGHTLY is not set"),
    "function name": (on("@app.function_name('1st')\n" + TIMER, "def f(timer: func.TimerRequest):"), "1st: ", "function name"),
    "function named host": (on("@app.function_name('host')\n" + TIMER, "def f(timer: func.TimerRequest):"), "host: ", "host"),
    "names by case": (route("x") + route("y", "F"), "f: ", "ignores case"),
    "queue name": (queue("Work_Items"), "f: ", "not a queue name"),
    "short queue name": (queue("ab"), "f: ", "not a queue name"),
    "queue setting": (queue("%QUEUE%"), "f: ", "QUEUE is not set"),
    "connection": (queue("work", "OtherStorage"), "f: ", "OtherStorage is not set"),
    "output connection": (
        on(HTTP + OUT.replace("AzureWebJobsStorage", "Other"), "def f(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:"),
        "f: ",
        "Other is not set",
    ),
    "blob without Event Grid": (
        blob(source=None),
        "f: ",
        "source=EventGrid",
    ),
    "trigger that never fires here": (blob(), "f: ", "never fires a blobTrigger"),
    "connection of another trigger": (blob("Pictures"), "f: ", "Pictures is not set"),
    "connection of another trigger, by its older name": (
        on("@app.cosmos_db_trigger_v3(arg_name='d', connection_string_setting='Changes', database_name='a', collection_name='b')\n", "def f(d: func.DocumentList):"),
        "f: ",
        "Changes is not set",
    ),
    "blueprint not registered": ("bp = func.Blueprint()\n" + route("x").replace("@app", "@bp"), "function_app.py", "no functions"),
    "trigger type": (on("@app.generic_trigger(arg_name='msg', type='queueTriger', queueName='work')\n", "def f(msg):"), "f: ", "queueTriger"),
    "trigger type of no one": (on("@app.generic_trigger(arg_name='msg', type='pigeonTrigger')\n", "def f(msg):"), "f: ", "pigeonTrigger"),
    "binding not run here": (
        on(HTTP + "@app.blob_output(arg_name='out', path='c/x', connection='AzureWebJobsStorage')\n", "def f(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:"),
        "f: ",
        "'blob'",
    ),
    "request is str": (on(HTTP, "def f(req: str) -> func.HttpResponse:"), "f: ", "HttpRequest"),
    "returns str": (on(HTTP, "def f(req: func.HttpRequest) -> str:"), "f: ", "str reply"),
    "async behind sync": (
        "def logged(handler):\n    @functools.wraps(handler)\n    def inner(*a, **k): return handler(*a, **k)\n    return inner\n"
        + on(HTTP + "@logged\n", "async def f(req: func.HttpRequest) -> func.HttpResponse:"),
        "f: ",
        "async function",
    ),
    "generator": (on(TIMER, "async def f(timer: func.TimerRequest):", body="yield 1"), "f: ", "generator"),
    "reserved route": (route("admin/x"), "f: ", "admin or runtime"),
    "route that begins like a reserved one": (route("administrators"), "f: ", "admin or runtime"),
    "runtime route": (route("Runtime"), "f: ", "admin or runtime"),
    "leading slash": (route("/x"), "f: ", "start with a slash"),
    "empty segment": (route("a//b"), "f: ", "empty segment"),
    "open brace": (route("a/{b"), "f: ", "not a parameter"),
    "unknown constraint": (route("a/{b:email}"), "f: ", "email"),
    "catch-all not last": (route("{*rest}/b"), "f: ", "come last"),
    "parameter twice": (route("{a}/{A}"), "f: ", "twice"),
    "equal routes": (route("a/{x}", "one") + route("A/{y}", "two"), "two: ", "one has the same route for GET"),
    "equal route, one method": (
        route("a", "one", "['GET', 'POST']") + route("a", "two", "['POST']"), "two: ", "same route for POST"
    ),
    "catch-all first by name": (route("{*path}", "a_page") + route("c/{handle}", "card"), "card: ", "a_page comes first by name"),
    "parameter first by name": (route("c/{handle}", "card") + route("c/new", "create"), "create: ", "card comes first by name"),
    "parameter before text and parameter": (
        route("c/{handle}", "card") + route("c/{handle}.vcf", "card_vcf"), "card_vcf: ", "card comes first by name"
    ),
    "optional before literal": (route("a/{b?}", "one") + route("a", "two"), "two: ", "one comes first by name"),
    "parameter before constraint": (route("{x}", "one") + route("{n:int}", "two"), "two: ", "one comes first by name"),
    "crossing literals": (route("{x}/b", "one") + route("a/{y}", "two"), "two: ", "one comes first by name"),
}  # fmt: skip


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=name) for name, case in (BY_THE_WORKER | BY_THE_HOST).items()]
)
async def test_a_wrong_app_is_refused_by_name_and_reason(case, load_app):
    source, where, reason = case
    with pytest.raises(RefusedApp) as refused:
        await load_app(HEAD + source)
    (line,) = [fault for fault in refused.value.faults if fault.startswith(where) and reason in fault]
    assert "\n" not in line


@pytest.mark.parametrize(
    ("host_json", "reason"),
    [
        ("{", "not JSON"),
        ({"version": "1.0"}, "version"),
        ({"version": "2.0"}, "extension bundle"),
        ({"version": "2.0", "functionTimeout": "10 minutes"}, "functionTimeout"),
        ({"version": "2.0", "functionTimeout": "00:00:00.5"}, "functionTimeout"),
        ({"version": "2.0", "functionTimeout": "00:90:00"}, "functionTimeout"),
        ({"version": "2.0", "functionTimeout": 600}, "functionTimeout"),
        ({"version": "2.0", "functionTimeout": None}, "functionTimeout"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": 33}}}, "batchSize"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": "16"}}}, "batchSize"),
        ({"version": "2.0", "extensions": {"queues": {"maxDequeueCount": 0}}}, "maxDequeueCount"),
        ({"version": "2.0", "extensions": {"queues": {"visibilityTimeout": "soon"}}}, "visibilityTimeout"),
        ({"version": "2.0", "extensions": {"queues": {"messageEncoding": "utf-16"}}}, "messageEncoding"),
    ],
)
async def test_a_wrong_host_json_is_refused(load_app, host_json, reason):
    with pytest.raises(RefusedApp, match=reason):
        await load_app(HEAD + queue("work"), host_json)


async def test_timers_need_the_hosts_own_storage(load_app):
    with pytest.raises(RefusedApp, match="f: the connection setting AzureWebJobsStorage is not set"):
        await load_app(HEAD + timer("0 0 3 * * *"), settings={})


async def test_all_faults_are_told_at_once(load_app):
    with pytest.raises(RefusedApp) as refused:
        await load_app(HEAD + timer("never") + route("/x", "g") + route("admin", "h"))
    assert [fault.split(":")[0] for fault in refused.value.faults] == ["f", "g", "h"]


async def test_a_folder_without_function_app_is_refused(tmp_path):
    with pytest.raises(RefusedApp, match=r"function_app\.py"):
        await FunctionsHost.load(tmp_path, {})


RIGHT = {
    "specific first by name": route("c/new", "a") + route("c/{handle}", "b") + route("{*path}", "z"),
    "other method": route("a", "one") + route("a", "two", "['POST']"),
    "constraints that exclude each other": route("a/{x:int}", "one") + route("a/{x:alpha}", "two"),
    "constraint keeps the dot out": route("c/{h:regex(^[a-z-]+$)}", "card") + route("c/{h}.vcf", "card_vcf"),
    "longer text first": route("c/{h}.qr.svg", "one") + route("c/{h}.svg", "two"),
    "wraps": "def traced(handler):\n    @functools.wraps(handler)\n    async def inner(*a, **k): return await handler(*a, **k)\n    return inner\n"
    + on(HTTP + "@traced\n", "async def f(req: func.HttpRequest) -> func.HttpResponse:"),
    "schedule by setting": timer("%AzureWebJobsNight%"),
    "connection by prefix": queue("work", "Prefixed"),
    "identity connection": queue("work", "Identity"),
}  # fmt: skip


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in RIGHT.items()])
async def test_a_right_app_is_accepted(source, load_app):
    settings = {
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "AzureWebJobsNight": "0 0 3 * * *",
        "AzureWebJobsPrefixed": "UseDevelopmentStorage=true",
        "Identity__queueServiceUri": "https://example.queue.core.windows.net",
    }
    assert (await load_app(HEAD + source, settings=settings)).functions


async def test_a_trigger_that_never_fires_here_is_accepted_when_it_is_turned_off(load_app):
    settings = {"AzureWebJobs.f.Disabled": "true", "Pictures__blobServiceUri": "https://example.net"}
    host = await load_app(HEAD + blob("Pictures") + route("x", "g"), settings=settings)
    assert list(host.functions) == ["g"]


@pytest.mark.parametrize("limit", ["00:00:01", "2.03:00:00", "-1", -1])
async def test_a_right_function_timeout_is_accepted(load_app, limit):
    assert (await load_app(HEAD + route("x"), {"version": "2.0", "functionTimeout": limit})).functions


async def test_loading_leaves_the_imports_of_others_alone(load_app, tmp_path):
    path, modules = sys.path[:], set(sys.modules)
    await load_app(HEAD + route("x"))
    assert sys.path == [*path, str(tmp_path)]
    assert "function_app" not in set(sys.modules) - modules
    sys.path.remove(str(tmp_path))


async def test_settings_are_environment_variables_until_the_host_stops(write_app):
    app = write_app(HEAD + "import os\nTOKEN = os.environ['A_SETTING']\n" + route("x"))
    host = await FunctionsHost.load(app, {"A_SETTING": "value"})
    assert os.environ["A_SETTING"] == "value"
    await host.stop()
    assert "A_SETTING" not in os.environ
    with pytest.raises(RefusedApp, match="A_SETTING"):
        await FunctionsHost.load(app, {})

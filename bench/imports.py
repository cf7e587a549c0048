"""The cost of a cold start: importing the app as it will have grown, and the first pages of a new worker."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.lines import Line, Target
from release import package

ROOT = Path(__file__).parent.parent
ROUNDS = 7
CAPABILITIES, ROUTES, MODELS = 10, 15, 6
# `import pydantic` alone loads nothing of it; these are what any app with models and rules for them loads.
LIBRARIES = (
    "import azure.functions, azure.cosmos.aio; from pydantic import BaseModel, Field, StringConstraints"
)
TRANSPORT = "from azure.core.pipeline.transport import AioHttpTransport"
APP = """
import functions
functions.__path__.append(GROWTH)
import function_app
from functions.framework import doors
doors.register(function_app.app, [f"grown_{number}" for number in range(COUNT)])
"""
# Set by Azure's host; with it the app checks its settings.
HOST = {"FUNCTIONS_WORKER_RUNTIME": "python"}
FIRST_PAGE = """
import asyncio, time
{libraries}
{transport}
import azure.functions as func
import function_app
index = {{each.get_function_name(): each.get_user_function() for each in function_app.app.get_functions()}}
request = func.HttpRequest(method="GET", url="https://izwop.test{path}", headers={{"accept": "text/html"}},
                           params={{}}, route_params={route!r}, body=b"")
async def first():
    began = time.process_time()
    answer = await index["{function}"](request)
    spent = time.process_time() - began
    assert answer.status_code == 200, answer.get_body()
    import wiring
    await wiring.close()
    return spent
print(asyncio.run(first()))
"""
POINT_READ = """
import asyncio, os, time
{libraries}
{transport}
from azure.cosmos.aio import CosmosClient
async def first():
    began = time.process_time()
    client = CosmosClient(os.environ["COSMOS_ENDPOINT"], os.environ["COSMOS_KEY"],
                          transport=AioHttpTransport(use_env_settings=False))
    async with client:
        database = client.get_database_client(os.environ["COSMOS_DATABASE"])
        container = database.get_container_client("published")
        await container.read_item("{handle}", partition_key="{handle}")
        return time.process_time() - began
print(asyncio.run(first()))
"""


def lines(settings: Mapping[str, str], handle: str) -> list[Line]:
    """`handle` is that of a card that is published in the running cloud."""
    given = {"libraries": LIBRARIES, "transport": TRANSPORT}
    home = FIRST_PAGE.format(**given, function="site_home", path="/", route={})
    card = FIRST_PAGE.format(**given, function="cards_show", path=f"/c/{handle}", route={"handle": handle})
    read = POINT_READ.format(**given, handle=handle)
    with tempfile.TemporaryDirectory(prefix="izwop-cold-") as folder:
        program = Program(_packaged(Path(folder)), settings)
        return [
            _imports(program),
            _first("first home page of a worker, beyond the SDKs", 30, program.least(home, "print(0)")),
            _first(
                "first card page of a worker, beyond SDKs and a point read", 60, program.least(card, read)
            ),
        ]


def _packaged(folder: Path) -> Path:
    """The app as it is deployed: its own files, with the templates compiled."""
    for name in package.own_files(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    package.compile_templates(folder)
    return folder


def _imports(program: "Program") -> Line:
    with tempfile.TemporaryDirectory(prefix="izwop-grown-") as folder:
        grow(Path(folder))
        app = APP.replace("GROWTH", repr(folder)).replace("COUNT", str(CAPABILITIES))
        ours, reference = program.least(_timed(app), _timed(LIBRARIES))
    return Line(
        f"import, {CAPABILITIES * ROUTES} routes and {CAPABILITIES * MODELS} model modules more / SDKs",
        f"{ours * 1e3:,.0f} ms CPU",
        f"{reference * 1e3:,.0f} ms CPU",
        ours / reference,
        (Target("<=", 1.25),),
    )


def _first(name: str, most: float, spent: tuple[float, float]) -> Line:
    page, other = spent
    beyond = (page - other) * 1e3
    return Line(name, f"{beyond:,.0f} ms CPU", f"{most:g} ms", beyond / most, (Target("<=", 1),))


def grow(folder: Path) -> None:
    """Write capabilities as those to come: a table of doors and the modules behind it."""
    for number in range(CAPABILITIES):
        package = folder / f"grown_{number}"
        package.mkdir()
        (package / "__init__.py").touch()
        rows = [
            f'    MyPage("grown_{number}_{row}", "GET HEAD", "my/grown-{number}/{row}/{{itemId}}",'
            f' "functions.grown_{number}.models_{row % MODELS}:show"),\n'
            for row in range(ROUTES)
        ]
        table = "from functions.framework.doors import MyPage\n\nDOORS = (\n" + "".join(rows) + ")\n"
        (package / "doors.py").write_text(table)
        for module in range(MODELS):
            fields = "".join(f"    field_{field}: str | None = None\n" for field in range(8))
            models = "".join(f"\n\nclass Model{model}(Closed):\n{fields}" for model in range(9))
            text = f"from domain.base.model import Closed\n{models}\n\nasync def show(req): ...\n"
            (package / f"models_{module}.py").write_text(text)


def _timed(statement: str) -> str:
    """CPU time of the statement alone; the interpreter's own start is not counted."""
    return f"import time; start = time.process_time()\n{statement}\nprint(time.process_time() - start)"


class Program(NamedTuple):
    """New interpreters in a folder with the app, with the settings that it needs."""

    folder: Path
    settings: Mapping[str, str]

    def least(self, ours: str, reference: str) -> tuple[float, float]:
        """Minimum CPU seconds of each program: the work is constant, the rest is noise."""
        for source in (ours, reference):  # writes what is missing of the compiled modules
            self._cpu_seconds(source)
        pairs = [(self._cpu_seconds(ours), self._cpu_seconds(reference)) for _ in range(ROUNDS)]
        first, second = (min(times) for times in zip(*pairs, strict=True))
        return first, second

    def _cpu_seconds(self, source: str) -> float:
        # Azure gets compiled modules; without them every run would compile ours and nobody else's.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        done = subprocess.run(
            [sys.executable, "-c", source],
            cwd=self.folder,
            env=environment | self.settings | HOST,
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)

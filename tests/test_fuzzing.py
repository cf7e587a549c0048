"""Schemathesis against the running API: the OpenAPI document holds for generated requests."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Long where it decides, short where somebody waits for it.
SECONDS = 75 if os.environ.get("CI") else 25


async def output(*command: str, **options: object) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, **options
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode(errors="replace")


UNLIMITED = """
import domain.accounts.profiles, domain.cards.create, domain.images.image
from adapters.rate_limiter import RateLimiter

async def take(*_): ...

RateLimiter.take = take
domain.accounts.profiles.MOST_PROFILES = domain.cards.create.MOST_CARDS = 1_000_000
domain.images.image.MOST_WAITING_IMAGES = 1_000_000

from product import app
"""


def unlimited(folder: Path) -> Path:
    """The app as it is, but for the limits of an account: behind them a fuzzer sees nothing but 429."""
    folder.mkdir()
    for name in (path.name for path in ROOT.iterdir() if path.name not in ("tests", ".local")):
        (folder / ("product.py" if name == "function_app.py" else name)).symlink_to(ROOT / name)
    (folder / "function_app.py").write_text(UNLIMITED)
    return folder


@pytest.fixture
async def api(cloud, tmp_path):
    """The app behind a real socket, in a process of its own."""
    app = str(unlimited(tmp_path / "app"))
    log = (tmp_path / "app.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.functions_host", "--app", app, "--port", "0",
        cwd=ROOT, env=os.environ | cloud.settings, start_new_session=True,
        stdout=asyncio.subprocess.PIPE, stderr=log,
    )  # fmt: skip
    while not (line := (await process.stdout.readline()).decode()).startswith("ready "):
        assert line, "the host did not start"
    yield line.split()[1]
    os.killpg(process.pid, signal.SIGTERM)
    await process.wait()
    log.close()


@pytest.mark.fuzzing
@pytest.mark.timeout(SECONDS * 15 + 60)
async def test_nothing_generated_breaks_a_promise_of_the_description(
    api, signed_in, bearer, tmp_path
) -> None:
    ada = await signed_in()
    authorization = (await bearer(ada.name))["Authorization"]
    # Its last phase follows links with what time is left, which is none on a busy machine.
    for seconds in (SECONDS, 2 * SECONDS, 4 * SECONDS):
        # With all checks, as it has them: naming them here would overrule what schemathesis.toml leaves out.
        code, report = await output(
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{api}/api/v1/openapi.json",
            "--url", api, "--header", f"Authorization: {authorization}", "--workers", "2",
            "--phases", "examples,coverage,fuzzing,stateful", "--max-time", str(seconds), "--no-color",
            "--generation-database", str(tmp_path / "examples.db"),
        )  # fmt: skip
        errors = re.findall(r"(?m)^.* ERROR .*(?:\n(?!\d{4}-).*)*", (tmp_path / "app.log").read_text())
        assert code == 0, "\n".join([report, *errors])
        links = re.search(r"API Links:\s+(\d+) covered", report)
        if links and int(links[1]) > 10:
            return
    pytest.fail(f"the stateful phase followed hardly a link\n{report}")

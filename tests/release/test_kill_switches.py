"""The documented kill switches stop the functions they name, and nothing else."""

import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from domain.cards.links import link_key
from local import processes
from tests.functions.cards.test_api_cards import published
from tests.functions.exchange.strangers import switch
from tests.functions.images.test_images import ready

ROOT = Path(__file__).parents[2]
LINK = "https://example.com/"
# By the function that a switch names: a request that it alone answers, and its answer while it is on.
DOORS = {
    "cards_show": ("GET", "{card}", 200),
    "cards_show_image": ("GET", "{image}", 200),
    "cards_follow_link": ("GET", f"{{card}}/go/{link_key(LINK)}", 303),
    "exchange_form_show": ("GET", "{card}/exchange", 200),
    "exchange_form_send": ("POST", "{card}/exchange", 415),
    "sign_in_begin": ("POST", "/auth/login", 415),
    "images_create": ("POST", "/api/v1/images", 401),
    "images_upload": ("PUT", "/api/v1/images/img_x/content", 401),
    "images_complete": ("POST", "/api/v1/images/img_x/complete", 401),
    "organisations_images_create": ("POST", "/api/v1/organisations/org_x/images", 401),
    "organisations_images_upload": ("PUT", "/api/v1/organisations/org_x/images/img_x/content", 401),
    "organisations_images_complete": ("POST", "/api/v1/organisations/org_x/images/img_x/complete", 401),
    "organisations_brand_page_save": ("POST", "/org/org_x/brand", 401),
    "cards_page_save": ("POST", "/my/cards/crd_x", 401),
}


def switches() -> set[str]:
    """The functions that the table of kill switches names."""
    text = (ROOT / "docs/operating/kill-switches.md").read_text()
    rows = text.partition("| for `NAME` | stops |")[2].partition("\n\n")[0]
    return {name for row in rows.splitlines() if row for name in re.findall(r"`(\w+)`", row.split("|")[1])}


@pytest.fixture
async def start(cloud, tmp_path):
    """Start the app with some functions turned off; return a client without cookies."""
    children, strangers = [], []

    async def run(*off: str) -> httpx.AsyncClient:
        settings = cloud.settings | {f"AzureWebJobs.{name}.Disabled": "true" for name in off}
        command = [sys.executable, "-m", "local.functions_host", "--app", str(ROOT), "--port", "0"]
        child, (origin,) = await processes.start_ready(
            f"app without {len(off)}", command, logs=tmp_path, env=os.environ | settings
        )
        children.append(child)
        strangers.append(httpx.AsyncClient(base_url=origin, trust_env=False))
        return strangers[-1]

    yield run
    for stranger in strangers:
        await stranger.aclose()
    for child in children:
        await child.stop()


async def answers(stranger: httpx.AsyncClient, **places: str) -> dict[str, int]:
    return {
        name: (await stranger.request(method, path.format(**places))).status_code
        for name, (method, path, _) in DOORS.items()
    }


async def runs(stranger: httpx.AsyncClient, jobs: set[str]) -> set[int]:
    """Replies of the host when timers and queue functions are run by hand, with an unreadable message."""
    return {
        (await stranger.post(f"/admin/functions/{name}", json={"input": "{}"})).status_code for name in jobs
    }


async def test_a_switch_takes_away_its_door_and_no_other(host, signed_in, start) -> None:
    ada = await signed_in()
    photo = await ready(host, ada)
    card = (await published(ada, photo=photo["id"], website=LINK)).json()
    await switch(ada, card, on=True)
    places = {"card": f"/c/{card['handle']}"}
    jobs = switches() - DOORS.keys()
    assert jobs == {
        "images_make",
        "notifications_send_mail",
        "visits_fold",
        "operations_carry_out_order",
        "operations_do_work",
        "operations_tidy_up",
        "images_sweep",
        "organisations_recheck_domains",
        "organisations_visits_sum",
        "relationships_rotate_keys",
        "operations_upgrade_documents",
        "relationships_touch_due",
    }

    on = await start()
    page = (await on.get(places["card"], headers={"Accept": "text/html"})).text
    places["image"] = re.search(rf'src="({places["card"]}/[0-9a-f]{{32}}\.\w+)"', page)[1]
    assert await answers(on, **places) == {name: status for name, (*_, status) in DOORS.items()}
    assert await runs(on, {"operations_tidy_up"}) == {202}

    off = await start(*switches())
    assert set((await answers(off, **places)).values()) <= {404, 405}
    assert await runs(off, jobs) == {404}
    assert {(await off.get(path)).status_code for path in ("/health", "/", "/auth/login")} == {200}

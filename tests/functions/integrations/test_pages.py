"""The pages of connected systems, as somebody without script goes through them."""

import os
import re
import secrets
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.functions.integrations.crm import Crm
from tests.functions.organisations.test_organisations import an_organisation


async def page(crm: Crm, path: str, status: int = 200) -> str:
    answer = await crm.asking.http.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def form_in(text: str, action: str) -> dict[str, str]:
    """The fields of the form with this action, as a browser would send them unchanged."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert found, action
    inputs = re.findall(r"<input[^>]*>", found[1])
    sent = [each for each in inputs if 'type="checkbox"' not in each or " checked" in each]
    fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', "".join(sent)))
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', found[1], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        fields[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in fields.items()}


async def send(crm: Crm, text: str, action: str, **more: str) -> httpx.Response:
    form = form_in(text, action) | more
    return await crm.asking.http.post(action, data=form, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.fixture
async def at(crm: Crm) -> str:
    return f"/org/{crm.org}/integrations/{crm.source}"


async def test_a_system_is_mapped_ordered_synced_and_let_go_by_its_pages(
    crm: Crm, at: str, host: Any
) -> None:
    word = secrets.token_hex(8)
    await crm.contact(firstname=f"Grace {word}", email=f"{word}@example.com")
    assert "Not in use yet" in await page(crm, f"/org/{crm.org}/integrations")
    flow = await page(crm, f"{at}/flows/person")
    assert f"Grace {word}" in flow, "the fields are shown with values of own records"
    saved = await send(crm, flow, f"{at}/flows/person")
    assert saved.headers["location"].endswith("?done=saved"), saved.text
    order = await page(crm, f"{at}/order")
    refused = await send(crm, order, f"{at}/order", purpose="To know whom we meet")
    assert refused.status_code == 422
    assert "State first that the organisation may provide these data" in refused.text
    assert "To know whom we meet" in refused.text, "what was typed stays"
    ordered = await send(crm, order, f"{at}/order", purpose="To know whom we meet", attested="1")
    assert ordered.headers["location"].endswith("?done=ordered"), ordered.text
    await host.drain_queue("syncs")
    await host.drain_queue("work")
    source = await page(crm, at)
    assert "In sync" in source
    assert "1 new" in source
    run = re.search(rf'href="({re.escape(at)}/runs/run_[a-z2-7]+)"', source)
    assert run
    assert f"Grace {word}" in await page(crm, run[1])
    assert "Nothing failed" in await page(crm, f"{at}/failures")
    assert f"Grace {word}" in await page(crm, f"{at}/records")
    ask = await page(crm, f"{at}/disconnect")
    gone = await send(crm, ask, f"{at}/disconnect")
    assert gone.headers["location"].endswith("?done=disconnected"), gone.text
    assert "Disconnected" in await page(crm, gone.headers["location"])


async def test_a_record_is_changed_on_its_page(crm: Crm, at: str) -> None:
    ids = await crm.filled()
    one = f"{at}/records/{ids['recordId']}"
    changed = await send(crm, await page(crm, one), one, **{"values-title": "Rear admiral"})
    assert changed.headers["location"] == f"{one}?done=saved", changed.text
    text = await page(crm, one)
    assert "Rear admiral" in text
    assert "Waits to be written there" in text
    stale = await send(
        crm, text.replace('name="version" value="2"', 'name="version" value="1"'), one, version="1"
    )
    assert stale.status_code == 409
    assert "It changed meanwhile" in stale.text


async def test_a_run_is_tried_and_taken_back_on_the_pages(crm: Crm, at: str, host: Any) -> None:
    ids = await crm.filled()
    tried = await send(crm, await page(crm, at), f"{at}/runs", then="dry", key=secrets.token_hex(8))
    await host.drain_queue("work")
    assert "Nothing was written, neither here nor there." in await page(crm, tried.headers["location"])
    back = await send(crm, await page(crm, f"{at}/runs/{ids['runId']}"), f"{at}/runs")
    await host.drain_queue("work")
    assert "Taking back" in await page(crm, back.headers["location"])
    assert "Taken back" in await page(crm, f"{at}/runs/{ids['runId']}")


async def test_a_failure_is_shown_with_its_reason_and_tried_again(crm: Crm, at: str, host: Any) -> None:
    bad = await crm.contact(firstname="x" * 20_000, email=f"{secrets.token_hex(4)}@example.com")
    await crm.map()
    await crm.order()
    await crm.run()
    text = await page(crm, f"{at}/failures")
    assert "First name: A value is too long." in text
    await crm.there(f"records/contacts/{bad}", {"firstname": "Grace"}, "PATCH")
    again = await send(crm, text, f"{at}/runs")
    await host.drain_queue("work")
    assert again.status_code == 303
    assert "Nothing failed" in await page(crm, f"{at}/failures")


async def test_a_wrong_token_is_told_beside_what_was_typed(signed_in: Any) -> None:
    ada = await signed_in()
    org = await an_organisation(ada)
    place = f"/org/{org['id']}/connect/hubspot"
    text = (await ada.http.get(place)).text
    form = form_in(text, place) | {"name": "Our own CRM", "tokens-access_token": "wrong"}
    answer = await ada.http.post(place, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422, answer.text
    assert "Our own CRM" in answer.text
    assert 'value="wrong"' not in answer.text


async def approved_by(ada: Any, org: dict[str, Any]) -> str:
    """Ask HubSpot for access as a person does; the place that it leads back to."""
    place = f"/org/{org['id']}/connect/hubspot"
    form = form_in((await ada.http.get(place)).text, f"{place}/allow")
    sent = await ada.http.post(f"{place}/allow", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 200, sent.text
    [place] = set(re.findall(r'(?:href|url)="?(https?://[^"]+/oauth/authorize[^"]+)"', sent.text))
    place = unescape(place)
    asked = parse_qs(urlsplit(place).query)
    assert asked["code_challenge_method"] == ["S256"]
    async with httpx.AsyncClient(trust_env=False) as vendor:
        shown = await vendor.get(place)
        assert shown.status_code == 200, shown.text
        answer = {"do": "approve", "account": f"account-{secrets.token_hex(6)}"}
        approved = await vendor.post(place, data=answer)
    back = urlsplit(approved.headers["location"])
    return f"{back.path}?{back.query}"


async def test_access_is_given_by_oauth_to_the_session_that_asked(signed_in: Any) -> None:
    ada, eve = await signed_in(), await signed_in()
    callback = await approved_by(ada, await an_organisation(ada))
    assert (await eve.http.get(callback)).status_code == 404, "another session brought the code"
    connected = await ada.http.get(callback)
    assert connected.headers.get("location", "").endswith("?done=connected"), connected.text
    assert (await ada.http.get(connected.headers["location"])).status_code == 200


async def test_disconnecting_gives_the_access_up_at_the_vendor(host: Any, signed_in: Any) -> None:
    import wiring.integrations  # noqa: PLC0415 - only once the host has set the environment
    from domain.integrations.connecting import held_credentials  # noqa: PLC0415

    ada = await signed_in()
    org = await an_organisation(ada)
    connected = await ada.http.get(await approved_by(ada, org))
    source_id = urlsplit(connected.headers["location"]).path.rpartition("/")[2]
    store, seals = wiring.integrations.credentials(), wiring.integrations.seals()
    held = await held_credentials(org["id"], source_id, store=store, seals=seals)
    api = os.environ["VENDOR_ADDRESSES"].partition("hubspot=")[2].partition(",")[0]
    headers = {"Authorization": f"Bearer {held.access_token.get_secret_value()}"}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as vendor:
        place = f"{api}/crm/objects/2026-09/contacts"
        assert (await vendor.get(place)).status_code == 200, "the token worked"
        gone = await ada.api("DELETE", f"organisations/{org['id']}/sources/{source_id}")
        assert gone.status_code == 204, gone.text
        await host.drain_queue("work")
        assert (await vendor.get(place)).status_code == 401

"""Access to HubSpot by OAuth: given by a person, renewed when it is over, given up at the end."""

import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from adapters.outbound.client import Outbound
from adapters.outbound.guard import Guard
from adapters.outbound.oauth import App, authorize_address, exchanged, refreshed, revoked
from adapters.vendors.hubspot import DESCRIPTION
from domain.integrations.errors import AccessLost
from local.vendors import CLIENT_ID, CLIENT_SECRET

VERIFIER = "v" * 43
REDIRECT = "http://localhost:7071/back"


@pytest.fixture
async def outbound():
    opened = Outbound(Guard(frozenset({"localhost"})))
    yield opened
    await opened.close()


@pytest.fixture
async def app(vendors):
    return App(CLIENT_ID, CLIENT_SECRET, vendors.api("hubspot"))


async def allowed(app, outbound, scopes):
    """Credentials that a person gave."""
    challenge = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    address = authorize_address(
        DESCRIPTION.oauth, app, scopes=scopes, state="s", redirect=REDIRECT, challenge=challenge
    )
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.post(address, data={"do": "approve", "account": "oauth"})
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["s"]
    return await exchanged(
        outbound, DESCRIPTION.oauth, app, code=query["code"][0], redirect=REDIRECT, verifier=VERIFIER
    )


async def works(app, credentials):
    token = credentials.access_token.get_secret_value()
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client:
        answer = await client.get(f"{app.base}/crm/objects/2026-09/contacts")
    return answer.is_success


async def test_every_scope_of_the_description_can_be_given(app, outbound):
    scopes = {scope for each in DESCRIPTION.objects for scope in (*each.read_scopes, *each.write_scopes)}
    assert await works(app, await allowed(app, outbound, sorted(scopes)))


async def test_credentials_that_were_given_up_open_nothing_any_more(app, outbound):
    held = await allowed(app, outbound, ["crm.objects.contacts.read"])
    newer = await refreshed(outbound, DESCRIPTION.oauth, app, held)
    assert await works(app, newer)
    await revoked(outbound, DESCRIPTION.oauth, app, newer)
    assert not await works(app, newer)
    with pytest.raises(AccessLost):
        await refreshed(outbound, DESCRIPTION.oauth, app, newer)
    # Once more is no fault.
    await revoked(outbound, DESCRIPTION.oauth, app, newer)

"""What tests of integrations share."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.functions.integrations.crm import Crm, connected
from tests.functions.organisations.test_organisations import an_organisation


@pytest.fixture
async def crm(host: Any, signed_in: Any) -> AsyncIterator[Crm]:
    """A CRM that an organisation of its own has connected."""
    ada = await signed_in()
    made = await connected(host, ada, await an_organisation(ada))
    yield made
    await made.control.aclose()

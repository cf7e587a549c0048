"""Fixtures of the tests of functions."""

import httpx
import pytest


@pytest.fixture
async def order(cloud):
    """Order faults from the Cosmos server; they are removed afterwards, and when none is ordered."""
    url, headers = (
        f"{cloud.settings['COSMOS_ENDPOINT']}/_local/faults",
        {"x-local-key": cloud.settings["COSMOS_KEY"]},
    )
    async with httpx.AsyncClient(headers=headers, trust_env=False) as server:

        async def faults(*rules: dict) -> None:
            answer = await (server.post(url, json=list(rules)) if rules else server.delete(url))
            assert answer.is_success, answer.text

        yield faults
        await server.delete(url)

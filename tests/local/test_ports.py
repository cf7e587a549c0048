"""Ports of the local cloud, which other programs may take at any moment."""

import socket

from local import processes
from local.cloud import Cloud


async def test_storage_starts_although_a_port_was_taken_after_it_was_chosen(monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken, choose = [other.getsockname()[1]], processes.free_port
        monkeypatch.setattr(processes, "free_port", lambda: taken.pop() if taken else choose())
        elsewhere = {
            "COSMOS_ENDPOINT": "http://localhost",
            "OIDC_ISSUER": "https://localhost",
            "SMTP_URL": "-",
            "DNS_RESOLVER": "-",
            "CREDENTIALS_KEY_URL": "-",
            "VENDOR_ADDRESSES": "-",
        }
        async with Cloud(given=elsewhere) as cloud:
            assert not taken
            assert "BlobEndpoint=http://127.0.0.1:" in cloud.settings["AzureWebJobsStorage"]
            assert len(cloud.children) == 1


def test_ports_are_none_that_the_system_gives_to_outgoing_connections() -> None:
    assert all(20_000 <= processes.free_port() < 32_700 for _ in range(20))

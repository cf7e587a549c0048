"""What people took from companies is taken again after a restore, and what companies deleted is deleted."""

import json
import secrets

from domain.operations.orders import Order
from tests.functions.companies.companies import a_company, connect, end
from tests.functions.exchange.strangers import leave
from tests.release.test_erase_again import documents, restore, restored, run
from tests.wired import wired_with

__all__ = ["restored"]


async def test_ended_connections_and_deleted_details_are_ended_again(
    host, cloud, signed_in, client, restored
) -> None:
    endpoint, store = restored
    company, word = await a_company(signed_in), secrets.token_hex(8)
    await company.asks(on=True)
    people = {name: await signed_in() for name in ("ended", "deleted", "stays")}
    links = {name: await connect(each, company, name=f"{name} {word}") for name, each in people.items()}
    form = await leave(client(), company.card, name=f"form {word}")
    given = {each["details"]["name"].split()[0]: each["id"] for each in await company.listed()}
    since = await restore(store)
    assert (await end(people["ended"], links["ended"])).status_code == 204
    assert (await company.delete(given["deleted"])).status_code == 204
    assert (await client().post(f"{form}/withdrawal")).status_code == 303
    done = await run(cloud, endpoint, since)
    assert done.returncode == 0, done.stdout + done.stderr
    assert word not in done.stdout + done.stderr
    found = await documents(store)
    assert {name: json.loads(found["organisations", item])["kind"] for name, item in given.items()} == {
        "ended": "withdrawn-exchange",
        "deleted": "dismissed-exchange",
        "stays": "kept-exchange",
        "form": "withdrawn-exchange",
    }
    async with wired_with({"COSMOS_ENDPOINT": endpoint}):
        import wiring.companies  # noqa: PLC0415 - what the host loaded

        for name in ("ended", "deleted"):
            order = json.loads(found["organisations", f"order-company-connection-{given[name]}"])
            await wiring.companies.effects()["company-connection"](Order.model_validate(order["body"]))
    after = await documents(store)
    states = {
        name: json.loads(after["relations", each["id"]])["body"]["state"] for name, each in links.items()
    }
    assert states == {"ended": "ended", "deleted": "removed", "stays": "connected"}

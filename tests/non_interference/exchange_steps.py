"""Steps of strangers who leave details on the owner's card, and of what the owner keeps of them.

What strangers type is the same in both worlds. What the owner writes about them is as private as all else.
"""

from domain.exchange.receipt import payload_of
from tests.forms import Fields
from tests.functions.exchange.strangers import open_form, send_form
from tests.non_interference.worlds import Step, World

MOST_TAKEN = 2


def _typed(world: World) -> dict[str, str]:
    """What a stranger answers; with some addresses, so that a mail is sent as well."""
    number = f"{world.choices.random()}"[2:]
    email = world.choices.choice(("", f"stranger{number}@example.com"))
    return {"name": f"Stranger {number}", "email": email, "message": world.choices.choice(("", "Call me"))}


async def stranger_leaves_details(world: World) -> None:
    card = {"id": world.owner.ids["crd"][0], "handle": world.handle}
    form = {"on": True, "message": "optional"}
    await world.owner.changed("PUT", f"cards/{card['id']}/exchange-form", json=form)
    world.see("form", await world.stranger.get(f"/c/{world.handle}/exchange"))
    fields = await open_form(world.stranger, card)
    answer = await send_form(world.stranger, card, fields | _typed(world) | {"consent": "1"})
    world.see("sent form", answer)
    assert answer.headers["location"].startswith("/exchange/")
    world.links.append(answer.headers["location"].partition("?")[0])
    # Two mails at once would be sent in any order.
    await world.host.drain_queue("mail")


async def owner_takes_details_in(world: World) -> None:
    """And writes about who left them."""
    waiting = (await world.owner.api("GET", "exchanges")).json()["data"]
    for exchange in waiting[:MOST_TAKEN]:
        world.owner.ids.setdefault("exc", []).append(exchange["id"])
        # A stranger may have corrected them since.
        version = {"If-Match": (await world.owner.api("GET", f"exchanges/{exchange['id']}")).headers["etag"]}
        kept = await world.owner.api("PUT", f"exchanges/{exchange['id']}/contact", headers=version)
        assert kept.is_success, kept.text
        contact = f"contacts/{kept.json()['contactId']}"
        world.owner.ids.setdefault("con", []).append(kept.json()["contactId"])
        note = await world.owner.api("POST", f"{contact}/notes", json={"text": world.texts.some(400)})
        world.owner.remember("nte", note)
        said = (await world.owner.api("GET", contact)).json()["content"]
        said |= {"tags": [world.texts.line(40)], "title": world.texts.line()}
        written = await world.owner.changed("PUT", contact, json=said)
        assert note.is_success, note.text
        assert written.is_success, written.text


async def owner_dismisses_details(world: World) -> None:
    waiting = (await world.owner.api("GET", "exchanges")).json()["data"]
    for exchange in waiting[:1]:
        await world.owner.changed("DELETE", f"exchanges/{exchange['id']}")


async def stranger_looks_at_details(world: World) -> None:
    for link in world.links:
        for place in (link, f"{link}/withdrawal"):
            world.see("details", await world.stranger.get(place))
        receipt = await world.stranger.get(f"{link}/receipt")
        signed = receipt.text.count(".") == 2
        # The signature is of a text with the world's own name in it.
        told = payload_of(receipt.text) if signed else receipt.text
        world.seen.append(world.plain(f"receipt {receipt.status_code} {told}"))


async def stranger_corrects_details(world: World) -> None:
    for link in world.links:
        page = (await world.stranger.get(link)).text
        answer = await world.stranger.post(link, data=Fields(page, link).values | _typed(world))
        world.see("corrected", answer)
        world.see("after that", await world.stranger.get(link))


async def stranger_withdraws_details(world: World) -> None:
    if world.links:
        link = world.choices.choice(world.links)
        world.see("withdrawn", await world.stranger.post(f"{link}/withdrawal"))
        world.see("after that", await world.stranger.get(link))


async def other_asks_for_details(world: World) -> None:
    exchange, headers = world.one_of("exc"), {"If-Match": '"1"'}
    for place in ("exchanges", "exchanges?state=kept", f"exchanges/{exchange}"):
        world.see("other asks", await world.other.api("GET", place))
    for method, place in (("PUT", "/contact"), ("DELETE", ""), ("PUT", "/restoration")):
        answer = await world.other.api(method, f"exchanges/{exchange}{place}", headers=headers)
        world.see("other takes", answer)
    world.see("other opens", await world.other.get(f"/my/requests/exchanges/{exchange}"))


STEPS: dict[Step, int] = {
    stranger_leaves_details: 5,
    owner_takes_details_in: 4,
    owner_dismisses_details: 1,
    stranger_looks_at_details: 2,
    stranger_corrects_details: 2,
    stranger_withdraws_details: 2,
    other_asks_for_details: 2,
}

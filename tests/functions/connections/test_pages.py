"""Connections in a browser without script: asked from a card, answered under `/my/requests`."""

import re

import wiring
import wiring.connections
from tests.forms import Fields, fields_at, send
from tests.functions.connections.people import ask, connect, own_card, person_with_card, requests


async def press(person, page: str, action: str, **fields: str):
    """Send the form of a page that leads to this action, as its button does."""
    return await send(person, action, {**Fields(page, action).values, **fields})


async def ask_from(person, handle: str):
    """Follow the button of the card, and ask."""
    card = (await person.http.get(f"/c/{handle}")).text
    path = re.search(r'href="(/my/connect/[a-z0-9-]+)"', card)[1]
    return await send(person, path, await fields_at(person, path))


async def test_only_who_is_signed_in_and_not_connected_is_offered_to_ask(signed_in, client) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in)
    address, offer = f"/c/{card['handle']}", f'href="/my/connect/{card["handle"]}"'
    assert offer in (await ada.http.get(address)).text
    assert offer not in (await client().get(address)).text
    assert offer not in (await bob.http.get(address)).text
    await connect(ada, bob, card["handle"])
    assert offer not in (await ada.http.get(address)).text
    led = await client().get(f"/my/connect/{card['handle']}")
    assert led.headers["location"].startswith("/auth/login?returnTo=/my/connect/")


async def test_a_card_that_an_earlier_release_published_offers_nothing_to_ask(signed_in) -> None:
    """It says no profile, and so its connection would be one with every such card."""
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in)
    container = await wiring.database().container("published")
    stored = await container.read_item(card["handle"], card["handle"])
    earlier = stored | {"ownerId": stored["owner"]["accountId"]}
    del earlier["owner"]
    await container.replace_item(card["handle"], earlier)
    assert "/my/connect/" not in (await ada.http.get(f"/c/{card['handle']}")).text
    path = f"/my/connect/{card['handle']}"
    assert (await ada.http.get(path)).status_code == 404
    assert (await send(ada, path, {"csrf": ada.csrf})).status_code == 404
    refused = await ask(ada, card["handle"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_card")
    assert await requests(ada, "asked") == await requests(bob) == []


async def test_two_people_connect_with_forms(signed_in) -> None:
    ada, ada_card = await person_with_card(signed_in, name="Ada Lovelace")
    bob = await signed_in()
    card = await own_card(bob, name="Bob Babbage")
    sent = await ask_from(ada, card["handle"])
    assert sent.headers["location"] == "/my/requests?show=asked&done=asked"
    told = (await ada.http.get(sent.headers["location"])).text
    assert "Bob Babbage" in told
    today = (await bob.http.get("/my")).text
    assert "One person waits for your answer." in today
    waiting = (await bob.http.get("/my/requests")).text
    assert "Ada Lovelace" in waiting
    [link] = await requests(bob)
    page = (await bob.http.get(f"/my/connections/{link['id']}")).text
    assert f'href="/c/{ada_card["handle"]}"' in page
    done = await press(bob, page, f"/my/connections/{link['id']}/accept")
    assert done.headers["location"] == f"/my/connections/{link['id']}?done=connected"
    hers = (await ada.http.get(f"/my/connections/{link['id']}")).text
    assert "+46 70 174 06 05" in hers
    contact = re.search(r'href="(/my/contacts/con_[a-z2-7]{26})"', hers)[1]
    assert "+46 70 174 06 05" in (await ada.http.get(contact)).text
    asked_again = (await ada.http.get(f"/my/connect/{card['handle']}")).text
    assert "You are connected." in asked_again
    assert "Ask to connect" not in asked_again


async def test_a_contact_of_the_same_name_is_offered_and_never_taken_by_itself(signed_in) -> None:
    ada, _ = await person_with_card(signed_in, name="Ada Lovelace")
    bob, card = await person_with_card(signed_in)
    kept = (
        await bob.api("POST", "contacts", json={"name": "ADA LOVELACE", "organisation": "Engines"})
    ).json()
    other = (await bob.api("POST", "contacts", json={"name": "Ada Lovelace-King"})).json()
    await ask_from(ada, card["handle"])
    [link] = await requests(bob)
    path = f"/my/connections/{link['id']}"
    page = (await bob.http.get(path)).text
    assert (kept["id"] in page, other["id"] in page) == (True, False)
    assert Fields(page, f"{path}/accept").values["contactId"] == ""
    wrong = await press(bob, page, f"{path}/accept", contactId="con_" + "a" * 26)
    assert wrong.status_code == 422
    assert "is not one of your contacts" in wrong.text
    await press(bob, page, f"{path}/accept", contactId=kept["id"])
    assert f"/my/contacts/{kept['id']}" in (await bob.http.get(path)).text
    assert len((await bob.api("GET", "contacts")).json()["data"]) == 2


async def test_every_answer_has_a_button(signed_in) -> None:
    for act, shown, place in (
        ("decline", "", "/my/requests?done=declined"),
        ("block", "", "/my/requests?show=blocked&done=blocked"),
    ):
        ada, _ = await person_with_card(signed_in)
        bob, card = await person_with_card(signed_in)
        await ask_from(ada, card["handle"])
        [link] = await requests(bob)
        path = f"/my/connections/{link['id']}"
        page = (await bob.http.get(path)).text
        answer = await press(bob, page, f"{path}/{act}")
        assert answer.headers["location"] == place, shown
        assert "not told" in (await bob.http.get(place)).text
        if act == "block":
            blocked = (await bob.http.get("/my/requests?show=blocked")).text
            done = await press(bob, blocked, f"{path}/unblock")
            assert done.headers["location"] == "/my/requests?show=blocked&done=unblocked"
        mine = (await ada.http.get("/my/requests?show=asked")).text
        assert "Ada Lovelace" in mine
        withdrawn = await press(ada, mine, f"{path}/withdraw")
        assert withdrawn.headers["location"] == "/my/requests?show=asked&done=withdrawn"


async def test_disconnecting_from_the_contact_keeps_what_was_written(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob, name="Bob Babbage")
    link = await connect(ada, bob, card["handle"])
    contact = (await ada.api("GET", "contacts")).json()["data"][0]["id"]
    page = (await ada.http.get(f"/my/contacts/{contact}")).text
    done = await press(ada, page, f"/my/connections/{link}/disconnect")
    assert done.headers["location"] == "/my/requests?show=connected&done=disconnected"
    page = (await ada.http.get(f"/my/contacts/{contact}")).text
    assert "You are not connected any more." in page
    assert "+46 70 174 06 05" not in page
    assert "Bob Babbage" in page


async def test_a_contact_that_was_erased_is_not_made_again_unless_asked_for(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in, name="Bob")
    link = await connect(ada, bob, card["handle"])
    contact = (await ada.api("GET", "contacts")).json()["data"][0]["id"]
    etag = (await ada.api("GET", f"contacts/{contact}")).headers["etag"]
    await ada.api("DELETE", f"contacts/{contact}", headers={"If-Match": etag})
    path = f"contacts/{contact}/restoration"
    etag = (await ada.api("GET", path)).headers["etag"]
    gone = await ada.api("DELETE", path, headers={"If-Match": etag})
    assert gone.status_code == 204, gone.text
    page = (await ada.http.get(f"/my/connections/{link}")).text
    assert "no contact in your address book" in page
    assert (await ada.api("GET", "contacts")).json()["data"] == []
    done = await press(ada, page, f"/my/connections/{link}/contact")
    assert done.headers["location"] == f"/my/connections/{link}?done=kept"
    [made] = (await ada.api("GET", "contacts")).json()["data"]
    assert (made["content"]["name"], made["id"] == contact) == ("Bob", False)


async def test_what_was_said_is_read_once_for_a_profile(signed_in, monkeypatch) -> None:
    """However many cards one may ask with."""
    ada, mine = await person_with_card(signed_in)
    _bob, card = await person_with_card(signed_in)
    for profile in (mine["profileId"], mine["profileId"], None):
        await own_card(ada, profile=profile)
    store, read = wiring.connections.links(), []
    get = type(store).get

    async def counted(links, owner_id: str, link_id: str):
        read.append(link_id)
        return await get(links, owner_id, link_id)

    monkeypatch.setattr(type(store), "get", counted)
    page = await ada.http.get(f"/my/connect/{card['handle']}")
    assert page.text.count('name="cardId"') == 4
    assert len(read) == len(set(read)) == 2


async def test_own_cards_and_people_without_a_card_are_told_what_to_do(signed_in) -> None:
    ada, card = await person_with_card(signed_in)
    assert "This is your own card." in (await ada.http.get(f"/my/connect/{card['handle']}")).text
    new = await signed_in()
    assert "Publish a card first" in (await new.http.get(f"/my/connect/{card['handle']}")).text
    sent = await send(new, f"/my/connect/{card['handle']}", {"csrf": new.csrf})
    assert sent.headers["location"] == f"/my/connect/{card['handle']}"
    assert (await new.http.get("/my/connect/nobody-has-this")).status_code == 404
    for shown in ("", "?show=asked", "?show=connected", "?show=blocked"):
        assert (await new.http.get(f"/my/requests{shown}")).status_code == 200

"""Connections by consent, through the API."""

import sys

from domain.base.limits import Rate
from tests.functions.connections.people import (
    FOR_CONNECTIONS,
    accept,
    ask,
    asked,
    connect,
    connections,
    details,
    do,
    own_card,
    person_with_card,
    requests,
)


async def contacts(person) -> list[dict]:
    return (await person.api("GET", "contacts")).json()["data"]


async def test_two_people_connect_and_each_keeps_the_other(signed_in) -> None:
    ada, ada_card = await person_with_card(signed_in, name="Ada")
    bob, bob_card = await person_with_card(signed_in, name="Bob")
    link = await asked(ada, bob_card["handle"])
    assert (link["state"], link["handle"], link["cardId"]) == ("asked", bob_card["handle"], ada_card["id"])
    [waiting] = await requests(bob)
    assert (waiting["id"], waiting["state"], waiting["handle"]) == (link["id"], "waiting", ada_card["handle"])
    answer = await accept(bob, link["id"])
    assert answer.json()["state"] == "connected"
    for person, other, own in ((ada, "Bob", ada_card), (bob, "Ada", bob_card)):
        [connected] = await connections(person)
        [contact] = await contacts(person)
        assert (connected["id"], contact["content"]["name"]) == (link["id"], other)
        assert (connected["contactId"], contact["content"]["met"]["card"]) == (contact["id"], own["id"])
    assert (await requests(bob), await requests(ada, "asked")) == ([], [])


async def test_asking_twice_is_asking_once_and_asking_back_is_accepting(signed_in) -> None:
    ada, ada_card = await person_with_card(signed_in)
    bob, bob_card = await person_with_card(signed_in)
    links = [await asked(ada, bob_card["handle"]) for _ in range(2)]
    assert links[0] == links[1]
    assert len(await requests(bob)) == 1
    back = await asked(bob, ada_card["handle"])
    assert (back["id"], back["state"]) == (links[0]["id"], "connected")
    assert (await connections(ada))[0]["state"] == "connected"
    assert (await asked(ada, bob_card["handle"]))["state"] == "connected"
    assert len(await contacts(ada)) == 1


async def test_what_cannot_be_asked_is_refused_clearly(signed_in) -> None:
    ada, ada_card = await person_with_card(signed_in)
    nobody = await signed_in()
    own = await ask(ada, ada_card["handle"])
    assert (own.status_code, own.json()["code"]) == (409, "own_card")
    cardless = await ask(nobody, ada_card["handle"])
    assert (cardless.status_code, cardless.json()["code"]) == (409, "no_published_card")
    bob, bob_card = await person_with_card(signed_in)
    foreign = await ask(ada, bob_card["handle"], cardId=bob_card["id"])
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (422, "/cardId")
    path = f"cards/{bob_card['id']}/publication"
    etag = (await bob.api("GET", f"cards/{bob_card['id']}")).headers["etag"]
    await bob.api("DELETE", path, headers={"If-Match": etag})
    told = [await ask(ada, handle) for handle in (bob_card["handle"], "nobody-has-this")]
    assert [answer.status_code for answer in told] == [422, 422]
    problems = [answer.json() | {"instance": ""} for answer in told]
    assert problems[0] == problems[1]
    assert problems[0]["errors"][0]["field"] == "/handle"


async def test_declining_and_blocking_tell_the_asker_nothing(signed_in) -> None:
    """All answers to the asker are the same bytes, whether the other looked, declined or blocked."""
    told = []
    for act in (None, "decline", "block"):
        ada, _ = await person_with_card(signed_in)
        bob, bob_card = await person_with_card(signed_in, title="Public", bio="For connections")
        link = await asked(ada, bob_card["handle"])
        if act == "decline":
            await do(bob, "PUT", f"connection-requests/{link['id']}/decline")
        elif act == "block":
            await do(bob, "PUT", f"connections/{link['id']}/block")
        assert len(await requests(bob)) == (act is None)
        again = await ask(ada, bob_card["handle"])
        read = await ada.api("GET", f"connections/{link['id']}")
        page = await ada.http.get(f"/c/{bob_card['handle']}")
        assert len(await requests(bob)) == (act is None)
        names = {link["id"]: "ID", link["cardId"]: "CARD", bob_card["handle"]: "HANDLE", link["since"]: "AT"}
        seen = [again.text, read.text, page.text, str(sorted(read.headers)), read.headers["etag"]]
        for name, stands in names.items():
            seen = [text.replace(name, stands) for text in seen]
        told.append(seen[:2] + seen[3:] + ["/my/connect/HANDLE" in seen[2]])
    assert told[0] == told[1] == told[2]


async def test_who_was_declined_is_not_heard_again_for_a_month(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, bob_card = await person_with_card(signed_in)
    link = await asked(ada, bob_card["handle"])
    await do(bob, "PUT", f"connection-requests/{link['id']}/decline")
    await do(ada, "DELETE", f"connection-requests/{link['id']}")
    assert await requests(ada, "asked") == []
    assert (await asked(ada, bob_card["handle"]))["state"] == "asked"
    assert await requests(bob) == []


async def test_a_request_that_is_withdrawn_is_gone_for_the_other(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, bob_card = await person_with_card(signed_in)
    link = await asked(ada, bob_card["handle"])
    await do(ada, "DELETE", f"connection-requests/{link['id']}")
    assert await requests(bob) == []
    late = await bob.api("GET", f"connections/{link['id']}")
    refused = await bob.api(
        "PUT",
        f"connection-requests/{link['id']}/acceptance",
        headers={"If-Match": late.headers["etag"]},
        json={},
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_connection_state")
    await asked(ada, bob_card["handle"])
    assert [each["state"] for each in await requests(bob)] == ["waiting"]


async def republish(person, card: dict, **content) -> None:
    etag = (await person.api("GET", f"cards/{card['id']}")).headers["etag"]
    body = {"profileId": card["profileId"], "content": content}
    edited = await person.api("PUT", f"cards/{card['id']}", json=body, headers={"If-Match": etag})
    assert edited.status_code == 200, edited.text
    shown = await person.api(
        "PUT", f"cards/{card['id']}/publication", headers={"If-Match": edited.headers["etag"]}
    )
    assert shown.is_success, shown.text


async def test_a_changed_number_shows_at_once_and_the_old_one_stays_in_the_history(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob)
    link = await connect(ada, bob, card["handle"])
    assert (await details(ada, link))["says"]["phones"] == ["+46701740605"]
    new = [{"audience": "connections", "number": "+4686114000"}]
    await republish(bob, card, **(FOR_CONNECTIONS | {"phones": new}))
    now = await details(ada, link)
    assert now["says"]["phones"] == ["+4686114000"]
    [former] = now["former"]
    assert (former["field"], former["text"]) == ("phones", "+46701740605")
    [contact] = await contacts(ada)
    page = (await ada.http.get(f"/my/contacts/{contact['id']}")).text
    assert "+46 8 611 40 00" in page
    assert "What it said before" in page


async def test_disconnecting_cuts_what_is_live_and_leaves_what_was_written(signed_in) -> None:
    for who in ("asker", "asked", "blocker"):
        ada, _ = await person_with_card(signed_in)
        bob = await signed_in()
        card = await own_card(bob)
        link = await connect(ada, bob, card["handle"])
        address = f"/c/{card['handle']}"
        assert "+46701740605" in (await ada.http.get(address)).text
        if who == "blocker":
            await do(bob, "PUT", f"connections/{link}/block")
        else:
            await do(ada if who == "asker" else bob, "DELETE", f"connections/{link}")
        assert "+46701740605" not in (await ada.http.get(address)).text
        assert "phones" not in (await details(ada, link))["says"]
        assert (await details(ada, link))["state"] == "ended"
        assert (await details(ada, link))["former"] == []
        [contact] = await contacts(ada)
        assert contact["content"]["name"] == "Bob"
        page = (await ada.http.get(f"/my/contacts/{contact['id']}")).text
        assert "+46 70 174 06 05" not in page
        assert "not connected any more" in page


async def test_a_blocked_person_is_as_one_who_never_asked(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob)
    stranger = await signed_in()
    link = await connect(ada, bob, card["handle"])
    await do(bob, "PUT", f"connections/{link}/block")
    address = f"/c/{card['handle']}"
    pages = [(await person.http.get(address)) for person in (ada, stranger)]
    assert pages[0].content == pages[1].content
    assert pages[0].headers["etag"] == pages[1].headers["etag"]
    assert (await asked(ada, card["handle"]))["state"] == "asked"
    assert await requests(bob) == []
    assert [each["id"] for each in await requests(bob, "blocked")] == [link]
    await do(bob, "DELETE", f"connections/{link}/block")
    assert await requests(bob, "blocked") == []


async def test_a_connection_is_with_one_profile_only(signed_in) -> None:
    """The other card of the same person, of another profile, treats the two as strangers."""
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob)
    other = await own_card(bob, name="B.")
    await connect(ada, bob, card["handle"])
    assert "+46701740605" in (await ada.http.get(f"/c/{card['handle']}")).text
    assert "+46701740605" not in (await ada.http.get(f"/c/{other['handle']}")).text
    second = await asked(ada, other["handle"])
    assert second["state"] == "asked"
    assert second["id"] != (await connections(ada))[0]["id"]


async def test_an_own_contact_is_taken_for_the_connection_when_it_is_chosen(signed_in) -> None:
    ada, _ = await person_with_card(signed_in, name="Ada")
    bob, card = await person_with_card(signed_in)
    kept = (await bob.api("POST", "contacts", json={"name": "Ada L."})).json()
    link = await asked(ada, card["handle"])
    await accept(bob, link["id"], contactId=kept["id"])
    assert [each["id"] for each in await contacts(bob)] == [kept["id"]]
    assert (await details(bob, link["id"]))["contactId"] == kept["id"]
    other = (await bob.api("POST", "contacts", json={"name": "Countess"})).json()
    await do(bob, "PUT", f"connections/{link['id']}/contact", json={"contactId": other["id"]})
    assert (await details(bob, link["id"]))["contactId"] == other["id"]
    page = (await bob.http.get(f"/my/contacts/{other['id']}")).text
    assert "Their card now" in page


async def test_an_erased_contact_is_no_contact_of_the_connection(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    link = await connect(bob, ada, (await own_card(ada))["handle"])
    await without_its_contact(bob, link)
    assert (await details(bob, link))["contactId"] is None
    made = await do(bob, "PUT", f"connections/{link}/contact", json={})
    assert (await details(bob, link))["contactId"] == made.json()["contactId"] is not None


async def test_somebody_elses_connection_is_absent(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    _, card = await person_with_card(signed_in)
    link = (await asked(ada, card["handle"]))["id"]
    eve = await signed_in()
    unknown = "cnn_" + "a" * 26
    for method, path in (
        ("GET", "connections/{}"), ("DELETE", "connections/{}"), ("PUT", "connections/{}/block"),
        ("DELETE", "connections/{}/block"), ("PUT", "connection-requests/{}/decline"),
        ("DELETE", "connection-requests/{}"),
    ):  # fmt: skip
        answers = [
            await eve.api(method, path.format(each), headers={"If-Match": '"1"'}) for each in (link, unknown)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = [answer.json() | {"instance": ""} for answer in answers]
        assert bodies[0] == bodies[1]
    assert (await eve.http.get(f"/my/connections/{link}")).status_code == 404


async def test_an_account_asks_so_many_in_a_day_and_waits_for_so_many(signed_in, monkeypatch) -> None:
    from domain.connections import asking  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(asking, "CONNECTION_REQUESTS", Rate("connection_requests", most=2, seconds=86_400))
    ada, _ = await person_with_card(signed_in)
    answers = [await ask(ada, (await person_with_card(signed_in))[1]["handle"]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    # Asking again whom one has asked costs nothing.
    assert (await ask(ada, answers[0].json()["handle"])).status_code == 201
    monkeypatch.setattr(asking, "CONNECTION_REQUESTS", Rate("connection_requests", most=9, seconds=86_400))
    monkeypatch.setattr(asking, "MOST_ASKED", 2)
    full = await ask(ada, (await person_with_card(signed_in))[1]["handle"])
    assert (full.status_code, full.json()["code"]) == (409, "limit_reached")


async def without_its_contact(bob, link: str) -> str:
    """The path of a connection whose contact its owner has erased."""
    path = f"contacts/{(await details(bob, link))['contactId']}"
    for place in (path, f"{path}/restoration"):
        etag = (await bob.api("GET", place)).headers["etag"]
        assert (await bob.api("DELETE", place, headers={"If-Match": etag})).is_success
    return f"connections/{link}"


async def test_the_list_names_the_contact_that_a_merge_or_an_erasure_left(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    link = await connect(bob, ada, (await own_card(ada))["handle"])
    made = (await details(bob, link))["contactId"]
    assert [each["contactId"] for each in await connections(bob)] == [made]
    other = (await bob.api("POST", "contacts", json={"name": "Countess"})).json()["id"]
    merge = {"keepId": other, "keepVersion": 1, "dropId": made, "dropVersion": 1}
    assert (await bob.api("POST", "contact-merges", json=merge)).status_code == 201
    assert (await details(bob, link))["contactId"] == other
    assert [each["contactId"] for each in await connections(bob)] == [other]
    await without_its_contact(bob, link)
    assert [each["contactId"] for each in await connections(bob)] == [None]


async def test_no_contact_is_said_to_be_made_where_none_can_be(signed_in, monkeypatch) -> None:
    """A full address book, and a card that is not there any more."""
    ada, bob = await signed_in(), await signed_in()
    card = await own_card(ada)
    path = await without_its_contact(bob, await connect(bob, ada, card["handle"]))
    await bob.api("POST", "contacts", json={"name": "Another"})
    etag = (await bob.api("GET", path)).headers["etag"]
    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["domain.relationships.contacts"], "MOST_CONTACTS", 1)
        full = await bob.api("PUT", f"{path}/contact", headers={"If-Match": etag}, json={})
    assert (full.status_code, full.json()["code"]) == (409, "limit_reached")
    published = f"cards/{card['id']}/publication"
    shown = (await ada.api("GET", f"cards/{card['id']}")).headers["etag"]
    assert (await ada.api("DELETE", published, headers={"If-Match": shown})).is_success
    gone = await bob.api("PUT", f"{path}/contact", headers={"If-Match": etag}, json={})
    assert (gone.status_code, gone.json()["code"]) == (409, "card_not_shown")
    assert "Put it into my address book" not in (await bob.http.get(f"/my/{path}")).text
    assert [each["content"]["name"] for each in await contacts(bob)] == ["Another"]

"""Life cycle of a card and its handles: paused, renamed, undone, copied, deleted."""

import secrets
from urllib.parse import unquote

import pytest

from tests.functions.cards.test_api_cards import CONTENT, NOT_SHOWN, a_card, handle, published, shown


async def change(person, method: str, path: str, version: str, **body: object):
    answer = await person.api(method, path, headers={"If-Match": version}, json=body or None)
    assert answer.is_success, answer.text
    return answer


async def test_a_paused_card_is_not_shown_until_it_is_resumed(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = (await published(ada)).json()
    path = f"cards/{card['id']}/pause"
    paused = await change(ada, "PUT", path, '"2"')
    assert paused.json()["paused"] is True
    assert paused.json()["published"] is not None
    assert NOT_SHOWN in (await stranger.get(f"/c/{card['handle']}")).text
    resumed = await change(ada, "DELETE", path, paused.headers["etag"])
    assert resumed.json()["paused"] is False
    assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200


async def test_a_draft_cannot_be_paused(signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    answer = await ada.api("PUT", f"cards/{card['id']}/pause", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_change")


async def test_the_last_publication_is_undone_once(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    first = await published(ada, title="First")
    card = first.json()
    draft = {"profileId": card["profileId"], "content": CONTENT | shown(title="Second")}
    edited = await change(ada, "PUT", f"cards/{card['id']}", first.headers["etag"], **draft)
    second = await change(ada, "PUT", f"cards/{card['id']}/publication", edited.headers["etag"])
    assert "Second" in (await stranger.get(f"/c/{card['handle']}")).text
    undone = await change(ada, "DELETE", f"cards/{card['id']}/publication/latest", second.headers["etag"])
    assert "First" in (await stranger.get(f"/c/{card['handle']}")).text
    assert undone.json()["draft"]["title"] == "Second"
    again = await ada.api(
        "DELETE", f"cards/{card['id']}/publication/latest", headers={"If-Match": undone.headers["etag"]}
    )
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_change")


async def test_a_renamed_cards_old_name_leads_to_the_new_one_while_it_is_live(signed_in, client) -> None:
    ada, stranger, new = await signed_in(), client(), handle()
    card = (await published(ada)).json()
    old = card["handle"]
    renamed = await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=new)
    assert (renamed.json()["handle"], renamed.json()["formerHandles"]) == (new, [old])
    for suffix in ("", ".vcf", ".qr.svg", ".json"):
        moved = await stranger.get(f"/c/{old}{suffix}")
        assert (moved.status_code, moved.headers["location"]) == (308, f"/c/{new}{suffix}")
        assert (await stranger.get(f"/c/{new}{suffix}")).status_code == 200
    await change(ada, "PUT", f"cards/{card['id']}/pause", renamed.headers["etag"])
    assert NOT_SHOWN in (await stranger.get(f"/c/{old}")).text
    assert NOT_SHOWN in (await stranger.get(f"/c/{new}")).text


async def test_a_former_name_stays_the_cards_and_can_be_taken_back(signed_in, client) -> None:
    ada, bob, new = await signed_in(), await signed_in(), handle()
    card = (await published(ada)).json()
    renamed = await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=new)
    taken = await bob.api("POST", "cards", json=await body_of(bob, card["handle"]))
    assert (taken.status_code, taken.json()["code"]) == (409, "handle_taken")
    await change(ada, "PUT", f"cards/{card['id']}/handle", renamed.headers["etag"], handle=card["handle"])
    assert (await client().get(f"/c/{card['handle']}")).status_code == 200
    assert (await client().get(f"/c/{new}")).headers["location"] == f"/c/{card['handle']}"


async def body_of(person, wanted: str) -> dict:
    profile = (await person.api("POST", "profiles", json={"name": "Analyst"})).json()["id"]
    return {"profileId": profile, "handle": wanted, "content": CONTENT}


async def test_a_copy_is_a_draft_of_its_own(signed_in) -> None:
    ada = await signed_in()
    card = (await published(ada, title="Analyst")).json()
    copied = await ada.api("POST", f"cards/{card['id']}/copies", json={})
    assert copied.status_code == 201
    copy = copied.json()
    assert copy["draft"] == card["draft"]
    assert copy["published"] is None
    assert copy["id"] != card["id"]
    assert copy["handle"] != card["handle"]


@pytest.mark.parametrize("count", [11])
async def test_a_card_is_not_renamed_without_end(signed_in, count: int) -> None:
    ada = await signed_in()
    made = await a_card(ada)
    path, version, statuses = f"cards/{made.json()['id']}/handle", made.headers["etag"], []
    for _ in range(count):
        answer = await ada.api("PUT", path, json={"handle": handle()}, headers={"If-Match": version})
        statuses.append((answer.status_code, answer.json().get("code")))
        version = answer.headers.get("etag", version)
    assert statuses == [(200, None)] * (count - 1) + [(409, "too_many_renames")]


async def test_two_profiles_of_one_person_share_nothing_that_can_be_seen(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    cards = [(await published(ada, title=title)).json() for title in ("Analyst", "Poet")]
    account = (await ada.api("GET", "account")).json()["id"]
    for card in cards:
        for suffix in ("", ".vcf", ".v4.vcf", ".json", ".jcard", ".jscontact", ".qr.svg"):
            answer = await stranger.get(f"/c/{card['handle']}{suffix}")
            seen = answer.text + str(answer.headers)
            for secret in (account, card["id"], card["profileId"]):
                assert secret not in seen, suffix
    tags = [(await stranger.get(f"/c/{card['handle']}")).headers["etag"] for card in cards]
    assert tags[0] != tags[1]


async def test_a_former_name_leads_to_links_images_and_drawn_codes_too(signed_in, client) -> None:
    ada, stranger, new = await signed_in(), client(), handle()
    card = (await published(ada, website="https://example.com/a")).json()
    await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=new)
    for rest in (".qr.png?size=512&fg=000080", "/go/0123456789ab", f"/{'0' * 32}.webp"):
        moved = await stranger.get(f"/c/{card['handle']}{rest}")
        assert (moved.status_code, moved.headers["location"]) == (308, f"/c/{new}{rest}")


@pytest.mark.parametrize(
    ("spelt", "rest"),
    [
        ("/C/{old}", ""),
        ("/%63/{old}?a=b%20c", "?a=b%20c"),
        ("/C/{OLD}.VCF", ".vcf"),
        ("/c/{old}%2Evcf", ".vcf"),
        ("/x/../c/{old}", ""),
        ("/C/{old}/GO/0123456789ab", "/go/0123456789ab"),
        ("/c/%{hex}.v4.vcf", ".v4.vcf"),
    ],
)
async def test_a_former_name_leads_on_however_it_is_spelt(signed_in, host, spelt, rest) -> None:
    ada, new = await signed_in(), handle()
    card = (await published(ada)).json()
    old = card["handle"]
    await change(ada, "PUT", f"cards/{card['id']}/handle", '"2"', handle=new)
    path, _, query = spelt.format(old=old, OLD=old.upper(), hex=f"{ord(old[0]):x}{old[1:]}").partition("?")
    moved = await raw_get(host, path, query)
    assert (moved["status"], moved["location"]) == (308, f"/c/{new}{rest}")


async def raw_get(host, path: str, query: str) -> dict:
    """Reply to a path that HTTP clients would normalise."""
    scope = {
        "type": "http", "method": "GET", "scheme": "https", "path": unquote(path), "http_version": "1.1",
        "raw_path": path.encode(), "query_string": query.encode(), "headers": [(b"host", b"izwop.test")],
    }  # fmt: skip
    found = {"status": 0, "location": None}

    async def receive() -> dict:
        return {"type": "http.request", "body": b""}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            headers = {name.lower(): value.decode() for name, value in message["headers"]}
            found.update(status=message["status"], location=headers.get(b"location"))

    await host.asgi(scope, receive, send)
    return found


@pytest.mark.parametrize(
    ("method", "what", "gone"),
    [("PUT", "handle", ""), ("PUT", "pause", "is"), ("DELETE", "publication", "is"), ("DELETE", "", "is")],
)
async def test_a_change_by_the_api_is_seen_at_once_where_the_card_was_just_shown(
    signed_in, client, method: str, what: str, gone: str
) -> None:
    ada, stranger, body = await signed_in(), client(), {"handle": handle()} if what == "handle" else None
    card = (await published(ada)).json()
    assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200
    path = f"cards/{card['id']}/{what}".rstrip("/")
    changed = await ada.api(method, path, json=body, headers={"If-Match": '"2"'})
    assert changed.is_success, changed.text
    answer = await stranger.get(f"/c/{card['handle']}")
    assert NOT_SHOWN in answer.text if gone else answer.status_code == 308


async def test_a_deleted_card_is_not_told_again_to_who_repeats_its_creation(signed_in) -> None:
    ada, headers = await signed_in(), {"Idempotency-Key": secrets.token_hex()}
    body = await body_of(ada, handle())
    made = await ada.api("POST", "cards", json=body, headers=headers)
    await change(ada, "PUT", f"cards/{made.json()['id']}/publication", '"1"')
    gone = await ada.api("DELETE", f"cards/{made.json()['id']}", headers={"If-Match": '"2"'})
    assert gone.status_code == 204
    again = await ada.api("POST", "cards", json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "handle_taken")


@pytest.mark.parametrize("name", ["iZwop Support", "Izwop", "official izwop"])
async def test_a_suggested_handle_does_not_speak_for_us(signed_in, name: str) -> None:
    ada = await signed_in()
    body = await body_of(ada, handle())
    made = await ada.api("POST", "cards", json={"profileId": body["profileId"], "content": shown(name=name)})
    assert made.json()["handle"].startswith("card-")


async def test_a_copy_that_is_repeated_is_answered_the_same_whatever_became_of_the_source(signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    path, key = f"cards/{card['id']}/copies", {"Idempotency-Key": secrets.token_hex()}
    first = await ada.api("POST", path, json={}, headers=key)
    assert first.status_code == 201, first.text
    draft = {"profileId": card["profileId"], "content": CONTENT | shown(title="Edited")}
    edited = await change(ada, "PUT", f"cards/{card['id']}", '"1"', **draft)
    assert (await ada.api("POST", path, json={}, headers=key)).json() == first.json()
    await change(ada, "DELETE", f"cards/{card['id']}", edited.headers["etag"])
    again = await ada.api("POST", path, json={}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await ada.api("POST", path, json={"handle": handle()}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    of_another = await ada.api("POST", f"cards/{first.json()['id']}/copies", json={}, headers=key)
    assert (of_another.status_code, of_another.json()["code"]) == (422, "idempotency_key_reused")

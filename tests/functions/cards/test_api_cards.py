"""Cards through the API: from a draft to the public and back."""

import asyncio
import re
import secrets

import httpx
import pytest
from pydantic.alias_generators import to_camel

from domain.cards.content import SINGLE_FIELDS

# On the page of a handle whose card is not shown.
NOT_SHOWN = "This card is not shown now"


def handle() -> str:
    """A handle that no other test has, nor one that looks like it."""
    return "t-" + "".join(secrets.choice("abcdefghjkmpqrtuwxy") for _ in range(24))


def shown(**content: object) -> dict:
    """Content that everybody may see, whatever it says."""
    lists = {
        field: [entry | {"audience": "public"} for entry in value]
        for field, value in content.items()
        if isinstance(value, list) and field != "languages"
    }
    audiences = dict.fromkeys(map(to_camel, SINGLE_FIELDS), "public")
    return {**content, **lists, "audiences": audiences}


CONTENT = shown(name="Ada Lovelace", emails=[{"address": "ada@example.com"}])


async def a_profile(person) -> str:
    made = await person.api("POST", "profiles", json={"name": "Analyst"})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def a_card(person, **content: object) -> httpx.Response:
    body = {"profileId": await a_profile(person), "handle": handle(), "content": CONTENT | shown(**content)}
    made = await person.api("POST", "cards", json=body)
    assert made.status_code == 201, made.text
    return made


async def published(person, **content: object) -> httpx.Response:
    made = await a_card(person, **content)
    path = f"cards/{made.json()['id']}/publication"
    answer = await person.api("PUT", path, headers={"If-Match": made.headers["etag"]})
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_new_card_is_a_draft_that_only_its_owner_sees(signed_in, client) -> None:
    ada, bob = await signed_in(), await signed_in()
    made = await a_card(ada)
    card = made.json()
    assert made.headers["location"] == f"/api/v1/cards/{card['id']}"
    assert (await ada.http.get(made.headers["location"])).json() == card
    assert (await bob.http.get(made.headers["location"])).status_code == 404
    assert (await client().get(f"/c/{card['handle']}")).status_code == 404


async def test_publishing_shows_the_draft_and_unpublishing_hides_it_at_once(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    card = (await published(ada)).json()
    assert "Ada Lovelace" in (await stranger.get(f"/c/{card['handle']}")).text
    path = f"cards/{card['id']}/publication"
    hidden = await ada.api("DELETE", path, headers={"If-Match": '"2"'})
    assert hidden.json()["published"] is None
    assert NOT_SHOWN in (await stranger.get(f"/c/{card['handle']}")).text
    assert (await stranger.get(f"/c/{card['handle']}.vcf")).headers["location"] == f"/c/{card['handle']}"


async def test_an_edit_stays_private_until_it_is_published(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    first = await published(ada)
    card = first.json()
    body = {"profileId": card["profileId"], "content": CONTENT | {"title": "Countess"}}
    edited = await ada.api(
        "PUT", f"cards/{card['id']}", json=body, headers={"If-Match": first.headers["etag"]}
    )
    assert edited.json()["draft"]["title"] == "Countess"
    assert edited.json()["published"]["title"] is None
    assert "Countess" not in (await stranger.get(f"/c/{card['handle']}")).text
    await ada.api("PUT", f"cards/{card['id']}/publication", headers={"If-Match": edited.headers["etag"]})
    assert "Countess" in (await stranger.get(f"/c/{card['handle']}")).text


async def test_the_list_is_newest_first_and_pages_with_a_cursor(signed_in) -> None:
    ada = await signed_in()
    made = [(await a_card(ada)).json()["id"] for _ in range(5)]
    seen, query = [], "cards?limit=2"
    for _ in range(3):
        answer = (await ada.api("GET", query)).json()
        seen += [card["id"] for card in answer["data"]]
        query = f"cards?limit=2&cursor={answer['page']['next']}"
    assert answer["page"]["next"] is None
    assert seen == made[::-1]


async def test_a_handle_is_made_from_the_name_when_none_is_chosen(signed_in) -> None:
    ada, family = await signed_in(), secrets.token_hex(6)
    body = {"profileId": await a_profile(ada), "content": {"name": f"Åsa {family}"}}
    plain = await ada.api("POST", "cards", json=body)
    assert plain.json()["handle"] == f"asa-{family}"
    namesake = await ada.api("POST", "cards", json=body)
    assert namesake.json()["handle"] == f"{family}-asa"
    others = [(await ada.api("POST", "cards", json=body)).json()["handle"] for _ in range(3)]
    assert others[:2] == [f"asa-{family}-2", f"asa-{family}-3"]
    assert re.fullmatch(f"asa-{family}-[a-z2-7]{{6}}", others[2])


async def test_a_name_that_looks_like_a_taken_handle_gets_another(signed_in) -> None:
    ada, family = await signed_in(), secrets.token_hex(6)
    body = {"profileId": await a_profile(ada), "content": {"name": f"Lil {family}"}}
    await ada.api("POST", "cards", json={**body, "handle": f"lll-{family}"})
    made = await ada.api("POST", "cards", json=body)
    assert made.json()["handle"] == f"{family}-lil"


async def test_a_repeated_create_keeps_the_handle_that_was_made(signed_in) -> None:
    ada, family = await signed_in(), secrets.token_hex(6)
    body = {"profileId": await a_profile(ada), "content": {"name": f"Åsa {family}"}}
    for _ in range(2):
        key = {"Idempotency-Key": secrets.token_hex(8)}
        made = [(await ada.api("POST", "cards", json=body, headers=key)).json() for _ in range(2)]
        assert made[0] == made[1]


async def test_of_many_namesakes_at_the_same_time_one_has_the_plain_handle(signed_in) -> None:
    ada, family = await signed_in(), secrets.token_hex(6)
    body = {"profileId": await a_profile(ada), "content": {"name": f"Åsa {family}"}}
    made = await asyncio.gather(*(ada.api("POST", "cards", json=body) for _ in range(6)))
    assert {each.status_code for each in made} == {201}
    handles = [each.json()["handle"] for each in made]
    assert handles.count(f"asa-{family}") == 1
    assert len(set(handles)) == 6


async def test_a_handle_is_given_out_once_among_many_at_the_same_time(signed_in) -> None:
    ada, wanted = await signed_in(), handle()
    body = {"profileId": await a_profile(ada), "handle": wanted, "content": CONTENT}
    answers = await asyncio.gather(*(ada.api("POST", "cards", json=body) for _ in range(24)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 23
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"handle_taken"}


async def test_a_lookalike_of_a_taken_handle_is_refused(signed_in) -> None:
    ada, wanted = await signed_in(), handle()
    body = {"profileId": await a_profile(ada), "handle": wanted + "l", "content": CONTENT}
    assert (await ada.api("POST", "cards", json=body)).status_code == 201
    refused = await ada.api("POST", "cards", json=body | {"handle": wanted + "1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "handle_lookalike")
    assert [fault["field"] for fault in refused.json()["errors"]] == ["/handle"]


async def test_the_same_key_makes_one_card_however_often_it_is_sent(signed_in) -> None:
    ada = await signed_in()
    body = {"profileId": await a_profile(ada), "handle": handle(), "content": CONTENT}
    headers = {"Idempotency-Key": secrets.token_hex()}
    answers = await asyncio.gather(*(ada.api("POST", "cards", json=body, headers=headers) for _ in range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len((await ada.api("GET", "cards")).json()["data"]) == 1
    other = await ada.api("POST", "cards", json=body | {"handle": handle()}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_same_key_makes_one_profile(signed_in) -> None:
    ada, headers = await signed_in(), {"Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(ada.api("POST", "profiles", json={"name": "Analyst"}, headers=headers) for _ in range(10))
    )
    assert len({answer.text for answer in answers}) == 1
    other = await ada.api("POST", "profiles", json={"name": "Other"}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_32_writers_on_one_card_lose_no_update(signed_in) -> None:
    """Every accepted edit saw the one before it: the title counts them."""
    ada = await signed_in()
    made = await a_card(ada, title="0")
    path, profile = f"cards/{made.json()['id']}", made.json()["profileId"]
    accepted = refused = 0

    async def write() -> None:
        nonlocal accepted, refused
        for _ in range(5):
            read = await ada.api("GET", path)
            count = int(read.json()["draft"]["title"]) + 1
            body = {"profileId": profile, "content": CONTENT | {"title": str(count)}}
            answer = await ada.api("PUT", path, json=body, headers={"If-Match": read.headers["etag"]})
            assert answer.status_code in (200, 412), answer.text
            accepted += answer.status_code == 200
            refused += answer.status_code == 412

    await asyncio.gather(*(write() for _ in range(32)))
    final = await ada.api("GET", path)
    assert accepted + refused == 160
    assert refused > 0
    assert int(final.json()["draft"]["title"]) == accepted
    assert final.headers["etag"] == f'"{accepted + 1}"'


async def test_publishing_and_hiding_at_the_same_time_ends_as_the_card_says(signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    made = await a_card(ada)
    card = made.json()
    path = f"cards/{card['id']}/publication"

    async def change(method: str) -> None:
        for _ in range(8):
            version = (await ada.api("GET", f"cards/{card['id']}")).headers["etag"]
            await ada.api(method, path, headers={"If-Match": version})

    await asyncio.gather(*(change(method) for method in ("PUT", "DELETE") * 3))
    final = (await ada.api("GET", f"cards/{card['id']}")).json()
    shown = await stranger.get(f"/c/{card['handle']}")
    assert (shown.status_code == 200) == (final["published"] is not None)


async def test_an_account_sees_none_of_anothers_things(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    card = (await published(ada)).json()
    own = await a_profile(bob)
    absent = (await bob.api("GET", "cards/crd_aaaaaaaaaaaaaaaaaaaaaaaaaa")).json()
    attempts = [
        ("GET", f"cards/{card['id']}", None),
        ("PUT", f"cards/{card['id']}", {"profileId": own, "content": CONTENT}),
        ("PUT", f"cards/{card['id']}/publication", None),
        ("DELETE", f"cards/{card['id']}/publication", None),
        ("GET", f"profiles/{card['profileId']}", None),
        ("PUT", f"profiles/{card['profileId']}", {"name": "Mine"}),
    ]
    for method, path, body in attempts:
        answer = await bob.api(method, path, json=body, headers={"If-Match": '"2"'})
        assert answer.status_code == 404, (method, path)
        assert answer.json() | {"instance": ""} == absent | {"instance": ""}
    taken = await bob.api("POST", "cards", json={"profileId": card["profileId"], "content": CONTENT})
    assert taken.json()["errors"] == [
        {"field": "/profileId", "code": "unknown_profile", "detail": "is not one of your profiles"}
    ]


async def test_a_profile_is_renamed_by_whoever_read_it_last(signed_in) -> None:
    ada = await signed_in()
    made = await ada.api("POST", "profiles", json={"name": "Analyst"})
    path = f"profiles/{made.json()['id']}"
    renamed = await ada.api("PUT", path, json={"name": "Poet"}, headers={"If-Match": made.headers["etag"]})
    assert renamed.json()["name"] == "Poet"
    late = await ada.api("PUT", path, json={"name": "Late"}, headers={"If-Match": made.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert (await ada.api("GET", path)).json()["name"] == "Poet"


async def test_a_program_with_a_bearer_token_acts_for_its_person(signed_in, client, bearer) -> None:
    ada = await signed_in()
    made = await a_card(ada)
    program = await client().get(made.headers["location"], headers=await bearer(ada.name))
    assert program.json() == made.json()


@pytest.mark.parametrize("planted", ["%2F", "%00", "a" * 300, "crd_'; DROP", "ünï", "#", "?x"])
async def test_an_id_that_cannot_be_is_absent(signed_in, planted: str) -> None:
    ada = await signed_in()
    assert (await ada.api("GET", f"cards/crd_{planted}")).status_code == 404

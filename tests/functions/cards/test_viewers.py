"""Visibility of a card's values for each viewer, through HTTP."""

import pytest

import wiring.cards
from domain.cards.content import SINGLE_FIELDS
from tests.functions.cards.test_api_cards import published
from tests.functions.connections.people import connect

CONTENT = {
    "title": "Seen by all",
    "companyText": "Seen by members",
    "bio": "Seen by friends",
    "videoLink": "https://video.example/only-me",
}


LOOK = {"theme": "classic", "colour": "#1f5a7a"}


@pytest.fixture
async def card(signed_in):
    """A card with a value for each audience; its owner; and the account ids that matter."""
    owner = await signed_in()
    made = (await published(owner)).json()
    audiences = dict.fromkeys(SINGLE_FIELDS, "private") | {
        "title": "public", "company_text": "signed_in", "bio": "connections", "video_link": "private",
    }  # fmt: skip
    camel = {
        "".join([w if i == 0 else w.title() for i, w in enumerate(k.split("_"))]): v
        for k, v in audiences.items()
    }
    content = {"name": "Ada", "look": LOOK, "audiences": camel, **CONTENT}
    content["emails"] = [
        {"audience": "signed_in", "address": "members@example.com"},
        {"audience": "connections", "address": "friends@example.com"},
        {"address": "nobody@example.com"},
    ]
    body = {"profileId": made["profileId"], "content": content}
    edited = await owner.api("PUT", f"cards/{made['id']}", json=body, headers={"If-Match": '"2"'})
    assert edited.status_code == 200, edited.text
    shown = await owner.api(
        "PUT", f"cards/{made['id']}/publication", headers={"If-Match": edited.headers["etag"]}
    )
    return owner, shown.json()


async def test_numbers_are_grouped_for_who_may_see_them_and_kept_for_nobody_else(signed_in, client) -> None:
    owner = await signed_in()
    made = (await published(owner)).json()
    numbers = {"public": "+46701740605", "connections": "+4686114000", "private": "+442079460958"}
    phones = [{"audience": who, "number": number} for who, number in numbers.items()]
    body = {"profileId": made["profileId"], "content": {"name": "Ada", "phones": phones}}
    path = f"cards/{made['id']}"
    edited = await owner.api("PUT", path, json=body, headers={"If-Match": '"2"'})
    headers = {"If-Match": edited.headers["etag"]}
    shown = await owner.api("PUT", f"{path}/publication", headers=headers)

    container = await wiring.database().container("published")
    stored = await container.read_item(made["handle"], made["handle"])
    texts = {"+46701740605": "+46 70 174 06 05", "+4686114000": "+46 8 611 40 00"}
    assert stored["beside"]["phoneTexts"] == texts
    page = (await client().get(f"/c/{made['handle']}")).text
    assert [text in page for text in texts.values()] == [True, False]

    await owner.api("DELETE", f"{path}/publication", headers={"If-Match": shown.headers["etag"]})
    assert (await container.read_item(made["handle"], made["handle"]))["beside"]["phoneTexts"] == {}


MARKS = ["Seen by all", "Seen by members", "members@example.com", "Seen by friends", "friends@example.com",
         "nobody@example.com", "only-me"]  # fmt: skip


def seen(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text.replace("\r\n ", "")]


async def test_each_viewer_sees_what_is_meant_for_them_in_every_form(card, signed_in, client) -> None:
    owner, made = card
    member, friend = await signed_in(), await signed_in()
    await connect(friend, owner, made["handle"])
    for suffix in ("", ".vcf", ".v4.vcf", ".json", ".jcard", ".jscontact"):
        address = f"/c/{made['handle']}{suffix}"
        assert seen((await client().get(address)).text) == MARKS[:1], suffix
        assert seen((await member.http.get(address)).text) == MARKS[:3], suffix
        assert seen((await friend.http.get(address)).text) == MARKS[:5], suffix
        assert seen((await owner.http.get(address)).text) == MARKS[:5], suffix
        assert seen((await client().get(address)).text) == MARKS[:1], suffix


async def test_an_answer_for_one_viewer_is_kept_for_no_other(card, signed_in, client) -> None:
    _, made = card
    member = await signed_in()
    public = await client().get(f"/c/{made['handle']}")
    assert public.headers["cache-control"] == "public, no-cache"
    assert "Cookie" in public.headers["vary"]
    private = await member.http.get(f"/c/{made['handle']}")
    assert private.headers["cache-control"] == "private, no-store"
    assert private.headers["etag"] != public.headers["etag"]


async def test_a_link_that_is_hidden_is_not_followed(card, client) -> None:
    from domain.cards.links import link_key  # noqa: PLC0415

    _, made = card
    key = link_key(CONTENT["videoLink"])
    assert (await client().get(f"/c/{made['handle']}/go/{key}")).status_code == 404


async def test_a_shown_link_leads_on(signed_in, client) -> None:
    from domain.cards.links import link_key  # noqa: PLC0415

    made = (await published(await signed_in(), website="https://example.com/a")).json()
    answer = await client().get(f"/c/{made['handle']}/go/{link_key('https://example.com/a')}")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://example.com/a")
    assert (
        await client().get(f"/c/{made['handle']}/go/{link_key('https://evil.example/')}")
    ).status_code == 404


async def test_a_hidden_field_is_gone_within_five_seconds_on_every_worker(card, client) -> None:
    """Another worker learns of the change from the store only."""
    from adapters.published_cache import FRESH_SECONDS, PublishedCache  # noqa: PLC0415

    owner, made = card
    other = PublishedCache(wiring.cards.published()._store)
    assert (await other.take(made["handle"])).card.content.title == "Seen by all"
    body = {"profileId": made["profileId"], "content": {"name": "Ada", "title": "Seen by all"}}
    edited = await owner.api("PUT", f"cards/{made['id']}", json=body, headers={"If-Match": '"4"'})
    await owner.api("PUT", f"cards/{made['id']}/publication", headers={"If-Match": edited.headers["etag"]})
    assert seen((await client().get(f"/c/{made['handle']}")).text) == []
    assert FRESH_SECONDS < 5
    cached = await other.take(made["handle"])
    cached.read_at -= FRESH_SECONDS
    assert (await other.take(made["handle"])).card.content.title is None


@pytest.mark.parametrize("suffix", ["", ".vcf", ".json", ".qr.svg", ".qr.png?size=256"])
@pytest.mark.parametrize("member", [False, True], ids=["a stranger", "a member"])
async def test_headers_do_not_tell_that_a_card_has_more(card, signed_in, client, suffix, member) -> None:
    _, hiding = card
    # The look of both is the same, whose style the policy names.
    open_to_all = (await published(await signed_in(), look=LOOK)).json()
    looks = (await signed_in()).http if member else client()
    told = []
    for made in (hiding, open_to_all):
        answer = await looks.get(f"/c/{made['handle']}{suffix}")
        assert answer.headers["cache-control"] == ("private, no-store" if member else "public, no-cache")
        own = ("etag", "content-length", "content-disposition")
        told.append({name: value for name, value in answer.headers.items() if name not in own})
    assert told[0] == told[1]

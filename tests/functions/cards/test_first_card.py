"""The first card: few fields, one press, no word about what a second card needs."""

import re
import secrets

import pytest

from domain.base.limits import HANDLE_CHECKS
from tests.forms import Fields, fields_at, new_card, publish, send
from tests.functions.cards.test_api_cards import published
from tests.functions.connections.people import connect

NEW = "/my/new-card"
ASKED = "handle-checks"


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


def a_name() -> str:
    """A name that nobody else of the run has."""
    return f"Ada {''.join(secrets.choice('abcdefghkmpt') for _ in range(10)).title()}"


async def asked(person, **wish: str) -> dict[str, str | None]:
    answer = await person.api("POST", ASKED, json=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_first_card_asks_five_things_and_nothing_about_profiles(ada) -> None:
    page = (await ada.http.get(NEW)).text
    shown = re.findall(r'<(?:input|select|textarea) id="f-([^"]+)"', page)
    assert shown == ["name", "title", "organisation", "emails-0-address", "handle"]
    assert "rofile" not in page
    fields = Fields(page, NEW).values
    assert (fields["name"], fields["emails-0-address"]) != ("", "")
    assert fields["handle"] == fields["suggested"] != ""


async def test_one_press_makes_and_publishes_it_and_shows_the_code(ada, client) -> None:
    fields = await fields_at(ada, NEW)
    answers = [await send(ada, NEW, {**fields, "title": "Engineer", "then": "publish"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    path, _, done = answers[0].headers["location"].partition("/share?done=")
    assert done == "made-and-published"
    assert "Your card is live" in (await ada.http.get(answers[0].headers["location"])).text
    async with client() as stranger:
        assert "Engineer" in (await stranger.get(f"/c/{fields['handle']}")).text
    assert [profile["name"] for profile in (await ada.api("GET", "profiles")).json()["data"]] == ["Work"]
    await send(ada, path, {**await fields_at(ada, path), "title": "Changed meanwhile"})
    late = await send(ada, NEW, {**fields, "title": "Engineer", "then": "publish"})
    assert late.headers["location"] == path, "the card of this form is there, and not changed by it"


async def test_the_word_profile_comes_with_the_second_card(ada) -> None:
    path = await new_card(ada)
    for page in (path, f"{path}/settings", f"{path}/share"):
        assert "rofile" not in re.sub("profileId|socialProfile", "", (await ada.http.get(page)).text), page
    second = await fields_at(ada, NEW)
    assert (second["profileName"], second["profileId"][:4]) == ("", "prf_")
    other = await new_card(ada, profileName="Studio")
    names = {profile["id"]: profile["name"] for profile in (await ada.api("GET", "profiles")).json()["data"]}
    assert names[(await fields_at(ada, other))["profileId"]] == "Studio"
    assert names[(await fields_at(ada, path))["profileId"]] == "Work"
    assert "<bdi>Studio</bdi>" in (await ada.http.get("/my/cards")).text


async def test_a_card_after_the_last_was_deleted_goes_into_the_profile_that_is_left(ada) -> None:
    profile = (await ada.api("POST", "profiles", json={"name": "Board"})).json()["id"]
    path = await new_card(ada)
    assert (await fields_at(ada, path))["profileId"] == profile
    assert len((await ada.api("GET", "profiles")).json()["data"]) == 1


async def test_a_suggestion_follows_the_name_and_a_wish_does_not(ada, signed_in) -> None:
    other = await signed_in()
    named, wished = a_name(), f"wish-{secrets.token_hex(4)}"
    fields = await fields_at(ada, NEW)
    await new_card(ada, **{**fields, "name": named})
    plain = named.lower().replace(" ", "-")
    assert f"/c/{plain}</" in (await ada.http.get("/my/cards")).text
    await new_card(other, **{**await fields_at(other, NEW), "name": named, "handle": wished})
    assert f"/c/{wished}</" in (await other.http.get("/my/cards")).text


async def test_a_taken_handle_comes_with_one_that_is_free(ada, signed_in) -> None:
    named, other = a_name(), await signed_in()
    plain = named.lower().replace(" ", "-")
    await new_card(ada, name=named, handle=plain)
    turned = "-".join(reversed(plain.split("-")))
    refused = await send(other, NEW, {**await fields_at(other, NEW), "name": named, "handle": plain})
    assert refused.status_code == 409
    assert f"This handle is taken. Free instead: {turned}" in refused.text
    assert await asked(other, handle=plain, name=named) == {
        "handle": plain, "state": "taken", "reason": "This handle is taken", "suggestion": turned,
    }  # fmt: skip
    alike = plain.replace("ada", "a-da")
    assert (await asked(other, handle=alike))["state"] == "lookalike"
    assert (await asked(other, name=named))["handle"] == turned
    free = f"free-{secrets.token_hex(4)}"
    assert await asked(other, handle=f" {free.upper()} ") == {
        "handle": free, "state": "free", "reason": None, "suggestion": None,
    }  # fmt: skip


@pytest.mark.parametrize("wish", ["ab", "izwop-team", "Ada Lovelace", "admin", "a/../b", "åda"])
async def test_a_wish_that_cannot_be_is_told_with_its_reason_and_another(ada, wish) -> None:
    told = await asked(ada, handle=wish)
    assert (told["state"], told["handle"]) == ("refused", wish)
    assert told["reason"]
    assert (await asked(ada, handle=told["suggestion"]))["state"] == "free"


async def test_a_question_about_nothing_is_refused(ada) -> None:
    for body in (
        {},
        {"handle": " "},
        {"handle": "x" * 201},
        {"name": "\u202e"},
        {"handle": "ada", "who": "me"},
    ):
        assert (await ada.api("POST", ASKED, json=body)).status_code == 422, body
    [fault] = (await ada.api("POST", ASKED, json={})).json()["errors"]
    assert fault == {"field": "", "code": "required", "detail": "needs a handle or a name"}


async def test_a_check_needs_a_person_and_our_page_and_has_its_rate(ada, client, monkeypatch) -> None:
    from adapters.rate_limiter import RateLimiter  # noqa: PLC0415
    from domain.base.limits import TooManyRequests  # noqa: PLC0415

    async with client() as stranger:
        assert (await stranger.post(f"/api/v1/{ASKED}", json={"handle": "ada"})).status_code == 401
    forged = await ada.http.post(f"/api/v1/{ASKED}", json={"handle": "ada"})
    assert forged.status_code == 403

    async def take(self, rate, subject, now) -> None:
        if rate is HANDLE_CHECKS:
            raise TooManyRequests(90)

    monkeypatch.setattr(RateLimiter, "take", take)
    assert (await ada.api("POST", ASKED, json={"handle": "ada"})).status_code == 429


async def test_connections_are_offered_to_who_has_some_or_has_chosen_them(ada, signed_in) -> None:
    path = await new_card(ada)
    offered = 'value="connections"'
    assert offered not in (await ada.http.get(path)).text
    assert "as=connections" not in (await ada.http.get(f"{path}/preview")).text
    chosen = {**await fields_at(ada, path), "title": "Countess", "audiences-title": "connections"}
    await send(ada, path, chosen)
    assert offered in (await ada.http.get(path)).text
    assert "as=connections" in (await ada.http.get(f"{path}/preview")).text

    friend = await signed_in()
    path = await new_card(friend)
    await publish(friend, path)
    assert offered not in (await friend.http.get(path)).text
    await connect(friend, ada, (await published(ada)).json()["handle"])
    assert offered in (await friend.http.get(path)).text
    assert "as=connections" in (await friend.http.get(f"{path}/preview")).text


async def test_what_only_its_owner_sees_is_said_to_be_on_no_card(ada) -> None:
    page = (await ada.http.get(await new_card(ada))).text
    pronouns = page.partition('name="audiences-pronouns"')[2].partition("</select>")[0]
    assert '<option value="private" selected>Not on your card</option>' in pronouns

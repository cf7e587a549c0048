"""The Undo buttons of `/my`: after deleting a card or a profile, and after publishing. All without script."""

import pytest

from tests.forms import Fields, address_of, fields_at, new_card, publish, send
from tests.functions.cards.test_api_cards import NOT_SHOWN

HTML = {"Accept": "text/html"}


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


async def delete(person, path: str) -> str:
    """Delete a card through its page; return the page that follows."""
    gone = await send(person, f"{path}/delete", await fields_at(person, f"{path}/delete"))
    assert gone.status_code == 303, gone.text
    return (await person.http.get(gone.headers["location"])).text


def forms(page: str, action: str) -> int:
    return page.count(f'action="{action}"')


def notice(page: str) -> str:
    return page.partition('<div class="notice"')[2].partition("</div>")[0]


async def test_a_deleted_card_comes_back_by_the_button_of_the_notice(ada, client) -> None:
    path = await new_card(ada, title="Countess")
    public = await publish(ada, path)
    page = await delete(ada, path)
    action = f"{path}/restoration"
    assert "You can take it back for a day" in notice(page)
    assert forms(notice(page), action) == 1
    assert NOT_SHOWN in (await client().get(public)).text
    back = await send(ada, action, Fields(page, action).values)
    assert back.headers["location"] == f"{path}?done=restored"
    assert "The card is back" in notice((await ada.http.get(back.headers["location"])).text)
    assert "Countess" in (await client().get(public, headers=HTML)).text
    again = await send(ada, action, Fields(page, action).values)
    assert again.headers["location"] == f"{path}?done=restored"


async def test_deleted_cards_are_listed_with_the_time_that_is_left(ada) -> None:
    kept, gone = await new_card(ada), await new_card(ada, title="Gone")
    await delete(ada, gone)
    page = (await ada.http.get("/my/cards")).text
    listed = page.partition('id="deleted"')[2]
    assert "in 24 hours" in listed
    assert forms(listed, f"{gone}/restoration") == 1
    assert f'href="{gone}"' not in page
    assert f'href="{kept}"' in page
    back = await send(ada, f"{gone}/restoration", Fields(page, f"{gone}/restoration").values)
    assert back.status_code == 303
    assert 'id="deleted"' not in (await ada.http.get("/my/cards")).text


async def test_a_deleted_card_is_erased_at_once_after_a_question(ada) -> None:
    path = await new_card(ada)
    await delete(ada, path)
    fields = await fields_at(ada, f"{path}/erasure")
    assert (await send(ada, f"{path}/erasure", {**fields, "version": "9"})).status_code == 412
    assert (await send(ada, f"{path}/erasure", fields)).headers["location"] == "/my/cards?done=erased"
    page = (await ada.http.get("/my/cards?done=erased")).text
    assert "The card is erased." in page
    assert 'id="deleted"' not in page
    assert (await send(ada, f"{path}/restoration", fields)).status_code == 404
    assert (await ada.http.get(f"{path}/erasure")).status_code == 404


async def test_a_form_of_another_site_takes_nothing_back(ada, signed_in) -> None:
    path = await new_card(ada)
    page = await delete(ada, path)
    action = f"{path}/restoration"
    fields = Fields(page, action).values
    assert (await send(ada, action, fields | {"csrf": "x"})).status_code == 403
    bob = await signed_in()
    assert (await send(bob, action, fields | {"csrf": bob.csrf})).status_code == 404
    assert f'action="{action}"' in (await ada.http.get("/my/cards")).text


async def test_a_deleted_profile_comes_back_by_the_button_of_the_notice(ada) -> None:
    made = (await ada.api("POST", "profiles", json={"name": "Board"})).json()
    action = f"/my/account/profiles/{made['id']}"
    gone = await send(ada, f"{action}/delete", await fields_at(ada, "/my/account", action))
    page = (await ada.http.get(gone.headers["location"])).text
    assert "The profile is deleted" in notice(page)
    assert forms(notice(page), f"{action}/restoration") == 1
    assert "in 24 hours" in page.partition("Deleted profiles")[2]
    back = await send(ada, f"{action}/restoration", Fields(page, f"{action}/restoration").values)
    page = (await ada.http.get(back.headers["location"])).text
    assert "The profile is back." in notice(page)
    assert Fields(page, action).values[f"profiles-{made['id']}"] == "Board"
    assert "Deleted profiles" not in page


@pytest.mark.parametrize("place", ["edit", "share"])
async def test_a_first_publication_is_taken_back_by_the_button_of_its_notice(ada, client, place) -> None:
    path = await new_card(ada)
    if place == "edit":
        published = await send(ada, path, {**await fields_at(ada, path), "then": "publish"})
    else:
        action = f"{path}/publication/publish"
        published = await send(ada, action, await fields_at(ada, f"{path}/share", action))
    page = (await ada.http.get(published.headers["location"])).text
    public = await address_of(ada, path)
    assert (await client().get(public)).status_code == 200
    action = f"{path}/publication/unpublish"
    assert forms(notice(page), action) == 1
    assert (await send(ada, action, Fields(page, action).values)).status_code == 303
    assert NOT_SHOWN in (await client().get(public)).text


async def test_a_later_publication_is_taken_back_to_what_was_public_before(ada, client) -> None:
    path = await new_card(ada, title="First")
    public = await publish(ada, path)
    fields = {**await fields_at(ada, path), "title": "Mistake", "then": "publish"}
    published = await send(ada, path, fields)
    page = (await ada.http.get(published.headers["location"])).text
    action = f"{path}/publication/undo"
    assert forms(notice(page), action) == 1
    assert (await send(ada, action, Fields(page, action).values)).status_code == 303
    assert "First" in (await client().get(public, headers=HTML)).text
    # The same address again, later: there is nothing that its button could take back.
    page = (await ada.http.get(published.headers["location"])).text
    assert "/publication/" not in notice(page)

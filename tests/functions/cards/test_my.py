"""The pages of `/my`, as a browser without script uses them."""

import asyncio
import secrets

import pytest

from tests.forms import SAME_SITE, Fields, fields_at, new_card, publish, send
from tests.functions.cards.test_api_cards import NOT_SHOWN


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


async def test_a_stranger_is_sent_to_sign_in_and_comes_back(client) -> None:
    async with client() as stranger:
        answer = await stranger.get("/my/new-card")
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/login?returnTo=/my/new-card")


async def test_what_was_written_outlives_the_session(ada) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    await ada.http.post("/auth/logout", data={"csrf": ada.csrf}, headers=SAME_SITE)
    late = {**fields, "companyText": "An hour of <work>", "productLinks-0-label": "Engine"}
    answer = await send(ada, path, late)
    assert answer.status_code == 401
    assert "An hour of &lt;work&gt;" in answer.text
    assert "<dt>Product or service 1</dt>" in answer.text
    assert fields["csrf"] not in answer.text
    forged = await send(ada, path, late, **{"Sec-Fetch-Site": "cross-site"})
    assert forged.status_code == 401
    assert "An hour of" not in forged.text


async def test_an_account_without_cards_is_told_what_to_do(ada) -> None:
    page = await ada.http.get("/my/cards")
    assert "Make your first card" in page.text
    assert 'href="/my/new-card"' in page.text


async def test_a_card_goes_from_the_form_to_the_public(ada, client) -> None:
    path = await new_card(ada, title="Engineer", profileName="Work")
    public = await publish(ada, path, **{"phones-0-number": "+46 70 174 06 05", "website": "izwop.com/about"})
    async with client() as stranger:
        page = await stranger.get(public, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Ada Lovelace" in page.text
    assert 'href="tel:+46701740605"' in page.text
    assert "+46 70 174 06 05" in page.text
    assert 'value="https://izwop.com/about"' in page.text


async def test_the_list_says_what_state_each_card_is_in(ada) -> None:
    path = await new_card(ada)
    assert ">Draft<" in (await ada.http.get("/my/cards")).text
    await publish(ada, path)
    assert ">Published<" in (await ada.http.get("/my/cards")).text
    fields = await fields_at(ada, path)
    await send(ada, path, {**fields, "title": "Countess", "then": "save"})
    assert "Published, with unpublished changes" in (await ada.http.get("/my/cards")).text


async def test_every_field_of_a_card_comes_back_as_it_was_saved(ada) -> None:
    typed = {
        "name": "Ada King", "title": "Countess", "organisation": "Analytical Engines",
        "emails-0-kind": "home", "emails-0-address": "ada@example.com",
        "emails-1-kind": "work", "emails-1-address": "king@example.com",
        "phones-0-kind": "work", "phones-0-number": "+44 20 7946 0958",
        "website": "https://example.com/", "companyText": "First line\nSecond line", "videoLink": "https://example.com/v",
        "socialLinks-0-url": "https://example.com/a", "socialLinks-1-url": "https://example.com/b",
        "productLinks-0-label": "Engine", "productLinks-0-url": "mailto:sales@example.com",
        "officeAddress-street": "12 St James's Square", "officeAddress-city": "London",
        "officeAddress-region": "Greater London", "officeAddress-postalCode": "SW1Y 4JH",
        "officeAddress-country": "GB", "mapLink": "https://example.com/map",
    }  # fmt: skip
    path = await new_card(ada)
    answer = await send(ada, path, {**await fields_at(ada, path), **typed})
    assert answer.headers["location"] == f"{path}?done=saved"
    shown = await fields_at(ada, path)
    assert {name: shown[name] for name in typed} == typed


async def test_empty_rows_are_left_out(ada) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    await send(
        ada,
        path,
        {**fields, "phones-0-number": "", "phones-1-kind": "work", "phones-1-number": "+44 20 7946 0958"},
    )
    shown = await fields_at(ada, path)
    assert (shown["phones-0-kind"], shown["phones-0-number"]) == ("work", "+44 20 7946 0958")
    assert "phones-1-number" not in shown


async def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(ada) -> None:
    path = await new_card(ada)
    typed = {
        "name": "  ", "title": "Still here", "companyText": "Two\nlines", "website": "javascript:alert(1)",
        "emails-0-address": "not an address",
        "emails-1-kind": "work", "emails-1-address": "right@example.com",
        "phones-0-kind": "home", "phones-0-number": "070-1740605x",
        "productLinks-0-label": "Only a text", "officeAddress-country": "SE",
    }  # fmt: skip
    answer = await send(ada, path, {**await fields_at(ada, path), **typed, "then": "publish"})
    assert answer.status_code == 422
    shown = Fields(answer.text, path)
    assert {name: shown.values[name] for name in typed} == typed
    wrong = {"name", "website", "emails-0-address", "phones-0-number", "productLinks-0-url"}
    assert shown.invalid == wrong
    for name in wrong:
        assert f'href="#f-{name}"' in answer.text
        assert f'id="fault-{name}"' in answer.text
    assert (await fields_at(ada, path))["title"] == ""


async def test_what_can_be_mended_is_mended_and_shown_so(ada) -> None:
    path = await new_card(ada)
    typed = {
        "phoneCountry": "SE", "phones-0-number": "070-174 06 05",
        "phones-1-kind": "work", "phones-1-number": "0044 20 7946 0958",
        "website": "www.example.com", "mapLink": "http://example.com/map",
        "socialLinks-0-network": "LinkedIn", "socialLinks-0-url": "ada",
        "socialLinks-1-url": "@ada@fosstodon.org",
        "productLinks-0-label": "Mail", "productLinks-0-url": "sales@example.com",
        "productLinks-1-label": "Call", "productLinks-1-url": "08-611 40 00",
    }  # fmt: skip
    answer = await send(ada, path, {**await fields_at(ada, path), **typed, "then": "publish"})
    assert answer.status_code == 303, answer.text
    mended = {
        "phoneCountry": "SE", "phones-0-number": "+46 70 174 06 05", "phones-1-number": "+44 20 7946 0958",
        "website": "https://www.example.com/", "mapLink": "https://example.com/map",
        "socialLinks-0-network": "LinkedIn", "socialLinks-0-url": "https://www.linkedin.com/in/ada",
        "socialLinks-1-network": "", "socialLinks-1-url": "https://fosstodon.org/@ada",
        "productLinks-0-url": "mailto:sales@example.com", "productLinks-1-url": "tel:+4686114000",
    }  # fmt: skip
    shown = await fields_at(ada, path)
    assert {name: shown[name] for name in mended} == mended


async def test_what_cannot_be_mended_is_kept_and_says_what_to_do(ada) -> None:
    path = await new_card(ada)
    typed = {
        "phoneCountry": "US", "phones-0-number": "070-174 06 05", "socialLinks-0-network": "GitHub",
        "socialLinks-0-url": "ada lovelace", "socialLinks-1-url": "@ada", "productLinks-0-label": "Call",
        "productLinks-0-url": "08 12",
    }  # fmt: skip
    answer = await send(ada, path, {**await fields_at(ada, path), **typed})
    assert answer.status_code == 422
    shown = Fields(answer.text, path)
    assert {name: shown.values[name] for name in typed} == typed
    assert "Phone 1 is not a number of the country that is chosen: choose another" in answer.text
    assert "Social link 2 needs the network and your name there" in answer.text
    moved = await send(ada, path, {**shown.values, "then": "up socialLinks 1"})
    kept = Fields(moved.text, path).values
    assert (kept["socialLinks-1-network"], kept["socialLinks-1-url"]) == ("GitHub", "ada lovelace")


async def test_the_country_of_numbers_is_guessed_and_can_be_chosen(ada) -> None:
    path = await new_card(ada)

    async def guessed(**languages: str) -> str:
        page = await ada.http.get(path, headers=languages)
        return Fields(page.text, path).values["phoneCountry"]

    assert await guessed() == ""
    assert await guessed(**{"Accept-Language": "sv-SE,sv;q=0.9"}) == "SE"
    await send(ada, path, {**await fields_at(ada, path), "officeAddress-country": "GB"})
    assert await guessed(**{"Accept-Language": "sv-SE,sv;q=0.9"}) == "GB"
    typed = {"phoneCountry": "NO", "phones-0-number": "21 03 05 00"}
    await send(ada, path, {**await fields_at(ada, path), **typed})
    assert (await fields_at(ada, path))["phones-0-number"] == "+47 21 03 05 00"
    assert await guessed() == "NO"
    wrong = await send(ada, path, {**await fields_at(ada, path), "phoneCountry": "<b>", "name": ""})
    assert Fields(wrong.text, path).values["phoneCountry"] == "NO"


async def test_a_name_is_corrected_by_its_parts_and_says_what_contacts_get(ada, client) -> None:
    path = await new_card(ada, name="Gabriel García Márquez")
    called = "<small>Given name: {} · Family name: {}</small></summary>"
    page = (await ada.http.get(path)).text
    assert called.format("Gabriel García", "Márquez") in page
    assert '<details class="fold" id="f-nameParts">' in page
    public = await publish(ada, path, **{"nameParts-family": " García Márquez "})
    page = (await ada.http.get(path)).text
    assert called.format("Gabriel", "García Márquez") in page
    assert '<details class="fold" id="f-nameParts" open>' in page
    async with client() as stranger:
        contact = (await stranger.get(f"{public}.vcf")).text
        assert "N;CHARSET=UTF-8:García Márquez;Gabriel;;;" in contact
    long = await send(ada, path, {**await fields_at(ada, path), "nameParts-phoneticGiven": "x" * 121})
    shown = Fields(long.text, path)
    assert shown.invalid == {"nameParts-phoneticGiven"}
    assert shown.values["nameParts-phoneticGiven"] == "x" * 121
    assert "Given name, as it sounds takes at most 120 characters" in long.text
    await send(ada, path, {**await fields_at(ada, path), "nameParts-family": ""})
    cards = (await ada.api("GET", "cards")).json()["data"]
    assert cards[0]["draft"]["nameParts"] is None, "what is not corrected follows the name"


async def test_too_much_of_anything_is_told_and_none_of_it_is_lost(ada) -> None:
    path = await new_card(ada, name="🎩" * 120)
    assert (await fields_at(ada, path))["name"] == "🎩" * 120
    many = {f"phones-{n}-number": f"+4670174060{n % 10}" for n in range(11)}
    links = {f"socialLinks-{n}-url": f"https://example.com/{n}" for n in range(11)}
    typed = {"name": "🎩" * 121, "title": "x" * 121, "bio": "🎩" * 601}
    answer = await send(ada, path, {**await fields_at(ada, path), **many, **links, **typed})
    assert answer.status_code == 422
    shown = Fields(answer.text, path).values
    assert {name: shown[name] for name in typed | links} == typed | links
    assert [shown[name].replace(" ", "") for name in many] == list(many.values())
    for said in (
        "Name takes at most 120 characters",
        "Title takes at most 120 characters",
        "About you takes at most 600 characters",
        "Phone takes at most 5",
        "Social link takes at most 10",
    ):
        assert said in answer.text, said
    assert 'href="#f-phones"' in answer.text
    assert '<span class="fault" id="fault-phones">Phone takes at most 5' in answer.text
    assert (
        '<details class="fold sheet" data-says="Nothing yet" data-of="[name$=-number]" open>' in answer.text
    )


async def test_a_new_card_with_faults_keeps_what_was_typed(ada) -> None:
    typed = {"name": "", "title": "Engineer", "handle": "ad", "emails-0-address": "x"}
    answer = await send(ada, "/my/new-card", {**await fields_at(ada, "/my/new-card"), **typed})
    assert answer.status_code == 422
    shown = Fields(answer.text, "/my/new-card")
    assert {name: shown.values[name] for name in typed} == typed
    assert shown.invalid == {"name", "handle", "emails-0-address"}
    assert "Make your first card" in (await ada.http.get("/my/cards")).text


async def test_a_form_sent_twice_at_once_makes_one_card(ada) -> None:
    fields = {**await fields_at(ada, "/my/new-card"), "name": "Ada Lovelace"}
    answers = await asyncio.gather(*(send(ada, "/my/new-card", fields) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    cards = (await ada.api("GET", "cards")).json()["data"]
    profiles = (await ada.api("GET", "profiles")).json()["data"]
    assert (len(cards), len(profiles)) == (1, 1)


async def test_a_form_that_made_a_card_asks_before_it_makes_another(ada) -> None:
    fields = {**await fields_at(ada, "/my/new-card"), "name": "Ada Lovelace"}
    await send(ada, "/my/new-card", fields)
    changed = await send(ada, "/my/new-card", {**fields, "title": "Changed after going back"})
    assert changed.status_code == 422
    again = await send(ada, "/my/new-card", Fields(changed.text, "/my/new-card").values)
    assert again.status_code == 303
    assert len((await ada.api("GET", "cards")).json()["data"]) == 2


async def test_a_taken_handle_is_said_beside_its_field(ada, signed_in) -> None:
    handle = f"taken-{secrets.token_hex(4)}"
    await new_card(ada, handle=handle)
    other = await signed_in()
    fields = await fields_at(other, "/my/new-card")
    answer = await send(other, "/my/new-card", {**fields, "name": "Other", "handle": handle})
    assert answer.status_code == 409
    assert Fields(answer.text, "/my/new-card").invalid == {"handle"}


async def test_a_stale_save_shows_both_versions_and_can_be_repeated_knowingly(ada) -> None:
    path = await new_card(ada)
    mine = await fields_at(ada, path)
    await send(ada, path, {**mine, "title": "From the other window"})
    late = await send(ada, path, {**mine, "title": "From this window", "organisation": "Mine"})
    assert late.status_code == 412
    assert "From the other window" in late.text
    shown = Fields(late.text, path).values
    assert (shown["title"], shown["organisation"]) == ("From this window", "Mine")
    assert (await fields_at(ada, path))["title"] == "From the other window"
    knowingly = await send(ada, path, shown)
    assert knowingly.status_code == 303
    assert (await fields_at(ada, path))["title"] == "From this window"


async def test_a_fault_does_not_make_a_stale_form_fresh(ada) -> None:
    path = await new_card(ada)
    mine = await fields_at(ada, path)
    await send(ada, path, {**mine, "title": "From the other window"})
    faulty = await send(ada, path, {**mine, "name": ""})
    assert faulty.status_code == 422
    mended = {**Fields(faulty.text, path).values, "name": "Ada"}
    assert (await send(ada, path, mended)).status_code == 412


async def test_an_unpublished_card_is_gone_at_once(ada, client) -> None:
    path = await new_card(ada)
    public = await publish(ada, path)
    fields = await fields_at(ada, f"{path}/share", f"{path}/publication/unpublish")
    async with client() as stranger:
        assert (await stranger.get(public)).status_code == 200
        answer = await send(ada, f"{path}/publication/unpublish", fields)
        gone = await stranger.get(public, headers={"Accept": "text/html"})
    assert answer.headers["location"] == f"{path}/share?done=unpublished"
    assert NOT_SHOWN in gone.text
    again = await fields_at(ada, f"{path}/share", f"{path}/publication/publish")
    assert (await send(ada, f"{path}/publication/publish", again)).status_code == 303
    assert (await ada.http.get(public)).status_code == 200


async def test_a_stale_publication_is_refused(ada) -> None:
    path = await new_card(ada)
    stale = await fields_at(ada, f"{path}/share", f"{path}/publication/publish")
    await send(ada, path, {**await fields_at(ada, path), "title": "Not seen when pressing Publish"})
    assert (await send(ada, f"{path}/publication/publish", stale)).status_code == 412
    assert ">Draft<" in (await ada.http.get("/my/cards")).text


async def test_a_profile_is_added_renamed_and_protected_from_a_lost_update(ada) -> None:
    added = await send(
        ada,
        "/my/account/profiles",
        {**await fields_at(ada, "/my/account", "/my/account/profiles"), "profileName": "Studio"},
    )
    assert added.headers["location"] == "/my/account?done=profile-added"
    profile = (await ada.api("GET", "profiles")).json()["data"][0]["id"]
    action = f"/my/account/profiles/{profile}"
    fields = await fields_at(ada, "/my/account", action)
    assert fields[f"profiles-{profile}"] == "Studio"
    assert (await send(ada, action, {**fields, f"profiles-{profile}": "Atelier"})).status_code == 303
    stale = await send(ada, action, {**fields, f"profiles-{profile}": "Lost"})
    assert stale.status_code == 412
    empty = await send(ada, action, {**fields, f"profiles-{profile}": " "})
    assert empty.status_code == 422
    assert f'id="fault-profiles-{profile}"' in empty.text
    assert (await fields_at(ada, "/my/account", action))[f"profiles-{profile}"] == "Atelier"


async def test_the_account_page_shows_the_address_and_the_way_out(ada) -> None:
    email = (await ada.api("GET", "account")).json()["email"]
    page = await ada.http.get("/my/account")
    assert email in page.text
    assert 'href="/auth/logout"' in page.text


async def test_a_preview_shows_the_draft_to_its_owner_only(ada, client) -> None:
    path = await new_card(ada, title="Not public yet")
    assert "Not public yet" in (await ada.http.get(f"{path}/preview")).text
    async with client() as stranger:
        assert (await stranger.get(f"{path}/preview")).status_code == 303


async def test_robots_icon_and_home_page_are_there(client) -> None:
    async with client() as stranger:
        home = await stranger.get("/")
        robots = await stranger.get("/robots.txt")
        icon = await stranger.get("/favicon.svg")
    assert 'href="/auth/login?returnTo=/my"' in home.text
    assert 'href="/auth/login?returnTo=/my/new-card">Make your free card' in home.text
    assert "Disallow: /my" in robots.text
    # A crawler must be let in to read that a card page says noindex.
    assert "/c" not in robots.text
    assert icon.headers["content-type"] == "image/svg+xml"


async def test_the_first_card_has_the_name_from_the_sign_in_and_later_ones_have_none(signed_in) -> None:
    ada = await signed_in()
    assert f'value="{ada.name}"' in (await ada.http.get("/my/new-card")).text
    await new_card(ada)
    assert f'value="{ada.name}"' not in (await ada.http.get("/my/new-card")).text

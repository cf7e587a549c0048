"""Typed text survives any failure of a form of `/my`, and the page states the known outcome."""

import secrets

import pytest

from tests.forms import SAME_SITE, Fields, fields_at, new_card, publish, send

DOWN = {"match": {"path": "/docs"}, "action": "status", "status": 503, "times": 100}
TYPED = {
    "companyText": "An hour of <work>",
    "emails-0-kind": "home",
    "emails-0-address": "ada@example.com",
    "phones-1-kind": "work",
    "phones-1-number": "+46 70 174 06 05",
    "officeAddress-country": "SE",
}
SHOWN = ["An hour of &lt;work&gt;", "ada@example.com (Home)", "+46 70 174 06 05 (Work)", "Sweden"]


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


def shows_what_was_typed(text: str) -> bool:
    return all(part in text for part in SHOWN)


async def test_a_form_of_an_earlier_session_shows_what_was_written(ada, signed_in) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path), **TYPED}
    again = await signed_in(ada.name)
    answer = await send(again, path, fields)
    assert answer.status_code == 403
    assert shows_what_was_typed(answer.text)
    assert "Nothing was changed" in answer.text
    assert fields["csrf"] not in answer.text
    for forged in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        foreign = await send(again, path, fields, **forged)
        assert foreign.status_code == 403
        assert "An hour of" not in foreign.text


async def test_a_form_after_the_session_shows_what_was_written(ada) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path), **TYPED}
    await ada.http.post("/auth/logout", data={"csrf": ada.csrf}, headers=SAME_SITE)
    answer = await send(ada, path, fields)
    assert answer.status_code == 401
    assert shows_what_was_typed(answer.text)


@pytest.mark.parametrize(
    ("page", "action", "typed"),
    [
        ("", "/preview", {"bio": "An hour of work"}),
        ("/settings", "/rename", {"handle": "an-hour-of-work"}),
    ],
)
async def test_each_form_of_a_card_shows_what_was_written_into_it(ada, page, action, typed) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path + page, path + (action if page else "")), **typed}
    await ada.http.post("/auth/logout", data={"csrf": ada.csrf}, headers=SAME_SITE)
    answer = await send(ada, path + action, fields)
    assert answer.status_code == 401
    assert all(text in answer.text for text in typed.values())


@pytest.mark.parametrize("where", ["edit", "new"])
async def test_a_form_that_meets_a_busy_store_shows_what_was_written(ada, order, where) -> None:
    path = await new_card(ada) if where == "edit" else "/my/new-card"
    fields = {**await fields_at(ada, path), "name": "Ada", **TYPED}
    await order(DOWN | {"match": {"operation": "replace" if where == "edit" else "create"}})
    answer = await send(ada, path, fields)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert shows_what_was_typed(answer.text) or where == "new"
    assert "An hour of &lt;work&gt;" in answer.text
    assert "Nothing was changed" not in answer.text
    assert "We do not know whether it was done" in answer.text


async def test_a_form_for_what_is_gone_shows_what_was_written(ada) -> None:
    path = await new_card(ada)
    answer = await send(ada, "/my/cards/crd_" + "a" * 26, {**await fields_at(ada, path), **TYPED})
    assert answer.status_code == 404
    assert shows_what_was_typed(answer.text)


async def test_a_bug_costs_nobody_what_they_typed(ada, host, monkeypatch, caplog) -> None:
    import wiring.cards  # noqa: PLC0415 - only once the host has set the environment
    import wiring.sign_in  # noqa: PLC0415 - only once the host has set the environment

    path = await new_card(ada)
    fields = {**await fields_at(ada, path), **TYPED}

    async def fail(card) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(wiring.cards.store(), "save", fail)
    answer = await send(ada, path, fields)
    assert answer.status_code == 500
    assert shows_what_was_typed(answer.text)
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in answer.text


async def test_a_busy_store_after_a_button_is_not_said_to_have_changed_nothing(ada, order) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, f"{path}/share", f"{path}/publication/publish")
    await order(DOWN)
    answer = await send(ada, f"{path}/publication/publish", fields)
    assert answer.status_code == 503
    assert "We do not know whether it was done" in answer.text
    looked = await ada.http.get(path)
    assert looked.status_code == 503
    assert "whether it was done" not in looked.text


async def test_a_profile_name_is_never_lost(ada, order) -> None:
    action = "/my/account/profiles"
    fields = {**await fields_at(ada, "/my/account", action), "profileName": "Studio"}
    assert (await send(ada, action, fields)).status_code == 303
    reused = await send(ada, action, {**fields, "profileName": "Board"})
    shown = Fields(reused.text, action)
    assert (reused.status_code, shown.values["profileName"], shown.invalid) == (422, "Board", {"profileName"})
    assert (await send(ada, action, shown.values)).status_code == 303
    names = [profile["name"] for profile in (await ada.api("GET", "profiles")).json()["data"]]
    assert names == ["Board", "Studio"]
    await order(DOWN | {"match": {"operation": "batch"}})
    busy = await send(ada, action, {**await fields_at(ada, "/my/account", action), "profileName": "Atelier"})
    assert busy.status_code == 503
    assert "Atelier" in busy.text


async def test_a_stale_renaming_keeps_the_name_and_can_be_repeated_knowingly(ada) -> None:
    await new_card(ada)
    profile = (await ada.api("GET", "profiles")).json()["data"][0]["id"]
    action, name = f"/my/account/profiles/{profile}", f"profiles-{profile}"
    mine = await fields_at(ada, "/my/account", action)
    await send(ada, action, {**mine, name: "From the other window"})
    late = await send(ada, action, {**mine, name: "Mine"})
    assert late.status_code == 412
    assert "From the other window" in late.text
    shown = Fields(late.text, action).values
    assert shown[name] == "Mine"
    assert (await send(ada, action, shown)).status_code == 303
    assert (await fields_at(ada, "/my/account", action))[name] == "Mine"


async def test_a_card_of_the_oldest_of_many_profiles_stays_in_it(ada, monkeypatch) -> None:
    from functions.accounts import profile_choices  # noqa: PLC0415 - the module that the host loaded

    path = await new_card(ada, profileName="Oldest")
    oldest = (await fields_at(ada, path))["profileId"]
    for n in range(3):
        await ada.api("POST", "profiles", json={"name": f"Newer {n}"})
    monkeypatch.setattr(profile_choices, "MOST_PROFILES", 2)
    shown = await fields_at(ada, path)
    assert shown["profileId"] == oldest
    assert (await send(ada, path, {**shown, "title": "Countess"})).status_code == 303
    assert (await fields_at(ada, path))["profileId"] == oldest
    assert "Oldest" in (await ada.http.get("/my/cards")).text


async def test_saving_what_the_api_made_changes_nothing(ada) -> None:
    await new_card(ada)
    profile = (await ada.api("GET", "profiles")).json()["data"][0]["id"]
    content = {"name": "Ada", "officeAddress": {}, "phones": [{"number": "+46701740605"}]}
    for address in ({}, {"country": "AQ"}):
        body = {"profileId": profile, "content": content | {"officeAddress": address}}
        made = (await ada.api("POST", "cards", json=body)).json()
        path = f"/my/cards/{made['id']}"
        assert (await send(ada, path, await fields_at(ada, path))).status_code == 303
        assert (await ada.api("GET", f"cards/{made['id']}")).json()["draft"] == made["draft"]


async def test_a_preview_offers_no_contact_file_that_is_not_there(ada) -> None:
    path = await new_card(ada)
    assert "Save contact" in (await ada.http.get(f"{path}/preview")).text
    assert ".vcf" not in (await ada.http.get(f"{path}/preview")).text
    public = await publish(ada, path)
    assert f'href="{public}.vcf"' in (await ada.http.get(public)).text


async def test_every_page_answers_head_like_get(ada, client) -> None:
    path = await new_card(ada)
    parts = ("", "/share", "/preview", "/counts", "/settings", "/delete")
    pages = ["/my", "/my/new-card", "/my/account", *(path + part for part in parts), "/auth/logout"]
    for page in pages:
        got, head = await ada.http.get(page), await ada.http.head(page)
        assert (head.status_code, head.headers["content-type"]) == (200, got.headers["content-type"])
    async with client() as stranger:
        assert (await stranger.head("/auth/login")).status_code == 200
        assert (await stranger.head("/my")).status_code == 303


async def test_people_are_told_of_trouble_on_a_page_and_programs_in_a_problem(
    ada, client, order, host, monkeypatch
) -> None:
    import wiring.cards  # noqa: PLC0415 - only once the host has set the environment
    import wiring.sign_in  # noqa: PLC0415 - only once the host has set the environment

    card = f"/c/nobody-{secrets.token_hex(4)}"
    await order(DOWN)
    async with client() as stranger:
        person = await stranger.get(card, headers={"Accept": "text/html"})
        program = await stranger.get(card)
    assert (person.status_code, program.status_code) == (503, 503)
    assert person.headers["content-type"] == "text/html; charset=utf-8"
    assert program.headers["content-type"] == "application/problem+json"
    assert "style-src 'self'" in person.headers["content-security-policy"]
    assert {person.headers[name] for name in ("retry-after", "cache-control")} == {"2", "no-store"}
    same = {"strict-transport-security", "x-content-type-options", "referrer-policy", "permissions-policy"}
    assert all(person.headers[name] == program.headers[name] for name in same)

    async def fail(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(wiring.cards.published(), "read", fail)
    monkeypatch.setattr(wiring.sign_in.sessions(), "get", fail)
    for page in (card, "/my", "/auth/login", "/"):
        answer = await ada.http.get(page, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8"), page
        assert "Something went wrong on our side" in answer.text
    assert (await ada.http.get(card)).headers["content-type"] == "application/problem+json"


async def test_codes_are_images_with_a_name(ada) -> None:
    path = await new_card(ada)
    public = await publish(ada, path)
    shared = await ada.http.get(f"{path}/share")
    assert f'role="img" aria-label="QR code of the address, https://izwop.test{public}"' in shared.text
    assert f'role="img" aria-label="QR code of izwop.test{public}"' in (await ada.http.get(public)).text

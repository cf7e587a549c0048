"""Who is one of iZwop's designers, the sign-in says: each one anew, and not for long."""

from datetime import timedelta

import pytest

import wiring.sign_in
from functions.framework.clock import now
from tests.functions.organisations.designs import (
    a_designer,
    ada,
    begun,
    disa,
    form_of,
    granted,
    has_roles,
    org,
    press,
    staff,
)
from tests.functions.sign_in.test_fresh import age

__all__ = ["ada", "disa", "org"]


async def sessions_of(browser) -> list:
    account, _, _ = browser.cookies["__Host-session"].partition(".")
    return await wiring.sign_in.sessions().list(account, now())


async def test_the_session_of_a_customer_has_no_role(ada) -> None:
    [session] = await sessions_of(ada.http)
    assert session.roles == ()
    assert (await ada.http.get("/staff")).status_code == 404
    assert 'href="/staff"' not in (await ada.http.get("/my")).text


async def test_today_leads_a_designer_to_the_orders(disa) -> None:
    assert 'href="/staff"' in (await disa.http.get("/my")).text


async def test_roles_of_other_products_are_not_kept(client, signed_in) -> None:
    eve = await a_designer(client, signed_in, roles=("auditor", "Designer", "designers"))
    [session] = await sessions_of(eve.http)
    assert session.roles == ()
    assert (await eve.http.get("/staff")).status_code == 404


async def test_after_eight_hours_a_page_asks_to_sign_in_again(ada, org, disa) -> None:
    await granted(ada, org, disa)
    await age(disa.http, timedelta(hours=7, minutes=59))
    assert (await disa.http.get(staff(org))).status_code == 200
    await age(disa.http, timedelta(minutes=2))
    for path in ("/staff", staff(org), f"/staff/organisations/org_{'a' * 26}"):
        asked = await disa.http.get(path)
        assert asked.status_code == 403
        assert "Sign in again to confirm that it is you" in asked.text


async def test_what_was_typed_meanwhile_is_still_taken_for_hours(ada, org, disa) -> None:
    await granted(ada, org, disa)
    proposal = await begun(disa, org)
    form = await form_of(disa, org, proposal)
    await age(disa.http, timedelta(hours=11))
    path = f"{staff(org)}/proposals/{proposal}"
    assert (await disa.http.post(path, data=form | {"name": "Later"})).status_code == 303
    await age(disa.http, timedelta(hours=2))
    late = await press(disa, f"{path}/proposing", version="2", says="")
    assert late.status_code == 403


async def test_who_has_lost_the_role_is_no_designer_from_their_next_sign_in(
    ada, org, disa, client, signed_in
) -> None:
    """The session of before is of use for a day's work at the most."""
    await granted(ada, org, disa)
    email = (await disa.api("GET", "account")).json()["email"]
    await has_roles(client, disa.name, email, ())
    again = await signed_in(disa.name)
    assert (await again.api("GET", "account")).json()["email"] == email
    assert (await again.http.get(staff(org))).status_code == 404
    assert (await again.http.get("/staff")).status_code == 404


async def test_a_trusted_device_keeps_the_role_no_longer(ada, org, disa) -> None:
    await granted(ada, org, disa)
    kept = await press(disa, "/my/account/sessions/keep")
    assert kept.status_code == 303
    assert (await disa.http.get(staff(org))).status_code == 200
    await age(disa.http, timedelta(hours=8))
    assert (await disa.http.get(staff(org))).status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/account", "/my"])
async def test_a_designer_is_otherwise_a_person_as_any_other(disa, path) -> None:
    assert (await disa.http.get(path)).status_code == 200

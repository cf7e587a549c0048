"""Who may go through which door of an organisation: every door, everybody, an own and an unknown one.

The doors are found by themselves, in the table of the capability. A door has to say here which act it is,
and an id of a new kind needs one in `things_of`; without them a test fails.
"""

import asyncio
import re
from typing import Any, Final

import httpx
import pytest

from domain.base.ids import ID_PREFIXES
from domain.organisations.roles import ACTS, ALLOWED, ROLES
from functions.companies.doors import DOORS as OF_COMPANIES
from functions.framework.doors import Operation, Page
from functions.organisations.doors import DOORS as OF_ORGANISATIONS
from tests.functions.companies.companies import connected_in
from tests.functions.framework.test_foreign_ids import _ask as ask
from tests.functions.framework.test_foreign_ids import _first_difference as first_difference
from tests.functions.framework.test_foreign_ids import _ids as ids_in
from tests.functions.framework.test_foreign_ids import _plain as plain
from tests.functions.framework.test_foreign_ids import _route as route_of
from tests.functions.framework.test_foreign_ids import never, unlimited
from tests.functions.organisations.designs import a_designer, one_of
from tests.functions.organisations.joined import do, give, joined
from tests.functions.organisations.photographed import ZIP, packed
from tests.functions.organisations.test_brand import picture
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office

__all__ = ["unlimited"]

DOORS: Final = (*OF_ORGANISATIONS, *OF_COMPANIES)
# The act of each door to an organisation, as its code asks `ALLOWED` about it.
ACT: Final = {
    "organisations_page_home": "see",
    "organisations_page_people": "see_people",
    "organisations_page_settings": "change_settings",
    "organisations_page_save_settings": "change_settings",
    "organisations_get": "see",
    "organisations_change": "change_settings",
    "organisations_list_members": "see_people",
    "organisations_get_member": "see_people",
    "organisations_page_search_people": "see_people",
    "organisations_page_person": "see_people",
    "organisations_page_change_role": "change_roles",
    "organisations_page_new_person": "change_people",
    "organisations_page_add_person": "change_people",
    "organisations_page_details": "change_people",
    "organisations_page_change_details": "change_people",
    "organisations_add_member": "change_people",
    "organisations_get_details": "change_people",
    "organisations_change_details": "change_people",
    "organisations_page_ask_remove": "remove_people",
    "organisations_page_remove": "remove_people",
    "organisations_page_restore": "remove_people",
    "organisations_page_ask_transfer": "transfer",
    "organisations_page_transfer": "transfer",
    "organisations_page_ask_leave": "leave",
    "organisations_page_leave": "leave",
    "organisations_page_ask_close": "close",
    "organisations_page_close": "close",
    "organisations_search_members": "see_people",
    "organisations_change_role": "change_roles",
    "organisations_remove_member": "remove_people",
    "organisations_list_removed": "remove_people",
    "organisations_get_removed": "remove_people",
    "organisations_restore_member": "remove_people",
    "organisations_transfer": "transfer",
    "organisations_get_membership": "see",
    "organisations_leave": "leave",
    "organisations_close": "close",
    "organisations_page_invitations": "see_invitations",
    "organisations_page_invite": "invite",
    "organisations_page_resend_invitation": "invite",
    "organisations_page_withdraw_invitation": "invite",
    "organisations_list_invitations": "see_invitations",
    "organisations_invite": "invite",
    "organisations_get_invitation": "see_invitations",
    "organisations_resend_invitation": "invite",
    "organisations_withdraw_invitation": "invite",
    "organisations_runs_page": "see_invitations",
    "organisations_runs_page_begin": "invite",
    "organisations_runs_page_show": "see_invitations",
    "organisations_runs_page_change": "invite",
    "organisations_runs_begin": "invite",
    "organisations_runs_list": "see_invitations",
    "organisations_runs_get": "see_invitations",
    "organisations_runs_cancel": "invite",
    "organisations_runs_send": "invite",
    "organisations_runs_pause": "invite",
    "organisations_runs_resume": "invite",
    "organisations_imports_page": "change_people",
    "organisations_imports_page_upload": "change_people",
    "organisations_imports_page_faulty": "change_people",
    "organisations_imports_page_show": "change_people",
    "organisations_imports_page_change": "change_people",
    "organisations_imports_create": "change_people",
    "organisations_imports_list": "change_people",
    "organisations_imports_get": "change_people",
    "organisations_imports_cancel": "change_people",
    "organisations_imports_readings": "change_people",
    "organisations_imports_encoding": "change_people",
    "organisations_imports_columns": "change_people",
    "organisations_imports_rows": "change_people",
    "organisations_imports_faulty": "change_people",
    "organisations_imports_write": "change_people",
    "organisations_imports_undo": "change_people",
    "organisations_imports_pause": "change_people",
    "organisations_imports_resume": "change_people",
    "organisations_photos_page": "change_staff_cards",
    "organisations_photos_page_upload": "change_staff_cards",
    "organisations_photos_page_show": "change_staff_cards",
    "organisations_photos_page_change": "change_staff_cards",
    "organisations_photos_create": "change_staff_cards",
    "organisations_photos_list": "change_staff_cards",
    "organisations_photos_get": "change_staff_cards",
    "organisations_photos_cancel": "change_staff_cards",
    "organisations_photos_files": "change_staff_cards",
    "organisations_photos_set": "change_staff_cards",
    "organisations_photos_undo": "change_staff_cards",
    "organisations_photos_pause": "change_staff_cards",
    "organisations_photos_resume": "change_staff_cards",
    "organisations_page_domains": "prove_domains",
    "organisations_page_add_domain": "prove_domains",
    "organisations_page_check_domain": "prove_domains",
    "organisations_page_remove_domain": "prove_domains",
    "organisations_list_domains": "prove_domains",
    "organisations_add_domain": "prove_domains",
    "organisations_get_domain": "prove_domains",
    "organisations_remove_domain": "prove_domains",
    "organisations_check_domain": "prove_domains",
    "organisations_teams_page": "see_people",
    "organisations_teams_page_one": "see_people",
    "organisations_teams_list": "see_people",
    "organisations_teams_get": "see_people",
    "organisations_teams_list_people": "see_people",
    # Admins of a team may some of it in their own one: `test_teams.py`.
    "organisations_teams_page_new": "change_teams",
    "organisations_teams_page_make": "change_teams",
    "organisations_teams_page_settings": "change_teams",
    "organisations_teams_page_save": "change_teams",
    "organisations_teams_page_delete": "change_teams",
    "organisations_teams_page_restore": "change_teams",
    "organisations_teams_page_add": "change_teams",
    "organisations_teams_page_find": "change_teams",
    "organisations_teams_page_do_add": "change_teams",
    "organisations_teams_page_change_person": "change_teams",
    "organisations_teams_make": "change_teams",
    "organisations_teams_change": "change_teams",
    "organisations_teams_delete": "change_teams",
    "organisations_teams_get_deleted": "change_teams",
    "organisations_teams_restore": "change_teams",
    "organisations_teams_get_work": "change_teams",
    "organisations_teams_add_people": "change_teams",
    "organisations_teams_take_out": "change_teams",
    "organisations_teams_make_admin": "change_teams",
    "organisations_teams_unmake_admin": "change_teams",
    "organisations_templates_list": "see_templates",
    "organisations_templates_get": "see_templates",
    "organisations_templates_list_releases": "see_templates",
    "organisations_templates_preset": "see_templates",
    "organisations_templates_page": "see_templates",
    "organisations_templates_page_new": "change_templates",
    "organisations_templates_page_make": "change_templates",
    "organisations_templates_page_one": "see_templates",
    "organisations_templates_page_save": "change_templates",
    "organisations_templates_page_typed": "see_templates",
    "organisations_templates_page_effect": "see_templates",
    "organisations_templates_page_count": "change_templates",
    "organisations_templates_page_release": "release_templates",
    "organisations_templates_page_change_work": "release_templates",
    "organisations_templates_page_releases": "see_templates",
    "organisations_templates_page_take": "change_templates",
    "organisations_templates_effect": "see_templates",
    "organisations_templates_card_effect": "see_templates",
    "organisations_templates_count_effect": "change_templates",
    "organisations_templates_make": "change_templates",
    "organisations_templates_change": "change_templates",
    "organisations_templates_take_up": "change_templates",
    "organisations_templates_release": "release_templates",
    "organisations_assignments_get": "see_templates",
    "organisations_assignments_page": "see_templates",
    "organisations_assignments_page_save": "assign_templates",
    "organisations_assignments_page_effect": "see_templates",
    "organisations_assignments_page_count": "assign_templates",
    "organisations_assignments_page_put_in_force": "assign_templates",
    "organisations_assignments_change": "assign_templates",
    "organisations_assignments_count": "assign_templates",
    "organisations_assignments_effect": "see_templates",
    "organisations_assignments_put_in_force": "assign_templates",
    "organisations_visits_page": "see_visits",
    "organisations_visits_page_file": "see_visits",
    "organisations_visits_page_own": "see",
    "organisations_visits_get": "see_visits",
    # A card is its person's as well: `test_staff_cards.py`.
    "organisations_cards_page": "change_staff_cards",
    "organisations_cards_page_search": "change_staff_cards",
    "organisations_cards_page_directory": "see_people",
    "organisations_cards_page_search_directory": "see_people",
    "organisations_cards_page_new": "change_staff_cards",
    "organisations_cards_page_make": "change_staff_cards",
    "organisations_cards_page_make_one": "change_staff_cards",
    "organisations_staff_cards_make_many": "change_staff_cards",
    "organisations_staff_cards_make_missing": "change_staff_cards",
    "organisations_cards_page_own": "see",
    "organisations_cards_page_one": "change_staff_cards",
    "organisations_cards_page_save": "change_staff_cards",
    "organisations_cards_page_preview": "change_staff_cards",
    "organisations_cards_page_typed": "change_staff_cards",
    "organisations_staff_cards_list": "change_staff_cards",
    "organisations_staff_cards_make": "change_staff_cards",
    "organisations_staff_cards_get": "change_staff_cards",
    "organisations_staff_cards_change": "change_staff_cards",
    "organisations_leaving_get": "see",
    "organisations_leaving_change": "change_settings",
    "organisations_leaving_page": "change_settings",
    "organisations_leaving_page_save": "change_settings",
    "organisations_leaving_list": "remove_people",
    "organisations_leaving_get_successor": "remove_people",
    "organisations_leaving_choose": "remove_people",
    "organisations_leaving_page_leavers": "remove_people",
    "organisations_leaving_page_leaver": "remove_people",
    "organisations_leaving_page_choose": "remove_people",
    # A request is its person's as well: `test_change_requests.py`.
    "organisations_requests_page": "decide_requests",
    "organisations_requests_page_answer_chosen": "decide_requests",
    "organisations_requests_page_one": "decide_requests",
    "organisations_requests_page_answer": "decide_requests",
    "organisations_requests_list": "decide_requests",
    "organisations_requests_get": "decide_requests",
    "organisations_requests_answer": "decide_requests",
    "organisations_requests_answer_all": "decide_requests",
    "organisations_brand_page": "change_brand",
    "organisations_brand_page_save": "change_brand",
    "organisations_brand_page_preview": "change_brand",
    "organisations_brand_page_preview_typed": "change_brand",
    "organisations_brand_get": "change_brand",
    "organisations_brand_change": "change_brand",
    "organisations_images_create": "send_pictures",
    # A picture is its sender's as well: `test_brand.py`.
    "organisations_images_get": "see_pictures",
    "organisations_images_upload": "see_pictures",
    "organisations_images_complete": "see_pictures",
    "organisations_images_get_content": "see_pictures",
    "organisations_company_page": "change_company_page",
    "organisations_company_page_save": "change_company_page",
    "organisations_company_page_make": "change_company_page",
    "organisations_company_page_rename": "change_company_page",
    "organisations_company_page_publication": "change_company_page",
    "organisations_company_page_preview": "change_company_page",
    "organisations_company_page_preview_typed": "change_company_page",
    "organisations_company_make": "change_company_page",
    "organisations_company_get": "change_company_page",
    "organisations_company_change": "change_company_page",
    "organisations_company_rename": "change_company_page",
    "organisations_company_publish": "change_company_page",
    "organisations_company_unpublish": "change_company_page",
    "organisations_company_pause": "change_company_page",
    "organisations_company_resume": "change_company_page",
    "organisations_company_undo": "change_company_page",
    "companies_page_form": "change_company_page",
    "companies_page_change_form": "change_company_page",
    "companies_get_form": "change_company_page",
    "companies_change_form": "change_company_page",
    "companies_page": "handle_connections",
    "companies_page_search": "handle_connections",
    "companies_page_files": "handle_connections",
    "companies_page_file": "handle_connections",
    "companies_page_one": "handle_connections",
    "companies_page_ask_delete": "handle_connections",
    "companies_page_delete": "handle_connections",
    "companies_list": "handle_connections",
    "companies_search": "handle_connections",
    "companies_get": "handle_connections",
    "companies_delete": "handle_connections",
    "organisations_design_page": "see_templates",
    "organisations_design_page_order": "order_design",
    "organisations_design_page_give": "order_design",
    "organisations_design_page_turn_down": "order_design",
    "organisations_design_page_revoke": "order_design",
    "organisations_design_page_end": "order_design",
    "organisations_design_page_proposal": "see_templates",
    "organisations_design_page_count": "see_templates",
    "organisations_design_page_approve": "release_templates",
    "organisations_design_page_decline": "release_templates",
    "organisations_design_get": "see_templates",
    "organisations_design_order": "order_design",
    "organisations_design_end": "order_design",
    "organisations_design_turn_down": "order_design",
    "organisations_design_give": "order_design",
    "organisations_design_revoke": "order_design",
    "organisations_design_records": "see_templates",
    "organisations_design_proposals": "see_templates",
    "organisations_design_proposal": "see_templates",
    "organisations_design_count": "see_templates",
    "organisations_design_effect": "see_templates",
    "organisations_design_approve": "release_templates",
    "organisations_design_decline": "release_templates",
    "organisations_directory_page": "connect_directory",
    "organisations_directory_page_log": "connect_directory",
    "organisations_directory_page_save": "connect_directory",
    "organisations_directory_page_token": "connect_directory",
    "organisations_directory_page_revoke": "connect_directory",
    "organisations_directory_get": "connect_directory",
    "organisations_directory_change": "connect_directory",
    "organisations_directory_make_token": "connect_directory",
    "organisations_directory_get_token": "connect_directory",
    "organisations_directory_revoke": "connect_directory",
    "organisations_directory_log": "connect_directory",
    # Who is a member is told so; everybody else here comes from no proven domain.
    "organisations_join": "see",
}
# Doors to a closed organisation. An open one is not there to anybody (`test_closing.py` has the closed one).
OF_CLOSED: Final = {"organisations_page_reopen", "organisations_reopen"}
# Doors that are about somebody who was taken out, or a team that was deleted.
OF_REMOVED: Final = {
    "organisations_leaving_get_successor",
    "organisations_leaving_choose",
    "organisations_leaving_page_leaver",
    "organisations_leaving_page_choose",
    "organisations_teams_page_restore",
    "organisations_teams_get_deleted",
    "organisations_teams_restore",
    "organisations_page_restore",
    "organisations_get_removed",
    "organisations_restore_member",
}
# Doors to no one organisation: the account's own ones, and a new one.
OF_THE_ACCOUNT: Final = {
    "organisations_page_new",
    "organisations_page_create",
    "organisations_list",
    "organisations_create",
    "organisations_page_invited",
    "organisations_page_join",
    "organisations_page_joinable",
    "organisations_page_join_by_domain",
    "organisations_list_joinable",
    "companies_page_connect",
    "companies_page_send",
    "companies_page_companies",
    "companies_page_company",
    "companies_page_end",
    "companies_form",
    "companies_own",
    "companies_connect",
    "companies_get_own",
    "companies_end",
}
# Doors that no version guards: who may, does it, and for the next one it has to be as before.
DONE: Final = {"organisations_teams_take_out"}
# Doors that are their person's alone, and what everybody else in the organisation is told.
OF_ITS_PERSON: Final = {
    "organisations_requests_ask": "absent",
    "organisations_requests_withdraw": "denied",
    "organisations_visits_own": "denied",
    "organisations_cards_page_ask": "absent",
    "organisations_cards_page_send": "absent",
    "organisations_requests_page_withdraw": "denied",
    "organisations_requests_page_see": "denied",
}
TEMPLATE: Final = {"name": "Staff", "rules": {"title": {"mode": "locked", "value": "Staff"}}}
# What the form of a page has to say for it to do something.
SAID: Final = {
    "organisations_teams_page_change_person": {"then": "admin"},
    "organisations_imports_page_change": {"then": "columns"},
    "organisations_runs_page_change": {"then": "send"},
    "organisations_photos_page_change": {"then": "set"},
}
CSV: Final = {"Content-Type": "text/csv"}
# A version that nothing has: who may change something is refused for that only, and nothing changes.
STALE: Final = "999"
DENIED, ABSENT = 403, 404

Cell = tuple[str, int]


def doors_in(table: Any) -> list[Any]:
    return [door for door in asked(table) if "organisationId" in ids_in(route_of(door))]


def asked(table: Any) -> list[Any]:
    """Doors that somebody goes through: not those of timers."""
    return [door for door in table if isinstance(door, Page | Operation)]


def undecided(table: Any, acts: dict[str, str]) -> set[str]:
    """Doors of a table that say nowhere which act they are, and acts of doors that are not there."""
    declared = {*acts, *OF_CLOSED, *OF_THE_ACCOUNT, *OF_ITS_PERSON}
    return declared ^ {door.name for door in asked(table)}


def methods_of(door: Any) -> list[str]:
    return [door.method] if isinstance(door, Operation) else door.methods.split()


async def a_team(owner: Any, org: dict, name: str) -> str:
    made = await owner.api("POST", f"organisations/{org['id']}/teams", json={"name": name})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def put_in(owner: Any, ids: dict[str, str]) -> None:
    """Put the member into the team."""
    path = f"organisations/{ids['organisationId']}/teams/{ids['teamId']}/members"
    answer = await owner.api("POST", path, json={"members": [ids["memberId"]]})
    assert answer.is_success, answer.text


async def things_of(
    host: Any, owner: Any, org: dict, signed_in: Any, colleague: Any = None
) -> dict[str, str]:
    """An id of each kind that is in a route of an organisation; card and request are a colleague's."""
    colleague, at = colleague or await signed_in(), f"organisations/{org['id']}"
    there = await joined(org, colleague)
    invited = await owner.api("POST", f"{at}/invitations", json={"addresses": ["grace@example.com"]})
    domain = await owner.api("POST", f"{at}/domains", json={"domain": "flow-matic.example"})
    assert (invited.status_code, domain.status_code) == (201, 201), (invited.text, domain.text)
    team, gone = await a_team(owner, org, "Team"), await a_team(owner, org, "Gone")
    deleted = await owner.api("DELETE", f"{at}/teams/{gone}", headers={"If-Match": '"1"'})
    template = await owner.api("POST", f"{at}/templates", json=TEMPLATE)
    assert template.status_code == 201, template.text
    await owner.api("PUT", f"{at}/templates/{template.json()['id']}/release", headers={"If-Match": '"1"'})
    card = await owner.api(
        "POST", f"{at}/staff-cards", json={"memberId": there["id"], "templateId": template.json()["id"]}
    )
    assert card.status_code == 201, card.text
    asked = await colleague.api(
        "POST",
        f"{at}/staff-cards/{card.json()['id']}/requests",
        json={"field": "title", "value": "Captain", "reason": "Promoted"},
    )
    assert asked.status_code == 201, asked.text
    page = await owner.api("POST", f"{at}/company-page", json={})
    assert page.status_code == 201, page.text
    _link, exchange = await connected_in(owner, org, page, colleague)
    image = await picture(host, owner, Office(owner, org))
    token = await owner.api("POST", f"{at}/directory/tokens")
    assert token.status_code == 201, token.text
    sent = await owner.api(
        "POST", f"{at}/imports", content=b"Name,E-mail\nGrace,grace@example.com", headers=CSV
    )
    assert sent.status_code == 201, sent.text
    run = await owner.api("POST", f"{at}/invitation-runs", json={})
    assert run.status_code == 201, run.text
    photos = await owner.api("POST", f"{at}/photos", content=packed(("grace.jpg", b"x")), headers=ZIP)
    assert photos.status_code == 201, photos.text
    made = {
        "exchangeId": exchange,
        "imageId": image,
        "tokenId": token.json()["id"],
        "importId": sent.json()["id"],
        "runId": run.json()["id"],
        "photosId": photos.json()["id"],
        "requestId": asked.json()["id"],
        "cardId": card.json()["id"],
        "organisationId": org["id"],
        "memberId": there["id"],
        "invitationId": invited.json()["data"][0]["id"],
        "domainId": domain.json()["id"],
        "teamId": team,
        "templateId": template.json()["id"],
        "workId": deleted.json()["workId"],
    }
    await put_in(owner, made)
    return made


@pytest.fixture
async def removed(signed_in) -> Any:
    async def make(owner: Any, org: dict, template_id: str) -> dict[str, str]:
        there = await joined(org, await signed_in())
        made = await owner.api(
            "POST",
            f"organisations/{org['id']}/staff-cards",
            json={"memberId": there["id"], "templateId": template_id},
        )
        assert made.status_code == 201, made.text
        assert (await do(owner, "DELETE", org, there["id"])).status_code == 204
        return {"memberId": there["id"], "cardId": made.json()["id"]}

    return make


@pytest.fixture
async def cast(host, client, signed_in, removed) -> Any:
    """An organisation with somebody of each role, and everybody else."""
    ada = await signed_in()
    org = await an_organisation(ada)
    people = {role: await signed_in() for role in ROLES}
    for role, person in people.items():
        there = await joined(org, person, "member" if role == "owner" else role)
        if role == "owner":
            await give(ada, org, there["id"], "owner")
    former, other = await signed_in(), await signed_in()
    gone = await joined(org, former, "admin")
    assert (await do(ada, "DELETE", org, gone["id"])).status_code == 204
    await an_organisation(other)
    outside = {
        "former member": former,
        "owner of another": other,
        "stranger": await signed_in(),
        "anonymous": client(),
    }
    # Their own doors are under `/staff`: `tests/functions/staff/test_staff_matrix.py`.
    outside["designer with access"] = designer = await a_designer(client, signed_in)
    ids = await things_of(host, ada, org, signed_in) | {"proposalId": await one_of(designer, ada, org)}
    deleted = await a_team(ada, org, "Deleted")
    await ada.api("DELETE", f"organisations/{org['id']}/teams/{deleted}", headers={"If-Match": '"1"'})
    return people, outside, ids, ids | await removed(ada, org, ids["templateId"]) | {"teamId": deleted}


async def schemas_of(asking: Any) -> dict:
    return (await asking.http.get("/api/v1/openapi.json")).json()["components"]["schemas"]


def expected(door: Any, role: str) -> str:
    if door.name in OF_CLOSED:
        return "absent"
    if door.name in OF_ITS_PERSON:
        return OF_ITS_PERSON[door.name]
    return "allowed" if role in ALLOWED[ACT[door.name]] else "denied"


def seen(answer: httpx.Response) -> str:
    """What somebody was told: a stale or a wrong input is for those only who are allowed."""
    if answer.status_code >= 500:
        return "broken"
    if answer.status_code == ABSENT:
        return "absent"
    return "denied" if answer.status_code in (401, DENIED) else "allowed"


def told_so(door: Any, answer: httpx.Response) -> bool:
    if isinstance(door, Operation):
        return answer.json()["code"] == "not_allowed"
    return "Your role in this organisation does not allow that" in answer.text


def test_every_door_says_which_act_it_is() -> None:
    assert undecided(DOORS, ACT) == set()
    assert set(ACT.values()) <= set(ACTS)


def test_a_door_that_says_no_act_is_noticed() -> None:
    planted = Operation("organisations_planted", "GET", "organisations/{organisationId}/planted", "x:y")
    assert undecided([*DOORS, planted], ACT) == {"organisations_planted"}


def test_every_id_in_a_route_has_a_kind() -> None:
    names = {name for door in doors_in(DOORS) for name in ids_in(route_of(door))}
    assert all(re.split("(?=[A-Z])", name.removesuffix("Id"))[-1].lower() in ID_PREFIXES for name in names)


async def test_each_role_may_what_the_table_says(host, cast, unlimited) -> None:
    people, _, ids, of_removed = cast
    schemas = await schemas_of(people["owner"])
    wrong: list[str] = []
    for door in doors_in(DOORS):
        missing = set(ids_in(route_of(door))) - ids.keys()
        assert not missing, f"make one of these in things_of: {missing}"
        asked = (of_removed if door.name in OF_REMOVED else ids) | SAID.get(door.name, {})
        for method in methods_of(door):
            for role, person in people.items():
                if door.name in DONE:
                    await put_in(people["owner"], ids)
                answer = await ask(person, door, method, asked, schemas, version=STALE)
                if (said := seen(answer)) != (wanted := expected(door, role)):
                    wrong.append(f"{door.name} {method} {role}: {said} not {wanted}: {answer.text[:200]}")
                if said == "denied" and method != "HEAD" and not told_so(door, answer):
                    wrong.append(f"{door.name} {method} {role}: not told why: {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


async def test_everybody_else_finds_what_never_existed(host, cast, unlimited) -> None:
    people, outside, ids, of_removed = cast
    schemas = await schemas_of(people["owner"])
    unlike: list[str] = []
    for each in outside.values():
        getattr(each, "http", each).headers["Accept-Encoding"] = "identity"
    for door in doors_in(DOORS):
        asked = of_removed if door.name in OF_REMOVED else ids
        none = {name: never(name) for name in asked}
        for method in methods_of(door):
            for who, each in outside.items():
                theirs, absent = await asyncio.gather(
                    ask(each, door, method, asked, schemas, version=STALE),
                    ask(each, door, method, none, schemas, version=STALE),
                )
                one, other = plain(theirs, asked), plain(absent, none)
                if one != other:
                    unlike.append(f"{door.name} {method} {who} {first_difference(one, other)}")
                if theirs.status_code != ABSENT and who != "anonymous":
                    unlike.append(f"{door.name} {method} {who} got {theirs.status_code}")
                # A page leads to the sign-in.
                if who == "anonymous" and theirs.status_code not in (303, 401):
                    unlike.append(f"{door.name} {method} {who} got {theirs.status_code}")
    assert not unlike, "\n".join(unlike)


async def test_each_role_finds_in_an_unknown_organisation_what_a_stranger_finds(
    host, cast, unlimited
) -> None:
    people, outside, ids, _ = cast
    schemas = await schemas_of(people["owner"])
    none = {name: never(name) for name in ids}
    for door in doors_in(DOORS):
        for method in methods_of(door):
            for person in (*people.values(), outside["stranger"]):
                answer = await ask(person, door, method, none, schemas, version=STALE)
                assert answer.status_code == ABSENT, f"{door.name} {method} {answer.text[:200]}"


async def test_what_is_of_another_organisation_is_not_there(host, cast, signed_in, unlimited) -> None:
    """An owner with ids of another organisation in the address of their own."""
    people, _, ids, _ = cast
    schemas, other = await schemas_of(people["owner"]), await signed_in()
    mixed = ids | {"organisationId": (await an_organisation(other))["id"]}
    none = {name: never(name) for name in ids} | {"organisationId": mixed["organisationId"]}
    other.http.headers["Accept-Encoding"] = "identity"
    for door in doors_in(DOORS):
        if len(ids_in(route_of(door))) == 1:
            continue
        for method in methods_of(door):
            theirs = await ask(other, door, method, mixed, schemas, version=STALE)
            absent = await ask(other, door, method, none, schemas, version=STALE)
            one, two = plain(theirs, mixed), plain(absent, none)
            assert one == two, f"{door.name} {method} {first_difference(one, two)}"
            assert theirs.status_code == ABSENT, f"{door.name} {method}"

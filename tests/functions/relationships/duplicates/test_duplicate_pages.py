"""The pages of duplicates and merges, as a browser without script uses them."""

import re

import wiring.operations
from tests.forms import Fields, fields_at, send
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.duplicates.test_duplicates import mail
from tests.functions.relationships.duplicates.test_merges import GRACE, GRACIE, read
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import UNKNOWN, a_contact, change, delete, names

PAGE = "/my/contacts/duplicates"


def form_with(page: str, action: str, **values: str) -> dict[str, str]:
    """The fields of the form of this action that has these values."""
    for match in re.finditer(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL):
        fields = Fields(match[0], action).values
        if values.items() <= fields.items():
            return fields
    raise AssertionError(f"no form of {action} with {values}")


async def searched(host, person) -> str:
    page = (await person.http.get(PAGE)).text
    answer = await send(person, PAGE, form_with(page, PAGE, then="search"))
    assert answer.status_code == 303
    assert "Your contacts are compared" in (await person.http.get(PAGE)).text
    await host.drain_queue("work")
    return (await person.http.get(PAGE)).text


async def test_duplicates_are_found_compared_and_merged_and_it_is_taken_back(host, signed_in) -> None:
    ada = await signed_in()
    kept = await a_contact(ada, "Grace Hopper", **GRACE)
    gone = await a_contact(ada, "Gracie Hopper", **GRACIE)
    before = [await read(ada, each) for each in (kept, gone)]
    page = await searched(host, ada)
    assert "the same e-mail address" in page
    at = f"/my/contacts/{kept['id']}/merge/{gone['id']}"
    other = f"/my/contacts/{gone['id']}/merge/{kept['id']}"
    assert f'href="{at}"' in page or f'href="{other}"' in page
    compared = (await ada.http.get(at)).text
    assert {"Admiral", "Programmer", "Gracie Hopper", "gracie@example.org"} <= set(
        re.findall(r"[\w@. ]+", compared)
    )
    fields = Fields(compared, at).values
    answer = await send(
        ada, at, {**fields, "take-name": "keep", "take-title": "take", "take-importance": "keep"}
    )
    assert answer.status_code == 303, answer.text
    told = (await ada.http.get(answer.headers["location"])).text
    assert "The two contacts are one now" in told
    assert (await read(ada, kept))["content"]["title"] == "Admiral"
    again = await send(ada, at, {**fields, "take-title": "take"})
    assert again.headers["location"] == answer.headers["location"]
    moved = await ada.http.get(f"/my/contacts/{gone['id']}")
    assert moved.headers["location"] == f"/my/contacts/{kept['id']}"
    undo = re.search(r'action="(/my/contact-merges/mrg_\w+)"', told)[1]
    back = await press(ada, told, undo)
    assert back.headers["location"] == f"/my/contacts/{kept['id']}?done=unmerged"
    assert [await read(ada, each) for each in (kept, gone)] == before


async def test_two_contacts_chosen_in_the_list_are_compared(signed_in) -> None:
    ada = await signed_in()
    people = [await a_contact(ada, name) for name in ("Ann", "Bob", "Cecil")]
    page = (await ada.http.get("/my/contacts")).text
    fields = Fields(page, "/my/contacts").values
    picked = {f"pick-{each['id']}": "1" for each in people}
    fields = {name: text for name, text in fields.items() if not name.startswith("pick-")}
    three = await send(ada, "/my/contacts", {**fields, **picked, "then": "merge"})
    assert three.status_code == 422
    assert "Choose two contacts to merge" in three.text
    picked.popitem()
    two = await send(ada, "/my/contacts", {**fields, **picked, "then": "merge"})
    assert two.status_code == 303
    assert (await ada.http.get(two.headers["location"])).status_code == 200


async def test_not_the_same_is_remembered_and_taken_back(host, signed_in) -> None:
    ada = await signed_in()
    for name in ("Ann", "Ann"):
        await a_contact(ada, name, **mail("ann@example.com"))
    page = await searched(host, ada)
    action = re.search(r'action="([^"]+/difference)"', page)[1]
    answer = await press(ada, page, action)
    told = (await ada.http.get(answer.headers["location"])).text
    assert "The two are different contacts" in told
    assert "No duplicates" in told
    undone = await press(ada, told, action)
    assert "Compare" in (await ada.http.get(undone.headers["location"])).text


async def test_all_sure_ones_are_merged_with_one_press_and_taken_back_with_another(host, signed_in) -> None:
    ada = await signed_in()
    for address in "aabb":
        await a_contact(ada, "Ann", **mail(f"{address}@example.com"))
    page = await searched(host, ada)
    assert "2 pairs are surely the same" in page
    fields = form_with(page, PAGE, then="merge")
    for _ in range(2):
        await send(ada, PAGE, fields)
    assert "The sure ones are merged" in (await ada.http.get(PAGE)).text
    await host.drain_queue("work")
    page = (await ada.http.get(PAGE)).text
    assert "2 pairs were merged." in page
    assert await names(ada) == ["Ann", "Ann"]
    await send(ada, PAGE, form_with(page, PAGE, then="undo"))
    await host.drain_queue("work")
    page = (await ada.http.get(PAGE)).text
    assert "The contacts are as they were" in page
    assert await names(ada) == ["Ann"] * 4


async def test_only_pairs_that_were_merged_are_told_as_such(host, signed_in) -> None:
    """Three that are the same are three pairs and two merges; two that are different stay."""
    ada = await signed_in()
    for _ in range(3):
        await a_contact(ada, "Ann", **mail("ann@example.com"))
    bo, berg = [await a_contact(ada, "Bo", **mail("bo@example.com")) for _ in range(2)]
    page = await searched(host, ada)
    assert "4 pairs are surely the same" in page
    told = await ada.api("PUT", f"contacts/{bo['id']}/differences/{berg['id']}")
    assert told.status_code == 204
    await send(ada, PAGE, form_with(page, PAGE, then="merge"))
    await host.drain_queue("work")
    assert "2 pairs were merged." in (await ada.http.get(PAGE)).text
    assert await names(ada) == ["Ann", "Bo", "Bo"]


async def test_a_run_that_was_cancelled_can_be_taken_back_as_far_as_it_came(host, signed_in) -> None:
    ada = await signed_in()
    for address in "aabb":
        await a_contact(ada, "Ann", **mail(f"{address}@example.com"))
    await send(ada, PAGE, form_with(await searched(host, ada), PAGE, then="merge"))
    await host.drain_queue("work")
    works = wiring.operations.works()
    [run] = await works.of_kind(await account_of(ada), "merge-duplicates")
    await works.save(run.model_copy(update={"version": run.version + 1, "state": "cancelled"}))
    await send(ada, PAGE, form_with((await ada.http.get(PAGE)).text, PAGE, then="undo"))
    await host.drain_queue("work")
    assert await names(ada) == ["Ann"] * 4


async def test_a_merge_that_would_lose_a_later_change_is_taken_back_only_after_a_question(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    at = f"/my/contacts/{kept['id']}/merge/{gone['id']}"
    merged = await send(ada, at, await fields_at(ada, at))
    told = (await ada.http.get(merged.headers["location"])).text
    await change(ada, kept, title="Later", customFields=[{"label": "a", "text": "b"}])
    undo = re.search(r'action="(/my/contact-merges/mrg_\w+)"', told)[1]
    asked = await press(ada, told, undo)
    assert (asked.status_code, asked.headers["location"]) == (303, undo)
    question = (await ada.http.get(undo)).text
    assert "it would be lost: Title, Field of your own." in question
    assert f'href="{undo}"' in (await ada.http.get(PAGE)).text
    assert (await press(ada, question, undo)).status_code == 303
    assert await names(ada) == ["Grace", "Gracie"]


async def test_a_contact_that_was_changed_meanwhile_is_looked_at_again(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace", title="One"), await a_contact(ada, "Gracie", title="Two")
    at = f"/my/contacts/{kept['id']}/merge/{gone['id']}"
    fields = await fields_at(ada, at)
    await change(ada, gone, title="Three")
    late = await send(ada, at, {**fields, "take-title": "take"})
    assert late.status_code == 412
    assert "changed meanwhile" in late.text
    assert Fields(late.text, at).values["take-title"] == "take"
    assert (await send(ada, at, Fields(late.text, at).values)).status_code == 303
    assert (await read(ada, kept))["content"]["title"] == "Three"


async def test_what_cannot_be_merged_is_told_or_absent(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    ann, firm = await a_contact(ada, "Ann"), await a_contact(ada, "Firm", kind="entity")
    hers, gone = await a_contact(eve, "Hers"), await a_contact(ada, "Gone")
    await delete(ada, gone)
    for other in (ann, hers, gone, {"id": UNKNOWN}):
        answer = await ada.http.get(f"/my/contacts/{ann['id']}/merge/{other['id']}")
        assert answer.status_code == 404, other
    page = await ada.http.get(f"/my/contacts/{ann['id']}/merge/{firm['id']}")
    assert "These two cannot be merged" in page.text
    many = [
        await a_contact(
            ada, name, emails=[{"address": f"{name}{number}@example.com"} for number in range(30)]
        )
        for name in ("one", "two")
    ]
    at = f"/my/contacts/{many[0]['id']}/merge/{many[1]['id']}"
    refused = await send(ada, at, await fields_at(ada, at))
    assert refused.status_code == 422
    assert "E-mail would be more than 50 together" in refused.text

"""Contacts are found by the beginnings of words, by their owner only, as they are now."""

from tests.forms import Fields, send
from tests.functions.relationships.test_contacts import a_contact, change, delete, restore


async def found(person, text: str, **also) -> list[str]:
    answer = await person.api("POST", "contact-searches", json={"text": text, **also})
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["data"]]


async def matches(person, text: str) -> list[tuple[str, str]]:
    """Why the first contact was found."""
    answer = await person.api("POST", "contact-searches", json={"text": text})
    assert answer.status_code == 200, answer.text
    return [(each["field"], each["text"]) for each in answer.json()["data"][0]["matches"]]


async def test_a_contact_is_found_by_everything_that_is_kept_about_it(signed_in) -> None:
    ada = await signed_in()
    await a_contact(
        ada,
        "Łukasz Öberg",
        nickname="Lucky",
        title="Admiral",
        organisation="Straße & Co",
        emails=[{"address": "grace.hopper@example.com"}],
        phones=[{"number": "+46 70 174 06 05"}],
        addresses=[{"street": "Storgatan 12", "city": "Göteborg", "country": "SE"}],
        links=[{"url": "https://compiler.example/cobol"}],
        tags=["Navy"],
        groups=["Pioneers"],
        customFields=[{"label": "Ship", "text": "USS Hopper"}],
        met={"place": "Harvard", "event": "Mark I"},
    )
    await a_contact(ada, "Somebody Else", organisation="Elsewhere")
    for text, reason in {
        "lukasz": [],
        "ÖBE łuk": [],
        "luck": [("nickname", "Lucky")],
        "admiral": [("title", "Admiral")],
        "strasse": [("organisation", "Straße & Co")],
        "grace.hopper@ex": [("emails", "grace.hopper@example.com")],
        "070-174 06": [("phones", "+46 70 174 06 05")],
        "0046 70 1740605": [("phones", "+46 70 174 06 05")],
        "+46 (0)70 174": [("phones", "+46 70 174 06 05")],
        "1740605": [("phones", "+46 70 174 06 05")],
        "storgatan 12": [("addresses", "Storgatan 12, Göteborg, SE")],
        "cobol": [("links", "https://compiler.example/cobol")],
        "nav": [("tags", "Navy")],
        "pioneer": [("groups", "Pioneers")],
        "uss": [("customFields", "Ship: USS Hopper")],
        "harvard mark": [("met", "Mark I, Harvard")],
        "lukasz navy": [("tags", "Navy")],
    }.items():
        assert await found(ada, text) == ["Łukasz Öberg"], text
        assert await matches(ada, text) == reason, text
    assert await found(ada, "lukasz else") == []
    assert await found(ada, "ukasz") == []


async def test_scripts_without_blanks_are_found_inside(signed_in) -> None:
    ada = await signed_in()
    for name in ("王小明", "김민수", "山田ガク", "สมชาย"):
        await a_contact(ada, name)
    for text, name in {
        "小明": "王小明",
        "민": "김민수",
        "김": "김민수",
        "がく": "",
        "ガク": "山田ガク",
        "ชาย": "สมชาย",
    }.items():
        assert await found(ada, text) in ([name], []), text
    assert await found(ada, "小明") == ["王小明"]
    assert await found(ada, "ガク") == ["山田ガク"]
    assert await found(ada, "ชาย") == ["สมชาย"]


async def test_what_is_found_is_what_is_stored_now(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, "Grace Hopper", tags=["Navy"])
    assert await found(ada, "grace") == ["Grace Hopper"]
    await change(ada, grace, name="Grace Murray")
    assert await found(ada, "hopper") == []
    assert await found(ada, "murray") == ["Grace Murray"]
    await delete(ada, grace)
    assert await found(ada, "murray") == []
    await restore(ada, grace)
    assert await found(ada, "murray") == ["Grace Murray"]
    await change(ada, grace, name="Grace Murray", archived=True)
    assert await found(ada, "murray") == []
    assert await found(ada, "murray", archived=True) == ["Grace Murray"]
    done = await ada.api("POST", "contact-taggings", json={"ids": [grace["id"]], "add": ["Compilers"]})
    assert done.status_code == 200, done.text
    assert await found(ada, "compil", archived=True) == ["Grace Murray"]


async def test_names_come_first_and_pages_follow(signed_in) -> None:
    ada = await signed_in()
    for name, more in {
        "Zoe Maris": {},
        "Bank of Maria": {"kind": "entity"},
        "Anna": {"tags": ["Maria"]},
    }.items():
        await a_contact(ada, name, **more)
    await a_contact(ada, "Maria B")
    assert await found(ada, "mar") == ["Bank of Maria", "Maria B", "Zoe Maris", "Anna"]
    assert await found(ada, "mar", kind="entity") == ["Bank of Maria"]
    page = (await ada.api("POST", "contact-searches", json={"text": "mar", "limit": 3})).json()
    assert page["page"]["next"] == page["data"][-1]["id"]
    assert await found(ada, "mar", limit=3, after=page["page"]["next"]) == ["Anna"]


async def test_a_search_is_narrowed_by_tag_group_and_kind(signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Ann", tags=["VIP"], groups=["Fair"])
    await a_contact(ada, "Ann VIP", groups=["Fair"])
    await a_contact(ada, "Ann Ltd", kind="entity", tags=["VIP"])
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    [group] = (await ada.api("GET", "contact-groups")).json()["data"]
    assert await found(ada, "ann", tag=tag["id"]) == ["Ann", "Ann Ltd"]
    assert await found(ada, "ann", group=group["id"]) == ["Ann", "Ann VIP"]
    assert await found(ada, "ann", tag=tag["id"], group=group["id"]) == ["Ann"]
    assert await found(ada, "ann", tag=tag["id"], kind="entity") == ["Ann Ltd"]
    assert await found(ada, "ann", tag="tag_" + "a" * 26) == []
    page = (await ada.http.get(f"/my/contacts?tag={tag['id']}&group={group['id']}")).text
    assert "Only among those with: VIP, Fair" in page
    fields = Fields(page, "/my/contact-search").values
    shown = await send(ada, "/my/contact-search", {**fields, "q": "an"})
    assert "One contact has the words." in shown.text
    assert "Ann VIP" not in shown.text


async def test_nobody_finds_what_others_keep(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    await a_contact(ada, "Grace Hopper")
    assert await found(bob, "grace") == []
    await a_contact(bob, "Grace Kelly")
    assert await found(bob, "grace") == ["Grace Kelly"]
    assert await found(ada, "grace") == ["Grace Hopper"]


async def test_a_search_that_cannot_be_says_so(signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada)
    for body, field in (
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "x" * 121}, "/text"),
        ({"text": "a", "limit": 101}, "/limit"),
        ({"text": "a", "kind": "robot"}, "/kind"),
        ({"text": "a", "after": "x"}, "/after"),
        ({"text": "a", "words": 1}, "/words"),
    ):
        refused = await ada.api("POST", "contact-searches", json=body)
        assert refused.status_code == 422, body
        assert [fault["field"] for fault in refused.json()["errors"]] == [field], body
    for text in ('"', "* OR", "NEAR(", "§§grace x", "-", "'; DROP TABLE contacts; --", "AND grace"):
        assert await found(ada, text) == [], text

"""The pages of `/my` against strangers, forged forms and hostile text."""

import re
from urllib.parse import quote

import pytest

from functions.framework.filters import script
from tests.forms import SAME_SITE, Fields, fields_at, new_card, publish, send

PARTS = ("/share", "/preview", "/counts", "/settings", "/delete")
ABSENT = "/my/cards/crd_aaaaaaaaaaaaaaaaaaaaaaaaaa"
PAYLOADS = [
    '"><script>alert(1)</script>',
    "</textarea><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "{{ 7 * 7 }}{% raw %}",
    "</style></title><svg onload=alert(1)>",
    "&lt;u&gt; &amp;amp; <u>",
]

# Allowed markup of our templates: own scripts, data that no browser runs, the frame of the live preview.
OWN = re.compile(
    '<script src="/assets/[a-z.]+\\.[0-9a-f]{12}\\.js" defer></script>'
    f"|<script>{re.escape(script('pass_on.js'))}</script>"
    '|<script type="application/ld\\+json">[^<]*</script>'
    '|<iframe title="Preview of the card" name="live" tabindex="-1" '
    'sandbox="allow-same-origin"></iframe>'
)


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


async def test_a_foreign_card_looks_absent(ada, signed_in) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    other = await signed_in()
    absent = await other.http.get(ABSENT)
    for suffix in ("", *PARTS):
        answer = await other.http.get(path + suffix)
        assert (answer.status_code, answer.content) == (404, absent.content)
    changes = ("publish", "unpublish", "pause", "resume", "undo")
    posts = ("/rename", "/duplicate", "/delete", "/preview", *(f"/publication/{each}" for each in changes))
    for suffix in ("", *posts):
        answer = await send(other, path + suffix, {**fields, "csrf": other.csrf})
        as_absent = await send(other, ABSENT + suffix, {**fields, "csrf": other.csrf})
        assert (answer.status_code, answer.content) == (404, as_absent.content)
    assert (await fields_at(ada, path))["version"] == fields["version"]


async def test_a_foreign_profile_is_refused(ada, signed_in) -> None:
    await new_card(ada)
    profile = (await ada.api("GET", "profiles")).json()["data"][0]["id"]
    other = await signed_in()
    path = await new_card(other)
    answer = await send(other, path, {**await fields_at(other, path), "profileId": profile})
    assert answer.status_code == 422
    assert 'id="fault-profileId"' in answer.text


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"csrf": ""}, {}),
        ({"csrf": "0" * 64}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Origin": "null"}),
    ],
)
async def test_a_forged_form_is_refused_and_changes_nothing(ada, change, headers) -> None:
    path = await new_card(ada)
    fields = {**await fields_at(ada, path), "title": "Forged", **change}
    for target in (path, f"{path}/publication/publish"):
        assert (await send(ada, target, fields, **headers)).status_code == 403
    new = {**await fields_at(ada, "/my/new-card"), "name": "Forged", **change}
    assert (await send(ada, "/my/new-card", new, **headers)).status_code == 403
    cards = (await ada.api("GET", "cards")).json()["data"]
    assert [(card["draft"]["title"], card["published"]) for card in cards] == [(None, None)]


async def test_bodies_that_are_no_form_are_refused(ada) -> None:
    path = await new_card(ada)
    json = await ada.http.post(path, json={"name": "x"}, headers=SAME_SITE)
    huge = await send(ada, path, {"csrf": ada.csrf, "companyText": "x" * 300_000})
    many = await send(ada, path, {f"f{n}": "x" for n in range(1100)})
    assert (json.status_code, huge.status_code, many.status_code) == (415, 413, 400)


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_people_type_never_becomes_markup(ada, payload) -> None:
    texts = (
        "name",
        "title",
        "organisation",
        "companyText",
        "productLinks-0-label",
        "officeAddress-street",
        "officeAddress-city",
    )
    path = await new_card(ada, profileName=payload)
    typed = {
        **dict.fromkeys(texts, payload),
        "productLinks-0-url": "https://example.com/",
        "socialLinks-0-url": f"https://example.com/{payload}",
    }
    public = await publish(ada, path, **typed)
    wrong = await send(
        ada,
        path,
        {
            **await fields_at(ada, path),
            **typed,
            "website": payload,
            "phones-0-number": payload,
            "profileId": payload,
        },
    )
    assert wrong.status_code == 422
    pages = [wrong] + [
        await ada.http.get(p, headers={"Accept": "text/html"})
        for p in (public, "/my", path, *(path + part for part in PARTS), "/my/account")
    ]
    for answer in pages:
        read = Fields(OWN.sub("", answer.text), path)
        assert not read.elements & {"script", "img", "iframe", "u"}
        assert not {name for name in read.attributes if name.startswith("on")}
        assert not read.attributes & {"style", "autofocus"}
        assert "49{%" not in answer.text
    assert (await fields_at(ada, path))["name"] == payload


async def test_pages_of_a_person_are_kept_nowhere(ada) -> None:
    path = await new_card(ada)
    for page in ("/my", path, *(path + part for part in PARTS), "/my/account", "/my/new-card"):
        answer = await ada.http.get(page)
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"].replace("; script-src 'self'; ", "; ")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "odd", ["x", "%00", "a%20", "a%5Cb", "a%23b", "a%3Fb", "%F0%9F%99%82", "c" * 300, "acc_x"]
)
async def test_an_odd_card_id_is_no_more_than_absent(ada, odd) -> None:
    for path in (f"/my/cards/{odd}", f"/my/cards/{odd}/share"):
        answer = await ada.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 404
    posted = await send(ada, f"/my/cards/{odd}/publication/publish", {"csrf": ada.csrf, "version": "1"})
    assert posted.status_code in (404, 412)
    renamed = await send(ada, f"/my/account/profiles/{odd}", {"csrf": ada.csrf, "version": "1"})
    assert renamed.status_code in (404, 422)


@pytest.mark.parametrize(
    "odd", ["a\x00b", "\ud800", "\u202eevil", "x" * 5000, "\r\nSet-Cookie: a=b", "\ufeff"]
)
async def test_odd_text_is_refused_beside_its_field_or_kept(ada, odd) -> None:
    path = await new_card(ada)
    fields = await fields_at(ada, path)
    for name in (
        "name",
        "companyText",
        "website",
        "emails-0-address",
        "phones-0-number",
        "version",
        "officeAddress-country",
    ):
        body = "&".join(
            f"{quote(k)}={quote(v, errors='surrogatepass')}" for k, v in {**fields, name: odd}.items()
        )
        headers = {**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await ada.http.post(path, content=body, headers=headers)
        assert answer.status_code in (303, 400, 412, 422), (name, answer.text)
        fields = await fields_at(ada, path)


async def test_an_odd_cursor_is_refused(ada) -> None:
    assert (await ada.http.get("/my/cards?cursor=%FF~")).status_code == 422


@pytest.mark.parametrize("odd", ["[", "[::1", "]", "a b", "\\"])
async def test_an_odd_host_leads_to_sign_in_all_the_same(client, odd) -> None:
    async with client() as stranger:
        answer = await stranger.get("/my/new-card", headers={"Host": odd})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/auth/login?returnTo=/my")

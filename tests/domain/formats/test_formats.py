"""Every format of a full card, read back by parsers that are not ours."""

import base64
import binascii
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import vobject

from domain.cards.content import SINGLE_FIELDS
from domain.formats.json import models
from domain.formats.schema_org import profile_page, script_text
from domain.formats.vcard_lines import MAX_PHOTO
from functions.cards.formats import FORMATS
from tests.card_views import FULL, URL, full_view, jpeg, view_of
from tests.readers import Evolution, NpmReaders, needs_evolution

TEXT_FORMS = [form for form, kind in FORMATS.items() if not kind.content_type.startswith("image/")]
PHOTO_FORMS = [form for form in TEXT_FORMS if FORMATS[form].takes_photo]


@pytest.fixture(scope="module")
def evolution() -> Iterator[Evolution]:
    reader = Evolution()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def npm() -> Iterator[NpmReaders]:
    readers = NpmReaders()
    yield readers
    readers.close()


def written(form: str, photo: bytes | None = None, **changes: object) -> str:
    return FORMATS[form].write(full_view(**changes), URL, photo).decode()


def all_of(properties: list, name: str) -> list:
    return [value for found, value in properties if found == name]


def test_the_note_of_a_vcard_3_says_what_has_no_property_there() -> None:
    note = vobject.readOne(written("vcf")).note.value
    assert note.split("\n\n") == [
        "Pronouns: she/her",
        FULL["bio"],
        FULL["companyText"],
        "Languages: en-GB, fr",
    ]


def test_a_label_stands_beside_its_number_in_a_vcard_3() -> None:
    card = vobject.readOne(written("vcf"))
    labels = {label.group: label.value for label in card.x_ablabel_list}
    assert [labels.get(tel.group) for tel in card.tel_list] == [None, "Front desk", None]
    assert [labels.get(mail.group) for mail in card.email_list] == [None, "Letters, slow"]
    groups = [label.group for label in card.x_ablabel_list]
    assert len(set(groups)) == len(groups)
    assert card.adr.group not in groups


@pytest.mark.parametrize("form", ["vcf", "v4.vcf"])
def test_tabs_come_back_from_a_vcard(npm: NpmReaders, form: str) -> None:
    said = "Monday\t9 to 12\nTuesday\t" + "\t".join(["13 to 17"] * 30)
    text = written(form, companyText=said, officeAddress={"street": "Storgatan 1\tPlan 2", "country": "SE"})
    assert said in next(line for line in vobject.readOne(text).lines() if line.name == "NOTE").value
    assert said in "".join(all_of(npm.read("ical.js", text=text), "note")).replace("\\;", ";")


def test_ical_reads_a_vcard_3(npm: NpmReaders) -> None:
    card = npm.read("ical.js", text=written("vcf"))
    assert all_of(card, "fn") == [FULL["name"]]
    assert all_of(card, "title") == [FULL["title"]]
    assert all_of(card, "tel") == ["+46701740605", "+4686114000", "+442079460958"]
    # ical.js leaves `\;` as it stands.
    assert [note.replace("\\;", ";") for note in all_of(card, "note")] == [
        f"Pronouns: she/her\n\n{FULL['bio']}\n\n{FULL['companyText']}\n\nLanguages: en-GB, fr"
    ]


@pytest.mark.parametrize("reader", ["vcard4", "ical.js"])
def test_a_vcard_4_is_read_whole(npm: NpmReaders, reader: str) -> None:
    card = npm.read(reader, text=written("v4.vcf", jpeg()))
    assert all_of(card, "fn") == [FULL["name"]]
    assert all_of(card, "x-pronouns") == ["she/her"]
    assert [str(mail) for mail in all_of(card, "email")] == ["ada@example.com", "al@example.org"]
    assert all_of(card, "tel") == ["+46701740605", "+4686114000", "+442079460958"]
    assert all_of(card, "lang") == ["en-GB", "fr"]
    assert all_of(card, "x-socialprofile") == ["https://www.linkedin.com/in/ada", "https://github.com/ada"]
    assert all_of(card, "url")[:2] == ["https://example.com/a%3Bb%2Cc", "https://www.linkedin.com/in/ada"]
    # ical.js, and so Thunderbird and Nextcloud, leaves properties that it does not know as they are.
    labels = [label.replace("\\", "") for label in all_of(card, "x-ablabel")]
    assert labels[:2] == ["Letters, slow", "Front desk"]
    assert all_of(card, "rev") in (["20261101T093000Z"], ["2026-11-01T09:30:00Z"])
    [photo] = all_of(card, "photo")
    assert photo.startswith("data:image/jpeg;base64,/9j/")


@needs_evolution
@pytest.mark.parametrize("form", ["vcf", "v4.vcf"])
def test_evolution_reads_both_vcards_without_loss(evolution: Evolution, form: str) -> None:
    card = evolution.read(written(form, jpeg()))
    assert all_of(card, "FN") == [[FULL["name"]]]
    assert all_of(card, "N") == [["Lovelace", "Ada", "King", "", ""]]
    assert all_of(card, "ORG") == [[FULL["organisation"]]]
    assert all_of(card, "TITLE") == [[FULL["title"]]]
    assert [mail for [mail] in all_of(card, "EMAIL")] == ["ada@example.com", "al@example.org"]
    assert [tel for [tel] in all_of(card, "TEL")] == ["+46701740605", "+4686114000", "+442079460958"]
    assert all_of(card, "ADR") == [
        ["", "", "Storgatan 1\nPlan 2", "Umeå", "Västerbotten", "903 26", "SE"],
    ]
    assert f"{FULL['bio']}\n\n{FULL['companyText']}" in all_of(card, "NOTE")[0][0]
    assert all_of(card, "URL")[-1] == [URL]
    assert [label for [label] in all_of(card, "X-ABLabel")][:2] == ["Letters, slow", "Front desk"]
    assert "/9j/" in all_of(card, "PHOTO")[0][0]


def test_a_vcard_4_keeps_the_parts_of_name_and_address(npm: NpmReaders) -> None:
    card = npm.read("vcard4", text=written("v4.vcf"))
    [name] = all_of(card, "n")
    assert (name["familyNames"], name["givenNames"]) == ("Lovelace", "Ada")
    [address] = all_of(card, "adr")
    assert address["streetAddress"] == "Storgatan 1\nPlan 2"
    assert (address["locality"], address["postalCode"], address["countryName"]) == ("Umeå", "903 26", "SE")


def test_ical_reads_a_jcard(npm: NpmReaders) -> None:
    card = npm.read("ical.js jcard", text=written("jcard", jpeg()))
    assert all_of(card, "fn") == [FULL["name"]]
    assert all_of(card, "n") == [["Lovelace", "Ada", "King", "", ""]]
    assert all_of(card, "note") == [f"{FULL['bio']}\n\n{FULL['companyText']}"]
    assert all_of(card, "org") == [FULL["organisation"]]
    assert all_of(card, "pronouns") == ["she/her"]
    assert all_of(card, "url")[0] == FULL["website"]


def test_jcard_says_the_same_as_vcard_4(npm: NpmReaders) -> None:
    def without_signs(properties: list) -> list:
        """ical.js leaves some escapes; links differ in that a file encodes `;` and `,`."""
        return [
            (name.removeprefix("x-"), str(value).replace("\\", "").replace("%3B", ";").replace("%2C", ","))
            for name, value in properties
        ]

    photo, text = jpeg(), {"companyText": "plain", "bio": "too"}
    file = npm.read("ical.js", text=written("v4.vcf", photo, **text))
    data = npm.read("ical.js jcard", text=written("jcard", photo, **text))
    assert without_signs(file) == without_signs(data)


@pytest.mark.parametrize("form", PHOTO_FORMS)
def test_a_photo_goes_along_byte_for_byte(form: str) -> None:
    photo = jpeg(200)
    whole = written(form, photo).replace("\r\n ", "")
    assert base64.b64encode(photo).decode() in whole
    assert base64.b64encode(photo)[:40].decode() not in written(form).replace("\r\n ", "")


def test_vobject_reads_the_photo_of_a_vcard_3() -> None:
    photo = jpeg(200)
    read = vobject.readOne(written("vcf", photo)).photo
    assert read.value == photo
    assert (read.encoding_param, read.type_param) == ("b", "JPEG")


@pytest.mark.parametrize("form", PHOTO_FORMS)
def test_a_photo_that_address_books_refuse_is_left_out(form: str) -> None:
    largest = b"\xff\xd8" + bytes(MAX_PHOTO - 2)
    assert len(written(form, largest)) > MAX_PHOTO
    assert written(form, largest + b"\0") == written(form)


@pytest.mark.parametrize("form", ["vcf", "v4.vcf"])
def test_no_line_is_longer_than_75_octets(form: str) -> None:
    data = written(form, jpeg(200), bio="åäö李" * 120, title="x" * 120).encode()
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert data.count(b"\n") == data.count(b"\r\n")
    for line in data.split(b"\r\n"):
        line.decode()


def test_jscontact_keeps_to_its_rfc() -> None:
    """Names and types of RFC 9553, section 2, as far as we use them."""
    card = json.loads(written("jscontact", jpeg()))
    assert (card["@type"], card["version"]) == ("Card", "1.0")
    assert card["uid"].startswith("urn:uuid:")
    assert card["updated"] == "2026-11-01T09:30:00Z"
    sound = FULL["nameParts"]["phoneticFamily"]
    assert card["name"] == {
        "full": FULL["name"],
        "components": [
            {"kind": "given", "value": "Ada"},
            {"kind": "given2", "value": "King"},
            {"kind": "surname", "value": "Lovelace", "phonetic": sound},
        ],
        "isOrdered": True,
        "defaultSeparator": " ",
        "sortAs": {"surname": sound},
        "phoneticScript": "Latn",
    }
    entries = {
        "emails": {"address", "contexts", "label"},
        "phones": {"number", "features", "contexts", "label"},
        "addresses": {"components", "countryCode", "contexts"},
        "onlineServices": {"service", "uri"},
        "links": {"uri", "label"},
        "media": {"kind", "uri", "mediaType"},
        "organizations": {"name"},
        "titles": {"kind", "name"},
        "notes": {"note"},
        "preferredLanguages": {"language", "pref"},
    }
    single = {"@type", "version", "uid", "kind", "prodId", "updated", "name", "speakToAs"}
    assert card.keys() == entries.keys() | single
    for name, known in entries.items():
        assert card[name], name
        for key, entry in card[name].items():
            assert key.isalnum(), key
            assert entry.keys() <= known, name
            assert entry.get("contexts", {}).keys() <= {"work", "private"}
    assert card["speakToAs"] == {"pronouns": {"k1": {"pronouns": "she/her"}}}
    parts = {part["kind"]: part["value"] for part in card["addresses"]["a1"]["components"]}
    assert parts.keys() <= {"name", "locality", "region", "postcode"}
    assert [media["kind"] for media in card["media"].values()] == ["photo", "logo"]


def test_the_public_json_is_what_its_model_says() -> None:
    card = json.loads(written("json"))
    assert models()[0].model_validate(card).model_dump(mode="json", by_alias=True, exclude_none=True) == card
    assert card["emails"][1] == {"kind": "home", "label": "Letters, slow", "address": "al@example.org"}
    assert card["images"]["photo"]["urls"]["webp"] == f"{URL}/photo.webp"
    assert "null" not in written("json", title=None, officeAddress={"city": "Umeå"})


def test_every_value_of_the_public_json_is_documented() -> None:
    documented = (Path(__file__).parents[3] / "docs/formats.md").read_text()
    schema = models()[0].model_json_schema(by_alias=True)
    for model in (schema, *schema["$defs"].values()):
        for name in model["properties"]:
            assert f"`{name}`" in documented, name


def test_every_format_is_documented() -> None:
    documented = (Path(__file__).parents[3] / "docs/formats.md").read_text()
    for form, how in FORMATS.items():
        assert f"`.{form}`" in documented
        assert f"`{how.content_type.removesuffix('; charset=utf-8')}`" in documented


def test_a_card_with_only_a_name_is_whole_in_every_format(npm: NpmReaders) -> None:
    view = view_of(full_view().content.model_validate({"name": "李"}))
    made = {form: FORMATS[form].write(view, URL, None).decode() for form in TEXT_FORMS}
    assert vobject.readOne(made["vcf"]).fn.value == "李"
    assert all_of(npm.read("vcard4", text=made["v4.vcf"]), "fn") == ["李"]
    assert all_of(npm.read("ical.js jcard", text=made["jcard"]), "fn") == ["李"]
    named = [{"kind": "given", "value": "李"}]
    name = {"full": "李", "components": named, "isOrdered": True, "defaultSeparator": " "}
    assert json.loads(made["jscontact"])["name"] == name
    assert json.loads(made["json"])["name"] == "李"
    assert profile_page(view, URL)["mainEntity"] == {"@type": "Person", "name": "李", "url": URL}


def with_audience(audience: str) -> dict:
    lists = {
        name: [{**entry, "audience": audience} for entry in FULL[name]]
        for name in ("emails", "phones", "socialLinks", "productLinks")
    }
    return {**lists, "audiences": dict.fromkeys(SINGLE_FIELDS, audience)}


@pytest.mark.parametrize("form", [*TEXT_FORMS, "json-ld"])
def test_no_format_tells_who_else_may_see_a_value(form: str) -> None:
    def made(audience: str) -> str:
        view = full_view(**with_audience(audience))
        return script_text(view, URL) if form == "json-ld" else FORMATS[form].write(view, URL, None).decode()

    assert made("public") == made("signed_in") == made("connections") == made("private")
    assert "audience" not in made("public").lower()


class Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_json_ld_stays_inside_its_script() -> None:
    view = full_view(bio="</script><img src=x onerror=alert(1)><!-- <script>", title="& <b>")
    page = Scripts()
    page.feed(f'<script type="application/ld+json">{script_text(view, URL)}</script>')
    assert page.tags == ["script"]
    assert json.loads(page.text) == profile_page(view, URL)


def test_json_ld_is_a_profile_page_of_a_person() -> None:
    page = profile_page(full_view(), URL)
    assert (page["@context"], page["@type"]) == ("https://schema.org", "ProfilePage")
    person = page["mainEntity"]
    assert person["@type"] == "Person"
    assert person["image"] == f"{URL}/photo.jpg"
    assert person["worksFor"]["logo"] == f"{URL}/logo.jpg"
    assert person["sameAs"] == ["https://www.linkedin.com/in/ada", "https://github.com/ada"]
    assert person["address"]["addressCountry"] == "SE"
    assert None not in person.values()


def test_identity_is_the_same_in_every_format(npm: NpmReaders) -> None:
    uid = vobject.readOne(written("vcf")).uid.value
    assert all_of(npm.read("vcard4", text=written("v4.vcf")), "uid") == [uid]
    assert all_of(npm.read("ical.js jcard", text=written("jcard")), "uid") == [uid]
    assert json.loads(written("jscontact"))["uid"] == uid


def test_a_broken_photo_would_be_seen() -> None:
    broken = written("vcf", jpeg(200)).replace("/9j/", "!", 1)
    # Compared apart from the assertion: showing the difference of two photos takes minutes.
    try:
        same = vobject.readOne(broken).photo.value == jpeg(200)
    except (binascii.Error, vobject.base.ParseError):
        same = False
    assert not same

"""Import and export under `/my`, as a browser without script uses them."""

import re

from tests.forms import Fields, fields_at, send
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import a_contact, names
from tests.functions.relationships.transfer.test_imports import ADA, FILE


async def uploaded(person, content: bytes, **fields: str):
    values = {**await fields_at(person, "/my/import"), **fields}
    values.pop("file", None)
    return await person.http.post(
        "/my/import", data=values, files={"file": ("contacts.vcf", content, "text/vcard")}
    )


async def page_of(person, answer):
    assert answer.status_code == 303, answer.text
    return (await person.http.get(answer.headers["location"])).text


async def test_a_file_goes_from_the_form_over_its_report_to_the_book_and_back(host, signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Countess", emails=[{"address": "ada@example.com"}])
    sent = await uploaded(ada, FILE.encode(), phoneCountry="SE")
    path = sent.headers["location"]
    assert "The file is being read" in await page_of(ada, sent)
    await host.drain_queue("work")
    page = (await ada.http.get(path)).text
    assert "3 rows are read, and nothing is added yet" in page
    for text in ("Import one contact", "the same e-mail address", "There already", "Cannot be taken"):
        assert text in page
    ticked = await press(ada, page, path, then="choose", **{"row-1": "1"})
    assert "Import 2 contacts" in await page_of(ada, ticked)
    page = (await ada.http.get(f"{path}?show=same")).text
    assert "Grace Hopper" not in page
    assert "Ada Lovelace" in page
    begun = await press(ada, page, path, then="write")
    assert "The contacts are being added" in await page_of(ada, begun)
    await host.drain_queue("work")
    page = (await ada.http.get(path)).text
    assert "2 contacts are in your address book" in page
    assert await names(ada) == ["Ada Lovelace", "Countess", "Grace Hopper"]
    await press(ada, page, path, then="undo")
    await host.drain_queue("work")
    assert "The import is taken back" in (await ada.http.get(path)).text
    assert await names(ada) == ["Countess"]


async def test_a_file_that_is_none_is_told_beside_its_field(signed_in) -> None:
    ada = await signed_in()
    for content in (b"", b"hello"):
        answer = await uploaded(ada, content, phoneCountry="SE")
        assert answer.status_code == 422
        fields = Fields(answer.text, "/my/import")
        assert fields.invalid == {"file"}
        assert fields.values["phoneCountry"] == "SE"


async def test_a_file_above_the_limit_is_refused(signed_in) -> None:
    ada = await signed_in()
    for size in (20_000_100, 34_000_000):
        answer = await uploaded(ada, b"x" * size)
        assert answer.status_code == 422
        assert "The file is larger than 20 MB" in answer.text


async def test_what_a_form_says_that_fits_no_more_is_told_on_the_page(host, signed_in) -> None:
    """A button of work that has ended meanwhile; a page and rows in other digits; the wrong letters."""
    ada = await signed_in()
    path = (await uploaded(ada, FILE.encode())).headers["location"]
    for then in ("pause", "cancel"):
        await host.drain_queue("work")
        shown = await ada.http.post(path, data={**await fields_at(ada, path), "then": then})
        assert "3 rows are read" in await page_of(ada, shown)
    typed = {"then": "choose", "page": "\u0663", "show": "new", "rows": "1 \u0663"}
    chosen = await ada.http.post(path, data={**await fields_at(ada, path), **typed})
    assert chosen.headers["location"] == path
    table = "Förnamn;Efternamn;Företag\nÅsa;Öberg;Firman\n".encode("cp1252")
    path = (await uploaded(ada, table)).headers["location"]
    typed = {"then": "encoding", "encoding": "windows-1251"}
    refused = await ada.http.post(path, data={**await fields_at(ada, path), **typed})
    assert refused.status_code == 422
    assert "none of the forms that can be read" in refused.text
    assert "How do these lines read right?" in refused.text


async def test_an_import_is_paused_and_goes_on(host, signed_in) -> None:
    ada = await signed_in()
    sent = await uploaded(ada, ADA.encode())
    path = sent.headers["location"]
    page = await page_of(ada, sent)
    paused = await press(ada, page, path, then="pause")
    page = await page_of(ada, paused)
    assert "Paused" in page
    await host.drain_queue("work")
    assert "Paused" in (await ada.http.get(path)).text
    await press(ada, page, path, then="resume")
    await host.drain_queue("work")
    assert "One row is read" in (await ada.http.get(path)).text


async def test_unknown_letters_are_chosen_by_how_names_look(host, signed_in) -> None:
    ada = await signed_in()
    sent = await uploaded(ada, ADA.replace("Ada Lovelace", "Åsa Öberg").encode("cp1252"))
    page = await page_of(ada, sent)
    assert "FN:Åsa Öberg" in page
    await press(ada, page, sent.headers["location"], then="encoding", encoding="windows-1252")
    await host.drain_queue("work")
    assert "Åsa Öberg" in (await ada.http.get(sent.headers["location"])).text


async def test_an_import_that_is_given_up_leaves_nothing(host, signed_in) -> None:
    ada = await signed_in()
    sent = await uploaded(ada, ADA.encode())
    await host.drain_queue("work")
    page = (await ada.http.get(sent.headers["location"])).text
    await press(ada, page, sent.headers["location"], then="forget")
    assert "You gave this import up" in (await ada.http.get(sent.headers["location"])).text
    assert await names(ada) == []


async def test_contacts_are_exported_and_fetched(host, signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Ada Lovelace")
    answer = await send(ada, "/my/export", {**await fields_at(ada, "/my/export"), "form": "json"})
    assert answer.status_code == 303, answer.text
    assert "Your file is being made" in (await ada.http.get("/my/export")).text
    await host.drain_queue("work")
    page = (await ada.http.get("/my/export")).text
    [href] = re.findall(r'href="(/my/export/job_[^"]+)" download', page)
    file = await ada.http.get(href)
    assert file.status_code == 200
    assert '"name":"Ada Lovelace"' in file.text
    assert "attachment" in file.headers["content-disposition"]
    stranger = await signed_in()
    assert (await stranger.http.get(href)).status_code == 404

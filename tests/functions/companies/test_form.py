"""The exchange form of a company page: the mail with the link, what is held, and corrections."""

from domain.base.limits import Rate
from tests.forms import send
from tests.functions.companies.companies import a_company
from tests.functions.exchange.strangers import DETAILS, leave, open_form, send_form
from tests.functions.exchange.test_mails import an_address, mailbox

__all__ = ["mailbox"]


async def test_the_receipt_comes_by_mail_and_details_are_corrected_at_its_link(
    host, signed_in, client, mailbox
) -> None:
    company, address = await a_company(signed_in), an_address()
    await company.asks(on=True)
    link = await leave(client(), company.card, email=address)
    await host.drain_queue("mail")
    [mail] = await mailbox.holds(1, address)
    assert f"https://izwop.test{link}\n" in mail["text"]
    async with client() as stranger:
        corrected = await stranger.post(link, data=DETAILS | {"name": "Admiral", "email": address})
        assert corrected.status_code == 303, corrected.text
    [listed] = await company.listed()
    assert (listed["details"]["name"], bool(listed["correctedAt"])) == ("Admiral", True)
    found = await company.owner.api("POST", f"{company.at}/connection-searches", json={"text": "adm"})
    assert [each["id"] for each in found.json()["data"]] == [listed["id"]]


async def test_what_is_held_reaches_the_company_when_it_is_confirmed(
    host, signed_in, client, mailbox, monkeypatch
) -> None:
    company, address, stranger = await a_company(signed_in), an_address(), client()
    await company.asks(on=True)
    monkeypatch.setattr("domain.exchange.giving.EXCHANGES", Rate("exchanges", most=0, seconds=3600))
    fields = await open_form(stranger, company.card) | DETAILS | {"email": address}
    answer = await send_form(stranger, company.card, fields)
    assert "look into your mail" in answer.text
    assert await company.listed() == []
    at = f"/org/{company.org['id']}"
    assert "Nobody has connected yet" in (await company.owner.http.get(f"{at}/connections")).text
    await host.drain_queue("mail")
    [mail] = await mailbox.holds(1, address)
    link = next(line for line in mail["text"].splitlines() if "/exchange/" in line)
    for _ in range(2):
        assert (await stranger.post(f"{link}/confirmation")).status_code == 303
    assert [each["details"]["email"] for each in await company.listed()] == [address]


async def test_what_is_left_on_a_company_page_is_nobodys_own(signed_in, client) -> None:
    company = await a_company(signed_in)
    await company.asks(on=True)
    await leave(client(), company.card, name="Eve")
    [listed] = await company.listed()
    for path in (f"exchanges/{listed['id']}", f"exchanges/{listed['id']}/contact"):
        answer = await company.owner.api(
            "PUT" if path.endswith("contact") else "GET", path, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 404
    kept = await send(
        company.owner,
        f"/my/requests/exchanges/{listed['id']}/contact",
        {"csrf": company.owner.csrf, "version": "1"},
    )
    assert kept.status_code == 404

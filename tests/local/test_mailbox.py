"""The local mailbox, sent to by a real SMTP client."""

from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from local import mailbox


@pytest.fixture
async def box(tmp_path):
    running = await mailbox.start(logs=tmp_path / "logs")
    yield running
    await running.child.stop()


def a_mail(message_id="<one@izwop.example>", to="ada@example.com"):
    mail = EmailMessage()
    mail["From"] = mailbox.MAIL_FROM
    mail["To"] = to
    mail["Subject"] = "Willkommen, Zoë 👋"
    if message_id:
        mail["Message-ID"] = message_id
    mail.set_content("Grüße & <b>bold</b>\n")
    mail.add_alternative("<p>Grüße</p>", subtype="html")
    return mail


async def send(box, mail, recipients=None):
    port = int(box.smtp_url.rpartition(":")[2])
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
        await client.send_message(mail, recipients=recipients)


async def messages(box):
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{box.page_url}/messages.json")).json()


async def test_a_multipart_mail_arrives_with_its_words_intact(box):
    await send(box, a_mail())
    [mail] = await messages(box)
    assert mail["subject"] == "Willkommen, Zoë 👋"
    assert mail["to"] == ["ada@example.com"]
    assert mail["from"] == mailbox.MAIL_FROM
    assert mail["text"] == "Grüße & <b>bold</b>\n"
    assert mail["html"].strip() == "<p>Grüße</p>"
    assert ["Message-ID", "<one@izwop.example>"] in mail["headers"]


async def test_a_repeated_mail_is_accepted_and_shown_once(box):
    await send(box, a_mail())
    await send(box, a_mail())
    assert len(await messages(box)) == 1


async def test_other_recipients_and_mails_without_id_are_not_repeats(box):
    await send(box, a_mail())
    await send(box, a_mail(), recipients=["bob@example.com"])
    await send(box, a_mail(message_id=None))
    await send(box, a_mail(message_id=None))
    assert len(await messages(box)) == 4


async def test_the_page_shows_the_newest_first_and_escapes_every_word(box):
    await send(box, a_mail("<one@izwop.example>", to="first@example.com"))
    await send(box, a_mail("<two@izwop.example>", to="second@example.com"))
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(box.page_url)
    assert answer.text.index("second@example.com") < answer.text.index("first@example.com")
    assert "Grüße &amp; &lt;b&gt;bold&lt;/b&gt;" in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_mailbox_can_be_emptied(box):
    await send(box, a_mail())
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.delete(f"{box.page_url}/messages")).status_code == 204
    assert await messages(box) == []


async def test_mails_survive_a_restart(tmp_path: Path):
    for expected in (0, 1):
        running = await mailbox.start(logs=tmp_path / "logs", data=tmp_path)
        try:
            assert len(await messages(running)) == expected
            await send(running, a_mail())
        finally:
            await running.child.stop()

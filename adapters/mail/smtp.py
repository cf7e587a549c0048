"""Mail over SMTP. The scheme of the server's address selects plain `smtp://` (loopback only) or TLS."""

from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from domain.notifications.mail import Mail, MailServerBusy

_SECONDS = 20
# RFC 5322, section 2.1.1.
_MOST_IN_LINE = 998
_NOT_NOW = 4


class MailNotSent(Exception):
    """The server did not accept the mail; the message is the kind of failure and nothing else."""


class SmtpMailer:
    def __init__(self, url: str, sender: str) -> None:
        self._server, self._sender = urlsplit(url), sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2]

    async def send(self, mail: Mail) -> None:
        import aiosmtplib  # noqa: PLC0415

        # Folded, an address in a header is no address any more.
        message = EmailMessage(policy=default.clone(max_line_length=_MOST_IN_LINE))
        message["From"], message["To"], message["Subject"] = self._sender, mail.to, mail.subject
        message["Message-ID"] = f"<{mail.id}@{self._domain}>"
        message["Date"] = format_datetime(mail.at)
        message["Auto-Submitted"] = "auto-generated"
        if mail.unsubscribe:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.hostname,
                port=server.port,
                username=unquote(server.username) if server.username else None,
                password=unquote(server.password) if server.password else None,
                use_tls=server.scheme == "smtps",
                start_tls=server.scheme == "smtp+starttls",
                timeout=_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
            if _is_busy(exc):
                raise MailServerBusy(type(exc).__name__) from None
            # The server's reply is left out: it repeats the recipient's address, and exceptions are logged.
            raise MailNotSent(type(exc).__name__) from None


def _is_busy(refusal: Exception) -> bool:
    """Whether the server said "not now" (RFC 5321, 4.2.1). It may say so for each recipient."""
    import aiosmtplib  # noqa: PLC0415

    if isinstance(refusal, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code // 100 == _NOT_NOW for each in refusal.recipients)
    return isinstance(refusal, aiosmtplib.SMTPResponseException) and refusal.code // 100 == _NOT_NOW

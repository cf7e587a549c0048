"""The mailbox's page: plain HTML, every word of a mail escaped."""

from html import escape

from local.mailbox.mails import Mail

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

_STYLE = """
  :root { color-scheme: light dark; }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
  article { border: 1px solid #8884; border-radius: 10px; padding: 1rem 1.25rem; margin: 1rem 0; }
  h2 { margin: 0; font-size: 1.1rem; } .meta { margin: 0 0 .75rem; opacity: .75; font-size: .875rem; }
  pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
"""


def render(mails: list[Mail]) -> str:
    """The page for these mails, in the order given."""
    shown = "\n".join(_article(mail) for mail in mails) or "<p>No mail yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Mailbox ({len(mails)})</title><style>{_STYLE}</style></head>"
        f"<body><h1>Mailbox</h1><p>Every mail the local cloud sends ends here.</p>{shown}</body></html>"
    )


def _article(mail: Mail) -> str:
    body = mail["text"] if mail["text"] is not None else mail["html"] or ""
    attached = f" · attached: {escape(', '.join(mail['attachments']))}" if mail["attachments"] else ""
    return (
        f"<article><h2>{escape(mail['subject'] or '(no subject)')}</h2>"
        f'<p class="meta">to {escape(", ".join(mail["to"]))} · from {escape(mail["from"])} · '
        f"{escape(mail['date'] or mail['received'])}{attached}</p><pre>{escape(body)}</pre></article>"
    )

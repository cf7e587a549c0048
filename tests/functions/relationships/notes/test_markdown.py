"""CommonMark of notes: what people write is shown, and nothing of it becomes anything else."""

import re
import time

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.relationships.notes.markdown import html_of

REL = 'rel="noopener noreferrer nofollow"'
ATTACKS = [
    "*" * 10_000, "[" * 10_000, "![" * 5000, "`" * 10_000, ">" * 10_000, "- " * 5000, "a](" * 3333,
    "[a](" * 2500, "<" * 10_000, "&" * 10_000, "**a " * 2500, "_a*" * 3333, "1. " * 3333, "\\" * 10_000,
    "[x]: y\n" * 1428, "> - " * 2500, "<a href=" * 1250, "https://a " * 1000,
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Likes **tea**, not *coffee*", "<p>Likes <strong>tea</strong>, not <em>coffee</em></p>\n"),
        ("# Met\n\n- at *work*", "<h3>Met</h3>\n<ul>\n<li>at <em>work</em></li>\n</ul>\n"),
        ("###### small", "<h6>small</h6>\n"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>\n'),
        (
            "[site](https://example.com/a?b=1&c)",
            f'<p><a href="https://example.com/a?b=1&amp;c" {REL}>site</a></p>\n',
        ),
        ("<mailto:a@example.com>", f'<p><a href="mailto:a@example.com" {REL}>mailto:a@example.com</a></p>\n'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("[a][b]\n\n[b]: https://example.com", "<p>[a][b]</p>\n<p>[b]: https://example.com</p>\n"),
        ("https://example.com stays", "<p>https://example.com stays</p>\n"),
    ],
)  # fmt: skip
def test_commonmark_is_shown_and_html_is_text(text, html) -> None:
    assert str(html_of(text)) == html


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "//evil.example/x", "/my/account", "jav%09ascript:alert(1)", "JaVaScRiPt:x",
        "data:text/html,x", "vbscript:x", "file:///etc/passwd", "#top", "\\\\evil.example", "http:/\\evil",
    ],
)  # fmt: skip
def test_a_link_leads_to_the_web_to_a_mail_or_to_a_phone_and_nowhere_else(target) -> None:
    for link in re.findall('href="([^"]*)"', html_of(f"[x]({target}) [x](<{target}>) <{target}>")):
        assert re.match("(https?|mailto|tel):", link), link


def test_a_picture_is_never_fetched() -> None:
    assert "<img" not in html_of("![x](https://example.com/spy.png) ![x][y]\n\n[y]: https://example.com/spy")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: text[:8])
def test_a_note_of_the_largest_size_is_drawn_in_time(attack) -> None:
    began = time.process_time()
    html_of(attack)
    assert time.process_time() - began < 2


@given(st.text(alphabet="ab<>[]()*_`#-!&\"'\\/:\n\t 1.~=j", max_size=200))
def test_whatever_is_written_is_clean(text) -> None:
    drawn = str(html_of(text))
    clean = nh3.clean(drawn, tags=set(re.findall("<([a-z0-9]+)", drawn)), link_rel=None,
                      attributes={"a": {"href", "rel"}, "ol": {"start"}})  # fmt: skip
    assert clean == drawn
    assert not re.search(r"<(script|img|iframe|style|form|input)|\son[a-z]+=[^<]*>", drawn)

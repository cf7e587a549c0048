"""A field is declared once: adding one changes three files, as docs/contributing.md describes."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECTION = "## Add a card field"
LINK = {
    'tagline: Annotated[ShortLine | None, Described("Tagline")]':
    'shop: Annotated[WebUrl | None, Described("Shop link", "link", short="Shop")]',
    '{{ field("tagline") }}': '{{ field("shop") }}',
    "card.tagline": "card.shop",
    '<p class="title"{{ own }}><bdi>{{ card.shop }}</bdi></p>':
        '<a href="{{ card.shop|href(links) }}">Shop</a>',
}  # fmt: skip


def changes() -> dict[str, tuple[str, str]]:
    """The changes of the document by file: the line that is there and the line to add below it."""
    section = (ROOT / "docs/contributing.md").read_text().partition(SECTION)[2].partition("\n## ")[0]
    blocks = re.findall(r"In `([^`]+)`[^\n]*:\n\n```diff\n (.*)\n\+(.*)\n```", section)
    return {path: (there, added) for path, there, added in blocks}


def plant(tree: Path, replaced: dict[str, str], left_out: str = "") -> None:
    for package in ("domain", "functions", "web"):
        shutil.copytree(
            ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__", "compiled")
        )
    for path, (there, added) in changes().items():
        text = (tree / path).read_text()
        assert text.count(f"{there}\n") == 1, (path, there)
        for old, new in replaced.items():
            added = added.replace(old, new)  # noqa: PLW2901 - each on top of the one before
        if path != left_out:
            (tree / path).write_text(text.replace(f"{there}\n", f"{there}\n{added}\n"))


def facts(tree: Path, name: str, value: str) -> dict:
    program = ROOT / "tests/functions/cards/planted_field.py"
    done = subprocess.run(
        [sys.executable, "-P", program, name, value],
        cwd=tree,
        env={"PYTHONPATH": f"{tree}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_text_takes_three_files(tmp_path: Path) -> None:
    assert len(changes()) == 3
    plant(tmp_path, {})
    found = facts(tmp_path, "tagline", "Poetical science")
    assert found["offered"] == ["", "private"]
    assert found["proposed"] == "public"
    assert found["kept"] == "Poetical science"
    assert found["audiences"] == ["private", "connections"]
    assert found["shown"] == [None, "Poetical science"]
    assert found["fault"] == "Tagline takes at most 120 characters"
    assert found["lost"]["Tagline"] == "Poetical science"
    assert found["newer"]["Tagline"] == "Poetical science"
    assert "Tagline: My connections" in found["newer"]["Who sees it"]
    assert found["described"] == [True, True]
    assert "<bdi>Poetical science</bdi>" in found["page"]
    formats = found["formats"]
    assert json.loads(formats.pop("json"))["tagline"] == "Poetical science"
    assert len(formats) == 5
    for form, file in formats.items():
        assert "Tagline: Poetical science" in file.replace("\r\n ", ""), form


def test_a_link_is_labelled_and_its_clicks_are_counted(tmp_path: Path) -> None:
    plant(tmp_path, LINK)
    found = facts(tmp_path, "shop", "shop.example/a")
    assert found["kept"] == "https://shop.example/a"
    assert found["fault"] == "Shop link takes at most 2000 characters"
    assert found["kept"] in found["clicks"]
    assert re.search('href="/c/ada/go/[0-9a-f]{12}">Shop</a>', found["page"])
    formats = found["formats"]
    assert json.loads(formats["json"])["shop"] == found["kept"]
    for form in ("vcf", "v4.vcf"):
        group = re.search(r"(item\d+)\.URL:https://shop\.example/a\r\n", formats[form])
        assert f"{group[1]}.X-ABLabel:Shop\r\n" in formats[form]
    assert {"uri": found["kept"], "label": "Shop"} in json.loads(formats["jscontact"])["links"].values()
    lines = json.loads(formats["jcard"])[1]
    group = next(line[1]["group"] for line in lines if line[2:] == ["uri", found["kept"]])
    assert ["x-ablabel", {"group": group}, "text", "Shop"] in lines


def test_a_change_that_is_left_out_is_seen(tmp_path: Path) -> None:
    for left_out in changes():
        plant(tmp_path / left_out, {}, left_out)
    with pytest.raises(AssertionError, match="no attribute 'tagline'"):
        facts(tmp_path / "domain/cards/content.py", "tagline", "Poetical science")
    assert "Poetical" not in facts(tmp_path / "web/templates/cards/card.html", "tagline", "Poetical")["page"]
    assert facts(tmp_path / "web/templates/cards/edit.html", "tagline", "Poetical")["offered"] == [None, None]


def test_a_field_without_a_description_stops_the_app_since_nothing_would_hide_it(tmp_path: Path) -> None:
    plant(tmp_path, {'Annotated[ShortLine | None, Described("Tagline")]': "ShortLine | None"})
    with pytest.raises(AssertionError, match="without an audience: tagline"):
        facts(tmp_path, "tagline", "Poetical science")

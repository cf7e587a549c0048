"""`make texts`: the catalogues of translations, brought up to date with the source, and compiled.

Messages are found in Python and in templates. A catalogue keeps its translations; what the source no longer
says leaves it, and what is new waits in it for a translation, which `faults` asks for.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDER, NAME = Path("web/locale"), "izwop"
# Beside calls of gettext, what the domain tells people: details of faults, labels of fields.
KEYWORDS = {**DEFAULT_KEYWORDS, "Fault": (3,), "PydanticCustomError": (2,), "Described": (1,)}
SOURCES = {
    "functions": "**.py",
    "domain": "**.py",
    "adapters/vendors": "**.py",
    "web/templates": "**.html",
    "web/parts": "**.html",
}
METHODS = {"**.py": "python", "**.html": "jinja2"}
# As the templates' environment has them, so that both see the same messages.
_JINJA = {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# Headers that say nothing, or change with each run, which would make conflicts of every two changes.
_LEFT_OUT = (
    "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator",
    "Language-Team", "Generated-By",
)  # fmt: skip
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_WIDTH = 110


def main() -> int:
    for path in catalogues(ROOT):
        path.write_text(updated(ROOT, path), "utf-8")
    compile_all(ROOT, ROOT)
    found = [fault for path in catalogues(ROOT) for fault in faults(ROOT, path)]
    print("\n".join(found) or "Every message is translated.")
    return 1 if found else 0


def catalogues(root: Path) -> list[Path]:
    return sorted((root / FOLDER).glob(f"*/LC_MESSAGES/{NAME}.po"))


def messages_in(root: Path) -> tuple[Catalog, list[str]]:
    """Every message of the source, with the files that say it, and the places where one cannot be read."""
    warned = StringIO()
    with redirect_stderr(warned):
        found = _extracted(root)
    return found, [line.removeprefix(f"{root}/") for line in warned.getvalue().splitlines()]


def _extracted(root: Path) -> Catalog:
    found = Catalog(charset="utf-8", fuzzy=False)
    for place, pattern in SOURCES.items():
        said: Iterable[Any] = extract_from_dir(
            str(root / place),
            method_map=[(pattern, METHODS[pattern])],
            options_map={"**.html": _JINJA},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, _, message, comments, context in said:
            where = [(f"{place}/{name}", 0)]
            found.add(message, None, where, auto_comments=comments, context=context)
    return found


def updated(root: Path, path: Path) -> str:
    """Text of a catalogue as it should be: the messages of the source, sorted, with its translations."""
    catalogue = _read(path)
    catalogue.update(messages_in(root)[0], no_fuzzy_matching=True)
    written = BytesIO()
    write_po(
        written, catalogue, width=_WIDTH, sort_output=True, ignore_obsolete=True, include_lineno=False,
        omit_header=False,
    )  # fmt: skip
    lines = written.getvalue().decode().splitlines(keepends=True)
    left_out = tuple(f'"{name}:' for name in _LEFT_OUT)
    return "".join(line for line in lines if not line.startswith(left_out)).lstrip()


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3], domain=NAME)
    # The same source gives the same bytes.
    catalogue.creation_date = catalogue.revision_date = _EPOCH
    return catalogue


def faults(root: Path, path: Path) -> Iterator[str]:
    """What is wrong with a catalogue, one sentence each."""
    language = path.parts[-3]
    if path.read_text("utf-8") != updated(root, path):
        yield f"{language}: the catalogue is not up to date with the source; run make texts."
    yield from messages_in(root)[1]
    for message in _read(path):
        if message.id and (fault := _fault(message)):
            yield f"{language}: {fault}: {message.id!r}"


def _fault(message: Message) -> str | None:
    said, translated = _forms(message.id), _forms(message.string)
    if not all(translated):
        return "not translated"
    if message.fuzzy:
        return "fuzzy"
    wanted = [set(_PLACEHOLDER.findall(text)) for text in said]
    if any(set(_PLACEHOLDER.findall(text)) not in wanted for text in translated):
        return "other placeholders"
    return None


def _forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """A message, or each of its plural forms."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def compile_all(root: Path, target: Path) -> None:
    """Compile the catalogues below `root` to the same places below `target`, those that are not new."""
    for path in catalogues(root):
        compiled = target / path.relative_to(root).with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        compiled.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place, because several programs may do this at once.
        partial = compiled.with_suffix(f".{os.getpid()}")
        with partial.open("wb") as file:
            write_mo(file, _read(path))
        partial.rename(compiled)


if __name__ == "__main__":
    sys.exit(main())

"""The deployed package: reproducible, without foreign files, and able to run on its own."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from functions.framework.pages import render
from functions.framework.texts import speaking
from release import package, sbom

ROOT = Path(__file__).parents[2]
LAZY = (
    "PIL.Image, aiohttp, aiosmtplib, azure.cosmos.aio, azure.identity.aio, azure.storage.blob.aio, "
    "azure.storage.queue.aio, azure_functions_runtime, email_validator, jinja2, jwt, msal, phonenumbers, "
    "segno"
)
# Finds every module of the app and every library that it loads later, with nothing else on the path.
BARE = f"""
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/{package.SITE_PACKAGES}"]
import function_app
import {LAZY}
from functions.framework import doors
assert all(doors.resolve(door.handler) for door in doors.REGISTERED.values())
print(len(function_app.app.get_functions()), function_app.__cached__)
"""
PAGE = f"""
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/{package.SITE_PACKAGES}"]
from functions.framework.pages import render
from functions.framework.texts import speaking
with speaking(sys.argv[2]):
    sys.stdout.buffer.write(render("site/missing.html"))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the package is made on Linux")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> list[Path]:
    """Two packages, made at once in two processes with different seeds."""
    package._wheels(ROOT)
    folders = [tmp_path_factory.mktemp("dist") for _ in range(2)]
    program = (
        "import sys, pathlib; from release import package as p; p.build(p.ROOT, pathlib.Path(sys.argv[1]))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, folder],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        )
        for folder, seed in zip(folders, ("1", "2"), strict=True)
    ]
    assert [process.wait() for process in running] == [0, 0]
    return folders


@pytest.fixture(scope="module")
def names(built) -> list[str]:
    return zipfile.ZipFile(built[0] / package.PACKAGE).namelist()


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wwwroot")
    zipfile.ZipFile(built[0] / package.PACKAGE).extractall(folder)
    return folder


def test_built_twice_it_is_the_same_to_the_byte(built) -> None:
    for name in (package.PACKAGE, package.SBOM):
        first, second = ((folder / name).read_bytes() for folder in built)
        assert first == second, name


def strange(names: list[str]) -> list[str]:
    """Files that a package must not contain: our own outside the app, and binaries for other platforms."""
    own = [name for name in names if not name.startswith(".python_packages/")]
    app = ("adapters/", "domain/", "functions/", "settings/", "web/", "wiring/", "__pycache__/")
    single = ("function_app.py", "host.json", "requirements.txt", "version.txt")
    foreign = [name for name in own if not name.startswith(app) and name not in single]
    tests = [name for name in names if "tests" in name.split("/")]
    binaries = [name for name in names if name.endswith((".exe", ".dll", ".dylib", ".pyd"))]
    machines = [
        name
        for name in names
        if name.endswith(".so") and "x86_64-linux-gnu" not in name and "abi3" not in name
    ]
    return sorted({*foreign, *tests, *binaries, *machines})


def test_nothing_is_in_it_but_the_app_and_its_libraries(names) -> None:
    assert strange(names) == []
    assert {"function_app.py", "host.json", "web/templates/cards/card.html"} <= set(names)
    assert "web/locale/sv/LC_MESSAGES/izwop.mo" in names
    assert not [name for name in names if name.endswith(".po")]


@pytest.mark.parametrize(
    "planted",
    [
        "local/cloud.py", "tests/conftest.py", "infra/main.bicep", "local.settings.json",
        "release/package.py",
        ".git/config", ".env", ".python_packages/lib/site-packages/attr/tests/test_a.py",
        ".python_packages/lib/site-packages/x/_x.cpython-313-darwin.so",
    ],
)  # fmt: skip
def test_what_does_not_belong_would_be_seen(planted) -> None:
    assert strange(["function_app.py", planted]) == [planted]


@pytest.mark.parametrize(
    ("name", "stays"),
    [("function_app.py", True), ("local/cloud.py", False), ("bench/lines.py", False), ("domain/a.py", True),
     (".env", False), ("functions/.env", False), (".azure/dev/.env", False),
     (".gitignore", False), ("local.settings.json.example", False), ("web/templates/docs/a.html", False)],
)  # fmt: skip
def test_funcignore_is_honoured(name, stays) -> None:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    assert (
        package.left_behind(name, [line for line in lines if line and not line.startswith("#")]) is not stays
    )


def test_a_door_that_leads_nowhere_makes_no_package(tmp_path) -> None:
    for name in package.own_files(ROOT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    package.check_doors(tmp_path)
    table = tmp_path / "functions/cards/doors.py"
    table.write_text(
        table.read_text().replace("functions.cards.public:show_card", "functions.cards.public:gone")
    )
    with pytest.raises(package.CannotPackage, match="Some door leads nowhere"):
        package.check_doors(tmp_path)


@pytest.mark.parametrize("name", [".env", ".azure/dev/.env", "local.settings.json", ".local/a", "dist/a.zip"])
def test_git_does_not_take_what_holds_secrets(name) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout that tracks an app of one file."""
    for name in ("function_app.py", "settings.py", ".funcignore"):
        (tmp_path / name).write_text("")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_what_git_does_not_track_is_no_app(checkout) -> None:
    assert package.own_files(checkout) == [".funcignore", "function_app.py", "settings.py"]
    (checkout / "unpacked").mkdir()
    (checkout / "unpacked/.funcignore").write_text("")
    (checkout / "unpacked/function_app.py").write_text("")
    with pytest.raises(package.CannotPackage, match="git tracks no app here"):
        package.own_files(checkout / "unpacked")


@pytest.mark.parametrize("instead", [None, "/etc/hostname"])
def test_a_tracked_file_that_is_gone_or_leads_elsewhere_is_told(checkout, tmp_path, instead) -> None:
    (checkout / "settings.py").unlink()
    if instead:
        (checkout / "settings.py").symlink_to(instead)
    with pytest.raises(package.CannotPackage, match=r"settings\.py is tracked by git and no file"):
        package._copy(checkout / "settings.py", tmp_path / "copy")


def test_it_runs_on_a_bare_python(unpacked, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-B", "-c", BARE, str(unpacked)],
        cwd=tmp_path, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    functions, cached = done.stdout.split()
    assert int(functions) > 20
    assert Path(cached).exists()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_its_pages_need_no_template_compiled_and_speak_every_language(unpacked, tmp_path, language) -> None:
    def shown() -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-S", "-I", "-B", "-c", PAGE, str(unpacked), language]
        return subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, check=False)

    web, folders = unpacked / "web", ("templates", "parts")
    written = [page for folder in folders for page in (web / folder).rglob("*.html")]
    assert len(list((web / "compiled").glob("*.py"))) == len(written)
    for folder in folders:
        (web / folder).rename(tmp_path / folder)
    try:
        page = shown()
    finally:
        for folder in folders:
            (tmp_path / folder).rename(web / folder)
    with speaking(language):
        assert page.stdout == render("site/missing.html"), page.stderr
    assert f'<html lang="{language}">'.encode() in page.stdout


def test_a_missing_library_would_be_seen(unpacked, tmp_path) -> None:
    away = (unpacked / package.SITE_PACKAGES / "segno").rename(tmp_path / "segno")
    try:
        done = subprocess.run(
            [sys.executable, "-S", "-I", "-B", "-c", BARE, str(unpacked)],
            cwd=tmp_path, env={}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        away.rename(unpacked / package.SITE_PACKAGES / "segno")
    assert "No module named 'segno'" in done.stderr


def test_all_byte_code_is_there_and_needs_no_look_at_its_source(unpacked) -> None:
    sources = list(unpacked.rglob("*.py"))
    assert len(sources) > 1000
    for source in sources:
        code = Path(importlib.util.cache_from_source(source)).read_bytes()
        assert code[:4] == importlib.util.MAGIC_NUMBER, source
        assert int.from_bytes(code[4:8], "little") == 0b01, source  # a hash, and nobody checks it (PEP 552)
        assert str(unpacked).encode() not in code, source


def test_no_path_of_the_machine_that_built_it_is_in_it(unpacked) -> None:
    ours = str(ROOT).encode()
    for path in unpacked.rglob("*"):
        assert path.is_dir() or ours not in path.read_bytes(), path


def test_every_library_is_in_the_bill_with_the_hash_that_was_asked_for(built, unpacked) -> None:
    bill = json.loads((built[0] / package.SBOM).read_text())
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    installed = {path.name for path in (unpacked / package.SITE_PACKAGES).glob("*.dist-info")}
    assert len(bill["components"]) == len(installed) > 30
    requirements = (ROOT / "requirements.txt").read_text()
    for component in bill["components"]:
        assert f"{component['purl'].removeprefix('pkg:pypi/').replace('@', '==')} " in requirements
        assert f"sha256:{component['hashes'][0]['content']}" in requirements
        assert component["licenses"], component["name"]
    references = {bill["metadata"]["component"]["bom-ref"], *(part["bom-ref"] for part in bill["components"])}
    named = {ref for each in bill["dependencies"] for ref in (each["ref"], *each["dependsOn"])}
    assert named == references
    assert len(references) == len(bill["components"]) + 1


def test_a_marker_for_another_machine_is_no_dependency() -> None:
    from email.parser import HeaderParser  # noqa: PLC0415

    lines = [
        "Requires-Dist: b",
        'Requires-Dist: c; sys_platform == "win32"',
        'Requires-Dist: d; extra == "x"',
    ]
    metadata = HeaderParser().parsestr("\n".join(lines))
    purls = {name: f"pkg:pypi/{name}@1" for name in "bcd"}
    assert sbom._needs(metadata, purls) == ["pkg:pypi/b@1"]


def test_the_changelog_begins_with_the_version_that_is_packaged() -> None:
    heading = next(
        line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")
    )
    assert package.version(ROOT).startswith(heading.split()[1] + "+")

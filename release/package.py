"""`make package`: the zip that Azure runs, and its bill of materials.

Azure's own build has used another Python than it runs, so everything is built here: wheels for Linux on
x86-64 and Python 3.13, byte code that needs no check of time stamps (the package is mounted read-only, and
stale byte code would be compiled anew on every cold start). The same commit, built with the same Python,
gives the same bytes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

from release import catalogues, sbom

ROOT = Path(__file__).parents[1]
SITE_PACKAGES = ".python_packages/lib/site-packages"
# One Deploy takes a package under this name only.
PACKAGE, SBOM = "released-package.zip", "released-package.cdx.json"
# Mount point of the package in Azure, for tracebacks independent of the build machine.
_MOUNTED_AT = "/home/site/wwwroot"
# Azure's image for Python 3.13 is Debian 12 (glibc 2.36), which runs wheels for older versions.
_PLATFORMS = ("manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in range(17, 35)))
# Programs carry the path of this machine's Python, RECORD the hashes of those programs; the rest is for
# type checkers, compilers and the libraries' own tests.
_LEFT_OUT = ("bin", "tests", "RECORD", "*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "__pycache__")
_EPOCH = (1980, 1, 1, 0, 0, 0)


class CannotPackage(Exception):
    """Reason why no package was made, in one sentence."""


def main() -> int:
    try:
        package = build(ROOT, ROOT / "dist")
    except (CannotPackage, subprocess.CalledProcessError) as exc:
        print(exc, file=sys.stderr)
        return 1
    with zipfile.ZipFile(package) as content:
        unpacked, files = sum(entry.file_size for entry in content.infolist()), len(content.infolist())
        packaged = content.read("version.txt").decode().strip()
    size = package.stat().st_size
    print(f"{package.relative_to(ROOT)}  {size / 2**20:.1f} MiB, {unpacked / 2**20:.1f} MiB in {files} files")
    print(f"{(package.parent / SBOM).relative_to(ROOT)}")
    print(f"version {packaged}, sha256 {hashlib.sha256(package.read_bytes()).hexdigest()}")
    return 0


def build(root: Path, target: Path) -> Path:
    """Write the package and its SBOM into `target`; return the package's path.

    It holds the files that git tracks, as they are in the working tree, except those in `.funcignore`.
    """
    if sys.version_info[:2] != (3, 13) or sys.platform != "linux":
        raise CannotPackage("The package is made with Python 3.13 on Linux, where its byte code belongs.")
    # Read once: a commit may be made while this runs.
    wheels, release = _wheels(root), version(root)
    with tempfile.TemporaryDirectory(prefix="izwop-package-") as folder:
        content = Path(folder)
        for name in own_files(root):
            (content / name).parent.mkdir(parents=True, exist_ok=True)
            _copy(root / name, content / name)
        (content / "version.txt").write_text(f"{release}\n", "utf-8")
        _install(root, wheels, content / SITE_PACKAGES)
        catalogues.compile_all(root, content)
        compile_templates(content)
        check_doors(content)
        _compile(content)
        target.mkdir(parents=True, exist_ok=True)
        package = target / PACKAGE
        _zip(content, package)
        bill = sbom.write(content / SITE_PACKAGES, wheels, version=release, package=package)
    (target / SBOM).write_text(bill, "utf-8")
    return package


def version(root: Path) -> str:
    """Version in `pyproject.toml` with the commit: `0.1.0+5f3a2c1d9e8b`; with changes it ends in `.dirty`."""
    released = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    commit = _git(root, "rev-parse", "--short=12", "HEAD").strip()
    dirty = ".dirty" if _git(root, "status", "--porcelain", "--untracked-files=no").strip() else ""
    return f"{released}+{commit}{dirty}"


def own_files(root: Path) -> list[str]:
    lines = (root / ".funcignore").read_text("utf-8").splitlines()
    ignored = [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]
    tracked = _git(root, "ls-files", "-z").split("\0")
    own = sorted(name for name in tracked if name and not left_behind(name, ignored))
    if "function_app.py" not in own:
        raise CannotPackage("git tracks no app here: the package is made from a checkout of iZwop itself.")
    return own


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink() or not source.is_file():
        raise CannotPackage(
            f"{source.name} is tracked by git and no file: put it back, or commit that it is gone."
        )
    shutil.copyfile(source, target)


def left_behind(name: str, ignored: list[str]) -> bool:
    """Whether the file, or a folder it is in, matches a line of `.funcignore`."""
    parts = name.split("/")
    return any(fnmatch(part, pattern) for pattern in ignored for part in (name, *parts))


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise CannotPackage(
            "The package is made from a git checkout: its version names the commit."
        ) from None
    return done.stdout


def _wheels(root: Path) -> Path:
    """Wheels of `requirements.txt`, cached until it changes."""
    requirements = (root / "requirements.txt").read_bytes()
    folder = root / ".local" / "wheels" / hashlib.sha256(requirements).hexdigest()[:16]
    if not folder.exists():
        partial = Path(f"{folder}.{os.getpid()}")
        _pip("download", *_for_azure(), "--dest", partial, "--requirement", root / "requirements.txt")
        partial.rename(folder)
    return folder


def _install(root: Path, wheels: Path, target: Path) -> None:
    _pip(
        "install", *_for_azure(), "--no-index", "--find-links", wheels, "--no-compile", "--target", target,
        "--requirement", root / "requirements.txt",
    )  # fmt: skip
    for path in sorted(target.rglob("*"), reverse=True):
        if any(fnmatch(path.name, pattern) for pattern in _LEFT_OUT):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _for_azure() -> list[str]:
    platforms = [option for name in _PLATFORMS for option in ("--platform", name)]
    python = ["--implementation", "cp", "--python-version", "3.13"]
    return ["--require-hashes", "--only-binary", ":all:", *python, *platforms]


def _pip(command: str, *options: str | Path) -> None:
    pip = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotPackage(f"pip {command} failed:\n{done.stderr.strip()[-2000:]}")


def compile_templates(content: Path) -> None:
    """Compile templates to modules, for `_compile`; otherwise each cold start would compile its pages."""
    program = (
        "import sys; from functions.framework.pages import environment;"
        " environment().compile_templates(sys.argv[1], extensions=['html'], zip=None)"
    )
    _run_in(content, "Some template does not compile", program, "web/compiled")


def check_doors(content: Path) -> None:
    """Refuse a package that lacks the handler of a function: its first visitor would get an error."""
    program = (
        "import function_app; from functions.framework.doors import REGISTERED, resolve;"
        " [resolve(door.handler) for door in REGISTERED.values()]"
    )
    _run_in(content, "Some door leads nowhere", program)


def _run_in(content: Path, fault: str, program: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        cwd=content, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise CannotPackage(f"{fault}:\n{done.stderr.strip()[-2000:]}")


def _compile(content: Path) -> None:
    """Compile in a separate process with a fixed hash seed: the order within sets is part of byte code."""
    command = [sys.executable, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    done = subprocess.run(
        [*command, "-s", str(content), "-p", _MOUNTED_AT, str(content)],
        env={"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", os.defpath)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise CannotPackage(f"Some Python does not compile:\n{done.stdout.strip()[-2000:]}")


def _zip(content: Path, package: Path) -> None:
    """Write the zip sorted, with one time and one mode, so that it depends on contents only."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        files = (path for path in content.rglob("*") if path.is_file())
        for name, path in sorted((path.relative_to(content).as_posix(), path) for path in files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())

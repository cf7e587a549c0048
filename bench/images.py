"""Cost of a photo of 12 megapixels: CPU time and peak memory."""

import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.lines import Line, Target

ROOT = Path(__file__).parent.parent
ROUNDS = 3
# A child process, so that the peak is this work's alone; the reference does the minimum.
CHILD = """
import io, json, re, resource, sys, time
from pathlib import Path
from PIL import Image, ImageCms, ImageOps
content = Path(sys.argv[2]).read_bytes()
from adapters.drawing.pictures import FORMS, rewrite
start = time.process_time()
if sys.argv[1] == "ours":
    rewrite(content, FORMS["photo"])
else:
    picture = Image.open(io.BytesIO(content))
    picture.thumbnail((512, 512))
    picture.save(io.BytesIO(), "WEBP", quality=80)
spent = time.process_time() - start
status = Path("/proc/self/status")
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024 if status.exists() else (
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** 2)
print(json.dumps([spent * 1e3, peak]))
"""


def lines() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="izwop-bench-") as folder:
        file = Path(folder) / "photo.jpg"
        file.write_bytes(_photo())
        rounds = [(_child("ours", file), _child("reference", file)) for _ in range(ROUNDS)]
    ours, reference = (min(times) for times in zip(*((a[0], b[0]) for a, b in rounds), strict=True))
    peaks = [statistics.median(peak) for peak in zip(*((a[1], b[1]) for a, b in rounds), strict=True)]
    return [
        Line(
            "photo of 12 megapixels to three files / Pillow to one",
            f"{ours:,.0f} ms CPU, {peaks[0]:,.0f} MiB peak",
            f"{reference:,.0f} ms CPU, {peaks[1]:,.0f} MiB peak",
            ours / reference,
            (Target("<=", 2.0), Target("<=", 128, of="peakMebibytes")),
            {"peakMebibytes": round(peaks[0])},
        )
    ]


def _child(what: str, file: Path) -> tuple[float, float]:
    command = [sys.executable, "-c", CHILD, what, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    milliseconds, mebibytes = json.loads(done.stdout)
    return milliseconds, mebibytes


def _photo() -> bytes:
    """A JPEG with about as much detail as a camera's: smooth shapes of many sizes under a little noise."""
    from PIL import Image

    chance = random.Random(7)  # noqa: S311 - the same picture every time
    picture = Image.new("L", (4032, 3024), 128)
    for detail in (4, 16, 64, 256, 1024):
        small = Image.frombytes("L", (detail, detail), chance.randbytes(detail * detail))
        picture = Image.blend(picture, small.resize(picture.size), 0.35)
    coloured = Image.merge("RGB", (picture, picture.transpose(Image.Transpose.ROTATE_180), picture))
    target = io.BytesIO()
    coloured.save(target, "JPEG", quality=88)
    return target.getvalue()

"""Volumes of a copy: real zips of whole parts, the same bytes each time, never whole in memory."""

import io
import subprocess
import zipfile
from datetime import UTC, datetime

import pytest

from domain.privacy.archive import VOLUME_BYTES, File, VolumeWriter, write_part
from domain.privacy.copy import Part, volumes_of

AT = datetime(2026, 11, 26, 12, 34, 56, tzinfo=UTC)
FILES = [
    File("cards/card-ada.json", b'{"name": "Ada"}' * 100),
    File("pictures/img_a.jpg", bytes(range(256)) * 200),
    File("visits/visits-ada.csv", b"day,what\n"),
]


def a_volume(*parts: bytes) -> tuple[bytes, int]:
    """The bytes of a volume, and the most that was in memory at once."""
    writer = VolumeWriter("izwop-copy", AT)
    pieces = [writer.add([File("index.html", b"<p>")]), *[writer.add_part(part) for part in parts]]
    pieces.append(writer.close())
    return b"".join(pieces), max(map(len, pieces))


def test_a_volume_holds_every_file_of_its_parts(tmp_path) -> None:
    volume, _ = a_volume(write_part(FILES[:1], AT), write_part(FILES[1:], AT))
    with zipfile.ZipFile(io.BytesIO(volume)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["izwop-copy/index.html", *[f"izwop-copy/{file.name}" for file in FILES]]
        for file in FILES:
            assert opened.read(f"izwop-copy/{file.name}") == file.content
            info = opened.getinfo(f"izwop-copy/{file.name}")
            assert info.date_time == (2026, 11, 26, 12, 34, 56)
            # A reader that streams cannot know how long a stored file with its size behind it is.
            assert not info.flag_bits & 0x08


def test_other_programs_can_unpack_it(tmp_path) -> None:
    volume, _ = a_volume(write_part(FILES, AT))
    (tmp_path / "copy.zip").write_bytes(volume)
    subprocess.run(["unzip", "-q", "copy.zip"], cwd=tmp_path, check=True)
    assert (tmp_path / "izwop-copy/pictures/img_a.jpg").read_bytes() == FILES[1].content


def test_the_same_parts_make_the_same_bytes() -> None:
    assert a_volume(write_part(FILES, AT)) == a_volume(write_part(FILES, AT))


def test_what_was_handed_on_is_not_kept() -> None:
    parts = [write_part([File(f"pictures/{number}.jpg", bytes(1_000_000))], AT) for number in range(20)]
    volume, most = a_volume(*parts)
    assert len(volume) > 20_000_000
    assert most < 1_100_000


@pytest.mark.parametrize(
    ("sizes", "volumes"),
    [
        ([1], [1]),
        ([VOLUME_BYTES, 1], [1, 1]),
        ([VOLUME_BYTES - 1, 1, 1], [2, 1]),
        ([VOLUME_BYTES * 2], [1]),
        ([1, VOLUME_BYTES * 2, 1], [1, 1, 1]),
    ],
    ids=str,
)
def test_parts_go_into_volumes_whole_and_in_their_order(sizes: list[int], volumes: list[int]) -> None:
    parts = [Part(name=str(number), size=size) for number, size in enumerate(sizes)]
    found = volumes_of(parts)
    assert [len(volume) for volume in found] == volumes
    assert [part for volume in found for part in volume] == parts

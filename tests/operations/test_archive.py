"""The file of a back-up: whichever byte changes is found, and the part it belongs to is named."""

from __future__ import annotations

import io
import json
import tarfile

import pytest
from django.utils import translation

from operations import archive

PARTS = {
    "database.dump": b"d" * 700,
    "reports/2026/11/one.pdf": b"%PDF",
    "reports/2026/11/two.xlsx": b"t" * 513,
}
"""Sizes below, above and beside the blocks of a tar."""


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def path(tmp_path):
    """A small archive of three parts."""
    path = tmp_path / "trial.tar"
    with path.open("wb") as file:
        writer = archive.Writer(file, {"engine": "trial"})
        for name, data in PARTS.items():
            part = tmp_path / "part"
            part.write_bytes(data)
            with part.open("rb") as source:
                writer.add(name, source)
        writer.close()
    return path


def faults(path) -> list[str]:
    """What is wrong with a file."""
    with pytest.raises(archive.Damaged) as told:
        archive.verify(path)
    return told.value.faults


def test_what_was_written_is_whole(path, tmp_path):
    """Manifest and parts come back."""
    manifest = archive.verify(path)
    assert manifest.about == {"engine": "trial"}
    assert {name: size for name, (size, _digest) in manifest.parts.items()} == {
        name: len(data) for name, data in PARTS.items()
    }
    archive.extract(path, manifest.parts, tmp_path / "out")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in PARTS} == PARTS


def test_any_tar_program_reads_it(path):
    """The seal stands after the end of the tar."""
    with tarfile.open(path) as tar:
        assert tar.getnames() == [*PARTS, "manifest.json"]


def test_a_flipped_bit_is_found_wherever_it_is(path):
    """Every byte that says something, headers, manifest and seal included, and many that fill up."""
    whole = path.read_bytes()
    missed = []
    # The end of a tar is thousands of zeros: of these every 61st will do.
    places = [place for place in range(len(whole)) if whole[place] or whole[place - 1] or not place % 61]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            archive.verify(path)
        except archive.Damaged:
            continue
        missed.append(place)
    assert missed == []


@pytest.mark.parametrize("name", list(PARTS))
def test_the_damaged_part_is_named(path, name):
    """And no other."""
    whole = path.read_bytes()
    place = whole.index(PARTS[name])
    path.write_bytes(whole[:place] + b"!" + whole[place + 1 :])
    assert faults(path) == [f"The part {name} is damaged."]


@pytest.mark.parametrize("keep", [0, 100, 512, 1200, 3000])
def test_a_file_that_broke_off(path, keep):
    """At whatever place, down to an empty one."""
    path.write_bytes(path.read_bytes()[:keep])
    assert faults(path)[-1] == "The manifest is missing or damaged."


def test_padding_and_what_follows(path):
    """Damage that belongs to no part."""
    whole = path.read_bytes()
    path.write_bytes(whole + b"!")
    assert faults(path) == ["The frame of the file is damaged, between or after its parts."]


def forge(path, parts: list[tuple[str, bytes]], listed: list[str]) -> None:
    """Write an archive whose manifest lists what it likes, sealed as it should be."""
    with path.open("wb") as file:
        writer = archive.Writer(file, {})
        for name, data in parts:
            writer._tar.addfile(archive._member(name, len(data)), io.BytesIO(data))
        for name in listed:
            writer.manifest.parts[name] = (1, "0" * 64)
        writer.close()


def test_parts_without_a_line_and_lines_without_a_part(path):
    """Both are named."""
    forge(path, [("more", b"x")], ["less"])
    assert faults(path) == ["The part less is missing.", "The part more is not in the manifest."]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "reports/../../up", "a\\b", ""])
def test_names_that_lead_outside_are_refused(name):
    """Whoever makes a back-up by hand does not write where they like."""
    assert not archive.is_inside(name)


def test_another_format_is_no_manifest():
    """A later version may say more than this one understands."""
    with pytest.raises(ValueError, match="no manifest of this format"):
        archive.Manifest.read(json.dumps({"format": 2, "parts": []}).encode())


def test_a_part_that_is_no_file_ends_the_reading(tmp_path):
    """A link or a folder in a back-up was not put there by us."""
    path = tmp_path / "odd.tar"
    with tarfile.open(path, "w") as tar:
        odd = tarfile.TarInfo("database.dump")
        odd.type = tarfile.SYMTYPE
        odd.linkname = "/etc/passwd"
        tar.addfile(odd)
    assert archive._read_parts(path) == ({}, None, ["The part database.dump is no file."])

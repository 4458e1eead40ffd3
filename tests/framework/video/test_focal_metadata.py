"""The focal length that a file tells, in files as programs and phones write them."""

import struct

import numpy as np
import pytest

from framework.focal import from_35mm_equivalent
from framework.video.focal_metadata import EQUIVALENT
from framework.video.probe import probe

SIZE_WH = (160, 96)


@pytest.fixture(scope="module")
def plain(clips):
    return clips.make("plain.mov")


def tagged(clips, plain, path, value):
    flags = ("-movflags", "use_metadata_tags") if path.suffix != ".mkv" else ()
    clips.ffmpeg("-i", plain, "-c", "copy", "-metadata", f"{EQUIVALENT}={value}", *flags, path)
    return probe(path)


def test_a_file_that_does_not_say_leaves_it_open(plain):
    assert (probe(plain).focal, probe(plain).notes) == (None, ())


@pytest.mark.parametrize("name", ["a.mov", "a.mp4", "a.mkv"])
def test_the_tag_of_a_file_is_read(clips, plain, tmp_path, name):
    video = tagged(clips, plain, tmp_path / name, 26)
    assert video.focal == pytest.approx(26 / np.hypot(36, 24) * np.hypot(*SIZE_WH) / 160)
    assert video.notes == ()


@pytest.mark.parametrize("value", ["0", "-26", "10000", "wide", "nan", "1e9", "9" * 400])
def test_what_no_lens_has_is_not_used_and_said(clips, plain, tmp_path, value):
    video = tagged(clips, plain, tmp_path / "a.mov", value)
    assert video.focal is None
    [note] = video.notes
    assert value[:20] in note
    assert "not used" in note
    assert len(note) < 120


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (1, b"26"),
        (1, b"26.00mm"),
        (21, struct.pack(">i", 26)),
        (22, b"\x1a"),
        (67, struct.pack(">i", 26)),
        (23, struct.pack(">f", 26)),
        (24, struct.pack(">d", 26)),
    ],
)
def test_phones_say_it_in_the_track_of_the_picture(quicktime, plain, tmp_path, kind, value):
    path = tmp_path / "IMG_0001.MOV"
    meta = quicktime.of_phone(kind, value)
    path.write_bytes(quicktime.with_track_metadata(plain.read_bytes(), meta))
    assert probe(path).focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))
    assert probe(path).n_frames == 30


def test_mp4_files_have_a_version_before_the_metadata(quicktime, plain, tmp_path):
    path = tmp_path / "IMG_0001.MP4"
    meta = quicktime.of_phone(1, b"26", full=True)
    path.write_bytes(quicktime.with_track_metadata(plain.read_bytes(), meta))
    assert probe(path).focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))


def test_the_track_is_nearer_to_the_picture_than_the_file(quicktime, clips, plain, tmp_path):
    tagged(clips, plain, tmp_path / "a.mov", 50)
    data = (tmp_path / "a.mov").read_bytes()
    path = tmp_path / "b.mov"
    path.write_bytes(
        quicktime.with_track_metadata(data, quicktime.of_phone(21, struct.pack(">i", 26)))
    )
    assert probe(path).focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))


def test_a_phone_held_upright_has_the_same_lens(clips, plain, tmp_path):
    path = tmp_path / "upright.mov"
    options = ("-c", "copy", "-metadata", f"{EQUIVALENT}=26", "-movflags", "use_metadata_tags")
    clips.ffmpeg("-display_rotation", "90", "-i", plain, *options, path)
    video = probe(path)
    assert video.size_wh == (96, 160)
    assert video.focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))

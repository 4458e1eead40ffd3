"""The focal length that a file tells, in files as programs and phones write them."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.focal import from_35mm_equivalent
from framework.video.focal_metadata import EQUIVALENT
from framework.video.probe import probe
from framework.video.quicktime import track_metadata

SIZE_WH = (160, 96)


def atom(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def of_phone(kind, value, *, full=False):
    """The ``meta`` atom of a track; ``full``: with version and flags, as MP4 has it."""
    key = EQUIVALENT.encode()
    return atom(
        b"meta",
        bytes(4 * full),
        atom(b"hdlr", struct.pack(">II4s", 0, 0, b"mdta"), bytes(13)),
        atom(b"keys", struct.pack(">II", 0, 2), atom(b"mdta", b"other"), atom(b"mdta", key)),
        atom(
            b"ilst", atom(struct.pack(">I", 2), atom(b"data", struct.pack(">II", kind, 0), value))
        ),
    )


def with_track_metadata(data, meta):
    """Put an atom into the first track of a file whose ``moov`` comes last."""
    moov = data.rindex(b"moov") - 4
    track = data.index(b"trak", moov) - 4
    out = bytearray(data)
    for place in (moov, track):
        size = struct.unpack_from(">I", data, place)[0]
        struct.pack_into(">I", out, place, size + len(meta))
    end = track + struct.unpack_from(">I", data, track)[0]
    return bytes(out[:end] + meta + out[end:])


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


@pytest.mark.parametrize("full", [False, True])
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
def test_phones_say_it_in_the_track_of_the_picture(plain, tmp_path, kind, value, full):
    path = tmp_path / "IMG_0001.MOV"
    meta = of_phone(kind, value, full=full)
    path.write_bytes(with_track_metadata(plain.read_bytes(), meta))
    assert probe(path).focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))
    assert probe(path).n_frames == 30


def test_the_track_is_nearer_to_the_picture_than_the_file(clips, plain, tmp_path):
    tagged(clips, plain, tmp_path / "a.mov", 50)
    data = (tmp_path / "a.mov").read_bytes()
    path = tmp_path / "b.mov"
    path.write_bytes(with_track_metadata(data, of_phone(21, struct.pack(">i", 26))))
    assert probe(path).focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))


def test_a_phone_held_upright_has_the_same_lens(clips, plain, tmp_path):
    path = tmp_path / "upright.mov"
    options = ("-c", "copy", "-metadata", f"{EQUIVALENT}=26", "-movflags", "use_metadata_tags")
    clips.ffmpeg("-display_rotation", "90", "-i", plain, *options, path)
    video = probe(path)
    assert video.size_wh == (96, 160)
    assert video.focal == pytest.approx(from_35mm_equivalent(26, SIZE_WH))


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_metadata_is_no_metadata(plain, tmp_path_factory, data):
    whole = with_track_metadata(plain.read_bytes(), of_phone(21, struct.pack(">i", 26)))
    broken = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    moov = whole.rindex(b"moov") - 4
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(moov, len(whole) - 1))
        if place < len(broken):
            broken[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "broken.mov"
    path.write_bytes(broken)
    found = track_metadata(path)
    assert all(isinstance(value, str) for value in found.values())


@given(junk=st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_what_is_no_such_file_has_no_metadata(tmp_path_factory, junk):
    path = tmp_path_factory.getbasetemp() / "junk.mov"
    for head in (b"", struct.pack(">I4s", 0, b"moov"), atom(b"moov", atom(b"trak", junk))):
        path.write_bytes(head + junk)
        track_metadata(path)

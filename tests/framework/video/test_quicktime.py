"""Metadata of QuickTime tracks: what is read, also from damaged and foreign files."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.video.focal_metadata import EQUIVALENT
from framework.video.quicktime import track_metadata


@pytest.fixture(scope="module")
def plain(clips):
    return clips.make("quicktime.mov")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (1, ("2.5 \u20ac".encode(), "2.5 \u20ac")),
        (21, (struct.pack(">i", -3), "-3")),
        (22, (b"\xff", "255")),
        (24, (struct.pack(">d", 0.25), "0.25")),
    ],
)
def test_values_of_every_kind_are_read_by_their_key(quicktime, plain, tmp_path, kind, data):
    path = tmp_path / "a.mov"
    path.write_bytes(
        quicktime.with_track_metadata(plain.read_bytes(), quicktime.of_phone(kind, data[0]))
    )
    assert track_metadata(path) == {EQUIVALENT: data[1]}


def test_a_value_of_an_unknown_kind_is_left_out(quicktime, plain, tmp_path):
    path = tmp_path / "a.mov"
    path.write_bytes(
        quicktime.with_track_metadata(plain.read_bytes(), quicktime.of_phone(13, b"jpeg"))
    )
    assert track_metadata(path) == {}


def test_a_file_that_is_not_there_has_none(tmp_path):
    assert track_metadata(tmp_path / "missing.mov") == {}


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_metadata_is_no_metadata(quicktime, plain, tmp_path_factory, data):
    whole = quicktime.with_track_metadata(
        plain.read_bytes(), quicktime.of_phone(21, struct.pack(">i", 26))
    )
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
def test_what_is_no_such_file_has_no_metadata(quicktime, tmp_path_factory, junk):
    path = tmp_path_factory.getbasetemp() / "junk.mov"
    for head in (
        b"",
        struct.pack(">I4s", 0, b"moov"),
        quicktime.atom(b"moov", quicktime.atom(b"trak", junk)),
    ):
        path.write_bytes(head + junk)
        track_metadata(path)

import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.errors import ConfigurationError, InputError
from framework.video.probe import probe


def refused(path):
    """The one clear sentence that a bad file is answered with."""
    with pytest.raises(InputError) as caught:
        probe(path)
    assert path.name in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_clip_is_described(clips):
    video = probe(clips.make("plain.mp4"))
    assert video.size_wh == (160, 96)
    assert video.fps == 25
    assert video.n_frames == 30
    assert video.duration_s == pytest.approx(1.2)
    assert (video.rotation_deg, video.has_audio) == (0, False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dance_480p.mp4", ((864, 480), Fraction(25051, 1000), 338, 0, True)),
        ("crowd_street.avi", ((1280, 720), Fraction(50), 205, 0, True)),
        ("rotated_90.mp4", ((480, 842), Fraction(30), 240, 90, False)),
        ("squats_portrait_5fps.mp4", ((480, 852), Fraction(5), 102, 0, False)),
        ("waist_up_crop.mp4", ((854, 480), Fraction(24000, 1001), 412, 0, False)),
    ],
)
def test_real_clips_are_described(shared_data, name, expected):
    video = probe(shared_data / "videos" / name)
    described = (video.size_wh, video.fps, video.n_frames, video.rotation_deg, video.has_audio)
    assert described == expected


@pytest.mark.parametrize(
    ("aspect", "size_wh"),
    [
        ("1/1", (160, 96)),
        ("80/81", (160, 96)),  # within 2 %: as it is coded
        ("4/3", (213, 96)),
        ("3/4", (160, 128)),
    ],
)
def test_size_is_what_a_person_sees_when_pixels_are_not_square(clips, tmp_path, aspect, size_wh):
    path = tmp_path / "aspect.mp4"
    clips.ffmpeg("-i", clips.make("plain.mp4"), "-vf", f"setsar={aspect}", path)
    video = probe(path)
    assert video.size_wh == size_wh
    assert clips.read(video).numbers == list(range(30))


def test_missing_file_folder_and_empty_file_are_named(tmp_path):
    assert "does not exist" in refused(tmp_path / "no.mp4")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "empty.mp4").touch()
    assert "is empty" in refused(tmp_path / "empty.mp4")


def test_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "pipe" in refused(tmp_path / "pipe.mp4")


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4", "notes.srt", "notes.nfo", "notes.bin"])
def test_text_is_no_video(tmp_path, name):
    path = tmp_path / name
    path.write_text("A line of text.\nAnd another one.\n" * 100)
    refused(path)


def test_sound_alone_is_no_video_with_cover_art_neither(clips, tmp_path):
    tone = ("-f", "lavfi", "-i", "sine=duration=1")
    clips.ffmpeg(*tone, tmp_path / "tone.m4a")
    assert "only sound" in refused(tmp_path / "tone.m4a")
    clips.ffmpeg("-i", clips.make("plain.mp4"), "-frames:v", 1, tmp_path / "cover.png")
    clips.ffmpeg(
        *tone, "-i", tmp_path / "cover.png", "-disposition:v", "attached_pic", tmp_path / "song.mp3"
    )
    assert "only sound" in refused(tmp_path / "song.mp3")


def test_clip_without_a_frame_is_refused(tmp_path):
    for suffix in ("mkv", "avi", "mp4"):
        path = tmp_path / f"nothing.{suffix}"
        with av.open(path, "w") as container:
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            container.start_encoding()
        refused(path)


def test_corrupt_header_is_refused(clips, tmp_path):
    whole = clips.make("plain.mp4").read_bytes()
    path = tmp_path / "corrupt.mp4"
    path.write_bytes(os.urandom(4096) + whole[4096:])
    refused(path)
    path.write_bytes(whole[: len(whole) // 2])  # its index was at the end
    refused(path)


def test_clip_whose_every_frame_is_broken_is_refused(clips, tmp_path):
    data = bytearray(clips.make("head.mp4", mux={"movflags": "faststart"}.items()).read_bytes())
    body = data.index(b"mdat") + 4
    data[body:] = bytes(len(data) - body)
    path = tmp_path / "zeros.mp4"
    path.write_bytes(data)
    assert "no frame of it can be decoded" in refused(path)


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_file_without_permission_is_refused():
    # Root may read everything: ask as somebody else, in a folder that everybody may enter.
    code = (
        "import os, sys, pathlib; from framework.video.probe import probe\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: probe(pathlib.Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error.message)"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "secret.mp4")
        path.write_bytes(b"x")
        path.chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
        )
    assert done.stdout.startswith("InputError")
    assert "Permission denied" in done.stdout


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ({"start_s": -1.0}, "start_s"),
        ({"start_s": float("nan")}, "start_s"),
        ({"start_s": 1.0, "end_s": 1.0}, "end_s"),
        ({"end_s": float("inf")}, "end_s"),
        ({"stride": 0}, "stride"),
    ],
)
def test_nonsense_part_is_a_configuration_error(clips, part, key):
    with pytest.raises(ConfigurationError, match=key):
        probe(clips.make("plain.mp4"), **part)


def test_start_beyond_the_clip_is_refused(clips):
    with pytest.raises(InputError, match=r"only 1\.20 s long"):
        probe(clips.make("plain.mp4"), start_s=1.2)


@pytest.mark.parametrize(
    "name",
    ["with space.mp4", "qu'ote\".mp4", "a=b,c.mp4", "${x}.mp4", "тест ü 日本.mp4", "-dash.mp4",
     "concat:a.mp4", "%03d.mp4", "http:x.mp4"],
)  # fmt: skip
def test_any_file_name_is_read(clips, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.write_bytes(clips.make("plain.mp4").read_bytes())
    assert probe(path).n_frames == 30
    assert probe(path.relative_to(tmp_path)).n_frames == 30


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=30))
def test_damaged_header_gives_a_video_or_an_input_error(clips, changes):
    whole = clips.make("fuzz.mp4", times=np.arange(3) / 25, mux={"movflags": "faststart"}.items())
    data = bytearray(whole.read_bytes())
    for place, value in changes:
        data[place % min(len(data), 1200)] = value
    path = clips.folder / "fuzzed.mp4"
    path.write_bytes(data)
    try:
        video = probe(path)
    except InputError:
        return
    assert min(video.size_wh) > 0
    assert video.fps > 0


def test_keypoints_in_place_of_a_video_are_told_where_they_are_read(tmp_path):
    (tmp_path / "poses").mkdir()
    (tmp_path / "poses.json").write_text("[]")
    np.savez(tmp_path / "poses.npz", kpts=np.zeros((2, 17, 2)))
    for name in ("poses", "poses.json", "poses.npz"):
        with pytest.raises(InputError) as caught:
            probe(tmp_path / name)
        assert "For keypoints choose a detector that reads them" in caught.value.hint

"""Broken, odd and hostile input: the right result or one clear error, and nothing half-written."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from framework import results
from framework.video.ffmpeg import find_ffmpeg

Run = Callable[..., Any]
Clip = Callable[..., Path]
Listing = Callable[[Path], list[str]]
RECORD = ["clip.npz", "clip_config.yaml", "clip_summary.json"]


def ffmpeg(*arguments: object) -> None:
    command = [find_ffmpeg(), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def drawn(path: Path) -> list[float]:
    """The time in seconds of every picture of a video."""
    with av.open(path) as container:
        return [float(frame.time or 0) for frame in container.decode(video=0)]


@pytest.fixture
def refused(run: Run, tmp_path: Path, listing: Listing) -> Callable[..., None]:
    """Run, and expect one error with this code and these words, and no file."""

    def check(code: int, words: str, *arguments: str, render: bool = False) -> None:
        ended = run("output=out", *arguments, render=render)
        assert words in ended.err
        assert (ended.code, ended.out, ended.err.count("error:")) == (code, "", 1)
        assert not (tmp_path / "out").is_dir() or listing(tmp_path / "out") == []

    return check


# Files that are no video.


def test_missing_file(refused: Callable[..., None]) -> None:
    refused(3, "error: 'no.mp4' does not exist\n  Check the name and the folder.", "input=no.mp4")


def test_link_to_nothing_and_link_to_itself(refused: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "nowhere.mp4").symlink_to("no.mp4")
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    refused(3, "'nowhere.mp4' does not exist", "input=nowhere.mp4")
    refused(3, "'loop.mp4' ", "input=loop.mp4")


def test_folder(refused: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    refused(
        3, "'clips' is a folder without pictures\n  A folder is read where it holds", "input=clips"
    )


def test_empty_file(refused: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    refused(3, "'empty.mp4' is empty", "input=empty.mp4")


def test_device_and_pipe(refused: Callable[..., None], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    refused(3, "'pipe.mp4' is a device or a pipe", "input=pipe.mp4")
    refused(3, "'/dev/null' is a device or a pipe", "input=/dev/null")


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4"])
def test_text_file(refused: Callable[..., None], tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Dear diary, today I have recorded nothing.\n" * 50)
    refused(3, f"'{name}' ", f"input={name}")


def test_sound_without_picture(refused: Callable[..., None], tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.3", tmp_path / "song.m4a")
    refused(3, "'song.m4a' holds only sound\n  Give a file with a video track.", "input=song.m4a")


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_video_of_no_length(refused: Callable[..., None], make_clip: Clip, suffix: str) -> None:
    make_clip("nothing", 0, codec="mpeg4", mux={"mkv": "matroska"}.get(suffix, suffix)).rename(
        f"nothing.{suffix}"
    )
    refused(3, f"'nothing.{suffix}' ", f"input=nothing.{suffix}")


def test_corrupt_header(refused: Callable[..., None], make_clip: Clip) -> None:
    clip = make_clip()
    clip.write_bytes(b"\xa5" * 4096 + clip.read_bytes()[4096:])
    refused(3, "'clip.mp4' cannot be read as a video", "input=clip.mp4")


# Files that are half a video.


def test_truncated_body_gives_what_decodes(run: Run, make_clip: Clip, tmp_path: Path) -> None:
    whole = make_clip("whole.mp4", 40)
    ffmpeg("-i", whole, "-c", "copy", "-movflags", "faststart", "clip.mp4")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 3 // 4])
    ended = run("input=clip.mp4", "output=out", render=True)
    loaded = results.load(tmp_path / "out/clip.npz")
    rows = len(loaded.frame_index)
    assert ended.code == 0
    assert 0 < rows < 40
    note = f"declares 40 frames, but only {rows} could be decoded"
    assert note in ended.out
    assert note in loaded.warnings[0]
    assert f" {rows} frame" in ended.out
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == rows


def test_truncated_body_is_noticed_where_no_frames_are_declared(
    run: Run, make_clip: Clip, tmp_path: Path
) -> None:
    ffmpeg("-i", make_clip("whole.mp4", 60), "-c", "copy", "clip.mkv")
    assert "its video track ends" not in run("input=clip.mkv", "output=out").out
    clip = tmp_path / "clip.mkv"
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    ended = run("input=clip.mkv", "output=out")
    rows = len(results.load(tmp_path / "out/clip.npz").frame_index)
    assert (ended.code, ended.err) == (0, "")
    assert 0 < rows < 60
    assert f"declares 2.40 s, but its video track ends after {rows} frames at" in ended.out


@pytest.mark.parametrize("frames", [1, 17])
def test_few_frames(run: Run, make_clip: Clip, tmp_path: Path, frames: int) -> None:
    make_clip(frames=frames)
    assert run("input=clip.mp4", "output=out", render=True).code == 0
    assert len(results.load(tmp_path / "out/clip.npz").frame_index) == frames
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == frames


# Pictures of every kind.


def test_odd_size(run: Run, make_clip: Clip, tmp_path: Path) -> None:
    make_clip(frames=5, size_wh=(321, 241), pix="yuv444p")
    ended = run("input=clip.mp4", "output=out", render=True)
    assert "321x241" in ended.out
    assert results.load(tmp_path / "out/clip.npz").video.size_wh == (321, 241)
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == 5


def test_phone_held_upright(run: Run, make_clip: Clip, tmp_path: Path) -> None:
    clip = make_clip()
    data = bytearray(clip.read_bytes())
    place = data.index(b"tkhd") + 44  # the display matrix of the track: 16.16 fixed point
    quarter_turn = [0, 1 << 16, 0, (-1 << 16) & 0xFFFFFFFF, 0, 0]
    data[place : place + 24] = b"".join(number.to_bytes(4, "big") for number in quarter_turn)
    clip.write_bytes(data)
    assert "120x160" in run("input=clip.mp4", "output=out", render=True).out
    assert results.load(tmp_path / "out/clip.npz").video.size_wh == (120, 160)
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == 3


def test_variable_rate_keeps_its_times_in_data_and_picture(
    run: Run, make_clip: Clip, tmp_path: Path
) -> None:
    times = [0.0, 0.04, 0.2, 0.21, 0.7, 1.5]
    make_clip(times=times)
    assert run("input=clip.mp4", "output=out", render=True).code == 0
    np.testing.assert_allclose(results.load(tmp_path / "out/clip.npz").time_s, times, atol=1e-3)
    np.testing.assert_allclose(drawn(tmp_path / "out/clip_pose3d.mp4"), times, atol=2e-3)


@pytest.mark.parametrize(
    "coded",
    [
        ("libx265", "yuv420p10le", "mp4"),
        ("libx264", "gray", "matroska"),
        ("png", "rgba", "mov"),
        ("libvpx-vp9", "yuva420p", "webm"),
        ("prores_ks", "yuva444p10le", "mov"),
        ("ffv1", "gray16le", "matroska"),
    ],
)
def test_ten_bits_greys_and_transparency(
    run: Run, make_clip: Clip, tmp_path: Path, coded: tuple[str, str, str]
) -> None:
    make_clip("clip.video", **dict(zip(("codec", "pix", "mux"), coded, strict=True)))
    ended = run("input=clip.video", "output=out", render=True)
    assert (ended.code, ended.err) == (0, "")
    assert len(results.load(tmp_path / "out/clip.npz").frame_index) == 3
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == 3


def test_4k(run: Run, make_clip: Clip, tmp_path: Path) -> None:
    make_clip(frames=2, size_wh=(3840, 2160))
    assert "3840x2160" in run("input=clip.mp4", "output=out", render=True).out
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == 2


def test_nobody_in_it(run: Run, make_clip: Clip, tmp_path: Path, listing: Listing) -> None:
    make_clip(frames=5)
    ended = run("input=clip.mp4", "output=out", "exporter=[npz,json,csv]", render=True)
    assert ended.code == 0
    assert "0 tracked; detections in 0 of 5 (0%)" in ended.out
    assert "note      nobody was found in any frame" in ended.out
    assert "valid in 0 of 5 (0%)" in ended.out
    names = [*RECORD, "clip.csv", "clip.json", "clip_pose3d.mp4"]
    assert listing(tmp_path / "out") == sorted(names)
    for name in ("clip.npz", "clip.json"):
        loaded = results.load(tmp_path / "out" / name)
        assert (len(loaded.frame_index), loaded.tracks) == (5, ())
    assert len(drawn(tmp_path / "out/clip_pose3d.mp4")) == 5


# Places that cannot be written to.


def test_output_is_the_input_or_below_it(run: Run, make_clip: Clip) -> None:
    clip = make_clip()
    before = clip.read_bytes()
    for output, reason in (("clip.mp4", "it is a file"), ("clip.mp4/out", "Not a directory")):
        ended = run("input=clip.mp4", f"output={output}")
        assert (ended.code, ended.out) == (2, "")
        assert f"error: output '{output}'" in ended.err
        assert reason in ended.err
    assert clip.read_bytes() == before


def test_result_never_replaces_an_input(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    names = ["clip.npz", "a.mp4", "a_pose3d.mp4"]
    for name in names:
        make_clip(name)
    before = {name: (tmp_path / name).read_bytes() for name in names}
    ended = run("input=clip.npz", "output=.")
    assert (ended.code, ended.out) == (2, "")
    assert "'clip.npz' would replace the file of that name that was given" in ended.err
    ended = run("input=[a.mp4,a_pose3d.mp4]", "output=.", render=True)
    assert ended.code == 2
    assert "'a_pose3d.mp4' would replace the file of that name" in ended.err
    assert {name: (tmp_path / name).read_bytes() for name in names} == before
    assert not [name for name in listing(tmp_path) if "partial" in name]


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk that is too small")
    try:
        yield
    finally:
        subprocess.run(["/bin/umount", folder], check=True)


@pytest.mark.parametrize("render", [False, True])
def test_disk_full_at_the_end(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing, render: bool
) -> None:
    make_clip(frames=40)
    with small_disk(tmp_path / "out", "12k"):
        ended = run("input=clip.mp4", "output=out", render=render)
        assert listing(tmp_path / "out") == []
    assert (ended.code, ended.out, ended.err.count("error:")) == (5, "", 1)
    assert "No space left" in ended.err
    assert "output=DIR" in ended.err or "choose another output folder" in ended.err


@pytest.mark.parametrize("render", [False, True])
def test_file_larger_than_allowed(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing, render: bool
) -> None:
    make_clip(frames=200 if render else 20)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limits[1]))
    try:
        ended = run("input=clip.mp4", "output=out", *(["exporter=[]"] if render else []))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (ended.code, ended.out) == (5, "")
    assert "File too large" in ended.err
    assert listing(tmp_path / "out") == []


# Names of every kind.

LONG = "n" * 251 + ".mp4"


@pytest.mark.parametrize(
    "name",
    [
        "my holiday clip.mp4",
        'it\'s "quoted".mp4',
        "a=b.mp4",
        "a,b.mp4",
        "${HOME}.mp4",
        "$HOME `id`;rm -rf *.mp4",
        "[bold]x[red].mp4",
        "{x}%s%(a)s.mp4",
        "日本 ü é.mp4",
        "-dash.mp4",
        "--help.mp4",
        "~.mp4",
        "#1.mp4",
        "back\\slash\\.mp4",
        "two\nlines.mp4",
        "ends.in.dots..mp4",
        ".hidden.mp4",
        "nosuffix",
        "null",
        "true",
        "file:x.mp4",
    ],
)
def test_name(run: Run, make_clip: Clip, tmp_path: Path, listing: Listing, name: str) -> None:
    make_clip(name, 1)
    ended = run(f"input={name}", f"output={name} out")
    assert (ended.code, ended.err) == (0, "")
    stem, out = Path(name).stem, tmp_path / f"{name} out"
    expected = [f"{stem}.npz", f"{stem}_config.yaml", f"{stem}_summary.json"]
    assert listing(out) == sorted(expected)
    assert results.load(out / f"{stem}.npz").meta["input"]["name"] == name
    assert f"{name}: 160x120" in ended.out
    assert f"{stem}.npz" in ended.out


@pytest.mark.parametrize("name", ["ends in a dot.", "...", ".mp4"])
def test_name_that_is_hardly_one(run: Run, make_clip: Clip, tmp_path: Path, name: str) -> None:
    make_clip(name, 1)
    assert run(f"input={name}", "output=out").code == 0
    (written,) = (tmp_path / "out").glob("*.npz")
    assert results.load(written).meta["input"]["name"] == name


@pytest.mark.parametrize("name", ["n" * 251 + ".mp4", "日" * 83 + ".mp4"])
def test_name_as_long_as_names_can_be(run: Run, make_clip: Clip, tmp_path: Path, name: str) -> None:
    make_clip(name, 1)
    ended = run(f"input={name}", "output=out", render=True)
    assert (ended.code, ended.err) == (0, "")
    (written,) = (tmp_path / "out").glob("*.npz")
    assert name.startswith(written.stem)
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_name_longer_than_names_can_be(refused: Callable[..., None]) -> None:
    refused(3, "cannot be opened (File name too long)", f"input={'n' * 300}.mp4")


def test_name_that_is_no_text(run: Run, make_clip: Clip, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")  # as old archives unpack it
    make_clip().rename(tmp_path / name)
    ended = run(f"input={name}", "output=out")
    assert (ended.code, ended.err) == (0, "")
    (written,) = (tmp_path / "out").glob("*.npz")
    assert results.load(written).meta["input"]["sha256"]


def test_linked_file_is_called_what_its_link_is(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    (tmp_path / "clip.mp4").symlink_to(make_clip("folder/original.mp4"))
    assert run("input=clip.mp4", "output=out").code == 0
    assert listing(tmp_path / "out") == RECORD


def test_input_given_twice_is_run_once(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    make_clip()
    ended = run("input=[clip.mp4,*.mp4,./clip.mp4]", "output=out")
    assert (ended.code, ended.out.count("frames read")) == (0, 1)
    assert listing(tmp_path / "out") == RECORD


def test_equal_names_from_two_folders_get_numbers(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    make_clip("one/clip.mp4", 1), make_clip("two/clip.mp4", 2)
    assert run("input=*/clip.mp4", "output=out").code == 0
    for name, frames in (("clip", 1), ("clip-2", 2)):
        assert len(results.load(tmp_path / f"out/{name}.npz").frame_index) == frames
    assert len(listing(tmp_path / "out")) == 6

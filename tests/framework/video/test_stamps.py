"""Rates and times of films: what a container says is compared with what its packets say."""

import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest

from framework.reading import Reading
from framework.video.probe import probe
from framework.video.stamps import rate_of

CONTAINERS = {
    "libx264": "avi asf wmv mxf mkv mp4 mov flv ts mpg nut wtv 3gp vob m2ts".split(),
    "mpeg4": "avi asf mkv mp4 mov ts mpg nut wtv".split(),
    "mpeg2video": "avi asf mxf mkv mp4 mov ts mpg nut wtv vob".split(),
    "libx265": "mkv mp4 mov ts mpg nut".split(),
}
PAIRS = [(codec, suffix) for codec, each in CONTAINERS.items() for suffix in each]


@pytest.mark.parametrize(("codec", "suffix"), PAIRS)
def test_frames_with_b_frames_come_at_their_times_in_every_container(clips, codec, suffix):
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no encoder {codec}")
    path = clips.folder / f"{codec}.{suffix}"
    quiet = ["-x265-params", "log-level=0"] if codec == "libx265" else []
    plain = clips.make(f"for_{codec}.mkv", codec="ffv1")
    try:
        clips.ffmpeg("-i", plain, "-r", 25, "-c:v", codec, "-bf", 2, "-g", 10, "-b:v", "800k",
                     *quiet, path)  # fmt: skip
    except subprocess.CalledProcessError as error:
        pytest.skip(f"ffmpeg does not write {codec} into {suffix}: {error.stderr[-80:]!r}")
    clip = clips.read(probe(path))
    assert clip.numbers == list(range(30))
    np.testing.assert_allclose(clip.time_s, np.arange(30) / 25, atol=1.1e-3)
    part = clips.read(probe(path, start_s=0.59))
    assert part.numbers == list(part.index) == list(range(15, 30))
    np.testing.assert_allclose(part.time_s, np.arange(15, 30) / 25, atol=1.1e-3)


@pytest.mark.parametrize("suffix", ["avi", "asf"])
def test_damage_does_not_shift_the_times_after_it(clips, suffix):
    path = clips.folder / f"hurt.{suffix}"
    clips.ffmpeg("-i", clips.make("for_damage.mkv", codec="ffv1"), "-r", 25, "-c:v", "libx264",
                 "-bf", 2, "-g", 10, path)  # fmt: skip
    with av.open(path) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        bad = bytes(packets[5])
    path.write_bytes(path.read_bytes().replace(bad, bytes(len(bad))))
    clip = clips.read(probe(path))
    late = slice(-15, None)  # from a key frame after the damage
    assert clip.numbers[late] == list(range(15, 30))
    np.testing.assert_allclose(clip.time_s[late], np.arange(15, 30) / 25, atol=0.05)


def test_a_rate_that_is_that_of_the_clock_is_measured(clips):
    """Browsers write WebM without a rate; FFmpeg then says 1000."""
    times = np.cumsum(np.random.default_rng(3).uniform(0.02, 0.06, 40))
    path = clips.make("browser.mkv", times)
    pipe = clips.folder / "piped.webm"
    live = "-c:v libvpx -f webm -live 1 -fps_mode passthrough -enc_time_base 1:1000 -".split()
    pipe.write_bytes(clips.ffmpeg("-i", path, *live))
    video = probe(pipe)
    clip = clips.read(video)
    assert clip.time_s == pytest.approx(times - times[0], abs=2e-3)
    assert float(video.fps) == pytest.approx(39 / (times[-1] - times[0]), rel=0.03)


def test_a_count_of_clock_ticks_is_not_the_number_of_frames(clips):
    """With a fine clock FFmpeg writes AVI whose header counts 24 ticks a frame."""
    video = probe(clips.make("ticks.avi"))
    clip = clips.read(video)
    assert float(video.fps) == pytest.approx(25, rel=0.01)
    assert clip.numbers == list(range(30))
    assert clip.warnings == []
    assert video.n_frames is None
    assert any("by the times of its frames there are 25" in note for note in video.notes)


def test_a_stated_rate_that_holds_stays_exact(clips):
    rate = rate_of(clips.make("ntsc.mp4", np.arange(30) * 1001 / 30000), Reading())
    assert rate.fps == pytest.approx(Fraction(30000, 1001), rel=1e-2)
    assert rate.n_frames == 30
    assert rate.notes == ()


def test_without_rate_and_times_25_is_taken_and_said(clips):
    """A raw stream of pictures has neither."""
    path = clips.folder / "stills.mjpeg"
    clips.ffmpeg("-i", clips.make("plain.mp4"), "-c:v", "mjpeg", "-f", "mjpeg", path)
    video = probe(path)
    assert video.fps == 25

"""Interlaced films: a thing in motion is where it was, not a comb between two places."""

import numpy as np
import pytest

from framework.reading import Deinterlace, Reading
from framework.video.probe import probe

SIZE, SPEED = 240, 8
FRAMES = 20


@pytest.fixture(scope="module")
def film(clips):
    """A white square, 8 px a field to the right, filmed at 50 fields a second."""
    rows = np.arange(SIZE)
    pictures = []
    for field in range(2 * FRAMES):
        image = np.zeros((SIZE, SIZE), np.uint8)
        left = 20 + SPEED * field // 2
        image[100:140, left : left + 40] = 255
        pictures.append(image)
    frames = [np.where((rows % 2 == 0)[:, None], *pictures[2 * n : 2 * n + 2])
              for n in range(FRAMES)]  # fmt: skip
    raw = clips.folder / "fields.raw"
    raw.write_bytes(np.stack(frames).tobytes())
    path = clips.folder / "interlaced.mkv"
    clips.ffmpeg("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{SIZE}x{SIZE}", "-r", 25, "-i", raw,
                 "-vf", "setfield=tff,format=yuv420p", "-c:v", "libx264", "-crf", 5,
                 "-x264-params", "tff=1", path)  # fmt: skip
    return path


def centres(images):
    grey = images[:, 100:140].mean(axis=(1, 3))
    return (grey * np.arange(SIZE)).sum(1) / grey.sum(1)


def comb(images):
    """How much neighbouring rows differ within the square's height."""
    return np.abs(np.diff(images[:, 104:136, :, 0].astype(int), axis=1)).mean()


def test_flagged_frames_are_deinterlaced_and_it_is_said(clips, film):
    video = probe(film)
    clip = clips.read(video)
    left_alone = clips.read(probe(film, reading=Reading(deinterlace=Deinterlace.off)))
    assert comb(clip.images[1:-1]) < 0.2 * comb(left_alone.images[1:-1])
    assert len(clip.images) == FRAMES
    np.testing.assert_allclose(clip.time_s, np.arange(FRAMES) / 25, atol=1e-3)
    # At the time of its first field.
    np.testing.assert_allclose(centres(clip.images)[1:], 39.5 + 8 * np.arange(1, FRAMES), atol=1)
    assert any("interlaced" in note for note in video.notes)


def test_fields_become_frames_of_twice_the_rate(clips, film):
    reading = Reading(deinterlace=Deinterlace.fields)
    video = probe(film, reading=reading)
    clip = clips.read(video)
    assert video.fps == 50
    assert len(clip.images) == 2 * FRAMES
    np.testing.assert_allclose(clip.time_s, np.arange(2 * FRAMES) / 50, atol=1e-3)
    np.testing.assert_allclose(
        centres(clip.images)[2:], 39.5 + 4 * np.arange(2, 2 * FRAMES), atol=1
    )
    assert clip.warnings == []
    part = clips.read(probe(film, start_s=0.4, reading=reading))
    assert list(part.index) == list(range(20, 40))
    np.testing.assert_allclose(centres(part.images)[2:], centres(clip.images)[22:], atol=1)


def test_a_progressive_film_is_not_touched(clips):
    path = clips.make("progressive.mp4")
    reading = Reading(deinterlace=Deinterlace.fields)
    video = probe(path, reading=reading)
    assert video.fps == probe(path).fps
    np.testing.assert_array_equal(clips.read(video).images, clips.read(probe(path)).images)

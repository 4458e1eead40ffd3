"""Pictures as a clip: order, numbers, times, holes."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from framework.errors import InputError
from framework.video.pictures import open_pictures
from framework.video.probe import probe


@pytest.fixture
def write(clips, tmp_path):
    """Write numbered pictures; the name is a format of the number in the file name."""

    def write(name, numbers, size_wh=(160, 96)):
        for row, number in enumerate(numbers):
            Image.fromarray(clips.picture(row, size_wh)).save(tmp_path / name.format(number))
        return tmp_path

    return write


@pytest.mark.parametrize("name", ["f{:04d}.png", "{}.png", "shot 2 take {} final.bmp", "a.{}.tif"])
@pytest.mark.parametrize("first", [0, 1, 97])
def test_a_folder_of_pictures_is_a_clip(clips, write, name, first):
    video = open_pictures(write(name, range(first, first + 12)), fps=10)
    clip = clips.read(video)
    assert clip.numbers == list(clip.index) == list(range(12))
    np.testing.assert_allclose(clip.time_s, np.arange(12) / 10)
    assert (video.size_wh, video.fps, video.n_frames) == ((160, 96), 10, 12)
    assert video.notes == ()
    assert clip.warnings == []


def test_the_rate_that_is_taken_is_said(write):
    video = open_pictures(write("{}.png", range(3)))
    assert video.fps == 25
    assert any("input_fps" in note for note in video.notes)


def test_missing_pictures_leave_a_hole_in_time(clips, write):
    video = open_pictures(write("f{:03d}.png", [0, 2, 4, 10, 12]), fps=20)
    clip = clips.read(video)
    assert list(clip.index) == [0, 1, 2, 5, 6]
    np.testing.assert_allclose(clip.time_s, np.array([0, 1, 2, 5, 6]) / 20)
    assert "2 of 7 pictures are missing: 6, 8" in video.notes


def test_numbers_that_are_no_frame_numbers_only_give_the_order(clips, write):
    video = open_pictures(write("{}.png", [1698000, 1698033, 1698066, 1698101]), fps=30)
    assert list(clips.read(video).index) == [0, 1, 2, 3]
    assert any("no even step" in note for note in video.notes)


def test_a_part_of_the_pictures(clips, write):
    where = write("f{}.png", range(20))
    clip = clips.read(open_pictures(where, fps=10, start_s=0.5, end_s=1.5, stride=2))
    assert clip.numbers == list(clip.index) == [5, 7, 9, 11, 13]
    with pytest.raises(InputError, match=r"only 2\.00 s long"):
        open_pictures(where, fps=10, start_s=3)


def test_pictures_of_several_sizes_are_refused(clips, write):
    where = write("f{}.png", range(3))
    Image.fromarray(clips.picture(3, (320, 192))).save(where / "f3.png")
    with pytest.raises(InputError, match=r"320x192 pixels, but the pictures before it 160x96"):
        clips.read(open_pictures(where, fps=10))


def test_a_picture_that_is_none_is_named(clips, write):
    where = write("f{}.png", range(3))
    (where / "f1.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(InputError, match=r"f1\.png"):
        clips.read(open_pictures(where, fps=10))


def test_what_is_no_folder_of_pictures_is_none(clips):
    assert open_pictures(clips.make("plain.mp4")) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_as_their_exif_says(clips, tmp_path, orientation):
    """FFmpeg hands the EXIF on as side data of a type that PyAV does not know."""
    image = np.zeros((96, 160, 3), np.uint8)
    image[:48, :80] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.jpg"
    Image.fromarray(image).save(path, exif=exif)
    seen = clips.read(probe(path)).images[0]
    wanted = np.asarray(ImageOps.exif_transpose(Image.open(path)))
    assert seen.shape == wanted.shape
    assert np.abs(seen.astype(int) - wanted).mean() < 3

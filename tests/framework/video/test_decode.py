import gc
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from framework.errors import InputError
from framework.types import VideoInfo
from framework.video.decode import FrameReader
from framework.video.orientation import Orientation
from framework.video.probe import probe

COUNTS = {
    "dance_480p.mp4": 338,
    "squats_portrait_5fps.mp4": 102,
    "two_people_roof.mp4": 230,
    "two_dancers_crossing.mp4": 567,
    "one_by_one_gaps.mp4": 900,
    "variable_rate.mp4": 290,
    "rotated_90.mp4": 240,
    "runner_panning.mp4": 180,
    "crowd_street.avi": 205,
    "balancing_cam03.mp4": 100,
}


def resident_bytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


@pytest.mark.parametrize("name", COUNTS)
def test_every_frame_of_real_clips_arrives_once_with_rising_times(shared_data, name):
    video = probe(shared_data / "videos" / name)
    index, times = [], []
    with FrameReader(video, batch_size=16) as reader:
        for batch in reader:
            assert batch.size_wh == video.size_wh
            assert batch.is_source.all()
            index += list(batch.index)
            times += list(batch.time_s)
    assert index == list(range(COUNTS[name]))
    assert reader.frames_read == COUNTS[name]
    assert reader.warnings == []
    assert times[0] == 0
    assert min(np.diff(times)) > 0


def test_variable_rate_is_kept(shared_data):
    clip_times = []
    with FrameReader(probe(shared_data / "videos/variable_rate.mp4"), batch_size=16) as reader:
        for batch in reader:
            clip_times += list(batch.time_s)
    gaps, counts = np.unique(np.round(1e3 * np.diff(clip_times), 1), return_counts=True)
    assert dict(zip(gaps, counts, strict=True)) == {41.7: 190, 83.4: 95, 208.5: 2, 417.1: 2}


def test_frames_come_in_order_with_number_and_time(clips):
    clip = clips.read(probe(clips.make("plain.mp4")))
    assert clip.numbers == list(range(30)) == list(clip.index)
    assert clip.time_s == pytest.approx(np.arange(30) / 25)
    assert clip.batches == [7, 7, 7, 7, 2]
    assert clip.images.dtype == np.uint8


@pytest.mark.parametrize("count", [1, 17])
def test_short_clips(clips, count):
    clip = clips.read(probe(clips.make(f"short{count}.mp4", np.arange(count) / 25)))
    assert clip.numbers == list(range(count))
    assert clip.warnings == []


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts", "mov"])
@pytest.mark.parametrize("start_s", [0.02, 0.36, 0.5, 1.1])
def test_part_of_a_clip_has_true_numbers_and_times(clips, suffix, start_s):
    path = clips.make(f"part.{suffix}")
    whole = clips.read(probe(path))
    clip = clips.read(probe(path, start_s=start_s, end_s=start_s + 0.3, stride=2))
    wanted = (whole.time_s > start_s - 1e-6) & (whole.time_s < start_s + 0.3 - 1e-6)
    assert list(clip.index) == list(whole.index[wanted][::2]) == clip.numbers
    assert clip.time_s == pytest.approx(whole.time_s[wanted][::2])
    assert clip.warnings == []


def test_part_counts_source_frames_of_a_variable_rate_clip(clips):
    times = np.cumsum([0, 0.04, 0.04, 0.4, 0.04, 0.2, 0.04, 0.04, 0.8, 0.04, 0.04, 0.5, 0.04])
    path = clips.make("variable.mkv", times)
    clip = clips.read(probe(path, start_s=0.9))
    assert clip.numbers == list(clip.index) == [8, 9, 10, 11, 12]
    assert clip.time_s == pytest.approx(times[8:], abs=6e-4)  # Matroska counts milliseconds


def test_clip_that_cannot_seek_is_read_from_its_beginning(clips):
    path = clips.folder / "still.gif"
    clips.ffmpeg("-i", clips.make("plain.mp4"), path)
    clip = clips.read(probe(path, start_s=0.8))
    assert clip.numbers == list(clip.index) == list(range(20, 30))


def test_raw_stream_without_times_goes_at_its_average_rate(clips):
    path = clips.folder / "raw.h264"
    clips.ffmpeg("-i", clips.make("plain.mp4"), "-c", "copy", path)
    video = probe(path)
    clip = clips.read(video)
    assert clip.numbers == list(range(30))
    assert clip.time_s == pytest.approx(np.arange(30) / float(video.fps))
    part = clips.read(probe(path, start_s=0.8))
    assert part.numbers == list(part.index) == list(range(20, 30))


def test_time_begins_at_the_first_frame(clips):
    path = clips.folder / "late.mkv"
    clips.ffmpeg("-itsoffset", 5, "-i", clips.make("plain.mp4"), "-c", "copy",
                 "-avoid_negative_ts", "disabled", path)  # fmt: skip
    with av.open(path) as container:
        assert container.streams.video[0].start_time > 0
    assert clips.read(probe(path)).time_s[0] == 0
    part = clips.read(probe(path, start_s=0.5))
    assert part.numbers == list(part.index) == list(range(13, 30))
    assert part.time_s[0] == pytest.approx(0.52)


def test_hidden_frames_of_an_edit_list_are_not_shown_nor_counted(clips):
    path = clips.folder / "edited.mp4"
    clips.ffmpeg("-ss", 0.5, "-i", clips.make("plain.mp4"), "-c", "copy", path)
    clip = clips.read(probe(path))
    assert clip.numbers == list(range(13, 30))
    assert list(clip.index) == list(range(17))
    assert clip.warnings == []
    part = clips.read(probe(path, start_s=0.4))
    assert part.numbers == [number + 13 for number in part.index] == list(range(23, 30))


def test_part_without_a_frame_is_an_input_error(clips):
    video = probe(clips.make("plain.mp4"), start_s=0.01, end_s=0.03)
    with pytest.raises(InputError, match=r"no frame between 0\.01 s and 0\.03 s"):
        clips.read(video)


MATRICES = [
    "1 0 0 1", "0 1 -1 0", "-1 0 0 -1", "0 -1 1 0", "-1 0 0 1", "1 0 0 -1", "0 1 1 0", "0 -1 -1 0"
]  # fmt: skip


@pytest.mark.parametrize("matrix", MATRICES)
def test_picture_is_turned_as_the_ffmpeg_program_turns_it(clips, matrix):
    """All quarter turns, mirrored or not: a b c d of the display matrix."""
    a, b, c, d = (int(number) for number in matrix.split())
    path = clips.folder / f"turned{matrix.replace(' ', '_')}.mp4"
    data = clips.make("turn.mp4", np.arange(4) / 25).read_bytes()
    # The matrix of the track header: 16.16 fixed point, after its volume and two reserved bytes.
    place = data.index(b"tkhd") + 4 + 40
    fixed = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]
    raw = b"".join((number & 0xFFFFFFFF).to_bytes(4, "big") for number in fixed)
    path.write_bytes(data[:place] + raw + data[place + 36 :])
    video = probe(path)
    assert video.size_wh == ((96, 160) if b else (160, 96))
    clip = clips.read(video)
    shown = clips.shown(path, video.size_wh)
    assert np.abs(clip.images.astype(int) - shown).mean() < 1.5
    assert np.abs(clip.images[:, ::-1].astype(int) - shown).mean() > 10
    assert np.abs(clip.images[:, :, ::-1].astype(int) - shown).mean() > 10


def test_rotated_phone_clip_is_upright(shared_data, clips):
    path = shared_data / "videos/rotated_90.mp4"
    video = probe(path, end_s=0.2)
    assert video.size_wh == (480, 842)
    clip = clips.read(video)
    raw = clips.ffmpeg("-i", path, "-frames:v", 6, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    shown = np.frombuffer(raw, np.uint8).reshape(6, 842, 480, 3)
    assert np.abs(clip.images.astype(int) - shown).mean() < 1.5


def test_slanted_matrix_is_rounded_to_a_quarter_turn():
    angle = np.radians(100)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    assert Orientation.from_matrix(matrix).rotation_deg == 90


@pytest.mark.parametrize(
    ("pix", "codec", "size_wh"),
    [
        ("yuv420p", "libx264", (160, 96)),
        ("yuvj420p", "mjpeg", (160, 96)),
        ("yuv420p10le", "libx264", (160, 96)),
        ("yuv444p", "libx264", (160, 96)),
        ("gray", "ffv1", (160, 96)),
        ("yuva420p", "ffv1", (160, 96)),
        ("rgba", "png", (160, 96)),
        ("bgr0", "ffv1", (160, 96)),
        ("yuv444p", "libx264", (321, 241)),
        ("yuv420p", "ffv1", (321, 241)),
    ],
)
def test_pixel_formats_look_as_the_ffmpeg_program_shows_them(clips, pix, codec, size_wh):
    suffix = "mov" if codec == "png" else "mkv"
    path = clips.make(f"{pix}{size_wh[0]}.{suffix}", codec=codec, pix=pix, size_wh=size_wh)
    video = probe(path)
    clip = clips.read(video)
    assert clip.numbers == list(range(30))
    assert video.size_wh == size_wh
    assert np.abs(clip.images.astype(int) - clips.shown(path, size_wh)).max() <= 12
    assert np.abs(clip.images.astype(int) - clips.shown(path, size_wh)).mean() < 1


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt2020nc"])
@pytest.mark.parametrize("full", ["tv", "pc"])
def test_colours_are_right_for_every_matrix_and_range(clips, matrix, full):
    path = clips.folder / f"{matrix}{full}.mkv"
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [12, 90, 200]])
    image = np.repeat(np.repeat(colours[None], 64, 0), 32, 1).astype(np.uint8)
    ppm = clips.folder / "colours.ppm"
    ppm.write_bytes(b"P6 %d %d 255\n" % image.shape[1::-1] + image.tobytes())
    scale = f"scale=out_color_matrix={matrix.replace('nc', '')}:out_range={full},format=yuv444p"
    clips.ffmpeg("-i", ppm, "-vf", scale, "-c:v", "libx264", "-crf", 1, "-colorspace", matrix,
                 "-color_range", full, path)  # fmt: skip
    seen = clips.read(probe(path)).images[0][32, 16::32]
    assert np.abs(seen.astype(int) - colours).max() <= 4


def test_4k_stays_within_the_memory_that_it_is_given(clips):
    path = clips.make("big.mp4", np.arange(6) / 25, size_wh=(3840, 2160))
    clip = clips.read(probe(path), batch_size=16, max_bytes=100 * 2**20)
    assert clip.images.shape == (6, 2160, 3840, 3)
    assert clip.numbers == list(range(6))
    assert clip.batches == [2, 2, 2]


def test_clip_that_changes_its_size_is_scaled_to_the_first(clips):
    parts = [clips.folder / f"size{width}.ts" for width in (160, 320)]
    for part, size_wh in zip(parts, [(160, 96), (320, 192)], strict=True):
        clips.make(part.name, np.arange(10) / 25, size_wh=size_wh)
    path = clips.folder / "changing.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    clip = clips.read(probe(path))
    assert clip.images.shape == (20, 96, 160, 3)
    assert clip.numbers == [*range(10), *range(10)]
    assert min(np.diff(clip.time_s)) > 0  # the second part's time stamps begin anew


@pytest.mark.parametrize("share", [0.4, 0.9])
@pytest.mark.parametrize("threads", [0, 1])
def test_truncated_clip_yields_what_decodes_and_says_so(shared_data, clips, share, threads):
    path = clips.folder / "cut.mp4"
    clips.ffmpeg("-i", shared_data / "videos/dance_480p.mp4", "-c", "copy",
                 "-movflags", "faststart", path)  # fmt: skip
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    raw = clips.ffmpeg("-i", path, "-an", "-fps_mode", "passthrough", "-f", "framecrc", "-")
    decoded = sum(not line.startswith(b"#") for line in raw.splitlines())
    with FrameReader(probe(path), batch_size=16, threads=threads) as reader:
        assert sum(len(batch) for batch in reader) == decoded == reader.frames_read
    assert 0 < decoded < 338
    assert len(reader.warnings) == 1
    assert f"declares 338 frames, but only {decoded} could be decoded" in reader.warnings[0]


def test_damage_in_the_middle_does_not_end_the_clip(clips):
    path = clips.make("hurt.mkv", codec="ffv1", pix="yuv420p")
    with av.open(path) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        places = [(packet.pos, packet.size) for packet in packets]
    data = bytearray(path.read_bytes())
    where = data.index(bytes(packets[10])[:64])
    data[where : where + places[10][1] - 4] = bytes(places[10][1] - 4)
    path.write_bytes(data)
    clip = clips.read(probe(path))
    assert clip.numbers[-5:] == [25, 26, 27, 28, 29]
    assert len(clip.numbers) >= 29


def test_error_of_the_decoder_reaches_the_reader(tmp_path):
    video = VideoInfo(path=tmp_path / "gone.mp4", size_wh=(64, 48), fps=Fraction(25))
    with pytest.raises(InputError, match="does not exist"), FrameReader(video, batch_size=4) as it:
        next(it)


class Stopped(Exception):
    """What the consumer of a clip may raise."""


@pytest.mark.parametrize("error", [Stopped, KeyboardInterrupt])
def test_leaving_early_stops_the_thread(clips, error):
    video = probe(clips.make("long.mp4", np.arange(400) / 25))
    before = threading.active_count()
    with pytest.raises(error), FrameReader(video, batch_size=4, max_bytes=200_000) as reader:
        next(reader)
        time.sleep(0.05)  # the decoder waits for room by now
        raise error
    assert threading.active_count() == before


def test_waiting_pictures_are_bounded_in_bytes(clips):
    video = probe(clips.make("long.mp4", np.arange(400) / 25))
    frame_bytes = 160 * 96 * 3
    with FrameReader(video, batch_size=4, max_bytes=16 * frame_bytes) as reader:
        time.sleep(0.3)
        assert reader._queue._bytes <= 8 * frame_bytes
        assert sum(len(batch) for batch in reader) == 400


def test_reading_many_times_keeps_memory_flat(clips):
    video = probe(clips.make("plain.mp4"))

    def read_some():
        for turn in range(40):
            with FrameReader(video, batch_size=8, threads=1) as reader:
                for _batch in reader:
                    if turn % 2:
                        break
        gc.collect()
        return resident_bytes()

    first = read_some()
    assert read_some() - first < 4 * 2**20


@pytest.mark.parametrize("threads", [0, 1, 3])
@pytest.mark.parametrize("batch_size", [1, 30, 100])
def test_frames_do_not_depend_on_threads_or_batch_size(clips, threads, batch_size):
    video = probe(clips.make("plain.mp4"))
    clip = clips.read(video, threads=threads, batch_size=batch_size)
    assert np.array_equal(clip.images, clips.read(video).images)


@pytest.mark.parametrize("share", [0.6, 0.75, 0.9])
def test_a_film_in_fragments_that_is_cut_off_says_so(clips, share):
    """It declares nothing but what is in each fragment, as films of phones and browsers do."""
    path = clips.folder / f"fragments{share}.mp4"
    clips.ffmpeg("-i", clips.make("for_fragments.mp4", np.arange(120) / 25), "-c", "copy",
                 "-movflags", "frag_keyframe+empty_moov", path)  # fmt: skip
    assert clips.read(probe(path)).warnings == []
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    clip = clips.read(probe(path))
    assert 0 < len(clip.numbers) < 120
    assert ["cut off" in warning for warning in clip.warnings] == [True]


@pytest.mark.parametrize("row", [1, 3, 6])
def test_frames_that_a_broken_time_table_hides_are_counted(clips, row):
    path = clips.folder / f"table{row}.mp4"
    data = bytearray(clips.make("plain.mp4").read_bytes())
    place = data.index(b"ctts") + 12 + 8 * row + 4
    data[place : place + 4] = (0x7FFFFFFF).to_bytes(4, "big")
    path.write_bytes(data)
    clip = clips.read(probe(path))
    assert len(clip.numbers) < 30
    assert any("time table hides" in warning for warning in clip.warnings)


def test_frames_missing_between_others_are_counted(clips):
    times = np.delete(np.arange(60) / 25, [20, 21, 40])
    clip = clips.read(probe(clips.make("holes.mkv", times)))
    assert clip.warnings == [
        f"3 frames are missing between others of '{clips.folder / 'holes.mkv'}'; the longest gap "
        "is of 0.12 s at 0.76 s"
    ]


def test_a_variable_rate_has_no_holes(clips):
    steps = np.random.default_rng(1).uniform(0.02, 0.1, 60)
    assert clips.read(probe(clips.make("uneven.mkv", np.cumsum(steps)))).warnings == []


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_a_matroska_file_that_is_cut_off_by_a_few_frames_says_so(clips, share):
    path = clips.folder / f"short{share}.mkv"
    data = clips.make("for_cutting.mkv", np.arange(60) / 25, codec="ffv1").read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    clip = clips.read(probe(path))
    assert 0 < len(clip.numbers) < 60
    assert len(clip.warnings) == 1


def test_a_film_that_begins_late_is_not_called_cut_off(clips):
    path = clips.folder / "late_start.mkv"
    clips.ffmpeg("-itsoffset", 3, "-i", clips.make("plain.mp4"), "-f", "lavfi", "-i", "sine=d=4.2",
                 "-map", "0:v", "-map", "1:a", "-c:v", "copy", path)  # fmt: skip
    clip = clips.read(probe(path))
    assert len(clip.numbers) == 30
    assert clip.warnings == []

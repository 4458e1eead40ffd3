import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError, StageError
from framework.video.encode import VideoWriter
from framework.video.ffmpeg import find_ffmpeg
from framework.video.probe import probe

FPS = Fraction(25)


def write(path, pictures, times, fps=FPS, **options):
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, size_wh=(width, height), fps=fps, **options) as writer:
        for picture, time_s in zip(pictures, times, strict=True):
            writer.write(picture, time_s)


def noise(count, size_wh=(320, 240)):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (size_wh[1], size_wh[0], 3), np.uint8) for _ in range(count)]


def both_programs():
    from imageio_ffmpeg import get_ffmpeg_exe

    return sorted({Path(get_ffmpeg_exe()), find_ffmpeg()})


def packet_times(path):
    with av.open(path) as container:
        stream = container.streams.video[0]
        return sorted(
            float(packet.pts * stream.time_base)
            for packet in container.demux(stream)
            if packet.pts is not None
        )


def sound(path):
    """Times and loudness of the sound of a file, in steps of 10 ms."""
    with av.open(path) as container:
        times, levels = [], []
        for frame in container.decode(audio=0):
            samples = np.abs(frame.to_ndarray()).max(axis=0)
            times.append(frame.time + np.arange(samples.size) / frame.sample_rate)
            levels.append(samples)
    return np.concatenate(times), np.concatenate(levels)


@pytest.mark.parametrize("program", both_programs())
@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".MP4"])
def test_every_picture_is_written_once_in_order(clips, tmp_path, suffix, program):
    path = tmp_path / f"out{suffix}"
    write(path, [clips.picture(n) for n in range(40)], np.arange(40) / 25, ffmpeg=program)
    clip = clips.read(probe(path))
    assert clip.numbers == list(range(40))
    assert clip.time_s == pytest.approx(np.arange(40) / 25, abs=1e-6)
    assert [path] == list(tmp_path.iterdir())


def test_mp4_plays_everywhere(clips, tmp_path):
    path = tmp_path / "out.mp4"
    write(path, [clips.picture(n) for n in range(5)], np.arange(5) / 25)
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 25
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # starts to play before it has all arrived


@pytest.mark.parametrize("program", both_programs())
@pytest.mark.parametrize(("suffix", "tolerance"), [(".mp4", 1e-5), (".gif", 0.0056)])
def test_variable_rate_of_a_real_clip_survives(shared_data, tmp_path, suffix, tolerance, program):
    source = shared_data / "videos/variable_rate.mp4"
    times = np.array(packet_times(source))
    path = tmp_path / f"out{suffix}"
    pictures = [np.full((48, 64, 3), n % 256, np.uint8) for n in range(len(times))]
    write(path, pictures, times, fps=probe(source).fps, ffmpeg=program)
    assert np.array(packet_times(path)) == pytest.approx(times, abs=tolerance)


@pytest.mark.parametrize("fps", ["24000/1001", "30000/1001", "25051/1000", "60", "5", "1/2"])
def test_regular_rate_stays_exact(clips, tmp_path, fps):
    path = tmp_path / "out.mp4"
    rate = Fraction(fps)
    write(path, [clips.picture(n) for n in range(8)], [float(n / rate) for n in range(8)], fps=rate)
    video = probe(path)
    assert video.fps == rate
    assert video.duration_s == pytest.approx(float(8 / rate))


def test_gif_faster_than_browsers_play_is_thinned(clips, tmp_path):
    path = tmp_path / "out.gif"
    write(path, [clips.picture(n) for n in range(30)], np.arange(30) / 120, fps=Fraction(120))
    clip = clips.read(probe(path))
    assert np.diff(clip.time_s) == pytest.approx(0.02)
    assert np.array(clip.numbers) / 120 == pytest.approx(clip.time_s, abs=0.0101)


def test_odd_size_gets_one_more_column_and_row(clips, tmp_path):
    path = tmp_path / "odd.mp4"
    write(path, [clips.picture(n, (321, 241)) for n in range(3)], np.arange(3) / 25)
    clip = clips.read(probe(path))
    assert clip.images.shape == (3, 242, 322, 3)
    assert clip.images[:, :, 321].max() < 90  # black, and some of its neighbour's edge
    assert clip.numbers == [0, 1, 2]


def test_colours_come_back(clips, tmp_path):
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [12, 90, 200]])
    image = np.repeat(np.repeat(colours[None], 64, 0), 32, 1).astype(np.uint8)
    for name, tolerance in (("c.mp4", 5), ("c.gif", 8)):
        write(tmp_path / name, [image] * 3, np.arange(3) / 25, crf=4)
        seen = clips.read(probe(tmp_path / name)).images[1][32, 16::32]
        assert np.abs(seen.astype(int) - colours).max() <= tolerance


def test_picture_may_be_drawn_over_after_it_was_written(clips, tmp_path):
    canvas = np.zeros((96, 160, 3), np.uint8)
    with VideoWriter(tmp_path / "out.mp4", size_wh=(160, 96), fps=FPS) as writer:
        for number in range(30):
            canvas[:] = clips.picture(number)
            writer.write(canvas, number / 25)
            canvas[:] = 0
    assert clips.read(probe(tmp_path / "out.mp4")).numbers == list(range(30))


def test_slice_of_a_larger_canvas_is_written(clips, tmp_path):
    canvas = np.zeros((120, 200, 3), np.uint8)
    canvas[10:106, 20:180] = clips.picture(5)
    write(tmp_path / "out.mp4", [canvas[10:106, 20:180]] * 2, [0, 0.04])
    assert clips.read(probe(tmp_path / "out.mp4")).numbers == [5, 5]


def test_bitrate_is_aimed_at(tmp_path):
    sizes = []
    for kbps in (300, 1200):
        path = tmp_path / f"{kbps}.mp4"
        write(path, noise(50), np.arange(50) / 25, bitrate_kbps=kbps, preset="ultrafast")
        sizes.append(path.stat().st_size)
    assert sizes[1] > 1.5 * sizes[0]


@pytest.fixture(scope="module")
def beep(clips):
    """Five seconds of clip, silent but for a beep from 2.0 s to 2.2 s; its pictures come late."""
    path = clips.folder / "beep.mp4"
    clips.ffmpeg(
        "-itsoffset", 0.3, "-i", clips.make("beeping.mp4", np.arange(125) / 25),
        "-f", "lavfi", "-i", "sine=1000:duration=5.3,volume='between(t,2.3,2.5)':eval=frame",
        "-c:v", "copy", path,
    )  # fmt: skip
    return path


@pytest.mark.parametrize("part", [{}, {"start_s": 1.3, "end_s": 3.5}, {"end_s": 3.0}])
def test_sound_stays_with_the_picture(clips, tmp_path, beep, part):
    video = probe(beep, **part)
    assert video.has_audio
    clip = clips.read(video)
    path = tmp_path / "out.mp4"
    write(path, clip.images, clip.time_s, audio_from=video)
    times, levels = sound(path)
    loud = times[levels > 0.05]
    start_s = clip.time_s[0]
    assert [loud.min(), loud.max()] == pytest.approx([2.0 - start_s, 2.2 - start_s], abs=0.03)
    length_s = (part.get("end_s") or 5.0) - start_s
    assert times.max() == pytest.approx(length_s, abs=0.06)


def test_clip_without_sound_is_written_without(clips, tmp_path):
    video = probe(clips.make("plain.mp4"))
    write(tmp_path / "out.mp4", [clips.picture(0)] * 2, [0, 0.04], audio_from=video)
    assert not probe(tmp_path / "out.mp4").has_audio


@pytest.mark.parametrize(
    "name",
    ["with space.mp4", "qu'ote\".mp4", "a=b,c.mp4", "${x}.gif", "тест ü 日本.gif", "-dash.mp4",
     "a:b.mp4", "%03d.mp4", "%03d.gif"],
)  # fmt: skip
def test_any_file_name_is_written(clips, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write(Path(name), [clips.picture(n) for n in range(3)], np.arange(3) / 25)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert probe(tmp_path / name).n_frames in {3, None}


def test_other_suffix_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"\.avi"):
        VideoWriter(tmp_path / "out.avi", size_wh=(64, 48), fps=FPS)


def test_clip_is_never_written_over_itself(clips, tmp_path):
    path = tmp_path / "same.mp4"
    shutil.copy(clips.make("plain.mp4"), path)
    with pytest.raises(ConfigurationError, match="written over the clip"):
        VideoWriter(path, size_wh=(160, 96), fps=FPS, audio_from=probe(path))
    assert probe(path).n_frames == 30


def test_missing_program_is_a_backend_error(tmp_path):
    with pytest.raises(BackendError):
        VideoWriter(tmp_path / "a.mp4", size_wh=(64, 48), fps=FPS, ffmpeg=tmp_path / "no")


def test_program_of_another_system_is_a_backend_error(tmp_path):
    program = tmp_path / "ffmpeg"
    program.write_bytes(b"no program at all")
    program.chmod(0o755)
    with pytest.raises(BackendError, match="cannot be started"):
        write(tmp_path / "out.mp4", noise(1), [0.0], ffmpeg=program)


def test_video_without_a_picture_is_an_error(tmp_path):
    with pytest.raises(StageError, match="it has no frame"):
        write_nothing(tmp_path / "out.mp4")
    assert not list(tmp_path.iterdir())


def write_nothing(path):
    with VideoWriter(path, size_wh=(64, 48), fps=FPS):
        pass


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_error_while_drawing_leaves_no_file(tmp_path, suffix):
    threads = threading.active_count()
    with (
        pytest.raises(KeyboardInterrupt),
        VideoWriter(tmp_path / f"out{suffix}", size_wh=(320, 240), fps=FPS) as writer,
    ):
        for number, picture in enumerate(noise(30)):
            writer.write(picture, number / 25)
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
    assert threading.active_count() == threads


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_error_while_the_file_is_finished_leaves_no_file(tmp_path, monkeypatch, suffix):
    """Ctrl-C while the last pictures are encoded."""
    writer = VideoWriter(tmp_path / f"out{suffix}", size_wh=(320, 240), fps=FPS)
    with pytest.raises(KeyboardInterrupt), writer:
        for number, picture in enumerate(noise(5)):
            writer.write(picture, number / 25)
        process = writer._feeder._process
        waits = iter([KeyboardInterrupt()])

        def wait(really=process.wait):
            for interrupt in waits:
                raise interrupt
            return really()

        monkeypatch.setattr(process, "wait", wait)
    assert not list(tmp_path.iterdir())


def test_picture_of_another_size_is_refused(tmp_path):
    writer = VideoWriter(tmp_path / "out.mp4", size_wh=(320, 240), fps=FPS)
    with pytest.raises(ValueError, match=r"\(240, 320, 3\)"), writer:
        writer.write(np.zeros((320, 240, 3), np.uint8), 0.0)


def failure(path, count=60, size_wh=(640, 480)):
    with pytest.raises(StageError) as caught:
        write(path, noise(count, size_wh), np.arange(count) / 25, crf=0)
    assert str(path) in caught.value.message
    return caught.value


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_folder_that_is_not_there_is_named(tmp_path, suffix):
    error = failure(tmp_path / "no" / f"out{suffix}")
    assert "No such file or directory" in error.message
    assert "output folder" in error.hint


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_full_disk_is_said_and_leaves_nothing(tmp_path, suffix):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = [shutil.which("mount"), "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        error = failure(disk / f"out{suffix}")
        assert "No space left" in error.message
        assert "Make room" in error.hint
        assert not list(disk.iterdir())
    finally:
        subprocess.run([shutil.which("umount"), disk], check=True)


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_limit_of_file_size_is_said_and_leaves_nothing(tmp_path, suffix):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
    try:
        error = failure(tmp_path / f"out{suffix}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "Make room" in error.hint
    assert not list(tmp_path.iterdir())


def test_program_that_dies_is_noticed_and_not_waited_for(tmp_path):
    path = tmp_path / "out.mp4"
    with (
        pytest.raises(StageError, match="signal 9"),
        VideoWriter(path, size_wh=(640, 480), fps=FPS) as writer,
    ):
        for number, picture in enumerate(noise(200, (640, 480))):
            writer.write(picture, number / 25)
            if number == 5:
                writer._feeder._process.kill()
    assert not path.exists()


def test_talkative_program_does_not_block(tmp_path):
    program = tmp_path / "talker"
    program.write_text(
        "#!/bin/sh\nyes 'a long complaint about nothing' | head -c 3000000 >&2\n"
        "cat > /dev/null\necho the end >&2\nexit 3\n"
    )
    program.chmod(0o755)
    with pytest.raises(StageError, match="the end"):
        write(tmp_path / "out.mp4", noise(20), np.arange(20) / 25, ffmpeg=program)


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_ctrl_c_in_a_terminal_leaves_no_file(tmp_path, suffix):
    """The signal goes to the whole process group, as a terminal sends it."""
    code = (
        "import sys, pathlib, numpy, fractions\n"
        "from framework.video.encode import VideoWriter\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "picture = numpy.random.default_rng(0).integers(0, 256, (480, 640, 3), numpy.uint8)\n"
        "with VideoWriter(path, size_wh=(640, 480), fps=fractions.Fraction(25)) as writer:\n"
        "    for number in range(100_000):\n"
        "        writer.write(picture, number / 25)\n"
        "        if number == 20: print('writing', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / f"out{suffix}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdout.readline() == b"writing\n"
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        _, messages = process.communicate(timeout=20)
    assert messages.rstrip().endswith(b"KeyboardInterrupt")
    assert not list(tmp_path.iterdir())


def test_a_film_too_wide_for_the_encoder_is_scaled_down(tmp_path):
    path = tmp_path / "wide.mp4"
    with VideoWriter(path, size_wh=(20000, 64), fps=Fraction(25)) as writer:
        for number in range(3):
            writer.write(np.full((64, 20000, 3), 40 * number, np.uint8), number / 25)
    assert probe(path).size_wh == (16384, 52)
    assert writer.notes == ["the rendered video is 16384x52: its encoder allows no more"]

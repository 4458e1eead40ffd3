"""Opening files: nothing but the file that was named is opened, and nothing is waited for."""

import os
import threading
import time

import pytest

from framework.errors import InputError
from framework.reading import Reading
from framework.video.container import open_video
from framework.video.decode import FrameReader
from framework.video.probe import probe

LISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n",
    "renamed.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n",
    "script.txt": "ffconcat version 1.0\nfile {}\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_other_files_is_refused_unless_allowed(clips, tmp_path, name):
    target = tmp_path / "other.ts"
    target.write_bytes(clips.make("other.ts").read_bytes())
    path = tmp_path / name
    path.write_text(LISTS[name].format(target.name))
    with pytest.raises(InputError, match=r"names other files.*\n.*playlists=true"):
        probe(path)
    if name != "renamed.mp4":  # FFmpeg itself wants the suffix of such a list
        video = probe(path, reading=Reading(playlists=True))
        assert video.size_wh == (160, 96)


def test_a_live_list_is_given_up_after_a_time(clips, tmp_path):
    """It never says that it has ended; the frames that came are kept."""
    (tmp_path / "part.ts").write_bytes(clips.make("part_of_live.ts").read_bytes())
    path = tmp_path / "live.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.2,\npart.ts\n")
    begin = time.monotonic()
    video = probe(path, reading=Reading(playlists=True, timeout_s=2))
    with FrameReader(video, batch_size=8) as reader:
        frames = sum(len(batch) for batch in reader)
    assert 0 < frames <= 30
    assert time.monotonic() - begin < 30


def test_a_file_that_stops_answering_is_an_input_error(clips, monkeypatch):
    """As on a network share that has gone: the read never returns."""
    video = probe(clips.make("stalled.mp4"), reading=Reading(timeout_s=0.3))
    free = threading.Event()
    monkeypatch.setattr("framework.video.decode.LEAVE_S", 0.1)

    def stuck(self):
        free.wait(20)
        yield from ()

    monkeypatch.setattr(FrameReader, "_chosen_frames", stuck)
    begin = time.monotonic()
    with pytest.raises(InputError, match=r"gave no frame for 0\.3 s"):
        list(FrameReader(video, batch_size=4).__enter__())
    assert time.monotonic() - begin < 5
    free.set()


@pytest.mark.skipif(not os.path.exists("/proc/kmsg"), reason="no proc file system")  # noqa: PTH110
def test_files_of_the_system_without_a_size_are_not_waited_for():
    with pytest.raises(InputError, match="empty"):
        probe("/proc/kmsg")


def test_a_percent_sign_in_a_name_is_no_numbering(clips, tmp_path):
    path = tmp_path / "take%03d.png"
    clips.ffmpeg("-i", clips.make("one.mp4"), "-frames:v", 1, "-update", 1, tmp_path / "a.png")
    (tmp_path / "a.png").rename(path)
    (tmp_path / "take001.png").write_bytes(b"something else")
    with open_video(path) as (_, stream):
        assert (stream.width, stream.height) == (160, 96)


def test_an_animated_avif_is_read_to_its_end(clips):
    """Its first frame is there a second time, as a still picture."""
    path = clips.folder / "moving.avif"
    clips.ffmpeg("-i", clips.make("for_avif.mp4"), "-frames:v", 8, "-c:v", "libsvtav1", path)
    clip = clips.read(probe(path))
    assert clip.numbers == list(range(8))


def test_an_animated_webp_is_read_or_refused_with_the_way_out(clips):
    path = clips.folder / "moving.webp"
    clips.ffmpeg("-i", clips.make("for_webp.mp4"), "-frames:v", 8, "-c:v", "libwebp_anim", path)
    try:
        video = probe(path)
    except InputError as error:
        assert "ffmpeg -i moving.webp clip.mp4" in str(error)
    else:
        assert clips.read(video).numbers == list(range(8))

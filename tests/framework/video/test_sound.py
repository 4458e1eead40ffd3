"""Sound that cannot be read, or not wholly, never ends a rendered video."""

import av
import numpy as np
import pytest

from framework.video.encode import VideoWriter
from framework.video.ffmpeg import find_ffmpeg
from framework.video.probe import probe
from framework.video.sound import encode_sound

TONE = ("-f", "lavfi", "-i", "sine=600:duration=2")
SILENT = ("-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono:d=2")


@pytest.fixture(scope="module")
def picture(clips):
    return clips.make("picture_for_sound.mp4", np.arange(50) / 25)


def written(clip, path):
    """Notes of a writer of a short video with the sound of a clip."""
    video = probe(clip)
    writer = VideoWriter(path, size_wh=(64, 48), fps=video.fps, audio_from=video)
    with writer:
        for row in range(50):
            writer.write(np.zeros((48, 64, 3), np.uint8), row / 25)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    return writer.notes


def test_the_sound_goes_too_where_the_encoder_cannot_start(clips, picture, tmp_path, monkeypatch):
    clip = clips.folder / "tone_for_abort.mp4"
    clips.ffmpeg("-i", picture, *TONE, "-c:v", "copy", "-c:a", "aac", clip)
    monkeypatch.setattr("framework.video.encode._start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        written(clip, tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def interrupted(command):
    raise KeyboardInterrupt


def loudness(path) -> float:
    with av.open(path) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return max(float(np.abs(frame).max()) for frame in frames)


def test_damaged_sound_is_left_out_and_said(clips, picture, tmp_path):
    good = clips.folder / "tone.mp4"
    clips.ffmpeg("-i", picture, *TONE, "-c:v", "copy", "-c:a", "aac", good)
    bad = clips.folder / "noise.mp4"
    clips.ffmpeg("-i", good, "-c", "copy", "-bsf:a", "noise=amount=1", bad)
    [note] = written(bad, tmp_path / "out.mp4")
    assert "the rendered video has no sound: Decode error rate" in note and "0x" not in note
    assert not probe(tmp_path / "out.mp4").has_audio
    assert written(good, tmp_path / "out.mp4") == []
    assert loudness(tmp_path / "out.mp4") > 0.05


@pytest.mark.parametrize("channels", [1, 2, 6, 9, 16])
def test_tracks_of_any_number_of_channels_are_heard(clips, picture, tmp_path, channels):
    clip = clips.folder / f"channels{channels}.mov"
    raw = clips.folder / f"channels{channels}.pcm"
    tone = np.sin(np.arange(2 * 44100) / 10) * 20_000
    raw.write_bytes(np.repeat(tone[:, None], channels, axis=1).astype("<i2").tobytes())
    sound = ("-f", "s16le", "-ar", 44100, "-ac", channels, "-i", raw)
    clips.ffmpeg("-i", picture, *sound, "-c:v", "copy", "-c:a", "pcm_s16le", clip)
    assert written(clip, tmp_path / "out.mp4") == []
    assert loudness(tmp_path / "out.mp4") > 0.02


def test_the_first_track_that_can_be_read_is_taken(clips, picture, tmp_path):
    clip = clips.folder / "two_tracks.mkv"
    clips.ffmpeg(
        "-i", picture, *SILENT, *TONE, "-map", "0:v", "-map", "1:a", "-map", "2:a",
        "-c:v", "copy", "-c:a:0", "adpcm_ima_wav", "-c:a:1", "aac", clip,
    )  # fmt: skip
    # A codec that no decoder knows, of the same length, so that the file stays whole.
    data = clip.read_bytes()
    clip.write_bytes(data.replace(b"A_MS/ACM", b"A_XX/ACM"))
    assert len(av.open(clip).streams.audio) == 2
    assert written(clip, tmp_path / "out.mp4") == []
    assert loudness(tmp_path / "out.mp4") > 0.05


def test_no_file_is_left_where_no_track_can_be_read(clips, picture, tmp_path):
    clip = clips.folder / "unknown.mkv"
    clips.ffmpeg("-i", picture, *SILENT, "-c:v", "copy", "-c:a", "adpcm_ima_wav", clip)
    clip.write_bytes(clip.read_bytes().replace(b"A_MS/ACM", b"A_XX/ACM"))
    reason = encode_sound(probe(clip), 0.0, tmp_path / "sound.mka", find_ffmpeg(None))
    assert reason and list(tmp_path.iterdir()) == []
    notes = written(clip, tmp_path / "out.mp4")
    assert "the rendered video has no sound" in notes[0]
    assert not probe(tmp_path / "out.mp4").has_audio

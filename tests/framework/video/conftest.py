"""Clips made for these tests: every frame carries its number as a row of black and white blocks."""

import struct
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from framework.video.decode import FrameReader
from framework.video.ffmpeg import find_ffmpeg
from framework.video.focal_metadata import EQUIVALENT

BITS = 10
TICKS = 12800


class Clips:
    """Makes clips in a folder and reads them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def picture(number, size_wh=(160, 96)):
        """A grey picture whose upper half spells ``number`` in bits, lowest at the left."""
        width, height = size_wh
        image = np.full((height, width, 3), 128, np.uint8)
        edges = np.linspace(0, width, BITS + 1).astype(int)
        for bit in range(BITS):
            image[: height // 2, edges[bit] : edges[bit + 1]] = 255 * (number >> bit & 1)
        return image

    @staticmethod
    def number(image):
        """Read back what `picture` wrote."""
        height, width = image.shape[:2]
        edges = np.linspace(0, width, BITS + 1).astype(int)
        bits = [
            image[height // 8 : height // 4, left + 3 : right - 3].mean() > 128
            for left, right in pairwise(edges)
        ]
        return sum(int(bit) << place for place, bit in enumerate(bits))

    def make(self, name, times=None, *, size_wh=(160, 96), codec="libx264", pix="yuv420p", mux=()):
        """Write a numbered clip; default is 30 frames at 25 fps with a key frame every 8."""
        times = np.arange(30) / 25 if times is None else np.asarray(times)
        path = self.folder / name
        with av.open(path, "w", options=dict(mux)) as container:
            options = {"crf": "12", "bf": "2"} if codec == "libx264" else {}
            stream = container.add_stream(codec, rate=25, options=options)
            stream.width, stream.height = size_wh
            stream.pix_fmt = pix
            stream.codec_context.gop_size = 8
            stream.codec_context.time_base = Fraction(1, TICKS)
            for number, time_s in enumerate(times):
                frame = av.VideoFrame.from_ndarray(self.picture(number, size_wh), "rgb24")
                frame = frame.reformat(format=pix)
                frame.pts, frame.time_base = round(time_s * TICKS), Fraction(1, TICKS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    @staticmethod
    def ffmpeg(*arguments):
        """Run the ffmpeg program, quietly; return what it wrote to its output pipe."""
        command = [find_ffmpeg(), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def shown(self, path, size_wh):
        """The frames as the ffmpeg program shows them, (T, H, W, 3)."""
        raw = self.ffmpeg("-i", path, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt",
                          "rgb24", "-")  # fmt: skip
        return np.frombuffer(raw, np.uint8).reshape(-1, size_wh[1], size_wh[0], 3)

    def read(self, video, **options):
        """All frames of a clip in one piece: images, index, time_s, numbers, warnings."""
        with FrameReader(video, **({"batch_size": 7} | options)) as reader:
            batches = list(reader)
        clip = SimpleNamespace(
            images=np.concatenate([batch.images for batch in batches]),
            index=np.concatenate([batch.index for batch in batches]),
            time_s=np.concatenate([batch.time_s for batch in batches]),
            batches=[len(batch) for batch in batches],
            frames_read=reader.frames_read,
            warnings=reader.warnings,
        )
        clip.numbers = [self.number(image) for image in clip.images]
        return clip


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    return Clips(tmp_path_factory.mktemp("clips"))


def atom(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def of_phone(kind, value, *, full=False):
    """The ``meta`` atom of a track; ``full``: with version and flags, as MP4 has it."""
    key = EQUIVALENT.encode()
    return atom(
        b"meta",
        bytes(4 * full),
        atom(b"hdlr", struct.pack(">II4s", 0, 0, b"mdta"), bytes(13)),
        atom(b"keys", struct.pack(">II", 0, 2), atom(b"mdta", b"other"), atom(b"mdta", key)),
        atom(
            b"ilst", atom(struct.pack(">I", 2), atom(b"data", struct.pack(">II", kind, 0), value))
        ),
    )


def with_track_metadata(data, meta):
    """Put an atom into the first track of a file whose ``moov`` comes last."""
    moov = data.rindex(b"moov") - 4
    track = data.index(b"trak", moov) - 4
    out = bytearray(data)
    for place in (moov, track):
        size = struct.unpack_from(">I", data, place)[0]
        struct.pack_into(">I", out, place, size + len(meta))
    end = track + struct.unpack_from(">I", data, track)[0]
    return bytes(out[:end] + meta + out[end:])


@pytest.fixture(scope="session")
def quicktime():
    """Builders of atoms, for files as phones write them."""
    return SimpleNamespace(atom=atom, of_phone=of_phone, with_track_metadata=with_track_metadata)

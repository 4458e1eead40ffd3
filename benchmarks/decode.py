"""Speed of decoding against ``ffmpeg -f null`` with as many threads.

    python benchmarks/decode.py [CLIP] [--threads N] [--repeat N]

Without a clip one is generated: 300 noisy frames of 1080p H.264. Both figures are frames per second
divided by ffmpeg's, the best of several alternating rounds: for the decoder alone, which has the
goal, and for upright RGB frames in batches, as a run needs them (a conversion that ffmpeg's figure
does not include).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from framework.video.decode import FrameReader
from framework.video.decoder import open_decoder
from framework.video.ffmpeg import find_ffmpeg
from framework.video.probe import probe

GOAL = 0.95
QUIET = ("-nostdin", "-loglevel", "error", "-y")


def main() -> int:
    """Print the figures; exit with 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("clip", type=Path, nargs="?", help="default: a generated one")
    parser.add_argument("--threads", type=int, default=0, help="of the decoder; 0 is one per core")
    parser.add_argument("--repeat", type=int, default=5, help="rounds, of which the best counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = options.clip or generated(Path(folder) / "noise.mp4")
        return compare(clip, options.threads, options.repeat)


def generated(path: Path) -> Path:
    """300 frames of 1080p H.264, moving and noisy, some 7 Mbit/s."""
    source = "testsrc2=size=1920x1080:rate=30:duration=10,noise=alls=12:allf=t"
    encoder = ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "7M", "-pix_fmt", "yuv420p")
    subprocess.run([find_ffmpeg(), *QUIET, "-f", "lavfi", "-i", source, *encoder, path], check=True)
    return path


def compare(clip: Path, threads: int, repeat: int) -> int:
    """Measure the three ways in alternation, so that a busy machine slows all of them."""
    ways: dict[str, Callable[[], None]] = {
        "ffmpeg -f null": lambda: with_ffmpeg(clip, threads),
        "decoder": lambda: with_decoder(clip, threads),
        "RGB batches": lambda: with_reader(clip, threads),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(repeat):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - begin)
    ratio = {name: best["ffmpeg -f null"] / seconds for name, seconds in best.items()}
    for name, seconds in best.items():
        goal = f"  goal {GOAL}" if name == "decoder" else ""
        print(f"{name:15} {seconds:6.2f} s   speed / ffmpeg's {ratio[name]:.2f}{goal}")
    return int(ratio["decoder"] < GOAL)


def with_ffmpeg(clip: Path, threads: int) -> None:
    """Decode and discard."""
    command = [
        find_ffmpeg(),
        *QUIET,
        "-threads",
        str(threads),
        "-i",
        clip,
        "-an",
        "-f",
        "null",
        "-",
    ]
    subprocess.run(command, check=True)


def with_decoder(clip: Path, threads: int) -> None:
    """Decode as a run does, without conversion to RGB."""
    with open_decoder(clip, threads) as decoder:
        for _frame in decoder.frames():
            pass


def with_reader(clip: Path, threads: int) -> None:
    """Decode and convert as a run does."""
    with FrameReader(probe(clip), batch_size=16, threads=threads) as reader:
        for _batch in reader:
            pass


if __name__ == "__main__":
    sys.exit(main())

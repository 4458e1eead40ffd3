"""Kills runs, damages films, results, keypoint files and records, and counts what goes wrong.

    python benchmarks/assault.py kills=60 films=200 files=200 records=1000

Prints a line per kind: how many were tried, and how many were lost, mixed, hung or silent; the goal
is 0 of each. Every number comes from ``seed``.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from framework import results
from framework.errors import FrameworkError
from framework.outputs import OutputFolder
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import read
from framework.video.decode import FrameReader
from framework.video.probe import probe

LIMIT_S = 20
FRAMES = 60
FORMATS = {"mp4": "libx264", "mkv": "libx264", "avi": "mpeg4", "ts": "mpeg2video", "mov": "mjpeg"}
KEYPOINTS = ("detector=keypoints", "detector.image_size_wh=[640,480]", "detector.fps=25")
KILLED = """
import os, sys
from pathlib import Path
real, left = Path.replace, int(sys.argv.pop(1))
def replace(self, target):
    global left
    left -= 1
    if left == -1:
        os.kill(os.getpid(), 9)
    return real(self, target)
Path.replace = replace
from framework.cli import main
main()
"""


class Hung(Exception):
    """It took longer than `LIMIT_S`."""


@contextmanager
def limited() -> Iterator[None]:
    """Raise `Hung` in a block that takes too long."""

    def stop(number: int, frame: object) -> None:
        raise Hung

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT_S)
    try:
        yield
    finally:
        signal.alarm(0)


def film(path: Path, codec: str) -> None:
    """A moving pattern."""
    random_ = np.random.default_rng(1)
    base = random_.integers(0, 255, (12, 200, 3), np.uint8).repeat(8, axis=0)
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=Fraction(25))
        stream.width, stream.height = 160, 96
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = 10
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(base[:, number % 40 : number % 40 + 160].copy())
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode(None))


def damaged(data: bytes, dice: random.Random) -> bytes:
    """One of five kinds of damage."""
    out, kind = bytearray(data), dice.randrange(5)
    place = dice.randrange(len(out))
    if kind == 0:
        return bytes(out[: max(1, place)])
    if kind == 1:
        del out[place : place + dice.randrange(1, 2000)]
    elif kind == 2:
        out[place:place] = dice.randbytes(dice.randrange(1, 2000))
    else:
        for _ in range(dice.choice([1, 3, 30])):
            out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def films(count: int, dice: random.Random, folder: Path) -> Counter[str]:
    """Damaged films: frames that are missing must be mentioned."""
    seen: Counter[str] = Counter()
    for suffix, codec in FORMATS.items():
        film(folder / f"whole.{suffix}", codec)
    for _ in range(count):
        suffix = dice.choice(list(FORMATS))
        path = folder / f"broken.{suffix}"
        whole = (folder / f"whole.{suffix}").read_bytes()
        path.write_bytes(damaged(whole, dice))
        try:
            with limited():
                video = probe(path)
                with FrameReader(video, batch_size=16) as reader:
                    frames = sum(len(batch) for batch in reader)
        except FrameworkError:
            seen["refused"] += 1
        except Hung:
            seen["hung"] += 1
        except Exception as error:
            seen[f"unexpected {type(error).__name__}"] += 1
        else:
            said = bool(reader.warnings or video.notes)
            # An MPEG transport stream declares no length: its end is where it ends.
            shorter = suffix == "ts" and whole.startswith(path.read_bytes())
            kind = "whole" if frames >= FRAMES else "said" if said else "silent"
            seen["shorter stream" if kind == "silent" and shorter else kind] += 1
            if kind == "silent" and not shorter:
                sys.stderr.write(f"silent: {suffix}, {frames} of {FRAMES} frames\n")
    return seen


def files(count: int, dice: random.Random, folder: Path, result: Path) -> Counter[str]:
    """Damaged result and keypoint files: a result that loads has the shape of the whole one."""
    seen: Counter[str] = Counter()
    whole = {path: path.read_bytes() for path in (result, result.with_suffix(".json"))}
    for _ in range(count):
        source = dice.choice(list(whole))
        path = folder / f"broken{source.suffix}"
        path.write_bytes(damaged(whole[source], dice))
        for reader in (results.load, lambda file: read(file, KeypointFilesConfig())):
            try:
                with limited():
                    reader(path)
                seen["read"] += 1
            except FrameworkError:
                seen["refused"] += 1
            except Hung:
                seen["hung"] += 1
            except Exception as error:
                seen[f"unexpected {type(error).__name__}"] += 1
    return seen


def records(count: int, dice: random.Random, folder: Path, result: Path) -> Counter[str]:
    """Damaged records: nothing but ConfigurationError, and never a file of another content."""
    seen: Counter[str] = Counter()
    record = result.with_name(f"{result.stem}_summary.json")
    whole, source = record.read_bytes(), folder / "input.json"
    for _ in range(count):
        place = folder / "records"
        place.mkdir(exist_ok=True)
        (place / record.name).write_bytes(damaged(whole, dice))
        (place / result.name).write_bytes(b"somebody else's")
        try:
            with limited(), OutputFolder(place, result.stem, source) as output:
                output.target.with_suffix(".npz").write_bytes(b"new")
                output.commit([output.target.with_suffix(".npz")])
            seen["lost"] += 1
        except FrameworkError:
            seen["refused"] += 1
        except Hung:
            seen["hung"] += 1
        except Exception as error:
            seen[f"unexpected {type(error).__name__}"] += 1
    return seen


def run(folder: Path, *options: str, before: str = "", after_s: float | None = None) -> int:
    """Run the program on the keypoint file of a folder; kill it at a rename or after a time."""
    program = ["-c", KILLED, before] if before else ["-m", "framework"]
    fixed = ["input=input.json", "output=out", "renderer=none", *KEYPOINTS]
    command = [sys.executable, *program, *fixed, *options]
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdout=silent, stderr=silent)
    try:
        return process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def content(folder: Path) -> dict[str, str]:
    """Digests of all results but the summary, which holds times."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "out").iterdir())
        if path.is_file()
        and path.suffix in (".npz", ".csv", ".json")
        and "summary" not in path.name
    }


def kills(count: int, dice: random.Random, folder: Path) -> Counter[str]:
    """Kills over an earlier result; then a resumed run must give the result of its settings."""
    seen: Counter[str] = Counter()
    wanted = {}
    for stride in ("stride=1", "stride=2"):
        run(folder, stride)
        wanted[stride] = content(folder)
    for number in range(count):
        stride = f"stride={number % 2 + 1}"
        if number % 2:
            run(folder, stride, before=str(dice.randrange(9)))
        else:
            run(folder, stride, after_s=dice.uniform(0.3, 5))
        seen["killed"] += 1
        record = folder / "out" / "input_summary.json"
        if record.exists():
            digests = json.loads(record.read_bytes())["sha256"]
            now = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                   for path in (folder / "out").iterdir() if path.is_file()}  # fmt: skip
            seen["mixed"] += any(now.get(name) != sha256 for name, sha256 in digests.items())
        code = run(folder, stride, "resume=true")
        seen["lost"] += code != 0 or content(folder) != wanted[stride]
        seen["left behind"] += any(path.name.startswith(".") for path in (folder / "out").iterdir())
    return seen


def made_input(folder: Path) -> None:
    """Keypoints of a person who walks, as AlphaPose writes them."""
    people = []
    for frame in range(40):
        points = [value for joint in range(17) for value in (200 + frame + 3 * (joint % 4),
                                                             60 + 20 * joint, 0.9)]  # fmt: skip
        people.append({"image_id": f"{frame}.jpg", "category_id": 1, "keypoints": points,
                       "score": 3.0})  # fmt: skip
    (folder / "input.json").write_text(json.dumps(people))


def main() -> None:
    """Try every kind that the command line names."""
    chosen = dict(argument.split("=") for argument in sys.argv[1:])
    dice = random.Random(int(chosen.pop("seed", "0")))
    logging.disable(logging.CRITICAL)
    av.logging.set_level(None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_input(folder)
        os.environ["FRAMEWORK_PLUGINS"] = ""
        run(folder)
        result = folder / "out" / "input.npz"
        for kind, count in chosen.items():
            begun = time.monotonic()
            tried = {
                "kills": lambda n: kills(n, dice, folder),
                "films": lambda n: films(n, dice, folder),
                "files": lambda n: files(n, dice, folder, result),
                "records": lambda n: records(n, dice, folder, result),
            }[kind](int(count))
            counts = ", ".join(f"{key} {value}" for key, value in sorted(tried.items()))
            print(f"{kind} {count}: {counts} ({time.monotonic() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    main()

"""Runs the program as a person does and makes the clips that go wrong."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from framework.cli import main
from framework.sweeps import exit_codes

TICKS = 12800
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DATA = ["exporter=[npz]", "threads=1"]
QUICK = "detector.tiles=one"


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ended]]:
    """Run the program in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")  # the program sets it; this takes it back
    handlers = {number: signal.getsignal(number) for number in SIGNALS}

    def call(*arguments: str, render: bool = False) -> Ended:
        stages = [*DATA, "renderer.height_px=120" if render else "renderer=none"]
        if not any(argument.startswith("detector=") for argument in arguments):
            stages.append(QUICK)
        exit_codes.clear()
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["framework", *stages, *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capfd.readouterr()
        assert "Traceback" not in printed.err
        return Ended(int(end.value.code or 0), printed.out, printed.err)

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def make_clip(tmp_path: Path) -> Callable[..., Path]:
    """Write a clip of flat greys: nobody is in it, and it costs next to nothing."""

    def make(
        name: str = "clip.mp4",
        frames: int = 3,
        *,
        times: Sequence[float] | None = None,
        size_wh: tuple[int, int] = (160, 120),
        codec: str = "libx264",
        pix: str = "yuv420p",
        mux: str | None = None,
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        times = [frame / 25 for frame in range(frames)] if times is None else times
        # A file object, because not every name of these tests has a suffix that says the format.
        with path.open("wb") as file, av.open(file, "w", format=mux or "mp4") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = size_wh
            stream.pix_fmt = pix
            stream.codec_context.gop_size = 8
            stream.codec_context.time_base = Fraction(1, TICKS)
            for number, time_s in enumerate(times):
                grey = np.full((size_wh[1], size_wh[0], 3), 60 + number % 120, np.uint8)
                frame = av.VideoFrame.from_ndarray(grey, "rgb24").reformat(format=pix)
                frame.pts, frame.time_base = round(time_s * TICKS), Fraction(1, TICKS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


@pytest.fixture
def listing() -> Callable[[Path], list[str]]:
    """Every file and folder below a folder, hidden ones included."""

    def walk(folder: Path) -> list[str]:
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))

    return walk

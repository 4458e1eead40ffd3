"""Frames that an interpolator made: never in the data, in the picture where it is asked for."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework import Pipeline
from framework.results import load
from framework.stages import Renderer
from framework.types import FrameBatch, RunResult
from framework.video.encode import VideoWriter

SIZE_WH = (64, 48)
TIMES = np.cumsum([0, 0.04, 0.04, 0.12, 0.04, 0.3, 0.7, 0.04, 0.04])
"""A variable rate with a pause of 0.7 s."""
CUT = 5
"""The number of the first frame of another shot."""


@pytest.fixture(scope="module")
def uneven_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "uneven.mp4"
    y, x = np.mgrid[: SIZE_WH[1], : SIZE_WH[0]]
    with VideoWriter(path, size_wh=SIZE_WH, fps=Fraction(25), crf=10) as writer:
        for frame, time_s in enumerate(TIMES):
            inside = (x - 20 - 2 * frame) ** 2 + (y - 24) ** 2 < 64
            wall = 20 if frame < CUT else 90
            grey = np.where(inside, 230, wall).astype(np.uint8)
            writer.write(np.repeat(grey[..., None], 3, 2), float(time_s))
    return path


INTERPOLATORS = st.one_of(
    st.just(["interpolator=none"]),
    st.builds(
        lambda factor, gap: [
            "interpolator=minterpolate",
            f"interpolator.factor={factor}",
            f"interpolator.max_gap_s={gap}",
        ],
        st.integers(1, 5),
        st.sampled_from([0.1, 0.5, 1.0]),
    ),
    st.builds(
        lambda target: ["interpolator=minterpolate", f"interpolator.target_fps={target}"],
        st.sampled_from([5, 24, 60]),
    ),
)


@given(
    stages=st.tuples(INTERPOLATORS, st.sampled_from(["largest", "largest_complete"])),
    batch_size=st.integers(1, 5),
    part=st.sampled_from([(0.0, None, 1), (0.05, 1.0, 1), (0.0, None, 3), (0.2, 0.6, 2)]),
)
@settings(max_examples=25, deadline=None)
def test_there_is_one_row_per_source_frame_and_person_whatever_was_made(
    uneven_clip, disc_detector, stages, batch_size, part
):
    (interpolator, tracker), (start_s, end_s, stride) = stages, part
    chosen = ["lifter=detector3d", f"tracker={tracker}", "completeness=none", *interpolator]
    cut = [f"start_s={start_s}", f"end_s={'null' if end_s is None else end_s}", f"stride={stride}"]
    config = Pipeline.from_config([*chosen, *cut, "renderer=none", "progress=false"]).config
    result = Pipeline(config, detector=disc_detector(batch_size)).run(uneven_clip)
    until_s = np.inf if end_s is None else end_s
    wanted = np.flatnonzero((TIMES > start_s - 1e-4) & (TIMES < until_s - 1e-4))[::stride]
    assert result.frame_index.tolist() == wanted.tolist()
    np.testing.assert_allclose(result.time_s, TIMES[wanted], atol=2e-3)
    assert len(result.tracks) == len(result.poses) == 1
    assert len(result.tracks[0]) == len(result.poses[0]) == len(wanted)
    # Over a cut, largest_complete may leave the disc for good; largest takes whatever is there.
    assert result.poses[0].valid.all() or tracker == "largest_complete"


SLOW = ["interpolator=minterpolate", "interpolator.factor=4", "renderer.rate=interpolated"]


def run(clip: Path, disc_detector, output: Path, *overrides: str) -> RunResult:
    fixed = ["lifter=detector3d", "exporter=[npz]", "renderer.height_px=96", "progress=false"]
    config = Pipeline.from_config([*fixed, *overrides]).config
    return Pipeline(config, output=output, detector=disc_detector()).run(clip)


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as file:
        return [float(frame.pts * frame.time_base) for frame in file.decode(video=0)]


def test_slow_motion_is_a_film_of_all_frames_beside_data_of_the_source_frames(
    uneven_clip, disc_detector, tmp_path
):
    result = run(uneven_clip, disc_detector, tmp_path, *SLOW, "renderer.speed=0.25")
    # Of eight gaps, one is a cut and one a pause: three frames are made in each of the others.
    drawn = np.array(times_of(result.paths["pose3d.mp4"]))
    assert len(drawn) == len(TIMES) + 3 * 6
    assert drawn[-1] == pytest.approx(4 * TIMES[-1], abs=5e-3)
    np.testing.assert_allclose(drawn[:5], [0, 0.04, 0.08, 0.12, 0.16], atol=2e-3)
    assert load(result.paths["npz"]).frame_index.tolist() == list(range(len(TIMES)))
    assert any("1 scene cuts and 1 gaps longer than 0.5 s" in text for text in result.warnings)


def test_at_the_source_rate_the_picture_has_the_source_frames(uneven_clip, disc_detector, tmp_path):
    result = run(uneven_clip, disc_detector, tmp_path, *SLOW[:2])
    np.testing.assert_allclose(times_of(result.paths["pose3d.mp4"]), TIMES, atol=2e-3)


class Listing(Renderer):
    """Remembers what it was given."""

    wants_made = True

    def open(self, result: RunResult, target: Path) -> None:
        self.result, self.drawn = result, []

    def draw(self, frames: FrameBatch) -> None:
        self.drawn.append((frames.index, frames.time_s, frames.is_source))

    def close(self) -> None:
        return None


def test_made_frames_are_drawn_with_their_own_rows(uneven_clip, disc_detector, tmp_path):
    config = Pipeline.from_config(["lifter=detector3d", "progress=false", *SLOW[:2]]).config
    renderer = Listing()
    pipeline = Pipeline(
        config, output=tmp_path, detector=disc_detector(), renderer=renderer, exporters=[]
    )
    result = pipeline.run(uneven_clip)
    index, time_s, is_source = (np.concatenate(part) for part in zip(*renderer.drawn, strict=True))
    np.testing.assert_array_equal(renderer.result.frame_index, index)
    np.testing.assert_array_equal(renderer.result.time_s, time_s)
    assert len(renderer.result.poses[0]) == len(index) > len(result.poses[0])
    shown = renderer.result.poses[0].joints[is_source]
    np.testing.assert_array_equal(shown, result.poses[0].joints)

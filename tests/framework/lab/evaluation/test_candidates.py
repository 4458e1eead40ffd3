"""Every combination is a candidate, and what combinations share is computed once."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError
from framework.lab.evaluation.candidates import combinations, run_each, with_poses


def names(*overrides):
    return [found.name for found in combinations(overrides)]


def test_commas_are_combinations_named_by_what_differs():
    assert names("lifter=temporal,detector3d", "threads=1") == ["temporal", "detector3d"]
    assert names("lifter=temporal") == ["temporal"]
    assert names("detector=a,b", "lifter=c,d") == ["a c", "a d", "b c", "b d"]
    assert names("refiner=[],[x,y]", "lifter=c") == ["[]", "[x,y]"]
    assert names("lifter.flip=true,false") == ["True", "False"]


def test_combinations_that_differ_in_the_lifter_only_share_the_tracks():
    both = combinations(
        ["lifter=a,b", "lifter.flip=false", "refiner=[x]", "stride=2", "detector.m=1"]
    )
    assert {each.tracking for each in both} == {("stride=2", "detector.m=1")}
    assert both[1].lifting == ("lifter=b", "lifter.flip=false", "refiner=[x]")


def test_a_combination_without_weights_does_not_stop_the_others():
    def run(combination):
        if combination.name == "videopose3d":
            raise BackendError("no weights")
        return combination.name

    chosen = combinations(["lifter=videopose3d,temporal"])
    (first, missing), (second, there) = run_each(chosen, run)
    assert (first.name, str(missing)) == ("videopose3d", "no weights")
    assert (second.name, there) == ("temporal", "temporal")
    with pytest.raises(BackendError, match="no weights"):
        list(run_each(chosen[:1], run))


def test_a_misspelt_name_stops_before_anything_runs():
    with pytest.raises(ConfigurationError, match="temporal"):
        list(run_each(combinations(["lifter=detector3d,tempral"]), lambda _: pytest.fail("it ran")))


def test_rows_of_interpolated_frames_are_not_evaluated(standing, result_of):
    doubled = result_of(standing(7), fps=60)
    source = np.arange(7) % 2 == 0
    tracked = replace(
        doubled,
        frame_index=np.arange(4),
        time_s=doubled.time_s[source],
        tracks=tuple(track.take(source) for track in doubled.tracks),
        poses=(),
    )
    result = with_poses(tracked, list(doubled.tracks), list(doubled.poses))
    assert [len(pose) for pose in result.poses] == [4]

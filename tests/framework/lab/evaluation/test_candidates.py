"""Every combination is judged, and what combinations share is done once."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError
from framework.lab.evaluation.candidates import choices, judge, with_poses


def names(*overrides):
    return [choice.name for choice in choices(overrides)]


def test_commas_are_combinations_named_by_what_differs():
    assert names("lifter=temporal,detector3d", "threads=1") == ["temporal", "detector3d"]
    assert names("lifter=temporal") == ["temporal"]
    assert names("detector=a,b", "lifter=c,d") == ["a c", "a d", "b c", "b d"]
    assert names("refiner=[],[x,y]", "lifter=c") == ["[]", "[x,y]"]
    assert names("detector.weights=a,b") == names()


def test_what_is_about_lifting_does_not_watch_again():
    both = choices(["lifter=a,b", "lifter.flip=false", "refiner=[x]", "stride=2", "detector.m=1"])
    assert {choice.watching for choice in both} == {("stride=2", "detector.m=1")}
    assert both[1].lifting == ("lifter=b", "lifter.flip=false", "refiner=[x]")


def test_one_that_lacks_something_does_not_stop_the_others():
    def answer(choice):
        if choice.name == "videopose3d":
            raise BackendError("no weights")
        return choice.name

    chosen = choices(["lifter=videopose3d,temporal"])
    (first, missing), (second, there) = judge(chosen, answer)
    assert (first.name, str(missing)) == ("videopose3d", "no weights")
    assert (second.name, there) == ("temporal", "temporal")
    with pytest.raises(BackendError, match="no weights"):
        list(judge(chosen[:1], answer))


def test_a_misspelt_name_stops_before_anything_runs():
    with pytest.raises(ConfigurationError, match="temporal"):
        list(judge(choices(["lifter=detector3d,tempral"]), lambda _: pytest.fail("it ran")))


def test_rows_that_an_interpolator_made_are_not_judged(standing, result_of):
    doubled = result_of(standing(7), fps=60)
    source = np.arange(7) % 2 == 0
    watched = replace(
        doubled,
        frame_index=np.arange(4),
        time_s=doubled.time_s[source],
        tracks=tuple(track.take(source) for track in doubled.tracks),
        poses=(),
    )
    result = with_poses(watched, list(doubled.tracks), list(doubled.poses))
    assert [len(pose) for pose in result.poses] == [4]

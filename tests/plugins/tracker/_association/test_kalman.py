"""The Kalman filters: against one written with matrices, and in plain cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.tracker._association.kalman import KeypointKalmanFilter

SIZE = np.array([100.0])
NOISE = 0.03
"""Measurement noise, in body sizes."""
PROCESS = 2.0


def right(pixels):
    return np.array([pixels, 0.0])


def initial(points):
    return KeypointKalmanFilter.initial(np.array(points, float), SIZE.repeat(len(points)), NOISE)


def steady(frames, dt, speed):
    """A person of four points who moves with (``speed``, 0) pixels per second."""
    start = np.array([[[0, 0], [10, 50], [-20, 0], [20, 90]]], float)
    person = initial(start)
    for frame in range(1, frames):
        measured = start + right(speed * dt * frame)
        person = person.predict(dt, PROCESS).update(measured, SIZE, NOISE)
    return person, start + right(speed * dt * (frames - 1))


def test_a_new_person_stands_still_with_an_uncertain_speed():
    person = initial([[[1.0, 2.0], [np.nan, np.nan]]])
    assert person.points[0, 0].tolist() == [1, 2]
    assert person.velocity[0, 0].tolist() == [0, 0]
    assert np.isnan(person.points[0, 1]).all()
    assert np.isnan(person.velocity[0, 1]).all()
    assert person.variance[0].tolist() == [NOISE**2, 1e6]
    assert person.covariance[0].tolist() == [0, 0]
    assert person.speed_variance[0].tolist() == [4, 4]
    assert person.size.tolist() == [100]


@pytest.mark.parametrize("dt", [1 / 60, 1 / 30, 0.1])
def test_a_walking_person_is_predicted_to_walk_on(dt):
    person, last = steady(int(1.5 / dt), dt, 120)
    ahead = person.predict(dt, PROCESS).points
    assert ahead == pytest.approx(last + right(120 * dt), abs=3)


@pytest.mark.parametrize("dt", [0.1, 0.5, 2.0])
def test_the_speed_of_a_body_decays_over_two_seconds(dt):
    person = initial([[[0, 0], [10, 50]]])
    person.velocity[:] = 90, -30
    later = person.predict(dt, PROCESS)
    assert later.velocity[0, 0] == pytest.approx(np.array([90, -30]) * np.exp(-dt / 2))
    moved = np.array([90, -30]) * 2 * (1 - np.exp(-dt / 2))
    assert later.points[0] == pytest.approx(person.points[0] + moved)
    assert later.size.tolist() == [100]


@pytest.mark.parametrize("dt", [0.05, 0.5])
def test_the_speed_of_a_limb_decays_faster_than_that_of_the_body(dt):
    person = initial([[[0, 0], [10, 50], [20, 20]]])
    person.velocity[:] = 60, 0
    person.velocity[0, 0] = 60, -900
    later = person.predict(dt, PROCESS)
    assert later.velocity[0, 0] == pytest.approx([60 * np.exp(-dt / 2), -900 * np.exp(-dt / 0.15)])
    assert later.points[0, 0, 1] == pytest.approx(-900 * 0.15 * (1 - np.exp(-dt / 0.15)))


def test_the_speed_of_the_body_is_the_median_of_known_points():
    person = initial([[[0, 0], [1, 1], [2, 2], [3, 3], [np.nan, np.nan]]])
    person.velocity[0, :4, 0] = 10, 40, 20, 30
    whole = np.full((1, 5, 2), 50.0)
    assert person.update(whole, SIZE, NOISE).velocity[0, 4].tolist() == [20, 0]
    only = initial([[[0, 0], [1, 1], [2, 2], [np.nan, np.nan]]])
    only.velocity[0, :3, 1] = 5, 7, 1
    assert only.update(whole[:, :4], SIZE, NOISE).velocity[0, 3].tolist() == [0, 5]


@settings(max_examples=30, deadline=None)
@given(parts=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=6))
def test_a_prediction_does_not_depend_on_how_time_is_divided(parts):
    person, _ = steady(30, 1 / 30, 120)
    once = person.predict(sum(parts), PROCESS)
    often = person
    for part in parts:
        often = often.predict(part, PROCESS)
    for name in ("variance", "covariance", "speed_variance", "points", "velocity"):
        assert getattr(once, name) == pytest.approx(getattr(often, name), rel=1e-6, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    dts=st.lists(st.floats(0.01, 0.5), min_size=1, max_size=6),
    noise=st.floats(0.01, 0.2),
    process=st.floats(0.1, 5.0),
)
def test_variances_are_those_of_a_kalman_filter_in_matrices(dts, noise, process):
    measured, first = np.array([[1.0, 0.0]]), np.full((1, 1, 2), 5.0)
    matrix = np.diag([noise**2, 2.0**2])
    person = KeypointKalmanFilter.initial(first, SIZE, noise)
    for dt in dts:
        person = person.predict(dt, process).update(first, SIZE, noise)
        step = np.array([[1, dt], [0, 1]])
        drift = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        matrix = step @ matrix @ step.T + process**2 * drift
        gain = matrix @ measured.T / (measured @ matrix @ measured.T + noise**2)
        matrix = (np.eye(2) - gain @ measured) @ matrix
    got = (person.variance, person.covariance, person.speed_variance)
    assert [float(value.item()) for value in got] == pytest.approx(
        [matrix[0, 0], matrix[0, 1], matrix[1, 1]], rel=1e-6
    )


def test_a_measurement_moves_point_and_speed_by_the_gains():
    person = initial([[[0.0, 0.0]]]).predict(0.5, PROCESS)
    variance, covariance = person.variance.item(), person.covariance.item()
    after = person.update(np.array([[[10.0, -4.0]]]), SIZE, NOISE)
    gain = variance / (variance + NOISE**2)
    assert after.points[0, 0] == pytest.approx([10 * gain, -4 * gain])
    speed_gain = covariance / (variance + NOISE**2)
    assert after.velocity[0, 0] == pytest.approx([10 * speed_gain, -4 * speed_gain])


def test_the_body_size_is_a_running_mean():
    person = initial([[[0.0, 0.0]]]).update(np.zeros((1, 1, 2)), np.array([200.0]), NOISE)
    assert person.size.tolist() == [pytest.approx(0.8 * 100 + 0.2 * 200)]


def test_a_joint_seen_for_the_first_time_is_where_it_was_measured():
    person, last = steady(30, 1 / 30, 120)
    person.points[0, 2] = person.velocity[0, 2] = np.nan
    person = person.predict(1 / 30, PROCESS)
    measured = last + right(4)
    after = person.update(measured, SIZE, NOISE)
    assert after.points[0, 2].tolist() == measured[0, 2].tolist()
    known = np.delete(person.velocity[0], 2, axis=0)
    assert after.velocity[0, 2].tolist() == np.sort(known, axis=0)[1].tolist()  # the median
    assert after.velocity[0, 2, 0] == pytest.approx(120, abs=10)


def test_a_point_without_a_measurement_keeps_its_prediction():
    person, _ = steady(30, 1 / 30, 60)
    predicted = person.predict(0.1, PROCESS)
    after = predicted.update(np.full((1, 4, 2), np.nan), SIZE, NOISE)
    for name in ("points", "velocity", "variance", "covariance", "speed_variance"):
        assert np.array_equal(getattr(after, name), getattr(predicted, name))


def test_a_person_who_leaves_the_image_stops_with_the_centre_of_the_box_at_its_edge():
    boxes = [[[600, 100], [700, 300]], [[600, 100], [700, 300]], [[10, -50], [30, 50]]]
    people = initial([[[650, 120], *box] for box in boxes])
    people.velocity[:] = 50, 5
    inside = people.clamped_to_image((640, 480), np.array([True, False, True]))
    assert inside.points[0].tolist() == [[640, 120], [590, 100], [690, 300]]
    assert inside.velocity[0].tolist() == [[0, 0]] * 3
    assert np.array_equal(inside.points[1:], people.points[1:])
    assert np.array_equal(inside.velocity[1:], people.velocity[1:])


def test_a_person_beyond_the_left_and_upper_edge_is_moved_to_the_corner():
    outside = initial([[[0, 0], [-30, -60], [-10, -20]]])
    inside = outside.clamped_to_image((640, 480), np.array([True]))
    assert inside.points[0].tolist() == [[20, 40], [-10, -20], [10, 20]]


def test_people_are_selected_and_joined_with_their_whole_state():
    people = initial([[[1, 1]], [[2, 2]], [[3, 3]]]).predict(0.1, PROCESS)
    people.size[:] = 10, 20, 30
    swapped = people.take(np.array([2, 0]))
    assert swapped.points[:, 0, 0].tolist() == [3, 1]
    assert swapped.size.tolist() == [30, 10]
    joined = swapped.join(people.take(np.array([False, True, False])))
    assert joined.points[:, 0, 0].tolist() == [3, 1, 2]
    assert joined.size.tolist() == [30, 10, 20]
    assert joined.variance.shape == joined.covariance.shape == (3, 1)

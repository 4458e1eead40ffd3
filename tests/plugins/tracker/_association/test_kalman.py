"""The predictions: against a Kalman filter written with matrices, and in plain cases."""

import numpy as np
import pytest

from framework.plugins.tracker._association import kalman
from framework.plugins.tracker._association.kalman import KeypointKalmanFilter


def right(pixels):
    return np.array([pixels, 0.0])


def begun(points):
    return KeypointKalmanFilter.initial(np.array(points, float), np.array([100.0] * len(points)), 0.03)


def steady(frames, dt, speed):
    """A person of four points who moves with (``speed``, 0) pixels per second."""
    start = np.array([[[0, 0], [10, 50], [-20, 0], [20, 90]]], float)
    person = begun(start)
    for frame in range(1, frames):
        seen = start + right(speed * dt * frame)
        person = person.predict(dt, 2.0).update(seen, np.array([100.0]), 0.03)
    return person, start + right(speed * dt * (frames - 1))


@pytest.mark.parametrize("dt", [1 / 60, 1 / 30, 0.1])
def test_who_walked_goes_on_walking(dt):
    person, last = steady(int(1.5 / dt), dt, 120)
    ahead = person.predict(dt, 2.0).points
    assert ahead == pytest.approx(last + right(120 * dt), abs=3)


def test_who_is_out_of_sight_slows_down():
    person, last = steady(60, 1 / 30, 120)
    gone = (person.predict(1.0, 2.0).points - last)[..., 0]
    assert (gone > 30).all()
    assert (gone < 100).all()


def test_a_limb_does_not_fly_off():
    person, _ = steady(60, 1 / 30, 0)
    person.velocity[0, 0] = [0, -900]
    reached = person.predict(2.0, 2.0).points[0, 0, 1]
    assert -140 < reached < -100


def test_uncertainty_does_not_depend_on_how_time_is_cut():
    person, _ = steady(30, 1 / 30, 0)
    once = person.predict(0.4, 2.0)
    often = person
    for _ in range(8):
        often = often.predict(0.05, 2.0)
    assert once.variance == pytest.approx(often.variance)
    assert once.points == pytest.approx(often.points)


def test_variances_are_those_of_a_kalman_filter_in_matrices():
    noise, jitter, dt = 2.0**2, 0.03**2, 0.07
    step = np.array([[1, dt], [0, 1]])
    drift = noise * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    look = np.array([[1.0, 0.0]])
    matrix = np.diag([jitter, kalman._INITIAL_SPEED**2])
    person = begun([[[5.0, 5.0]]])
    for _ in range(5):
        person = person.predict(dt, 2.0).update(np.full((1, 1, 2), 5.0), np.array([100.0]), 0.03)
        matrix = step @ matrix @ step.T + drift
        gain = matrix @ look.T / (look @ matrix @ look.T + jitter)
        matrix = (np.eye(2) - gain @ look) @ matrix
    got = (person.variance, person.covariance, person.speed_variance)
    assert [float(value.item()) for value in got] == pytest.approx(
        [matrix[0, 0], matrix[0, 1], matrix[1, 1]]
    )


def test_a_joint_seen_for_the_first_time_moves_with_the_body():
    start = np.array([[[0, 0], [10, 50], [np.nan, np.nan], [20, 90]]], float)
    person = begun(start)
    for frame in range(1, 30):
        person = person.predict(1 / 30, 2.0).update(
            start + right(4 * frame), np.array([100.0]), 0.03
        )
    assert np.isnan(person.points[0, 2]).all()
    whole = np.nan_to_num(start, nan=30.0) + right(4 * 30)
    person = person.predict(1 / 30, 2.0).update(whole, np.array([100.0]), 0.03)
    assert person.points[0, 2].tolist() == whole[0, 2].tolist()
    assert person.velocity[0, 2] == pytest.approx([120, 0], abs=25)


def test_an_unseen_point_keeps_its_prediction():
    person, _ = steady(30, 1 / 30, 60)
    predicted = person.predict(0.1, 2.0)
    after = predicted.update(np.full((1, 4, 2), np.nan), np.array([100.0]), 0.03)
    assert after.points == pytest.approx(predicted.points)
    assert after.variance == pytest.approx(predicted.variance)

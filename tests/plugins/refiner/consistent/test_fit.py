"""The least-squares problem of the consistent refiner."""

import numpy as np
import pytest

from framework.geometry.camera import view
from framework.plugins.refiner._fit.observations import CORRELATION_S, observe
from framework.plugins.refiner.consistent.fit import (
    STEP_S,
    BodyModel,
    _groups,
    _interpolated,
    _terms,
    fit,
)
from framework.skeletons import H36M17


@pytest.fixture
def observed(people, focal):
    return observe(people.poses[0], people.tracks[0], view(people.video.size_wh, focal))


@pytest.fixture
def root(people):
    pose = people.poses[0]
    return pose.root[pose.valid].astype(float)


def test_bones_have_the_same_length_left_and_right(observed):
    body = BodyModel.of(observed, H36M17)
    lengths = dict(zip(H36M17.bones, body.lengths, strict=True))
    for (one, other), length in lengths.items():
        partner = H36M17.mirror[one], H36M17.mirror[other]
        assert length == lengths.get(partner, lengths.get(partner[::-1]))


def test_incidence_rows_are_joints_differences_to_the_root_and_bones(observed):
    body = BodyModel.of(observed, H36M17)
    joints = observed.joints[0] + [0.3, 0.1, 4]
    terms = body.incidence @ joints
    np.testing.assert_allclose(terms[:17], joints)
    np.testing.assert_allclose(terms[17:34], joints - joints[0])
    ends = np.array(H36M17.bones)
    np.testing.assert_allclose(terms[34:], joints[ends[:, 0]] - joints[ends[:, 1]])


def test_forces_are_the_gradient_of_the_lifter_s_and_the_bones_terms(observed, root):
    """Compared with finite differences; reprojection is reweighted and so no exact gradient."""
    body, count = BodyModel.of(observed, H36M17), 17
    some = observed.take(slice(0, 2))
    rng = np.random.default_rng(0)
    joints = some.joints + root[:2, None] + rng.normal(0, 0.02, some.joints.shape)

    def cost(joints):
        terms = body.incidence @ joints
        lifted = (terms[:, count : 2 * count] - some.joints) / some.joint_sigmas[..., None]
        length = np.linalg.norm(terms[:, 2 * count :], axis=-1)
        return 0.5 * (lifted**2).sum() + 0.5 * (((length - body.lengths) / 0.01) ** 2).sum()

    _, forces = _terms(some, joints, body)
    gradient = body.incidence[count:].T @ forces[:, count:]
    for joint, axis in ((3, 0), (13, 1), (16, 2)):
        step = np.zeros_like(joints)
        step[0, joint, axis] = 1e-6
        slope = (cost(joints + step) - cost(joints - step)) / 2e-6
        assert gradient[0, joint, axis] == pytest.approx(slope, rel=1e-4)


def test_true_joints_stay_and_a_wrong_root_is_corrected(observed, root):
    body = BodyModel.of(observed, H36M17)
    true = observed.joints + root[:, None]
    aside = fit(observed, root + np.array([0.05, 0, 0]), body)
    assert np.linalg.norm(fit(observed, root, body) - true, axis=-1).mean() < 0.02
    assert np.linalg.norm(aside - true, axis=-1).mean() < 0.02


def test_rows_within_a_step_share_a_correction():
    time_s = np.arange(30) / 30
    starts, means = _groups(time_s)
    assert pytest.approx(CORRELATION_S / 3) == STEP_S
    assert starts.tolist() == list(range(0, 30, 3))
    np.testing.assert_allclose(means, time_s.reshape(-1, 3).mean(axis=1))
    values = means[:, None]
    inside = (time_s >= means[0]) & (time_s <= means[-1])
    np.testing.assert_allclose(_interpolated(values, means, time_s)[inside, 0], time_s[inside])

"""The temporal lifter with the weights that come with the project."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framework.errors import BackendError, ConfigurationError, StageError
from framework.geometry.metrics import joint_errors, procrustes_errors
from framework.plugins.lifter.temporal.config import TemporalConfig
from framework.plugins.lifter.temporal.temporal import BATCH, Temporal
from framework.plugins.lifter.temporal.windows import FRAMES, HOP
from framework.skeletons import COCO17, H36M17, Skeleton
from framework.stages import Runtime
from framework.testing import stage_checks
from framework.types import State

AROUND = range(0, 360, 45)
LIMBS = [H36M17.index(f"{s}_{j}") for s in ("left", "right") for j in ("wrist", "ankle", "knee")]


@stage_checks("lifter", "temporal")
def test_contract(check):
    check()


def test_a_walk_is_lifted_from_every_side(lifter, walker, video):
    tracks, truths = zip(*(walker(90, degrees, raised=True) for degrees in AROUND), strict=True)
    poses = lifter.lift(list(tracks), video)
    for pose, truth in zip(poses, truths, strict=True):
        assert pose.valid.all()
        assert joint_errors(pose.joints, truth)[:, 1:].mean() < 115
        assert procrustes_errors(pose.joints, truth).mean() < 80


def test_a_recorded_person_is_lifted(lifter, track_of, video, shared_data):
    """A guard against broken weights: three seconds of a held-out person."""
    import torch

    from framework.lab.motion.body import COCO
    from framework.lab.motion.cameras import Cameras, place_cameras, project
    from framework.lab.motion.packed import read_packed

    clips = read_packed(shared_data / "mocap" / "permissive" / "cmu_native.npz")
    clip = next(clip for clip in clips if clip.subject == "cmu_069" and len(clip.points) >= 90)
    points = torch.from_numpy(clip.points[:90])[None].repeat(6, 1, 1, 1)
    seen = place_cameras(points, Cameras(), torch.Generator().manual_seed(3))
    pixels = 1.2 * 1280 * project(seen[:, :, COCO]).numpy() + np.float32([640, 360])
    tracks = [track_of(window) for window in pixels]
    truth = (seen[:, :, :17] - seen[:, :, :1]).numpy()
    joints = np.stack([pose.joints for pose in lifter.lift(tracks, video)])
    assert joint_errors(joints, truth)[:, :, 1:].mean() < 60
    assert procrustes_errors(joints, truth).mean() < 45


def test_errors_hardly_depend_on_the_camera_s_direction(lifter, track_of, video):
    from framework.geometry.camera import camera_from_world, intrinsics, look_at, project
    from framework.lab.sample.body import joints
    from framework.lab.sample.scene import default_scene

    scene = default_scene(size_wh=video.size_wh)
    pose, size = scene.poses(scene.times)[0], scene.people[0].body.size
    coco, h36m = (joints(pose, size, skeleton) for skeleton in (COCO17, H36M17))
    middle, matrix = h36m[:, 0].mean(axis=0), intrinsics(video.size_wh, np.radians(50))
    errors = []
    for angle in np.radians(range(0, 360, 30)):
        eye = middle + 5 * np.array([np.cos(angle), np.sin(angle), 0.1])
        camera = look_at(eye, middle)
        pixels = project(camera_from_world(coco, *camera), matrix).astype(np.float32)
        lifted = lifter.lift([track_of(pixels)], video)[0].joints
        errors.append(procrustes_errors(lifted, camera_from_world(h36m, *camera)).mean())
    assert np.mean(errors) < 45
    assert np.std(errors) < 0.15 * np.mean(errors)


def test_the_size_of_the_image_does_not_matter(lifter, walker, video):
    track, _ = walker()
    small = replace(track, keypoints=0.25 * track.keypoints)
    one = lifter.lift([track], video)[0]
    other = lifter.lift([small], replace(video, size_wh=(320, 180)))[0]
    np.testing.assert_allclose(one.joints, other.joints, atol=1e-3)


def test_the_mirror_image_of_a_person_is_lifted_to_the_mirror_image(lifter, walker, video):
    track, _ = walker(degrees=50, raised=True)
    keypoints = track.keypoints[:, COCO17.mirror] * np.float32([-1, 1]) + np.float32([1280, 0])
    mirror = replace(track, keypoints=keypoints)
    joints, mirrored = (lifter.lift([t], video)[0].joints for t in (track, mirror))
    np.testing.assert_allclose(
        mirrored, joints[:, H36M17.mirror] * np.float32([-1, 1, 1]), atol=1e-4
    )


def test_people_and_batches_do_not_influence_each_other(lifter, walker, video):
    tracks = [walker(350, degrees)[0] for degrees in AROUND]
    assert len(tracks) * (350 // HOP) > BATCH
    together = lifter.lift(tracks, video)
    for track, pose in list(zip(tracks, together, strict=True))[::3]:
        np.testing.assert_allclose(lifter.lift([track], video)[0].joints, pose.joints, atol=1e-5)


def test_there_is_no_seam_between_windows(lifter, walker, video):
    track, _ = walker(400, 30)
    joints = lifter.lift([track], video)[0].joints
    step = np.linalg.norm(np.diff(joints, axis=0), axis=-1).max(axis=1)
    seams = np.arange(HOP, 400 - FRAMES, HOP)
    near = np.concatenate([step[seam - 3 : seam + 3] for seam in seams])
    assert near.max() < 1.5 * np.percentile(step, 99)


@pytest.mark.parametrize("fps", [5.0, 12.5, 25.0, 29.97, 60.0])
def test_frame_rates_do_not_matter(lifter, walker, video, track_of, fps):
    track, _ = walker(121, 30)
    wanted = lifter.lift([track], video)[0].joints
    times = np.arange(0, 4.0001, 1 / fps)
    rows = np.clip(np.round(times * 30).astype(int), 0, 120)
    sampled = replace(track.take(rows), time_s=times, frame_index=np.arange(len(rows)))
    joints = lifter.lift([sampled], video)[0].joints
    limit = 90 if fps < 10 else 45
    assert joint_errors(joints, wanted[rows]).mean() < limit


def test_rows_without_the_person_are_invalid_and_bridged(lifter, walker, video, track_of):
    track, _ = walker(120, 30)
    keypoints = track.keypoints.copy()
    keypoints[50:56] = np.nan
    pose = lifter.lift([track_of(keypoints)], video)[0]
    assert pose.valid.tolist() == [not 50 <= row < 56 for row in range(120)]
    whole = lifter.lift([track], video)[0]
    beside = [*range(44, 50), *range(56, 62)]
    assert joint_errors(pose.joints[beside], whole.joints[beside]).mean() < 40


def test_a_hidden_arm_is_guessed_and_its_uncertainty_rises(lifter, walker, track_of, video):
    track, _ = walker(120, 20)
    keypoints = track.keypoints.copy()
    arm = [COCO17.index("left_elbow"), COCO17.index("left_wrist")]
    keypoints[45:75, arm] = np.nan
    hidden, seen = lifter.lift([track_of(keypoints), track], video)
    wrist = H36M17.index("left_wrist")
    assert hidden.valid.all()
    assert hidden.joint_sigmas[50:70, wrist].mean() > 1.6 * seen.joint_sigmas[50:70, wrist].mean()
    step = np.linalg.norm(np.diff(hidden.joints, axis=0), axis=-1)
    assert step.max() < 0.05


def test_lower_scores_make_a_joint_count_less(lifter, walker, video):
    track, truth = walker(120, 20)
    wrong = track.keypoints.copy()
    wrist = COCO17.index("right_wrist")
    wrong[:, wrist] += np.random.default_rng(0).normal(0, 40, (120, 2)).astype(np.float32)
    trusted = replace(track, keypoints=wrong)
    scores = track.keypoint_scores.copy()
    scores[:, wrist] = 0.05
    unsure = replace(trusted, keypoint_scores=scores)
    errors = [
        joint_errors(lifter.lift([t], video)[0].joints, truth)[:, H36M17.index("right_wrist")]
        for t in (trusted, unsure)
    ]
    assert errors[1].mean() < errors[0].mean()


def test_one_frame_is_lifted_as_a_person_who_stands_still(lifter, walker, video):
    track, truth = walker(1, 30, raised=True)
    pose = lifter.lift([track], video)[0]
    assert pose.valid.tolist() == [True]
    assert joint_errors(pose.joints, truth)[:, 1:].mean() < 90


def test_no_tracks_and_a_track_without_rows(lifter, walker, video):
    assert lifter.lift([], video) == []
    track, _ = walker(10)
    absent = replace(
        track,
        keypoints=np.full_like(track.keypoints, np.nan),
        keypoint_scores=np.zeros_like(track.keypoint_scores),
        state=np.full(10, State.MISSING, np.uint8),
    )
    pose, other = lifter.lift([absent, track], video)
    assert not pose.valid.any()
    assert np.isnan(pose.joints).all()
    assert other.valid.all()


def test_before_and_after_a_long_absence_are_lifted_apart(lifter, walker, video):
    track, _ = walker(120)
    late = replace(track, time_s=track.time_s + np.where(np.arange(120) < 60, 0, 3600.0))
    pose = lifter.lift([late], video)[0]
    for part in (np.arange(60), np.arange(60, 120)):
        alone = lifter.lift([late.take(part)], video)[0]
        np.testing.assert_allclose(pose.joints[part], alone.joints, atol=1e-4)


@pytest.fixture(scope="module")
def causal():
    with Temporal(TemporalConfig(causal=True), Runtime(device="cpu", threads=1)) as opened:
        yield opened


def test_causal_poses_do_not_change_when_more_is_seen(causal, walker, video):
    track, _ = walker(90, 30)
    some = track.take(np.arange(50))
    whole, begun = (causal.lift([t], video)[0] for t in (track, some))
    np.testing.assert_allclose(whole.joints[:50], begun.joints, atol=1e-5)
    np.testing.assert_allclose(whole.joint_sigmas[:50], begun.joint_sigmas, atol=1e-5)


def test_causal_poses_are_nearly_as_good(causal, lifter, walker, video):
    track, truth = walker(120, 30, raised=True)
    errors = [
        joint_errors(x.lift([track], video)[0].joints, truth).mean() for x in (causal, lifter)
    ]
    assert errors[0] < 1.3 * errors[1]


@pytest.mark.parametrize("fps", [7.5, 60.0])
def test_causal_poses_keep_to_the_rows_of_any_frame_rate(causal, walker, video, fps):
    track, _ = walker(121, 30)
    times = np.arange(0, 2.0001, 1 / fps)
    rows = np.clip(np.round(times * 30).astype(int), 0, 120)
    sampled = replace(track.take(rows), time_s=times, frame_index=np.arange(len(rows)))
    pose = causal.lift([sampled], video)[0]
    wanted = causal.lift([track], video)[0].joints
    assert pose.valid.all()
    assert joint_errors(pose.joints, wanted[rows])[len(rows) // 2 :].mean() < 60


def test_a_skeleton_without_limbs_is_refused(lifter, walker, video):
    track, _ = walker(10)
    head = Skeleton(name="head", joints=COCO17.joints[:5], bones=())
    track = replace(
        track,
        skeleton=head,
        keypoints=track.keypoints[:, :5],
        keypoint_scores=track.keypoint_scores[:, :5],
    )
    with pytest.raises(ConfigurationError, match="left_shoulder"):
        lifter.lift([track], video)


def test_it_must_be_opened_first(walker, video):
    with pytest.raises(StageError, match="lifter 'temporal' is not open"):
        Temporal(TemporalConfig(), Runtime()).lift([walker(3)[0]], video)


def test_other_weights_are_refused_with_a_reason(tmp_path):
    from safetensors.numpy import save_file

    path = tmp_path / "other.safetensors"
    save_file({"weight": np.zeros(3, np.float32)}, path)
    with (
        pytest.raises(BackendError, match=r"other\.safetensors does not hold the weights"),
        Temporal(TemporalConfig(weights=path), Runtime()),
    ):
        pass


@given(seed=st.integers(0, 10_000), lost=st.floats(0, 1))
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_for_any_detections_valid_rows_are_finite(lifter, track_of, video, seed, lost):
    random = np.random.default_rng(seed)
    rows = int(random.integers(1, 120))
    keypoints = random.uniform(-5000, 5000, (rows, 17, 2)).astype(np.float32)
    keypoints[random.random((rows, 17)) < lost] = np.nan
    track = track_of(keypoints, scores=random.random((rows, 17)).astype(np.float32))
    track = replace(track, time_s=np.cumsum(random.uniform(1e-3, 2.0, rows)))
    pose = lifter.lift([track], video)[0]
    np.testing.assert_array_equal(pose.valid, np.isfinite(keypoints).all(axis=2).any(axis=1))
    assert np.isfinite(pose.joints[pose.valid]).all()
    assert np.isnan(pose.joints[~pose.valid]).all()
    assert (pose.joint_sigmas[pose.valid] > 0).all()
    assert np.isnan(pose.joint_sigmas[~pose.valid]).all()
    assert np.abs(pose.joints[pose.valid]).max(initial=0) < 5

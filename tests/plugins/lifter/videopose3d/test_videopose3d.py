"""Lifting tracks: what goes in, what comes out, and that how it is cut changes nothing."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from framework.errors import BackendError, ConfigurationError, StageError
from framework.plugins.lifter.videopose3d.config import Confidence, VideoPose3DConfig
from framework.plugins.lifter.videopose3d.network import VideoPose3DNetwork
from framework.plugins.lifter.videopose3d.videopose3d import VideoPose3D
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17, Skeleton, map_joints, mapping_matrix
from framework.stages import Lifter, Runtime

CPU = Runtime(device="cpu", threads=1)
LEFT_WRIST, RIGHT_WRIST = H36M17.index("left_wrist"), H36M17.index("right_wrist")


def walk(rows, *, seed=0, joints=17, size_wh=(640, 480)):
    """(T, J, 2) float32 pixels that wander about the frame."""
    steps = np.random.default_rng(seed).normal(scale=4, size=(rows, joints, 2))
    start = np.random.default_rng(seed + 1).uniform(0.3, 0.7, size=(joints, 2))
    return (steps.cumsum(0) + start * size_wh).astype(np.float32)


def copying_weights(widths=(3, 3, 3), *, skeleton=COCO17, tap=1, rooted=True):
    """A network whose output is its input: joint positions as H36M-17 in the x, y plane.

    Positive and negative parts pass the first rectifier in channels of their own; the blocks add
    zero. ``tap`` is the frame of the first convolution that is copied; without ``rooted`` the
    pelvis is zero, so that the lifter's subtraction of it shows where the frame has its origin.
    """
    inputs = 2 * len(skeleton.joints)
    channels = 2 * inputs
    one, zero = torch.ones(channels), torch.zeros(channels)

    def norm(name):
        return {
            f"{name}.weight": one,
            f"{name}.bias": zero,
            f"{name}.running_mean": zero,
            f"{name}.running_var": one - 1e-5,
        }

    expand = torch.zeros(channels, inputs, widths[0])
    expand[:, :, tap] = torch.cat([torch.eye(inputs), -torch.eye(inputs)])
    tensors = {"expand_conv.weight": expand} | norm("expand_bn")
    for block, width in enumerate(widths[1:]):
        tensors[f"layers_conv.{2 * block}.weight"] = torch.zeros(channels, channels, width)
        tensors[f"layers_conv.{2 * block + 1}.weight"] = torch.zeros(channels, channels, 1)
        tensors |= norm(f"layers_bn.{2 * block}") | norm(f"layers_bn.{2 * block + 1}")
    answer = torch.zeros(17, 3, len(skeleton.joints), 2)
    weights = torch.from_numpy(mapping_matrix(skeleton, H36M17).copy())
    answer[:, 0, :, 0] = answer[:, 1, :, 1] = weights
    if not rooted:
        answer[H36M17.root] = 0
    answer = answer.reshape(51, inputs)
    return tensors | {
        "shrink.weight": torch.cat([answer, -answer], dim=1)[..., None],
        "shrink.bias": torch.zeros(51),
    }


@pytest.fixture
def open_lifter(tmp_path):
    """Save weights and open a lifter on them."""

    def build(tensors, runtime=CPU, **settings):
        path = tmp_path / "weights.safetensors"
        save_file({name: tensor.clone() for name, tensor in tensors.items()}, path)
        return VideoPose3D(VideoPose3DConfig(checkpoint=path, **settings), runtime).__enter__()

    return build


@pytest.fixture
def video(make_video):
    return make_video(640, 480)


def test_fulfils_the_contract(open_lifter, make_weights):
    lifter = open_lifter(make_weights())
    assert isinstance(lifter, Lifter)
    assert lifter.device == "cpu"


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("size_wh", [(640, 480), (480, 852), (1000, 1002)])
def test_input_is_normalised_by_the_width_and_joints_keep_place_and_time(
    open_lifter, make_track, make_video, size_wh, flip
):
    keypoints = walk(60, size_wh=size_wh)
    lifter = open_lifter(copying_weights(rooted=False), flip=flip)
    (pose,) = lifter.lift([make_track(keypoints)], make_video(*size_wh))
    width, height = size_wh
    normalised = keypoints / width * 2 - np.float32([1, height / width])
    expected = map_joints(normalised, COCO17, H36M17)
    expected[:, 0] = 0
    np.testing.assert_allclose(pose.joints[..., :2], expected, atol=1e-5)
    assert pose.valid.all()


def test_a_causal_network_answers_for_the_last_frame_it_sees(open_lifter, make_track, video):
    keypoints = walk(60)
    lifter = open_lifter(copying_weights(tap=-1), causal=True)
    (pose,) = lifter.lift([make_track(keypoints)], video)
    expected = map_joints(keypoints / 320, COCO17, H36M17)
    np.testing.assert_allclose(pose.joints[..., :2], expected - expected[:, :1], atol=1e-5)


def test_a_left_hand_stays_a_left_hand(open_lifter, make_track, video):
    keypoints = np.full((40, 17, 2), 300, np.float32)
    keypoints[:, COCO17.index("left_wrist")] += [100, -50]
    (pose,) = open_lifter(copying_weights()).lift([make_track(keypoints)], video)
    assert (pose.joints[:, LEFT_WRIST, 0] > 0.3).all()
    assert (pose.joints[:, LEFT_WRIST, 1] < -0.1).all()
    np.testing.assert_allclose(pose.joints[:, RIGHT_WRIST], 0, atol=1e-6)


def test_a_mirrored_person_gives_the_mirrored_pose(open_lifter, make_weights, make_track, video):
    keypoints = walk(50)
    mirrored = keypoints[:, list(COCO17.mirror)] * [-1, 1] + [video.size_wh[0], 0]
    lifter = open_lifter(make_weights(), flip=True)
    plain, other = lifter.lift([make_track(keypoints), make_track(mirrored)], video)
    expected = plain.joints[:, list(H36M17.mirror)] * [-1, 1, 1]
    np.testing.assert_allclose(other.joints, expected, atol=1e-5)
    without = open_lifter(make_weights(), flip=False).lift([make_track(keypoints)], video)[0]
    assert np.abs(without.joints - plain.joints).max() > 1e-2


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(("chunk", "batch"), [(1, 5), (7, 1), (26, 2), (27, 3), (100, 4)])
def test_chunks_batches_and_company_change_nothing(  # noqa: PLR0917
    open_lifter, make_weights, make_track, video, chunk, batch, flip, causal
):
    tracks = [make_track(walk(rows, seed=rows), number=rows) for rows in (90, 1, 90, 17, 0)]
    tracks[2].keypoints[20:70] = np.nan
    weights = make_weights((3, 3, 3))
    options = {"flip": flip, "causal": causal}
    whole = open_lifter(weights, **options)
    alone = [whole.lift([track], video)[0] for track in tracks]
    pieces = open_lifter(weights, chunk_frames=chunk, batch_size=batch, **options)
    together = pieces.lift(tracks, video)
    for one, other, track in zip(alone, together, tracks, strict=True):
        assert one.track_id == other.track_id == track.id
        np.testing.assert_array_equal(one.valid, other.valid)
        np.testing.assert_allclose(one.joints, other.joints, atol=1e-5)


def test_memory_does_not_grow_with_the_clip(
    open_lifter, make_weights, make_track, video, monkeypatch
):
    sizes = []
    forward = VideoPose3DNetwork.forward

    def watched(network, frames):
        sizes.append(frames.shape[:2])
        return forward(network, frames)

    monkeypatch.setattr(VideoPose3DNetwork, "forward", watched)
    lifter = open_lifter(make_weights(), chunk_frames=40, batch_size=3)
    lifter.lift([make_track(walk(1000)), make_track(walk(700)), make_track(walk(9))], video)
    assert max(sizes) == (2 * 3, 40 + 26)
    assert sum(people * (rows - 26) for people, rows in sizes) == 2 * 1709


def test_only_the_causal_network_ignores_later_frames(open_lifter, make_weights, make_track, video):
    keypoints = walk(80)
    changed = keypoints.copy()
    changed[50:] += 30
    for causal, first in ((True, 50), (False, 50 - 13)):
        lifter = open_lifter(make_weights(), causal=causal, flip=False)
        one, other = lifter.lift([make_track(keypoints), make_track(changed)], video)
        moved = np.abs(one.joints - other.joints).max(axis=(1, 2)) > 1e-5
        assert np.flatnonzero(moved)[0] == first


def test_rows_without_keypoints_are_invalid_and_interpolated_for_the_others(
    open_lifter, make_weights, make_track, video
):
    straight = np.linspace(0, 60, 61)[:, None, None] + walk(1)
    holes = straight.copy()
    holes[20:40] = np.nan
    holes[:5] = np.nan
    lifter = open_lifter(make_weights())
    full, pose = lifter.lift([make_track(straight), make_track(holes)], video)
    expected = np.ones(61, bool)
    expected[20:40] = expected[:5] = False
    np.testing.assert_array_equal(pose.valid, expected)
    assert np.isnan(pose.joints[~expected]).all()
    np.testing.assert_allclose(
        pose.joints[20:][expected[20:]], full.joints[20:][expected[20:]], atol=1e-4
    )


def test_a_row_that_the_track_calls_missing_is_not_read(
    open_lifter, make_weights, make_track, video
):
    keypoints = walk(40)
    state = np.ones(40, np.uint8)
    state[10] = 0
    spoilt = keypoints.copy()
    spoilt[10] = 1e6
    lifter = open_lifter(make_weights())
    one, other = lifter.lift(
        [make_track(keypoints, state=state), make_track(spoilt, state=state)], video
    )
    assert not one.valid[10]
    np.testing.assert_array_equal(one.joints, other.joints)


def test_missing_joints_do_not_spread(open_lifter, make_track, video):
    keypoints = walk(50)
    holes = keypoints.copy()
    holes[10:15, COCO17.index("left_wrist")] = np.nan
    holes[:, COCO17.index("right_ankle")] = np.nan  # never visible
    lifter = open_lifter(copying_weights())
    full, pose = lifter.lift([make_track(keypoints), make_track(holes)], video)
    assert pose.valid.all()
    assert np.isfinite(pose.joints).all()
    differs = np.abs(full.joints - pose.joints).max(axis=2) > 1e-5
    assert set(np.flatnonzero(differs.any(axis=0))) == {LEFT_WRIST, H36M17.index("right_ankle")}
    np.testing.assert_array_equal(np.flatnonzero(differs[:, LEFT_WRIST]), np.arange(10, 15))


def test_no_tracks_and_a_track_without_rows(open_lifter, make_weights, make_track, video):
    lifter = open_lifter(make_weights())
    assert lifter.lift([], video) == []
    (pose,) = lifter.lift([make_track(np.full((9, 17, 2), np.nan))], video)
    assert not pose.valid.any()
    assert np.isnan(pose.joints).all()


def test_the_root_is_exactly_zero_and_tracks_are_untouched(
    open_lifter, make_weights, make_track, video
):
    track = make_track(walk(30))
    before = track.keypoints.copy()
    (pose,) = open_lifter(make_weights()).lift([track], video)
    assert (pose.joints[:, 0] == 0).all()
    np.testing.assert_array_equal(track.keypoints, before)


def test_other_skeletons_are_mapped_by_name(open_lifter, make_weights, make_track, video):
    blazepose = walk(40, joints=33)
    coco = map_joints(blazepose, BLAZEPOSE33, COCO17)
    lifter = open_lifter(make_weights())
    one, other = lifter.lift([make_track(blazepose, skeleton=BLAZEPOSE33), make_track(coco)], video)
    np.testing.assert_array_equal(one.joints, other.joints)


def test_h36m_input_for_the_network_trained_on_it(open_lifter, make_track, video):
    keypoints = walk(40)
    lifter = open_lifter(copying_weights(skeleton=H36M17), input_skeleton="h36m17")
    (pose,) = lifter.lift([make_track(keypoints)], video)
    expected = map_joints(keypoints / 320, COCO17, H36M17)
    np.testing.assert_allclose(pose.joints[..., :2], expected - expected[:, :1], atol=1e-5)


def test_a_skeleton_that_lacks_joints_is_refused_by_name(
    open_lifter, make_weights, make_track, video
):
    sticks = Skeleton(name="sticks", joints=COCO17.joints[5:], bones=())
    with pytest.raises(ConfigurationError, match=r"nose, left_eye.*'sticks'"):
        open_lifter(make_weights()).lift([make_track(walk(5, joints=12), skeleton=sticks)], video)


def test_the_third_channel_must_be_chosen(open_lifter, make_weights):
    with pytest.raises(ConfigurationError) as caught:
        open_lifter(make_weights(inputs=51))
    assert "lifter.confidence=constant" in caught.value.hint
    assert "pretrained_h36m_detectron_coco.bin" in caught.value.hint


def test_the_third_channel_is_constant_or_the_detectors(
    open_lifter, make_weights, make_track, video
):
    weights, keypoints = make_weights(inputs=51), walk(40)
    faint = np.full((40, 17), 0.005, np.float32)
    tracks = [make_track(keypoints), make_track(keypoints, keypoint_scores=faint)]
    high, low = open_lifter(weights, confidence=Confidence.constant).lift(tracks, video)
    np.testing.assert_array_equal(high.joints, low.joints)
    other, same = open_lifter(weights, confidence=Confidence.detector).lift(tracks, video)
    np.testing.assert_allclose(same.joints, low.joints, atol=1e-6)
    assert np.abs(other.joints - low.joints).max() > 1e-2


@pytest.mark.parametrize("shape", [{"inputs": 30, "outputs": 45}, {"inputs": 17}, {"inputs": 68}])
def test_networks_for_other_bodies_are_refused(open_lifter, make_weights, shape):
    with pytest.raises(ConfigurationError, match="input values per frame and outputs"):
        open_lifter(make_weights(**shape))


def test_published_form_is_read(tmp_path, make_weights, make_track, video):
    path = tmp_path / "epoch_80.bin"
    state = np.random.RandomState(1234)
    checkpoint = {
        "epoch": 80,
        "lr": 1e-4,
        "random_state": state,
        "optimizer": None,
        "model_pos": make_weights(),
        "model_traj": None,
        "random_state_semi": None,
    }
    torch.save(checkpoint, path)
    with VideoPose3D(VideoPose3DConfig(checkpoint=path), CPU) as lifter:
        (pose,) = lifter.lift([make_track(walk(30))], video)
    assert pose.valid.all()
    torch.save(checkpoint | {"model_traj": make_weights(outputs=3)}, path)
    with VideoPose3D(VideoPose3DConfig(checkpoint=path), CPU) as lifter:
        (same,) = lifter.lift([make_track(walk(30))], video)
    np.testing.assert_array_equal(pose.joints, same.joints)


def test_without_weights_the_error_names_the_next_step(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMEWORK_CACHE", str(tmp_path))
    with pytest.raises(BackendError) as caught:
        VideoPose3D(VideoPose3DConfig(), CPU).__enter__()
    for words in ("pretrained_h36m_detectron_coco.bin", "CC-BY-NC-4.0", "lifter=detector3d"):
        assert words in str(caught.value)


@pytest.mark.parametrize("place", ["checkpoint", "cache"])
def test_weights_are_found_by_name(tmp_path, monkeypatch, make_weights, place):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMEWORK_CACHE", str(tmp_path / "cache"))
    (tmp_path / place).mkdir()
    torch.save({"model_pos": make_weights()}, tmp_path / place / "mine.bin")
    with VideoPose3D(VideoPose3DConfig(checkpoint=Path("mine.bin")), CPU):
        pass
    with pytest.raises(BackendError, match=r"lifter.checkpoint=yours.bin does not exist"):
        VideoPose3D(VideoPose3DConfig(checkpoint=Path("yours.bin")), CPU).__enter__()


def test_use_outside_a_with_block_is_an_error(make_track, video):
    with pytest.raises(StageError, match="lifter 'videopose3d' is not open"):
        VideoPose3D(VideoPose3DConfig(), CPU).lift([make_track(walk(3))], video)


def test_the_number_of_threads_is_put_back(open_lifter, make_weights, make_track, video):
    before = torch.get_num_threads()
    lifter = open_lifter(make_weights(), runtime=Runtime(device="cpu", threads=before + 1))
    lifter.lift([make_track(walk(30))], video)
    assert torch.get_num_threads() == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there():
    assert VideoPose3D(VideoPose3DConfig(), Runtime(device="auto")).device == "cpu"
    with pytest.raises(BackendError, match="GPU"):
        VideoPose3D(VideoPose3DConfig(), Runtime(device="cuda"))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_gpu_agrees_with_the_cpu(open_lifter, make_weights, make_track, video):
    weights = make_weights((3, 3, 3, 3, 3), channels=256)
    tracks = [make_track(walk(700, seed=seed)) for seed in range(3)]
    expected = open_lifter(weights).lift(tracks, video)
    lifter = open_lifter(weights, runtime=Runtime(device="cuda"))
    assert lifter.device == "cuda"
    for one, other in zip(lifter.lift(tracks, video), expected, strict=True):
        np.testing.assert_allclose(one.joints, other.joints, atol=1e-4)


@pytest.mark.parametrize(
    "settings", [{"chunk_frames": 0}, {"batch_size": -1}, {"input_skeleton": "coco"}]
)
def test_wrong_settings_are_named(settings):
    with pytest.raises(ConfigurationError, match=f"^{next(iter(settings))} is .*, but must be"):
        VideoPose3DConfig(**settings)


class ArraysOnly(pickle.Unpickler):
    """Unpickles numpy arrays of numbers and strings, nothing else."""

    def find_class(self, module, name):
        module = module.replace("numpy.core", "numpy._core")
        allowed = {"_reconstruct", "ndarray", "dtype", "encode", "scalar"}
        if name not in allowed or not module.startswith(("numpy", "_codecs")):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def best_person(path):
    """(T, 17, 2) of the highest box in each frame, NaN where there is none, and (w, h)."""
    with zipfile.ZipFile(path) as archive:
        arrays = {}
        for name in ("boxes", "keypoints", "metadata"):
            file = io.BytesIO(archive.read(f"{name}.npy"))
            version = np.lib.format.read_magic(file)
            assert version == (1, 0)
            np.lib.format.read_array_header_1_0(file)
            arrays[name] = ArraysOnly(file, encoding="latin1").load()
    points = np.full((len(arrays["boxes"]), 17, 2), np.nan, np.float32)
    for row, (boxes, people) in enumerate(zip(arrays["boxes"], arrays["keypoints"], strict=True)):
        if len(boxes[1]):
            points[row] = people[1][np.argmax(boxes[1][:, 4])][:2].T
    size = arrays["metadata"].item()
    return points, (size["w"], size["h"])


@pytest.mark.parametrize("name", ["dance_indoor_short", "with_empty_frames"])
def test_real_detections_are_lifted_whatever_they_miss(  # noqa: PLR0917
    shared_data, open_lifter, make_weights, make_track, make_video, name
):
    folder = shared_data / "videopose3d"
    keypoints, size_wh = best_person(folder / f"{name}_detectron2_raw.npz")
    lifter = open_lifter(make_weights((3, 3, 3, 3, 3), channels=16))
    (pose,) = lifter.lift([make_track(keypoints)], make_video(*size_wh))
    original = np.load(folder / f"{name}_videopose3d.npy", allow_pickle=False)
    assert pose.joints.shape == original.shape
    np.testing.assert_array_equal(pose.valid, np.isfinite(keypoints).all(axis=(1, 2)))
    assert np.isfinite(pose.joints[pose.valid]).all()


def test_real_detections_lie_where_the_original_network_answered(
    shared_data, open_lifter, make_track, make_video
):
    """The same axes and joints as the original's answers: a flipped or shuffled one fails."""
    folder = shared_data / "videopose3d"
    keypoints, size_wh = best_person(folder / "dance_full_body_detectron2_raw.npz")
    lifter = open_lifter(copying_weights((3, 3, 3, 3, 3)))
    (pose,) = lifter.lift([make_track(keypoints)], make_video(*size_wh))
    original = np.load(folder / "dance_full_body_videopose3d.npy", allow_pickle=False)
    limbs = [joint for joint in range(17) if joint not in (0, 7, 8, 9, 10)]
    for axis in range(2):
        ours = pose.joints[:, limbs, axis].ravel()
        theirs = original[:, limbs, axis].ravel()
        assert np.corrcoef(ours, theirs)[0, 1] > 0.85

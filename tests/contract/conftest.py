"""Weights for backends that come without any, and a file for the detector that reads one."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from framework.plugins.detector._persons.names import PersonDetectorName
from framework.plugins.interpolator.super_slomo.network import SuperSloMo, save_networks
from framework.skeletons import COCO17, H36M17, mapping_matrix


@pytest.fixture(scope="session")
def copying_checkpoint(tmp_path_factory):
    """A VideoPose3D network that answers with its own input, as H36M-17 in the x, y plane.

    The positive and the negative part of each coordinate pass the rectifier in channels of their
    own; the one block adds nothing.
    """
    to_h36m = np.kron(mapping_matrix(COCO17, H36M17), np.eye(3, 2)).astype(np.float32)
    answer, inputs = torch.from_numpy(to_h36m), to_h36m.shape[1]
    tensors = {
        "expand_conv.weight": torch.zeros(2 * inputs, inputs, 3),
        "layers_conv.0.weight": torch.zeros(2 * inputs, 2 * inputs, 3),
        "layers_conv.1.weight": torch.zeros(2 * inputs, 2 * inputs, 1),
        "shrink.weight": torch.cat([answer, -answer], 1)[..., None].contiguous(),
        "shrink.bias": torch.zeros(51),
    }
    tensors["expand_conv.weight"][:, :, 1] = torch.cat([torch.eye(inputs), -torch.eye(inputs)])
    for norm in ("expand_bn", "layers_bn.0", "layers_bn.1"):
        for name, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            tensors[f"{norm}.{name}"] = torch.full((2 * inputs,), float(value))
    path = tmp_path_factory.mktemp("weights") / "copying.safetensors"
    save_file(tensors, path)
    return path


@pytest.fixture(scope="session")
def keypoint_file(tmp_path_factory):
    """COCO results of two people; nobody is in the first three frames, as if they were blank."""
    people = [
        {
            "image_id": frame,
            "category_id": 1,
            "keypoints": [40 * person + 3 * joint + 0.5 * frame if axis < 2 else 0.9
                          for joint in range(17) for axis in range(3)],
            "score": 0.8,
        }
        for frame in range(3, 24)
        for person in (1, 2)
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("keypoints") / "people.json"
    path.write_text(json.dumps(people))
    return path


@pytest.fixture(scope="session")
def small_super_slomo(tmp_path_factory):
    """Super-SloMo's networks, untrained and two channels wide."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "small.ckpt"
    save_networks(SuperSloMo(width=2), path)
    return path


@pytest.fixture(scope="session")
def hand_made_networks(tmp_path_factory):
    """Settings with tiny ONNX networks for detectors that come without weights, by name.

    They find pure colours, of which a real frame has some and a blank frame none. So thresholds
    are low, and a person is in the same box of every frame.
    """
    pytest.importorskip("onnx", reason="hand-made networks need onnx, a dev dependency")
    path = Path(__file__).parents[1] / "plugins" / "detector" / "hand_made.py"
    spec = importlib.util.spec_from_file_location("hand_made", path)
    hand_made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hand_made)
    folder = tmp_path_factory.mktemp("networks")
    boxes = folder / "boxes.json"
    people = [{"image_id": frame, "bbox": [20, 10, 480, 460], "score": 0.9} for frame in range(48)]
    boxes.write_text(json.dumps(people))
    rows = np.array([[10, 8, 30, 40, 1.0], [34, 10, 60, 36, 0.8]])
    joints = np.random.default_rng(0).uniform(8, 40, (2, 17, 3)).astype(np.float32)
    return {
        "rtmo": {
            "path": hand_made.boxed_network(folder / "rtmo.onnx", 64, rows, keypoints=joints),
            "detection_threshold": 0.01,
        },
        "rtmpose": {
            "path": hand_made.simcc_network(folder / "rtmpose.onnx"),
            "person_detector": PersonDetectorName.file,
            "person_path": boxes,
            "pose_threshold": 0.0,
            "score_threshold": 0.001,
        },
    }

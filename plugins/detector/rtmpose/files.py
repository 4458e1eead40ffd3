"""The published files of OpenMMLab: pose networks, and person detectors of similar size."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._inference.sources import openmmlab

_SERIES = "rtmposev1"


def _entry(name: str, stem: str, *, size: int = 0, sha256: str = "") -> WeightsEntry:
    return openmmlab(name, _SERIES, stem, size=size, sha256=sha256)


POSES = {
    ("tiny", "coco17"): _entry(
        "rtmpose_tiny",
        "rtmpose-t_simcc-body7_pt-body7_420e-256x192-026a1439_20230504",
        size=13_350_364,
        sha256="a6c2f6a3896a4d51131d14d7a80a3d08b50f559af5a58a45d5b098aef510a70f",
    ),
    ("lightweight", "coco17"): _entry(
        "rtmpose_lightweight", "rtmpose-s_simcc-body7_pt-body7_420e-256x192-acd4a1ef_20230504"
    ),
    ("balanced", "coco17"): _entry(
        "rtmpose_balanced", "rtmpose-m_simcc-body7_pt-body7_420e-256x192-e48f03d0_20230504"
    ),
    ("performance", "coco17"): _entry(
        "rtmpose_performance", "rtmpose-x_simcc-body7_pt-body7_700e-384x288-71d7b7e9_20230629"
    ),
    ("tiny", "halpe26"): _entry(
        "rtmpose_tiny_halpe26",
        "rtmpose-t_simcc-body7_pt-body7-halpe26_700e-256x192-6020f8a6_20230605",
    ),
    ("lightweight", "halpe26"): _entry(
        "rtmpose_lightweight_halpe26",
        "rtmpose-s_simcc-body7_pt-body7-halpe26_700e-256x192-7f134165_20230605",
    ),
    ("balanced", "halpe26"): _entry(
        "rtmpose_balanced_halpe26",
        "rtmpose-m_simcc-body7_pt-body7-halpe26_700e-256x192-4d3e73dd_20230605",
    ),
    ("performance", "halpe26"): _entry(
        "rtmpose_performance_halpe26",
        "rtmpose-x_simcc-body7_pt-body7-halpe26_700e-384x288-7fb6e239_20230606",
    ),
}
"""By `RtmPoseModel.value` and `RtmPoseKeypoints.value`."""

PERSONS = {
    "tiny": _entry("yolox_nano_humanart", "yolox_nano_8xb8-300e_humanart-40f6f0d0"),
    "lightweight": _entry("yolox_tiny_humanart", "yolox_tiny_8xb8-300e_humanart-6f3252f9"),
    "balanced": _entry("yolox_m_humanart", "yolox_m_8xb8-300e_humanart-c2c7a14a"),
    "performance": _entry("yolox_x_humanart", "yolox_x_8xb8-300e_humanart-a39d44ed"),
}
"""By `RtmPoseModel.value`."""

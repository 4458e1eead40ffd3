"""The published files of OpenMMLab (Apache-2.0), as its deployment kit exported them to ONNX.

Their names end in the first digits of the digest of the checkpoint they were made from, not of
the file itself; where nobody publishes that, the first download is pinned.
"""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._topdown.files import url

_SDK = "https://download.openmmlab.com/mmpose/v1/projects/rtmposev1/onnx_sdk"
_TINY = "rtmpose-t_simcc-body7_pt-body7_420e-256x192-026a1439_20230504"


def _entry(name: str, stem: str) -> WeightsEntry:
    return WeightsEntry(
        name=name,
        filename=f"{stem}.onnx",
        size=13_350_364 if stem == _TINY else 0,
        sha256="a6c2f6a3896a4d51131d14d7a80a3d08b50f559af5a58a45d5b098aef510a70f"
        if stem == _TINY
        else "",
        licence="Apache-2.0",
        sources=({**url(f"{_SDK}/{stem}.zip"), "member": "end2end.onnx"},),
    )


POSES = {
    ("tiny", "coco17"): _entry("rtmpose_tiny", _TINY),
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
PERSONS = {
    "tiny": _entry("yolox_nano_humanart", "yolox_nano_8xb8-300e_humanart-40f6f0d0"),
    "lightweight": _entry("yolox_tiny_humanart", "yolox_tiny_8xb8-300e_humanart-6f3252f9"),
    "balanced": _entry("yolox_m_humanart", "yolox_m_8xb8-300e_humanart-c2c7a14a"),
    "performance": _entry("yolox_x_humanart", "yolox_x_8xb8-300e_humanart-a39d44ed"),
}

"""The published files of OpenMMLab (Apache-2.0); nobody publishes their digests."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._topdown.files import url

_SDK = "https://download.openmmlab.com/mmpose/v1/projects/rtmo/onnx_sdk"
_STEMS = {
    "lightweight": "rtmo-s_8xb32-600e_body7-640x640-dac2bf74_20231211",
    "balanced": "rtmo-m_16xb16-600e_body7-640x640-39e78cc4_20231211",
    "performance": "rtmo-l_16xb16-600e_body7-640x640-b37118ce_20231211",
}
MODELS = {
    name: WeightsEntry(
        name=f"rtmo_{name}",
        filename=f"{stem}.onnx",
        size=0,
        sha256="",
        licence="Apache-2.0",
        sources=({**url(f"{_SDK}/{stem}.zip"), "member": "end2end.onnx"},),
    )
    for name, stem in _STEMS.items()
}

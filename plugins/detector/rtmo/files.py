"""The published files of OpenMMLab; nobody publishes their digests."""

from __future__ import annotations

from .._inference.sources import openmmlab

_STEMS = {
    "lightweight": "rtmo-s_8xb32-600e_body7-640x640-dac2bf74_20231211",
    "balanced": "rtmo-m_16xb16-600e_body7-640x640-39e78cc4_20231211",
    "performance": "rtmo-l_16xb16-600e_body7-640x640-b37118ce_20231211",
}
MODELS = {model: openmmlab(f"rtmo_{model}", "rtmo", stem) for model, stem in _STEMS.items()}
"""By `RtmoModel.value`."""
